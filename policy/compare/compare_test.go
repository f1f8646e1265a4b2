package compare

import (
	"math/rand/v2"
	"slices"
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
)

// generator makes small policies whose conditions meet often.
type generator struct{ *rand.Rand }

func (g generator) value() uint64 {
	return [...]uint64{0, 1, 2, 3, 4, 7, 0x10, 0x80000000, 0x7fffffff, 0xffffffff, 1 << 32, 1<<63 | 1, ^uint64(0)}[g.IntN(13)]
}

func (g generator) test(eqOnly bool) policy.Test {
	t := policy.Test{Arg: uint8(g.IntN(3)), Width: 32, Signed: g.IntN(2) == 0, Op: policy.Op(g.IntN(6)), Value: g.value()}
	if g.IntN(3) == 0 {
		t.Width = 64
	}
	if eqOnly {
		t.Op = policy.Op(g.IntN(2))
	}
	t.Mask = ones(t.Width)
	if g.IntN(3) == 0 {
		t.Mask = g.value() | 1<<g.IntN(8)
	}
	return t
}

func (g generator) expr(depth int, eqOnly bool) policy.Expr {
	if depth == 0 || g.IntN(3) == 0 {
		return g.test(eqOnly)
	}
	xs := make([]policy.Expr, g.IntN(4))
	for i := range xs {
		xs[i] = g.expr(depth-1, eqOnly)
	}
	switch g.IntN(3) {
	case 0:
		return policy.And(xs)
	case 1:
		return policy.Or(xs)
	}
	return policy.Not{X: g.expr(depth-1, eqOnly)}
}

func (g generator) decision() policy.Decision {
	d := policy.Decision{Action: policy.Action(g.IntN(4)), Rule: g.IntN(3)}
	if d.Action == policy.Deny {
		d.Errno = uint16(1 + g.IntN(2))
		d.Quiet = g.IntN(3) == 0
	}
	return d
}

func (g generator) rules() *policy.Rules {
	r := &policy.Rules{ABI: syscalls.X86_64, Unknown: g.decision(), Foreign: g.decision(), Origins: []string{"a", "b", "c"}}
	for nr := range uint32(3) {
		if g.IntN(8) == 0 {
			continue
		}
		c := policy.Call{Nr: nr, Otherwise: g.decision()}
		eqOnly := g.IntN(2) == 0
		for range g.IntN(4) {
			c.Clauses = append(c.Clauses, policy.Clause{When: g.expr(3, eqOnly), Then: g.decision()})
		}
		r.Calls = append(r.Calls, c)
	}
	return r
}

// args are near the values that the tests name.
func (g generator) args() (out [6]uint64) {
	for i := range out {
		out[i] = g.value() + uint64(g.IntN(3)) - 1
		if g.IntN(4) == 0 {
			out[i] ^= g.value()
		}
	}
	return out
}

func mustCompare(t testing.TB, a, b *policy.Rules) []Difference {
	t.Helper()
	ds, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func decide(r *policy.Rules, nr uint32, args *[6]uint64) policy.Decision {
	return r.Decide(r.ABI.Audit, nr, args)
}

// Every difference is real on its witness and wherever its condition holds;
// where the answers differ, exactly one difference says so.
func TestDifferencesAreThoseOfDecide(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	differ, ordered := 0, 0
	for range 3000 {
		a, b := g.rules(), g.rules()
		ds := mustCompare(t, a, b)
		for _, d := range ds {
			if d.Kind != Table {
				continue
			}
			if !d.When.Eval(&d.Witness) {
				t.Fatalf("%+v: its witness is not in its condition", d)
			}
			if !Same(decide(a, d.Nr, &d.Witness), d.A) || !Same(decide(b, d.Nr, &d.Witness), d.B) {
				t.Fatalf("%+v: not true of its witness", d)
			}
		}
		for nr := range uint32(4) {
			for range 60 {
				args := g.args()
				x, y := decide(a, nr, &args), decide(b, nr, &args)
				var says []Difference
				for _, d := range ds {
					if d.Kind == Table && d.Nr == nr && d.When.Eval(&args) || d.Kind == Unknown && a.Lookup(nr) == nil && b.Lookup(nr) == nil {
						says = append(says, d)
					}
				}
				if Same(x, y) {
					if len(says) > 0 {
						t.Fatalf("%d(%#x) has one answer, but %+v\n%+v\n%+v", nr, args, says, a.Lookup(nr), b.Lookup(nr))
					}
					continue
				}
				differ++
				if len(says) != 1 || !Same(says[0].A, x) || !Same(says[0].B, y) || says[0].Change != ChangeOf(x, y) {
					t.Fatalf("%d(%#x): %+v and %+v, but %+v\n%+v\n%+v", nr, args, x, y, says, a.Lookup(nr), b.Lookup(nr))
				}
				if !slices.Contains(says[0].RulesA, x.Rule) || !slices.Contains(says[0].RulesB, y.Rule) {
					t.Fatalf("%d(%#x): rules %d and %d are not in %+v", nr, args, x.Rule, y.Rule, says[0])
				}
			}
		}
		for _, d := range ds {
			ordered += countOrdered(d.When)
		}
	}
	if differ < 10000 || ordered < 1000 {
		t.Errorf("%d vectors differ, %d conditions order: too few to mean much", differ, ordered)
	}
}

func countOrdered(e policy.Expr) (n int) {
	for _, t := range collect(nil, e) {
		if t.Op >= policy.Lt {
			n++
		}
	}
	return n
}

func TestPolicyEqualsItself(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(5, 6))}
	for range 500 {
		r := g.rules()
		if ds := mustCompare(t, r, r); len(ds) != 0 {
			t.Fatalf("%+v", ds)
		}
	}
	for _, name := range policies.Names() {
		for _, abi := range syscalls.ABIs() {
			if name == "strict" && abi == syscalls.I386 {
				continue // mmap's prot is behind a pointer there
			}
			if ds := mustCompare(t, builtin(t, name, abi), builtin(t, name, abi)); len(ds) != 0 {
				t.Errorf("%s: %+v", name, ds)
			}
		}
	}
}

