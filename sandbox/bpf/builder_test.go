package bpf_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

// piece is what a label stands for, to be evaluated without any BPF.
type piece struct {
	x       bpf.Operand
	cond    bpf.Cond
	k       uint32
	yes, no int // indexes of earlier pieces
	final   bool
}

func eval(pieces []piece, words *[16]uint32, i int) uint32 {
	for !pieces[i].final {
		p := &pieces[i]
		v := words[p.x.Offset/4]&p.x.Mask + p.x.Bias
		var holds bool
		switch p.cond {
		case bpf.Eq:
			holds = v == p.k
		case bpf.Gt:
			holds = v > p.k
		case bpf.Ge:
			holds = v >= p.k
		case bpf.Set:
			holds = v&p.k != 0
		}
		if i = p.no; holds {
			i = p.yes
		}
	}
	return pieces[i].k
}

// The words at which comparisons go wrong.
var edges = []uint32{0, 1, 2, 3, 4, 7, 8, 0x7f, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff}

func edge(r *rand.Rand) uint32 {
	if r.IntN(8) == 0 {
		return r.Uint32()
	}
	return edges[r.IntN(len(edges))]
}

// randomPieces makes n tests over a few returns. Every test leads to the one
// before it, so that all are reached, and to another, often a distant one.
func randomPieces(r *rand.Rand, n, returns int) []piece {
	var list []piece
	for i := range returns {
		list = append(list, piece{final: true, k: uint32(i) << 16})
	}
	operands := make([]bpf.Operand, 1+r.IntN(8))
	for i := range operands {
		x := bpf.Word(4 * uint32(r.IntN(16)))
		if r.IntN(3) == 0 {
			x.Mask = edge(r)
		}
		if r.IntN(3) == 0 {
			x.Bias = []uint32{1 << 31, 1 << 31, 5}[r.IntN(3)]
		}
		operands[i] = x
	}
	for range n {
		i := len(list)
		p := piece{
			x: operands[r.IntN(len(operands))], cond: bpf.Cond(r.IntN(4)), k: edge(r),
			yes: i - 1, no: r.IntN(i),
		}
		if r.IntN(2) == 0 {
			p.no = max(0, i-1-r.IntN(8))
		}
		if r.IntN(2) == 0 {
			p.yes, p.no = p.no, p.yes
		}
		list = append(list, p)
	}
	return list
}

func build(pieces []piece) (bpf.Program, error) {
	var b bpf.Builder
	labels := make([]bpf.Label, len(pieces))
	for i, p := range pieces {
		if p.final {
			labels[i] = b.Return(p.k)
		} else {
			labels[i] = b.Test(p.x, p.cond, p.k, labels[p.yes], labels[p.no])
		}
	}
	return b.Link(labels[len(labels)-1])
}

func data(words *[16]uint32) *bpf.Data {
	d := &bpf.Data{Nr: words[0], Arch: words[1], IP: uint64(words[3])<<32 | uint64(words[2])}
	for i := range d.Args {
		d.Args[i] = uint64(words[5+2*i])<<32 | uint64(words[4+2*i])
	}
	return d
}

func TestRandomPrograms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	longest, bridged := 0, 0
	for round := range 400 {
		n := 1 + r.IntN(60)
		if round%4 == 0 {
			n = 1 + r.IntN(1800)
		}
		pieces := randomPieces(r, n, 1+r.IntN(300))
		p, err := build(pieces)
		if errors.As(err, new(bpf.LengthError)) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, len(p))
		for _, i := range p {
			if i.Code == 0x05 {
				bridged++
			}
		}
		if err := compare(r, pieces, p); err != nil {
			t.Fatalf("round %d: %v\n%s", round, err, bpf.Disassemble(p))
		}
	}
	if longest < 2000 || bridged < 1000 {
		t.Errorf("the longest program has %d instructions, all together %d unconditional jumps: too few to try the linker", longest, bridged)
	}
}

