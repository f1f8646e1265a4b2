package main

import (
	"strconv"
	"strings"

	"jail/monitor/decode"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// noMemory is the memory of a call that nobody made.
type noMemory struct{}

func (noMemory) ReadAt([]byte, uint64) int { return 0 }

// writerOf writes conditions on a call, with the names that a log has.
func writerOf(abi *syscalls.ABI, nr uint32) *compare.Writer {
	return &compare.Writer{ABI: abi, Call: abi.Syscall(nr), Name: func(args *[6]uint64, arg int) string {
		pieces := decoded(abi, nr, args)
		if arg >= len(pieces) {
			return ""
		}
		text := pieces[arg]
		if v, named := symbolic(abi, text); !named || v != args[arg] {
			return ""
		}
		return text
	}}
}

// callText shows a call as a log does, where that is right for its ABI: the
// names in a log are those of the machine.
func callText(abi *syscalls.ABI, nr uint32, args [6]uint64) string {
	pieces := decoded(abi, nr, &args)
	for i, text := range pieces {
		if v, named := symbolic(abi, text); named && v&0xffffffff != args[i]&0xffffffff {
			pieces[i] = "0x" + strconv.FormatUint(args[i], 16)
		}
	}
	return abi.Syscall(nr) + "(" + strings.Join(pieces, ", ") + ")"
}

// decoded returns the arguments of a call as a log shows them, nil where they
// do not stand one for one register.
func decoded(abi *syscalls.ABI, nr uint32, args *[6]uint64) []string {
	name := abi.Syscall(nr)
	if name == "" || strings.HasPrefix(name, "futex") || strings.HasPrefix(name, "preadv") || strings.HasPrefix(name, "pwritev") {
		return nil
	}
	var d decode.Decoder
	text, _, _ := d.Append(nil, &decode.Call{ABI: abi, Nr: nr, Args: *args}, noMemory{})
	line := strings.TrimSuffix(strings.TrimPrefix(string(text), name+"("), ")")
	var out []string
	depth, start := 0, 0
	for i, c := range line {
		switch c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, line[start:i])
				start = i + 2
			}
		}
	}
	if start < len(line) {
		out = append(out, line[start:])
	}
	return out
}

// symbolic returns the value of constants joined by "|", and whether there is
// a name among them.
func symbolic(abi *syscalls.ABI, text string) (value uint64, named bool) {
	for word := range strings.SplitSeq(text, "|") {
		if v, ok := syscalls.Constant(abi, word); ok {
			value |= v
			named = true
			continue
		}
		v, err := strconv.ParseInt(word, 0, 64)
		if err != nil {
			return 0, false
		}
		value |= uint64(v)
	}
	return value, named
}
