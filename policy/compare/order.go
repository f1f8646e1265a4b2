package compare

import (
	"slices"

	"jail/policy"
)

// order is how the values of a variable lie on a line: ranges from the least
// to the greatest, each within one class.
type order struct {
	flip   uint64 // exclusive-or'ed to values, makes their order unsigned
	ranges []span
}

// span holds the values from lo to hi, both included and both flipped.
type span struct {
	lo, hi uint64
	class  int
}

// line makes one variable of a component whose tests all have its mask.
func (c *component) line() ([]*variable, error) {
	v := &variable{arg: c.arg, mask: c.mask, tests: c.tests, order: &order{}}
	var sign uint64
	for _, t := range c.tests {
		if t.Op >= policy.Lt && t.Signed {
			sign |= 1 << (t.Width - 1) & c.mask
		}
	}
	v.order.flip = sign
	// Where a range starts: at each value and behind it, and where unsigned
	// order jumps in the signed one.
	starts := []uint64{0}
	if sign != 0 {
		starts = append(starts, sign)
	}
	for _, t := range c.tests {
		w := t.Value ^ sign
		if s, ok := v.next(w); ok {
			starts = append(starts, s)
		}
		if w != ^uint64(0) {
			if s, ok := v.next(w + 1); ok {
				starts = append(starts, s)
			}
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	for i, lo := range starts {
		hi := v.mask
		if i+1 < len(starts) {
			hi = v.before(starts[i+1])
		}
		class := v.addClass(lo ^ sign)
		if len(v.values) > maxClasses {
			return nil, ErrTooComplex
		}
		v.order.ranges = append(v.order.ranges, span{lo, hi, class})
	}
	return []*variable{v}, nil
}

// In flipped terms the values of a variable are still all sets of bits within
// its mask: flip lies within the mask.

// next returns the least value, flipped, that is at least w.
func (v *variable) next(w uint64) (uint64, bool) {
	if w&^v.mask == 0 {
		return w, true
	}
	// The highest bit of w outside the mask must be outdone above it.
	var top int
	for top = 63; w&^v.mask>>top&1 == 0; top-- {
	}
	for bit := top + 1; bit < 64; bit++ {
		b := uint64(1) << bit
		if v.mask&b != 0 && w&b == 0 {
			return w&v.mask&^(b-1) | b, true
		}
	}
	return 0, false
}

// before returns the greatest value, flipped, below s, which is a value and
// not the least.
func (v *variable) before(s uint64) uint64 { return (s - 1) & v.mask }
