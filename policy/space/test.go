package space

import (
	"math/bits"
	"slices"

	"jail/policy"
)

// test is a policy.Test without what makes no difference to how it divides
// the values of its register: operations that are each other's opposite are
// one, and mask holds no bit that cannot change the outcome.
//
// It says (x^flip)&mask >= value where it is ordered, and x&mask == value where
// not.
type test struct {
	mask, flip, value uint64
	ordered           bool
}

// collect adds the Tests of e to those of their registers, each once.
func collect(e policy.Expr, tests *[6][]test) {
	switch e := e.(type) {
	case policy.And:
		for _, x := range e {
			collect(x, tests)
		}
	case policy.Or:
		for _, x := range e {
			collect(x, tests)
		}
	case policy.Not:
		collect(e.X, tests)
	case policy.Test:
		t, divides := reduce(e)
		if divides && !slices.Contains(tests[e.Arg], t) {
			tests[e.Arg] = append(tests[e.Arg], t)
		}
	}
}

// reduce returns the test that divides as t does; divides is false where t
// comes out the same for all values.
func reduce(t policy.Test) (r test, divides bool) {
	width := ^uint64(0) >> (64 - t.Width)
	mask, value := t.Mask&width, t.Value&width
	if t.Op == policy.Eq || t.Op == policy.Ne {
		return equality(mask, value)
	}
	flip := uint64(0)
	if t.Signed {
		flip = 1 << (t.Width - 1) // turns two's complement order into unsigned order
	}
	value ^= flip
	if t.Op == policy.Gt || t.Op == policy.Le {
		if value == width {
			return test{}, false
		}
		value++ // x > v is x >= v+1
	}
	value, exists := ceiling(value, mask, flip&^mask)
	value &= mask
	if !exists || value == 0 {
		return test{}, false
	}
	mask &^= value&-value - 1 // what lies below the last bit of value can't make x less
	if bits.OnesCount64(mask) == 1 {
		return equality(mask, value&^flip)
	}
	return test{mask, flip & mask, value, true}, true
}

func equality(mask, value uint64) (r test, divides bool) {
	if value&^mask != 0 || mask == 0 {
		return test{}, false
	}
	if bits.OnesCount64(mask) == 1 {
		value = mask // the opposite says the same
	}
	return test{mask: mask, value: value}, true
}

// ceiling returns the smallest number that is not less than v, among those
// that have any bits of mask and, outside of it, exactly the bits fixed.
func ceiling(v, mask, fixed uint64) (least uint64, exists bool) {
	for i := 63; i >= 0; i-- {
		bit := uint64(1) << i
		above := ^(bit<<1 - 1)
		switch {
		case mask&bit != 0:
			if v&bit == 0 { // one more here is the best so far: later ones are smaller
				least, exists = v&above|bit|fixed&(bit-1), true
			}
		case fixed&bit > v&bit:
			return v&above | fixed&(bit<<1-1), true
		case fixed&bit < v&bit:
			return least, exists
		}
	}
	return v, true
}
