package oci

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest/libseccomp"
	"jail/sandbox/filter"
)

// runc is a profile as runc hands it to libseccomp.
type runc struct {
	filter libseccomp.Filter
	newest uint32 // the highest number that the profile names
	stub   bool   // newer calls get ENOSYS
	// tests are the comparisons of each call as libseccomp makes them.
	tests map[uint32][]policy.Expr
}

func scmpAction(t testing.TB, a specs.LinuxSeccompAction, errno *uint) uint32 {
	t.Helper()
	n := uint32(1)
	if errno != nil {
		n = uint32(*errno) & 0xffff
	}
	switch a {
	case specs.ActAllow:
		return unix.SECCOMP_RET_ALLOW
	case specs.ActLog:
		return unix.SECCOMP_RET_LOG
	case specs.ActErrno:
		return unix.SECCOMP_RET_ERRNO | n
	case specs.ActTrace:
		return unix.SECCOMP_RET_TRACE | n
	case specs.ActTrap:
		return unix.SECCOMP_RET_TRAP
	case specs.ActKillProcess:
		return unix.SECCOMP_RET_KILL_PROCESS
	case specs.ActKill, specs.ActKillThread:
		return unix.SECCOMP_RET_KILL_THREAD
	}
	t.Fatalf("no action %s", a)
	return 0
}

var scmpOps = map[specs.LinuxSeccompOperator]libseccomp.Op{
	specs.OpNotEqual: libseccomp.NE, specs.OpLessThan: libseccomp.LT, specs.OpLessEqual: libseccomp.LE,
	specs.OpEqualTo: libseccomp.EQ, specs.OpGreaterEqual: libseccomp.GE, specs.OpGreaterThan: libseccomp.GT,
	specs.OpMaskedEqual: libseccomp.MaskedEQ,
}

// asRunc does what runc's InitSeccomp does.
func asRunc(t testing.TB, p *specs.LinuxSeccomp) runc {
	t.Helper()
	abi := syscalls.X86_64
	def := scmpAction(t, p.DefaultAction, p.DefaultErrnoRet)
	out := runc{
		filter: libseccomp.Filter{Shape: libseccomp.Tree, Default: def, BadArch: unix.SECCOMP_RET_KILL_THREAD},
		stub:   p.DefaultAction != specs.ActAllow && p.DefaultAction != specs.ActLog && p.DefaultAction != specs.ActTrace,
		tests:  make(map[uint32][]policy.Expr),
	}
	for _, c := range p.Syscalls {
		action := scmpAction(t, c.Action, c.ErrnoRet)
		for _, name := range c.Names {
			nr, ok := abi.Number(name)
			if !ok {
				continue
			}
			out.newest = max(out.newest, nr)
			if action == def {
				continue
			}
			var args []libseccomp.Arg
			var count [6]int
			split := false
			for _, a := range c.Args {
				args = append(args, libseccomp.Arg{Index: uint8(a.Index), Op: scmpOps[a.Op], A: a.Value, B: a.ValueTwo})
				out.tests[nr] = append(out.tests[nr], registerTest(a))
				count[a.Index]++
				split = split || count[a.Index] > 1
			}
			if !split {
				out.filter.Rules = append(out.filter.Rules, libseccomp.Rule{Action: action, Nr: nr, Args: args})
				continue
			}
			for i := range args {
				out.filter.Rules = append(out.filter.Rules, libseccomp.Rule{Action: action, Nr: nr, Args: args[i : i+1]})
			}
		}
	}
	return out
}

// registerTest is a comparison of the whole register.
func registerTest(a specs.LinuxSeccompArg) policy.Test {
	t := policy.Test{Arg: uint8(a.Index), Width: 64, Mask: ^uint64(0), Value: a.Value}
	switch a.Op {
	case specs.OpNotEqual:
		t.Op = policy.Ne
	case specs.OpLessThan:
		t.Op = policy.Lt
	case specs.OpLessEqual:
		t.Op = policy.Le
	case specs.OpGreaterEqual:
		t.Op = policy.Ge
	case specs.OpGreaterThan:
		t.Op = policy.Gt
	case specs.OpMaskedEqual:
		t.Mask, t.Value = a.Value, a.ValueTwo&a.Value
	}
	return t
}

