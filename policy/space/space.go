// Package space divides the space of a call's argument registers into the
// classes that conditions can tell apart. A condition compares masked words
// with constants, so there are finitely many: what holds for one member of
// each class holds for all 2^384 vectors.
package space

import (
	"math"
	"math/bits"

	"jail/policy"
)

// Partition is the division that a list of conditions makes: two vectors of
// argument registers are in one class when every Test of the conditions comes
// out the same for both. It is immutable.
//
// A class is one choice from each axis. Tests of different registers, and of
// bits of one register that no comparison links, never depend on each other.
type Partition struct {
	axes  []axis
	used  [6]uint64 // the bits that some Test looks at
	count uint64
}

// axis holds, for some bits of one register, a value for each way in which
// the Tests of these bits can come out together.
type axis struct {
	arg    uint8
	values []uint64
}

// maxAxis bounds the work for one axis: nobody walks more.
const maxAxis = 1 << 18

// New divides by the Tests of all conditions. ok is false where a single
// register falls into more classes than can be listed, some 262,000.
func New(conditions ...policy.Expr) (p *Partition, ok bool) {
	var tests [6][]test
	for _, e := range conditions {
		collect(e, &tests)
	}
	p = &Partition{count: 1}
	for arg := range tests {
		for _, g := range linked(tests[arg]) {
			values, ok := g.outcomes()
			if !ok {
				return nil, false
			}
			p.axes = append(p.axes, axis{uint8(arg), values})
			p.used[arg] |= g.mask
			p.count = multiply(p.count, uint64(len(values)))
		}
	}
	return p, true
}

// Count returns the number of classes, or math.MaxUint64 if there are more
// than that.
func (p *Partition) Count() uint64 { return p.count }

// Free returns the bits that no Test looks at. Walk's vectors have them clear;
// the same vectors with any of them set are in the same classes.
func (p *Partition) Free() (free [6]uint64) {
	for i := range free {
		free[i] = ^p.used[i]
	}
	return free
}

// Walk calls visit once for one member of each class, until visit returns
// false, and reports whether it visited all. The vector is visit's own: it
// may change it.
func (p *Partition) Walk(visit func(args *[6]uint64) bool) bool {
	at := make([]int, len(p.axes))
	for {
		var args [6]uint64
		for i, n := range at {
			args[p.axes[i].arg] |= p.axes[i].values[n]
		}
		if !visit(&args) {
			return false
		}
		i := len(at) - 1
		for i >= 0 && at[i] == len(p.axes[i].values)-1 {
			at[i] = 0
			i--
		}
		if i < 0 {
			return true
		}
		at[i]++
	}
}

// Walk calls visit once for one member of each class into which the
// conditions divide the space of argument registers: the vectors of two
// different classes differ in the truth of at least one Test. It stops when
// visit returns false, and reports whether it visited all. Where New is not
// ok it visits none; where Count is large it takes long.
func Walk(conditions []policy.Expr, visit func(args *[6]uint64) bool) bool {
	p, ok := New(conditions...)
	return ok && p.Walk(visit)
}

// Count returns how many classes Walk would visit, without visiting them;
// math.MaxUint64 stands for more than can be counted or listed.
func Count(conditions ...policy.Expr) uint64 {
	p, ok := New(conditions...)
	if !ok {
		return math.MaxUint64
	}
	return p.count
}

// multiply saturates.
func multiply(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	if high != 0 {
		return math.MaxUint64
	}
	return low
}
