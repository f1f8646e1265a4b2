package oci

import "jail/policy"

// box is a set of calls: those with arg&mask == value for each argument. It
// is what the args of one element can say, SCMP_CMP_MASKED_EQ once for each
// argument, and everything that a condition can say is a union of boxes.
type box struct{ mask, value [6]uint64 }

// common returns the calls that are in both boxes.
func common(a, b box) (box, bool) {
	for i := range a.mask {
		if (a.value[i]^b.value[i])&a.mask[i]&b.mask[i] != 0 {
			return box{}, false
		}
		a.value[i] |= b.value[i]
		a.mask[i] |= b.mask[i]
	}
	return a, true
}

// without appends to out the calls of a that are not in b, in boxes that have
// no call in common.
func without(out []box, a, b box) []box {
	if _, ok := common(a, b); !ok {
		return append(out, a)
	}
	for i := range a.mask {
		for rest := b.mask[i] &^ a.mask[i]; rest != 0; {
			bit := highest(rest)
			rest &^= bit
			piece := a
			piece.mask[i] |= bit
			piece.value[i] |= ^b.value[i] & bit
			out = append(out, piece)
			a.mask[i] |= bit
			a.value[i] |= b.value[i] & bit
		}
	}
	return out
}

func highest(v uint64) uint64 {
	for v&(v-1) != 0 {
		v &= v - 1
	}
	return v
}

// boxer turns conditions into boxes; over says that it gave up.
type boxer struct {
	most int
	over bool
}

func (x *boxer) limit(list []box) []box {
	if len(list) > x.most {
		x.over = true
		return nil
	}
	return list
}

// of returns boxes that hold exactly the calls that fulfil e.
func (x *boxer) of(e policy.Expr) (out []box) {
	switch e := e.(type) {
	case policy.Test:
		return x.limit(testBoxes(e))
	case policy.Not:
		return x.minus([]box{{}}, x.of(e.X))
	case policy.Or:
		for _, y := range e {
			out = x.limit(append(out, x.of(y)...))
		}
	case policy.And:
		out = []box{{}}
		for _, y := range e {
			out = x.and(out, x.of(y))
		}
	}
	return out
}

// and returns the calls that are in both unions.
func (x *boxer) and(a, b []box) (out []box) {
	for _, p := range a {
		for _, q := range b {
			if c, ok := common(p, q); ok {
				out = append(out, c)
			}
		}
		if out = x.limit(out); x.over {
			return nil
		}
	}
	return out
}

// minus returns the calls of a that are not in b.
func (x *boxer) minus(a, b []box) []box {
	for _, q := range b {
		var next []box
		for _, p := range a {
			next = without(next, p, q)
		}
		if a = x.limit(next); x.over {
			return nil
		}
	}
	return a
}

// testBoxes returns the boxes of one comparison.
func testBoxes(t policy.Test) []box {
	mask := t.Mask & ones(t.Width)
	value := t.Value & ones(t.Width)
	equal := box{}
	equal.mask[t.Arg], equal.value[t.Arg] = mask, value&mask
	possible := value&^mask == 0
	switch t.Op {
	case policy.Eq:
		if !possible {
			return nil
		}
		return []box{equal}
	case policy.Ne:
		if !possible {
			return []box{{}}
		}
		return without(nil, box{}, equal)
	case policy.Gt, policy.Ge:
		return orderBoxes(t, mask, value, 1, t.Op == policy.Ge)
	}
	return orderBoxes(t, mask, value, 0, t.Op == policy.Le)
}

// orderBoxes returns a box for each bit at which a masked argument can part
// from value for the first time, with want in the argument and the opposite in
// value, and one for equality.
func orderBoxes(t policy.Test, mask, value uint64, want uint64, orEqual bool) (out []box) {
	b := box{}
	for i := int(t.Width) - 1; i >= 0; i-- {
		flip := uint64(0)
		if t.Signed && i == int(t.Width)-1 {
			flip = 1 // a number with this bit is less than one without
		}
		bit := uint64(1) << i
		v := value >> i & 1
		if mask&bit == 0 {
			if v == 0 {
				continue // equal here
			}
			if flip == want { // a zero there, flipped
				out = append(out, b)
			}
			return out
		}
		if v^flip != want {
			piece := b
			piece.mask[t.Arg] |= bit
			piece.value[t.Arg] |= (want ^ flip) << i
			out = append(out, piece)
		}
		b.mask[t.Arg] |= bit
		b.value[t.Arg] |= value & bit
	}
	if orEqual {
		out = append(out, b)
	}
	return out
}

// joined returns the same calls in fewer boxes: two that differ in one bit are
// one, and one within another is not needed.
func joined(list []box) []box {
	const most = 4 * mostRules // pairs are tried
	for again := len(list) <= most; again; {
		again = false
		for i := 0; i < len(list); i++ {
			for j := len(list) - 1; j > i; j-- {
				c, ok := join2(list[i], list[j])
				if !ok {
					c, ok = join2(list[j], list[i])
				}
				if ok {
					list[i], again = c, true
					list = append(list[:j], list[j+1:]...)
				}
			}
		}
	}
	return list
}

// join2 returns the box that holds exactly the calls of both, if there is one.
func join2(a, b box) (box, bool) {
	if c, ok := common(a, b); ok {
		return a, c == b // b lies in a
	}
	if a.mask != b.mask {
		return box{}, false
	}
	at, bits := 0, uint64(0)
	for i := range a.mask {
		if d := a.value[i] ^ b.value[i]; d != 0 {
			if bits != 0 || d&(d-1) != 0 {
				return box{}, false
			}
			at, bits = i, d
		}
	}
	a.mask[at] &^= bits
	a.value[at] &^= bits
	return a, true
}

// ones returns n one bits.
func ones(n uint8) uint64 { return ^uint64(0) >> (64 - n) }
