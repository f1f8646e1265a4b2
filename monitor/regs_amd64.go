package monitor

import (
	"syscall"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// Offsets into struct user_regs_struct, <sys/user.h>.
const (
	offRBP     = 4 * 8
	offRBX     = 5 * 8
	offR9      = 8 * 8
	offRAX     = 10 * 8
	offRDI     = 14 * 8
	offOrigRAX = 15 * 8
)

// refuse makes the call at a seccomp stop fail: the kernel skips a call whose
// number is -1 and returns what the result register holds (seccomp(2)).
func refuse(tid int, _ *syscalls.ABI, errno syscall.Errno) syscall.Errno {
	if e := poke(tid, offOrigRAX, ^uintptr(0)); e != 0 {
		return e
	}
	return poke(tid, offRAX, -uintptr(errno))
}

// setArgument writes an argument register of the call, counted from 0.
func setArgument(tid int, abi *syscalls.ABI, arg int, value uint64) syscall.Errno {
	off := uintptr(offRDI)
	switch {
	case abi == syscalls.I386 && arg == 0:
		off = offRBX
	case abi == syscalls.I386 && arg == 5:
		off = offRBP
	case arg == 5:
		off = offR9
	case arg != 0:
		return unix.EINVAL
	}
	return poke(tid, off, uintptr(value))
}

func poke(tid int, off, value uintptr) syscall.Errno {
	return ptrace(unix.PTRACE_POKEUSR, tid, off, value)
}
