package syscalls_test

import (
	"testing"

	"jail/policy/syscalls"
)

func TestNearestGroup(t *testing.T) {
	for word, want := range map[string]string{
		"@network":    "@network-io",
		"@netwrok-io": "@network-io",
		"@file":       "@file-system",
		"@keyrin":     "@keyring",
		"@nonsense":   "",
		"@":           "",
		"":            "",
	} {
		if got := syscalls.NearestGroup(word); got != want {
			t.Errorf("NearestGroup(%q) = %q, want %q", word, got, want)
		}
	}
}
