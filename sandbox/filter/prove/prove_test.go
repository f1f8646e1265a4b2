package prove

import (
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/filter"
)

const (
	launchNonce = 0x9a3c_51d2_77e0_1b4f
	killNonce   = 0xc0de_f00d
)

// allOptions are all the settings that a filter can be compiled for.
func allOptions() []filter.Options {
	var list []filter.Options
	for i := range 16 {
		o := filter.Options{Audit: i&1 != 0, Monitor: i&2 != 0}
		if i&4 != 0 {
			o.LaunchNonce = launchNonce
		}
		if i&8 != 0 {
			o.KillNonce = killNonce
		}
		list = append(list, o)
	}
	return list
}

func builtin(t testing.TB, name string, abi *syscalls.ABI) *policy.Rules {
	t.Helper()
	p, err := policy.Load(name, &policy.OS{Builtin: policies.Text, Names: policies.Names})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Resolve(abi)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBuiltins proves each built-in policy, on each architecture that jail
// runs on, in each setting.
func TestBuiltins(t *testing.T) {
	for _, name := range policies.Names() {
		for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
			r := builtin(t, name, abi)
			for _, o := range allOptions() {
				p, err := filter.Compile(r, o)
				if err != nil {
					t.Fatal(err)
				}
				rep, err := Prove(r, o, p)
				if err != nil || rep.Counterexample != nil {
					t.Fatalf("%s on %s, %+v: %v %v", name, abi.Name, o, err, rep.Counterexample)
				}
				if rep.Numbers < int(abi.Max())+257 || rep.Foreign < 5 || rep.Classes < uint64(rep.Numbers) || rep.Worst < 2 || rep.Average < 2 {
					t.Errorf("%s on %s: %+v", name, abi.Name, rep)
				}
				if (o == filter.Options{Monitor: true, LaunchNonce: launchNonce, KillNonce: killNonce}) {
					t.Logf("%s on %s: %+v", name, abi.Name, rep)
				}
			}
		}
	}
}

func BenchmarkProve(b *testing.B) {
	r := builtin(b, "default", syscalls.X86_64)
	o := filter.Options{Monitor: true, LaunchNonce: launchNonce, KillNonce: killNonce}
	p, err := filter.Compile(r, o)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if rep, err := Prove(r, o, p); err != nil || rep.Counterexample != nil {
			b.Fatal(err)
		}
	}
}
