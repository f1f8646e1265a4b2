package filter

import (
	"errors"
	"fmt"

	"jail/policy"
	"jail/sandbox/bpf"
)

var errForeign = errors.New("calls of a foreign ABI must be denied or killed")

// check verifies what the rest of the package takes for granted.
func check(r *policy.Rules, o Options) error {
	if passes := r.Foreign.Action == policy.Allow || r.Foreign.Action == policy.Log; passes && !o.Audit {
		return errForeign
	}
	if err := checkDecisions(r); err != nil {
		return err
	}
	for i := range r.Calls {
		c := &r.Calls[i]
		if i > 0 && c.Nr <= r.Calls[i-1].Nr {
			return fmt.Errorf("call %d: the numbers are not ascending", c.Nr)
		}
		if err := checkCall(c); err != nil {
			return fmt.Errorf("call %d: %w", c.Nr, err)
		}
	}
	return nil
}

func checkDecisions(r *policy.Rules) error {
	if err := checkDecision(r.Unknown); err != nil {
		return fmt.Errorf("unknown numbers: %w", err)
	}
	if err := checkDecision(r.Foreign); err != nil {
		return fmt.Errorf("foreign calls: %w", err)
	}
	return nil
}

func checkCall(c *policy.Call) error {
	for i := range c.Clauses {
		if err := checkExpr(c.Clauses[i].When); err != nil {
			return err
		}
		if err := checkDecision(c.Clauses[i].Then); err != nil {
			return err
		}
	}
	return checkDecision(c.Otherwise)
}

// maxErrno is what the kernel caps an errno at (MAX_ERRNO of <linux/err.h>).
const maxErrno = 4095

// checkDecision also refuses errno 0: the call would be skipped and look as
// if it had succeeded.
func checkDecision(d policy.Decision) error {
	if d.Action > policy.Kill {
		return fmt.Errorf("no such action: %d", d.Action)
	}
	if d.Action == policy.Deny && (d.Errno == 0 || d.Errno > maxErrno) {
		return fmt.Errorf("errno %d is not within 1 to %d", d.Errno, maxErrno)
	}
	return nil
}

func checkExpr(e policy.Expr) error {
	switch e := e.(type) {
	case policy.And:
		return checkExprs(e)
	case policy.Or:
		return checkExprs(e)
	case policy.Not:
		return checkExpr(e.X)
	case policy.Test:
		if e.Arg > 5 || e.Width != 32 && e.Width != 64 || e.Op > policy.Ge {
			return fmt.Errorf("invalid condition: argument %d, width %d, operation %d", e.Arg, e.Width, e.Op)
		}
		return nil
	}
	return fmt.Errorf("unknown condition of type %T", e)
}

func checkExprs(list []policy.Expr) error {
	for _, e := range list {
		if err := checkExpr(e); err != nil {
			return err
		}
	}
	return nil
}

// verify runs the program against the specification: at both ends of every
// range of numbers, with no argument bit set or with all of them. A mistake of
// the compiler must never become a hole in a sandbox. It takes about a third
// of the time that compiling takes; tests look at everything else.
func (c *compiler) verify(p bpf.Program) error {
	const ones = ^uint64(0)
	d := bpf.Data{Arch: ^c.rules.ABI.Audit}
	if err := c.verifyAt(p, &d); err != nil {
		return err
	}
	d.Arch = c.rules.ABI.Audit
	for i := range c.ranges {
		d.Nr = c.ranges[i].first
		d.Args = [6]uint64{}
		if i&1 == 0 {
			d.Args = [6]uint64{ones, ones, ones, ones, ones, ones}
		}
		if err := c.verifyAt(p, &d); err != nil {
			return err
		}
		if c.single(i) {
			continue
		}
		d.Nr = ^uint32(0)
		if i+1 < len(c.ranges) {
			d.Nr = c.ranges[i+1].first - 1
		}
		if err := c.verifyAt(p, &d); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) verifyAt(p bpf.Program, d *bpf.Data) error {
	got, _, err := p.Run(d)
	if err != nil {
		return err
	}
	if want := Expected(c.rules, c.o, d); got != want {
		return fmt.Errorf("internal error: the filter answers 0x%x to call %d of arch 0x%x, not 0x%x", got, d.Nr, d.Arch, want)
	}
	return nil
}
