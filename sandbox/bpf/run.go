package bpf

import (
	"errors"

	"golang.org/x/sys/unix"
)

var errRanOff = errors.New("bpf: ran past the end of the program")

// Run executes the program as the kernel does and returns its return value
// and the number of instructions that took, the return included. A program
// that Validate refuses may fail here, or return what no kernel would.
func (p Program) Run(d *Data) (result uint32, steps int, err error) {
	var m machine
	for pc := 0; pc < len(p); pc++ {
		i := &p[pc]
		steps++
		switch i.Code {
		case ldAbs:
			if i.K >= DataSize || i.K&3 != 0 {
				return 0, steps, p.invalid(pc, p.check(pc))
			}
			m.a = d.word(i.K)
		case retK:
			return i.K, steps, nil
		case retA:
			return m.a, steps, nil
		case ja:
			pc += int(i.K)
		case jeq:
			pc += branch(i, m.a == i.K)
		case jgt:
			pc += branch(i, m.a > i.K)
		case jge:
			pc += branch(i, m.a >= i.K)
		case jset:
			pc += branch(i, m.a&i.K != 0)
		case jeq | srcX:
			pc += branch(i, m.a == m.x)
		case jgt | srcX:
			pc += branch(i, m.a > m.x)
		case jge | srcX:
			pc += branch(i, m.a >= m.x)
		case jset | srcX:
			pc += branch(i, m.a&m.x != 0)
		case div | srcX:
			if m.x == 0 {
				return 0, steps, nil // as bpf_convert_filter of net/core/filter.c has it
			}
			m.a /= m.x
		default:
			if !m.step(i) {
				return 0, steps, p.invalid(pc, "not an instruction that seccomp admits")
			}
		}
	}
	return 0, steps, errRanOff
}

func branch(i *Instruction, taken bool) int {
	if taken {
		return int(i.Jt)
	}
	return int(i.Jf)
}

// machine is the state of a running program, all zero at the start.
type machine struct {
	a, x    uint32
	scratch [unix.BPF_MEMWORDS]uint32
}

// step executes what neither jumps, returns nor loads data, and reports
// whether i is such an instruction.
func (m *machine) step(i *Instruction) bool {
	switch i.Code {
	case ldLen:
		m.a = DataSize
	case ldxLen:
		m.x = DataSize
	case ldImm:
		m.a = i.K
	case ldxImm:
		m.x = i.K
	case ldMem:
		m.a = m.scratch[i.K%unix.BPF_MEMWORDS]
	case ldxMem:
		m.x = m.scratch[i.K%unix.BPF_MEMWORDS]
	case st:
		m.scratch[i.K%unix.BPF_MEMWORDS] = m.a
	case stx:
		m.scratch[i.K%unix.BPF_MEMWORDS] = m.x
	case tax:
		m.x = m.a
	case txa:
		m.a = m.x
	case neg:
		m.a = -m.a
	default:
		if i.Code&^(0xf0|srcX) != unix.BPF_ALU {
			return false
		}
		operand := i.K
		if i.Code&srcX != 0 {
			operand = m.x
		}
		return m.arithmetic(i.Code&^srcX, operand)
	}
	return true
}

// arithmetic computes a = a op v. The kernel runs classic BPF as eBPF, where
// a shift uses the low five bits of its count.
func (m *machine) arithmetic(op uint16, v uint32) bool {
	switch op {
	case add:
		m.a += v
	case sub:
		m.a -= v
	case mul:
		m.a *= v
	case div:
		if v == 0 {
			return false
		}
		m.a /= v
	case or:
		m.a |= v
	case and:
		m.a &= v
	case xor:
		m.a ^= v
	case lsh:
		m.a <<= v & 31
	case rsh:
		m.a >>= v & 31
	default:
		return false
	}
	return true
}
