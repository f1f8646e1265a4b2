package main

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

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
		fix                 func(nr uint32, name string) string
	}{
		{"x86_64", "X86_64", "amd64", arch.X86_64, asIs},
		{"i386", "I386", "386", arch.I386, asIs},
		{"x32", "X32", "amd64", arch.X32, x32Name},
		{"aarch64", "AArch64", "arm64", arch.AARCH64, aarch64Name},
	} {
		numbers := map[uint32]string{}
		err := errors.Join(
			merge(numbers, elasticNumbers(t.info), t.fix),
			merge(numbers, u.byArch[t.goarch].numbers, t.fix),
			unambiguous(numbers))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		a := &abi{name: t.name, ident: t.ident, goarch: t.goarch}
		for nr, name := range numbers {
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

// elasticNumbers lists a table of elastic's. Its x32 table has some names
// twice, so the map by name would not do.
func elasticNumbers(info *arch.Info) []entry {
	out := make([]entry, 0, len(info.SyscallNumbers))
	for nr, name := range info.SyscallNumbers {
		out = append(out, entry{uint32(nr), name})
	}
	return out
}

// merge adds entries to numbers. A number with two names is an error.
func merge(numbers map[uint32]string, from []entry, fix func(uint32, string) string) error {
	var errs []error
	for _, e := range from {
		name := fix(e.nr, e.name)
		if name == "" {
			continue
		}
		if old, ok := numbers[e.nr]; ok && old != name {
			errs = append(errs, fmt.Errorf("%d is both %s and %s", e.nr, old, name))
		}
		numbers[e.nr] = name
	}
	return errors.Join(errs...)
}

// unambiguous fails for a name with two numbers.
func unambiguous(numbers map[uint32]string) error {
	var errs []error
	seen := map[string]uint32{}
	for nr, name := range numbers {
		if old, ok := seen[name]; ok {
			errs = append(errs, fmt.Errorf("%s is both %d and %d", name, old, nr))
		}
		seen[name] = nr
	}
	return errors.Join(errs...)
}

func asIs(_ uint32, name string) string { return name }

// aarch64Name corrects elastic's table, which takes names for 32-bit
// architectures from include/uapi/asm-generic/unistd.h: 403 to 423 (the
// *_time64 calls) are under "__BITS_PER_LONG == 32" there, and __NR3264_fstatat
// is newfstatat where longs have 64 bits. 244, arch_specific_syscall, is where
// a range begins and no call.
func aarch64Name(nr uint32, name string) string {
	switch {
	case nr == 244, nr >= 403 && nr <= 423:
		return ""
	case nr == 79 && name == "fstatat":
		return "newfstatat"
	}
	return name
}

// x32Name leaves out what arch/x86/entry/syscalls/syscall_64.tbl marks "64":
// the calls that x32 has under numbers of its own from 512 on, and those it
// does not have at all. What is marked "common" it shares with x86_64.
func x32Name(nr uint32, name string) string {
	if nr < 512 && slices.Contains(not32, name) {
		return ""
	}
	return name
}

// not32 are the calls marked "64".
var not32 = strings.Fields(`
	rt_sigaction rt_sigreturn ioctl readv writev recvfrom sendmsg recvmsg
	setsockopt getsockopt execve ptrace rt_sigpending rt_sigtimedwait
	rt_sigqueueinfo sigaltstack timer_create mq_notify kexec_load waitid
	set_robust_list get_robust_list vmsplice move_pages preadv pwritev
	rt_tgsigqueueinfo recvmmsg sendmmsg process_vm_readv process_vm_writev
	io_setup io_submit execveat preadv2 pwritev2

	uselib _sysctl create_module get_kernel_syms query_module nfsservctl
	set_thread_area get_thread_area epoll_ctl_old epoll_wait_old vserver
	uretprobe uprobe map_shadow_stack`)
