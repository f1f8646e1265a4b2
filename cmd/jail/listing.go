package main

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

// list returns a program with a note beside each instruction: the names of
// calls, arguments, constants and errors that its numbers stand for and, where
// rules is not nil, the rules that an answer comes from. A program that can't
// be followed, or does not look at the architecture, has fewer notes.
func list(p bpf.Program, rules *policy.Rules, o filter.Options) string {
	l := listing{program: p, rules: rules, options: o, operands: make([]bpf.Operand, len(p)), reached: make([][]reach, len(p))}
	l.follow()
	return bpf.Annotate(p, l.note)
}

// listing is what is known of each instruction of a program.
type listing struct {
	program  bpf.Program
	rules    *policy.Rules // nil for a program whose policy nobody knows
	options  filter.Options
	operands []bpf.Operand // what the accumulator holds there; no Mask where that varies
	reached  [][]reach     // the calls that lead there
}

// reach is a call that leads to an instruction, or what stands for many.
type reach struct {
	abi  *syscalls.ABI
	nr   uint32
	name string
}

// Entries that stand for many.
const (
	otherABIs = "other ABIs"
	unknown   = "unknown numbers"
)

// follow runs the program with nothing known, and with each call that has a
// name under the architectures that it compares with.
func (l *listing) follow() {
	flow, err := l.program.Follow(func(uint32) (uint32, bool) { return 0, false })
	if err != nil {
		return
	}
	varies := make([]bool, len(l.program))
	for _, v := range flow.Visits {
		if old := l.operands[v.PC]; old.Mask != 0 && old != v.A {
			varies[v.PC] = true
		}
		l.operands[v.PC] = v.A
	}
	for pc := range varies {
		if varies[pc] {
			l.operands[pc] = bpf.Operand{}
		}
	}
	foreign := ^uint32(0)
	for _, abi := range [...]*syscalls.ABI{syscalls.X86_64, syscalls.I386, syscalls.AArch64} {
		if !slices.ContainsFunc(flow.Comparisons, func(c bpf.Comparison) bool { return c.Offset == bpf.OffArch && c.K == abi.Audit }) {
			continue
		}
		for _, e := range abi.All() {
			l.call(abi.Audit, e.Nr, reach{abi, e.Nr, e.Name})
		}
		l.call(abi.Audit, abi.Max()+100, reach{abi, abi.Max() + 100, unknown})
		l.call(abi.Audit, ^uint32(0), reach{abi, abi.Max() + 100, unknown})
		if abi == syscalls.X86_64 {
			l.call(abi.Audit, syscalls.X32Bit, reach{syscalls.X32, syscalls.X32Bit, otherABIs})
			l.call(abi.Audit, 512, reach{syscalls.X32, syscalls.X32Bit, otherABIs})
		}
	}
	l.call(foreign, 0, reach{nil, 0, otherABIs})
}

func (l *listing) call(arch, nr uint32, e reach) {
	flow, err := l.program.Follow(func(off uint32) (uint32, bool) {
		switch off {
		case bpf.OffArch:
			return arch, true
		case bpf.OffNr:
			return nr, true
		}
		return 0, false
	})
	if err != nil {
		return
	}
	for _, v := range flow.Visits {
		to := &l.reached[v.PC]
		if n := len(*to); n == 0 || (*to)[n-1].name != e.name || (*to)[n-1].abi != e.abi {
			*to = append(*to, e)
		}
	}
}

// note says what stands beside one instruction.
func (l *listing) note(pc int) string {
	i := &l.program[pc]
	a := l.operands[pc]
	switch {
	case i.Code == unix.BPF_RET|unix.BPF_K:
		return l.noteReturn(pc, i.K)
	case i.Code&0x7 != unix.BPF_JMP || i.Code == unix.BPF_JMP|unix.BPF_JA || i.Code&unix.BPF_X != 0 || a.Mask == 0:
		return ""
	case a.Offset == bpf.OffArch:
		return abiNames(i.K)
	case a.Offset == bpf.OffNr && a.Mask == ^uint32(0):
		return l.noteNumber(pc, i)
	case a.Offset >= bpf.Arg(0):
		return l.noteArgument(pc, i, a)
	}
	return ""
}

func abiNames(audit uint32) string {
	var names []string
	for _, abi := range syscalls.ABIs() {
		if abi.Audit == audit {
			names = append(names, abi.Name)
		}
	}
	return strings.Join(names, ", ")
}

// noteNumber names the number that a comparison is with, or the first from
// there on.
func (l *listing) noteNumber(pc int, i *bpf.Instruction) string {
	var abi *syscalls.ABI
	for _, e := range l.reached[pc] {
		if e.abi == nil || e.abi == syscalls.X32 {
			continue
		}
		if abi != nil && abi != e.abi {
			return "" // a number of several ABIs
		}
		abi = e.abi
	}
	if abi == nil {
		return ""
	}
	first := i.K
	switch i.Code {
	case unix.BPF_JMP | unix.BPF_JEQ:
		return abi.Syscall(i.K)
	case unix.BPF_JMP | unix.BPF_JGT:
		first++
	case unix.BPF_JMP | unix.BPF_JSET:
		return ""
	}
	if abi.IsForeign(first) {
		return "from x32 on"
	}
	all := abi.All()
	n, _ := slices.BinarySearchFunc(all, first, func(e syscalls.Entry, nr uint32) int {
		if e.Nr < nr {
			return -1
		}
		return 1
	})
	if n < len(all) {
		return "from " + all[n].Name + " on"
	}
	return "beyond the table"
}

// noteReturn tells what an answer means, which calls get it and which rules
// give it.
func (l *listing) noteReturn(pc int, answer uint32) string {
	var parts []string
	if answer&unix.SECCOMP_RET_ACTION_FULL == unix.SECCOMP_RET_ERRNO {
		parts = append(parts, syscalls.ErrnoName(uint16(answer)))
	}
	if names := names(l.reached[pc]); names != "" {
		parts = append(parts, names)
	}
	if origins := l.origins(pc, answer); origins != "" {
		parts = append(parts, "by "+origins)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// few is how many names a note holds.
const few = 3

// names names the calls, or counts them.
func names(calls []reach) string {
	var list, many []string
	for _, e := range calls {
		to := &list
		if e.name == unknown || e.name == otherABIs {
			to = &many
		}
		if !slices.Contains(*to, e.name) {
			*to = append(*to, e.name)
		}
	}
	if len(list) > 0 {
		many = slices.Insert(many, 0, fewOf(list, "calls"))
	}
	return strings.Join(many, ", ")
}

func fewOf(list []string, what string) string {
	if len(list) > few {
		return strconv.Itoa(len(list)) + " " + what
	}
	return strings.Join(list, ", ")
}

// origins names the rules that give an answer to calls that get to pc.
func (l *listing) origins(pc int, answer uint32) string {
	if l.rules == nil {
		return ""
	}
	var list []string
	add := func(d policy.Decision) {
		if origin := l.rules.Origins[d.Rule]; filter.Answer(d, l.options) == answer && !slices.Contains(list, origin) {
			list = append(list, origin)
		}
	}
	for _, e := range l.reached[pc] {
		call := l.rules.Lookup(e.nr)
		switch {
		case e.abi != l.rules.ABI:
			// The same for every policy, and called other ABIs.
		case call == nil:
			add(l.rules.Unknown)
		default:
			for i := range call.Clauses {
				add(call.Clauses[i].Then)
			}
			add(call.Otherwise)
		}
	}
	return fewOf(list, "rules")
}