// imported is a profile as a program of ours.
func imported(t testing.TB, data []byte, target Target) (*policy.Rules, bpf.Program) {
	t.Helper()
	made, err := Import(data, "profile.json", target)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load("profile.toml", fixed(made.Policy))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := p.Resolve(target.ABI)
	if err != nil {
		t.Fatal(err)
	}
	program, err := filter.Compile(rules, filter.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rules, program
}

// tally counts what a comparison found.
type tally struct{ same, narrow, unknown, classes int }

// against runs our program and libseccomp's over every number, and over every
// class of arguments that conditions of either can tell apart.
func against(t testing.TB, data []byte, target Target, theirs runc, their bpf.Program) (n tally) {
	t.Helper()
	rules, our := imported(t, data, target)
	run := func(p bpf.Program, d *bpf.Data) uint32 {
		v, _, err := p.Run(d)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	abi := target.ABI
	for nr := uint32(0); nr <= abi.Max()+256; nr++ {
		if abi.IsForeign(nr) {
			continue
		}
		conditions := theirs.tests[nr]
		if c := rules.Lookup(nr); c != nil {
			for _, clause := range c.Clauses {
				conditions = append(conditions, clause.When)
			}
		}
		walk(t, conditions, func(args *[6]uint64) bool {
			n.classes++
			d := bpf.Data{Nr: nr, Arch: abi.Audit, Args: *args}
			got, want := run(our, &d), run(their, &d)
			if theirs.stub && theirs.newest > 0 && nr > theirs.newest {
				want = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
			}
			switch {
			case got == want:
				n.same++
			case abi.Syscall(nr) == "" && got == unix.SECCOMP_RET_ERRNO|uint32(unix.ENOSYS) && want == theirs.filter.Default:
				n.unknown++ // a hole in the table
			case slices.ContainsFunc(readings(abi, nr, *args), func(args [6]uint64) bool {
				return run(their, &bpf.Data{Nr: nr, Arch: abi.Audit, Args: args}) == got
			}):
				n.narrow++
			default:
				t.Errorf("%s (%d) with %#x: %s, libseccomp's %s", abi.Syscall(nr), nr, *args,
					bpf.AppendAction(nil, got), bpf.AppendAction(nil, want))
			}
			return !t.Failed()
		})
	}
	return n
}

// readings returns the registers that hold the arguments of a call, as the
// kernel reads them out of args, and nothing else: zero-extended and, where the
// type is signed, sign-extended. There are none but args itself where args
// holds nothing else.
func readings(abi *syscalls.ABI, nr uint32, args [6]uint64) [][6]uint64 {
	list, _ := abi.Args(abi.Syscall(nr))
	out := [][6]uint64{args}
	for i, a := range list {
		low := full(a)
		var next [][6]uint64
		for _, x := range out {
			x[i] &= low
			next = append(next, x)
			if a.Signed && x[i]>>(a.Bits-1)&1 == 1 {
				x[i] |= ^low
				next = append(next, x)
			}
		}
		out = next
	}
	return out
}

// TestLibseccomp compares the imported default profile, compiled by us, with
// what libseccomp compiles from moby's own resolution of it.
func TestLibseccomp(t *testing.T) {
	l := libseccomp.New(t)
	data := mobyDefault(t)
	for _, caps := range [][]string{nil, DockerCaps(), {"CAP_SYS_ADMIN"}, {"CAP_BPF", "CAP_PERFMON"}, allCaps[:]} {
		target := Target{Caps: caps, Kernel: hostKernel(t), ABI: syscalls.X86_64}
		r := asRunc(t, theirs(t, data, caps))
		n := against(t, data, target, r, l.Compile(t, r.filter)[0])
		t.Logf("%d capabilities: %+v", len(caps), n)
		if n.same < 400 || n.narrow == 0 {
			t.Error("too few to tell anything")
		}
	}
}

// small makes a profile out of elements.
func small(def string, elements ...string) []byte {
	return []byte(`{"defaultAction": "` + def + `", "syscalls": [` + strings.Join(elements, ",\n") + `]}`)
}

// one is an element; each arg is "index op value valueTwo".
func one(name, action string, args ...string) string {
	var list []string
	for _, a := range args {
		var i int
		var op string
		var v, w uint64
		fmt.Sscan(a, &i, &op, &v, &w)
		list = append(list, fmt.Sprintf(`{"index": %d, "op": "SCMP_CMP_%s", "value": %d, "valueTwo": %d}`, i, op, v, w))
	}
	return fmt.Sprintf(`{"names": ["%s"], "action": "SCMP_ACT_%s", "args": [%s]}`, name, action, strings.Join(list, ", "))
}

// TestUnion compares small profiles with libseccomp: what several elements
// make of one call.
func TestUnion(t *testing.T) {
	l := libseccomp.New(t)
	const allow, errno, kill = "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS"
	for name, data := range map[string][]byte{
		"values":                small(errno, one("lseek", "ALLOW", "1 EQ 5 0"), one("lseek", "ALLOW", "1 EQ 7 0")),
		"both":                  small(errno, one("lseek", "ALLOW", "1 EQ 5 0", "0 EQ 7 0")),
		"same argument":         small(errno, one("lseek", "ALLOW", "1 EQ 5 0", "1 EQ 7 0", "0 EQ 3 0")),
		"range is a union":      small(errno, one("lseek", "ALLOW", "1 GE 5 0", "1 LE 3 0")),
		"masked":                small(errno, one("clone", "ALLOW", "0 MASKED_EQ 2114060288 0")),
		"masked, high":          small(errno, one("lseek", "ALLOW", "1 MASKED_EQ 18374686479671623680 1095216660480")),
		"not equal":             small(errno, one("socket", "ALLOW", "0 NE 40 0")),
		"less, signed":          small(errno, one("socket", "ALLOW", "0 LT 3 0"), one("socketpair", "ALLOW", "0 LE 100 0")),
		"greater, signed":       small(errno, one("socket", "ALLOW", "0 GT 100 0"), one("socketpair", "ALLOW", "0 GE 2147483648 0")),
		"beyond the sign":       small(errno, one("socket", "ALLOW", "0 GT 2147483650 0")),
		"all of 64 bits":        small(errno, one("lseek", "ALLOW", "1 LE 18446744073709551614 0")),
		"deny list":             small(allow, one("socket", "ERRNO", "0 EQ 16 0"), one("ptrace", "KILL_PROCESS")),
		"deny not equal":        small(allow, one("personality", "ERRNO", "0 NE 0 0")),
		"default kill":          small(kill, one("read", "ALLOW"), one("write", "ERRNO", "0 EQ 1 0")),
		"log":                   small(errno, one("read", "ALLOW"), one("write", "LOG")),
		"default log":           small("SCMP_ACT_LOG", one("read", "ALLOW"), one("write", "ERRNO")),
		"always after":          small(errno, one("lseek", "KILL_PROCESS", "1 EQ 5 0"), one("lseek", "ALLOW")),
		"always before":         small(errno, one("lseek", "ALLOW"), one("lseek", "KILL_PROCESS", "1 EQ 5 0")),
		"two always":            small(errno, one("lseek", "LOG"), one("lseek", "ALLOW")),
		"two always, reversed":  small(errno, one("lseek", "ALLOW"), one("lseek", "LOG")),
		"default's action":      small(errno, one("lseek", "ERRNO"), one("lseek", "ALLOW")),
		"default's, with args":  small(errno, one("lseek", "ALLOW"), one("lseek", "ERRNO", "1 EQ 5 0")),
		"disjoint":              small(errno, one("lseek", "ALLOW", "1 EQ 5 0"), one("lseek", "KILL_PROCESS", "1 EQ 7 0")),
		"pointer":               small(errno, one("read", "ALLOW", "1 EQ 0 0"), one("write", "ALLOW", "1 NE 0 0")),
		"empty mask":            small(errno, one("lseek", "KILL_PROCESS", "1 EQ 5 0"), one("lseek", "ALLOW", "1 MASKED_EQ 0 0")),
		"restart":               small(errno, one("restart_syscall", "LOG"), one("read", "ALLOW")),
		"restart, not named":    small(errno, one("read", "ALLOW")),
		"nothing known":         small(errno, one("no_such_call", "ALLOW")),
		"sign-extended":         small(errno, one("openat", "ALLOW", "0 EQ 18446744073709551516 0")),
		"sign-extended, masked": small(errno, one("openat", "ALLOW", "0 MASKED_EQ 18446744073709551600 18446744073709551600")),
	} {
		t.Run(name, func(t *testing.T) {
			r := asRunc(t, theirs(t, data, nil))
			target := Target{Kernel: hostKernel(t), ABI: syscalls.X86_64}
			for _, shape := range []int{libseccomp.Plain, libseccomp.Tree} {
				if len(r.filter.Rules) == 0 && shape == libseccomp.Tree {
					continue // libseccomp 2.5.4 fails on it
				}
				r.filter.Shape = shape
				against(t, data, target, r, l.Compile(t, r.filter)[0])
			}
		})
	}
}
