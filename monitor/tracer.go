// Package monitor follows a program with ptrace(2), answers the calls that its
// seccomp filter hands to a tracer, and tells what it saw.
//
// One locked OS thread owns everything here: Attach and Run must be called on
// it, and it must live as long as the program, because PTRACE_O_EXITKILL ends
// the program with the thread, not with the process.
package monitor

import (
	"fmt"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"jail/monitor/event"
	"jail/policy"
)

// Reporter takes what the tracer saw. It is called on the tracer's thread.
type Reporter interface {
	// Report takes one call.
	// ev is only valid until Report returns; the strings in it may be kept.
	Report(ev *event.Event)
	// Flush is called when the program's first process has died and others are
	// still there: whoever waits for it will look at the log now.
	Flush()
	// Finish is called when the last known task of the program has died and
	// its parent has not been told yet. It may be called again if another
	// task turns up.
	Finish()
}

// Config is what a Tracer needs to answer calls.
type Config struct {
	Rules     *policy.Rules
	Audit     bool   // let everything through and report what would have happened
	KillNonce uint32 // makes the filter kill the caller; see filter.Options
	Reporter  Reporter

	// Traced reports whether the program's filter, as it was installed, hands
	// this call to the tracer. A call that stops although it does not has been
	// sent by a filter of the program's own.
	Traced func(arch, nr uint32, args *[6]uint64) bool
}

const options = unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL |
	unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK

// Tracer follows one program and all its descendants.
type Tracer struct {
	cfg     Config
	first   int // the program's first process
	tasks   map[int]*task
	early   map[int]bool // tasks that died before their parent's event told of them
	batch   []stop
	init    bool // the program is PID 1 of its PID namespace, and of this monitor's
	started bool // the program has been executed
	scratch scratch

	foreignProc bool // /proc does not name the tasks by the IDs they have here
}

// stop is a tracee waiting for an answer: its thread ID, the signal and the
// PTRACE_EVENT_* that stopped it.
type stop struct {
	tid   int
	sig   syscall.Signal
	event int
}

// Attach seizes the main thread of process pid, which goes on running
// (PTRACE_SEIZE). Its options are in force before it returns, so no filter
// that it installs later finds itself without a tracer.
func Attach(pid int) (*Tracer, syscall.Errno) {
	t := &Tracer{first: pid, tasks: make(map[int]*task), early: make(map[int]bool), init: pid == 1, foreignProc: procIsForeign()}
	opt := uintptr(options)
	if t.init {
		opt |= unix.PTRACE_O_TRACEEXIT
	}
	if errno := ptrace(unix.PTRACE_SEIZE, pid, 0, opt); errno != 0 {
		return nil, errno
	}
	t.task(pid)
	return t, 0
}

// Run answers the program's stops until its last task has ended.
func (t *Tracer) Run(cfg Config) error {
	t.cfg = cfg
	for {
		more, err := t.collect()
		if err != nil || !more {
			return err
		}
		for _, s := range t.batch {
			t.dispatch(s)
		}
	}
}

// collect waits until something happens, buries the dead and gathers the
// stopped. All that have stopped are gathered before any of them is resumed:
// a tracee that stops again and again can't starve the others.
func (t *Tracer) collect() (more bool, err error) {
	t.batch = t.batch[:0]
	var c childInfo
	switch errno := c.peek(); errno {
	case 0:
	case unix.ECHILD:
		t.finish()
		return false, nil
	default:
		return false, fmt.Errorf("waitid: %w", errno)
	}
	for {
		if c.exited() {
			t.bury(int(c.pid))
		} else if c.consume() {
			t.batch = append(t.batch, stop{int(c.pid), syscall.Signal(c.status & 0xff), int(c.status >> 8)})
		}
		if len(t.tasks) < 2 && len(t.batch) > 0 || !c.peekNow() {
			return true, nil
		}
	}
}

// bury reaps a dead task. Until then its real parent does not learn of the
// death, so what there is to tell of the last one is told first.
func (t *Tracer) bury(tid int) {
	if t.tasks[tid] == nil {
		t.early[tid] = true
	}
	delete(t.tasks, tid)
	t.batch = slices.DeleteFunc(t.batch, func(s stop) bool { return s.tid == tid })
	switch {
	case len(t.tasks) == 0:
		t.finish()
	case tid == t.first && t.started:
		t.cfg.Reporter.Flush()
	}
	reap(tid)
}

func (t *Tracer) finish() {
	if t.started {
		t.cfg.Reporter.Finish()
	}
}

// dispatch does what a stop calls for and lets the tracee go on.
func (t *Tracer) dispatch(s stop) {
	switch s.event {
	case 0:
		resume(s.tid, s.sig) // signal-delivery-stop: the signal is the program's
		return
	case unix.PTRACE_EVENT_SECCOMP:
		t.mediate(t.task(s.tid))
	case unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK, unix.PTRACE_EVENT_CLONE:
		if child, ok := eventMessage(s.tid); ok && !t.early[child] {
			t.task(child)
		} else {
			delete(t.early, child)
		}
	case unix.PTRACE_EVENT_EXEC:
		t.executed(s.tid)
	case unix.PTRACE_EVENT_EXIT:
		// With PID 1 the kernel kills all its namespace, this monitor included
		// (pid_namespaces(7)): it tells what it has while PID 1 is on its way.
		if s.tid == 1 {
			t.finish()
		}
	case unix.PTRACE_EVENT_STOP:
		t.task(s.tid) // the first stop of a new task may come before its parent's event
		delete(t.early, s.tid)
		if t.init && s.tid != 1 {
			ptrace(unix.PTRACE_SETOPTIONS, s.tid, 0, options)
		}
		if groupStop(s.sig) {
			listen(s.tid)
			return
		}
	}
	resume(s.tid, 0)
}

// groupStop tells a group-stop from the other stops that PTRACE_EVENT_STOP
// reports, which carry SIGTRAP.
func groupStop(sig syscall.Signal) bool {
	switch sig {
	case unix.SIGSTOP, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU:
		return true
	}
	return false
}

// executed notes an execve. When another thread than the leader made it, that
// thread took over the leader's ID and its own ID is gone without an exit.
func (t *Tracer) executed(tid int) {
	t.started = true
	if former, ok := eventMessage(tid); ok && former != tid {
		delete(t.tasks, former)
	}
	t.task(tid).forget()
}
