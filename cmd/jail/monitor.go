package main

import (
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"jail/monitor"
	"jail/policy"
	"jail/policy/syscalls"
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
	rules, err := rulesOf(h)
	if err != nil {
		return fail("monitor: %v", err)
	}
	out := newReporter(h, monitorLog)
	err = tracer.Run(monitor.Config{Rules: rules, Audit: h.Audit, KillNonce: h.KillNonce, Reporter: out})
	out.close()
	if err != nil {
		return fail("monitor: %v; the program is ended", err)
	}
	return 0
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
