package filter

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

// libseccomp compiles rules of one shape: calls are allowed, or allowed where
// one of some conjunctions of comparisons holds, and the rest gets EPERM.
type libseccomp struct{ path string }

func newLibseccomp(t testing.TB) *libseccomp {
	t.Helper()
	l := &libseccomp{filepath.Join(t.TempDir(), "libseccomp")}
	out, err := exec.Command("gcc", "-O1", "-Wall", "-o", l.path, "testdata/libseccomp.c", "-lseccomp").CombinedOutput()
	if err != nil {
		bpftest.Skip(t, fmt.Sprintf("needs gcc and libseccomp-dev: %v\n%s", err, out))
	}
	return l
}

// Plain is libseccomp's default shape, tree is what
// SCMP_FLTATR_CTL_OPTIMIZE=2 makes: a binary tree of the numbers.
const (
	plain = 1
	tree  = 2
)

// compile returns the programs for all rules.
func (l *libseccomp) compile(t testing.TB, optimize int, rules ...*policy.Rules) []bpf.Program {
	t.Helper()
	var in bytes.Buffer
	for _, r := range rules {
		fmt.Fprintf(&in, "policy %d 1\n", optimize)
		for i := range r.Calls {
			describe(t, &in, &r.Calls[i])
		}
		fmt.Fprintln(&in, "end")
	}
	cmd := exec.Command(l.path)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []bpf.Program
	for len(out) > 0 {
		size := binary.NativeEndian.Uint32(out)
		p, err := bpf.Decode(out[4 : 4+size])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
		out = out[4+size:]
	}
	if len(list) != len(rules) {
		t.Fatalf("%d programs for %d policies", len(list), len(rules))
	}
	return list
}

func describe(t testing.TB, out *bytes.Buffer, c *policy.Call) {
	t.Helper()
	if c.Otherwise.Action == policy.Allow {
		fmt.Fprintf(out, "allow %d 0\n", c.Nr)
		return
	}
	for _, clause := range c.Clauses {
		for _, and := range conjunctions(t, clause.When) {
			fmt.Fprintf(out, "allow %d %d", c.Nr, len(and))
			for _, e := range and {
				test := e.(policy.Test)
				op, a, b := compareOp(t, test)
				fmt.Fprintf(out, " %d %d %d %d", test.Arg, op, a, b)
			}
			fmt.Fprintln(out)
		}
	}
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

// compareOp returns enum scmp_compare and its two numbers. libseccomp compares
// 64 bits always; with a mask it can leave the high half of an int aside, but
// only for equality.
func compareOp(t testing.TB, test policy.Test) (op int, a, b uint64) {
	t.Helper()
	if test.Op == policy.Eq && (test.Width == 32 || test.Mask != ^uint64(0)) {
		return 7, test.Mask, test.Value // SCMP_CMP_MASKED_EQ
	}
	if test.Signed || test.Mask != truncate(^uint64(0), test.Width) {
		t.Fatalf("libseccomp has no %+v", test)
	}
	switch test.Op {
	case policy.Ne:
		op = 1
	case policy.Lt:
		op = 2
	case policy.Le:
		op = 3
	case policy.Eq:
		op = 4
	case policy.Ge:
		op = 5
	case policy.Gt:
		op = 6
	}
	return op, test.Value, 0
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
	l := newLibseccomp(t)
	var rules []*policy.Rules
	for seed := range uint64(40) {
		rules = append(rules, randomGenerator(200+seed).plainRules())
	}
	rules = append(rules, hundredNames(), dockerLike())
	for _, optimize := range []int{plain, tree} {
		same, different := 0, 0
		for i, theirs := range l.compile(t, optimize, rules...) {
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
		t.Logf("optimize %d: %d answers the same, %d different for the high half of an int", optimize, same, different)
		if same < 100000 || different == 0 {
			t.Error("too few to tell anything")
		}
	}
}
