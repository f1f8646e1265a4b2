package main

import (
	"strconv"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// noteArgument names an argument that is tested, and the constant that it is
// compared with: "socket: family == AF_NETLINK".
func (l *listing) noteArgument(pc int, i *bpf.Instruction, a bpf.Operand) string {
	calls := l.reached[pc]
	if len(calls) == 0 {
		return ""
	}
	arg := int(a.Offset-bpf.Arg(0)) / 8
	high := a.Offset == bpf.ArgHigh(uint8(arg))
	first := calls[0]
	name, kind := argument(first, arg)
	for _, e := range calls[1:] {
		if other, _ := argument(e, arg); other != name {
			name = "arg" + strconv.Itoa(arg)
		}
	}
	out := names(calls) + ": " + name
	if high && kind.Width == 32 {
		return out + ", upper half"
	}
	value, mask := uint64(i.K-a.Bias), uint64(a.Mask)
	half := ""
	if kind.Width == 64 {
		half = ", lower half"
	}
	if high {
		value, mask, half = value<<32, mask<<32, ", upper half"
	}
	if i.Code == unix.BPF_JMP|unix.BPF_JSET {
		return out + " & " + constant(first, arg, value) + half
	}
	if a.Mask != ^uint32(0) {
		out += " & 0x" + strconv.FormatUint(mask, 16)
	}
	return out + sign(i.Code) + constant(first, arg, value) + half
}

func sign(code uint16) string {
	switch code {
	case unix.BPF_JMP | unix.BPF_JGT:
		return " > "
	case unix.BPF_JMP | unix.BPF_JGE:
		return " >= "
	}
	return " == "
}

// argument returns the kernel's name for an argument.
func argument(e reach, arg int) (string, syscalls.Arg) {
	if e.abi != nil {
		if args, _ := e.abi.Args(e.abi.Syscall(e.nr)); arg < len(args) {
			return args[arg].Name, args[arg]
		}
	}
	return "arg" + strconv.Itoa(arg), syscalls.Arg{}
}

// constant returns the name of a value of an argument, or the number.
func constant(e reach, arg int, value uint64) string {
	if name := constantName(e, arg, value); name != "" {
		return name
	}
	if value == 0 {
		if _, kind := argument(e, arg); kind.Pointer {
			return "NULL"
		}
		return "0"
	}
	return "0x" + strconv.FormatUint(value, 16)
}

// constantName returns the names that a log has for a value, "" where there are
// none.
func constantName(e reach, arg int, value uint64) string {
	if e.abi == nil {
		return ""
	}
	var args [6]uint64
	args[arg] = value
	return writerOf(e.abi, e.nr).Name(&args, arg)
}
