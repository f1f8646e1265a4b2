package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The runtime's fork protocol. Package syscall uses these three for its own
// forks; the linker lets others name them.

//go:linkname runtimeBeforeFork syscall.runtime_BeforeFork
func runtimeBeforeFork()

//go:linkname runtimeAfterFork syscall.runtime_AfterFork
func runtimeAfterFork()

//go:linkname runtimeAfterForkInChild syscall.runtime_AfterForkInChild
func runtimeAfterForkInChild()

// Aside is a program to be started beside this one: nobody's child, in a
// session of its own, with every signal blocked.
type Aside struct {
	Path  string   // of the executable
	Argv  []string // its arguments, name first
	Env   []string
	Files []uintptr // its descriptors 0, 1, 2, …, by number in this process; the rest are closed
}

// asideImage is an Aside with everything that the forked child needs laid out
// beforehand: after the fork nothing may be allocated.
type asideImage struct {
	path  *byte
	argv  []*byte
	env   []*byte
	files []uintptr
	root  *byte
	mask  sigset
}

type sigset uint64

// maxFiles bounds Aside.Files; the child sorts them on its stack.
const maxFiles = 8

// Start runs the program as an orphan and returns its process ID. report and
// answer are the two ends of a connected pair, report among Files or not; on
// report the program can talk to this process. If it can't be executed, four
// bytes come instead: minus the errno, as a signed number of native order.
//
// It is a double fork: this process never has the program as its child, so
// neither has what this process becomes by execve. The intermediate process
// sends no SIGCHLD and is reaped here.
func (a *Aside) Start(report, answer int) (pid int, err error) {
	image, err := a.image()
	if err != nil {
		return 0, err
	}
	defer adopt(adopt(false))
	child, errno := forkAside(image, uintptr(report))
	runtime.KeepAlive(image)
	if errno != 0 {
		return 0, fmt.Errorf("fork: %w", errno)
	}
	var status unix.WaitStatus
	for {
		_, err = unix.Wait4(int(child), &status, unix.WALL, nil)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("wait4: %w", err)
	}
	if !status.Exited() || status.ExitStatus() != 0 {
		// Nothing to read then, and this process holds the other end itself.
		return 0, errors.New("the process that was to start it died")
	}
	var word int32
	buf := unsafe.Slice((*byte)(unsafe.Pointer(&word)), 4)
	if err := readFull(answer, buf); err != nil {
		return 0, err
	}
	if word <= 0 {
		return 0, fmt.Errorf("fork: %w", syscall.Errno(-word))
	}
	return int(word), nil
}

// adopt says whether this process takes in orphans among its descendants, as a
// subreaper does (prctl(2)), and returns what it did before. What is started
// aside must not become the child of the process that it is to stand beside.
func adopt(orphans bool) (before bool) {
	var flag int32
	_, _, errno := syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&flag)), 0, 0, 0, 0)
	before = errno == 0 && flag != 0
	if before != orphans {
		set := uintptr(0)
		if orphans {
			set = 1
		}
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, set, 0, 0, 0)
	}
	return before
}

func (a *Aside) image() (*asideImage, error) {
	if len(a.Files) > maxFiles {
		return nil, fmt.Errorf("%d descriptors, at most %d", len(a.Files), maxFiles)
	}
	var (
		im  = &asideImage{files: a.Files, mask: ^sigset(0)}
		err error
	)
	if im.path, err = syscall.BytePtrFromString(a.Path); err != nil {
		return nil, err
	}
	if im.argv, err = syscall.SlicePtrFromStrings(a.Argv); err != nil {
		return nil, err
	}
	if im.env, err = syscall.SlicePtrFromStrings(a.Env); err != nil {
		return nil, err
	}
	im.root, err = syscall.BytePtrFromString("/")
	return im, err
}

// forkAside makes the intermediate process. clone's exit signal is 0, so that
// nobody is told when it ends. What runs in the children must neither allocate,
// nor lock, nor grow its stack: hence nosplit from here on.
//
//go:noinline
//go:norace
//go:nosplit
func forkAside(im *asideImage, report uintptr) (pid uintptr, errno syscall.Errno) {
	runtimeBeforeFork()
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, 0, 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		runtimeAfterFork()
		return pid, errno
	}
	runtimeAfterForkInChild()
	asideIntermediate(im, report)
	return // not reached
}

// asideIntermediate is the first child: it forks the second and says which
// process that is, or minus the errno.
//
//go:norace
//go:nosplit
func asideIntermediate(im *asideImage, report uintptr) {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno == 0 && pid == 0 {
		asideChild(im, report)
	}
	word := int32(pid)
	if errno != 0 {
		word = -int32(errno)
	}
	n, _, _ := syscall.RawSyscall(unix.SYS_WRITE, report, uintptr(unsafe.Pointer(&word)), 4)
	if n != 4 {
		exit(1)
	}
	exit(0)
}

// asideChild is the second child: detached, deaf to signals, and on its way to
// the program. If a step fails it says so with minus the errno where the
// program would have spoken.
//
//go:norace
//go:nosplit
func asideChild(im *asideImage, report uintptr) {
	syscall.RawSyscall(unix.SYS_SETSID, 0, 0, 0)
	syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&im.mask)), 0, numSignals/8, 0, 0)
	errno := asideFiles(im.files)
	if errno == 0 {
		syscall.RawSyscall(unix.SYS_CHDIR, uintptr(unsafe.Pointer(im.root)), 0, 0)
		_, _, errno = syscall.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(im.path)),
			uintptr(unsafe.Pointer(&im.argv[0])), uintptr(unsafe.Pointer(&im.env[0])))
	}
	word := -int32(errno)
	syscall.RawSyscall(unix.SYS_WRITE, report, uintptr(unsafe.Pointer(&word)), 4)
	exit(1)
}

// asideFiles moves files to 0, 1, 2, …: first out of the way, above every
// number in question, then down. Whatever else is open stays behind a
// close-on-exec flag or is closed by the program (close_range needs Linux 5.9).
//
//go:norace
//go:nosplit
func asideFiles(files []uintptr) syscall.Errno {
	var high [maxFiles]uintptr
	for i, fd := range files {
		r, _, errno := syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_DUPFD_CLOEXEC, maxFiles)
		if errno != 0 {
			return errno
		}
		high[i] = r
	}
	for i := range files {
		if _, _, errno := syscall.RawSyscall(unix.SYS_DUP3, high[i], uintptr(i), 0); errno != 0 {
			return errno
		}
	}
	return 0
}

//go:norace
//go:nosplit
func exit(code uintptr) {
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, code, 0, 0)
	}
}

func readFull(fd int, buf []byte) error {
	for len(buf) > 0 {
		n, err := unix.Read(fd, buf)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("end of file")
		default:
			buf = buf[n:]
		}
	}
	return nil
}
