package bpf_test

import (
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

func randomData(r *rand.Rand) *bpf.Data {
	var words [16]uint32
	for i := range words {
		words[i] = edge(r)
	}
	return data(&words)
}

// TestRunAgainstNet runs random instructions here and in x/net/bpf.
func TestRunAgainstNet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		p := randomBody(r, 1+r.IntN(60), true, false)
		p = append(p, bpf.Instruction{Code: unix.BPF_RET | unix.BPF_A})
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		vm, err := bpftest.NewVM(p)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			d := randomData(r)
			got, _, err := p.Run(d)
			if err != nil {
				t.Fatal(err)
			}
			if want, err := vm.Run(d); err != nil || got != want {
				t.Fatalf("%+v: got %#x, want %#x (%v)\n%s", d, got, want, err, bpf.Disassemble(p))
			}
		}
	}
}

func TestRunStepsAndErrors(t *testing.T) {
	ret := bpf.Instruction{Code: unix.BPF_RET | unix.BPF_K, K: 7}
	divX := bpf.Instruction{Code: unix.BPF_ALU | unix.BPF_DIV | unix.BPF_X}
	for _, test := range []struct {
		name  string
		p     bpf.Program
		want  uint32
		steps int
		fails bool
	}{
		{name: "return", p: bpf.Program{ret}, want: 7, steps: 1},
		{name: "jump", p: bpf.Program{{Code: unix.BPF_JMP | unix.BPF_JA, K: 1}, {}, ret}, want: 7, steps: 2},
		{name: "A and X start at zero", p: bpf.Program{{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_X, Jf: 1}, ret, {}}, want: 7, steps: 2},
		{name: "division by X = 0 returns 0", p: bpf.Program{divX, ret}, want: 0, steps: 1},
		{name: "empty", fails: true},
		{name: "falls off", p: bpf.Program{{Code: unix.BPF_LD | unix.BPF_IMM}}, fails: true},
		{name: "jumps off", p: bpf.Program{{Code: unix.BPF_JMP | unix.BPF_JA, K: 0xffffffff}, ret}, fails: true},
		{name: "unaligned", p: bpf.Program{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 2}, ret}, fails: true},
		{name: "out of data", p: bpf.Program{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 64}, ret}, fails: true},
		{name: "modulo", p: bpf.Program{{Code: unix.BPF_ALU | unix.BPF_MOD, K: 3}, ret}, fails: true},
		{name: "byte load", p: bpf.Program{{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS}, ret}, fails: true},
	} {
		got, steps, err := test.p.Run(&bpf.Data{})
		if (err != nil) != test.fails || err == nil && (got != test.want || steps != test.steps) {
			t.Errorf("%s: got %d after %d steps, %v", test.name, got, steps, err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	var builder bpf.Builder
	l := builder.Return(0)
	for i := range uint32(20) {
		l = builder.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, i, builder.Return(i), l)
	}
	p, err := builder.Link(l)
	if err != nil {
		b.Fatal(err)
	}
	d := &bpf.Data{Args: [6]uint64{19}}
	for b.Loop() {
		p.Run(d)
	}
}
