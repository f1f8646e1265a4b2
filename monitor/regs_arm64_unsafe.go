//go:build arm64

package monitor

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// Register sets of <linux/elf.h>.
const (
	ntPRStatus   = 1
	ntARMSyscall = 0x404
)

// registers holds NT_PRSTATUS of a 64-bit tracee (x0 to x30, sp, pc, pstate)
// or of a 32-bit one (r0 to r15, cpsr, orig_r0); size tells which.
type registers struct {
	x    [34]uint64
	size uint64
}

const size32 = 18 * 4

func (r *registers) get(tid int) syscall.Errno {
	v := unix.Iovec{Base: (*byte)(unsafe.Pointer(&r.x)), Len: uint64(unsafe.Sizeof(r.x))}
	errno := ptrace(unix.PTRACE_GETREGSET, tid, ntPRStatus, uintptr(unsafe.Pointer(&v)))
	r.size = v.Len
	return errno
}

func (r *registers) set(tid int) syscall.Errno {
	v := unix.Iovec{Base: (*byte)(unsafe.Pointer(&r.x)), Len: r.size}
	return ptrace(unix.PTRACE_SETREGSET, tid, ntPRStatus, uintptr(unsafe.Pointer(&v)))
}

func (r *registers) put(i int, value uint64) {
	if r.size == size32 {
		(*[size32 / 4]uint32)(unsafe.Pointer(&r.x))[i] = uint32(value)
		return
	}
	r.x[i] = value
}

// refuse makes the call at a seccomp stop fail: the kernel skips a call whose
// number is -1 and returns what x0 holds (seccomp(2)).
func refuse(tid int, _ *syscalls.ABI, errno syscall.Errno) syscall.Errno {
	nr := int32(-1)
	v := unix.Iovec{Base: (*byte)(unsafe.Pointer(&nr)), Len: 4}
	if e := ptrace(unix.PTRACE_SETREGSET, tid, ntARMSyscall, uintptr(unsafe.Pointer(&v))); e != 0 {
		return e
	}
	return setArgument(tid, nil, 0, uint64(-int64(errno)))
}

// setArgument writes an argument register of the call, counted from 0.
func setArgument(tid int, _ *syscalls.ABI, arg int, value uint64) syscall.Errno {
	var r registers
	if e := r.get(tid); e != 0 {
		return e
	}
	r.put(arg, value)
	return r.set(tid)
}
