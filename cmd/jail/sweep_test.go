package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
)

// sweepPolicy lets a static program run and nothing else. It refuses with
// errors that the kernel itself would not give.
const sweepPolicy = `
extends = ["strict"]
errno = "EXFULL"

[[rule]]
syscalls = ["@mount", "@module"]
action = "deny"
errno = "ECHRNG"

[[rule]]
syscalls = ["@network-io", "@keyring"]
action = "deny"
errno = "EL3RST"

[[rule]]
syscalls = ["openat", "ptrace", "personality", "fork", "vfork", "vhangup", "sync"]
action = "deny"
errno = 4095
`

// TestSweep makes every call that a policy denies for real, with nothing but
// the kernel to refuse it, and reads the policy's errno back: all numbers of
// this machine's ABI, some beyond its table and, on x86_64, all of i386 and
// x32. The arguments are all 0 or all -1, with which no call does anything
// should one get through.
func TestSweep(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sweep.toml")
	if err := os.WriteFile(file, []byte(sweepPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load(file, &policy.OS{Builtin: policies.Text, Names: policies.Names})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := p.Resolve(syscalls.Native())
	if err != nil {
		t.Fatal(err)
	}
	var list, want strings.Builder
	made := map[string]int{}
	add := func(abi *syscalls.ABI, nr uint32) {
		for _, arg := range []int64{0, -1} {
			a := uint64(arg)
			d := rules.Decide(abi.Audit, nr, &[6]uint64{a, a, a, a, a, a})
			if d.Action != policy.Deny {
				continue
			}
			fmt.Fprintln(&list, abi.Name, nr, arg)
			fmt.Fprintln(&want, abi.Name, nr, arg, -int(d.Errno))
			made[abi.Name]++
		}
	}
	abis := []*syscalls.ABI{rules.ABI}
	if runtime.GOARCH == "amd64" {
		abis = append(abis, syscalls.I386, syscalls.X32)
	}
	for _, abi := range abis {
		for _, e := range abi.All() {
			add(abi, e.Nr)
		}
	}
	for _, nr := range []uint32{rules.ABI.Max() + 1, rules.ABI.Max() + 17, 511, 548, 1000, 4096, 1<<30 - 1, 1 << 31, 1<<32 - 2} {
		add(rules.ABI, nr)
	}

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(binDir, "jail"), "--no-monitor", "--policy", file, filepath.Join(binDir, "probe"), "sweep")
	cmd.Stdin = strings.NewReader(list.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s%s", err, out, stderr.String())
	}
	if string(out) != want.String() {
		got, expected := strings.Split(string(out), "\n"), strings.Split(want.String(), "\n")
		for i := range min(len(got), len(expected)) {
			if got[i] != expected[i] {
				t.Errorf("got %q, the policy says %q", got[i], expected[i])
			}
		}
		t.Fatalf("%d answers, want %d", len(got), len(expected))
	}
	t.Logf("calls made: %v", made)
	if made[rules.ABI.Name] < 400 || runtime.GOARCH == "amd64" && (made["i386"] < 800 || made["x32"] < 700) {
		t.Errorf("too few: %v", made)
	}
}
