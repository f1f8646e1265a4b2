package compare

import (
	"math/rand/v2"
	"testing"
	"time"

	"jail/policies"
	"jail/policy"
	"jail/policy/space"
	"jail/policy/syscalls"
)

// In every class that the conditions of both policies can tell apart, by a
// partition that shares no code with this package, the differences are those
// of Decide. For the built-ins this is a proof.
func TestEveryClassOfBuiltins(t *testing.T) {
	classes := 0
	for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
		for _, x := range policies.Names() {
			for _, y := range policies.Names() {
				classes += everyClass(t, builtin(t, x, abi), builtin(t, y, abi))
			}
		}
	}
	if classes < 10000 {
		t.Errorf("only %d classes", classes)
	}
}

func TestEveryClassOfRandomPolicies(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(11, 12))}
	for range 150 {
		everyClass(t, g.rules(), g.rules())
	}
}

func everyClass(t *testing.T, a, b *policy.Rules) (classes int) {
	t.Helper()
	ds := mustCompare(t, a, b)
	for _, nr := range numbers(a, b) {
		var conditions []policy.Expr
		for _, r := range [...]*policy.Rules{a, b} {
			for _, c := range entry(r, nr).Clauses {
				conditions = append(conditions, c.When)
			}
		}
		visit := func(args *[6]uint64) bool {
			classes++
			x, y := decide(a, nr, args), decide(b, nr, args)
			said := 0
			for _, d := range ds {
				if d.Kind == Table && d.Nr == nr && d.When.Eval(args) {
					said++
					if !Same(d.A, x) || !Same(d.B, y) {
						t.Errorf("%s(%#x): %+v and %+v, said to be %+v", a.ABI.Syscall(nr), args, x, y, d)
					}
				}
			}
			if want := map[bool]int{true: 0, false: 1}[Same(x, y)]; said != want {
				t.Errorf("%s(%#x): %+v and %+v, told of %d times", a.ABI.Syscall(nr), args, x, y, said)
			}
			return !t.Failed()
		}
		p, ok := space.New(conditions...)
		if !ok || p.Count() > 1<<18 {
			continue
		}
		p.Walk(visit)
	}
	return classes
}

// A policy of conditions on every call is compared at once.
func TestManyConditions(t *testing.T) {
	r := func(shift uint64) *policy.Rules {
		out := builtin(t, "strict", syscalls.X86_64)
		for i := range out.Calls {
			var in policy.Or
			for v := range uint64(30) {
				in = append(in, policy.Test{Arg: 1, Width: 32, Mask: 0xffffffff, Value: 3*v + shift})
			}
			when := policy.And{in, policy.Test{Arg: 2, Width: 32, Mask: 0xf, Op: policy.Ne, Value: uint64(i % 16)},
				policy.Test{Arg: 0, Width: 64, Mask: ^uint64(0), Op: policy.Le, Value: 4096 + shift}}
			out.Calls[i].Clauses = []policy.Clause{{When: when, Then: policy.Decision{}}}
		}
		return out
	}
	start := time.Now()
	ds := mustCompare(t, r(0), r(1))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if len(ds) < 300 {
		t.Errorf("%d differences", len(ds))
	}
}

// So is one of a thousand values, and one of many bounds.
func TestLongLists(t *testing.T) {
	call := func(n uint64, op policy.Op) *policy.Rules {
		var or policy.Or
		for v := range n {
			or = append(or, policy.And{policy.Test{Arg: 1, Width: 32, Mask: 0xffffffff, Op: op, Value: 5 * v},
				policy.Test{Arg: 1, Width: 32, Mask: 0xffffffff, Op: policy.Ne, Value: 5*v + n%2}})
		}
		in := policy.Or{}
		for v := range n {
			in = append(in, policy.Test{Arg: 0, Width: 32, Mask: 0xffffffff, Value: 3 * v})
		}
		return &policy.Rules{ABI: syscalls.X86_64, Calls: []policy.Call{{
			Clauses: []policy.Clause{{When: policy.And{in, policy.Or{or, in}}}}, Otherwise: policy.Decision{Action: policy.Kill}}}}
	}
	for _, op := range []policy.Op{policy.Eq, policy.Ge} {
		for _, n := range []uint64{100, 1001, 5001} {
			start := time.Now()
			ds, err := Compare(call(n, op), call(n-1, op))
			took := time.Since(start)
			if _, tooMuch := err.(TooComplex); took > 5*time.Second || err == nil && len(ds) == 0 || err != nil && !tooMuch || err != nil && n == 100 {
				t.Errorf("%v %d: %d differences, error %v, after %v", op, n, len(ds), err, took)
			}
			t.Logf("%v %d: %d differences, error %v, after %v", op, n, len(ds), err, took)
		}
	}
}

// What is too much to look at is said to be so, and soon.
func TestTooComplex(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	var or policy.Or // pairs of bits in an order that no diagram likes
	for range 400 {
		var and policy.And
		for range 12 {
			and = append(and, policy.Test{Arg: uint8(g.IntN(6)), Width: 64, Mask: 1 << g.IntN(64), Op: policy.Eq, Value: 0})
		}
		or = append(or, and)
	}
	r := &policy.Rules{ABI: syscalls.X86_64, Calls: []policy.Call{{Clauses: []policy.Clause{{When: or}}, Otherwise: policy.Decision{Action: policy.Kill}}}}
	empty := &policy.Rules{ABI: syscalls.X86_64}
	start := time.Now()
	_, err := Compare(r, empty)
	if _, ok := err.(TooComplex); !ok {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
