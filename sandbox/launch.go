// Package sandbox puts a process under a seccomp filter and turns it into the
// program. The process that calls Exec becomes the program: same PID, parent,
// session, terminal, control group and exit status.
package sandbox

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

// Launch is a program about to take this process's place.
type Launch struct {
	Argv   []string    // its arguments; Argv[0] is looked up as execvp(3) does
	Env    []string    // its environment, handed on as it is; PATH in it counts
	Filter bpf.Program // installed just before the execve

	// Nonce is the value of the sixth argument register with which Filter
	// lets the launcher's own execveat, write and exit_group through. The
	// kernel ignores that register for these calls.
	Nonce uint64

	// Hint follows the message that the program was not found.
	Hint string

	// Dispositions are restored before the filter is installed.
	Dispositions Dispositions
}

// Step names what Exec was doing when it failed, in words for an operator.
type Step string

const (
	StepPrivileges Step = "set no_new_privs"
	StepFilter     Step = "install the seccomp filter"
)

// Error is a set-up step that the kernel refused. Nothing was started.
type Error struct {
	Step  Step
	Errno syscall.Errno
}

func (e *Error) Error() string { return fmt.Sprintf("cannot %s: %s", e.Step, e.Errno.Error()) }

func (e *Error) Unwrap() error { return e.Errno }

// ErrArgument is returned for an argument or environment string with a NUL.
var ErrArgument = errors.New("an argument or environment string holds a NUL byte")

// Exec restricts the calling process and executes the program. It must run on
// the process's main thread (runtime.LockOSThread in an init function), which
// is the one that survives, and on which alone the filter is installed: execve
// ends all others (execve(2)).
//
// It returns only when a step before the filter fails. Once the filter is in
// place nothing but the execve itself, one write and exit_group is sure to be
// let through, so a program that can't be executed is reported on standard
// error, and the process ends with 127 (not found) or 126 (found but not
// executable), as env(1) and nohup(1) do.
func (l *Launch) Exec() error {
	im, err := l.image()
	if err != nil {
		return err
	}
	restoreFileLimit()
	l.Dispositions.restore()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return &Error{StepPrivileges, errnoOf(err)}
	}
	if errno := installFilter(l.Filter); errno != 0 {
		return &Error{StepFilter, errno}
	}
	path, errno := im.exec(uintptr(l.Nonce))
	im.fail(uintptr(l.Nonce), path, errno)
	return nil // not reached
}

// restoreFileLimit puts the soft RLIMIT_NOFILE back to what the caller had.
// The Go runtime raises it at start and keeps the earlier value to itself;
// syscall.Exec puts it back before it tries the execve, even one that can't
// succeed.
func restoreFileLimit() {
	_ = syscall.Exec("", nil, nil) // ENOENT, always: execve(2) of an empty path
}

func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return unix.EINVAL
}
