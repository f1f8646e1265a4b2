package sandbox

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

// installFilter installs the program on the calling thread. SPEC_ALLOW keeps
// kernels before 5.16 from turning on a costly speculation mitigation for the
// program, which it would also see in its /proc/self/status.
func installFilter(p bpf.Program) syscall.Errno {
	if len(p) == 0 || len(p) > bpf.MaxLen {
		return unix.EINVAL
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: (*unix.SockFilter)(unsafe.Pointer(&p[0]))}
	_, _, errno := syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW, uintptr(unsafe.Pointer(&prog)))
	return errno
}

// execImage is a Launch as the kernel wants it. All memory is laid out before
// the filter is installed; from then on nothing may be allocated, for the
// allocator's calls might be refused.
type execImage struct {
	paths   []*byte // candidates, in the order in which execvp tries them
	names   []string
	argv    []*byte
	script  []*byte // argv for /bin/sh, its [1] still to be set
	shell   *byte
	env     []*byte
	name    string
	hint    string
	message []byte
}

func (l *Launch) image() (*execImage, error) {
	im := &execImage{names: candidates(l.Argv[0], lookupPath(l.Env)), name: l.Argv[0], hint: l.Hint}
	var err error
	if im.argv, err = syscall.SlicePtrFromStrings(l.Argv); err != nil {
		return nil, ErrArgument
	}
	if im.env, err = syscall.SlicePtrFromStrings(l.Env); err != nil {
		return nil, ErrArgument
	}
	longest := 0
	for _, name := range im.names {
		p, err := syscall.BytePtrFromString(name)
		if err != nil {
			return nil, ErrArgument
		}
		im.paths = append(im.paths, p)
		longest = max(longest, len(name))
	}
	im.shell, _ = syscall.BytePtrFromString(shell)
	im.script = append([]*byte{im.shell, nil}, im.argv[1:]...)
	im.message = make([]byte, 0, longest+len(im.name)+len(im.hint)+256)
	return im, nil
}

// exec tries the candidates as execvp(3) does and returns the name and errno
// to report when none could be executed.
func (im *execImage) exec(nonce uintptr) (name string, errno syscall.Errno) {
	name, errno = im.name, unix.ENOENT
	for i, path := range im.paths {
		e := im.execveat(path, im.argv, nonce)
		if e == unix.ENOEXEC {
			// A script without #!: execvp hands it to the shell.
			im.script[1] = path
			e = im.execveat(im.shell, im.script, nonce)
		}
		switch e {
		case unix.ENOENT, unix.ENOTDIR, unix.ENODEV, unix.ESTALE, unix.ETIMEDOUT:
		case unix.EACCES:
			name, errno = im.names[i], e
		default:
			return im.names[i], e
		}
	}
	return name, errno
}

func (im *execImage) execveat(path *byte, argv []*byte, nonce uintptr) syscall.Errno {
	at := unix.AT_FDCWD
	_, _, errno := syscall.RawSyscall6(unix.SYS_EXECVEAT, uintptr(at), uintptr(unsafe.Pointer(path)),
		uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&im.env[0])), 0, nonce)
	return errno
}

// fail says why the program could not be executed, and ends the process.
func (im *execImage) fail(nonce uintptr, name string, errno syscall.Errno) {
	code := uintptr(ExitCannotRun)
	m := append(im.message, "jail: "...)
	m = append(m, name...)
	if errno == unix.ENOENT {
		code = ExitNotFound
		m = append(m, ": program not found"...)
		m = append(m, im.hint...)
	} else {
		m = append(m, ": cannot be executed: "...)
		m = append(m, errno.Error()...)
	}
	m = append(m, '\n')
	syscall.RawSyscall6(unix.SYS_WRITE, 2, uintptr(unsafe.Pointer(&m[0])), uintptr(len(m)), 0, 0, nonce)
	for {
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, code, 0, 0, 0, 0, nonce)
	}
}
