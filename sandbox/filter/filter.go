// Package filter compiles the Rules of one ABI into the program that
// seccomp(2) runs on every call.
//
// What a program must return is what Expected says; what it looks like is this
// package's business:
//
//   - the architecture is checked first, the number loaded once;
//   - a balanced tree of number ranges, neighbours with one answer merged,
//     leads to a leaf;
//   - a leaf returns, or tests arguments and then returns. It never goes back
//     to the tree, so that an argument is never read as a number.
//
// Numbers that are allowed whatever their arguments are reached by loads of nr
// and arch and by jumps alone: these are what the kernel can evaluate once and
// for all when it takes the filter (seccomp_is_const_allow of
// kernel/seccomp.c), and then it does not run the filter for them at all.
package filter

import (
	"errors"
	"fmt"

	"jail/policy"
	"jail/sandbox/bpf"
)

// Options say in which setting the rules are to be applied.
type Options struct {
	Audit       bool   // dry run: nothing is refused
	Monitor     bool   // a tracer with PTRACE_O_TRACESECCOMP answers SECCOMP_RET_TRACE
	LaunchNonce uint64 // marks the launcher's own calls, in their unused sixth argument; 0: none
	KillNonce   uint32 // by which the tracer tells the filter to kill; 0: none
}

// Compile returns the program for r, checked as the kernel will check it.
//
// It fails if r breaks its own contract, if enforcing it would let a foreign
// ABI through, or if the program would be longer than the kernel takes.
func Compile(r *policy.Rules, o Options) (bpf.Program, error) {
	if err := check(r, o); err != nil {
		return nil, err
	}
	c := compiler{rules: r, o: o}
	p, err := c.b.Link(c.program())
	var tooLong bpf.LengthError
	if errors.As(err, &tooLong) {
		return nil, fmt.Errorf("the policy compiles to %d instructions and the kernel takes %d: use fewer conditions, or ranges and masks in place of long lists of values", int(tooLong), bpf.MaxLen)
	}
	if err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, c.verify(p)
}

// NeedsMonitor reports whether any answer of r is one that only a tracer can
// report. Quiet answers are given by the kernel alone, in audit mode too.
func NeedsMonitor(r *policy.Rules, audit bool) bool {
	reports := func(d policy.Decision) bool {
		return Answer(d, Options{Audit: audit, Monitor: true}) == retTrace
	}
	if reports(r.Unknown) || reports(r.Foreign) {
		return true
	}
	for i := range r.Calls {
		c := &r.Calls[i]
		if reports(c.Otherwise) {
			return true
		}
		for j := range c.Clauses {
			if reports(c.Clauses[j].Then) {
				return true
			}
		}
	}
	return false
}

// compiler holds what is the same all through one program.
type compiler struct {
	rules *policy.Rules
	o     Options
	b     bpf.Builder

	unknown, foreign bpf.Label
	ranges           []numbers // the whole space of numbers, ascending

	last      policy.Decision // what answer was asked last,
	lastLabel bpf.Label       // and said; calls in a row mostly ask the same
}

// program builds everything and returns its entry.
func (c *compiler) program() bpf.Label {
	c.unknown = c.answer(c.rules.Unknown)
	c.foreign = c.answer(c.rules.Foreign)
	c.partition()
	native := c.tree(0, len(c.ranges))
	return c.b.Test(bpf.Word(bpf.OffArch), bpf.Eq, c.rules.ABI.Audit, native, c.foreign)
}
