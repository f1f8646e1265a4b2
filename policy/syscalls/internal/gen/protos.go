package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// arg is one argument as package syscalls declares it.
type arg struct {
	name, typ       string
	width, bits     int
	signed, pointer bool
}

// ctype is what a C type means on LP64.
type ctype struct {
	bits            int
	signed, pointer bool
}

// prototypes are the argument lists by ABI and name.
type prototypes map[string]map[string][]arg

// tracefsNames are the entries whose name in tracefs is not the syscall's:
// tracefs has the name of the function, sys_newstat.
var tracefsNames = map[string]string{
	"newfstat":   "fstat",
	"newlstat":   "lstat",
	"newstat":    "stat",
	"newuname":   "uname",
	"sendfile64": "sendfile",
	"umount":     "umount2",
}

func loadPrototypes(abis []*abi) (prototypes, error) {
	types, err := loadTypes()
	if err != nil {
		return nil, err
	}
	common, err := readTSV("signatures-x86_64-6.18.tsv")
	if err != nil {
		return nil, err
	}
	more, err := readTSV("signatures-more.tsv")
	if err != nil {
		return nil, err
	}
	out := prototypes{}
	var errs []error
	for _, a := range abis {
		out[a.name] = map[string][]arg{}
		add := func(where, name string, fields []string) {
			args, err := parseArgs(a, types, fields)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", where, err))
			}
			if a.has(name) {
				out[a.name][name] = args
			}
		}
		for _, r := range common {
			name := r.fields[0]
			if real, ok := tracefsNames[name]; ok {
				name = real
			}
			add(r.where, name, r.fields[1:])
		}
		for _, r := range more {
			if abis := r.fields[0]; abis == "*" || slices.Contains(strings.Split(abis, ","), a.name) {
				add(r.where, r.fields[1], r.fields[2:])
			}
		}
	}
	return out, errors.Join(errs...)
}

func parseArgs(a *abi, types map[string]ctype, fields []string) ([]arg, error) {
	args := []arg{}
	for _, f := range fields {
		i := strings.LastIndexByte(f, ' ')
		if i < 0 {
			return nil, fmt.Errorf("%q is no argument", f)
		}
		typ, name := f[:i], f[i+1:]
		t, err := typeOf(types, typ)
		if err != nil {
			return nil, err
		}
		if a.name == "i386" && t.bits == 64 {
			t.bits = 32
		}
		args = append(args, arg{name, typ, max(t.bits, 32), t.bits, t.signed, t.pointer})
	}
	if len(args) > 6 {
		return nil, fmt.Errorf("%d arguments", len(args))
	}
	return args, nil
}

// typeOf looks a C type up. const changes nothing, and any * is a pointer.
func typeOf(types map[string]ctype, typ string) (ctype, error) {
	if strings.Contains(typ, "*") {
		return ctype{64, false, true}, nil
	}
	t, ok := types[strings.TrimPrefix(typ, "const ")]
	if !ok {
		return ctype{}, fmt.Errorf("type %q is not in types.tsv", typ)
	}
	return t, nil
}

func loadTypes() (map[string]ctype, error) {
	records, err := readTSV("types.tsv")
	if err != nil {
		return nil, err
	}
	out := map[string]ctype{}
	for _, r := range records {
		if len(r.fields) < 2 {
			return nil, fmt.Errorf("%s: want a type and its kind", r.where)
		}
		kind, ok := map[string]ctype{
			"s32": {32, true, false}, "u32": {32, false, false}, "u16": {16, false, false},
			"s64": {64, true, false}, "u64": {64, false, false}, "ptr": {64, false, true},
		}[r.fields[1]]
		if !ok {
			return nil, fmt.Errorf("%s: unknown kind %q", r.where, r.fields[1])
		}
		out[r.fields[0]] = kind
	}
	return out, nil
}

// aliasEntry is another name for an argument.
type aliasEntry struct{ call, name, kernel string }

// loadAliases reads the other names of arguments. Each must name an argument
// that a prototype has, and must not itself be an argument of the call.
func loadAliases(protos prototypes) ([]aliasEntry, error) {
	records, err := readTSV("aliases.tsv")
	if err != nil {
		return nil, err
	}
	var out []aliasEntry
	var errs []error
	for _, r := range records {
		if len(r.fields) != 3 {
			return nil, fmt.Errorf("%s: want call, alias, kernel's name", r.where)
		}
		e := aliasEntry{r.fields[0], r.fields[1], r.fields[2]}
		if err := protos.check(e); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.where, err))
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b aliasEntry) int {
		return strings.Compare(a.call+"\x00"+a.name, b.call+"\x00"+b.name)
	})
	return out, errors.Join(errs...)
}

func (p prototypes) check(e aliasEntry) error {
	found := false
	for _, calls := range p {
		for _, arg := range calls[e.call] {
			found = found || arg.name == e.kernel
			if arg.name == e.name {
				return fmt.Errorf("%s has an argument %s of its own", e.call, e.name)
			}
		}
	}
	if !found {
		return fmt.Errorf("%s has no argument %s", e.call, e.kernel)
	}
	return nil
}
