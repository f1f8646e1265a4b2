package main

import (
	"bufio"
	"fmt"
	"sort"
	"strings"
)

// set is one group of system calls.
type set struct {
	direct []string
	all    map[string]bool
}

// loadGroups reads systemd's sets and what later versions added to them, and
// resolves nesting.
func loadGroups(abis []*abi) (map[string]*set, error) {
	sets := map[string]*set{}
	for _, name := range []string{"systemd-252-syscall-filter.txt", "groups-newer.txt"} {
		if err := readGroups(name, sets); err != nil {
			return nil, err
		}
	}
	known := sets["@known"]
	if known == nil {
		return nil, fmt.Errorf("no set @known")
	}
	for _, a := range abis {
		for _, e := range a.entries {
			known.direct = append(known.direct, e.name)
		}
	}
	for _, name := range sortedKeys(sets) {
		s := sets[name]
		sort.Strings(s.direct)
		s.direct = unique(s.direct)
		s.all = map[string]bool{}
		if err := flatten(sets, name, s.all, nil); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// readGroups adds the sets of a file in systemd-analyze's format: a set's
// name in the first column, its members indented, comments after a #.
func readGroups(name string, sets map[string]*set) error {
	f, err := data.Open("data/" + name)
	if err != nil {
		return err
	}
	defer f.Close()
	var current *set
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		word := strings.TrimSpace(line)
		switch {
		case word == "" || word[0] == '#':
		case line[0] == '@':
			if current = sets[word]; current == nil {
				current = &set{}
				sets[word] = current
			}
		case current == nil || line[0] != ' ':
			return fmt.Errorf("%s:%d: %q belongs to no set", name, n, word)
		default:
			current.direct = append(current.direct, word)
		}
	}
	return in.Err()
}

func flatten(sets map[string]*set, name string, into map[string]bool, path []string) error {
	s, ok := sets[name]
	if !ok {
		return fmt.Errorf("%s: no such set", strings.Join(append(path, name), ": "))
	}
	for _, p := range path {
		if p == name {
			return fmt.Errorf("%s: a loop", strings.Join(append(path, name), ": "))
		}
	}
	for _, member := range s.direct {
		if member[0] != '@' {
			into[member] = true
		} else if err := flatten(sets, member, into, append(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// unique drops repetitions from a sorted list.
func unique(sorted []string) []string {
	out := sorted[:0]
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			out = append(out, s)
		}
	}
	return out
}
