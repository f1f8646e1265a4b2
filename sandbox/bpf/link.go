package bpf

import (
	"fmt"
	"slices"
)

// LengthError says that a program came out longer than the kernel takes; its
// value is the length.
type LengthError int

func (e LengthError) Error() string {
	return fmt.Sprintf("bpf: %d instructions, the kernel takes at most %d", int(e), MaxLen)
}

// Link returns the program that starts at entry. Pieces that entry does not
// lead to are left out. The builder may be used on, and linked again.
func (b *Builder) Link(entry Label) (Program, error) {
	if b.err != nil {
		return nil, b.err
	}
	if !b.valid(entry) {
		return nil, errEntry
	}
	k := linker{nodes: b.nodes, place: make([]place, entry+1), out: make(Program, 0, 2*entry)}
	k.findLoads(entry)
	k.emit(entry)
	if len(k.out) > MaxLen {
		return nil, LengthError(len(k.out))
	}
	slices.Reverse(k.out)
	return k.out, nil
}

// linker writes a program backwards: out[0] is its last instruction.
type linker struct {
	nodes []node
	place []place // by label
	out   Program
}

// place is where a node can be entered: indexes into linker.out, always those
// of the copies nearest to what is written next.
type place struct {
	load int32 // where its operand is loaded, if loads
	test int32 // behind that: the test itself, or the return

	loads   bool // somebody enters it with another value in the accumulator
	reached bool
	emitted bool
}

// findLoads marks what entry leads to, and which of these tests are entered
// from one of another operand and must load their own. Branches lead to lower
// labels, so that one sweep sees every node after all its predecessors.
func (k *linker) findLoads(entry Label) {
	k.place[entry] = place{reached: true, loads: true}
	for l := entry; l > 0; l-- {
		n := &k.nodes[l]
		if !k.place[l].reached || n.cond == ret {
			continue
		}
		for _, t := range [2]Label{n.yes, n.no} {
			k.place[t].reached = true
			if k.nodes[t].x != n.x {
				k.place[t].loads = true
			}
		}
	}
}

// emit writes l, behind all that it leads to.
func (k *linker) emit(l Label) {
	if k.place[l].emitted {
		return
	}
	n, p := &k.nodes[l], &k.place[l]
	p.emitted = true
	if n.cond == ret {
		p.test = k.write(Instruction{Code: retK, K: n.k})
		return
	}
	k.emit(n.yes)
	k.emit(n.no)
	k.bridge(n)
	p.test = k.write(Instruction{
		Code: condCode(n.cond), K: n.k,
		Jt: uint8(k.skip(k.target(n, n.yes))), Jf: uint8(k.skip(k.target(n, n.no))),
	})
	if p.loads {
		p.load = k.load(n.x)
	}
}

// bridge brings both branches of n within a conditional jump's reach, which
// is 255 instructions: a copy of a return, or a BPF_JA, written right behind
// the jump. Later jumps use the copy while it is near. The second bridge can
// push what the first looked at out of reach, hence the loop; it ends because
// a bridge itself is at most one instruction away.
func (k *linker) bridge(n *node) {
	for {
		t := k.target(n, n.yes)
		if k.skip(t) <= 255 {
			t = k.target(n, n.no)
		}
		if k.skip(t) <= 255 {
			return
		}
		if far := k.out[*t]; far.Code == retK {
			*t = k.write(far)
		} else {
			*t = k.write(Instruction{Code: ja, K: k.skip(t)})
		}
	}
}

// target returns where n's branch to l enters it: at the test itself if n has
// left the operand in the accumulator.
func (k *linker) target(n *node, l Label) *int32 {
	p := &k.place[l]
	if k.nodes[l].cond == ret || k.nodes[l].x == n.x {
		return &p.test
	}
	return &p.load
}

// skip returns how many instructions a jump written next skips to get to *t.
func (k *linker) skip(t *int32) uint32 { return uint32(int32(len(k.out)) - *t - 1) }

func (k *linker) write(i Instruction) int32 {
	k.out = append(k.out, i)
	return int32(len(k.out) - 1)
}

// load writes the instructions that bring x into the accumulator and returns
// where they start.
func (k *linker) load(x Operand) int32 {
	if x.Bias != 0 {
		k.write(Instruction{Code: add, K: x.Bias})
	}
	if x.Mask != allOnes {
		k.write(Instruction{Code: and, K: x.Mask})
	}
	return k.write(Instruction{Code: ldAbs, K: x.Offset})
}

func condCode(c Cond) uint16 {
	switch c {
	case Eq:
		return jeq
	case Gt:
		return jgt
	case Ge:
		return jge
	}
	return jset
}
