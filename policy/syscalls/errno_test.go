package syscalls_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

func TestErrnos(t *testing.T) {
	for n := range uint16(4096) {
		name := syscalls.ErrnoName(n)
		want := unix.ErrnoName(syscall.Errno(n))
		if n == 95 {
			want = "EOPNOTSUPP" // asm-generic/errno.h; ENOTSUP is glibc's
		}
		if name != want {
			t.Errorf("ErrnoName(%d) = %q, want %q", n, name, want)
		}
		if name == "" {
			continue
		}
		if got, ok := syscalls.Errno(name); !ok || got != n {
			t.Errorf("Errno(%q) = %d, %v", name, got, ok)
		}
		for _, a := range syscalls.ABIs() {
			if got, ok := syscalls.Constant(a, name); !ok || got != uint64(n) {
				t.Errorf("%s: Constant(%q) = %d, %v", a.Name, name, got, ok)
			}
		}
	}
	for name, want := range map[string]uint16{
		"EPERM": 1, "ENOSYS": 38, "EHWPOISON": 133,
		"EWOULDBLOCK": 11, "EDEADLOCK": 35, "ENOTSUP": 95, // synonyms
	} {
		if got, ok := syscalls.Errno(name); !ok || got != want {
			t.Errorf("Errno(%q) = %d, %v; want %d", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "EPERMS", "eperm", "E", "ZZZ", "1"} {
		if _, ok := syscalls.Errno(name); ok {
			t.Errorf("Errno(%q) was found", name)
		}
	}
}

func TestSignals(t *testing.T) {
	for n := range uint16(100) {
		name := syscalls.SignalName(n)
		if want := unix.SignalName(syscall.Signal(n)); name != want {
			t.Errorf("SignalName(%d) = %q, want %q", n, name, want)
		}
		if name == "" {
			continue
		}
		if got, ok := syscalls.Signal(name); !ok || got != n {
			t.Errorf("Signal(%q) = %d, %v", name, got, ok)
		}
	}
	for name, want := range map[string]uint16{"SIGKILL": 9, "SIGSYS": 31, "SIGIOT": 6, "SIGCLD": 17, "SIGPOLL": 29} {
		if got, ok := syscalls.Signal(name); !ok || got != want {
			t.Errorf("Signal(%q) = %d, %v; want %d", name, got, ok, want)
		}
	}
	if _, ok := syscalls.Signal("SIGRTMIN"); ok {
		t.Error("there is a SIGRTMIN")
	}
}
