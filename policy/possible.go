package policy

import "math/bits"

// fewBits is how many argument bits impossible tries out: 2 to that power.
const fewBits = 6

// impossible reports whether no value of argument arg passes all its tests.
// False means "not known to be".
func impossible(tests []Test, arg uint8) bool {
	pass := func(v uint64) bool {
		var args [6]uint64
		args[arg] = v
		for _, t := range tests {
			if t.Arg == arg && !t.Eval(&args) {
				return false
			}
		}
		return true
	}
	// Bits that an equality fixes, and bits that any test looks at.
	var fixed, value, used uint64
	for _, t := range tests {
		if t.Arg != arg {
			continue
		}
		mask, want := t.Mask&ones(t.Width), t.Value&ones(t.Width)
		used |= mask
		if t.Op != Eq {
			continue
		}
		if want&^mask != 0 || (want^value)&mask&fixed != 0 {
			return true
		}
		fixed, value = fixed|mask, value|want
	}
	free := used &^ fixed
	if bits.OnesCount64(free) <= fewBits {
		for sub := free; ; sub = (sub - 1) & free {
			if pass(value | sub) {
				return false
			}
			if sub == 0 {
				return true
			}
		}
	}
	for _, signed := range [...]bool{false, true} {
		if empty(tests, arg, used, signed, pass) {
			return true
		}
	}
	return false
}

// empty reports whether the tests on the whole argument bound it to a range
// without a value that passes. Bounds are kept in an order where unsigned
// comparison is right: signed values with their top bit flipped.
func empty(tests []Test, arg uint8, used uint64, signed bool, pass func(uint64) bool) bool {
	if used&(used+1) != 0 {
		return false // the bits in use are not one run from bit 0
	}
	lo, hi, flip := uint64(0), used, uint64(0)
	for _, t := range tests {
		if t.Arg != arg {
			continue
		}
		mask, w := t.Mask&ones(t.Width), t.Value&ones(t.Width)
		top := uint64(1) << (t.Width - 1)
		if signed {
			if used&top == 0 {
				return false // never negative: unsigned order says it all
			}
			flip = top
		}
		if mask != used || t.Op >= Lt && (t.Signed && (mask|w)&top != 0) != signed {
			continue // no bound, or one in the other order
		}
		w ^= flip
		switch t.Op {
		case Eq:
			lo, hi = max(lo, w), min(hi, w)
		case Lt:
			if w == 0 {
				return true
			}
			hi = min(hi, w-1)
		case Le:
			hi = min(hi, w)
		case Gt:
			if w == ^uint64(0) {
				return true
			}
			lo = max(lo, w+1)
		case Ge:
			lo = max(lo, w)
		}
	}
	if lo > hi {
		return true
	}
	if hi-lo >= 1<<fewBits {
		return false
	}
	for v := lo; ; v++ {
		if pass(v ^ flip) {
			return false
		}
		if v == hi {
			return true
		}
	}
}
