package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Whatever way a task comes into being, the monitor has it.
func TestEveryTaskIsFollowed(t *testing.T) {
	for _, where := range [][]string{
		{"-untraced"}, {"-untraced3"}, {"-threadexec"}, {"-threadexec", "-thread"}, {"-daemon"}, {"-exec", "-threadexec", "-fork"},
	} {
		o, events := jailed(t, nil, append(where, "getppid")...)
		if o.stdout != "getppid: EPERM\n" || o.status != 0 {
			t.Errorf("%v: %+v", where, o)
		}
		if len(events) != 1 || events[0].Verdict != "denied" {
			t.Errorf("%v: logged %+v", where, events)
		}
		o, events = jailed(t, []string{"--audit"}, append(where, "getppid")...)
		if !strings.HasPrefix(o.stdout, "getppid: ok") || len(events) != 1 || events[0].Verdict != "would-deny" {
			t.Errorf("%v, audit: %+v, logged %+v", where, o, events)
		}
	}
}

// A program that could answer its own notifications would answer the traced
// calls too: the kernel's most severe answer is the listener's.
func TestNoListener(t *testing.T) {
	o, _ := jailed(t, nil, "seccomp", "1", "8", "0")
	if o.stdout != "seccomp: EPERM\n" {
		t.Errorf("enforcing: %+v", o)
	}
	if o, _ = jailed(t, nil, "seccomp", "1", "0", "0"); o.stdout != "seccomp: EFAULT\n" {
		t.Errorf("a filter without a listener: %+v", o)
	}
	o, events := jailed(t, []string{"--audit"}, "seccomp", "1", "8", "0")
	if o.stdout != "seccomp: EFAULT\n" || len(events) != 1 || events[0].Rule != "seccomp listener" {
		t.Errorf("audit: %+v, logged %+v", o, events)
	}
	if o, _ = jailed(t, []string{"--no-monitor"}, "seccomp", "1", "8", "0"); o.stdout != "seccomp: EFAULT\n" {
		t.Errorf("without a monitor there is nothing to protect: %+v", o)
	}
}

// running is a jailed program that is still going on.
type running struct {
	*exec.Cmd
	out *bufio.Scanner
	log string
	t   *testing.T
}

// launch starts a shell script under jail and waits for its first line.
func launch(t *testing.T, flags []string, script string) *running {
	t.Helper()
	r := &running{log: filepath.Join(t.TempDir(), "log"), t: t}
	argv := append([]string{"--policy", "testdata/forbid.toml", "--log", r.log, "--log-format", "json"}, flags...)
	r.Cmd = exec.Command(filepath.Join(binDir, "jail"), append(argv, "/bin/sh", "-c", script)...)
	r.Env = []string{"PATH=" + binDir + ":/usr/bin:/bin"}
	stdout, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill() })
	r.out = bufio.NewScanner(stdout)
	r.line()
	return r
}

func (r *running) line() string {
	r.t.Helper()
	if !r.out.Scan() {
		r.t.Fatalf("the program ended early: %v", r.out.Err())
	}
	return r.out.Text()
}

// status returns a field of /proc/PID/status.
func status(pid int, field string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "\n"+field+":\t")
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// within polls until the condition holds; the time is only a limit.
func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within ten seconds: %s", what)
		}
		unix.Poll(nil, 1)
	}
}

func monitorOf(t *testing.T, pid int) int {
	t.Helper()
	tracer, err := strconv.Atoi(status(pid, "TracerPid"))
	if err != nil || tracer == 0 {
		t.Fatalf("process %d has no tracer", pid)
	}
	return tracer
}

// Without its monitor the program must not go on: it would be refused by
// nobody, only fail.
func TestDeadMonitorIsDeadProgram(t *testing.T) {
	r := launch(t, nil, "echo ready; sleep 1000")
	monitor := monitorOf(t, r.Process.Pid)
	if err := unix.Kill(monitor, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	err := r.Wait()
	if ws := r.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGKILL {
		t.Errorf("the program: %v", err)
	}
}

// The monitor lives exactly as long as the program: signals that are meant for
// all of a control group do not end it, and it stays no longer.
func TestMonitorOutlivesSignalsAndNothingElse(t *testing.T) {
	r := launch(t, []string{"--summary"}, "echo ready; read -r x; probe getppid")
	monitor := monitorOf(t, r.Process.Pid)
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGPIPE, unix.SIGALRM, unix.SIGCHLD} {
		if err := unix.Kill(monitor, sig); err != nil {
			t.Fatal(err)
		}
	}
	if comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", monitor)); string(comm) != "jail-monitor\n" {
		t.Errorf("the monitor is called %q", comm)
	}
	if ppid := status(monitor, "PPid"); ppid == strconv.Itoa(r.Process.Pid) {
		t.Error("the monitor is the program's child")
	}
	r.Process.Signal(unix.SIGTERM)
	r.Wait()
	if ws := r.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != syscall.SIGTERM {
		t.Errorf("the program: %v", r.ProcessState)
	}
	within(t, "the monitor ends", func() bool { return status(monitor, "State") == "" })
}

