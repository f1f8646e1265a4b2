package convert

import (
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

type texts string

func (s texts) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(s)}, nil
}

func rules(t *testing.T, text string) *policy.Rules {
	t.Helper()
	p, err := policy.Load("a.toml", texts(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Resolve(syscalls.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLosses(t *testing.T) {
	a := rules(t, `
default = "allow"
[[rule]]
syscalls = ["mount", "umount2"]
action = "deny"
quiet = true
[[rule]]
syscalls = ["socket"]
when = "family == AF_PACKET"
action = "kill"
[[rule]]
syscalls = ["read", "write"]
action = "log"
`)
	b := rules(t, `
default = "allow"
[[rule]]
syscalls = ["umount2"]
action = "deny"
errno = "EACCES"
[[rule]]
syscalls = ["uname"]
action = "kill"
[[rule]]
syscalls = ["read"]
action = "log"
`)
	var got []string
	for _, l := range Losses(nil, [2]*policy.Rules{a, b}) {
		got = append(got, l.String())
	}
	want := `a.toml:7: looser: socket when family == 17: let through, in the policy killed
a.toml:3: looser: mount: let through, in the policy refused with EPERM
default: stricter: uname: killed, in the policy let through
a.toml:11: write: not logged, in the policy logged
a.toml:3: umount2: refused with EACCES, in the policy refused with EPERM`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if same := Losses(nil, [2]*policy.Rules{a, a}); len(same) != 0 {
		t.Errorf("with itself: %v", same)
	}
}

func TestComment(t *testing.T) {
	l := []Loss{{"a:1", strings.Repeat("word ", 30) + "\x1b[31m\nb\\"}, {"", "short"}}
	got := Comment("Lost:", l)
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, "#") || len(line) > 110 || strings.ContainsAny(line, "\x1b\\") {
			t.Errorf("%q", line)
		}
	}
	if !strings.HasSuffix(got, "# - short\n") || Comment("Lost:", nil) != "" {
		t.Errorf("%q", got)
	}
}
