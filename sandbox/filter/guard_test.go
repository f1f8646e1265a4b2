package filter

import (
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// call is one row: a call, and what it gets. The rows are written out, so that
// they also check the specification that the property tests believe.
type call struct {
	name string
	args [6]uint64
	want uint32
}

// uniform gives every number the same decision.
func uniform(d policy.Decision) *policy.Rules {
	r := &policy.Rules{ABI: syscalls.X86_64, Unknown: denied, Foreign: quietKill}
	for _, e := range r.ABI.All() {
		if !r.ABI.IsForeign(e.Nr) {
			r.Calls = append(r.Calls, policy.Call{Nr: e.Nr, Otherwise: d})
		}
	}
	return r
}

func TestGuards(t *testing.T) {
	const (
		newListener = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
		untraced    = unix.CLONE_UNTRACED
		garbage     = 0xdeadbeef_00000000
	)
	monitor := Options{Monitor: true}
	audit := Options{Monitor: true, Audit: true}
	alone := Options{}
	launch := Options{LaunchNonce: launchNonce}
	kill := Options{Monitor: true, KillNonce: killNonce}
	for _, test := range []struct {
		title string
		o     Options
		d     policy.Decision
		calls []call
	}{
		{"listener, allowed", monitor, allow, []call{
			{"seccomp", [6]uint64{1, 0}, retAllow},
			{"seccomp", [6]uint64{1, newListener}, eperm},
			{"seccomp", [6]uint64{1, newListener | unix.SECCOMP_FILTER_FLAG_TSYNC}, eperm},
			{"seccomp", [6]uint64{garbage | 1, garbage | newListener}, eperm},
			{"seccomp", [6]uint64{1, garbage}, retAllow},
			{"seccomp", [6]uint64{2, newListener}, retAllow}, // SECCOMP_GET_ACTION_AVAIL
			{"seccomp", [6]uint64{0, newListener}, retAllow},
			{"prctl", [6]uint64{1, newListener}, retAllow},
		}},
		{"listener, logged", monitor, logged, []call{
			{"seccomp", [6]uint64{1, 0}, retTrace},
			{"seccomp", [6]uint64{1, newListener}, eperm},
		}},
		{"listener, denied by the tracer", monitor, denied, []call{{"seccomp", [6]uint64{1, newListener}, retTrace}}},
		{"listener, denied quietly", monitor, quietDeny, []call{{"seccomp", [6]uint64{1, newListener}, eacces}}},
		{"listener, audit", audit, allow, []call{
			{"seccomp", [6]uint64{1, newListener}, retTrace},
			{"seccomp", [6]uint64{1, 0}, retAllow},
		}},
		{"listener, no monitor", alone, allow, []call{{"seccomp", [6]uint64{1, newListener}, retAllow}}},

		{"tracer, allowed", monitor, allow, []call{
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACESECCOMP}, eperm},
			{"ptrace", [6]uint64{garbage | unix.PTRACE_SETOPTIONS, 0, 0, garbage | 0xff}, eperm},
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACEEXIT}, retAllow},
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, unix.PTRACE_O_TRACESECCOMP, garbage}, retAllow},
			{"ptrace", [6]uint64{unix.PTRACE_ATTACH, 0, 0, unix.PTRACE_O_TRACESECCOMP}, retAllow},
			{"process_vm_readv", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACESECCOMP}, retAllow},
		}},
		{"tracer, denied by the tracer", monitor, denied, []call{
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACESECCOMP}, retTrace}}},
		{"tracer, audit", audit, allow, []call{
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACESECCOMP}, retAllow}}},
		{"tracer, no monitor", alone, allow, []call{
			{"ptrace", [6]uint64{unix.PTRACE_SEIZE, 0, 0, unix.PTRACE_O_TRACESECCOMP}, retAllow}}},

		{"untraced, allowed", monitor, allow, []call{
			{"clone", [6]uint64{untraced}, retTrace},
			{"clone", [6]uint64{garbage | untraced | unix.CLONE_VM}, retTrace},
			{"clone", [6]uint64{garbage | unix.CLONE_VM}, retAllow},
			{"clone", [6]uint64{untraced << 32}, retAllow},
			{"clone3", [6]uint64{}, retTrace},
			{"fork", [6]uint64{untraced}, retAllow},
			{"unshare", [6]uint64{untraced}, retAllow},
		}},
		{"untraced, denied quietly", monitor, quietDeny, []call{
			{"clone", [6]uint64{untraced}, eacces},
			{"clone3", [6]uint64{}, eacces},
		}},
		{"untraced, denied quietly, audit", audit, quietDeny, []call{
			{"clone", [6]uint64{untraced}, retTrace},
			{"clone", [6]uint64{}, retAllow},
			{"clone3", [6]uint64{}, retTrace},
		}},
		{"untraced, no monitor", alone, allow, []call{
			{"clone", [6]uint64{untraced}, retAllow},
			{"clone3", [6]uint64{}, retAllow},
		}},

		{"launch", launch, killed, []call{
			{"execveat", [6]uint64{5: launchNonce}, retAllow},
			{"write", [6]uint64{2, 5: launchNonce}, retAllow},
			{"exit_group", [6]uint64{127, 5: launchNonce}, retAllow},
			{"execveat", [6]uint64{5: launchNonce + 1}, retKill},
			{"execveat", [6]uint64{5: launchNonce & 0xffffffff}, retKill},
			{"execveat", [6]uint64{5: launchNonce ^ 1<<63}, retKill},
			{"execveat", [6]uint64{4: launchNonce}, retKill},
			{"execveat", [6]uint64{}, retKill},
			{"execve", [6]uint64{5: launchNonce}, retKill},
			{"read", [6]uint64{5: launchNonce}, retKill},
		}},
		{"no nonce", alone, denied, []call{{"execveat", [6]uint64{}, eacces}, {"write", [6]uint64{}, eacces}}},

		{"kill", kill, killed, []call{
			{"mount", [6]uint64{}, retTrace},
			{"mount", [6]uint64{5: killNonce}, retKill},
			{"mount", [6]uint64{5: garbage | killNonce}, retKill},
			{"mount", [6]uint64{5: killNonce + 1}, retTrace},
			{"mount", [6]uint64{4: killNonce}, retTrace},
		}},
		{"kill quietly", kill, quietKill, []call{{"mount", [6]uint64{}, retKill}}},
		{"kill, no nonce", monitor, killed, []call{{"mount", [6]uint64{}, retTrace}}},
		{"kill, audit", Options{Audit: true, Monitor: true, KillNonce: killNonce}, killed, []call{{"mount", [6]uint64{5: killNonce}, retTrace}}},
		{"kill, no monitor", Options{KillNonce: killNonce}, killed, []call{{"mount", [6]uint64{}, retKill}}},
		{"deny has no nonce", kill, denied, []call{{"mount", [6]uint64{5: killNonce}, retTrace}}},
	} {
		r := uniform(test.d)
		p, err := Compile(r, test.o)
		if err != nil {
			t.Fatalf("%s: %v", test.title, err)
		}
		for _, c := range test.calls {
			nr, ok := r.ABI.Number(c.name)
			if !ok {
				t.Fatal(c.name)
			}
			d := &bpf.Data{Arch: r.ABI.Audit, Nr: nr, Args: c.args}
			if got, _, err := p.Run(d); err != nil || got != c.want {
				t.Errorf("%s: %s(%#x): the filter returns %s (%v), want %s", test.title, c.name, c.args, action(got), err, action(c.want))
			}
			if got := Expected(r, test.o, d); got != c.want {
				t.Errorf("%s: %s(%#x): specified is %s, want %s", test.title, c.name, c.args, action(got), action(c.want))
			}
		}
	}
}

