package main_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// logged is an event as the JSON log has it.
type logged struct {
	Time, Verdict, Errno, Syscall, ABI, Call, Path, Comm, Exe, Rule string

	Nr       uint32
	Args     []string
	PID, TID int
	Count    uint64
}

// jailed runs the probe under testdata/forbid.toml and returns what it saw and
// what was logged.
func jailed(t *testing.T, flags []string, probe ...string) (outcome, []logged) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	argv := append([]string{filepath.Join(binDir, "jail"), "--policy", "testdata/forbid.toml", "--log", log, "--log-format", "json"}, flags...)
	argv = append(append(argv, filepath.Join(binDir, "probe")), probe...)
	o := start(t, argv, []string{"PATH=/usr/bin:/bin", "GODEBUG=asyncpreemptoff=1"})
	return o, readLog(t, log)
}

func readLog(t *testing.T, name string) []logged {
	t.Helper()
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // logged elsewhere
	}
	if err != nil {
		t.Fatal(err)
	}
	var events []logged
	for line := range strings.Lines(string(text)) {
		var ev logged
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&ev); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		events = append(events, ev)
	}
	return events
}

// A forbidden call fails with the policy's errno and is logged once, decoded,
// wherever in the program it is made.
func TestForbiddenCallFromEverywhere(t *testing.T) {
	wheres := [][]string{nil, {"-thread"}, {"-fork"}, {"-exec"}, {"-exec", "-thread"}, {"-exec", "-fork"}, {"-fork", "-thread"}}
	for _, where := range wheres {
		if len(where) == 2 && where[0] == "-fork" {
			continue // a forked Go process has one thread
		}
		probe := append(where, "mkdirat", "-100", "s:/tmp/\x1b[31mred", "0755")
		o, events := jailed(t, nil, probe...)
		if o.stdout != "mkdirat: EPERM\n" || o.status != 0 {
			t.Errorf("%v: %+v", where, o)
		}
		if len(events) != 1 {
			t.Errorf("%v: %d events: %+v", where, len(events), events)
			continue
		}
		ev := events[0]
		if ev.Verdict != "denied" || ev.Errno != "EPERM" || ev.Syscall != "mkdirat" || ev.Count != 1 ||
			ev.Rule != "forbid.toml:5" || ev.Path != "/tmp/\x1b[31mred" || len(ev.Args) != 6 ||
			ev.Args[0] != "0xffffffffffffff9c" || ev.PID == 0 || !strings.HasSuffix(ev.Exe, "/probe") {
			t.Errorf("%v: %+v", where, ev)
		}
		if want := `mkdirat(AT_FDCWD, "/tmp/\33[31mred", 0755)`; ev.Call != want {
			t.Errorf("%v: call %s, want %s", where, ev.Call, want)
		}
		if threaded := len(where) > 0 && where[len(where)-1] == "-thread"; threaded != (ev.PID != ev.TID) {
			t.Errorf("%v: pid %d, tid %d", where, ev.PID, ev.TID)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		probe            []string
		want             string // what the program sees
		audit            string // and in a dry run: a prefix
		verdict, dry     string
		quietForMonitors bool
	}{
		{probe: []string{"getppid"}, want: "getppid: EPERM", audit: "getppid: ok", verdict: "denied", dry: "would-deny"},
		{probe: []string{"getpgid", "0"}, want: "getpgid: ENOTTY", audit: "getpgid: ok"},
		{probe: []string{"getpriority", "0", "0"}, want: "getpriority: ok 20", audit: "getpriority: ok", verdict: "logged", dry: "would-log"},
		{probe: []string{"socket", "16", "3", "0"}, want: "socket: EAFNOSUPPORT", audit: "socket: ok", verdict: "denied", dry: "would-deny"},
		{probe: []string{"socket", "0x100000010", "3", "0"}, want: "socket: EAFNOSUPPORT", audit: "socket: ok", verdict: "denied", dry: "would-deny"},
		{probe: []string{"socket", "1", "1", "0"}, want: "socket: ok", audit: "socket: ok"},
	} {
		name := strings.Join(c.probe, " ")
		o, events := jailed(t, nil, c.probe...)
		check(t, name, o, events, c.want, c.verdict)
		o, events = jailed(t, []string{"--audit"}, c.probe...)
		check(t, name+" (audit)", o, events, c.audit, c.dry)
		o, events = jailed(t, []string{"--no-monitor"}, c.probe...)
		check(t, name+" (kernel)", o, events, c.want, "")
	}
}

func check(t *testing.T, name string, o outcome, events []logged, want, verdict string) {
	t.Helper()
	if !strings.HasPrefix(o.stdout, want) || o.status != 0 {
		t.Errorf("%s: %+v, want %s", name, o, want)
	}
	switch {
	case verdict == "" && len(events) != 0:
		t.Errorf("%s: logged %+v", name, events)
	case verdict != "" && (len(events) != 1 || events[0].Verdict != verdict):
		t.Errorf("%s: logged %+v, want one %s", name, events, verdict)
	}
}

// A killed program dies a true SIGSYS, all of it, and a dry run spares it.
func TestKill(t *testing.T) {
	for _, where := range []string{"", "-thread"} {
		for _, kernel := range []bool{false, true} {
			var flags []string
			if kernel {
				flags = []string{"--no-monitor"}
			}
			probe := []string{"getsid", "0"}
			if where != "" {
				probe = append([]string{where}, probe...)
			}
			o, events := jailed(t, flags, probe...)
			if !o.status.Signaled() || o.status.Signal() != syscall.SIGSYS || o.stdout != "" {
				t.Errorf("%v %v: %+v", flags, probe, o)
			}
			if kernel == (len(events) == 1) || !kernel && events[0].Verdict != "killed" {
				t.Errorf("%v %v: logged %+v", flags, probe, events)
			}
			o, events = jailed(t, []string{"--audit"}, probe...)
			if o.status != 0 || len(events) != 1 || events[0].Verdict != "would-kill" {
				t.Errorf("audit: %+v, logged %+v", o, events)
			}
		}
	}
}

// Calls through another ABI are never let through, whatever the policy's
// default, and are reported under that ABI's name for them.
func TestForeignABI(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		skip(t, "int 0x80 and x32 are x86's")
	}
	for _, c := range []struct{ entry, call, abi string }{
		{"-int80", "getpid", "i386"},
		{"-int80", "socket", "i386"},
		{"-x32", "getpid", "x32"},
	} {
		o, events := jailed(t, nil, c.entry, c.call)
		if o.stdout != c.call+": EPERM\n" {
			t.Errorf("%s %s: %+v", c.entry, c.call, o)
		}
		if len(events) != 1 || events[0].ABI != c.abi || events[0].Syscall != c.call || events[0].Rule != "foreign ABI" {
			t.Errorf("%s %s: logged %+v", c.entry, c.call, events)
		}
		if o, _ := jailed(t, []string{"--no-monitor"}, c.entry, c.call); o.stdout != c.call+": EPERM\n" {
			t.Errorf("%s %s by the kernel alone: %+v", c.entry, c.call, o)
		}
	}
	if o, events := jailed(t, []string{"--audit"}, "-int80", "getpid"); !strings.HasPrefix(o.stdout, "getpid: ok") || len(events) != 1 {
		t.Errorf("audit: %+v, logged %+v", o, events)
	}
}

