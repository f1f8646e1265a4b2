package prove

import (
	"strconv"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// Counterexample is a call to which a program gives another answer than its
// policy.
type Counterexample struct {
	ABI    *syscalls.ABI // the policy's
	Call   bpf.Data
	Want   uint32 // SECCOMP_RET_*: what the policy demands
	Origin string // the rule that decides: "web.toml:14"
	Got    uint32 // SECCOMP_RET_*: what the program returns
	Err    error  // why it returns nothing, if so
}

// String tells it in one line:
//
//	socket(family=0x10, type=0x3, protocol=0x0): the policy says ERRNO(EPERM) (web.toml:14), the program returns ALLOW
func (c *Counterexample) String() string {
	out := append([]byte(callName(c.ABI, c.Call.Arch, c.Call.Nr)), '(')
	out = c.appendArgs(out)
	out = append(out, "): the policy says "...)
	out = appendAnswer(out, c.Want)
	if c.Origin != "" {
		out = append(append(append(out, " ("...), c.Origin...), ')')
	}
	if c.Err != nil {
		return string(append(append(out, ", the program fails: "...), c.Err.Error()...))
	}
	return string(appendAnswer(append(out, ", the program returns "...), c.Got))
}

// appendArgs names the arguments that the call has. Others are told of only if
// they are not 0: a filter is shown all six.
func (c *Counterexample) appendArgs(out []byte) []byte {
	var names []syscalls.Arg
	if abi := syscalls.Identify(c.Call.Arch, c.Call.Nr); abi != nil {
		names, _ = abi.Args(abi.Syscall(c.Call.Nr))
	}
	first := true
	for i, v := range c.Call.Args {
		name := "arg" + strconv.Itoa(i)
		if i < len(names) {
			name = names[i].Name
		} else if v == 0 {
			continue
		}
		if !first {
			out = append(out, ", "...)
		}
		first = false
		out = strconv.AppendUint(append(append(out, name...), "=0x"...), v, 16)
	}
	return out
}

func appendAnswer(out []byte, v uint32) []byte {
	if v&unix.SECCOMP_RET_ACTION_FULL == unix.SECCOMP_RET_ERRNO {
		if name := syscalls.ErrnoName(uint16(v)); name != "" {
			return append(append(append(out, "ERRNO("...), name...), ')')
		}
	}
	return bpf.AppendAction(out, v)
}

// callName names a call as seen from abi.
func callName(abi *syscalls.ABI, arch, nr uint32) string {
	by := syscalls.Identify(arch, nr)
	if by == nil {
		return "number " + strconv.FormatInt(int64(int32(nr)), 10) + " of architecture 0x" + strconv.FormatUint(uint64(arch), 16)
	}
	name := by.Syscall(nr)
	if name == "" {
		name = "number " + strconv.FormatInt(int64(int32(nr)), 10)
	}
	if by != abi {
		name += " through " + by.Name
	}
	return name
}
