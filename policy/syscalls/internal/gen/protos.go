package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// loadPrototypes reads the signatures for each ABI: tracefs's for all of
// them, then what signatures-more.tsv adds and replaces.
func loadPrototypes(abis []*abi) (prototypes, error) {
	types, err := loadTypes()
	if err != nil {
		return nil, err
	}
	common, err := loadCommon()
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
		calls := map[string][]string{}
		for name, fields := range common {
			if a.has(name) {
				calls[name] = fields
			}
		}
		errs = append(errs, addMore(calls, a, common, more))
		out[a.name] = map[string][]arg{}
		for name, fields := range calls {
			args, err := parseArgs(a, types, fields)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
			out[a.name][name] = args
		}
	}
	errs = append(errs, out.narrow())
	return out, errors.Join(errs...)
}

// loadCommon reads what tracefs says, by the names of the system calls.
func loadCommon() (map[string][]string, error) {
	records, err := readTSV("signatures-x86_64-6.18.tsv")
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range records {
		name := r.fields[0]
		if real, ok := tracefsNames[name]; ok {
			name = real
		}
		out[name] = r.fields[1:]
	}
	return out, nil
}

// addMore adds the records that apply to an ABI. A call that the ABI lacks is
// an error unless the record is for every ABI.
func addMore(calls map[string][]string, a *abi, common map[string][]string, more []record) error {
	var errs []error
	for _, r := range more {
		name, fields := r.fields[1], r.fields[2:]
		if r.fields[0] != "*" {
			if !slices.Contains(strings.Split(r.fields[0], ","), a.name) {
				continue
			}
			if !a.has(name) {
				errs = append(errs, fmt.Errorf("%s: %s has no %s", r.where, a.name, name))
			}
		}
		if len(fields) == 1 && fields[0][0] == '=' {
			same, ok := common[fields[0][1:]]
			if !ok {
				errs = append(errs, fmt.Errorf("%s: no call %s", r.where, fields[0]))
			}
			fields = same
		}
		if a.has(name) {
			calls[name] = fields
		}
	}
	return errors.Join(errs...)
}

// numberedName reports whether the kernel has no name for an argument, only a
// number. It counts from 1 in prctl, keyctl and arch_prctl, where policies
// count the registers from 0: their arg2 would be the wrong one.
func numberedName(name string) bool {
	return len(name) == 4 && name[:3] == "arg" && '0' <= name[3] && name[3] <= '9'
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
		if numberedName(name) {
			name = "arg" + strconv.Itoa(len(args))
		}
		args = append(args, arg{name, typ, max(t.bits, 32), t.bits, t.signed, t.pointer})
	}
	if len(args) > 6 {
		return nil, fmt.Errorf("%d arguments", len(args))
	}
	return args, nil
}

// narrow applies narrow.tsv. A record that changes nothing on any ABI is an
// error: it is misspelt.
func (p prototypes) narrow() error {
	records, err := readTSV("narrow.tsv")
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range records {
		kind, ok := kinds[r.fields[2]]
		if !ok || kind.bits != 32 {
			return fmt.Errorf("%s: no kind of 32 bits", r.where)
		}
		changed := false
		for _, calls := range p {
			for i, a := range calls[r.fields[0]] {
				if a.name == r.fields[1] && a.width == 64 {
					a.width, a.bits, a.signed = 32, 32, kind.signed
					calls[r.fields[0]][i], changed = a, true
				}
			}
		}
		if !changed {
			errs = append(errs, fmt.Errorf("%s: nothing to narrow", r.where))
		}
	}
	return errors.Join(errs...)
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

// kinds are the words of types.tsv.
var kinds = map[string]ctype{
	"s32": {32, true, false}, "u32": {32, false, false}, "u16": {16, false, false},
	"s64": {64, true, false}, "u64": {64, false, false}, "ptr": {64, false, true},
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
		kind, ok := kinds[r.fields[1]]
		if !ok {
			return nil, fmt.Errorf("%s: unknown kind %q", r.where, r.fields[1])
		}
		out[r.fields[0]] = kind
	}
	return out, nil
}
