package filter

import (
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

type strange struct{}

func (strange) Eval(*[6]uint64) bool { return true }

// TestRefused: rules that break their contract get an error and no program.
func TestRefused(t *testing.T) {
	when := func(e policy.Expr) []policy.Clause { return []policy.Clause{{When: e, Then: denied}} }
	for name, change := range map[string]func(r *policy.Rules){
		"foreign allowed": func(r *policy.Rules) { r.Foreign = allow },
		"foreign logged":  func(r *policy.Rules) { r.Foreign = logged },
		"no errno":        func(r *policy.Rules) { r.Unknown = policy.Decision{Action: policy.Deny} },
		"errno too high":  func(r *policy.Rules) { r.Calls[3].Otherwise = policy.Decision{Action: policy.Deny, Errno: 4096} },
		"no such action":  func(r *policy.Rules) { r.Calls[3].Otherwise.Action = 4 },
		"clause's decision": func(r *policy.Rules) {
			r.Calls[3].Clauses = []policy.Clause{{When: policy.And{}, Then: policy.Decision{Action: 9}}}
		},
		"not ascending":     func(r *policy.Rules) { r.Calls[3].Nr, r.Calls[4].Nr = 4, 3 },
		"a number twice":    func(r *policy.Rules) { r.Calls[3].Nr = 4 },
		"no condition":      func(r *policy.Rules) { r.Calls[3].Clauses = when(nil) },
		"strange condition": func(r *policy.Rules) { r.Calls[3].Clauses = when(strange{}) },
		"hidden condition":  func(r *policy.Rules) { r.Calls[3].Clauses = when(policy.Not{X: policy.Or{policy.And{strange{}}}}) },
		"argument 6":        func(r *policy.Rules) { r.Calls[3].Clauses = when(policy.Test{Arg: 6, Width: 32}) },
		"width 16":          func(r *policy.Rules) { r.Calls[3].Clauses = when(policy.Test{Width: 16}) },
		"operation 6":       func(r *policy.Rules) { r.Calls[3].Clauses = when(policy.Test{Width: 32, Op: 6}) },
	} {
		r := uniform(allow)
		change(r)
		if p, err := Compile(r, Options{}); err == nil {
			t.Errorf("%s: compiled to %d instructions", name, len(p))
		}
	}
	r := uniform(denied)
	r.Foreign = allow
	if _, err := Compile(r, Options{Audit: true}); err != nil {
		t.Errorf("an audit refuses nothing: %v", err)
	}
}

// manyConditions makes rules of n different tests of arguments.
func manyConditions(n int) *policy.Rules {
	r := uniform(policy.Decision{})
	for i := range n {
		c := &r.Calls[i%len(r.Calls)]
		v := uint64(2*i + 3)
		c.Clauses = append(c.Clauses, policy.Clause{
			When: policy.Or{test32(uint8(i%5), policy.Eq, v), test64(uint8((i+1)%5), policy.Gt, ^uint64(0), v<<32|v)},
			Then: policy.Decision{Action: policy.Deny, Errno: uint16(1 + i%4095)},
		})
	}
	return r
}

// TestSize grows the policy until the kernel would not take the program any
// more: far beyond the 255 instructions that a conditional jump spans.
func TestSize(t *testing.T) {
	largest := 0
	for n := 100; ; n += 50 {
		r := manyConditions(n)
		p, err := Compile(r, Options{})
		if err != nil {
			if !strings.Contains(err.Error(), "the kernel takes 4096") || !strings.Contains(err.Error(), "fewer conditions") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not a sentence that helps: %v", err)
			}
			break
		}
		if n%400 == 0 || len(p) > 3800 {
			g := randomGenerator(uint64(n))
			g.mixtures = 0
			if err := agrees(r, Options{}, p, g); err != nil {
				t.Fatalf("%d conditions: %v", n, err)
			}
			t.Logf("%d conditions: %d instructions", n, len(p))
		}
		largest = len(p)
	}
	if largest < 3800 || largest > bpf.MaxLen {
		t.Errorf("the largest program that compiled has %d instructions", largest)
	}
}

// TestVerify: a program that is wrong at the border of a range, or for a
// foreign call, does not leave Compile.
func TestVerify(t *testing.T) {
	r := uniform(allow)
	r.Calls[100].Otherwise = denied
	c := compiler{rules: r, o: Options{}}
	p, err := c.b.Link(c.program())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.verify(p); err != nil {
		t.Fatal(err)
	}
	for pc := range p {
		m := append(bpf.Program(nil), p...)
		switch m[pc].Code {
		case jeq, jge:
			m[pc].K++
		default:
			continue
		}
		if !equivalent(p, m) && c.verify(m) == nil {
			t.Errorf("not found out: constant of instruction %d in\n%s", pc, bpf.Disassemble(p))
		}
	}
}

// TestOtherArchitectures: the guards follow the ABI's own numbers.
func TestOtherArchitectures(t *testing.T) {
	abi := syscalls.AArch64
	r := namesOnly(abi, []string{"clone", "execveat"})
	p, err := Compile(r, Options{Monitor: true, LaunchNonce: launchNonce})
	if err != nil {
		t.Fatal(err)
	}
	nr, _ := abi.Number("clone")
	if nr != 220 {
		t.Fatalf("clone is %d", nr)
	}
	got, _, err := p.Run(&bpf.Data{Arch: abi.Audit, Nr: nr, Args: [6]uint64{0x00800000}})
	if err != nil || got != retTrace {
		t.Errorf("%s, %v", action(got), err)
	}
}
