package filter

import (
	"math"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// numbers is a range of call numbers with one leaf. It ends where the next
// one starts.
type numbers struct {
	first uint32
	leaf  bpf.Label
}

// foreignRanges are the numbers that an ABI may count as another's, as
// ABI.IsForeign has it: x32's of kernels before 5.4, and x32's.
var foreignRanges = [...]struct{ first, last uint32 }{
	{512, 547},
	{syscalls.X32Bit, 2*syscalls.X32Bit - 1},
}

// partition fills ranges: every number of the 32-bit space, with neighbours
// that have the same leaf in one range.
func (c *compiler) partition() {
	var buf [len(guarded)]special
	specials := c.specials(buf[:0])
	calls := c.rules.Calls
	c.ranges = make([]numbers, 0, len(calls)+16)
	next := uint64(0) // the first number without a range
	for len(specials) > 0 || len(calls) > 0 {
		call := policy.Call{Otherwise: c.rules.Unknown}
		g := none
		fromCalls := len(calls) > 0 && (len(specials) == 0 || calls[0].Nr <= specials[0].nr)
		if fromCalls {
			call, calls = calls[0], calls[1:]
		} else {
			call.Nr = specials[0].nr
		}
		if len(specials) > 0 && specials[0].nr == call.Nr {
			g, specials = specials[0].guard, specials[1:]
		}
		if c.rules.ABI.IsForeign(call.Nr) {
			continue
		}
		c.unnamed(next, uint64(call.Nr))
		c.add(call.Nr, c.leaf(&call, g))
		next = uint64(call.Nr) + 1
	}
	c.unnamed(next, math.MaxUint32+1)
}

// unnamed adds the numbers from first to before end, which no rule names.
func (c *compiler) unnamed(first, end uint64) {
	for _, f := range foreignRanges {
		if first >= end || uint64(f.first) >= end || uint64(f.last) < first || !c.rules.ABI.IsForeign(f.first) {
			continue
		}
		if first < uint64(f.first) {
			c.add(uint32(first), c.unknown)
		}
		c.add(uint32(max(first, uint64(f.first))), c.foreign)
		first = uint64(f.last) + 1
	}
	if first < end {
		c.add(uint32(first), c.unknown)
	}
}

// add starts a range at first, unless the one before has the same leaf.
func (c *compiler) add(first uint32, leaf bpf.Label) {
	if n := len(c.ranges); n > 0 && c.ranges[n-1].leaf == leaf {
		return
	}
	c.ranges = append(c.ranges, numbers{first, leaf})
}

// leaf builds what happens to one number.
func (c *compiler) leaf(call *policy.Call, g guard) bpf.Label {
	l := c.guarded(g, call.Otherwise)
	for i := len(call.Clauses) - 1; i >= 0; i-- {
		clause := &call.Clauses[i]
		l = c.condition(clause.When, c.guarded(g, clause.Then), l)
	}
	if g == launchGuard {
		l = c.launch(l)
	}
	return l
}

// tree builds the search among c.ranges[from:to] for the range that nr is in.
// Few numbers that stand out from one leaf are compared one by one, which is
// shorter than to find both ends of each.
func (c *compiler) tree(from, to int) bpf.Label {
	nr := bpf.Word(bpf.OffNr)
	if rest, ok := c.background(from, to); ok {
		l := rest
		for i := to - 1; i >= from; i-- {
			if c.ranges[i].leaf != rest {
				l = c.b.Test(nr, bpf.Eq, c.ranges[i].first, c.ranges[i].leaf, l)
			}
		}
		return l
	}
	mid := (from + to) / 2
	low := c.tree(from, mid)
	return c.b.Test(nr, bpf.Ge, c.ranges[mid].first, c.tree(mid, to), low)
}

// background returns the leaf that all of c.ranges[from:to] have but one or
// two single numbers, if there is one.
func (c *compiler) background(from, to int) (rest bpf.Label, ok bool) {
	rest = c.ranges[from].leaf
	for i := from; i < to; i++ {
		if !c.single(i) {
			rest = c.ranges[i].leaf
			break
		}
	}
	others := 0
	for i := from; i < to && others <= 2; i++ {
		if c.ranges[i].leaf == rest {
			continue
		}
		if !c.single(i) {
			return 0, false
		}
		others++
	}
	return rest, others <= 2
}

// single reports whether range i holds one number only.
func (c *compiler) single(i int) bool {
	return i+1 < len(c.ranges) && c.ranges[i+1].first == c.ranges[i].first+1
}
