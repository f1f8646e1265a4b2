package compare

import (
	"math/bits"
	"slices"

	"jail/policy"
)

// condition writes a region's boxes as an expression: And{} where it is all.
func (d *diagram) condition(boxes []box) policy.Expr {
	var out policy.Or
	for _, b := range boxes {
		out = append(out, d.box(b))
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// box writes one box. Single values of one argument's bits become one test.
func (d *diagram) box(b box) policy.Expr {
	var out policy.And
	for arg := range uint8(6) {
		var single policy.Test
		var rest []policy.Expr
		for i, set := range b {
			v := d.vars[i]
			if set == nil || v.arg != arg {
				continue
			}
			if value, ok := v.only(set); ok {
				m := single.Mask | v.mask
				single = policy.Test{Arg: arg, Width: width(m), Mask: m, Op: policy.Eq, Value: single.Value | value}
			} else {
				rest = append(rest, v.condition(set))
			}
		}
		if single.Mask != 0 {
			out = append(out, single)
		}
		out = append(out, rest...)
	}
	return one(out)
}

func width(mask uint64) uint8 {
	if mask>>32 == 0 {
		return 32
	}
	return 64
}

// only returns the value of a set of classes that holds but one value.
func (v *variable) only(set []bool) (uint64, bool) {
	if !v.plain() || count(set) != 1 {
		return 0, false
	}
	c := slices.Index(set, true)
	return v.values[c], c != v.other()
}

func (v *variable) test(op policy.Op, value uint64) policy.Test {
	return policy.Test{Arg: v.arg, Width: width(v.mask), Mask: v.mask, Op: op, Value: value}
}

// condition writes that the variable has one of the classes, neither none nor
// all of them.
func (v *variable) condition(set []bool) policy.Expr {
	switch {
	case v.order != nil:
		return v.ranges(set)
	case !v.plain():
		return v.outcomes(set)
	}
	in, op := true, policy.Eq
	if o := v.other(); o >= 0 && set[o] || o < 0 && 2*count(set) > len(set) {
		in, op = false, policy.Ne
	}
	var tests []policy.Expr
	for c, has := range set {
		if has == in {
			tests = append(tests, v.test(op, v.values[c]))
		}
	}
	if len(tests) == 1 {
		return tests[0]
	}
	if in {
		return policy.Or(tests)
	}
	return policy.And(tests)
}

// ranges writes a set of classes as ranges of values, or as all but a few
// values.
func (v *variable) ranges(set []bool) policy.Expr {
	in, out := v.merged(set, true), v.merged(set, false)
	if !slices.ContainsFunc(out, func(s span) bool { return s.lo != s.hi }) && len(out) < len(in) {
		var and policy.And
		for _, s := range out {
			and = append(and, v.test(policy.Ne, s.lo^v.order.flip))
		}
		return one(and)
	}
	var or policy.Or
	for _, s := range in {
		or = append(or, v.between(s.lo, s.hi))
	}
	if len(or) == 1 {
		return or[0]
	}
	return or
}

// merged joins neighbouring ranges that are in the set, or out of it.
func (v *variable) merged(set []bool, in bool) []span {
	var out []span
	joined := false
	for _, s := range v.order.ranges {
		if set[s.class] != in {
			joined = false
			continue
		}
		if joined {
			out[len(out)-1].hi = s.hi
		} else {
			out = append(out, s)
		}
		joined = true
	}
	return out
}

// between writes that the value, flipped, is from lo to hi.
func (v *variable) between(lo, hi uint64) policy.Expr {
	if lo == hi {
		return v.test(policy.Eq, lo^v.order.flip)
	}
	var and policy.And
	bound := func(op policy.Op, w uint64) {
		t := v.test(op, w^v.order.flip)
		if f := v.order.flip; f != 0 {
			t.Signed, t.Width = true, uint8(bits.Len64(f))
		}
		and = append(and, t)
	}
	if lo != 0 {
		bound(policy.Ge, lo)
	}
	if hi != v.mask {
		bound(policy.Le, hi)
	}
	return one(and)
}

func one(and policy.And) policy.Expr {
	if len(and) == 1 {
		return and[0]
	}
	return and
}

// outcomes writes a set of classes by the outcomes of the tests that make
// them: for each class as few as tell it from those outside.
func (v *variable) outcomes(set []bool) policy.Expr {
	var or policy.Or
	for c, in := range set {
		if !in || slices.ContainsFunc(or, func(e policy.Expr) bool { return v.holds(e, c) }) {
			continue
		}
		use := make([]bool, len(v.tests))
		for i := range use {
			use[i] = true
		}
		for i := range use {
			use[i] = false
			use[i] = !v.apart(set, c, use)
		}
		var and policy.And
		for i, t := range v.tests {
			if use[i] {
				if !v.truth[c][i] {
					t.Op = inverse(t.Op)
				}
				and = append(and, t)
			}
		}
		or = append(or, one(and))
	}
	if len(or) == 1 {
		return or[0]
	}
	return or
}

// apart reports whether the tests in use tell class c from all outside the set.
func (v *variable) apart(set []bool, c int, use []bool) bool {
	for o := range v.truth {
		if set[o] {
			continue
		}
		same := true
		for i := range use {
			same = same && (!use[i] || v.truth[o][i] == v.truth[c][i])
		}
		if same {
			return false
		}
	}
	return true
}

func (v *variable) holds(e policy.Expr, class int) bool {
	var args [6]uint64
	args[v.arg] = v.values[class]
	return e.Eval(&args)
}

func inverse(op policy.Op) policy.Op {
	return [...]policy.Op{policy.Ne, policy.Eq, policy.Ge, policy.Gt, policy.Le, policy.Lt}[op]
}
