package filter

import (
	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/sandbox/bpf"
)

// Expected is the specification of Compile: what the program must return for
// d, written from Decide and without any BPF. Tests compare the two.
func Expected(r *policy.Rules, o Options, d *bpf.Data) uint32 {
	native := d.Arch == r.ABI.Audit && !r.ABI.IsForeign(d.Nr)
	if native && launches(r, o, d) {
		return retAllow
	}
	decision := r.Decide(d.Arch, d.Nr, &d.Args)
	answer := Answer(decision, o)
	if killsByNonce(decision, o) && uint32(d.Args[5]) == o.KillNonce {
		answer = retKill
	}
	if !native || !o.Monitor {
		return answer
	}
	passes := decision.Action == policy.Allow || decision.Action == policy.Log
	switch {
	case passes && listens(r, d) && o.Audit:
		return retTrace
	case passes && listens(r, d):
		return retErrno | uint32(unix.EPERM)
	case passes && traces(r, d) && !o.Audit:
		return retErrno | uint32(unix.EPERM)
	case answer == retAllow && untraces(r, d):
		return retTrace
	}
	return answer
}

// Conditions returns what Expected asks of the arguments of number nr besides
// the conditions of the policy: all arguments that agree in these and in the
// policy's get the same answer.
func Conditions(r *policy.Rules, o Options, nr uint32) (list []policy.Expr) {
	add := func(arg, width uint8, mask, value uint64) {
		list = append(list, policy.Test{Arg: arg, Width: width, Mask: mask, Op: policy.Eq, Value: value})
	}
	const low, whole = 0xffffffff, ^uint64(0)
	if o.KillNonce != 0 {
		add(5, 32, low, uint64(o.KillNonce))
	}
	switch r.ABI.Syscall(nr) {
	case "execveat", "write", "exit_group":
		if o.LaunchNonce != 0 {
			add(5, 64, whole, o.LaunchNonce)
		}
	case "seccomp":
		if o.Monitor {
			add(0, 32, low, unix.SECCOMP_SET_MODE_FILTER)
			add(1, 32, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, 0)
		}
	case "ptrace":
		if o.Monitor && !o.Audit {
			add(0, 32, low, unix.PTRACE_SEIZE)
			add(0, 32, low, unix.PTRACE_SETOPTIONS)
			add(3, 32, unix.PTRACE_O_TRACESECCOMP, 0)
		}
	case "clone":
		if o.Monitor {
			add(0, 64, unix.CLONE_UNTRACED, 0)
		}
	}
	return list
}

// launches: the launcher's own exec, and how it ends if that fails.
func launches(r *policy.Rules, o Options, d *bpf.Data) bool {
	return o.LaunchNonce != 0 && d.Args[5] == o.LaunchNonce &&
		(is(r, d, "execveat") || is(r, d, "write") || is(r, d, "exit_group"))
}

// listens: a filter with a user-notification listener is installed.
func listens(r *policy.Rules, d *bpf.Data) bool {
	op, flags := uint32(d.Args[0]), uint32(d.Args[1])
	return op == unix.SECCOMP_SET_MODE_FILTER && flags&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER != 0 && is(r, d, "seccomp")
}

// traces: another task's traced calls would be the program's to answer.
func traces(r *policy.Rules, d *bpf.Data) bool {
	request := uint32(d.Args[0])
	return (request == unix.PTRACE_SEIZE || request == unix.PTRACE_SETOPTIONS) &&
		d.Args[3]&unix.PTRACE_O_TRACESECCOMP != 0 && is(r, d, "ptrace")
}

// untraces: the child may be one that the tracer does not get.
func untraces(r *policy.Rules, d *bpf.Data) bool {
	return d.Args[0]&unix.CLONE_UNTRACED != 0 && is(r, d, "clone") || is(r, d, "clone3")
}

func is(r *policy.Rules, d *bpf.Data, name string) bool {
	return r.ABI.Syscall(d.Nr) == name
}
