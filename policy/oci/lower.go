package oci

import (
	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy"
	"jail/policy/syscalls"
)

// libseccomp compares the whole register, 64 bits without a sign. A condition
// of ours compares what the kernel reads of it. The two agree on registers
// that hold nothing beyond the argument: zero-extended or, where it is signed,
// sign-extended ones. Where the two forms of a negative number would fare
// differently, a refusal takes both, and no permission rests on it.

// fidelity says how well a condition stands for an element's args.
type fidelity uint8

const (
	exact  fidelity = iota // the same for every register
	narrow                 // the same but for bits that the kernel does not read
	unlike                 // differs: the argument can't be asked for so
)

// condition is what the args of an element mean for one call. always and never
// are the empty And and Or.
type condition struct {
	policy.Expr
	fidelity
	why string // of unlike
}

// lowering says how to translate the args of an element.
type lowering struct {
	abi  *syscalls.ABI
	call string
	// wide: a comparison that can't be said holds always; otherwise never.
	wide bool
	// refuses: the element refuses what it matches.
	refuses bool
}

// condition gives the args of an element their meaning.
func (l lowering) condition(args []specs.LinuxSeccompArg) condition {
	var seen [6]int
	alternatives := false
	var all []policy.Expr
	out := condition{}
	for _, a := range args {
		seen[a.Index]++
		alternatives = alternatives || seen[a.Index] > 1
		c := l.arg(a)
		all = append(all, c.Expr)
		if c.fidelity >= out.fidelity && c.fidelity != exact {
			out.fidelity, out.why = c.fidelity, c.why
		}
	}
	if alternatives {
		out.Expr = anyOf(all...)
	} else {
		out.Expr = allOf(all...)
	}
	return out
}

func (l lowering) arg(a specs.LinuxSeccompArg) condition {
	args, known := l.abi.Args(l.call)
	if !known {
		return condition{Expr: l.register(syscalls.Arg{Width: 64, Bits: 64}, a)}
	}
	cannot := func(why string) condition {
		c := condition{Expr: never, fidelity: unlike, why: why}
		if l.wide {
			c.Expr = always
		}
		return c
	}
	if int(a.Index) >= len(args) {
		return cannot("has no argument " + string(rune('0'+a.Index)))
	}
	arg := args[a.Index]
	if arg.Pointer {
		null, ok := nullTest(a)
		if !ok {
			return cannot("argument " + arg.Name + " is a pointer, and all that can be asked of one is whether it is NULL")
		}
		return condition{Expr: test(a.Index, arg, null, full(arg), 0)}
	}
	c := condition{Expr: l.register(arg, a)}
	if arg.Bits < 64 && (a.Op != specs.OpMaskedEqual || a.Value&^full(arg) != 0) {
		c.fidelity = narrow
	}
	return c
}

// nullTest returns the comparison with NULL that a is, if it is one.
func nullTest(a specs.LinuxSeccompArg) (policy.Op, bool) {
	switch {
	case a.Op == specs.OpEqualTo && a.Value == 0, a.Op == specs.OpLessEqual && a.Value == 0,
		a.Op == specs.OpLessThan && a.Value == 1, a.Op == specs.OpMaskedEqual && ^a.Value == 0 && a.ValueTwo == 0:
		return policy.Eq, true
	case a.Op == specs.OpNotEqual && a.Value == 0, a.Op == specs.OpGreaterThan && a.Value == 0,
		a.Op == specs.OpGreaterEqual && a.Value == 1:
		return policy.Ne, true
	}
	return 0, false
}

// register translates one comparison for an argument of that type.
func (l lowering) register(arg syscalls.Arg, a specs.LinuxSeccompArg) policy.Expr {
	if l.refuses && arg.Signed && arg.Bits < 64 {
		if e, ok := eitherForm(arg, a); ok {
			return e
		}
	}
	switch a.Op {
	case specs.OpMaskedEqual:
		return lowerMasked(a.Index, arg, a.Value, a.ValueTwo)
	case specs.OpEqualTo:
		return lowerMasked(a.Index, arg, ^uint64(0), a.Value)
	case specs.OpNotEqual:
		return negate(lowerMasked(a.Index, arg, ^uint64(0), a.Value))
	case specs.OpLessThan:
		if set, ok := lowerFew(a.Index, arg, a.Value); ok {
			return set
		}
		return negate(lowerAtLeast(a.Index, arg, a.Value, policy.Ge))
	case specs.OpLessEqual:
		return negate(lowerAtLeast(a.Index, arg, a.Value, policy.Gt))
	case specs.OpGreaterThan:
		return lowerAtLeast(a.Index, arg, a.Value, policy.Gt)
	}
	return lowerAtLeast(a.Index, arg, a.Value, policy.Ge)
}

