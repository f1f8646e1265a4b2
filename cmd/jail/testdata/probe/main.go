// Command probe makes one system call, raw, from the place it is told to, and
// prints what came back: the tests' program under the filter.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

const usage = `usage: probe [WHERE...] SYSCALL [ARG...]
       probe sweep: makes the calls that standard input lists
WHERE: -thread (another thread), -fork (a forked child), -exec (an executed child),
       -threadexec (this process, executed again by another thread), -daemon (a
       detached child; the parent ends first), -untraced, -untraced3 (a child made by
       clone or clone3 with CLONE_UNTRACED), -int80 (i386 entry), -x32, -times N
       -undumpable (first), -fill (first fork until no more can be had),
       -selftrace (under a filter of its own that wants every SYSCALL traced)
ARG:   a number, or s:TEXT for a pointer to it`

func init() { runtime.LockOSThread() }

func main() {
	abi := syscalls.Native()
	args := os.Args[1:]
	times := 1
	where := func(f func()) { f() }
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-thread":
			where = inThread
		case "-fork":
			where = func(f func()) { inChild(fork(0), f) }
		case "-untraced":
			where = func(f func()) { inChild(fork(unix.CLONE_UNTRACED), f) }
		case "-untraced3":
			where = func(f func()) { inChild(fork3(unix.CLONE_UNTRACED), f) }
		case "-undumpable":
			unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
		case "-fill":
			fill()
		case "-selftrace":
			selfTrace(abi, args[1])
		case "-daemon":
			where = inDaemon
		case "-threadexec":
			inThread(func() { fatal(unix.Exec("/proc/self/exe", append(os.Args[:1:1], args[1:]...), nil).Error()) })
		case "-exec":
			inExec(args[1:])
		case "-int80":
			abi = syscalls.I386
		case "-x32":
			abi = syscalls.X32
		case "-times":
			args = args[1:]
			times, _ = strconv.Atoi(args[0])
		default:
			fatal(usage)
		}
		args = args[1:]
	}
	if len(args) == 0 {
		fatal(usage)
	}
	if args[0] == "sweep" {
		sweep()
		return
	}
	where(func() {
		for range times {
			os.Stdout.WriteString(call(abi, args[0], args[1:]) + "\n")
		}
	})
}

func call(abi *syscalls.ABI, name string, words []string) string {
	nr, ok := abi.Number(name)
	if !ok {
		n, err := strconv.ParseUint(name, 0, 32)
		if err != nil {
			fatal("probe: no such call: " + name)
		}
		nr = uint32(n)
	}
	var args [6]uintptr
	for i, w := range words {
		args[i] = argument(w)
	}
	var r uintptr
	var errno syscall.Errno
	if abi == syscalls.I386 {
		v := int80(nr, uint32(args[0]), uint32(args[1]), uint32(args[2]), uint32(args[3]))
		if r = uintptr(v); v < 0 && v > -4096 {
			errno = syscall.Errno(-v)
		}
	} else {
		r, _, errno = syscall.RawSyscall6(uintptr(nr), args[0], args[1], args[2], args[3], args[4], args[5])
	}
	if errno != 0 {
		return name + ": " + unix.ErrnoName(errno)
	}
	return fmt.Sprintf("%s: ok %d", name, int64(r))
}

// argument returns a number, or the address, below 4 GiB, of a text.
func argument(word string) uintptr {
	text, ok := strings.CutPrefix(word, "s:")
	if !ok {
		n, err := strconv.ParseUint(word, 0, 64)
		if err != nil {
			m, err := strconv.ParseInt(word, 0, 64)
			if err != nil {
				fatal("probe: not a number: " + word)
			}
			n = uint64(m)
		}
		return uintptr(n)
	}
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|map32)
	if err != nil {
		fatal("probe: mmap: " + err.Error())
	}
	copy(page, text)
	return uintptr(unsafe.Pointer(&page[0]))
}

// inThread runs f on a thread that is not the process's first, which stays
// locked to the main goroutine.
func inThread(f func()) {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	<-done
}

// fork makes a child that has this thread alone.
func fork(flags uintptr) (child uintptr) {
	child, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD)|flags, 0, 0, 0, 0, 0)
	if errno != 0 {
		fatal("probe: clone: " + errno.Error())
	}
	return child
}

// fork3 does so by clone3, whose flags lie in memory.
func fork3(flags uint64) (child uintptr) {
	args := [8]uint64{0: flags, 4: uint64(unix.SIGCHLD)} // struct clone_args: flags, …, exit_signal
	child, _, errno := syscall.RawSyscall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args), 0)
	if errno != 0 {
		fatal("probe: clone3: " + errno.Error())
	}
	return child
}

// inChild runs f in the child; the parent waits for it and ends with its
// status.
func inChild(child uintptr, f func()) {
	if child == 0 {
		f()
		os.Exit(0)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(int(child), &status, 0, nil); err != nil {
		fatal("probe: wait4: " + err.Error())
	}
	if status.Signaled() {
		fatal("probe: child: " + status.Signal().String())
	}
	os.Exit(status.ExitStatus())
}

// fill forks until RLIMIT_NPROC allows no more. The children end with this
// process.
func fill() {
	for {
		child, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return
		}
		for child == 0 {
			syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0, 0)
			syscall.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
		}
	}
}

// selfTrace installs a filter that hands the call to a tracer.
func selfTrace(abi *syscalls.ABI, name string) {
	nr, _ := abi.Number(name)
	code := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: nr},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_TRACE | 9},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if _, _, errno := syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); errno != 0 {
		fatal("probe: seccomp: " + errno.Error())
	}
}

// inDaemon runs f in a grandchild with a session of its own, after both its
// parent and its grandparent have ended.
func inDaemon(f func()) {
	var ended [2]int
	unix.Pipe(ended[:])
	if fork(0) != 0 {
		os.Exit(0)
	}
	unix.Setsid()
	if fork(0) != 0 {
		os.Exit(0)
	}
	unix.Close(ended[1])
	unix.Read(ended[0], make([]byte, 1)) // returns when the others have ended
	f()
}

// inExec runs what follows in an executed child.
func inExec(args []string) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fatal("probe: child: " + err.Error())
	}
	os.Exit(0)
}

func fatal(text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(2)
}
