package main

import (
	"reflect"
	"testing"

	"jail/policy"
)

func TestHandoffRoundTrip(t *testing.T) {
	for _, h := range []handoff{
		{Policy: "default"},
		{PID: 4711, Audit: true, Quiet: true, KillNonce: 0xdeadbeef, Policy: "dir/web.toml", Files: []policy.File{
			{Name: "dir/web.toml", Data: []byte("extends = [\"web\"]\n")},
			{Name: "web", Data: []byte{0, 1, 2}, Builtin: true},
		}},
		{JSON: true, Summary: true, Policy: "x", Files: []policy.File{{Name: "x", Data: []byte{}}}},
	} {
		got, err := decodeHandoff(h.encode())
		if err != nil || !reflect.DeepEqual(*got, h) {
			t.Errorf("%+v came back as %+v, %v", h, got, err)
		}
	}
}

// A message that was cut off or added to is damaged, whatever is missing.
func FuzzHandoff(f *testing.F) {
	h := handoff{Policy: "p", Files: []policy.File{{Name: "n", Data: []byte("d")}}}
	whole := h.encode()
	f.Add(whole)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeHandoff(b)
		if err == nil && len(got.Files) > len(b) {
			t.Errorf("%d files out of %d bytes", len(got.Files), len(b))
		}
	})
	for n := range whole {
		if _, err := decodeHandoff(whole[:n]); err == nil {
			f.Errorf("the first %d of %d bytes pass for a message", n, len(whole))
		}
	}
	if _, err := decodeHandoff(append(whole, 0)); err == nil {
		f.Error("a byte too many passes")
	}
}

func TestParseOptions(t *testing.T) {
	for _, c := range []struct {
		args []string
		want options
	}{
		{[]string{"ls", "-l"}, options{policy: "default", log: "stderr", program: []string{"ls", "-l"}}},
		{[]string{"-p", "web", "--audit", "--", "-x"}, options{policy: "web", log: "stderr", audit: true, program: []string{"-x"}}},
		{[]string{"-pweb", "-q", "x"}, options{policy: "web", log: "stderr", quiet: true, program: []string{"x"}}},
		{[]string{"--policy=a=b", "--log=fd:3", "--log-format", "json", "--summary", "x", "--audit"},
			options{policy: "a=b", log: "fd:3", json: true, summary: true, program: []string{"x", "--audit"}}},
		{[]string{"-"}, options{policy: "default", log: "stderr", program: []string{"-"}}},
	} {
		got, err := parseOptions(c.args)
		if err != nil || !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%q: %+v, %v; want %+v", c.args, got, err, c.want)
		}
	}
	for _, args := range [][]string{nil, {"--"}, {"--policy", ""}, {"-z", "x"}, {"--log-format", "xml", "x"}, {"--audit=1", "x"}, {"-qx", "x"}, {"--no-monitor", "--summary", "x"}} {
		if _, err := parseOptions(args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

// There is a monitor exactly where someone listens.
func TestListening(t *testing.T) {
	for _, c := range []struct {
		o    options
		want bool
	}{
		{options{log: "stderr"}, true},
		{options{log: "stderr", quiet: true}, false},
		{options{log: "stderr", quiet: true, summary: true}, true},
		{options{log: "none", summary: true}, false},
		{options{log: "x", noMonitor: true}, false},
	} {
		if got := c.o.listening(); got != c.want {
			t.Errorf("%+v: %v", c.o, got)
		}
	}
}
