package main_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long any one program may take before it counts as hanging.
const patience = 60 * time.Second

// way is how a program is run.
type way struct {
	name  string
	jail  []string // jail and its flags; none: bare
	log   string   // JSON lines; "": nothing is logged
	audit bool
	other bool // the policy is not the one that fits the program
	user  int  // to run as, where this is root; 0: as the test runs
}

// ways returns all the ways to run a program that fits a policy: bare first,
// which says how the others must come out.
func ways(t *testing.T, policy string) []way {
	t.Helper()
	logs := sharedDir(t)
	jail := func(name string, flags ...string) way {
		w := way{name: name, log: filepath.Join(logs, name)}
		w.jail = append([]string{filepath.Join(binDir, "jail"), "--log", w.log, "--log-format", "json"}, flags...)
		return w
	}
	enforce := jail("enforce", "--policy", policy)
	kernel := jail("kernel", "--policy", policy, "--no-monitor")
	audit := jail("audit", "--policy", policy, "--audit")
	strict := jail("strict", "--policy", "strict", "--audit") // every other call has the monitor's attention
	kernel.log = ""
	audit.audit, strict.audit, strict.other = true, true, true
	return []way{{name: "bare"}, enforce, kernel, audit, strict}
}

// as returns the same ways for another user.
func as(user int, ws []way) []way {
	for i := range ws {
		ws[i].user = user
	}
	return ws
}

// argv is the command line of a program run this way.
func (w way) argv(program ...string) []string {
	argv := append(slices.Clip(w.jail), program...)
	if w.user != 0 {
		id := strconv.Itoa(w.user)
		argv = append([]string{"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"}, argv...)
	}
	return argv
}

// denied checks the log of a program that the policy fits: exactly these calls
// were refused, or would have been.
func (w way) denied(t *testing.T, want ...string) {
	t.Helper()
	if w.log == "" {
		return
	}
	verdict := "denied"
	if w.audit {
		verdict = "would-deny"
	}
	got := map[string]string{}
	for _, ev := range readLog(t, w.log) {
		if ev.Verdict != verdict {
			t.Errorf("%s: logged %s of %s", w.name, ev.Verdict, ev.Call)
		}
		got[ev.Syscall] = ev.Call
	}
	if w.other {
		return // what strict makes of it is TestStrictAudit's business
	}
	slices.Sort(want)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("%s: the log names %v %v, want %v", w.name, names, slices.Collect(maps.Values(got)), want)
	}
}

// sharedDir returns a directory of the test's that every user may use.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "jail-programs-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// environment is what programs find, whoever runs the test.
func environment(dir string) []string {
	return []string{"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_DATE=1700000000 +0000", "GIT_COMMITTER_DATE=1700000000 +0000"}
}

// command prepares a program with a process group of its own, all of which is
// killed when it takes too long.
func (w way) command(t *testing.T, dir string, program ...string) *exec.Cmd {
	t.Helper()
	argv := w.argv(program...)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Path = tool(t, argv[0], "util-linux")
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	cmd.Cancel = func() error {
		if t.Context().Err() == nil {
			t.Errorf("%s: %s hangs:\n%s", w.name, strings.Join(program, " "), group(cmd.Process.Pid))
		}
		return unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
	}
	return cmd
}

// run runs a program to its end.
func (w way) run(t *testing.T, dir string, program ...string) outcome {
	t.Helper()
	cmd := w.command(t, dir, program...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("%s: %v", w.name, err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.Sys().(syscall.WaitStatus)}
}

// same checks that a run came out as the bare one.
func same(t *testing.T, name string, got, bare outcome) {
	t.Helper()
	if got.status != bare.status {
		t.Errorf("%s: status %#x, bare %#x", name, got.status, bare.status)
	}
	if got, want := firstDifference(got.stdout, bare.stdout); got != want {
		t.Errorf("%s prints %q, bare %q", name, got, want)
	}
	if got, want := firstDifference(got.stderr, bare.stderr); got != want {
		t.Errorf("%s complains %q, bare %q", name, got, want)
	}
}

// firstDifference returns the first lines that differ, newline included.
func firstDifference(a, b string) (lineA, lineB string) {
	for a != b && lineA == lineB {
		lineA, a = firstLine(a)
		lineB, b = firstLine(b)
	}
	return lineA, lineB
}

func firstLine(text string) (line, rest string) {
	n := strings.IndexByte(text, '\n') + 1
	if n == 0 {
		n = len(text)
	}
	return text[:n], text[n:]
}

// group says what the processes of a group are about, for a hang's report.
func group(pgid int) string {
	var b strings.Builder
	tasks, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*")
	for _, task := range tasks {
		stat, err := os.ReadFile(task + "/stat")
		_, fields, ok := strings.Cut(string(stat), ") ")
		if f := strings.Fields(fields); err != nil || !ok || len(f) < 3 || f[2] != strconv.Itoa(pgid) {
			continue
		}
		call, _ := os.ReadFile(task + "/syscall")
		wchan, _ := os.ReadFile(task + "/wchan")
		name, _, _ := strings.Cut(string(stat), ") ")
		fmt.Fprintf(&b, "%s) %c in %s: %s", name, fields[0], wchan, call)
	}
	return b.String()
}

// tree lists what a program left behind: names, modes, and contents where they
// are the same every time.
func tree(t *testing.T, dir string, contents bool) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&b, "%v %s", info.Mode(), rel)
		if contents && info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(text))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// workDir makes a directory for one run and gives it to the user of that run.
// What is under testdata/programs lies beside it, for every user to read.
func (w way) workDir(t *testing.T, fill func(dir string) error) string {
	t.Helper()
	shared := sharedDir(t)
	if err := os.CopyFS(shared, os.DirFS(filepath.Join("testdata", "programs"))); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(shared, "work")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if fill != nil {
		if err := fill(dir); err != nil {
			t.Fatal(err)
		}
	}
	if w.user == 0 {
		return dir
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, w.user, w.user)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
