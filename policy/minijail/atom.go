package minijail

import (
	"strconv"

	"jail/policy"
	"jail/policy/syscalls"
)

// op is a comparison of minijail0's.
type op uint8

const (
	eq op = iota
	ne
	lt
	le
	gt
	ge
	set // one of the bits is set
	in  // no other bit is set
)

func (o op) String() string {
	return [...]string{"==", "!=", "<", "<=", ">", ">=", "&", "in"}[o]
}

// atom compares a whole register with a constant.
type atom struct {
	arg   uint8
	op    op
	value uint64
}

func (a atom) String() string {
	v := "0x" + strconv.FormatUint(a.value, 16)
	if a.value < 10 {
		v = strconv.FormatUint(a.value, 10)
	}
	return "arg" + strconv.Itoa(int(a.arg)) + " " + a.op.String() + " " + v
}

func (a atom) holds(v uint64) bool {
	switch a.op {
	case eq:
		return v == a.value
	case ne:
		return v != a.value
	case lt:
		return v < a.value
	case le:
		return v <= a.value
	case gt:
		return v > a.value
	case ge:
		return v >= a.value
	case set:
		return v&a.value != 0
	}
	return v&^a.value == 0
}

// expr returns the atom as a policy's condition on as many bits of the register
// as args says; on all of them where args does not say.
func (a atom) expr(args []syscalls.Arg) policy.Expr {
	t := policy.Test{Arg: a.arg, Width: 64, Mask: ^uint64(0), Value: a.value}
	switch a.op {
	case set:
		t.Mask, t.Op, t.Value = a.value, policy.Ne, 0
	case in:
		t.Mask, t.Op, t.Value = ^a.value, policy.Eq, 0
	default:
		t.Op = [...]policy.Op{eq: policy.Eq, ne: policy.Ne, lt: policy.Lt, le: policy.Le, gt: policy.Gt, ge: policy.Ge}[a.op]
	}
	if narrow(args, a.arg) {
		const low = 1<<32 - 1
		t.Width, t.Mask, t.Value = 32, t.Mask&low, t.Value&low
	}
	return t
}

func narrow(args []syscalls.Arg, i uint8) bool { return int(i) < len(args) && args[i].Width == 32 }

// ofTest writes one test of a policy. The result holds for no register for
// which the test does not; false is that it never holds, and it may hold for
// fewer registers than the test.
func ofTest(t policy.Test) dnf {
	full := ^uint64(0) >> (64 - t.Width)
	mask, value := t.Mask&full, t.Value&full
	at := func(o op, v uint64) atom { return atom{t.Arg, o, v} }
	whole := mask == full
	switch t.Op {
	case policy.Eq:
		return equal(t, mask, value, whole, at)
	case policy.Ne:
		return unequal(t, mask, value, whole, at)
	}
	if !whole {
		return nil
	}
	var out dnf
	for _, r := range ranges(t.Op, value, full, t.Signed) {
		out = append(out, r.conj(at, ^uint64(0)))
		if high := max(r.lo, full>>1+1); t.Width == 32 && high <= r.hi {
			// The same numbers as a compiler extends them by their sign.
			out = append(out, interval{high | ^full, r.hi | ^full}.conj(at, ^uint64(0)))
		}
	}
	return out
}

func equal(t policy.Test, mask, value uint64, whole bool, at func(op, uint64) atom) dnf {
	switch {
	case value&^mask != 0:
		return nil
	case whole && t.Width == 32 && value>>31 == 1:
		return dnf{{at(eq, value)}, {at(eq, value|0xffffffff<<32)}}
	case whole:
		return dnf{{at(eq, value)}}
	}
	var c conj
	for b := value; b != 0; b &= b - 1 {
		c = append(c, at(set, b&-b))
	}
	if zero := mask &^ value; zero != 0 {
		c = append(c, at(in, ^zero))
	}
	return dnf{c}
}

func unequal(t policy.Test, mask, value uint64, whole bool, at func(op, uint64) atom) dnf {
	switch {
	case value&^mask != 0:
		return dnf{{}}
	case value == 0:
		return dnf{{at(set, mask)}}
	case whole && t.Width == 64:
		return dnf{{at(ne, value)}}
	case whole:
		return dnf{{at(ne, value), at(le, mask)}}
	}
	var out dnf
	if zero := mask &^ value; zero != 0 {
		out = append(out, conj{at(set, zero)})
	}
	for b := value; b != 0; b &= b - 1 {
		out = append(out, conj{at(in, ^(b & -b))})
	}
	return out
}

// interval is a range of unsigned numbers, both ends included.
type interval struct{ lo, hi uint64 }

func (r interval) conj(at func(op, uint64) atom, top uint64) conj {
	if r.lo == r.hi {
		return conj{at(eq, r.lo)}
	}
	var c conj
	if r.lo > 0 {
		c = append(c, at(ge, r.lo))
	}
	if r.hi < top {
		c = append(c, at(le, r.hi))
	}
	return c
}

// ranges lists the unsigned numbers up to full that stand in the relation.
func ranges(o policy.Op, value, full uint64, signed bool) []interval {
	flip := uint64(0)
	if signed {
		flip = full>>1 + 1 // maps two's complement order onto unsigned order
	}
	v := value ^ flip
	r := interval{0, full}
	switch {
	case o == policy.Lt && v == 0, o == policy.Gt && v == full:
		return nil
	case o == policy.Lt:
		r.hi = v - 1
	case o == policy.Le:
		r.hi = v
	case o == policy.Gt:
		r.lo = v + 1
	default:
		r.lo = v
	}
	if flip == 0 || (r.lo^r.hi)&flip == 0 {
		return []interval{{r.lo ^ flip, r.hi ^ flip}}
	}
	// Negative numbers are the upper half of the unsigned ones.
	return []interval{{0, r.hi ^ flip}, {r.lo ^ flip, full}}
}
