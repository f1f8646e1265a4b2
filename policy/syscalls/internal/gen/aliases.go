package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// aliasEntry is another name for an argument.
type aliasEntry struct{ call, name, kernel string }

// loadAliases reads the other names of arguments: a call, or * for every call
// that has the kernel's name and not the other, the other name, the kernel's.
func loadAliases(protos prototypes) ([]aliasEntry, error) {
	records, err := readTSV("aliases.tsv")
	if err != nil {
		return nil, err
	}
	names := protos.argNames()
	var out []aliasEntry
	var errs []error
	for _, r := range records {
		if len(r.fields) != 3 {
			return nil, fmt.Errorf("%s: want call, alias, kernel's name", r.where)
		}
		e := aliasEntry{r.fields[0], r.fields[1], r.fields[2]}
		if e.call == "*" {
			out = append(out, spread(names, e)...)
			continue
		}
		if !names[e.call][e.kernel] {
			errs = append(errs, fmt.Errorf("%s: %s has no argument %s", r.where, e.call, e.kernel))
		}
		if names[e.call][e.name] {
			errs = append(errs, fmt.Errorf("%s: %s has an argument %s of its own", r.where, e.call, e.name))
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b aliasEntry) int {
		return strings.Compare(a.call+"\x00"+a.name, b.call+"\x00"+b.name)
	})
	for i := 1; i < len(out); i++ {
		if out[i].call == out[i-1].call && out[i].name == out[i-1].name {
			errs = append(errs, fmt.Errorf("aliases.tsv: %s of %s is ambiguous", out[i].name, out[i].call))
		}
	}
	return out, errors.Join(errs...)
}

// spread returns one entry for each call that e suits.
func spread(names map[string]map[string]bool, e aliasEntry) []aliasEntry {
	var out []aliasEntry
	for call, args := range names {
		if args[e.kernel] && !args[e.name] {
			out = append(out, aliasEntry{call, e.name, e.kernel})
		}
	}
	return out
}

// argNames returns the names of each call's arguments, over all ABIs: a name
// that one of them uses itself must not mean something else on another.
func (p prototypes) argNames() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, calls := range p {
		for call, args := range calls {
			if out[call] == nil {
				out[call] = map[string]bool{}
			}
			for _, a := range args {
				out[call][a.name] = true
			}
		}
	}
	return out
}
