package space

import (
	"math/bits"
	"slices"
)

// group is a set of tests of one register that look at the same bits, directly
// or through each other.
type group struct {
	mask  uint64 // all bits that they look at
	tests []test
}

// linked divides tests into groups that have no bit in common.
func linked(tests []test) (groups []group) {
	for _, t := range tests {
		g := group{t.mask, []test{t}}
		groups = slices.DeleteFunc(groups, func(other group) bool {
			if other.mask&t.mask == 0 {
				return false
			}
			g.mask |= other.mask
			g.tests = append(g.tests, other.tests...)
			return true
		})
		groups = append(groups, g)
	}
	return groups
}

// maxStates bounds the memory of outcomes: a byte for each test in each state.
const maxStates = 1 << 24

// What is known of a test after the upper bits of a value.
const (
	open byte = iota // equal so far
	holds
	fails
)

// outcomes returns one value for each way in which the tests of the group can
// come out together. ok is false where these are too many.
//
// It decides all tests at once, bit by bit from the most significant one. Two
// values whose upper bits leave every test in the same state differ in nothing
// that follows, so one of them is kept. After the last bit no test is open and
// the states are the outcomes.
func (g *group) outcomes() (values []uint64, ok bool) {
	if len(g.tests) == 1 {
		return g.tests[0].both(), true
	}
	states := []string{string(make([]byte, len(g.tests)))}
	values = []uint64{0}
	for left := g.mask; left != 0; {
		bit := uint64(1) << (bits.Len64(left) - 1)
		left &^= bit
		seen := make(map[string]bool, 2*len(states))
		var nextStates []string
		var nextValues []uint64
		for i, state := range states {
			for _, x := range [...]uint64{0, bit} {
				next := g.step(state, bit, x)
				if seen[next] {
					continue
				}
				seen[next] = true
				nextStates = append(nextStates, next)
				nextValues = append(nextValues, values[i]|x)
			}
		}
		if len(nextStates) > maxAxis || len(nextStates)*len(g.tests) > maxStates {
			return nil, false
		}
		states, values = nextStates, nextValues
	}
	return values, true
}

// both returns a value that passes and one that does not, without a search.
func (t *test) both() []uint64 {
	if t.ordered {
		return []uint64{t.value ^ t.flip, t.flip} // and 0^flip is the least of all
	}
	return []uint64{t.value, t.value ^ t.mask&-t.mask}
}

// step returns the state after one more bit, which is x.
func (g *group) step(state string, bit, x uint64) string {
	next := []byte(state)
	for i := range g.tests {
		if t := &g.tests[i]; next[i] == open && t.mask&bit != 0 {
			next[i] = t.step(bit, x)
		}
	}
	return string(next)
}

func (t *test) step(bit, x uint64) byte {
	is, want := (x^t.flip)&bit, t.value&bit
	switch {
	case is > want && t.ordered:
		return holds
	case is != want:
		return fails
	case t.mask&(bit-1) == 0: // equal to the end
		return holds
	}
	return open
}
