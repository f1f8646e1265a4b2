package filter

import (
	"math/rand/v2"

	"jail/policy"
	"jail/policy/syscalls"
)

// generator makes up rules out of whatever choose returns: numbers below its
// argument, from a random source or from a fuzzer's bytes.
type generator struct {
	choose   func(n int) int
	clauses  int // conditional calls out of a hundred
	budget   int // conditions in all
	mixtures int // sets of arguments for each value of one
}

func randomGenerator(seed uint64) *generator {
	r := rand.New(rand.NewPCG(seed, 1))
	return &generator{choose: r.IntN, clauses: 10, budget: 1 << 20, mixtures: 1}
}

// bytesGenerator draws from data, and zeros when that is used up.
func bytesGenerator(data []byte) *generator {
	return &generator{clauses: 10, budget: 16, mixtures: 1, choose: func(n int) int {
		v := 0
		for m := n - 1; m > 0; m >>= 8 {
			b := byte(0)
			if len(data) > 0 {
				b, data = data[0], data[1:]
			}
			v = v<<8 | int(b)
		}
		return v % n
	}}
}

func (g *generator) oneIn(n int) bool { return g.choose(n) == n-1 }

func (g *generator) abi() *syscalls.ABI {
	return [...]*syscalls.ABI{syscalls.X86_64, syscalls.X86_64, syscalls.AArch64, syscalls.I386}[g.choose(4)]
}

// rules of the whole table of abi: a few decisions shared by many calls, as
// policies have it, so that ranges do merge.
func (g *generator) rules(abi *syscalls.ABI, audit bool) *policy.Rules {
	common := make([]policy.Decision, 1+g.choose(4))
	for i := range common {
		common[i] = g.decision()
	}
	decision := func() policy.Decision {
		if g.oneIn(10) {
			return g.decision()
		}
		return common[g.choose(len(common))]
	}
	r := &policy.Rules{ABI: abi, Unknown: g.decision(), Foreign: g.decision(), Origins: []string{"default"}}
	if !audit {
		r.Foreign.Action = policy.Deny + policy.Action(g.choose(2))
		r.Foreign.Errno = 38
	}
	sparse := g.oneIn(4)
	run := decision()
	for _, e := range abi.All() {
		if abi.IsForeign(e.Nr) {
			continue
		}
		if sparse && g.oneIn(3) {
			continue // a number that Calls leaves out is an unknown one
		}
		if g.oneIn(3) {
			run = decision()
		}
		c := policy.Call{Nr: e.Nr, Otherwise: run}
		for g.choose(100) < g.clauses && len(c.Clauses) < 4 || g.special(e.Name) && len(c.Clauses) == 0 && g.oneIn(2) {
			if g.budget--; g.budget < 0 {
				break
			}
			c.Clauses = append(c.Clauses, policy.Clause{When: g.expr(3), Then: decision()})
		}
		r.Calls = append(r.Calls, c)
	}
	if abi == syscalls.X86_64 && g.oneIn(2) {
		// Numbers of x32 are foreign, even if somebody listed them.
		for _, nr := range []uint32{512, 520, 547, syscalls.X32Bit + 59} {
			r.Calls = append(r.Calls, policy.Call{Nr: nr, Otherwise: decision()})
		}
	}
	return r
}

// special names the calls that guards are about.
func (g *generator) special(name string) bool {
	for _, s := range guarded {
		if s.name == name {
			return true
		}
	}
	return false
}

func (g *generator) decision() policy.Decision {
	d := policy.Decision{Action: policy.Action(g.choose(4)), Quiet: g.oneIn(4)}
	if d.Action == policy.Deny {
		d.Errno = [...]uint16{1, 13, 38, 4095}[g.choose(4)]
	}
	return d
}

func (g *generator) expr(depth int) policy.Expr {
	kind := g.choose(6)
	if depth == 0 {
		kind = 0
	}
	switch kind {
	case 3:
		return policy.Not{X: g.expr(depth - 1)}
	case 4:
		return policy.And(g.exprs(depth - 1))
	case 5:
		if g.oneIn(2) {
			return g.in()
		}
		return policy.Or(g.exprs(depth - 1))
	}
	return g.test()
}

func (g *generator) exprs(depth int) []policy.Expr {
	list := make([]policy.Expr, g.choose(4))
	for i := range list {
		list[i] = g.expr(depth)
	}
	return list
}

// in is "arg in {...}", as policies write it, with strangers in between.
func (g *generator) in() policy.Or {
	first := g.test()
	if g.oneIn(2) {
		first.Op, first.Mask = policy.Eq, truncate(^uint64(0), first.Width)
	}
	var or policy.Or
	for i := g.choose(6); i >= 0; i-- {
		t := first
		t.Value = truncate(g.value(), t.Width)
		if g.oneIn(3) { // another with the same high half, perhaps of another argument
			t.Value = first.Value ^ 1
			t.Arg = uint8(g.choose(6))
		}
		or = append(or, t)
		if g.oneIn(8) {
			or = append(or, g.test())
		}
	}
	return or
}

func (g *generator) test() policy.Test {
	t := policy.Test{
		Arg:    uint8(g.choose(6)),
		Width:  32 + 32*uint8(g.choose(2)),
		Signed: g.oneIn(2),
		Mask:   ^uint64(0),
		Op:     policy.Op(g.choose(6)),
		Value:  g.value(),
	}
	if g.oneIn(3) {
		t.Mask = g.value()
	}
	if g.oneIn(16) { // the launch nonce's own argument and values near the guards'
		t.Arg, t.Value = 5, launchNonce
	}
	t.Mask, t.Value = truncate(t.Mask, t.Width), truncate(t.Value, t.Width)
	return t
}

func truncate(v uint64, width uint8) uint64 {
	if width == 32 {
		return v & 0xffffffff
	}
	return v
}

// value draws from those at which comparisons go wrong.
func (g *generator) value() uint64 {
	edges := [...]uint64{
		0, 1, 2, 3, 8, 16, 0x7f, 0xff, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
		0x100000000, 0x100000001, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffff00000000,
		0xffffffff7fffffff, 0xffffffff80000000, 0xfffffffffffffffe, 0xffffffffffffffff, 0x00800000,
	}
	if g.oneIn(4) {
		return uint64(g.choose(1<<31)) << g.choose(34)
	}
	return edges[g.choose(len(edges))]
}
