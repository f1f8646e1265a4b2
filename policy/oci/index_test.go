package oci

import (
	"fmt"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

// A profile tells arguments apart by their index. Whatever name the policy
// gives an argument, it is the same register.
func TestIndexIsTheRegister(t *testing.T) {
	for _, call := range []string{"prctl", "keyctl", "arch_prctl", "sysfs", "socket", "mmap", "clone", "fcntl", "sendto"} {
		args, _ := syscalls.X86_64.Args(call)
		for i, arg := range args {
			if arg.Pointer {
				continue
			}
			profile := fmt.Sprintf(`{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[%q],"action":"SCMP_ACT_ERRNO","errnoRet":77,
				"args":[{"index":%d,"value":21,"op":"SCMP_CMP_EQ"}]}]}`, call, i)
			rules := importedRules(t, profile)
			for j := range args {
				var v [6]uint64
				v[j] = 21
				nr, _ := syscalls.X86_64.Number(call)
				d := rules.Decide(syscalls.X86_64.Audit, nr, &v)
				if denied := d.Action == policy.Deny && d.Errno == 77; denied != (i == j) {
					t.Errorf("%s: a rule on argument %d, argument %d set: denied %v", call, i, j, denied)
				}
			}
		}
	}
}

func importedRules(t *testing.T, profile string) *policy.Rules {
	t.Helper()
	r, err := Import([]byte(profile), "p.json", Target{ABI: syscalls.X86_64, Kernel: [2]int{6, 1}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load("p.toml", &policy.Replay{Files: []policy.File{{Name: "p.toml", Data: []byte(r.Policy)}}})
	if err != nil {
		t.Fatalf("%v\n%s", err, r.Policy)
	}
	rules, err := p.Resolve(syscalls.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