// TestForeign: no number of another ABI gets what the same number gets in ours.
func TestForeign(t *testing.T) {
	r := uniform(allow)
	o := Options{LaunchNonce: launchNonce}
	p, err := Compile(r, o)
	if err != nil {
		t.Fatal(err)
	}
	run := func(arch, nr uint32) uint32 {
		v, _, err := p.Run(&bpf.Data{Arch: arch, Nr: nr, Args: [6]uint64{5: launchNonce}})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for nr := range uint32(1024) {
		for _, arch := range []uint32{syscalls.I386.Audit, syscalls.AArch64.Audit, 0, ^uint32(0)} {
			if got := run(arch, nr); got != retKill {
				t.Errorf("arch %#x, number %d: %s", arch, nr, action(got))
			}
		}
		if got := run(r.ABI.Audit, nr|syscalls.X32Bit); got != retKill {
			t.Errorf("x32 number %d: %s", nr, action(got))
		}
		if nr >= 512 && nr <= 547 && run(r.ABI.Audit, nr) != retKill {
			t.Errorf("x32 number %d without its bit", nr)
		}
	}
	if got := run(r.ABI.Audit, ^uint32(0)); got != eacces {
		t.Errorf("number -1: %s", action(got))
	}
}

// TestWidths: an int is compared in its low half, and signed.
func TestWidths(t *testing.T) {
	r := uniform(allow)
	set := func(name string, when policy.Expr) uint32 {
		nr, _ := r.ABI.Number(name)
		r.Lookup(nr).Clauses = []policy.Clause{{When: when, Then: denied}}
		return nr
	}
	socket := set("socket", test32(0, policy.Eq, unix.AF_NETLINK))
	closing := set("close", policy.Test{Arg: 0, Width: 32, Signed: true, Mask: 0xffffffff, Op: policy.Lt, Value: 0})
	truncating := set("ftruncate", policy.Test{Arg: 1, Width: 64, Signed: true, Mask: ^uint64(0), Op: policy.Lt, Value: ^uint64(4)}) // < -5
	mapping := set("mmap", test64(1, policy.Gt, ^uint64(0), 1<<32))
	p, err := Compile(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		nr   uint32
		args [6]uint64
		want uint32
	}{
		{socket, [6]uint64{16}, eacces},
		{socket, [6]uint64{0x1_0000_0010}, eacces},
		{socket, [6]uint64{17}, retAllow},
		{closing, [6]uint64{0xffffffff}, eacces},
		{closing, [6]uint64{0x80000000}, eacces},
		{closing, [6]uint64{0x7fffffff}, retAllow},
		{closing, [6]uint64{0xffffffff_00000003}, retAllow},
		{truncating, [6]uint64{1: ^uint64(4)}, retAllow}, // -5
		{truncating, [6]uint64{1: ^uint64(5)}, eacces},   // -6
		{truncating, [6]uint64{1: 1 << 63}, eacces},
		{truncating, [6]uint64{1: 1<<63 - 1}, retAllow},
		{truncating, [6]uint64{1: 0}, retAllow},
		{mapping, [6]uint64{1: 1 << 32}, retAllow},
		{mapping, [6]uint64{1: 1<<32 + 1}, eacces},
		{mapping, [6]uint64{1: 1 << 33}, eacces},
		{mapping, [6]uint64{1: 0xffffffff}, retAllow},
	} {
		d := &bpf.Data{Arch: r.ABI.Audit, Nr: test.nr, Args: test.args}
		if got, _, err := p.Run(d); err != nil || got != test.want {
			t.Errorf("%s(%#x): %s (%v), want %s", r.ABI.Syscall(test.nr), test.args, action(got), err, action(test.want))
		}
	}
}
