package bpf

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// Disassemble lists a program, one instruction a line, with absolute jump
// targets and the words of struct seccomp_data by name:
//
//	0  A = arch
//	1  if A == 0xc000003e goto 2 else 9
//	9  return ERRNO(1)
//
// Anything can be listed; what is no instruction comes out as raw numbers.
func Disassemble(p Program) string { return Annotate(p, nil) }

// noteColumn is where notes start, unless an instruction is longer.
const noteColumn = 48

// Annotate is Disassemble with what note has to say of each instruction, if
// anything, behind a semicolon.
func Annotate(p Program, note func(pc int) string) string {
	out := make([]byte, 0, 64*len(p))
	for pc := range p {
		start := len(out)
		for n := 1000; n > 1 && pc < n; n /= 10 {
			out = append(out, ' ')
		}
		out = strconv.AppendInt(out, int64(pc), 10)
		out = append(out, "  "...)
		out = appendInstruction(out, pc, &p[pc])
		if note != nil {
			out = appendNote(out, start, note(pc))
		}
		out = append(out, '\n')
	}
	return string(out)
}

func appendNote(out []byte, start int, note string) []byte {
	if note == "" {
		return out
	}
	for len(out)-start < noteColumn {
		out = append(out, ' ')
	}
	return append(append(out, " ; "...), note...)
}

func appendInstruction(out []byte, pc int, i *Instruction) []byte {
	switch i.Code {
	case ldAbs:
		return appendWord(append(out, "A = "...), i.K)
	case ldLen:
		return append(out, "A = len"...)
	case ldxLen:
		return append(out, "X = len"...)
	case ldImm:
		return appendHex(append(out, "A = "...), i.K)
	case ldxImm:
		return appendHex(append(out, "X = "...), i.K)
	case ldMem:
		return appendScratch(append(out, "A = "...), i.K)
	case ldxMem:
		return appendScratch(append(out, "X = "...), i.K)
	case st:
		return append(appendScratch(out, i.K), " = A"...)
	case stx:
		return append(appendScratch(out, i.K), " = X"...)
	case tax:
		return append(out, "X = A"...)
	case txa:
		return append(out, "A = X"...)
	case neg:
		return append(out, "A = -A"...)
	case retK:
		return AppendAction(append(out, "return "...), i.K)
	case retA:
		return append(out, "return A"...)
	case ja:
		return appendTarget(append(out, "goto "...), pc, i.K)
	}
	if op := jumpSigns[i.Code>>4&0xf]; op != "" && i.Code&^(0xf0|srcX) == unix.BPF_JMP {
		out = appendOperand(append(append(out, "if A "...), op...), i)
		out = appendTarget(append(out, " goto "...), pc, uint32(i.Jt))
		return appendTarget(append(out, " else "...), pc, uint32(i.Jf))
	}
	if op := aluSigns[i.Code>>4&0xf]; op != "" && i.Code&^(0xf0|srcX) == unix.BPF_ALU {
		return appendOperand(append(append(out, "A "...), op...), i)
	}
	out = appendHex(append(out, "invalid: code "...), uint32(i.Code))
	out = strconv.AppendUint(append(out, ", jt "...), uint64(i.Jt), 10)
	out = strconv.AppendUint(append(out, ", jf "...), uint64(i.Jf), 10)
	return appendHex(append(out, ", k "...), i.K)
}

// The signs of operations, by bits 4 to 7 of the code.
var (
	jumpSigns = [16]string{jeq >> 4: "== ", jgt >> 4: "> ", jge >> 4: ">= ", jset >> 4: "& "}
	aluSigns  = [16]string{
		add >> 4: "+= ", sub >> 4: "-= ", mul >> 4: "*= ", div >> 4: "/= ", or >> 4: "|= ",
		and >> 4: "&= ", lsh >> 4: "<<= ", rsh >> 4: ">>= ", xor >> 4: "^= ",
	}
)

func appendOperand(out []byte, i *Instruction) []byte {
	if i.Code&srcX != 0 {
		return append(out, 'X')
	}
	return appendHex(out, i.K)
}

func appendHex(out []byte, v uint32) []byte {
	return strconv.AppendUint(append(out, "0x"...), uint64(v), 16)
}

func appendTarget(out []byte, pc int, skip uint32) []byte {
	return strconv.AppendInt(out, int64(pc)+1+int64(skip), 10)
}

func appendScratch(out []byte, k uint32) []byte {
	out = strconv.AppendUint(append(out, "M["...), uint64(k), 10)
	return append(out, ']')
}

// appendWord names the word of struct seccomp_data at offset off.
func appendWord(out []byte, off uint32) []byte {
	if off&3 != 0 || off >= DataSize {
		out = strconv.AppendUint(append(out, "data["...), uint64(off), 10)
		return append(out, ']')
	}
	switch off {
	case OffNr:
		return append(out, "nr"...)
	case OffArch:
		return append(out, "arch"...)
	}
	if off < offArgs {
		out = append(out, "ip"...)
	} else {
		out = strconv.AppendUint(append(out, "arg"...), uint64(off-offArgs)/8, 10)
	}
	if off&4 != 0 {
		return append(out, ".high"...)
	}
	return append(out, ".low"...)
}

// AppendAction appends a SECCOMP_RET_* value as seccomp(2) spells it, without
// the prefix, and with its data unless that is zero: "ALLOW", "ERRNO(13)".
func AppendAction(out []byte, value uint32) []byte {
	name := ""
	switch value & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_ALLOW:
		name = "ALLOW"
	case unix.SECCOMP_RET_ERRNO:
		name = "ERRNO"
	case unix.SECCOMP_RET_KILL_PROCESS:
		name = "KILL_PROCESS"
	case unix.SECCOMP_RET_KILL_THREAD:
		name = "KILL_THREAD"
	case unix.SECCOMP_RET_LOG:
		name = "LOG"
	case unix.SECCOMP_RET_TRACE:
		name = "TRACE"
	case unix.SECCOMP_RET_TRAP:
		name = "TRAP"
	case unix.SECCOMP_RET_USER_NOTIF:
		name = "USER_NOTIF"
	default:
		return appendHex(out, value)
	}
	out = append(out, name...)
	if data := value & unix.SECCOMP_RET_DATA; data != 0 {
		out = strconv.AppendUint(append(out, '('), uint64(data), 10)
		out = append(out, ')')
	}
	return out
}
