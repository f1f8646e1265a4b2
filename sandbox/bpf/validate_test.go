package bpf_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

var (
	ret   = bpf.Instruction{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	store = bpf.Instruction{Code: unix.BPF_ST, K: 3}
	load  = bpf.Instruction{Code: unix.BPF_LD | unix.BPF_MEM, K: 3}
)

func goTo(k uint32) bpf.Instruction {
	return bpf.Instruction{Code: unix.BPF_JMP | unix.BPF_JA, K: k}
}

func branch(jt, jf uint8) bpf.Instruction {
	return bpf.Instruction{Code: unix.BPF_JMP | unix.BPF_JEQ, Jt: jt, Jf: jf}
}

func one(code uint16, k uint32) bpf.Program {
	return bpf.Program{{Code: code, K: k}, ret}
}

func long(n int) bpf.Program {
	p := make(bpf.Program, n)
	for i := range p {
		p[i] = ret
	}
	return p
}

// programs are the cases that Validate must get right; the kernel is asked
// about the same ones in TestKernelAccepts.
var programs = []struct {
	name string
	p    bpf.Program
	ok   bool
}{
	{"empty", nil, false},
	{"return", bpf.Program{ret}, true},
	{"return A", bpf.Program{{Code: unix.BPF_RET | unix.BPF_A}}, true},
	{"return X", bpf.Program{{Code: unix.BPF_RET | unix.BPF_X}}, false},
	{"longest", long(4096), true},
	{"too long", long(4097), false},
	{"no return at the end", bpf.Program{ret, {Code: unix.BPF_LD | unix.BPF_IMM}}, false},
	{"jump to the end", bpf.Program{goTo(1), ret, ret}, true},
	{"jump past the end", bpf.Program{goTo(2), ret, ret}, false},
	{"jump far past the end", bpf.Program{goTo(0xffffffff), ret, ret}, false},
	{"last is a jump", bpf.Program{ret, goTo(0)}, false},
	{"branch to the end", bpf.Program{branch(1, 1), ret, ret}, true},
	{"true branch past the end", bpf.Program{branch(2, 0), ret, ret}, false},
	{"false branch past the end", bpf.Program{branch(0, 2), ret, ret}, false},
	{"branch over 255", append(bpf.Program{branch(255, 0)}, long(256)...), true},
	{"branch over 255, one too few", append(bpf.Program{branch(255, 0)}, long(255)...), false},
	{"load the last word", one(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, 60), true},
	{"load past the data", one(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, 64), false},
	{"load unaligned", one(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, 6), false},
	{"load an ancillary word", one(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, 0xfffff000), false},
	{"load a byte", one(unix.BPF_LD|unix.BPF_B|unix.BPF_ABS, 0), false},
	{"load half a word", one(unix.BPF_LD|unix.BPF_H|unix.BPF_ABS, 0), false},
	{"load indirectly", one(unix.BPF_LD|unix.BPF_W|unix.BPF_IND, 0), false},
	{"load the header length", one(unix.BPF_LDX|unix.BPF_B|unix.BPF_MSH, 0), false},
	{"load the length", one(unix.BPF_LD|unix.BPF_W|unix.BPF_LEN, 0), true},
	{"load the length into X", one(unix.BPF_LDX|unix.BPF_W|unix.BPF_LEN, 0), true},
	{"divide by 0", one(unix.BPF_ALU|unix.BPF_DIV, 0), false},
	{"divide by X", one(unix.BPF_ALU|unix.BPF_DIV|unix.BPF_X, 0), true},
	{"shift by 31", one(unix.BPF_ALU|unix.BPF_LSH, 31), true},
	{"shift by 32", one(unix.BPF_ALU|unix.BPF_RSH, 32), false},
	{"modulo", one(unix.BPF_ALU|unix.BPF_MOD, 3), false},
	{"exclusive or", one(unix.BPF_ALU|unix.BPF_XOR, 3), true},
	{"negate", one(unix.BPF_ALU|unix.BPF_NEG, 0), true},
	{"high bits in the code", one(0x100|unix.BPF_ALU|unix.BPF_ADD, 0), false},
	{"read unwritten", bpf.Program{load, ret}, false},
	{"read written", bpf.Program{store, load, ret}, true},
	{"read another", bpf.Program{store, {Code: unix.BPF_LDX | unix.BPF_MEM, K: 4}, ret}, false},
	{"write word 16", bpf.Program{{Code: unix.BPF_ST, K: 16}, ret}, false},
	{"read word 16", bpf.Program{{Code: unix.BPF_LDX | unix.BPF_MEM, K: 16}, ret}, false},
	{"written on one branch only", bpf.Program{branch(0, 1), store, load, ret}, false},
	{"written on both", bpf.Program{branch(0, 2), store, goTo(1), store, load, ret}, true},
	{"written before a jump over", bpf.Program{store, goTo(1), ret, load, ret}, true},
	{"write jumped over", bpf.Program{goTo(1), store, load, ret}, false},
}

func TestValidate(t *testing.T) {
	for _, test := range programs {
		if err := test.p.Validate(); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
