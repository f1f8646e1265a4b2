package bpftest

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

// Install puts the program on every thread of this process, for good.
func Install(p bpf.Program) error {
	return install(p, unix.SECCOMP_FILTER_FLAG_TSYNC)
}

// InstallHere puts the program on the calling thread only, for good. The
// caller has locked its goroutine to the thread.
func InstallHere(p bpf.Program) error { return install(p, 0) }

func install(p bpf.Program, flags uintptr) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if len(p) > 0xffff {
		return fmt.Errorf("%d instructions do not fit struct sock_fprog", len(p))
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: unsafe.SliceData(p)}
	tid, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	if tid != 0 {
		return fmt.Errorf("seccomp: thread %d could not be given the filter", tid)
	}
	return nil
}