// compare runs p on random words, and on walks through the pieces.
func compare(r *rand.Rand, pieces []piece, p bpf.Program) error {
	vm, err := bpftest.NewVM(p)
	if err != nil {
		return err
	}
	for range 300 {
		var words [16]uint32
		for i := range words {
			words[i] = edge(r)
		}
		want := eval(pieces, &words, len(pieces)-1)
		d := data(&words)
		got, steps, err := p.Run(d)
		if err != nil {
			return err
		}
		other, err := vm.Run(d)
		if err != nil {
			return err
		}
		if got != want || other != want {
			return fmt.Errorf("on %x: got %#x, in x/net/bpf %#x, want %#x", words, got, other, want)
		}
		if steps > len(p) {
			return fmt.Errorf("%d steps through %d instructions", steps, len(p))
		}
	}
	return nil
}

// TestReach puts a jump's targets at every distance around the 255
// instructions that a conditional jump spans: one of them, the other, both.
func TestReach(t *testing.T) {
	for between := 240; between < 270; between++ {
		for _, far := range []string{"yes", "no", "both", "tests"} {
			var pieces []piece
			for i := range 4 {
				pieces = append(pieces, piece{final: true, k: uint32(i)})
			}
			nr := bpf.Word(bpf.OffNr)
			// Two tests of another word, to be reached from afar.
			pieces = append(pieces, piece{x: bpf.Word(bpf.Arg(1)), k: 1, yes: 0, no: 1})
			pieces = append(pieces, piece{x: bpf.Word(bpf.Arg(1)), k: 2, yes: 2, no: 3})
			last := 0
			for i := range between {
				pieces = append(pieces, piece{x: nr, k: uint32(i), yes: 1, no: last})
				last = len(pieces) - 1
			}
			p := piece{x: nr, k: 9999, yes: last, no: last}
			switch far {
			case "yes":
				p.yes = 2
			case "no":
				p.no = 3
			case "both":
				p.yes, p.no = 2, 3
				pieces = append(pieces, piece{x: nr, k: 8888, yes: 0, no: last})
			case "tests":
				pieces = append(pieces, piece{x: nr, k: 8888, yes: 4, no: last})
				p.yes, p.no = 5, len(pieces)-1
			}
			pieces = append(pieces, p)
			program, err := build(pieces)
			if err != nil {
				t.Fatal(err)
			}
			if err := program.Validate(); err != nil {
				t.Fatal(err)
			}
			for _, n := range []uint32{0, 1, uint32(between) - 1, uint32(between), 8888, 9999} {
				for arg := range uint32(3) {
					words := [16]uint32{0: n, 6: arg}
					want := eval(pieces, &words, len(pieces)-1)
					if got, _, err := program.Run(data(&words)); err != nil || got != want {
						t.Fatalf("%d between, far %s: nr %d, arg %d: got %d (%v), want %d\n%s", between, far, n, arg, got, err, want, bpf.Disassemble(program))
					}
				}
			}
		}
	}
}

func TestSharing(t *testing.T) {
	var b bpf.Builder
	yes, no := b.Return(1), b.Return(2)
	if b.Return(1) != yes || yes == no {
		t.Error("equal returns must share a label, others not")
	}
	x := bpf.Word(bpf.Arg(0))
	first := b.Test(x, bpf.Eq, 7, yes, no)
	if b.Test(x, bpf.Eq, 7, yes, no) != first {
		t.Error("equal tests must share a label")
	}
	if b.Test(x, bpf.Eq, 7, yes, yes) != yes {
		t.Error("a test that decides nothing must vanish")
	}
	p, err := b.Link(b.Test(x, bpf.Eq, 5, yes, b.Test(x, bpf.Eq, 6, yes, first)))
	if err != nil {
		t.Fatal(err)
	}
	if len(p) != 6 {
		t.Errorf("three comparisons of one word and two returns take one load and 6 instructions in all, not %d:\n%s", len(p), bpf.Disassemble(p))
	}
}

