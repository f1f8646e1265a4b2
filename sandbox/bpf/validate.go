package bpf

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

var errEmpty = errors.New("bpf: empty program")

// Validate makes the checks that the kernel makes before it takes a program
// as a seccomp filter: bpf_check_classic and check_load_and_stores of
// net/core/filter.c, seccomp_check_filter of kernel/seccomp.c. A program that
// passes has a return at the end of every path.
func (p Program) Validate() error {
	if len(p) == 0 {
		return errEmpty
	}
	if len(p) > MaxLen {
		return LengthError(len(p))
	}
	scratch := false
	for pc := range p {
		if reason := p.check(pc); reason != "" {
			return p.invalid(pc, reason)
		}
		scratch = scratch || usesScratch(p[pc].Code)
	}
	if last := p[len(p)-1].Code; last != retK && last != retA {
		return p.invalid(len(p)-1, "the last instruction is not a return")
	}
	if scratch {
		return p.checkScratch()
	}
	return nil
}

func (p Program) invalid(pc int, reason string) error {
	i := p[pc]
	return fmt.Errorf("bpf: instruction %d (code 0x%02x, jt %d, jf %d, k 0x%x): %s", pc, i.Code, i.Jt, i.Jf, i.K, reason)
}

// check returns what is wrong with the instruction at pc by itself, or "".
func (p Program) check(pc int) string {
	i := &p[pc]
	left := uint32(len(p) - pc - 1) // instructions behind this one
	switch i.Code {
	case ldAbs:
		if i.K >= DataSize || i.K&3 != 0 {
			return "load outside of seccomp_data or unaligned"
		}
	case ja:
		if i.K >= left {
			return "jump past the end"
		}
	case jeq, jgt, jge, jset, jeq | srcX, jgt | srcX, jge | srcX, jset | srcX:
		if uint32(i.Jt) >= left || uint32(i.Jf) >= left {
			return "jump past the end"
		}
	case div:
		if i.K == 0 {
			return "division by zero"
		}
	case lsh, rsh:
		if i.K >= 32 {
			return "shift by 32 or more"
		}
	case ldMem, ldxMem, st, stx:
		if i.K >= unix.BPF_MEMWORDS {
			return "no such scratch word"
		}
	case ldLen, ldImm, ldxLen, ldxImm, retK, retA, tax, txa, neg,
		add, sub, mul, or, and, xor,
		add | srcX, sub | srcX, mul | srcX, div | srcX, or | srcX, and | srcX, xor | srcX, lsh | srcX, rsh | srcX:
	default:
		return "not an instruction that seccomp admits"
	}
	return ""
}

func usesScratch(code uint16) bool {
	return code == ldMem || code == ldxMem || code == st || code == stx
}

// checkScratch verifies that no path reads a scratch word before it wrote it.
func (p Program) checkScratch() error {
	written := make([]uint16, len(p)) // by instruction: words written on every jump that leads there
	for pc := range written {
		written[pc] = 0xffff
	}
	valid := uint16(0) // words written on every path to pc
	for pc := range p {
		i := &p[pc]
		valid &= written[pc]
		switch i.Code {
		case st, stx:
			valid |= 1 << i.K
		case ldMem, ldxMem:
			if valid&(1<<i.K) == 0 {
				return p.invalid(pc, "scratch word read before it is written")
			}
		case ja:
			written[pc+1+int(i.K)] &= valid
			valid = 0xffff
		default:
			if i.Code&7 == unix.BPF_JMP {
				written[pc+1+int(i.Jt)] &= valid
				written[pc+1+int(i.Jf)] &= valid
				valid = 0xffff
			}
		}
	}
	return nil
}
