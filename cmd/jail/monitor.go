package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"jail/monitor"
	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

// monitorMain is the monitor process. Its end, for whatever reason, ends the
// program too (PTRACE_O_EXITKILL).
func monitorMain() int {
	monitor.Deafen()
	if err := guard(); err != nil {
		return fail("monitor: %v", err)
	}
	h, err := receiveHandoff()
	if err != nil {
		return 1 // the launcher gave up, or needs no monitor
	}
	tracer, errno := monitor.Attach(int(h.PID))
	answer := binary.NativeEndian.AppendUint32(nil, uint32(errno))
	if _, err := unix.Write(monitorSocket, answer); err != nil || errno != 0 {
		return 1 // the launcher says why
	}
	unix.Close(monitorSocket)
	reserveThreads()
	rules, err := rulesOf(h)
	if err != nil {
		return fail("monitor: %v", err)
	}
	out := newReporter(h, monitorLog)
	opt := filter.Options{Audit: h.Audit, Monitor: true, KillNonce: h.KillNonce}
	err = tracer.Run(monitor.Config{
		Rules: rules, Audit: h.Audit, KillNonce: h.KillNonce, Reporter: out,
		Traced: func(arch, nr uint32, args *[6]uint64) bool {
			return filter.Expected(rules, opt, &bpf.Data{Arch: arch, Nr: nr, Args: *args}) == unix.SECCOMP_RET_TRACE
		},
	})
	out.close()
	if err != nil {
		return fail("monitor: %v; the program is ended", err)
	}
	return 0
}

// monitorProcs is GOMAXPROCS of a monitor: one for the tracer, one for the log.
const monitorProcs = 2

// reserveThreads makes the runtime start all threads that it can come to need,
// which it then keeps: one blocked in wait, one in a write to the log, one for
// each processor and some to spare. Later there might be no more to be had: the
// program may have used up RLIMIT_NPROC or its control group's pids.max, and a
// monitor that dies of that would take the program with it.
func reserveThreads() {
	const spare = 4
	var ready, done sync.WaitGroup
	release := make(chan struct{})
	for range monitorProcs + spare {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			runtime.LockOSThread() // one thread each, for as long as all of them wait
			ready.Done()
			<-release
			runtime.UnlockOSThread()
		}()
	}
	ready.Wait()
	close(release)
	done.Wait()
}

// guard makes the monitor hard to reach: a process that can't be dumped can't
// be traced, nor its memory written, by another of the same user (prctl(2)).
// Descriptors of the caller's are not kept open.
func guard() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("cannot protect itself: %w", err)
	}
	rename(monitorName)
	const first = monitorLog + 2
	if unix.CloseRange(first, ^uint(0), 0) == nil {
		return nil
	}
	return closeFrom(first) // before Linux 5.9
}

func closeFrom(first int) error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("cannot close inherited descriptors: %w", err)
	}
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscan(e.Name(), &fd); err == nil && fd >= first {
			unix.Close(fd)
		}
	}
	return nil
}

// maxHandoff bounds a message, in bytes: far more policy than anyone writes.
const maxHandoff = 64 << 20

func receiveHandoff() (*handoff, error) {
	var word [4]byte
	if err := receive(monitorSocket, word[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(word[:])
	if size > maxHandoff {
		return nil, errHandoff
	}
	message := make([]byte, size)
	if err := receive(monitorSocket, message); err != nil {
		return nil, err
	}
	return decodeHandoff(message)
}

func rulesOf(h *handoff) (*policy.Rules, error) {
	p, err := policy.Load(h.Policy, &policy.Replay{Files: h.Files})
	if err != nil {
		return nil, err
	}
	return p.Resolve(syscalls.Native())
}
