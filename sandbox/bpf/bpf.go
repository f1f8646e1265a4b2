// Package bpf builds, checks, runs and prints classic BPF programs as
// seccomp(2) takes them. It knows struct seccomp_data and the instruction set
// that kernel/seccomp.c admits, and nothing of policies.
package bpf

import "golang.org/x/sys/unix"

// Instruction is the kernel's struct sock_filter (<linux/filter.h>).
type Instruction = unix.SockFilter

// Program is a sequence of instructions, struct sock_fprog's filter.
type Program []Instruction

// MaxLen is the longest program the kernel takes (BPF_MAXINSNS).
const MaxLen = unix.BPF_MAXINSNS

// Data is struct seccomp_data (<linux/seccomp.h>): all that a program sees.
type Data struct {
	Nr   uint32 // a signed int in the kernel
	Arch uint32 // AUDIT_ARCH_*
	IP   uint64
	Args [6]uint64
}

// Offsets of the 32-bit words of struct seccomp_data on the little-endian
// architectures; Arg and ArgHigh give those of the arguments.
const (
	OffNr   = 0
	OffArch = 4
	offIP   = 8
	offArgs = 16

	DataSize = 64 // sizeof(struct seccomp_data)
)

// Arg returns the offset of the low half of argument i, 0 to 5.
func Arg(i uint8) uint32 { return offArgs + 8*uint32(i) }

// ArgHigh returns the offset of the high half of argument i, 0 to 5.
func ArgHigh(i uint8) uint32 { return Arg(i) + 4 }

// word returns the word at offset off, which must be aligned and in range.
func (d *Data) word(off uint32) uint32 {
	switch off {
	case OffNr:
		return d.Nr
	case OffArch:
		return d.Arch
	case offIP:
		return uint32(d.IP)
	case offIP + 4:
		return uint32(d.IP >> 32)
	}
	return uint32(d.Args[(off-offArgs)>>3] >> (8 * (off & 4)))
}

// Operation codes that seccomp admits, composed as <linux/bpf_common.h> does.
const (
	ldAbs  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	ldLen  = unix.BPF_LD | unix.BPF_W | unix.BPF_LEN
	ldImm  = unix.BPF_LD | unix.BPF_IMM
	ldMem  = unix.BPF_LD | unix.BPF_MEM
	ldxLen = unix.BPF_LDX | unix.BPF_W | unix.BPF_LEN
	ldxImm = unix.BPF_LDX | unix.BPF_IMM
	ldxMem = unix.BPF_LDX | unix.BPF_MEM
	st     = unix.BPF_ST
	stx    = unix.BPF_STX

	add = unix.BPF_ALU | unix.BPF_ADD
	sub = unix.BPF_ALU | unix.BPF_SUB
	mul = unix.BPF_ALU | unix.BPF_MUL
	div = unix.BPF_ALU | unix.BPF_DIV
	or  = unix.BPF_ALU | unix.BPF_OR
	and = unix.BPF_ALU | unix.BPF_AND
	lsh = unix.BPF_ALU | unix.BPF_LSH
	rsh = unix.BPF_ALU | unix.BPF_RSH
	xor = unix.BPF_ALU | unix.BPF_XOR
	neg = unix.BPF_ALU | unix.BPF_NEG

	ja   = unix.BPF_JMP | unix.BPF_JA
	jeq  = unix.BPF_JMP | unix.BPF_JEQ
	jgt  = unix.BPF_JMP | unix.BPF_JGT
	jge  = unix.BPF_JMP | unix.BPF_JGE
	jset = unix.BPF_JMP | unix.BPF_JSET

	retK = unix.BPF_RET | unix.BPF_K
	retA = unix.BPF_RET | unix.BPF_A
	tax  = unix.BPF_MISC | unix.BPF_TAX
	txa  = unix.BPF_MISC | unix.BPF_TXA

	srcX = unix.BPF_X // the second operand is X, not K
)
