package filter

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

// TestMutants spoils compiled programs, one instruction at a time, and demands
// that the comparison with the specification finds every one out: a test that
// passes whatever the compiler does would not.
func TestMutants(t *testing.T) {
	rounds := uint64(6)
	if testing.Short() {
		rounds = 2
	}
	total := 0
	for seed := range rounds {
		g := randomGenerator(100 + seed)
		g.mixtures = 80
		r := g.readOnce()
		for _, o := range []Options{{}, {Monitor: true, LaunchNonce: launchNonce, KillNonce: killNonce}} {
			p, err := Compile(r, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := agrees(r, o, p, g); err != nil {
				t.Fatal(err)
			}
			cases := answers(r, o, g)
			mutants(p, func(name string, m bpf.Program) {
				if !g.oneIn(4) || m.Validate() != nil || equivalent(p, m) {
					return
				}
				total++
				if !wrong(m, cases) {
					t.Errorf("seed %d, %+v: not found out: %s", seed, o, name)
				}
			})
			if t.Failed() {
				t.Fatal(bpf.Disassemble(p))
			}
		}
	}
	t.Logf("%d mutants", total)
	if total < 500 {
		t.Error("too few")
	}
}

// answer is what the specification says of one call.
type answer struct {
	d    bpf.Data
	want uint32
}

// answers returns all vectors in random order, which finds mistakes sooner.
func answers(r *policy.Rules, o Options, g *generator) []answer {
	var list []answer
	vectors(r, g, func(d *bpf.Data) bool {
		list = append(list, answer{*d, Expected(r, o, d)})
		return true
	})
	for i := range list {
		j := i + g.choose(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func wrong(p bpf.Program, cases []answer) bool {
	for i := range cases {
		if got, _, err := p.Run(&cases[i].d); err != nil || got != cases[i].want {
			return true
		}
	}
	return false
}

// readOnce makes rules in which every test counts: each call's condition looks
// at an argument at most once, with a comparison that can go either way, and
// its branches have different answers that no guard evens out.
func (g *generator) readOnce() *policy.Rules {
	r := &policy.Rules{
		ABI:     syscalls.X86_64,
		Unknown: policy.Decision{Action: policy.Deny, Errno: 38},
		Foreign: policy.Decision{Action: policy.Kill, Quiet: true},
	}
	for _, e := range r.ABI.All() {
		if r.ABI.IsForeign(e.Nr) {
			continue
		}
		c := policy.Call{Nr: e.Nr, Otherwise: policy.Decision{Action: policy.Deny, Errno: 1, Quiet: true}}
		if g.oneIn(2) {
			c.Otherwise = policy.Decision{}
		}
		if g.oneIn(20) && !g.special(e.Name) {
			c.Clauses = []policy.Clause{{When: g.readOnceExpr(), Then: policy.Decision{Action: policy.Deny, Errno: uint16(100 + e.Nr), Quiet: true}}}
		}
		r.Calls = append(r.Calls, c)
	}
	return r
}

func (g *generator) readOnceExpr() policy.Expr {
	var list []policy.Expr
	for arg := range uint8(1 + g.choose(3)) {
		t := policy.Test{Arg: arg, Width: 32 + 32*uint8(g.choose(2)), Signed: g.oneIn(2), Mask: ^uint64(0), Op: policy.Op(g.choose(6))}
		t.Value = uint64(1+g.choose(1000))<<32 | uint64(2+g.choose(1000))
		t.Mask, t.Value = truncate(t.Mask, t.Width), truncate(t.Value, t.Width)
		var e policy.Expr = t
		if g.oneIn(3) {
			e = policy.Not{X: e}
		}
		list = append(list, e)
	}
	if g.oneIn(2) {
		return policy.Or(list)
	}
	return policy.And(list)
}

const (
	ld   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	jeq  = unix.BPF_JMP | unix.BPF_JEQ
	jgt  = unix.BPF_JMP | unix.BPF_JGT
	jge  = unix.BPF_JMP | unix.BPF_JGE
	jset = unix.BPF_JMP | unix.BPF_JSET
)

// mutants yields p with one thing wrong at a time.
func mutants(p bpf.Program, yield func(name string, m bpf.Program)) {
	for pc := range p {
		spoil := func(name string, change func(i *bpf.Instruction)) {
			m := append(bpf.Program(nil), p...)
			change(&m[pc])
			yield(fmt.Sprintf("%s at %d", name, pc), m)
		}
		switch p[pc].Code {
		case ld:
			if p[pc].K >= 16 {
				spoil("other half", func(i *bpf.Instruction) { i.K ^= 4 })
				spoil("other argument", func(i *bpf.Instruction) { i.K = 16 + (i.K-16+8)%48 })
			} else {
				spoil("number for architecture", func(i *bpf.Instruction) { i.K ^= 4 })
			}
		case jeq, jgt, jge, jset:
			spoil("flipped", func(i *bpf.Instruction) { i.Jt, i.Jf = i.Jf, i.Jt })
			spoil("always true", func(i *bpf.Instruction) { i.Jf = i.Jt })
			spoil("always false", func(i *bpf.Instruction) { i.Jt = i.Jf })
			spoil("one more", func(i *bpf.Instruction) { i.K++ })
			if p[pc].Code != jgt { // the high half's > follows an =
				spoil("one less", func(i *bpf.Instruction) { i.K-- })
			}
		case unix.BPF_RET | unix.BPF_K:
			spoil("another answer", func(i *bpf.Instruction) { i.K ^= unix.SECCOMP_RET_ERRNO })
			spoil("another errno", func(i *bpf.Instruction) { i.K ^= 1 })
		default:
			spoil("another operand", func(i *bpf.Instruction) { i.K ^= 1 << 31 })
		}
	}
}

// equivalent reports whether m only moves the border between two ranges of
// the tree by numbers that both sides lead to the same instruction.
func equivalent(p, m bpf.Program) bool {
	for pc := range p {
		if p[pc] == m[pc] {
			continue
		}
		if p[pc].Code != jge || p[pc].Jt != m[pc].Jt || p[pc].Jf != m[pc].Jf || !searches(p, pc) {
			return false
		}
		nr := min(p[pc].K, m[pc].K) // the one number that goes the other way
		a, b := leafOf(p, nr), leafOf(m, nr)
		return a == b || p[a] == p[b] && p[a].Code == unix.BPF_RET|unix.BPF_K
	}
	return true
}

// searches reports whether the jump at pc looks at the number: whether it
// comes before all loads of arguments on the way of some number.
func searches(p bpf.Program, pc int) bool {
	for nr := range uint32(600) {
		found := false
		walk(p, nr, func(at int) { found = found || at == pc })
		if found {
			return true
		}
	}
	return false
}

// leafOf returns where the search for nr ends: the first instruction that
// neither loads the architecture or the number nor jumps.
func leafOf(p bpf.Program, nr uint32) int {
	last := 0
	walk(p, nr, func(at int) { last = at })
	return last
}

func walk(p bpf.Program, nr uint32, visit func(pc int)) {
	a := uint32(0)
	for pc := 0; ; pc++ {
		visit(pc)
		taken := false
		switch i := p[pc]; i.Code {
		case ld:
			switch i.K {
			case bpf.OffArch:
				a = syscalls.X86_64.Audit
			case bpf.OffNr:
				a = nr
			default:
				return
			}
			continue
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(i.K)
			continue
		case jeq:
			taken = a == i.K
		case jge:
			taken = a >= i.K
		default:
			return
		}
		if taken {
			pc += int(p[pc].Jt)
		} else {
			pc += int(p[pc].Jf)
		}
	}
}
