package monitor

import (
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"jail/monitor/decode"
	"jail/monitor/event"
	"jail/policy"
	"jail/policy/syscalls"
)

// scratch is what mediating a call needs and the next call can use again.
type scratch struct {
	info    syscallInfo
	event   event.Event
	decoder decode.Decoder
	text    []byte
}

// mediate answers the call that a task is stopped at. The answer is the
// policy's, asked anew: the data that came with SECCOMP_RET_TRACE is ignored,
// because a filter that the program has added may have set it.
func (t *Tracer) mediate(k *task) {
	info := &t.scratch.info
	if errno := info.get(k.tid); errno != 0 {
		t.must(k.tid, errno)
		return
	}
	abi := syscalls.Identify(info.arch, uint32(info.nr))
	d := t.cfg.Rules.Decide(info.arch, uint32(info.nr), &info.args)
	if d.Action == policy.Allow {
		t.allowed(k, abi)
		return
	}
	if !d.Quiet {
		t.report(k, abi, d, t.cfg.Rules.Origins[d.Rule])
	}
	switch {
	case t.cfg.Audit || d.Action == policy.Log:
		t.letThrough(k, abi)
	case d.Action == policy.Deny:
		t.must(k.tid, refuse(k.tid, abi, syscall.Errno(d.Errno)))
	default:
		// The kernel runs the filter once more when the tracee goes on. With
		// the nonce in the sixth argument it kills the process itself.
		t.must(k.tid, setArgument(k.tid, abi, 5, uint64(t.cfg.KillNonce)))
	}
}

// allowed deals with a stop at a call that the policy allows.
func (t *Tracer) allowed(k *task, abi *syscalls.ABI) {
	info := &t.scratch.info
	if !t.cfg.Traced(info.arch, uint32(info.nr), &info.args) {
		// A filter of the program's own wants it traced. Without a tracer the
		// kernel would fail it with ENOSYS (seccomp(2)), and this one is not
		// the program's.
		t.must(k.tid, refuse(k.tid, abi, unix.ENOSYS))
		return
	}
	if t.cfg.Audit && installsListener(abi, info) {
		t.report(k, abi, policy.Decision{Action: policy.Deny, Errno: uint16(unix.EPERM)}, "seccomp listener")
	}
	t.letThrough(k, abi)
}

// letThrough sees to it that a call which makes a task makes one that is
// traced. Where it can't, the call fails with ENOSYS, on which libc falls back
// from clone3 to clone.
func (t *Tracer) letThrough(k *task, abi *syscalls.ABI) {
	if keepTraced(k.tid, abi, &t.scratch.info) != 0 {
		t.must(k.tid, refuse(k.tid, abi, unix.ENOSYS))
	}
}

// must kills a tracee whose answer could not be put in place; going on would
// let the call through. ESRCH says that it has been killed already.
func (t *Tracer) must(tid int, errno syscall.Errno) {
	if errno != 0 && errno != unix.ESRCH {
		unix.Kill(tid, unix.SIGKILL)
	}
}

// report tells of a call that was not allowed outright.
func (t *Tracer) report(k *task, abi *syscalls.ABI, d policy.Decision, rule string) {
	s := &t.scratch
	now := time.Now()
	k.identify(now, t.foreignProc)
	call := decode.Call{ABI: abi, Nr: uint32(s.info.nr), Args: s.info.args}
	text, path, shape := s.decoder.Append(s.text[:0], &call, memory{k.tid})
	s.text = text
	s.event = event.Event{
		Time:    now,
		Verdict: verdict(d.Action, t.cfg.Audit),
		ABI:     "unknown",
		Nr:      call.Nr,
		Args:    call.Args,
		Call:    string(text),
		Path:    string(path),
		PID:     k.tgid,
		TID:     k.tid,
		Comm:    k.comm,
		Exe:     k.exe,
		Rule:    rule,
		Count:   1,
		Shape:   shape,
	}
	if abi != nil {
		s.event.ABI = abi.Name
		s.event.Syscall = abi.Syscall(call.Nr)
	}
	if s.event.Syscall == "" {
		s.event.Syscall = "syscall_" + strconv.FormatUint(uint64(call.Nr), 10)
	}
	if d.Action == policy.Deny {
		s.event.Errno = syscall.Errno(d.Errno)
	}
	t.cfg.Reporter.Report(&s.event)
}

func verdict(a policy.Action, audit bool) event.Verdict {
	v := event.Logged
	switch a {
	case policy.Deny:
		v = event.Denied
	case policy.Kill:
		v = event.Killed
	}
	if audit {
		v += event.WouldDeny - event.Denied
	}
	return v
}

// installsListener reports whether a call would let the program answer calls
// itself, those handed to the tracer included. Enforcing, the filter refuses
// it whatever the policy says; a dry run lets it through, and its record may
// be incomplete from then on.
func installsListener(abi *syscalls.ABI, info *syscallInfo) bool {
	return abi != nil && abi.Syscall(uint32(info.nr)) == "seccomp" &&
		uint32(info.args[0]) == unix.SECCOMP_SET_MODE_FILTER &&
		info.args[1]&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER != 0
}

// keepTraced clears CLONE_UNTRACED, with which a child would leave the tracer
// and find every traced call failing with ENOSYS (clone(2)). It returns an
// errno where it can't, because the flags lie in memory that it may not read,
// as that of a program which is not dumpable, or may not write. A thread that
// sets the flag again in clone3's struct after this gains nothing but such a
// child, and the filter keeps the program from tracing that itself.
func keepTraced(tid int, abi *syscalls.ABI, info *syscallInfo) syscall.Errno {
	if abi == nil {
		return 0
	}
	switch abi.Syscall(uint32(info.nr)) {
	case "clone":
		if info.args[0]&unix.CLONE_UNTRACED != 0 {
			return setArgument(tid, abi, 0, info.args[0]&^unix.CLONE_UNTRACED)
		}
	case "clone3":
		return clearUntraced(memory{tid}, info.args[0])
	}
	return 0
}

// clearUntraced clears the flag in the struct clone_args at addr and looks
// whether it has gone.
func clearUntraced(m memory, addr uint64) syscall.Errno {
	flags, ok := m.word(addr)
	if !ok {
		return unix.EFAULT
	}
	if flags&unix.CLONE_UNTRACED == 0 {
		return 0
	}
	if errno := ptrace(unix.PTRACE_POKEDATA, m.tid, uintptr(addr), uintptr(flags&^unix.CLONE_UNTRACED)); errno != 0 {
		return errno
	}
	if flags, ok = m.word(addr); !ok || flags&unix.CLONE_UNTRACED != 0 {
		return unix.EFAULT
	}
	return 0
}
