package main

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"jail/sandbox"
)

// monitorName is argv[0] of a monitor, and what ps(1) shows of it.
const monitorName = "jail-monitor"

// Descriptors of a monitor. The log stands at 2 as well, for the runtime's
// last words.
const (
	monitorSocket = 0
	monitorLog    = 1
)

// aside is the launcher's end of its monitor.
//
// They talk over a pair of sockets. The launcher sends the handoff behind its
// length; the monitor attaches and sends back an errno, 0 for success, or minus
// an errno where it could not even be executed. Between the two the monitor needs nothing: the launcher may be in a ptrace stop, for
// a signal that just came, until the monitor begins to serve it.
type aside struct{ socket int }

// startMonitor starts the monitor process and lets it attach to this one.
func startMonitor(log int) (*aside, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	start := sandbox.Aside{
		Path:  "/proc/self/exe",
		Argv:  []string{monitorName, strconv.Itoa(unix.Getpid())},
		Env:   []string{"GOMAXPROCS=" + strconv.Itoa(monitorProcs)},
		Files: []uintptr{uintptr(pair[1]), uintptr(log), uintptr(log)},
	}
	pid, err := start.Start(pair[1], pair[0])
	unix.Close(pair[1])
	if err != nil {
		unix.Close(pair[0])
		return nil, err
	}
	allowTracer(pid)
	return &aside{socket: pair[0]}, nil
}

// allowTracer names the process that may trace this one where Yama restricts
// that to descendants (prctl(2), Documentation/admin-guide/LSM/Yama.rst); 0
// names none again. Without Yama the call fails, and nothing is needed.
func allowTracer(pid int) { _ = unix.Prctl(unix.PR_SET_PTRACER, uintptr(pid), 0, 0, 0) }

// handOver tells the monitor what to do and waits until it has attached.
func (a *aside) handOver(h *handoff) error {
	defer unix.Close(a.socket)
	message := h.encode()
	sent := a.send(append(binary.LittleEndian.AppendUint32(nil, uint32(len(message))), message...))
	var answer [4]byte
	if err := receive(a.socket, answer[:]); err != nil {
		return fmt.Errorf("the monitor ended before it was ready: %w", cmp.Or(err, sent))
	}
	allowTracer(0)
	switch code := int32(binary.NativeEndian.Uint32(answer[:])); {
	case code < 0:
		return fmt.Errorf("the monitor, /proc/self/exe, cannot be executed: %w", syscall.Errno(-code))
	case code > 0:
		return traceError(syscall.Errno(code))
	}
	return nil
}

// traceError says why a monitor could not attach, and the ways out.
func traceError(errno syscall.Errno) error {
	reason := "ptrace: " + errno.Error()
	if errno == unix.EPERM {
		reason = "ptrace is not permitted here: this process is traced already, " +
			"kernel.yama.ptrace_scope forbids it, or a container's seccomp filter does"
	}
	return errors.New(reason + "; run with --no-monitor to let the kernel enforce the policy alone")
}

func (a *aside) send(b []byte) error {
	for len(b) > 0 {
		n, err := unix.SendmsgN(a.socket, b, nil, nil, unix.MSG_NOSIGNAL)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func receive(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Read(fd, b)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF
		default:
			b = b[n:]
		}
	}
	return nil
}
