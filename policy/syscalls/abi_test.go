package syscalls_test

import (
	"runtime"
	"testing"

	"jail/policy/syscalls"
)

func TestIdentify(t *testing.T) {
	const x86, i386, arm64, riscv = 0xc000003e, 0x40000003, 0xc00000b7, 0xc00000f3
	for _, test := range []struct {
		audit, nr uint32
		want      *syscalls.ABI
		name      string
	}{
		{x86, 0, syscalls.X86_64, "read"},
		{x86, 59, syscalls.X86_64, "execve"},
		{x86, 471, syscalls.X86_64, "rseq_slice_yield"},
		{x86, 511, syscalls.X86_64, ""},
		{x86, 512, syscalls.X32, "rt_sigaction"},
		{x86, 520, syscalls.X32, "execve"},
		{x86, 547, syscalls.X32, "pwritev2"},
		{x86, 548, syscalls.X86_64, ""},
		{x86, 0x40000000, syscalls.X32, "read"},
		{x86, 0x40000000 | 520, syscalls.X32, "execve"},
		{x86, 0x40000000 | 59, syscalls.X32, ""}, // the 64-bit execve is not x32's
		{x86, 0x7fffffff, syscalls.X32, ""},
		{x86, 0x80000000, syscalls.X86_64, ""},
		{x86, 0xffffffff, syscalls.X86_64, ""}, // what a tracer writes to skip a call
		{i386, 20, syscalls.I386, "getpid"},
		{i386, 102, syscalls.I386, "socketcall"},
		{i386, 0x40000000, syscalls.I386, ""},
		{i386, 520, syscalls.I386, ""},
		{arm64, 56, syscalls.AArch64, "openat"},
		{arm64, 0x40000000, syscalls.AArch64, ""},
		{riscv, 0, nil, ""},
		{0, 0, nil, ""},
	} {
		got := syscalls.Identify(test.audit, test.nr)
		if got != test.want {
			t.Errorf("Identify(%#x, %#x) = %v, want %v", test.audit, test.nr, got, test.want)
			continue
		}
		if got == nil {
			continue
		}
		if name := got.Syscall(test.nr); name != test.name {
			t.Errorf("%s.Syscall(%#x) = %q, want %q", got.Name, test.nr, name, test.name)
		}
	}
}

func TestByName(t *testing.T) {
	for _, a := range syscalls.ABIs() {
		if got := syscalls.ByName(a.Name); got != a {
			t.Errorf("ByName(%q) = %v", a.Name, got)
		}
	}
	if got := syscalls.ByName("riscv64"); got != nil {
		t.Errorf("ByName of an unknown ABI = %v", got)
	}
}

func TestNative(t *testing.T) {
	want := map[string]*syscalls.ABI{
		"amd64": syscalls.X86_64, "386": syscalls.I386, "arm64": syscalls.AArch64,
	}[runtime.GOARCH]
	if got := syscalls.Native(); got != want {
		t.Errorf("Native() = %v, want %v", got, want)
	}
}

// Nothing but x86_64 shares its audit value with another ABI.
func TestIsForeign(t *testing.T) {
	for _, a := range syscalls.ABIs() {
		for _, e := range a.All() {
			if a.IsForeign(e.Nr) {
				t.Errorf("%s: %s (%#x) counts as foreign", a.Name, e.Name, e.Nr)
			}
			foreign := syscalls.X86_64.IsForeign(e.Nr)
			if a == syscalls.X32 && !foreign || a == syscalls.X86_64 && foreign {
				t.Errorf("x86_64: IsForeign(%#x), %s of %s, is %v", e.Nr, e.Name, a.Name, foreign)
			}
		}
	}
}
