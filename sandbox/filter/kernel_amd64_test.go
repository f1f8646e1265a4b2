package filter

import (
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKernelKillByNonce is the tracer's part: it sees the call, writes the
// nonce into the sixth argument and lets the call go on, and the kernel kills.
func TestKernelKillByNonce(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := command("kill")
	cmd.Env = append(cmd.Env, seed+"=traced")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	seen := 0
	for first := true; ; first = false {
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err != nil {
			t.Fatal(err)
		}
		if status.Signaled() || status.Exited() {
			if !status.Signaled() || status.Signal() != unix.SIGSYS || seen != 1 {
				t.Errorf("status %#x after %d stops, want death by SIGSYS after one", status, seen)
			}
			return
		}
		signal := int(status.StopSignal())
		switch {
		case first:
			if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACESECCOMP|unix.PTRACE_O_EXITKILL); err != nil {
				t.Fatal(err)
			}
			signal = 0
		case status.TrapCause() == unix.PTRACE_EVENT_SECCOMP:
			seen++
			signal = 0
			var regs unix.PtraceRegs
			if err := unix.PtraceGetRegs(pid, &regs); err != nil {
				t.Fatal(err)
			}
			if regs.Orig_rax != unix.SYS_GETPPID {
				t.Errorf("stopped at call %d", regs.Orig_rax)
			}
			regs.R9 = killNonce
			if err := unix.PtraceSetRegs(pid, &regs); err != nil {
				t.Fatal(err)
			}
		}
		if err := unix.PtraceCont(pid, signal); err != nil {
			t.Fatal(err)
		}
	}
}