// Numbers that no table knows.
func TestUnknownNumbers(t *testing.T) {
	for _, number := range []string{"999", "0xffffffff"} {
		for _, policy := range []string{"testdata/forbid.toml", "default"} {
			argv := []string{filepath.Join(binDir, "jail"), "--policy", policy, "--log", "none", filepath.Join(binDir, "probe"), number}
			if o := start(t, argv, nil); o.stdout != number+": ENOSYS\n" {
				t.Errorf("%s under %s: %+v", number, policy, o)
			}
		}
	}
}

// Repeats are folded on the way out; what is counted is exact.
func TestCountsAreExact(t *testing.T) {
	for _, where := range [][]string{nil, {"-thread"}, {"-exec"}} {
		_, events := jailed(t, nil, append(where, "-times", "5000", "getppid")...)
		var sum uint64
		for _, ev := range events {
			sum += ev.Count
		}
		if sum != 5000 || len(events) > 20 {
			t.Errorf("%v: %d lines stand for %d calls, want 5000", where, len(events), sum)
		}
	}
	o, _ := jailed(t, []string{"--summary", "--log", "stderr", "--log-format", "text", "-q"}, "-times", "1234", "getppid")
	if !strings.Contains(o.stderr, "jail:  1234  denied   getppid  forbid.toml:5  getppid()") || strings.Count(o.stderr, "\n") != 2 {
		t.Errorf("summary:\n%s", o.stderr)
	}
}

// What is held back keeps its own text: the lines that come out at the end
// name the calls that were made, not the latest one.
func TestFoldedCallsKeepTheirText(t *testing.T) {
	script := "for i in 1 2 3; do for d in one two three four; do probe mkdirat -100 s:/$d 0755; done; done; probe mkdirat -100 s:/a-much-longer-name-than-those 0755"
	log := filepath.Join(t.TempDir(), "log")
	start(t, []string{filepath.Join(binDir, "jail"), "--policy", "testdata/forbid.toml", "--log", log, "--log-format", "json", "/bin/sh", "-c", script},
		[]string{"PATH=" + binDir + ":/usr/bin:/bin"})
	counts := map[string]uint64{}
	for _, ev := range readLog(t, log) {
		if ev.Syscall == "mkdirat" {
			counts[ev.Call] += ev.Count
		}
	}
	for _, d := range []string{"one", "two", "three", "four"} {
		if n := counts["mkdirat(AT_FDCWD, \"/"+d+"\", 0755)"]; n != 3 {
			t.Errorf("/%s: %d calls, want 3", d, n)
		}
	}
	if len(counts) != 5 {
		t.Errorf("calls: %v", counts)
	}
}