// Signals that come while the launch is under way hold nothing up: from the
// moment it is traced, each of them stops the launcher.
func TestSignalsDuringTheLaunch(t *testing.T) {
	for range 20 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		cmd := exec.CommandContext(ctx, filepath.Join(binDir, "jail"), "--policy", "testdata/allow.toml", "/bin/true")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- cmd.Wait() }()
		for running := true; running; {
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
				running = false
			default:
				cmd.Process.Signal(unix.SIGWINCH)
				cmd.Process.Signal(unix.SIGURG)
				cmd.Process.Signal(unix.SIGCONT)
			}
		}
		cancel()
	}
}

// The summary is there when the caller learns of the end.
func TestSummaryComesBeforeTheEnd(t *testing.T) {
	for range 20 {
		log := filepath.Join(t.TempDir(), "log")
		cmd := exec.Command(filepath.Join(binDir, "jail"), "--policy", "testdata/forbid.toml", "--log", log, "--summary", "-q",
			filepath.Join(binDir, "probe"), "-fork", "getppid")
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(log); !bytes.Contains(text, []byte("getppid")) {
			t.Fatalf("the caller knows of the end, the log holds %q", text)
		}
	}
}

// A stopped program is stopped, not trapped, and goes on when it is told to;
// a sleep that this interrupts is resumed by restart_syscall, which no policy
// meant to forbid.
func TestStopAndContinue(t *testing.T) {
	r := launch(t, []string{"--policy", "cli"}, "echo ready; sleep 0.3; echo $?")
	pid := r.Process.Pid
	child := 0
	within(t, "sleep runs", func() bool {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		child, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child))
		where, _ := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", child))
		nanosleep := []byte("230 ") // clock_nanosleep
		if runtime.GOARCH == "arm64" {
			nanosleep = []byte("115 ")
		}
		return string(comm) == "sleep\n" && bytes.HasPrefix(where, nanosleep)
	})
	if err := unix.Kill(child, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	within(t, "sleep is stopped", func() bool { return strings.HasPrefix(strings.ToLower(status(child, "State")), "t ") })
	unix.Kill(child, unix.SIGCONT)
	if got := r.line(); got != "0" {
		t.Errorf("sleep ended with %s", got)
	}
	if err := r.Wait(); err != nil {
		t.Error(err)
	}
	if events := readLog(t, r.log); len(events) != 0 {
		t.Errorf("logged %+v", events)
	}
}

// Many processes, many threads: nobody is lost and everything is counted.
func TestForkStorm(t *testing.T) {
	r := launch(t, nil, "echo ready; i=0; while [ $i -lt 300 ]; do (probe mkdirat -100 0 0) >/dev/null & i=$((i+1)); done; wait; echo done")
	if got := r.line(); got != "done" {
		t.Error(got)
	}
	if err := r.Wait(); err != nil {
		t.Error(err)
	}
	var sum uint64
	for _, ev := range readLog(t, r.log) {
		if ev.Syscall == "mkdirat" { // the shell asks for its parent, too
			sum += ev.Count
		}
	}
	if sum != 300 {
		t.Errorf("%d of 300 calls counted", sum)
	}
}

// Where ptrace is not to be had the launch fails, with the way out; the kernel
// alone can still do it.
func TestWithoutPtrace(t *testing.T) {
	jail := filepath.Join(binDir, "jail")
	// The outer jail's monitor traces the inner launcher already.
	o := start(t, []string{jail, "--policy", "testdata/allow.toml", jail, "--policy", "testdata/allow.toml", "/bin/echo", "ran"}, nil)
	if o.status.ExitStatus() != 125 || o.stdout != "" || !strings.Contains(o.stderr, "--no-monitor") || strings.Count(o.stderr, "\n") != 1 {
		t.Errorf("%+v", o)
	}
	o = start(t, []string{jail, "--policy", "testdata/allow.toml", jail, "--no-monitor", "/bin/echo", "ran"}, nil)
	if o.status != 0 || o.stdout != "ran\n" {
		t.Errorf("%+v", o)
	}
}
