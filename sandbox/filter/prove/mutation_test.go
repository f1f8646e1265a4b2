package prove

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

// TestMutants breaks compiled built-ins in one place at a time. Each must be
// found out, by a call that really gets a wrong answer; and of those that
// Prove holds to be equal, no random call may tell otherwise.
func TestMutants(t *testing.T) {
	full := filter.Options{Monitor: true, LaunchNonce: launchNonce, KillNonce: killNonce}
	for _, row := range []struct {
		policy string
		abi    *syscalls.ABI
		o      filter.Options
	}{
		{"web", syscalls.X86_64, full},
		{"strict", syscalls.X86_64, filter.Options{}},
		{"base", syscalls.AArch64, full},
	} {
		r := builtin(t, row.policy, row.abi)
		p, err := filter.Compile(r, row.o)
		if err != nil {
			t.Fatal(err)
		}
		calls := randomCalls(p, row.abi)
		caught, refused, equal := 0, 0, 0
		mutants(p, func(name string, m bpf.Program) {
			if m.Validate() != nil {
				return
			}
			rep, err := Prove(r, row.o, m)
			if err != nil { // a jump behind a load masks what was not meant to be masked
				refused++
				return
			}
			if c := rep.Counterexample; c != nil {
				caught++
				got, _, err := m.Run(&c.Call)
				if want := filter.Expected(r, row.o, &c.Call); got == want || got != c.Got || want != c.Want || err != c.Err {
					t.Errorf("%s, %s: no counterexample: %s", row.policy, name, c)
				}
				return
			}
			equal++
			for i := range calls {
				want, _, _ := p.Run(&calls[i])
				if got, _, err := m.Run(&calls[i]); err != nil || got != want {
					t.Fatalf("%s, %s: not found out: %+v\n%s", row.policy, name, calls[i], bpf.Disassemble(p))
				}
			}
		})
		t.Logf("%s: %d broken programs found out, %d refused, %d equal", row.policy, caught, refused, equal)
		if caught < 300 || refused > 10 || equal > caught/4 {
			t.Errorf("%s: %d caught, %d equal", row.policy, caught, equal)
		}
	}
}

const (
	ld   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	jeq  = unix.BPF_JMP | unix.BPF_JEQ
	jgt  = unix.BPF_JMP | unix.BPF_JGT
	jge  = unix.BPF_JMP | unix.BPF_JGE
	jset = unix.BPF_JMP | unix.BPF_JSET
)

// mutants yields p with one instruction changed.
func mutants(p bpf.Program, yield func(name string, m bpf.Program)) {
	for pc := range p {
		spoil := func(name string, change func(i *bpf.Instruction)) {
			m := append(bpf.Program(nil), p...)
			change(&m[pc])
			if m[pc] != p[pc] {
				yield(fmt.Sprintf("%s at %d", name, pc), m)
			}
		}
		switch p[pc].Code {
		case ld:
			if p[pc].K >= bpf.Arg(0) {
				spoil("other half", func(i *bpf.Instruction) { i.K ^= 4 })
				spoil("next argument", func(i *bpf.Instruction) { i.K = 16 + (i.K-16+8)%48 })
			} else {
				spoil("number for architecture", func(i *bpf.Instruction) { i.K ^= 4 })
			}
		case jeq, jgt, jge, jset:
			spoil("flipped", func(i *bpf.Instruction) { i.Jt, i.Jf = i.Jf, i.Jt })
			spoil("always true", func(i *bpf.Instruction) { i.Jf = i.Jt })
			spoil("always false", func(i *bpf.Instruction) { i.Jt = i.Jf })
			spoil("one further", func(i *bpf.Instruction) { i.Jt++ })
			spoil("one further otherwise", func(i *bpf.Instruction) { i.Jf++ })
			spoil("one more", func(i *bpf.Instruction) { i.K++ })
			spoil("one less", func(i *bpf.Instruction) { i.K-- })
			spoil("> for >=", func(i *bpf.Instruction) { i.Code = jgt })
			spoil("== for others", func(i *bpf.Instruction) { i.Code = jeq })
		case unix.BPF_RET | unix.BPF_K:
			spoil("another answer", func(i *bpf.Instruction) { i.K ^= unix.SECCOMP_RET_ERRNO })
			spoil("another errno", func(i *bpf.Instruction) { i.K ^= 1 })
		default:
			spoil("top bit", func(i *bpf.Instruction) { i.K ^= 1 << 31 })
			spoil("lowest bit", func(i *bpf.Instruction) { i.K ^= 1 })
		}
	}
}

// randomCalls draws calls out of the constants of a program.
func randomCalls(p bpf.Program, abi *syscalls.ABI) []bpf.Data {
	r := rand.New(rand.NewPCG(1, 2))
	words := []uint32{0, 1, 1 << 31, ^uint32(0)}
	for _, i := range p {
		words = append(words, i.K-1, i.K, i.K+1, ^i.K)
	}
	word := func() uint32 { return words[r.IntN(len(words))] }
	list := make([]bpf.Data, 200_000)
	for i := range list {
		d := &list[i]
		d.Arch, d.Nr, d.IP = abi.Audit, uint32(r.IntN(int(abi.Max())+20)), r.Uint64()
		if r.IntN(20) == 0 {
			d.Nr = word()
		}
		if r.IntN(50) == 0 {
			d.Arch = word()
		}
		for a := range d.Args {
			d.Args[a] = uint64(word())
			if r.IntN(2) == 0 {
				d.Args[a] |= uint64(word()) << 32
			}
		}
	}
	return list
}
