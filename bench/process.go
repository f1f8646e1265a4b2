package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long one measurement may take.
const patience = 2 * time.Minute

// placement says on which CPUs a command runs, and all that it starts.
type placement int

const (
	anywhere placement = iota // where the kernel puts them
	together                  // all on the first CPU that this process may use
)

func (p placement) String() string {
	if p == together {
		return "all on one CPU"
	}
	return "on any CPU"
}

// output runs a command to its end and returns what it wrote to its standard
// output.
func output(ctx context.Context, p placement, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := command(ctx, argv)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := startAt(p, cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w%s", strings.Join(argv, " "), err, said(&errs))
	}
	return out.String(), nil
}

// command prepares a command in a process group of its own: ending it ends all
// that it has started and that has not left the group.
func command(ctx context.Context, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// startAt starts a command; a child inherits the affinity of the thread that
// forks it (sched_setaffinity(2)).
func startAt(p placement, cmd *exec.Cmd) error {
	if p == anywhere {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if all.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("sched_setaffinity: %w", err)
	}
	defer unix.SchedSetaffinity(0, &all)
	return cmd.Start()
}

// said returns the end of what a command complained about, for an error.
func said(errs *bytes.Buffer) string {
	text := strings.TrimSpace(errs.String())
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	return ": " + strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// server is a server under measurement.
type server struct {
	cmd  *exec.Cmd
	errs bytes.Buffer
	done chan error // takes the result of Wait
}

// serve starts a server that will listen on a port of the loopback interface,
// and waits until it does.
func serve(ctx context.Context, port int, argv ...string) (*server, error) {
	s := &server{cmd: command(ctx, argv), done: make(chan error, 1)}
	s.cmd.Stderr = &s.errs
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	if err := s.awaitPort(ctx, port); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w%s", strings.Join(argv, " "), err, said(&s.errs))
	}
	return s, nil
}

func (s *server) awaitPort(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return c.Close()
		}
		select {
		case err := <-s.done:
			s.done <- err
			return fmt.Errorf("ended before it listened (%v)", err)
		case <-ctx.Done():
			return fmt.Errorf("does not listen: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// stop ends the server and what it started: by SIGTERM, and by SIGKILL if that
// is not heeded.
func (s *server) stop() error {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(-s.cmd.Process.Pid, sig); errors.Is(err, syscall.ESRCH) {
			return nil
		}
		select {
		case <-s.done:
			syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // workers left behind
			return nil
		case <-time.After(5 * time.Second):
		}
	}
	return fmt.Errorf("process group %d does not end", s.cmd.Process.Pid)
}

// freePort returns a TCP port of the loopback interface that nobody uses.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
