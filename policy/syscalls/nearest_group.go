package syscalls

import "strings"

// NearestGroup returns the set that a word is a misspelling of, as Nearest
// does, or else the first that begins with the word: "@network-io" for
// "@network"; "" where there is none.
func NearestGroup(word string) string {
	const least = len("@io") // fewer letters say nothing
	near := Nearest(word, GroupNames())
	if near != "" || len(word) < least {
		return near
	}
	for group := range GroupNames() {
		if strings.HasPrefix(group, word) {
			return group
		}
	}
	return ""
}
