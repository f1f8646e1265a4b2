package sink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"jail/monitor/event"
)

func sample() event.Event {
	return event.Event{
		Time:    time.Date(2026, 1, 2, 3, 4, 5, 67, time.FixedZone("", 3600)),
		Verdict: event.Denied,
		Errno:   syscall.EPERM,
		ABI:     "x86_64",
		Nr:      257,
		Syscall: "openat",
		Args:    [6]uint64{0xffffff9c, 0x7f0000001000, 0, 0, 0, ^uint64(0)},
		Call:    `openat(AT_FDCWD, "/etc/shadow", O_RDONLY)`,
		Path:    "/etc/shadow",
		PID:     4711,
		TID:     4711,
		Comm:    "server",
		Exe:     "/usr/bin/server",
		Rule:    "web.toml:14",
		Count:   1,
	}
}

func TestAppendText(t *testing.T) {
	for _, test := range []struct {
		change func(*event.Event)
		want   string
	}{
		{func(*event.Event) {},
			`jail: denied openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → EPERM  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Verdict = event.WouldDeny },
			`jail: would deny openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → EPERM  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Verdict, ev.Errno = event.Logged, 0 },
			`jail: logged openat(AT_FDCWD, "/etc/shadow", O_RDONLY)  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Verdict, ev.Errno = event.WouldLog, 0 },
			`jail: would log openat(AT_FDCWD, "/etc/shadow", O_RDONLY)  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Verdict, ev.Errno = event.Killed, 0 },
			`jail: killed openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → SIGSYS  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Verdict, ev.Errno = event.WouldKill, 0 },
			`jail: would kill openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → SIGSYS  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Count = 17 },
			`jail: denied openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → EPERM  server[4711]  web.toml:14  (17 more)`},
		{func(ev *event.Event) { ev.TID = 4712 },
			`jail: denied openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → EPERM  server[4711/4712]  web.toml:14`},
		{func(ev *event.Event) { ev.ABI, ev.Call = "i386", "getpid()" },
			`jail: denied getpid() → EPERM  server[4711] (i386)  web.toml:14`},
		{func(ev *event.Event) { ev.ABI, ev.Call = "aarch64", "getpid()" },
			`jail: denied getpid() → EPERM  server[4711]  web.toml:14`},
		{func(ev *event.Event) { ev.Comm, ev.Rule, ev.Call = "a\x1b[2J\n\\", "x\n.toml:1", "getpid()" },
			`jail: denied getpid() → EPERM  a\33[2J\n\\[4711]  x\n.toml:1`},
		{func(ev *event.Event) { ev.Errno, ev.Call = 4000, "getpid()" },
			`jail: denied getpid() → 4000  server[4711]  web.toml:14`},
	} {
		ev := sample()
		test.change(&ev)
		if got := string(AppendText([]byte("x"), &ev)); got != "x"+test.want+"\n" {
			t.Errorf("got  %swant %s", got, test.want)
		}
	}
}

// line is what a reader of the JSON lines sees.
type line struct {
	Time    time.Time
	Verdict string
	Errno   string
	Syscall string
	Nr      uint32
	ABI     string `json:"abi"`
	Args    [6]string
	Call    string
	Path    string
	PID     int
	TID     int
	Comm    string
	Exe     string
	Rule    string
	Count   uint64
}

func parsed(t *testing.T, b []byte) (l line) {
	t.Helper()
	if n := bytes.IndexByte(b, '\n'); n != len(b)-1 {
		t.Fatalf("not one line: %q", b)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return l
}

func TestAppendJSON(t *testing.T) {
	ev := sample()
	got := string(AppendJSON(nil, &ev))
	want := `{"time":"2026-01-02T02:04:05.000000067Z","verdict":"denied","errno":"EPERM","syscall":"openat","nr":257,"abi":"x86_64",` +
		`"args":["0xffffff9c","0x7f0000001000","0x0","0x0","0x0","0xffffffffffffffff"],` +
		`"call":"openat(AT_FDCWD, \"/etc/shadow\", O_RDONLY)","path":"/etc/shadow","pid":4711,"tid":4711,` +
		`"comm":"server","exe":"/usr/bin/server","rule":"web.toml:14","count":1}` + "\n"
	if got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	parsed(t, []byte(got))
}

func TestJSONLeavesOut(t *testing.T) {
	ev := sample()
	ev.Verdict, ev.Errno, ev.Path = event.Killed, 0, ""
	got := string(AppendJSON(nil, &ev))
	if strings.Contains(got, "errno") || strings.Contains(got, "path") {
		t.Error(got)
	}
	if l := parsed(t, []byte(got)); l.Verdict != "killed" || l.Count != 1 {
		t.Error(got)
	}
}

func TestJSONStrings(t *testing.T) {
	for in, want := range map[string]string{
		"a\"b\\c/":         `"a\"b\\c/"`,
		"\n\t\x00\x1b\x7f": `"\n\t\u0000\u001b\u007f"`,
		"\u009b\u202e":     `"\u009b\u202e"`,
		"grüße 🙂":          `"grüße 🙂"`,
		"\U000e0041":       `"\udb40\udc41"`,
		"a\xffb\xe2\x80":   "\"a\ufffdb\ufffd\ufffd\"",
		"\u2028":           `"\u2028"`,
	} {
		if got := string(appendString(nil, in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func FuzzFormats(f *testing.F) {
	f.Add("comm\x1b", "/exe\xff", "rule\"", "/path\n", uint64(3), int64(1), int64(12345678901))
	f.Fuzz(func(t *testing.T, comm, exe, rule, path string, arg uint64, pid, ns int64) {
		ev := sample()
		ev.Comm, ev.Exe, ev.Rule, ev.Path, ev.Call = comm, exe, rule, path, "open("+strings.ToValidUTF8(path, "?")+")"
		ev.Args[2], ev.PID, ev.Time = arg, int(uint32(pid)>>1), time.Unix(0, ns)
		b := AppendJSON(nil, &ev)
		for _, r := range string(b[:len(b)-1]) {
			if !strconv.IsPrint(r) {
				t.Errorf("%U in %q", r, b)
			}
		}
		l := parsed(t, b)
		valid := func(s string) string { // what encoding/json makes of it, byte by byte
			var v strings.Builder
			for _, r := range s {
				v.WriteRune(r)
			}
			return v.String()
		}
		if l.Comm != valid(comm) || l.Exe != valid(exe) || l.Rule != valid(rule) || l.Path != valid(path) || l.Call != ev.Call {
			t.Errorf("strings differ: %s", b)
		}
		if l.Args[2] != fmt.Sprintf("%#x", arg) || l.PID != ev.PID || !l.Time.Equal(ev.Time) {
			t.Errorf("numbers differ: %s", b)
		}
		ev.Call = "getpid()"
		text := AppendText(nil, &ev)
		if !utf8.Valid(text) || bytes.IndexByte(text, '\n') != len(text)-1 || bytes.IndexByte(text, 0x1b) >= 0 {
			t.Errorf("text: %q", text)
		}
	})
}

func TestFormatsDoNotAllocate(t *testing.T) {
	ev := sample()
	dst := make([]byte, 0, 4096)
	for _, f := range []Format{Text, JSON} {
		if n := testing.AllocsPerRun(100, func() { dst = f.Append(dst[:0], &ev) }); n != 0 {
			t.Errorf("format %d: %v allocations", f, n)
		}
	}
}
