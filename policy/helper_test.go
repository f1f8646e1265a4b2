package policy

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

// texts is a Source in memory. Names with a slash or ".toml" are files, the
// rest built-ins.
type texts map[string]string

func (m texts) Read(name string) (File, error) {
	text, ok := m[name]
	if !ok {
		return File{}, cause(fs.ErrNotExist)
	}
	return File{Name: name, Data: []byte(text), Builtin: !IsPath(name)}, nil
}

func mustLoad(t testing.TB, src Source, ref string) *Policy {
	t.Helper()
	p, err := Load(ref, src)
	if err != nil {
		t.Fatalf("Load(%s):\n%v", ref, err)
	}
	return p
}

func mustResolve(t testing.TB, p *Policy, abi *syscalls.ABI) *Rules {
	t.Helper()
	r, err := p.Resolve(abi)
	if err != nil {
		t.Fatalf("Resolve(%s):\n%v", abi.Name, err)
	}
	return r
}

// rulesOf resolves one file's text for x86_64.
func rulesOf(t testing.TB, text string) *Rules {
	t.Helper()
	return mustResolve(t, mustLoad(t, texts{"web.toml": text}, "web.toml"), syscalls.X86_64)
}

// lines returns the problems as Load, or else Resolve for x86_64, reports them.
func lines(t testing.TB, src Source, ref string) []string {
	t.Helper()
	p, err := Load(ref, src)
	if err == nil {
		_, err = p.Resolve(syscalls.X86_64)
	}
	if err == nil {
		return nil
	}
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatalf("error is a %T, not Problems: %v", err, err)
	}
	return strings.Split(ps.Error(), "\n")
}

// decide makes a call through r by name.
func decide(t testing.TB, r *Rules, call string, args ...uint64) Decision {
	t.Helper()
	nr, ok := r.ABI.Number(call)
	if !ok {
		t.Fatalf("%s has no %s", r.ABI.Name, call)
	}
	var a [6]uint64
	copy(a[:], args)
	return r.Decide(r.ABI.Audit, nr, &a)
}

// says renders a decision as "deny 1 web.toml:3".
func says(r *Rules, d Decision) string {
	out := d.Action.String()
	if d.Action == Deny {
		out += " " + syscalls.ErrnoName(d.Errno)
	}
	if d.Quiet {
		out += " quiet"
	}
	return out + " " + r.Origins[d.Rule]
}
