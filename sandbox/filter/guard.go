package filter

import (
	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/sandbox/bpf"
)

// guard is what a call gets beyond the policy's own answer.
type guard uint8

const (
	none guard = iota
	launchGuard
	seccompGuard
	cloneGuard
	clone3Guard
	ptraceGuard
)

// guarded are the calls that have one.
var guarded = [...]struct {
	name  string
	guard guard
}{
	{"execveat", launchGuard},
	{"write", launchGuard},
	{"exit_group", launchGuard},
	{"seccomp", seccompGuard},
	{"clone", cloneGuard},
	{"clone3", clone3Guard},
	{"ptrace", ptraceGuard},
}

// special is a guarded number.
type special struct {
	nr    uint32
	guard guard
}

// specials returns the numbers that the options guard, ascending.
func (c *compiler) specials(buf []special) []special {
	for _, g := range guarded {
		if g.guard == launchGuard && c.o.LaunchNonce == 0 || g.guard != launchGuard && !c.o.Monitor {
			continue
		}
		nr, ok := c.rules.ABI.Number(g.name)
		if !ok {
			continue
		}
		buf = append(buf, special{nr, g.guard})
		for i := len(buf) - 1; i > 0 && buf[i-1].nr > buf[i].nr; i-- {
			buf[i-1], buf[i] = buf[i], buf[i-1]
		}
	}
	return buf
}

// launch lets the launcher's own calls through. The kernel ignores a register
// beyond a call's last argument, but the filter is shown all six: a random
// number there marks the one execveat that starts the program under a policy
// that allows none, and the write and exit_group that tell of its failure.
// The program never sees the number: execve clears the registers.
func (c *compiler) launch(otherwise bpf.Label) bpf.Label {
	nonce := c.o.LaunchNonce
	high := c.b.Test(bpf.Word(bpf.ArgHigh(5)), bpf.Eq, uint32(nonce>>32), c.b.Return(retAllow), otherwise)
	return c.b.Test(bpf.Word(bpf.Arg(5)), bpf.Eq, uint32(nonce), high, otherwise)
}

// guarded returns the leaf of d for a call with guard g.
func (c *compiler) guarded(g guard, d policy.Decision) bpf.Label {
	leaf := c.answer(d)
	switch g {
	case seccompGuard:
		if d.Action == policy.Allow || d.Action == policy.Log {
			return c.noListener(leaf)
		}
	case cloneGuard:
		if Answer(d, c.o) == retAllow {
			return c.noUntraced(leaf)
		}
	case clone3Guard:
		if Answer(d, c.o) == retAllow {
			// The flags lie behind a pointer, out of a filter's sight: the
			// tracer looks at every clone3 and clears CLONE_UNTRACED there.
			return c.b.Return(retTrace)
		}
	case ptraceGuard:
		if !c.o.Audit && (d.Action == policy.Allow || d.Action == policy.Log) {
			return c.noTracer(leaf)
		}
	}
	return leaf
}

// noListener keeps the program from answering its own traced calls. Of all
// filters' answers the kernel takes the most severe, and RET_USER_NOTIF is
// more severe than RET_TRACE (seccomp(2)): a program with a listener of its
// own could have any traced call let through by
// SECCOMP_USER_NOTIF_FLAG_CONTINUE, and the tracer would never see it. op and
// flags are unsigned int in the kernel, so the high halves do not count.
func (c *compiler) noListener(otherwise bpf.Label) bpf.Label {
	refuse := c.b.Return(retErrno | uint32(unix.EPERM))
	if c.o.Audit {
		refuse = c.b.Return(retTrace)
	}
	flag := c.b.Test(bpf.Word(bpf.Arg(1)), bpf.Set, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, refuse, otherwise)
	return c.b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.SECCOMP_SET_MODE_FILTER, flag, otherwise)
}

// noUntraced sends a clone with CLONE_UNTRACED to the tracer, which clears
// the flag: the child would have the filter but no tracer, and every traced
// call in it would fail with ENOSYS (seccomp(2), ptrace(2)). The kernel reads
// clone's flags from the low half only (kernel/fork.c, lower_32_bits).
func (c *compiler) noUntraced(otherwise bpf.Label) bpf.Label {
	return c.b.Test(bpf.Word(bpf.Arg(0)), bpf.Set, unix.CLONE_UNTRACED, c.b.Return(retTrace), otherwise)
}

// noTracer keeps the program from standing in for the tracer. A task that got
// away from ours would have every traced call fail with ENOSYS; one that the
// program itself traces with PTRACE_O_TRACESECCOMP would have them let through
// (ptrace(2)). The option is set by PTRACE_SEIZE and PTRACE_SETOPTIONS, as a
// bit of the fourth argument.
func (c *compiler) noTracer(otherwise bpf.Label) bpf.Label {
	refuse := c.b.Return(retErrno | uint32(unix.EPERM))
	option := c.b.Test(bpf.Word(bpf.Arg(3)), bpf.Set, unix.PTRACE_O_TRACESECCOMP, refuse, otherwise)
	set := c.b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.PTRACE_SETOPTIONS, option, otherwise)
	return c.b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.PTRACE_SEIZE, option, set)
}
