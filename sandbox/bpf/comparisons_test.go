package bpf

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestComparisons(t *testing.T) {
	var b Builder
	allow, deny := b.Return(0x7fff0000), b.Return(0x50001)
	masked := Operand{Offset: Arg(2), Mask: 0xff, Bias: 1 << 31}
	l := b.Test(Word(Arg(0)), Eq, 7, deny, b.Test(masked, Gt, 9, deny, allow))
	other := b.Test(Word(ArgHigh(5)), Ge, 3, deny, allow)
	p, err := b.Link(b.Test(Word(OffNr), Eq, 41, l, other))
	if err != nil {
		t.Fatal(err)
	}
	numbered := func(nr uint32) func(uint32) (uint32, bool) {
		return func(off uint32) (uint32, bool) { return nr, off == OffNr }
	}
	number := Comparison{Word(OffNr), Eq, 41}
	first, second, third := Comparison{Word(Arg(0)), Eq, 7}, Comparison{masked, Gt, 9}, Comparison{Word(ArgHigh(5)), Ge, 3}
	for _, row := range []struct {
		name  string
		known func(uint32) (uint32, bool)
		want  []Comparison
	}{
		{"nothing known", func(uint32) (uint32, bool) { return 0, false }, []Comparison{number, first, second, third}},
		{"number 41", numbered(41), []Comparison{first, second}},
		{"number 42", numbered(42), []Comparison{third}},
		{"all known", func(uint32) (uint32, bool) { return 41, true }, nil},
	} {
		got, err := p.Comparisons(row.known)
		for _, c := range row.want {
			if !slices.Contains(got, c) {
				t.Errorf("%s: %+v is missing", row.name, c)
			}
		}
		if err != nil || len(got) != len(row.want) {
			t.Errorf("%s: %+v (%v)", row.name, got, err)
		}
	}
	if _, err := (Program{{Code: txa}, {Code: retK}}).Comparisons(numbered(0)); err == nil {
		t.Error("an instruction that can't be followed was")
	}
	if _, err := (Program{}).Comparisons(numbered(0)); err == nil {
		t.Error("an invalid program was followed")
	}
}

// TestComparisonsDecide: calls for which all comparisons come out the same get
// the same answer.
func TestComparisonsDecide(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		var b Builder
		labels := []Label{b.Return(1), b.Return(2), b.Return(3)}
		for range 1 + r.IntN(12) {
			x := Operand{Offset: 4 * r.Uint32N(16), Mask: 0xff, Bias: 0}
			switch r.IntN(3) {
			case 0:
				x.Bias = r.Uint32()
			case 1:
				x.Mask = r.Uint32N(16)
			}
			label := func() Label { return labels[r.IntN(len(labels))] }
			labels = append(labels, b.Test(x, Cond(r.IntN(4)), x.Bias+r.Uint32N(16), label(), label()))
		}
		p, err := b.Link(labels[len(labels)-1])
		if err != nil {
			t.Fatal(err)
		}
		list, err := p.Comparisons(func(uint32) (uint32, bool) { return 0, false })
		if err != nil {
			t.Fatal(err)
		}
		answers := map[string]uint32{}
		for range 2000 {
			d := Data{Nr: r.Uint32N(16), Arch: r.Uint32N(16), IP: r.Uint64N(16) << r.IntN(33)}
			for a := range d.Args {
				d.Args[a] = r.Uint64N(16) << r.IntN(33)
			}
			class := ""
			for _, c := range list {
				class += map[bool]string{true: "1", false: "0"}[c.Cond.holds(d.word(c.Offset)&c.Mask+c.Bias, c.K)]
			}
			got, _, err := p.Run(&d)
			if err != nil {
				t.Fatal(err)
			}
			if want, seen := answers[class]; seen && got != want {
				t.Fatalf("seed %d: class %s has the answers %d and %d\n%s", seed, class, got, want, Disassemble(p))
			}
			answers[class] = got
		}
	}
}

// sums adds up something else on every path.
func sums() Program {
	p := Program{{Code: ldAbs, K: 16}}
	for i := range 30 {
		p = append(p, Instruction{Code: jset, K: 1, Jt: 1}, Instruction{Code: add, K: 1 << i})
	}
	return append(p, Instruction{Code: retK})
}

func TestTooManyVisits(t *testing.T) {
	if _, err := sums().Follow(func(uint32) (uint32, bool) { return 0, false }); err != errTooManyVisits {
		t.Error(err)
	}
}

// FuzzListing: whatever bytes are decoded can be listed, checked, followed and
// run without panic or delay, and a program that can be followed answers as it
// is followed.
func FuzzListing(f *testing.F) {
	var b Builder
	x := Operand{Offset: Arg(2), Mask: 0xff, Bias: 1 << 31}
	p, err := b.Link(b.Test(Word(OffArch), Eq, 0xc000003e, b.Test(x, Gt, 9, b.Return(0), b.Return(1)), b.Return(2)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Encode(), uint32(3), uint64(7))
	f.Add(sums().Encode(), uint32(3), uint64(7))
	f.Fuzz(func(t *testing.T, raw []byte, nr uint32, arg uint64) {
		p, err := Decode(raw)
		if err != nil {
			return
		}
		if n := strings.Count(Disassemble(p), "\n"); n != len(p) {
			t.Fatalf("%d lines for %d instructions", n, len(p))
		}
		d := Data{Nr: nr, Arch: 0xc000003e, Args: [6]uint64{arg, arg, arg, arg, arg, arg}}
		want, _, runErr := p.Run(&d)
		flow, err := p.Follow(func(off uint32) (uint32, bool) { return d.word(off), off < DataSize })
		if err != nil {
			return
		}
		if runErr != nil || len(flow.Comparisons) != 0 {
			t.Fatalf("%v, %v\n%s", runErr, flow.Comparisons, Disassemble(p))
		}
		// All is known: there is one path, and it ends in the answer.
		for _, v := range flow.Visits {
			if i := p[v.PC]; i.Code == retK && i.K != want {
				t.Fatalf("followed to %d, runs to %d\n%s", i.K, want, Disassemble(p))
			}
		}
	})
}
