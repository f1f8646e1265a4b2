package syscalls_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"

	"jail/policy/syscalls"
)

// Every look-up must find every entry, and nothing else.
func TestLookups(t *testing.T) {
	for _, a := range syscalls.ABIs() {
		all := a.All()
		if a.Max() != all[len(all)-1].Nr {
			t.Errorf("%s: Max() = %#x", a.Name, a.Max())
		}
		byNr := map[uint32]string{}
		byName := map[string]uint32{}
		for i, e := range all {
			if i > 0 && all[i-1].Nr >= e.Nr {
				t.Errorf("%s: %d does not come before %d", a.Name, all[i-1].Nr, e.Nr)
			}
			if _, ok := byName[e.Name]; ok {
				t.Errorf("%s: %s twice", a.Name, e.Name)
			}
			byNr[e.Nr], byName[e.Name] = e.Name, e.Nr
		}
		for nr := range uint32(1024) {
			for _, nr := range []uint32{nr, nr | syscalls.X32Bit} {
				want := byNr[nr]
				if a == syscalls.X32 {
					want = byNr[nr|syscalls.X32Bit]
				}
				if got := a.Syscall(nr); got != want {
					t.Errorf("%s.Syscall(%#x) = %q, want %q", a.Name, nr, got, want)
				}
			}
		}
		for name := range syscalls.Names() {
			want, known := byName[name]
			if got, ok := a.Number(name); got != want || ok != known {
				t.Errorf("%s.Number(%q) = %d, %v; want %d, %v", a.Name, name, got, ok, want, known)
			}
		}
		for _, name := range []string{"", "a", "zzz", "READ", "read ", "opennat"} {
			if _, ok := a.Number(name); ok {
				t.Errorf("%s.Number(%q) was found", a.Name, name)
			}
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for name := range syscalls.Names() {
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
		if !syscalls.Known(name) {
			t.Errorf("%s is not known", name)
		}
	}
	for _, a := range syscalls.ABIs() {
		for _, e := range a.All() {
			if !seen[e.Name] {
				t.Errorf("%s of %s is missing", e.Name, a.Name)
			}
		}
	}
	if syscalls.Known("opennat") || syscalls.Known("") {
		t.Error("known although no ABI has it")
	}
}

// Elastic's tables: what they hold must be here, but for what they have wrong.
func TestNumbersAgainstElastic(t *testing.T) {
	for _, test := range []struct {
		abi  *syscalls.ABI
		info *arch.Info
		mask uint32
	}{
		{syscalls.X86_64, arch.X86_64, 0},
		{syscalls.I386, arch.I386, 0},
		{syscalls.X32, arch.X32, syscalls.X32Bit},
		{syscalls.AArch64, arch.AARCH64, 0},
	} {
		for nr, name := range test.info.SyscallNumbers {
			got := test.abi.Syscall(uint32(nr) | test.mask)
			if got == name || got == "" && elasticIsWrong(test.abi, nr, name) || nr == 79 && name == "fstatat" {
				continue
			}
			t.Errorf("%s: %d is %q, elastic has %q", test.abi.Name, nr, got, name)
		}
	}
}

func elasticIsWrong(a *syscalls.ABI, nr int, name string) bool {
	switch a {
	case syscalls.AArch64: // 32-bit calls, and the mark at the start of a range
		return nr == 244 || nr >= 403 && nr <= 423
	case syscalls.X32: // 64-bit calls: x32 has them from 512 on, or not at all
		n, ok := a.Number(name)
		return !ok || n >= 512|syscalls.X32Bit
	}
	return false
}

// x/sys's numbers, read from its source: the test's own look at the file that
// the generator takes through the type checker.
func TestNumbersAgainstUnix(t *testing.T) {
	for _, test := range []struct {
		file string
		abi  *syscalls.ABI
	}{
		{"zsysnum_linux_amd64.go", syscalls.X86_64},
		{"zsysnum_linux_386.go", syscalls.I386},
		{"zsysnum_linux_arm64.go", syscalls.AArch64},
	} {
		n := 0
		lines(t, unixFile(t, test.file), func(line string) {
			f := strings.Fields(line)
			if len(f) != 3 || !strings.HasPrefix(f[0], "SYS_") || f[0] == "SYS_ARCH_SPECIFIC_SYSCALL" {
				return
			}
			n++
			nr, err := strconv.ParseUint(f[2], 0, 32)
			name := strings.ToLower(strings.TrimPrefix(f[0], "SYS_"))
			if got := test.abi.Syscall(uint32(nr)); err != nil || got != name {
				t.Errorf("%s: %d is %q, x/sys has %q", test.abi.Name, nr, got, name)
			}
		})
		if all := len(test.abi.All()); n != all {
			t.Errorf("%s: %d calls, x/sys has %d", test.abi.Name, all, n)
		}
	}
}

// The kernel's headers, where they are installed. They may be older than the
// tables, never newer: then it is time to update golang.org/x/sys.
func TestNumbersAgainstHeaders(t *testing.T) {
	for _, test := range []struct {
		header string
		abi    *syscalls.ABI
	}{
		{"asm/unistd_64.h", syscalls.X86_64},
		{"asm/unistd_32.h", syscalls.I386},
		{"asm/unistd_x32.h", syscalls.X32},
	} {
		if syscalls.Native() != syscalls.X86_64 {
			continue // arm64's <asm/unistd.h> is a tree of conditions
		}
		n := 0
		lines(t, include(t, test.header), func(line string) {
			f := strings.Fields(line)
			if len(f) < 3 || f[0] != "#define" || !strings.HasPrefix(f[1], "__NR_") {
				return
			}
			name := strings.TrimPrefix(f[1], "__NR_")
			nr, err := strconv.ParseUint(strings.TrimSuffix(f[len(f)-1], ")"), 10, 32)
			if err != nil || name == "syscalls" {
				return
			}
			n++
			if got := test.abi.Syscall(uint32(nr)); got != name {
				t.Errorf("%s: %d is %q, <%s> has %q", test.abi.Name, nr, got, test.header, name)
			}
		})
		if n < 300 {
			t.Errorf("<%s> has only %d calls: is it read right?", test.header, n)
		}
	}
}

// From 424 on all architectures number new calls alike.
func TestNewCallsAreNumberedAlike(t *testing.T) {
	only64 := []string{"map_shadow_stack"} // not x32's
	for _, e := range syscalls.X86_64.All() {
		if e.Nr < 424 {
			continue
		}
		for _, a := range syscalls.ABIs() {
			got := a.Syscall(e.Nr | a.All()[0].Nr) // x32's carry its bit
			if got == "" && a == syscalls.X32 && slices.Contains(only64, e.Name) {
				continue
			}
			if got != e.Name {
				t.Errorf("%s: %d is %q, x86_64 has %q", a.Name, e.Nr, got, e.Name)
			}
		}
	}
}
