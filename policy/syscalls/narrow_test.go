package syscalls_test

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// The running kernel must take arguments whose unread bits are set as it takes
// them without, and refuse those that it reads whole.
func TestUnreadBitsAgainstKernel(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("text"); err != nil {
		t.Fatal(err)
	}
	const page = 4096
	memory, err := unix.Mmap(-1, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(memory)
	iov := &unix.Iovec{Base: &memory[0]}
	iov.SetLen(4)
	fd, vec, addr := file.Fd(), uintptr(unsafe.Pointer(iov)), uintptr(unsafe.Pointer(&memory[0]))

	for _, test := range []struct {
		call, arg string
		args      [6]uintptr
		want      syscall.Errno // with the bits set that Arg says the kernel does not read
	}{
		{"preadv", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"preadv2", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"pwritev", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"pwritev2", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"readv", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"writev", "fd", [6]uintptr{fd, vec, 1}, 0},
		{"mmap", "fd", [6]uintptr{0, page, unix.PROT_READ, unix.MAP_PRIVATE, fd}, 0},
		{"mbind", "mode", [6]uintptr{addr, page}, 0},
		{"fchmod", "mode", [6]uintptr{fd, 0o600}, 0},
		{"ptrace", "pid", [6]uintptr{unix.PTRACE_SEIZE, uintptr(os.Getpid())}, unix.EPERM}, // found: ESRCH if not
		{"socket", "family", [6]uintptr{unix.AF_UNIX, unix.SOCK_STREAM}, 0},
		{"socket", "type", [6]uintptr{unix.AF_UNIX, unix.SOCK_STREAM}, 0},
		{"lseek", "whence", [6]uintptr{fd, 0, unix.SEEK_SET}, 0},
		{"fcntl", "cmd", [6]uintptr{fd, unix.F_GETFD}, 0},

		// Read whole: any bit more is an error.
		{"mprotect", "prot", [6]uintptr{addr, page, unix.PROT_READ}, unix.EINVAL},
		{"unshare", "unshare_flags", [6]uintptr{}, unix.EINVAL},
	} {
		i, arg, ok := syscalls.Native().Arg(test.call, test.arg)
		nr, _ := syscalls.Native().Number(test.call)
		if !ok {
			t.Errorf("%s has no %s", test.call, test.arg)
			continue
		}
		unread := ^uintptr(0) << (arg.Bits - 1) << 1
		if arg.Bits == 64 {
			unread = 1 << 32 // what a narrower argument would hide
		}
		test.args[i] |= unread
		if got := rawCall(nr, test.args); got != test.want {
			t.Errorf("%s with %s = %#x: %v, want %v", test.call, test.arg, test.args[i], got, test.want)
		}
	}
	runtime.KeepAlive(iov)
}

// rawCall makes a system call and undoes what it leaves open.
func rawCall(nr uint32, a [6]uintptr) syscall.Errno {
	r, _, errno := unix.RawSyscall6(uintptr(nr), a[0], a[1], a[2], a[3], a[4], a[5])
	if socket, _ := syscalls.Native().Number("socket"); errno == 0 && nr == socket {
		unix.Close(int(r))
	}
	return errno
}
