package main

import (
	"errors"
	"fmt"
	"sort"

	"github.com/elastic/go-seccomp-bpf/arch"
)

const x32Bit = 0x40000000

// abi is one of the four tables.
type abi struct {
	name    string // as package syscalls prints it
	ident   string // as Go spells it
	goarch  string // whose constants it uses
	entries []entry
}

type entry struct {
	nr   uint32
	name string
}

func (a *abi) has(name string) bool {
	for _, e := range a.entries {
		if e.name == name {
			return true
		}
	}
	return false
}

// loadNumbers merges elastic's tables with x/sys's newer ones.
func loadNumbers(u *unixPackage) ([]*abi, error) {
	var out []*abi
	for _, t := range []struct {
		name, ident, goarch string
		info                *arch.Info
	}{
		{"x86_64", "X86_64", "amd64", arch.X86_64},
		{"i386", "I386", "386", arch.I386},
		{"x32", "X32", "amd64", arch.X32},
		{"aarch64", "AArch64", "arm64", arch.AARCH64},
	} {
		numbers := map[string]uint32{}
		for nr, name := range t.info.SyscallNumbers {
			if t.name == "aarch64" {
				name = aarch64Name(uint32(nr), name)
			}
			if name != "" {
				numbers[name] = uint32(nr)
			}
		}
		newer := u.byArch[t.goarch].numbers
		if t.name == "x32" {
			newer = sharedNumbers(newer)
		}
		if err := merge(numbers, newer); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		a := &abi{name: t.name, ident: t.ident, goarch: t.goarch}
		for name, nr := range numbers {
			if t.name == "x32" {
				nr |= x32Bit
			}
			a.entries = append(a.entries, entry{nr, name})
		}
		sort.Slice(a.entries, func(i, j int) bool { return a.entries[i].nr < a.entries[j].nr })
		out = append(out, a)
	}
	return out, nil
}

// aarch64Name corrects elastic's table, which takes names for 32-bit
// architectures from include/uapi/asm-generic/unistd.h: 403 to 423 (the
// *_time64 calls) are under "__BITS_PER_LONG == 32" there, and __NR3264_fstatat
// is newfstatat where longs have 64 bits.
func aarch64Name(nr uint32, name string) string {
	switch {
	case nr >= 403 && nr <= 423:
		return ""
	case nr == 79 && name == "fstatat":
		return "newfstatat"
	}
	return name
}

// sharedNumbers returns the calls of x86_64 that x32 shares as well. From 424
// on all architectures number new calls alike (arch/x86/entry/syscalls/
// syscall_64.tbl); those that exist for one of the two only are named here.
func sharedNumbers(x86 map[string]uint32) map[string]uint32 {
	out := map[string]uint32{}
	for name, nr := range x86 {
		if nr >= 424 && nr < 512 {
			out[name] = nr
		}
	}
	return out
}

// merge adds newer to numbers. A name with two numbers, or a number with two
// names, is an error.
func merge(numbers, newer map[string]uint32) error {
	names := map[uint32]string{}
	for name, nr := range numbers {
		if other, ok := names[nr]; ok {
			return fmt.Errorf("%d is both %s and %s", nr, other, name)
		}
		names[nr] = name
	}
	var errs []error
	for _, name := range sortedKeys(newer) {
		nr := newer[name]
		if old, ok := numbers[name]; ok && old != nr {
			errs = append(errs, fmt.Errorf("%s is both %d and %d", name, old, nr))
		}
		if old, ok := names[nr]; ok && old != name {
			errs = append(errs, fmt.Errorf("%d is both %s and %s", nr, old, name))
		}
		numbers[name], names[nr] = nr, name
	}
	return errors.Join(errs...)
}
