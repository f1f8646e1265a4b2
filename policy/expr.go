package policy

// Expr is a condition on the six argument registers of a call. The concrete
// types are And, Or, Not and Test, nothing else.
type Expr interface {
	Eval(args *[6]uint64) bool
}

// And holds when all its members do; an empty And always holds.
type And []Expr

// Or holds when one of its members does; an empty Or never holds.
type Or []Expr

// Not holds when its member does not.
type Not struct{ X Expr }

// Op is a comparison.
type Op uint8

const (
	Eq Op = iota
	Ne
	Lt
	Le
	Gt
	Ge
)

// Test compares one argument, as wide as the kernel's prototype declares it,
// with a constant: (arg & Mask) Op Value.
//
// With Width 32 only the low half of the register counts, as in the kernel,
// and both Mask and Value fit in 32 bits. Value is the bit pattern truncated
// to Width; Signed says that Lt, Le, Gt and Ge read it as two's complement.
type Test struct {
	Arg    uint8 // 0 to 5
	Width  uint8 // 32 or 64
	Signed bool
	Mask   uint64 // all ones of Width when the condition has none
	Op     Op
	Value  uint64
}

func (e And) Eval(args *[6]uint64) bool {
	for _, x := range e {
		if !x.Eval(args) {
			return false
		}
	}
	return true
}

func (e Or) Eval(args *[6]uint64) bool {
	for _, x := range e {
		if x.Eval(args) {
			return true
		}
	}
	return false
}

func (e Not) Eval(args *[6]uint64) bool { return !e.X.Eval(args) }

func (t Test) Eval(args *[6]uint64) bool {
	v := args[t.Arg] & t.Mask
	w := t.Value
	if t.Width == 32 {
		v, w = v&0xffffffff, w&0xffffffff
	}
	switch t.Op {
	case Eq:
		return v == w
	case Ne:
		return v != w
	}
	if t.Signed {
		// Flipping the sign bit maps two's complement order onto unsigned order.
		sign := uint64(1) << (t.Width - 1)
		v, w = v^sign, w^sign
	}
	switch t.Op {
	case Lt:
		return v < w
	case Le:
		return v <= w
	case Gt:
		return v > w
	default:
		return v >= w
	}
}
