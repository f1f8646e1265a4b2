package policy

import (
	"strconv"

	"jail/policy/syscalls"
)

// operand is a constant as wide as the argument that it is compared with.
type operand struct {
	bits     uint64
	negative bool // written or defined as a negative number
}

// value evaluates a constant expression for an argument. Every constant in it
// must fit the argument: as a number of its type, or as the same bit pattern,
// so that an int can be compared with 0xffffffff and an unsigned int with -1.
func (b *binder) value(v value, a argument) (operand, bool) {
	full := ones(a.bits)
	switch v := v.(type) {
	case *literal:
		x := v.bits
		if v.negative {
			x = -x
		}
		return b.fit(x, v.negative, v.text, v.off, a)
	case *constant:
		x, ok := b.constant(v.word)
		if !ok {
			return operand{}, false
		}
		return b.fit(x, int64(x) < 0, v.text, v.off, a)
	case *complement:
		x, ok := b.value(v.x, a)
		return operand{bits: ^x.bits & full}, ok
	case *bitwise:
		l, okl := b.value(v.l, a)
		r, okr := b.value(v.r, a)
		if v.and {
			return operand{bits: l.bits & r.bits}, okl && okr
		}
		return operand{bits: l.bits | r.bits}, okl && okr
	}
	return operand{}, false
}

// fit truncates x, which is negative if so marked, to the argument's bits.
func (b *binder) fit(x uint64, negative bool, text string, off int, a argument) (operand, bool) {
	full := ones(a.bits)
	low := -(full>>1 + 1) // the least negative number, sign-extended
	if x <= full && !negative || negative && x >= low {
		return operand{x & full, negative}, true
	}
	// A constant with the top bit set may be sign-extended only because it
	// was defined so; as a 64-bit pattern it still has to fit.
	b.fail(off, quote(text)+" does not fit "+quote(a.label())+", which is "+a.describe())
	return operand{}, false
}

func (a argument) label() string {
	if a.name == "" {
		return "arg" + strconv.Itoa(a.index)
	}
	return a.name
}

func (b *binder) constant(w word) (uint64, bool) {
	if w.text == "NULL" {
		return 0, true
	}
	if x, ok := syscalls.Constant(b.abi, w.text); ok {
		return x, true
	}
	b.fail(w.off, "unknown constant "+quote(w.text)+meant(syscalls.Nearest(w.text, syscalls.ConstantNames(b.abi))))
	return 0, false
}

// orders reports whether <, <=, > or >= with this constant means for the
// argument's type what it looks like.
func (b *binder) orders(o operand, v value, a argument) bool {
	if _, plain := v.(*literal); !plain {
		if _, plain = v.(*constant); !plain {
			return true
		}
	}
	sign := o.bits>>(a.bits-1)&1 == 1
	switch {
	case !a.signed && o.negative:
		b.fail(v.offset(), "a negative number orders nothing here: "+quote(a.label())+" is unsigned, "+a.describe())
	case a.signed && sign && !o.negative:
		b.fail(v.offset(), "is negative as a signed number, "+quote(a.label())+" is "+a.describe()+
			": write "+strconv.FormatInt(int64(o.bits|^ones(a.bits)), 10))
	default:
		return true
	}
	return false
}