// TestForegone: tests that the mask or the constant decides cost nothing, and
// the others have the shape that they should.
func TestForegone(t *testing.T) {
	low := bpf.Operand{Offset: 16, Mask: 0xf}
	bit := bpf.Operand{Offset: 16, Mask: 0x8}
	signed := bpf.Operand{Offset: 16, Mask: 0xffffffff, Bias: 1 << 31}
	word := bpf.Word(16)
	for _, test := range []struct {
		name string
		x    bpf.Operand
		cond bpf.Cond
		k    uint32
		len  int // instructions in all, two returns among them
	}{
		{"whole word", word, bpf.Eq, 5, 4},
		{"outside of the mask", low, bpf.Eq, 0x10, 1},
		{"within the mask", low, bpf.Eq, 0x5, 5},
		{"no bit", low, bpf.Eq, 0, 4},
		{"some bit", low, bpf.Gt, 0, 4},
		{"one bit", bit, bpf.Eq, 8, 4},
		{"masked bits set", low, bpf.Set, 0xff, 4},
		{"masked bits never set", low, bpf.Set, 0xf0, 1},
		{"beyond the mask", low, bpf.Ge, 0x10, 1},
		{"up to the mask", low, bpf.Ge, 0xf, 5},
		{"above the mask", low, bpf.Gt, 0xf, 1},
		{"at least nothing", word, bpf.Ge, 0, 1},
		{"more than everything", word, bpf.Gt, 0xffffffff, 1},
		{"signed, not negative", signed, bpf.Ge, 1 << 31, 4},
		{"signed, above -1", signed, bpf.Gt, 1<<31 - 1, 4},
		{"signed, above 5", signed, bpf.Gt, 1<<31 + 5, 5},
		{"signed, equal", signed, bpf.Eq, 1<<31 + 5, 5},
		{"signed, at least the least", signed, bpf.Ge, 0, 1},
		{"nothing of the word", bpf.Operand{Offset: 16}, bpf.Eq, 0, 1},
	} {
		var b bpf.Builder
		p, err := b.Link(b.Test(test.x, test.cond, test.k, b.Return(1), b.Return(2)))
		if err != nil {
			t.Fatal(err)
		}
		if len(p) != test.len {
			t.Errorf("%s: %d instructions, want %d\n%s", test.name, len(p), test.len, bpf.Disassemble(p))
		}
	}
}

func TestMisuse(t *testing.T) {
	good := func(b *bpf.Builder) bpf.Label { return b.Return(0) }
	for name, use := range map[string]func(b *bpf.Builder) bpf.Label{
		"no label":         func(b *bpf.Builder) bpf.Label { return 0 },
		"strange label":    func(b *bpf.Builder) bpf.Label { good(b); return 17 },
		"negative label":   func(b *bpf.Builder) bpf.Label { good(b); return -1 },
		"strange branch":   func(b *bpf.Builder) bpf.Label { return b.Test(bpf.Word(0), bpf.Eq, 0, good(b), 9) },
		"unset branch":     func(b *bpf.Builder) bpf.Label { return b.Test(bpf.Word(0), bpf.Eq, 0, 0, good(b)) },
		"unaligned offset": func(b *bpf.Builder) bpf.Label { return b.Test(bpf.Word(2), bpf.Eq, 0, good(b), b.Return(1)) },
		"offset too high":  func(b *bpf.Builder) bpf.Label { return b.Test(bpf.Word(64), bpf.Eq, 0, good(b), b.Return(1)) },
		"no such condition": func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(0), bpf.Set+1, 0, good(b), b.Return(1))
		},
		"mistake on the way": func(b *bpf.Builder) bpf.Label {
			b.Test(bpf.Word(3), bpf.Eq, 0, good(b), b.Return(1))
			return good(b)
		},
	} {
		var b bpf.Builder
		if p, err := b.Link(use(&b)); err == nil {
			t.Errorf("%s: linked to %d instructions", name, len(p))
		}
	}
}

func TestTooLong(t *testing.T) {
	var b bpf.Builder
	l := b.Return(0)
	for i := range uint32(5000) {
		l = b.Test(bpf.Word(0), bpf.Eq, i, b.Return(i), l)
	}
	_, err := b.Link(l)
	var length bpf.LengthError
	if !errors.As(err, &length) || length < 10000 {
		t.Errorf("got %v", err)
	}
}