// eitherForm translates a comparison that a negative argument passes in one of
// its two forms only, so that it passes in both.
func eitherForm(arg syscalls.Arg, a specs.LinuxSeccompArg) (policy.Expr, bool) {
	low := full(arg)
	sign := low ^ low>>1
	above := a.Value &^ low
	switch a.Op {
	case specs.OpNotEqual:
		return always, a.Value&sign != 0 && (above == 0 || above == ^low)
	case specs.OpGreaterThan, specs.OpGreaterEqual:
		negative := test(a.Index, arg, policy.Lt, low, 0)
		negative.Signed = true
		if above == ^low && a.Value&sign != 0 {
			op := map[bool]policy.Op{true: policy.Gt, false: policy.Ge}[a.Op == specs.OpGreaterThan]
			if op == policy.Gt && a.Value == ^uint64(0) {
				return never, true
			}
			t := test(a.Index, arg, op, low, a.Value&low)
			t.Signed = true
			if op == policy.Ge && a.Value&low == sign {
				return negative, true
			}
			return allOf(negative, t), true
		}
		return negative, a.Value >= sign
	}
	return nil, false
}

// lowerFew translates register < bound into a set, for small numbers of a
// signed type: an order without a sign takes two comparisons of those.
func lowerFew(index uint, arg syscalls.Arg, bound uint64) (policy.Expr, bool) {
	const few = 8
	if !arg.Signed || bound > few {
		return nil, false
	}
	set := make([]policy.Expr, 0, bound)
	for v := range bound {
		set = append(set, test(index, arg, policy.Eq, full(arg), v))
	}
	return anyOf(set...), true
}

// lowerMasked translates register&mask == value&mask.
func lowerMasked(index uint, arg syscalls.Arg, mask, value uint64) policy.Expr {
	value &= mask
	low := full(arg)
	sign := low ^ low>>1
	if above := value &^ low; above != 0 {
		// Only a sign-extended number has ones above the argument: all of them.
		if !arg.Signed || above != mask&^low || mask&sign != 0 && value&sign == 0 {
			return never
		}
		mask, value = mask|sign, value|sign
	}
	if mask &= low; mask == 0 {
		return always
	}
	return test(index, arg, policy.Eq, mask, value&mask)
}

// lowerAtLeast translates register > value or, with Ge, register >= value,
// without a sign and for a zero-extended register.
func lowerAtLeast(index uint, arg syscalls.Arg, value uint64, op policy.Op) policy.Expr {
	low := full(arg)
	switch {
	case value > low || op == policy.Gt && value == low:
		return never
	case op == policy.Ge && value == 0:
		return always
	}
	sign := low ^ low>>1
	t := test(index, arg, op, low, value)
	if !arg.Signed || arg.Bits < arg.Width {
		t.Signed = false
		return t
	}
	// In signed order the numbers with the top bit set come first, in unsigned
	// order last.
	t.Signed = true
	negative := test(index, arg, policy.Lt, low, 0)
	negative.Signed = true
	switch {
	case op == policy.Gt && value == low>>1, op == policy.Ge && value == sign:
		return negative
	case value&sign != 0:
		return allOf(negative, t)
	}
	return anyOf(negative, t)
}

func test(index uint, arg syscalls.Arg, op policy.Op, mask, value uint64) policy.Test {
	return policy.Test{Arg: uint8(index), Width: arg.Width, Mask: mask, Op: op, Value: value}
}

// full returns the bits of a register that the kernel reads.
func full(arg syscalls.Arg) uint64 { return ^uint64(0) >> (64 - arg.Bits) }

var (
	always = policy.And{}
	never  = policy.Or{}
)

func isAlways(e policy.Expr) bool { x, ok := e.(policy.And); return ok && len(x) == 0 }
func isNever(e policy.Expr) bool  { x, ok := e.(policy.Or); return ok && len(x) == 0 }

// allOf joins conditions with &&, flat and without repetitions.
func allOf(xs ...policy.Expr) policy.Expr {
	var out policy.And
	for _, x := range xs {
		switch x := x.(type) {
		case policy.And:
			for _, y := range x {
				out = addTo(out, y)
			}
			continue
		case policy.Or:
			if len(x) == 0 {
				return never
			}
		}
		out = addTo(out, x)
	}
	if len(out) == 1 {
		return out[0]
	}
	if out == nil {
		return always
	}
	return out
}

// anyOf joins conditions with ||, flat and without repetitions.
func anyOf(xs ...policy.Expr) policy.Expr {
	var out policy.Or
	for _, x := range xs {
		switch x := x.(type) {
		case policy.Or:
			for _, y := range x {
				out = addTo(out, y)
			}
			continue
		case policy.And:
			if len(x) == 0 {
				return always
			}
		}
		out = addTo(out, x)
	}
	if len(out) == 1 {
		return out[0]
	}
	if out == nil {
		return never
	}
	return out
}

func addTo[S ~[]policy.Expr](list S, x policy.Expr) S {
	if t, ok := x.(policy.Test); ok {
		for _, y := range list {
			if u, ok := y.(policy.Test); ok && t == u {
				return list
			}
		}
	}
	return append(list, x)
}

// negate returns the opposite of a condition, without Not.
func negate(e policy.Expr) policy.Expr {
	switch e := e.(type) {
	case policy.And:
		out := make([]policy.Expr, 0, len(e))
		for _, x := range e {
			out = append(out, negate(x))
		}
		return anyOf(out...)
	case policy.Or:
		out := make([]policy.Expr, 0, len(e))
		for _, x := range e {
			out = append(out, negate(x))
		}
		return allOf(out...)
	case policy.Not:
		return e.X
	case policy.Test:
		e.Op = [...]policy.Op{policy.Ne, policy.Eq, policy.Ge, policy.Gt, policy.Le, policy.Lt}[e.Op]
		return e
	}
	return e
}
