package syscalls

import (
	"iter"
	"sort"
)

// group is one set of system calls.
type group struct {
	name   string   // with its "@"
	direct []string // as systemd lists it, nested sets as "@name"
	all    []string // nesting resolved, ascending, each name once
}

// Group returns the members of a set of system calls, systemd's by name and
// content (systemd.exec(5), SystemCallFilter=), nested sets resolved, sorted.
// The name includes the "@". Members may be calls that an ABI lacks, or that
// none of the four has. The slice is shared: callers must not write to it.
func Group(name string) ([]string, bool) {
	g := findGroup(name)
	if g == nil {
		return nil, false
	}
	return g.all, true
}

// GroupDirect returns what a set lists itself, nested sets as "@name".
func GroupDirect(name string) ([]string, bool) {
	g := findGroup(name)
	if g == nil {
		return nil, false
	}
	return g.direct, true
}

// GroupNames yields the names of all sets, ascending.
func GroupNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range groups {
			if !yield(groups[i].name) {
				return
			}
		}
	}
}

func findGroup(name string) *group {
	i := sort.Search(len(groups), func(i int) bool { return groups[i].name >= name })
	if i < len(groups) && groups[i].name == name {
		return &groups[i]
	}
	return nil
}
