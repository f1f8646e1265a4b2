package filter

import (
	"math/rand/v2"
	"testing"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	xbpf "golang.org/x/net/bpf"

	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// TestElastic compiles policies of names alone with go-seccomp-bpf too. What
// the two say of a foreign ABI differs by design and is left out: there, a
// call of one gets the default action.
func TestElastic(t *testing.T) {
	info, err := arch.GetInfo("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(21, 22))
	for range 40 {
		var names []string
		for _, e := range syscalls.X86_64.All() {
			if _, known := info.SyscallNames[e.Name]; known && r.IntN(3) == 0 && !syscalls.X86_64.IsForeign(e.Nr) {
				names = append(names, e.Name)
			}
		}
		theirs := elasticProgram(t, names)
		ours, err := Compile(namesOnly(syscalls.X86_64, names), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for nr := range uint32(1200) {
			d := &bpf.Data{Arch: syscalls.X86_64.Audit, Nr: nr}
			want, _, err := theirs.Run(d)
			if err != nil {
				t.Fatal(err)
			}
			if got, _, _ := ours.Run(d); got != want {
				t.Fatalf("%s (%d): %s, theirs %s", syscalls.X86_64.Syscall(nr), nr, action(got), action(want))
			}
		}
	}
}

// elasticProgram allows the names and returns EPERM otherwise.
func elasticProgram(t *testing.T, names []string) bpf.Program {
	t.Helper()
	p := seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls:      []seccomp.SyscallGroup{{Action: seccomp.ActionAllow, Names: names}},
	}
	list, err := p.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := xbpf.Assemble(list)
	if err != nil {
		t.Fatal(err)
	}
	var program bpf.Program
	for _, i := range raw {
		program = append(program, bpf.Instruction{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	return program
}
