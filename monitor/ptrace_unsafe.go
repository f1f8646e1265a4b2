package monitor

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ptrace makes one request. It bypasses the Go scheduler: a request on a
// stopped tracee does not block, and this is the hot path. Every request has
// to come from the thread that attached (ptrace(2)).
func ptrace(request int, tid int, addr, data uintptr) syscall.Errno {
	_, _, errno := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0)
	return errno
}

// resume lets a stopped tracee run on, delivering sig unless it is 0. The
// kernel keeps the siginfo of a signal that is handed back unchanged. ESRCH
// means that the tracee was killed meanwhile; its death is reported next.
func resume(tid int, sig syscall.Signal) { ptrace(unix.PTRACE_CONT, tid, 0, uintptr(sig)) }

// listen leaves a tracee in its group-stop, to be woken by SIGCONT as an
// untraced process would be.
func listen(tid int) { ptrace(unix.PTRACE_LISTEN, tid, 0, 0) }

// eventMessage returns what PTRACE_GETEVENTMSG says of the present event: the
// new task of a fork, the former thread ID of an exec.
func eventMessage(tid int) (int, bool) {
	var msg uint64
	errno := ptrace(unix.PTRACE_GETEVENTMSG, tid, 0, uintptr(unsafe.Pointer(&msg)))
	return int(msg), errno == 0
}

// syscallInfo is struct ptrace_syscall_info at a seccomp stop, <linux/ptrace.h>.
type syscallInfo struct {
	op   uint8
	_    [3]uint8
	arch uint32
	ip   uint64
	sp   uint64
	nr   uint64
	args [6]uint64
	ret  uint32
	_    uint32
}

const opSeccomp = 3 // PTRACE_SYSCALL_INFO_SECCOMP

// get reads the call that a tracee is stopped at. It is what seccomp itself
// was asked about: arch tells an int 0x80 in 64-bit code from a syscall
// instruction, which the registers do not.
func (s *syscallInfo) get(tid int) syscall.Errno {
	errno := ptrace(unix.PTRACE_GET_SYSCALL_INFO, tid, unsafe.Sizeof(*s), uintptr(unsafe.Pointer(s)))
	if errno == 0 && s.op != opSeccomp {
		return unix.EPROTO
	}
	return errno
}

// childInfo is the part of siginfo_t that waitid(2) fills in.
type childInfo struct {
	signo, errno, code int32
	_                  int32
	pid                int32
	uid                uint32
	status             int32
	_                  [100]byte
}

// peek waits for any tracee that has stopped or died and leaves it waitable.
// It goes through the scheduler, so that a monitor at rest costs nothing.
//
// Stops of a tracee are reported whether or not WSTOPPED is given
// (kernel/exit.c, wait_task_stopped), so there is no asking for deaths alone.
func (c *childInfo) peek() syscall.Errno {
	for {
		_, _, errno := syscall.Syscall6(unix.SYS_WAITID, unix.P_ALL, 0, uintptr(unsafe.Pointer(c)),
			unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT|unix.WALL, 0, 0)
		if errno != unix.EINTR {
			return errno
		}
	}
}

// peekNow is peek where it need not wait.
func (c *childInfo) peekNow() bool {
	return c.poll(unix.P_ALL, 0, unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT|unix.WALL)
}

// consume takes the stop that was peeked at, so that it is not reported again.
// It reports false if the tracee has been killed since.
func (c *childInfo) consume() bool {
	return c.poll(unix.P_PID, int(c.pid), unix.WSTOPPED|unix.WALL)
}

// reap ends a dead task's time as a zombie; its real parent is told.
func reap(tid int) {
	var c childInfo
	c.poll(unix.P_PID, tid, unix.WEXITED|unix.WALL)
}

// poll is waitid(2) with WNOHANG; it reports whether there was anything.
func (c *childInfo) poll(idtype, id, options int) bool {
	c.pid = 0
	_, _, errno := syscall.RawSyscall6(unix.SYS_WAITID, uintptr(idtype), uintptr(id),
		uintptr(unsafe.Pointer(c)), uintptr(options|unix.WNOHANG), 0, 0)
	return errno == 0 && c.pid != 0
}

// exited reports whether the state is an end, not a stop (CLD_EXITED,
// CLD_KILLED and CLD_DUMPED of <asm-generic/siginfo.h>).
func (c *childInfo) exited() bool { return c.code >= 1 && c.code <= 3 }

// memory reads a tracee's memory (process_vm_readv(2)).
type memory struct{ tid int }

// ReadAt reads up to len(p) bytes at addr and returns how many there were.
func (m memory) ReadAt(p []byte, addr uint64) int {
	if len(p) == 0 {
		return 0
	}
	local := unix.Iovec{Base: &p[0], Len: uint64(len(p))}
	remote := [2]uint64{addr, uint64(len(p))}
	n, _, errno := syscall.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(m.tid),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// word reads eight bytes at addr.
func (m memory) word(addr uint64) (uint64, bool) {
	var b [8]byte
	ok := m.ReadAt(b[:], addr) == len(b)
	return binary.NativeEndian.Uint64(b[:]), ok
}

// Deafen makes this process ignore what is sent to its whole control group or
// session, and keeps the kernel from sending SIGCHLD at every stop, which would
// run the runtime's handler; waits are woken without it. The signals by which
// the runtime learns of its own faults stay as they are, and SIGURG, which it
// sends to itself.
func Deafen() {
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		act := struct {
			handler  uintptr
			flags    uint64
			restorer uintptr
			mask     uint64
		}{handler: 1} // SIG_IGN
		switch sig {
		case unix.SIGCHLD:
			act.handler, act.flags = 0, 1 // SIG_DFL, SA_NOCLDSTOP
		case unix.SIGKILL, unix.SIGSTOP, unix.SIGURG, unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL:
			continue
		}
		syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&act)), 0, 8, 0, 0)
	}
}
