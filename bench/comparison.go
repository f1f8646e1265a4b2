package main

import (
	"math/bits"

	"jail/policy"
)

// A comparison is struct scmp_arg_cmp of seccomp_rule_add(3).
type comparison struct {
	arg   uint8
	op    string // enum scmp_compare without its SCMP_CMP_
	value uint64
	mask  uint64 // of MASKED_EQ
}

// alternatives brings a condition, or its opposite, into the form that
// libseccomp takes: it holds when all comparisons of one alternative do. exact
// is false if they say something near it instead.
func alternatives(x policy.Expr, opposite bool) (alts [][]comparison, exact bool) {
	switch x := x.(type) {
	case policy.Not:
		return alternatives(x.X, !opposite)
	case policy.And:
		return joined(x, opposite, opposite)
	case policy.Or:
		return joined(x, opposite, !opposite)
	case policy.Test:
		return test(x, opposite)
	}
	return nil, false
}

// joined brings a list of conditions into that form, of which one has to hold,
// or all of them.
func joined(list []policy.Expr, opposite, one bool) (alts [][]comparison, exact bool) {
	exact = true
	if !one {
		alts = [][]comparison{nil}
	}
	for _, x := range list {
		more, ok := alternatives(x, opposite)
		exact = exact && ok
		if one {
			alts = append(alts, more...)
			continue
		}
		var product [][]comparison
		for _, a := range alts {
			for _, b := range more {
				all, possible, ok := both(a, b)
				exact = exact && ok
				if possible {
					product = append(product, all)
				}
			}
		}
		alts = product
	}
	return alts, exact
}

// both joins two conjunctions so that each argument occurs once. Two
// comparisons under masks become one; of two others the second is dropped.
func both(a, b []comparison) (all []comparison, possible, exact bool) {
	all = append(all, a...)
	exact = true
next:
	for _, c := range b {
		for i := range all {
			d := &all[i]
			if d.arg != c.arg {
				continue
			}
			if d.op != "MASKED_EQ" || c.op != "MASKED_EQ" {
				exact = exact && *d == c
				continue next
			}
			if common := c.mask & d.mask; c.value&common != d.value&common {
				return nil, false, exact
			}
			d.mask |= c.mask
			d.value |= c.value
			continue next
		}
		all = append(all, c)
	}
	return all, true, exact
}

var inverse = [...]policy.Op{
	policy.Eq: policy.Ne, policy.Ne: policy.Eq,
	policy.Lt: policy.Ge, policy.Ge: policy.Lt,
	policy.Gt: policy.Le, policy.Le: policy.Gt,
}

// test translates a single comparison.
func test(t policy.Test, opposite bool) (alts [][]comparison, exact bool) {
	op := t.Op
	if opposite {
		op = inverse[op]
	}
	full := ^uint64(0)
	if t.Width == 32 {
		full = 0xffffffff
	}
	mask, value := t.Mask&full, t.Value&full
	one := func(op string, value, mask uint64) [][]comparison {
		return [][]comparison{{{t.Arg, op, value, mask}}}
	}
	switch {
	case op == policy.Eq && value&^mask != 0:
		return nil, true // never
	case op == policy.Eq:
		return one("MASKED_EQ", value, mask), true
	case op == policy.Ne && mask != full && value&^mask == 0:
		return differing(t.Arg, value, mask), true
	case op == policy.Ne:
		return one("NE", value, 0), t.Width == 64
	case mask != full:
		return [][]comparison{nil}, false
	}
	name := [...]string{policy.Lt: "LT", policy.Le: "LE", policy.Gt: "GT", policy.Ge: "GE"}[op]
	return one(name, value, 0), t.Width == 64 && !t.Signed
}

// differing says that an argument differs from value in one of the mask's bits.
func differing(arg uint8, value, mask uint64) (alts [][]comparison) {
	for m := mask; m != 0; m &= m - 1 {
		bit := uint64(1) << bits.TrailingZeros64(m)
		alts = append(alts, []comparison{{arg, "MASKED_EQ", ^value & bit, bit}})
	}
	return alts
}
