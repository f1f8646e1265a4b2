package main

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
)

// A translation is a policy as libseccomp can be told it: what is done by
// default, and rules, each adding calls that something else is done with. The
// order of rules does not matter to libseccomp.
//
// libseccomp compares all 64 bits of an argument, unsigned, except for equality
// under a mask, and each argument once a rule; it has no "first match decides".
// What does not fit is told as nearly as it can be, and its call is in loose.
type translation struct {
	fallback uint32 // SECCOMP_RET_*
	rules    []scmpRule
	loose    []string
}

type scmpRule struct {
	ret uint32 // SECCOMP_RET_*
	nr  uint32
	all []comparison // empty: whatever the arguments
}

// loadPolicy reads a policy, a file or a built-in, and resolves it for this machine.
func loadPolicy(ref string) (*policy.Policy, *policy.Rules, error) {
	p, err := policy.Load(ref, &policy.OS{Builtin: policies.Text, Names: policies.Names})
	if err != nil {
		return nil, nil, err
	}
	r, err := p.Resolve(syscalls.Native())
	return p, r, err
}

// translate tells libseccomp what r says where the kernel alone enforces it.
func translate(p *policy.Policy, r *policy.Rules) *translation {
	action, errno := p.Default()
	t := &translation{fallback: answer(policy.Decision{Action: action, Errno: errno})}
	for i := range r.Calls {
		c := &r.Calls[i]
		if !t.call(c) {
			t.loose = append(t.loose, r.ABI.Syscall(c.Nr))
		}
	}
	return t
}

// call adds the rules of one call, and reports whether they say the same.
func (t *translation) call(c *policy.Call) (exact bool) {
	exact = true
	otherwise := answer(c.Otherwise)
	for _, clause := range c.Clauses {
		then := answer(clause.Then)
		if then == t.fallback {
			exact = false // an exception from a later answer
			continue
		}
		alternatives, ok := alternatives(clause.When, false)
		exact = exact && ok
		for _, all := range alternatives {
			t.rules = append(t.rules, scmpRule{then, c.Nr, all})
		}
	}
	switch {
	case otherwise == t.fallback:
	case len(c.Clauses) == 0:
		t.rules = append(t.rules, scmpRule{otherwise, c.Nr, nil})
	default:
		exact = false // a call without conditions would swallow those with
	}
	return exact
}

// answer is what the kernel does with a call that nobody watches.
func answer(d policy.Decision) uint32 {
	switch d.Action {
	case policy.Log:
		return unix.SECCOMP_RET_LOG
	case policy.Deny:
		return unix.SECCOMP_RET_ERRNO | uint32(d.Errno)
	case policy.Kill:
		return unix.SECCOMP_RET_KILL_PROCESS
	}
	return unix.SECCOMP_RET_ALLOW
}

// text is the translation as the helper scmp reads it, each rule once:
// libseccomp takes none a second time.
func (t *translation) text() string {
	lines := make([]string, 0, len(t.rules)+1)
	for _, r := range t.rules {
		line := fmt.Sprintf("rule %#x %d", r.ret, r.nr)
		for _, c := range r.all {
			line += fmt.Sprintf(" %d %s %#x %#x", c.arg, c.op, c.value, c.mask)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return fmt.Sprintf("default %#x\n%s\n", t.fallback, strings.Join(lines, "\n"))
}
