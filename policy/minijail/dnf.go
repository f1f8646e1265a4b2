package minijail

import (
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
)

// conj holds when all its atoms do; dnf when one of its members does.
type (
	conj []atom
	dnf  []conj
)

// maxTerms is how many conjunctions a condition may have.
const maxTerms = 64

// disjunctive returns the condition as a disjunction; ok is false when that
// takes too many terms. It may hold for fewer registers, never for more.
func disjunctive(e policy.Expr, negate bool) (out dnf, ok bool) {
	switch e := e.(type) {
	case policy.Not:
		return disjunctive(e.X, !negate)
	case policy.Test:
		if negate {
			e.Op = inverse(e.Op)
		}
		return ofTest(e), true
	case policy.And:
		return joined(e, negate, negate)
	case policy.Or:
		return joined(e, negate, !negate)
	}
	return nil, false
}

// joined is the disjunction of the members if or is set, otherwise their
// conjunction.
func joined(xs []policy.Expr, negate, or bool) (dnf, bool) {
	var out dnf
	if !or {
		out = dnf{{}}
	}
	for _, x := range xs {
		d, ok := disjunctive(x, negate)
		if !ok {
			return nil, false
		}
		if or {
			out = reduce(append(out, d...))
		} else {
			out = product(out, d)
		}
		if len(out) > maxTerms {
			return nil, false
		}
	}
	return out, true
}

func product(a, b dnf) dnf {
	var out dnf
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(slices.Clone(x), y...))
		}
	}
	return reduce(out)
}

// reduce drops what adds nothing: atoms that others imply, terms that never
// hold, terms that another one includes.
func reduce(d dnf) dnf {
	var out dnf
	for _, c := range d {
		c, possible := tidy(c)
		if !possible || slices.ContainsFunc(out, func(x conj) bool { return includes(x, c) }) {
			continue
		}
		out = slices.DeleteFunc(out, func(x conj) bool { return includes(c, x) })
		out = append(out, c)
	}
	return out
}

// includes reports whether b holds only where a does: every atom of a is one of
// b's or follows from one.
func includes(a, b conj) bool {
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y atom) bool { return x == y || x.arg == y.arg && implies(y, x) }) {
			return false
		}
	}
	return true
}

// tidy drops atoms that others imply; possible is false when atoms contradict
// each other.
func tidy(c conj) (out conj, possible bool) {
	for _, a := range c {
		if slices.Contains(out, a) {
			continue
		}
		keep := true
		for _, b := range c {
			if a.arg != b.arg || a == b {
				continue
			}
			if excludes(a, b) {
				return nil, false
			}
			keep = keep && (!implies(b, a) || implies(a, b) && slices.Index(c, a) < slices.Index(c, b))
		}
		if keep {
			out = append(out, a)
		}
	}
	return out, true
}

// excludes reports whether two atoms on one register never hold together, as
// far as one glance tells.
func excludes(a, b atom) bool {
	switch {
	case a.op == eq:
		return !b.holds(a.value)
	case b.op == eq:
		return !a.holds(b.value)
	}
	lo, hi := a.bounds()
	lo2, hi2 := b.bounds()
	return max(lo, lo2) > min(hi, hi2)
}

// implies reports whether b holds wherever a does, as far as one glance tells.
func implies(a, b atom) bool {
	if a.op == eq {
		return b.holds(a.value)
	}
	lo, hi := a.bounds()
	switch b.op {
	case le, lt:
		return b.holds(hi)
	case ge, gt:
		return b.holds(lo)
	case ne:
		return b.value < lo || b.value > hi
	}
	return false
}

// bounds are the least and the greatest number that may pass.
func (a atom) bounds() (lo, hi uint64) {
	lo, hi = 0, ^uint64(0)
	switch a.op {
	case eq:
		lo, hi = a.value, a.value
	case lt:
		hi = a.value - 1
	case le, in:
		hi = a.value
	case gt:
		lo = a.value + 1
	case ge:
		lo = a.value
	case set:
		lo = a.value & -a.value
	}
	return lo, hi
}

func inverse(o policy.Op) policy.Op {
	return [...]policy.Op{policy.Ne, policy.Eq, policy.Ge, policy.Gt, policy.Le, policy.Lt}[o]
}

// expr returns the disjunction as a policy's condition, on as many bits of the
// registers as args says.
func (d dnf) expr(args []syscalls.Arg) policy.Expr {
	or := policy.Or{}
	for _, c := range d {
		and := policy.And{}
		for _, a := range c {
			and = append(and, a.expr(args))
		}
		or = append(or, and)
	}
	return or
}

// comparesWhole reports whether a register is compared beyond the width of its
// argument.
func (d dnf) comparesWhole(args []syscalls.Arg) bool {
	for _, c := range d {
		if slices.ContainsFunc(c, func(a atom) bool { return narrow(args, a.arg) && a.op != set && a.op != in }) {
			return true
		}
	}
	return false
}

func (d dnf) String() string {
	var terms []string
	for _, c := range d {
		var atoms []string
		for _, a := range c {
			atoms = append(atoms, a.String())
		}
		terms = append(terms, strings.Join(atoms, " && "))
	}
	return strings.Join(terms, " || ")
}

// always reports whether the disjunction is known to hold for every register.
func (d dnf) always() bool {
	return slices.ContainsFunc(d, func(c conj) bool { return len(c) == 0 })
}
