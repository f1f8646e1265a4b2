package sink

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jail/monitor/event"
)

func TestSummary(t *testing.T) {
	var s Summary
	add := func(v event.Verdict, name, rule, call string, n uint64) {
		s.Add(&event.Event{Verdict: v, Syscall: name, Rule: rule, Call: call, Count: n})
	}
	add(event.Denied, "openat", "web.toml:14", `openat(AT_FDCWD, "/etc/shadow", O_RDONLY)`, 1)
	add(event.Denied, "openat", "web.toml:14", `openat(AT_FDCWD, "/other", O_RDONLY)`, 1233)
	add(event.Killed, "mount", "web.toml:9", `mount("é")`, 0)
	add(event.Denied, "openat", "default", `openat(3)`, 1)
	add(event.WouldDeny, "io_uring_setup", "default", `io_uring_setup(1)`, 17)
	const want = `jail: count  verdict     syscall         rule         first example
jail:  1234  denied      openat          web.toml:14  openat(AT_FDCWD, "/etc/shadow", O_RDONLY)
jail:    17  would deny  io_uring_setup  default      io_uring_setup(1)
jail:     1  killed      mount           web.toml:9   mount("é")
jail:     1  denied      openat          default      openat(3)
`
	if got := string(AppendSummary(nil, Text, &s)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s.Total() != 1253 {
		t.Error(s.Total())
	}
	lines := strings.Split(strings.TrimSpace(string(AppendSummary(nil, JSON, &s))), "\n")
	var row struct {
		Type, Verdict, Syscall, Rule, Example string
		Count                                 uint64
	}
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	d := json.NewDecoder(strings.NewReader(lines[1]))
	d.DisallowUnknownFields()
	if err := d.Decode(&row); err != nil {
		t.Fatal(err)
	}
	if row.Type != "summary" || row.Verdict != "would-deny" || row.Count != 17 || row.Example != "io_uring_setup(1)" || row.Rule != "default" {
		t.Errorf("%+v", row)
	}
}

func TestSummaryOfNothing(t *testing.T) {
	var s Summary
	if got := string(AppendSummary(nil, Text, &s)); got != "jail: summary: no calls\n" {
		t.Error(got)
	}
	if got := string(AppendSummary(nil, JSON, &s)); got != `{"type":"summary","count":0}`+"\n" {
		t.Error(got)
	}
}

func TestSummaryIsBoundedAndExact(t *testing.T) {
	var s Summary
	const n = 3 * summaryRows
	for i := range n {
		s.Add(&event.Event{Verdict: event.Verdict(i % 2), Syscall: fmt.Sprint("syscall_", i), Rule: "default", Count: 2})
	}
	s.Add(&event.Event{Syscall: "syscall_0", Rule: "default", Count: 5}) // a row that there is still counts
	if s.Total() != 2*n+5 {
		t.Errorf("total %d", s.Total())
	}
	rows := s.sorted()
	if len(rows) > summaryRows+2 {
		t.Errorf("%d rows", len(rows))
	}
	if rows[0].syscall != "(other)" || rows[1].syscall != "(other)" || rows[2].count != 7 {
		t.Errorf("%+v", rows[:3])
	}
}
