package filter

import (
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest/libseccomp"
)

func libseccompFilters(t testing.TB, shape int, rules []*policy.Rules) (list []libseccomp.Filter) {
	t.Helper()
	for _, r := range rules {
		list = append(list, libseccompFilter(t, shape, r))
	}
	return list
}

// libseccompFilter turns rules of one shape into libseccomp's: calls are
// allowed, or allowed where one of some conjunctions of comparisons holds, and
// the rest gets EPERM.
func libseccompFilter(t testing.TB, shape int, r *policy.Rules) libseccomp.Filter {
	t.Helper()
	const refuse = unix.SECCOMP_RET_ERRNO | 1
	f := libseccomp.Filter{Shape: shape, Default: refuse, BadArch: refuse}
	allow := func(nr uint32, args ...libseccomp.Arg) {
		f.Rules = append(f.Rules, libseccomp.Rule{Action: unix.SECCOMP_RET_ALLOW, Nr: nr, Args: args})
	}
	for i := range r.Calls {
		c := &r.Calls[i]
		if c.Otherwise.Action == policy.Allow {
			allow(c.Nr)
			continue
		}
		for _, clause := range c.Clauses {
			for _, and := range conjunctions(t, clause.When) {
				var args []libseccomp.Arg
				for _, e := range and {
					args = append(args, compareOp(t, e.(policy.Test)))
				}
				allow(c.Nr, args...)
			}
		}
	}
	return f
}

func conjunctions(t testing.TB, e policy.Expr) (list []policy.And) {
	t.Helper()
	switch e := e.(type) {
	case policy.Test:
		return []policy.And{{e}}
	case policy.And:
		return []policy.And{e}
	case policy.Or:
		for _, x := range e {
			list = append(list, conjunctions(t, x)...)
		}
		return list
	}
	t.Fatalf("libseccomp has no %T", e)
	return nil
}

// compareOp returns a comparison as libseccomp has it. It compares 64 bits
// always; with a mask it can leave the high half of an int aside, but only for
// equality.
func compareOp(t testing.TB, test policy.Test) libseccomp.Arg {
	t.Helper()
	if test.Op == policy.Eq && (test.Width == 32 || test.Mask != ^uint64(0)) {
		return libseccomp.Arg{Index: test.Arg, Op: libseccomp.MaskedEQ, A: test.Mask, B: test.Value}
	}
	if test.Signed || test.Mask != truncate(^uint64(0), test.Width) {
		t.Fatalf("libseccomp has no %+v", test)
	}
	op := [...]libseccomp.Op{
		policy.Eq: libseccomp.EQ, policy.Ne: libseccomp.NE, policy.Lt: libseccomp.LT,
		policy.Le: libseccomp.LE, policy.Gt: libseccomp.GT, policy.Ge: libseccomp.GE,
	}[test.Op]
	return libseccomp.Arg{Index: test.Arg, Op: op, A: test.Value}
}

// plainRules are random rules that libseccomp can express: conjunctions, and
// choices among values of one argument. Of several conjunctions for one call it
// makes a tree that version 2.5.4 gets wrong: of "a0 <= 3 && a5 >= 9" and
// "a0 < 3" it allows a0 = 3, a5 = 1, because a5 is still in the accumulator
// where the second condition compares it with 3.
func (g *generator) plainRules() *policy.Rules {
	r := namesOnly(syscalls.X86_64, nil)
	for i := range r.Calls {
		c := &r.Calls[i]
		switch {
		case g.oneIn(3):
			c.Otherwise = policy.Decision{}
		case g.oneIn(10):
			c.Clauses = []policy.Clause{{When: g.conjunction()}}
		case g.oneIn(20):
			c.Clauses = []policy.Clause{{When: g.choice()}}
		}
	}
	return r
}

// conjunction compares up to three arguments, each once: libseccomp takes no
// argument twice.
func (g *generator) conjunction() (and policy.And) {
	for arg := range uint8(3) {
		if arg > 0 && g.oneIn(2) {
			continue
		}
		t := g.test()
		t.Arg, t.Signed = (arg+uint8(g.choose(2))*3)%6, false
		if t.Mask != truncate(^uint64(0), t.Width) {
			t.Op = policy.Eq
			t.Value &= t.Mask // SCMP_CMP_MASKED_EQ takes no bits outside of its mask
		}
		and = append(and, t)
	}
	return and
}

// choice compares one argument with several values.
func (g *generator) choice() (or policy.Or) {
	width, arg := 32+32*uint8(g.choose(2)), uint8(g.choose(6))
	for range 2 + g.choose(6) {
		t := test64(arg, policy.Eq, truncate(^uint64(0), width), truncate(g.value(), width))
		t.Width = width
		or = append(or, t)
	}
	return or
}

// narrow reports whether d has a bit set where libseccomp looks and the kernel
// does not: in the high half of an int that is compared otherwise than for
// equality.
func narrow(t testing.TB, r *policy.Rules, d *bpf.Data) bool {
	c := r.Lookup(d.Nr)
	if c == nil {
		return false
	}
	for _, clause := range c.Clauses {
		for _, and := range conjunctions(t, clause.When) {
			for _, e := range and {
				if test := e.(policy.Test); test.Width == 32 && test.Op != policy.Eq && d.Args[test.Arg]>>32 != 0 {
					return true
				}
			}
		}
	}
	return false
}

// TestLibseccomp compares our programs with libseccomp's, plain and optimised.
func TestLibseccomp(t *testing.T) {
	l := libseccomp.New(t)
	var rules []*policy.Rules
	for seed := range uint64(40) {
		rules = append(rules, randomGenerator(200+seed).plainRules())
	}
	rules = append(rules, hundredNames(), dockerLike())
	for _, shape := range []int{libseccomp.Plain, libseccomp.Tree} {
		same, different := 0, 0
		for i, theirs := range l.Compile(t, libseccompFilters(t, shape, rules)...) {
			r := rules[i]
			ours, err := Compile(r, Options{})
			if err != nil {
				t.Fatal(err)
			}
			vectors(r, randomGenerator(uint64(i)), func(d *bpf.Data) bool {
				want, _, err := theirs.Run(d)
				if err != nil {
					t.Fatal(err)
				}
				got, _, err := ours.Run(d)
				switch {
				case err != nil:
					t.Fatal(err)
				case got == want:
					same++
				case narrow(t, r, d):
					different++
				default:
					t.Errorf("policy %d, %s (%d) of arch %#x with %#x: %s, theirs %s; the clauses: %+v", i, r.ABI.Syscall(d.Nr), d.Nr, d.Arch, d.Args, action(got), action(want), r.Lookup(d.Nr))
				}
				return !t.Failed()
			})
		}
		t.Logf("shape %d: %d answers the same, %d different for the high half of an int", shape, same, different)
		if same < 100000 || different == 0 {
			t.Error("too few to tell anything")
		}
	}
}
