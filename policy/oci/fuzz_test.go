package oci

import (
	"errors"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

// FuzzImport looks for profiles that bring the importer down, or that it makes
// an unusable policy of. The two forms of a policy must mean the same.
func FuzzImport(f *testing.F) {
	for name, data := range profiles(f) {
		if name != "default" { // too large to be changed in an interesting way
			f.Add(data, uint8(1))
		}
	}
	for _, s := range seeds {
		f.Add([]byte(s), uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, how uint8) { tryImport(t, data, how) })
}

var seeds = []string{
	``, `{}`, `[]`, `{"defaultAction":"SCMP_ACT_ALLOW"}`, "\ufeff{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":null}",
	`{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_LOG","flags":["SECCOMP_FILTER_FLAG_LOG"],"syscalls":[{"names":["read"],"action":"SCMP_ACT_TRACE"}]}}}`,
	string(small("SCMP_ACT_ERRNO", one("socket", "ALLOW", "0 GT 2147483650 0"), one("lseek", "TRAP", "1 MASKED_EQ 255 7", "1 NE 3 0"))),
	string(small("SCMP_ACT_ALLOW", one("openat", "ERRNO", "1 EQ 5 0"), one("fchmod", "KILL", "1 LE 65535 0"), one("fchmod", "LOG", "1 GE 5 0"))),
	string(small("SCMP_ACT_KILL", one("getpid", "ERRNO", "0 EQ 5 0"), one("getpid", "ALLOW", "1 EQ 5 0"), one("restart_syscall", "ALLOW", "0 LT 0 0"))),
	`{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":0,"syscalls":[{"names":["read","read","x\u0000\ud83d\ude00\n"],"action":"SCMP_ACT_ERRNO","errnoRet":70000,"comment":"a\tb\u001b"}]}`,
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\n\"syscalls\":[\n {\"name\":\"bpf\",\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_BPF\"],\"minKernel\":\"4.8\"}}\n]}",
}

func tryImport(t *testing.T, data []byte, how uint8) {
	target := Target{Caps: DockerCaps(), Kernel: [2]int{6, 18}, ABI: syscalls.X86_64}
	if how&1 != 0 {
		target.ABI = syscalls.AArch64
	}
	made, err := Import(data, "dir/profile.json", target)
	if err != nil {
		var problems policy.Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("an error that is no list of problems: %v", err)
		}
		for _, p := range problems {
			if strings.ContainsAny(p.String(), "\n\x1b") || p.Line == 0 || p.Text == "" {
				t.Errorf("no clear problem: %q", p.String())
			}
		}
		if _, again := Inline(data, "dir/profile.json", target); again == nil && !tooLarge(problems) {
			t.Fatalf("refused by Import alone: %v", err)
		}
		return
	}
	for _, l := range made.Losses {
		if strings.ContainsAny(l.String(), "\n\x1b") {
			t.Errorf("no clear loss: %q", l.String())
		}
	}
	inline, err := Inline(data, "dir/profile.json", target)
	if err != nil {
		t.Fatalf("refused by Inline alone: %v", err)
	}
	a := resolved(t, "a.toml", fixed(made.Policy), target.ABI)
	b := resolved(t, "b.toml", fixed(inline.Policy), target.ABI)
	sameMeaning(t, a, b)
	lines := strings.Count(string(data), "\n") + 1
	for _, o := range b.Origins {
		_, n, _ := strings.Cut(o, ":")
		if n != "" && len(n) > len("000000") || o == "b.toml:0" {
			t.Errorf("origin %s of %d lines", o, lines)
		}
	}
}

// tooLarge reports whether a profile is refused for the size of the policy
// that it makes.
func tooLarge(problems policy.Problems) bool {
	return strings.Contains(problems[0].Text, "more than")
}
