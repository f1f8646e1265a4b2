package filter

import (
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
)

var (
	allow     = policy.Decision{}
	logged    = policy.Decision{Action: policy.Log}
	denied    = policy.Decision{Action: policy.Deny, Errno: 13}
	killed    = policy.Decision{Action: policy.Kill}
	quietLog  = policy.Decision{Action: policy.Log, Quiet: true}
	quietDeny = policy.Decision{Action: policy.Deny, Errno: 13, Quiet: true}
	quietKill = policy.Decision{Action: policy.Kill, Quiet: true}
)

const (
	eacces = unix.SECCOMP_RET_ERRNO | 13
	eperm  = unix.SECCOMP_RET_ERRNO | 1
)

func TestAnswer(t *testing.T) {
	for _, test := range []struct {
		name string
		d    policy.Decision
		want [4]uint32 // enforce, enforce with monitor, audit, audit with monitor
	}{
		{"allow", allow, [4]uint32{retAllow, retAllow, retAllow, retAllow}},
		{"log", logged, [4]uint32{retLog, retTrace, retLog, retTrace}},
		{"quiet log", quietLog, [4]uint32{retAllow, retAllow, retAllow, retAllow}},
		{"deny", denied, [4]uint32{eacces, retTrace, retLog, retTrace}},
		{"quiet deny", quietDeny, [4]uint32{eacces, eacces, retAllow, retAllow}},
		{"kill", killed, [4]uint32{retKill, retTrace, retLog, retTrace}},
		{"quiet kill", quietKill, [4]uint32{retKill, retKill, retAllow, retAllow}},
	} {
		for i, want := range test.want {
			o := Options{Monitor: i&1 != 0, Audit: i&2 != 0, LaunchNonce: launchNonce, KillNonce: killNonce}
			if got := Answer(test.d, o); got != want {
				t.Errorf("%s, audit %v, monitor %v: %s, want %s", test.name, o.Audit, o.Monitor, action(got), action(want))
			}
		}
	}
}

func TestNeedsMonitor(t *testing.T) {
	silent := func() *policy.Rules {
		return &policy.Rules{
			ABI: syscalls.X86_64, Unknown: quietDeny, Foreign: quietKill,
			Calls: []policy.Call{
				{Nr: 0, Otherwise: allow},
				{Nr: 1, Otherwise: quietLog, Clauses: []policy.Clause{{When: policy.And{}, Then: quietDeny}}},
			},
		}
	}
	for name, change := range map[string]func(r *policy.Rules, d policy.Decision){
		"unknown":   func(r *policy.Rules, d policy.Decision) { r.Unknown = d },
		"foreign":   func(r *policy.Rules, d policy.Decision) { r.Foreign = d },
		"otherwise": func(r *policy.Rules, d policy.Decision) { r.Calls[0].Otherwise = d },
		"clause":    func(r *policy.Rules, d policy.Decision) { r.Calls[1].Clauses[0].Then = d },
	} {
		for _, audit := range []bool{false, true} {
			if NeedsMonitor(silent(), audit) {
				t.Fatal("a policy that reports nothing needs no monitor")
			}
			for _, d := range []policy.Decision{logged, denied, killed} {
				r := silent()
				change(r, d)
				if !NeedsMonitor(r, audit) {
					t.Errorf("%s, %v, audit %v: needs a monitor", name, d, audit)
				}
			}
		}
	}
}