// Clauses in another form, and in another order where they do not overlap.
func TestSameMeaningOtherForm(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(9, 9))}
	for range 1000 {
		e, x, y := g.expr(3, false), g.decision(), g.decision()
		rules := func(c policy.Call) *policy.Rules {
			return &policy.Rules{ABI: syscalls.X86_64, Calls: []policy.Call{c}, Origins: []string{"a", "b", "c"}}
		}
		a := rules(policy.Call{Clauses: []policy.Clause{{When: e, Then: x}}, Otherwise: y})
		b := rules(policy.Call{Clauses: []policy.Clause{{When: policy.Not{X: e}, Then: y}}, Otherwise: x})
		if ds := mustCompare(t, a, b); len(ds) != 0 {
			t.Fatalf("%+v: %+v", e, ds)
		}
	}
}

func TestSwapping(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 8))}
	for range 500 {
		a, b := g.rules(), g.rules()
		there, back := mustCompare(t, a, b), mustCompare(t, b, a)
		if len(there) != len(back) {
			t.Fatalf("%d differences one way, %d the other", len(there), len(back))
		}
		for _, d := range there {
			i := slices.IndexFunc(back, func(o Difference) bool {
				return o.Kind == d.Kind && o.Nr == d.Nr && Same(o.A, d.B) && Same(o.B, d.A)
			})
			if i < 0 {
				t.Fatalf("%+v has no counterpart", d)
			}
			if want := [...]Change{Stricter, Looser, Other}[d.Change]; back[i].Change != want {
				t.Fatalf("%+v is %v the other way", d, back[i].Change)
			}
			if (d.Kind == Table) && !back[i].When.Eval(&d.Witness) {
				t.Fatalf("%+v: the counterpart does not hold for its witness", d)
			}
		}
	}
}

// Each set of arguments is in one case, the one that decides.
func TestCasesAreThoseOfDecide(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 1))}
	for range 2000 {
		r := g.rules()
		for i := range r.Calls {
			var fixed Fixed
			for j := range 3 {
				if fixed.Known[j] = g.IntN(3) == 0; fixed.Known[j] {
					fixed.Args[j] = g.value()
				}
			}
			cases, err := Cases(&r.Calls[i], fixed)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cases {
				if decide(r, r.Calls[i].Nr, &c.Witness) != c.Then || !c.When.Eval(&c.Witness) {
					t.Fatalf("%+v is not true of its witness", c)
				}
			}
			for range 40 {
				args := g.args()
				args = fixed.witness(args)
				want := decide(r, r.Calls[i].Nr, &args)
				held := 0
				for _, c := range cases {
					if c.When.Eval(&args) {
						held++
						if c.Then != want {
							t.Fatalf("%#x: %+v, want %+v", args, c, want)
						}
					}
				}
				if held != 1 {
					t.Fatalf("%#x lies in %d cases of %+v", args, held, cases)
				}
			}
		}
	}
}

func builtin(t testing.TB, name string, abi *syscalls.ABI) *policy.Rules {
	t.Helper()
	p, err := policy.Load(name, &policy.OS{Builtin: policies.Text})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Resolve(abi)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOtherABI(t *testing.T) {
	if _, err := Compare(builtin(t, "web", syscalls.X86_64), builtin(t, "web", syscalls.AArch64)); err == nil {
		t.Error("policies of two ABIs were compared")
	}
}

func BenchmarkCompareBuiltins(b *testing.B) {
	web, standard := builtin(b, "web", syscalls.X86_64), builtin(b, "default", syscalls.X86_64)
	for b.Loop() {
		mustCompare(b, web, standard)
	}
}
