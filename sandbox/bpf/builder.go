package bpf

import (
	"errors"
	"fmt"
)

// Operand is a value that a program tests: one 32-bit word of struct
// seccomp_data, masked and then biased.
type Operand struct {
	Offset uint32 // of the word: a multiple of 4 below DataSize
	Mask   uint32 // the bits that count; all ones for the whole word
	Bias   uint32 // added modulo 1<<32; 1<<31 maps signed order onto unsigned
}

// Word returns the operand that is the whole word at offset off.
func Word(off uint32) Operand { return Operand{Offset: off, Mask: ^uint32(0)} }

// Cond is how a test compares its operand with a constant, unsigned.
type Cond uint8

// The comparisons that classic BPF has; the others are these with their
// branches swapped.
const (
	Eq  Cond = iota // operand == k
	Gt              // operand > k
	Ge              // operand >= k
	Set             // operand & k != 0
	ret             // not a comparison: return k
)

// Label names a piece of program that a Builder holds: where to go on to. The
// zero Label names nothing.
type Label int32

// A Builder assembles a program from its ends to its start: what a test
// branches to exists before the test does, so every jump leads forward and
// every distance is known when a jump is written.
//
// Two pieces that do the same are one piece with one Label. Whether a word
// still lies in the accumulator is the builder's business: a test whose
// predecessors all tested the same operand does not load it again.
//
// The zero Builder is ready for use. A mistake in its use is remembered and
// returned by Link.
type Builder struct {
	nodes []node  // nodes[0] is unused; branches lead to lower indexes
	slots []Label // open-addressed hash table of nodes, 0 where free
	err   error
}

// node is a test, or a return when cond is ret.
type node struct {
	x       Operand
	k       uint32
	yes, no Label
	cond    Cond
}

// Return returns the label of "return k".
func (b *Builder) Return(k uint32) Label { return b.intern(node{k: k, cond: ret}) }

// Test returns the label of "if x cond k, go on to yes, otherwise to no".
func (b *Builder) Test(x Operand, cond Cond, k uint32, yes, no Label) Label {
	if !b.valid(yes) || !b.valid(no) || cond >= ret || x.Offset&3 != 0 || x.Offset >= DataSize {
		b.fail(fmt.Errorf("bpf: invalid test of offset %d with condition %d", x.Offset, cond))
		return 0
	}
	n := simplify(node{x, k, yes, no, cond})
	if n.cond == Eq {
		n.yes = b.follow(n.yes, n.x, n.k)
	}
	if n.yes == n.no {
		return n.yes
	}
	return b.intern(n)
}

// follow skips, from l on, the tests of x whose outcome x == v decides.
func (b *Builder) follow(l Label, x Operand, v uint32) Label {
	for {
		n := &b.nodes[l]
		switch {
		case n.cond == ret || n.x != x:
			return l
		case n.cond.holds(v, n.k):
			l = n.yes
		default:
			l = n.no
		}
	}
}

// holds reports whether v c k.
func (c Cond) holds(v, k uint32) bool {
	switch c {
	case Eq:
		return v == k
	case Gt:
		return v > k
	case Ge:
		return v >= k
	case Set:
		return v&k != 0
	}
	return false
}

func (b *Builder) valid(l Label) bool { return l > 0 && int(l) < len(b.nodes) }

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

var errEntry = errors.New("bpf: the entry is not a label of this builder")

// intern returns the label of n, the existing one where there is one.
func (b *Builder) intern(n node) Label {
	if 2*len(b.nodes) >= len(b.slots) {
		b.grow()
	}
	slot := b.slot(&n)
	if l := b.slots[slot]; l != 0 {
		return l
	}
	l := Label(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.slots[slot] = l
	return l
}

// slot returns the index of the slot that holds n, or where it belongs.
func (b *Builder) slot(n *node) uint32 {
	mask := uint32(len(b.slots) - 1)
	i := n.hash() & mask
	for l := b.slots[i]; l != 0 && b.nodes[l] != *n; l = b.slots[i] {
		i = (i + 1) & mask
	}
	return i
}

func (b *Builder) grow() {
	if len(b.slots) == 0 {
		b.nodes = make([]node, 1, 512)
		b.slots = make([]Label, 1024)
		return
	}
	b.slots = make([]Label, 2*len(b.slots))
	for l := 1; l < len(b.nodes); l++ {
		b.slots[b.slot(&b.nodes[l])] = Label(l)
	}
}

// hash mixes the fields of n; any function would do for correctness.
func (n *node) hash() uint32 {
	const prime = 0x9e3779b1 // 2^32 over the golden ratio
	h := n.k ^ uint32(n.cond)<<27
	h = h*prime ^ n.x.Offset ^ n.x.Mask<<7 ^ n.x.Bias>>3
	h = h*prime ^ uint32(n.yes)
	h = h*prime ^ uint32(n.no)
	h *= prime
	return h ^ h>>15
}
