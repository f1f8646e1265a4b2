package filter

import (
	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/sandbox/bpf"
)

// What a filter may return, seccomp(2).
const (
	retAllow = unix.SECCOMP_RET_ALLOW
	retLog   = unix.SECCOMP_RET_LOG
	retTrace = unix.SECCOMP_RET_TRACE
	retErrno = unix.SECCOMP_RET_ERRNO
	retKill  = unix.SECCOMP_RET_KILL_PROCESS
)

// Answer returns the SECCOMP_RET_* value that carries out d, guards aside.
//
// SECCOMP_RET_TRACE carries no data: a filter that the program installs later
// may return RET_TRACE with data of its own, and the kernel hands the tracer
// that one. The tracer asks the policy again instead.
func Answer(d policy.Decision, o Options) uint32 {
	switch {
	case d.Action == policy.Allow:
		return retAllow
	case o.Audit || d.Action == policy.Log:
		return report(d, o)
	case o.Monitor && !d.Quiet:
		return retTrace
	case d.Action == policy.Deny:
		return retErrno | uint32(d.Errno)
	}
	return retKill
}

// report answers a call that passes, but not silently.
func report(d policy.Decision, o Options) uint32 {
	switch {
	case d.Quiet:
		return retAllow
	case o.Monitor:
		return retTrace
	}
	return retLog
}

// killsByNonce reports whether the answer to d is RET_TRACE until the tracer
// has seen the call, and RET_KILL_PROCESS once it says so: see killOrTrace.
func killsByNonce(d policy.Decision, o Options) bool {
	return d.Action == policy.Kill && !d.Quiet && o.Monitor && !o.Audit && o.KillNonce != 0
}

// answer builds the leaf of d, guards aside.
func (c *compiler) answer(d policy.Decision) bpf.Label {
	if d == c.last && c.lastLabel != 0 {
		return c.lastLabel
	}
	c.last = d
	if killsByNonce(d, c.o) {
		c.lastLabel = c.killOrTrace()
	} else {
		c.lastLabel = c.b.Return(Answer(d, c.o))
	}
	return c.lastLabel
}

// killOrTrace lets the kernel kill, after the tracer has reported the call.
// When a tracer lets a stopped call go on, the kernel runs the filter again on
// the registers as they are then (recheck_after_trace of kernel/seccomp.c,
// since Linux 4.8), and RET_KILL_PROCESS holds there. So the tracer writes the
// nonce into the sixth argument and the process dies of the filter's own
// SIGSYS, which no tracer can send with the same effect. 32 bits are compared:
// an i386 call has no more.
func (c *compiler) killOrTrace() bpf.Label {
	return c.b.Test(bpf.Word(bpf.Arg(5)), bpf.Eq, c.o.KillNonce, c.b.Return(retKill), c.b.Return(retTrace))
}
