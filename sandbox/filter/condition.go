package filter

import (
	"jail/policy"
	"jail/sandbox/bpf"
)

const signBit = 1 << 31

// condition builds the test of e that goes on to yes or to no. Both exist
// already, so that And and Or short-circuit by being built from their ends.
func (c *compiler) condition(e policy.Expr, yes, no bpf.Label) bpf.Label {
	switch e := e.(type) {
	case policy.And:
		for i := len(e) - 1; i >= 0; i-- {
			yes = c.condition(e[i], yes, no)
		}
		return yes
	case policy.Or:
		return c.or(e, yes, no)
	case policy.Not:
		return c.condition(e.X, no, yes)
	case policy.Test:
		return c.test(e, yes, no)
	}
	return 0 // check has refused everything else
}

// or builds the members last to first. Comparisons of one 64-bit argument
// with several values test the high half that the values share only once.
func (c *compiler) or(e policy.Or, yes, no bpf.Label) bpf.Label {
	for end := len(e); end > 0; {
		start := end - 1
		first, ok := wholeWord(e[start])
		if !ok {
			no = c.condition(e[start], yes, no)
			end = start
			continue
		}
		low := c.equalLow(first, yes, no)
		for start > 0 && sameHigh(e[start-1], first) {
			start--
			low = c.equalLow(e[start].(policy.Test), yes, low)
		}
		no = c.b.Test(bpf.Word(bpf.ArgHigh(first.Arg)), bpf.Eq, uint32(first.Value>>32), low, no)
		end = start
	}
	return no
}

func (c *compiler) equalLow(t policy.Test, yes, no bpf.Label) bpf.Label {
	return c.b.Test(bpf.Word(bpf.Arg(t.Arg)), bpf.Eq, uint32(t.Value), yes, no)
}

// wholeWord returns e if it is an equality with all 64 bits of an argument.
func wholeWord(e policy.Expr) (policy.Test, bool) {
	t, ok := e.(policy.Test)
	return t, ok && t.Op == policy.Eq && t.Width == 64 && t.Mask == ^uint64(0)
}

func sameHigh(e policy.Expr, as policy.Test) bool {
	t, ok := wholeWord(e)
	return ok && t.Arg == as.Arg && t.Value>>32 == as.Value>>32
}

// test builds one comparison. The filter has = > >= on unsigned words; the
// others are these with their branches swapped.
func (c *compiler) test(t policy.Test, yes, no bpf.Label) bpf.Label {
	switch t.Op {
	case policy.Ne:
		return c.compare(t, policy.Eq, no, yes)
	case policy.Lt:
		return c.compare(t, policy.Ge, no, yes)
	case policy.Le:
		return c.compare(t, policy.Gt, no, yes)
	}
	return c.compare(t, t.Op, yes, no)
}

// compare builds t with op, which is Eq, Gt or Ge, in place of its own.
//
// Of a 32-bit argument the high half of the register is never looked at: the
// kernel does not either. Signed order becomes unsigned order when the sign
// bit of the topmost word is flipped on both sides.
func (c *compiler) compare(t policy.Test, op policy.Op, yes, no bpf.Label) bpf.Label {
	var bias uint32
	if t.Signed && op != policy.Eq {
		bias = signBit
	}
	low := bpf.Operand{Offset: bpf.Arg(t.Arg), Mask: uint32(t.Mask)}
	if t.Width == 32 {
		low.Bias = bias
		return c.b.Test(low, cond(op), uint32(t.Value)+bias, yes, no)
	}
	yes64 := c.b.Test(low, cond(op), uint32(t.Value), yes, no) // if the high halves are equal
	high := bpf.Operand{Offset: bpf.ArgHigh(t.Arg), Mask: uint32(t.Mask >> 32), Bias: bias}
	value := uint32(t.Value>>32) + bias
	if op != policy.Eq {
		no = c.b.Test(high, bpf.Gt, value, yes, no)
	}
	return c.b.Test(high, bpf.Eq, value, yes64, no)
}

func cond(op policy.Op) bpf.Cond {
	switch op {
	case policy.Gt:
		return bpf.Gt
	case policy.Ge:
		return bpf.Ge
	}
	return bpf.Eq
}
