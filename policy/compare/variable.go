package compare

import (
	"errors"
	"math/bits"
	"slices"

	"jail/policy"
)

// ErrTooComplex is returned where the conditions of a call split its arguments
// into more classes than can be looked at.
var ErrTooComplex = errors.New("the conditions are too complex to compare")

const (
	maxClasses = 4096 // of one variable
	maxTests   = 8192 // of one call
	maxOrdered = 512  // of one variable, where some ask for order
)

// variable is a set of bits of one argument that is looked at as a whole,
// apart from all other bits. Its classes are the sets of values that no test
// tells apart.
type variable struct {
	arg    uint8
	mask   uint64
	values []uint64      // of each class one member
	tests  []policy.Test // with an order, or a mask that is not this one's; nil for a plain variable
	truth  [][]bool      // for each class the outcome of tests
	order  *order        // how values lie, where tests have one mask
}

// plain reports whether the variable's classes are single values, and one for
// all others if there are any left: other is its index, -1 where there is none.
func (v *variable) plain() bool { return v.tests == nil }

func (v *variable) other() int {
	n := len(v.values)
	if c := bits.OnesCount64(v.mask); c < 63 && uint64(n) == 1<<c {
		return -1
	}
	return n - 1
}

// ones returns n one bits.
func ones(n uint8) uint64 { return ^uint64(0) >> (64 - n) }

// canonical returns a test with mask and value cut to its width. Eq and Ne of
// a value that lies outside of the mask have one outcome and stay as they are.
func canonical(t policy.Test) policy.Test {
	t.Mask &= ones(t.Width)
	t.Value &= ones(t.Width)
	if t.Op == policy.Eq || t.Op == policy.Ne {
		t.Width, t.Signed = 64, false
	}
	return t
}

// collect lists the tests of an expression, each once.
func collect(out []policy.Test, e policy.Expr) []policy.Test {
	switch e := e.(type) {
	case policy.Test:
		if t := canonical(e); !slices.Contains(out, t) {
			out = append(out, t)
		}
	case policy.Not:
		out = collect(out, e.X)
	case policy.And:
		for _, x := range e {
			out = collect(out, x)
		}
	case policy.Or:
		for _, x := range e {
			out = collect(out, x)
		}
	}
	return out
}

// variables splits the arguments by the tests that are made on them, in the
// order of the arguments.
func variables(tests []policy.Test) ([]*variable, error) {
	if len(tests) > maxTests {
		return nil, ErrTooComplex
	}
	var out []*variable
	for arg := range uint8(6) {
		for _, c := range components(tests, arg) {
			vs, err := c.split()
			if err != nil {
				return nil, err
			}
			out = append(out, vs...)
		}
	}
	return out, nil
}

// component is a set of bits that tests connect, and these tests.
type component struct {
	arg   uint8
	mask  uint64
	tests []policy.Test
}

func components(tests []policy.Test, arg uint8) []*component {
	var out []*component
	for _, t := range tests {
		if t.Arg != arg || t.Mask == 0 {
			continue
		}
		c := &component{arg, t.Mask, []policy.Test{t}}
		out = slices.DeleteFunc(out, func(o *component) bool {
			if o.mask&c.mask == 0 {
				return false
			}
			c.mask |= o.mask
			c.tests = append(o.tests, c.tests...)
			return true
		})
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *component) int { // low bits first
		return bits.TrailingZeros64(a.mask) - bits.TrailingZeros64(b.mask)
	})
	return out
}

// split returns the variables of a component: where all tests ask for equality,
// one for each set of bits that the same masks cover.
func (c *component) split() ([]*variable, error) {
	ordered, mixed := false, false
	for _, t := range c.tests {
		ordered = ordered || t.Op >= policy.Lt
		mixed = mixed || t.Mask != c.mask
	}
	switch {
	case !ordered:
		return c.blocks(), nil
	case len(c.tests) > maxOrdered:
		return nil, ErrTooComplex
	case mixed:
		return c.joint()
	}
	return c.line()
}

func (c *component) blocks() []*variable {
	blocks := []uint64{c.mask}
	for _, t := range c.tests {
		for i, b := range blocks {
			if in, out := b&t.Mask, b&^t.Mask; in != 0 && out != 0 {
				blocks[i] = in
				blocks = append(blocks, out)
			}
		}
	}
	slices.SortFunc(blocks, func(a, b uint64) int { return bits.TrailingZeros64(a) - bits.TrailingZeros64(b) })
	var out []*variable
	for _, b := range blocks {
		v := &variable{arg: c.arg, mask: b}
		for _, t := range c.tests {
			if x := t.Value & b; t.Mask&b != 0 && t.Value&^t.Mask == 0 && !slices.Contains(v.values, x) {
				v.values = append(v.values, x)
			}
		}
		slices.Sort(v.values)
		// One value that no test names stands for all such.
		for sub, free := uint64(0), true; free; {
			if _, named := slices.BinarySearch(v.values, sub); !named {
				v.values = append(v.values, sub)
				break
			}
			sub = (sub - b) & b // the next larger value within b
			free = sub != 0
		}
		out = append(out, v)
	}
	return out
}

// joint makes one variable of a component whose tests mix orders and masks. It
// reads the bits from the top, and keeps apart the values that some test has
// told apart so far.
func (c *component) joint() ([]*variable, error) {
	type state struct {
		value uint64
		seen  []byte // for each test: 0 equal so far, 1 less or different, 2 greater
	}
	states := []state{{0, make([]byte, len(c.tests))}}
	for bit := 63; bit >= 0; bit-- {
		var next []state
		known := make(map[string]bool, 2*len(states))
		for _, s := range states {
			for x := range uint64(2) {
				if x == 1 && c.mask>>bit&1 == 0 {
					break
				}
				seen := slices.Clone(s.seen)
				for i, t := range c.tests {
					if seen[i] == 0 {
						seen[i] = compareBit(t, bit, x)
					}
				}
				if key := string(seen); !known[key] {
					known[key] = true
					next = append(next, state{s.value | x<<bit, seen})
				}
			}
		}
		if states = next; len(states) > maxClasses {
			return nil, ErrTooComplex
		}
	}
	v := &variable{arg: c.arg, mask: c.mask, tests: c.tests}
	for _, s := range states {
		v.addClass(s.value)
	}
	return []*variable{v}, nil
}

// compareBit compares one bit of a value with the test's.
func compareBit(t policy.Test, bit int, x uint64) byte {
	x &= t.Mask >> bit
	w := t.Value >> bit & 1
	if t.Signed && t.Op >= policy.Lt && bit == int(t.Width)-1 {
		x, w = x^1, w^1
	}
	switch {
	case x == w:
		return 0
	case x > w && t.Op >= policy.Lt:
		return 2
	}
	return 1
}

// addClass adds the class of a value, if it is new, and returns its index.
func (v *variable) addClass(value uint64) int {
	truth := make([]bool, len(v.tests))
	var args [6]uint64
	args[v.arg] = value
	for i, t := range v.tests {
		truth[i] = t.Eval(&args)
	}
	for i, known := range v.truth {
		if slices.Equal(known, truth) {
			return i
		}
	}
	v.values, v.truth = append(v.values, value), append(v.truth, truth)
	return len(v.values) - 1
}
