package policy

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"jail/policies"
	"jail/policy/syscalls"
)

func TestConditionAsText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"family==AF_INET", "family == AF_INET"},
		{"(family == 1 || type==2) && protocol in {0,\n 6 ,}", "(family == 1 || type == 2) && protocol in {0, 6}"},
		{"family == 1 || type == 2 && protocol == 0x1f", "family == 1 || type == 2 && protocol == 0x1f"},
		{"!( family has 0x3 )", "!(family has 0x3)"},
		{"type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK) == SOCK_RAW", "type & ~(SOCK_CLOEXEC|SOCK_NONBLOCK) == SOCK_RAW"},
		{"type & (A & B) not in {-1}", "type & (A & B) not in {-1}"},
		{"type == (A | B) & C", "type == (A|B) & C"},
	} {
		root, err := parseWhen(c.in)
		if err != nil {
			t.Fatal(c.in, err)
		}
		if got := (&condition{root: root}).String(); got != c.want {
			t.Errorf("%q reads %q, want %q", c.in, got, c.want)
		}
	}
}

// The text of a condition means what the condition does.
func TestConditionTextMeansTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	bind := func(f field, text string) Expr {
		root, werr := parseWhen(text)
		if werr != nil {
			t.Fatalf("%q: at %d: %s", text, werr.off, werr.text)
		}
		b := binder{abi: syscalls.X86_64, call: f.call, report: func(int, Level, string) {}}
		return b.bind(root)
	}
	for range 3000 {
		f := fields[r.IntN(len(fields))]
		text, _ := f.random(r, r.IntN(4))
		root, _ := parseWhen(text)
		again := (&condition{root: root}).String()
		a, b := normal(bind(f, text), false), normal(bind(f, again), false)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%q became %q", text, again)
		}
	}
}

// An index that a decision carries is the rule that the outline has there.
func TestOutlineIsIndexedLikeDecisions(t *testing.T) {
	for _, name := range policies.Names() {
		p := mustLoad(t, &OS{Builtin: policies.Text}, name)
		rules, o := mustResolve(t, p, syscalls.X86_64), p.Outline()
		if len(o.Rules) != len(rules.Origins)-3 {
			t.Fatalf("%s: %d rules, %d origins", name, len(o.Rules), len(rules.Origins))
		}
		for i, r := range o.Rules {
			if r.Origin != rules.Origins[i] || o.Files[r.File].Name+":" != r.Origin[:len(o.Files[r.File].Name)+1] {
				t.Errorf("%s: rule %d is %s, its origin %s", name, i, r.Origin, rules.Origins[i])
			}
		}
	}
}
