package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// step is what a person at the terminal does and what it shows in return.
type step struct{ types, shows string }

const prompt = "PROMPT> "

// atTerminal is a session of job control as shells have it: a foreground job that is stopped,
// continued and interrupted by key, a background job that is stopped because
// it reads, a window that changes its size. Every step waits for what tells
// that the shell or the job, whichever is meant, has the terminal.
var atTerminal = [...]step{
	{"", prompt},
	{"echo a$((1+1))\n", "\na2\r\n" + prompt},
	{"$JAIL sh -c 'echo ready; exec cat'\n", "\nready\r\n"},
	{"line\n", "line\r\nline\r\n"},
	{"\x1a", "Stopped*" + prompt},
	{"jobs\n", "Stopped*" + prompt},
	{"fg\n", "cat'\r\n"},
	{"again\n", "again\r\nagain\r\n"},
	{"\x03", prompt},
	{"echo status $?\n", "\nstatus 130\r\n" + prompt},
	{"$JAIL cat | $JAIL sh -c 'echo ready; exec cat'\n", "\nready\r\n"},
	{"through\n", "through\r\nthrough\r\n"},
	{"\x1a", "Stopped*" + prompt},
	{"bg; until jobs -s | grep -q cat; do :; done; echo it reads\n", "Stopped*\nit reads\r\n" + prompt}, // SIGTTIN
	{"fg\n", "cat'\r\n"},
	{"\x04", prompt},
	{"echo status $?\n", "\nstatus 0\r\n" + prompt},
	{"$JAIL bash -c 'trap \"stty size; kill \\$!; exit 5\" WINCH; sleep 100 & echo ready; wait'\n", "\nready\r\n"},
	{"", "33 99\r\n" + prompt}, // the window has been made another size
	{"echo status $?\n", "\nstatus 5\r\n" + prompt},
	{"$JAIL stty -echo; $JAIL stty -a | grep -o -- '-echo '; $JAIL stty echo\n", "\n-echo \r\n" + prompt},
	{"exit 7\n", ""},
}

// A shell under jail controls its jobs, and a shell outside controls jobs that
// are under jail.
func TestTerminal(t *testing.T) {
	t.Parallel()
	tool(t, "bash", "bash")
	all := ways(t, "cli")
	bare := all[0].atTerminal(t, "")
	if !strings.HasSuffix(bare, "exit: 7") {
		t.Fatalf("bare: %s", bare)
	}
	for _, w := range all[1:] {
		if got, want := firstDifference(w.atTerminal(t, ""), bare); got != want {
			t.Errorf("%s, the shell: %q, bare %q", w.name, got, want)
		}
		if got, want := firstDifference(all[0].atTerminal(t, strings.Join(w.jail, " ")), bare); got != want {
			t.Errorf("%s, its jobs: %q, bare %q", w.name, got, want)
		}
		w.denied(t)
	}
}

// jobNumber is what a shell says of a job that goes to the background.
var jobNumber = regexp.MustCompile(`(\[\d+\]) \d+`)

// atTerminal runs a shell on a terminal of its own, whose jobs are started by
// what jail says, and returns all that the terminal showed.
func (w way) atTerminal(t *testing.T, jail string) string {
	t.Helper()
	keys, screen := terminal(t)
	defer keys.Close()
	resize(t, keys, 24, 200)
	cmd := w.command(t, sharedDir(t), "bash", "--norc", "--noprofile", "-i")
	cmd.Env = append(cmd.Env, "PS1="+prompt, "TERM=dumb", "HISTFILE=", "JAIL="+jail)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen.Close()
	var shown strings.Builder
	seen := 0
	read := func() bool {
		buf := make([]byte, 4096)
		keys.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := keys.Read(buf)
		shown.Write(buf[:n])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s %q: the terminal is silent after %q:\n%s", w.name, jail, shown.String(), group(cmd.Process.Pid))
		}
		return err == nil // EIO once nobody has the terminal any more
	}
	for _, s := range atTerminal {
		if s.types == "" && s.shows != prompt {
			resize(t, keys, 33, 99)
		}
		if _, err := keys.WriteString(s.types); err != nil {
			t.Fatal(err)
		}
		for s.shows != "" && !follows(shown.String(), &seen, s.shows) {
			if !read() {
				t.Fatalf("%s %q: the shell is gone before %q: %q", w.name, jail, s.shows, shown.String())
			}
		}
	}
	for read() {
	}
	err := cmd.Wait()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	text := jobNumber.ReplaceAllString(shown.String(), "$1 PID")
	return fmt.Sprintf("%s\nexit: %d", text, cmd.ProcessState.ExitCode())
}

// follows reports whether the parts of pattern, a * apart, follow in this order
// after what has been seen, and then moves seen past them.
func follows(shown string, seen *int, pattern string) bool {
	at := *seen
	for part := range strings.SplitSeq(pattern, "*") {
		i := strings.Index(shown[at:], part)
		if i < 0 {
			return false
		}
		at += i + len(part)
	}
	*seen = at
	return true
}

// terminal opens a pseudoterminal: the person's side and the program's.
func terminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	var n uint32
	control(t, keys, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		n, err = unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		return err
	})
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, screen
}

// resize makes the window another size, of which the kernel tells the
// foreground job.
func resize(t *testing.T, keys *os.File, rows, columns uint16) {
	t.Helper()
	size := unix.Winsize{Row: rows, Col: columns}
	control(t, keys, func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &size) })
}

func control(t *testing.T, f *os.File, ioctl func(fd int) error) {
	t.Helper()
	c, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if cerr := c.Control(func(fd uintptr) { err = ioctl(int(fd)) }); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
}
