package bpf_test

import (
	"math/rand/v2"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

// Codes that seccomp admits, kernel/seccomp.c, written out once more.
var (
	loads = []uint16{
		unix.BPF_LD | unix.BPF_W | unix.BPF_ABS,
		unix.BPF_LD | unix.BPF_W | unix.BPF_LEN, unix.BPF_LDX | unix.BPF_W | unix.BPF_LEN,
		unix.BPF_LD | unix.BPF_IMM, unix.BPF_LDX | unix.BPF_IMM,
		unix.BPF_LD | unix.BPF_MEM, unix.BPF_LDX | unix.BPF_MEM, unix.BPF_ST, unix.BPF_STX,
		unix.BPF_MISC | unix.BPF_TAX, unix.BPF_MISC | unix.BPF_TXA,
	}
	arithmetic = []uint16{
		unix.BPF_ADD, unix.BPF_SUB, unix.BPF_MUL, unix.BPF_DIV, unix.BPF_OR, unix.BPF_AND,
		unix.BPF_LSH, unix.BPF_RSH, unix.BPF_XOR, unix.BPF_NEG,
	}
	jumps = []uint16{unix.BPF_JEQ, unix.BPF_JGT, unix.BPF_JGE, unix.BPF_JSET}
)

// randomBody makes n instructions that never return, and fall off their end
// at the latest. All 16 scratch words are written first. ip says whether the
// instruction pointer may be looked at. Negation, shifts by X and the length in X, of which
// x/net/bpf has its own ideas, only occur when odd is set.
func randomBody(r *rand.Rand, n int, ip, odd bool) bpf.Program {
	var p bpf.Program
	for i := range uint32(16) {
		p = append(p, bpf.Instruction{Code: unix.BPF_LD | unix.BPF_IMM, K: edge(r)}, bpf.Instruction{Code: unix.BPF_ST, K: i})
	}
	for i := range n {
		p = append(p, randomInstruction(r, n-i-1, ip, odd))
	}
	return p
}

func randomInstruction(r *rand.Rand, left int, ip, odd bool) bpf.Instruction {
	switch kind := r.IntN(10); {
	case kind < 3:
		code := loads[r.IntN(len(loads))]
		i := bpf.Instruction{Code: code, K: edge(r)}
		switch code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			i.K = 4 * uint32(r.IntN(16))
			if !ip && (i.K == 8 || i.K == 12) {
				i.K = 4
			}
		case unix.BPF_LD | unix.BPF_MEM, unix.BPF_LDX | unix.BPF_MEM, unix.BPF_ST, unix.BPF_STX:
			i.K = uint32(r.IntN(16))
		case unix.BPF_LDX | unix.BPF_W | unix.BPF_LEN:
			if !odd {
				i.Code = unix.BPF_LDX | unix.BPF_IMM
			}
		}
		return i
	case kind < 6 || left == 0:
		op := arithmetic[r.IntN(len(arithmetic))]
		i := bpf.Instruction{Code: unix.BPF_ALU | op, K: edge(r)}
		shift := op == unix.BPF_LSH || op == unix.BPF_RSH
		switch {
		case shift:
			i.K %= 32
		case op == unix.BPF_DIV:
			i.K |= 1
		}
		if op == unix.BPF_NEG && !odd {
			i.Code = unix.BPF_ALU | unix.BPF_XOR
		} else if r.IntN(2) == 0 && op != unix.BPF_NEG && op != unix.BPF_DIV && (odd || !shift) {
			i.Code |= unix.BPF_X
		}
		return i
	case kind == 6:
		return bpf.Instruction{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(r.IntN(min(left, 4)))}
	}
	return bpf.Instruction{
		Code: unix.BPF_JMP | jumps[r.IntN(len(jumps))] | uint16(r.IntN(2))*unix.BPF_X,
		Jt:   uint8(r.IntN(min(left, 8))), Jf: uint8(r.IntN(min(left, 8))), K: edge(r),
	}
}

// mutate spoils one instruction, or not.
func mutate(r *rand.Rand, p bpf.Program) {
	i := &p[r.IntN(len(p))]
	switch r.IntN(8) {
	case 0:
		i.Code = uint16(r.IntN(0x200))
	case 1:
		i.Code ^= 1 << r.IntN(16)
	case 2:
		i.Jt = uint8(r.IntN(256))
	case 3:
		i.Jf = uint8(r.IntN(256))
	case 4:
		i.K = edge(r)
	case 5:
		i.K = uint32(r.IntN(80))
	case 6:
		p[len(p)-1].Code = [...]uint16{unix.BPF_RET | unix.BPF_X, unix.BPF_ALU, unix.BPF_RET | unix.BPF_A}[r.IntN(3)]
	}
}
