package filter

import (
	"fmt"
	"testing"

	"jail/policy"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

// TestProperty compiles random rules for every setting and compares the
// program with the specification, in our interpreter and in another's.
func TestProperty(t *testing.T) {
	rounds := uint64(32)
	if testing.Short() {
		rounds = 10
	}
	for seed := range rounds {
		g := randomGenerator(seed)
		g.clauses = [...]int{0, 10, 10, 40}[seed%4]
		if err := property(g, allOptions()); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// FuzzProperty is the same with rules made up by the fuzzer.
func FuzzProperty(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x02\x03\x04 a policy is made of these bytes \xff\xfe\x80"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g := bytesGenerator(data)
		all := allOptions()
		if err := property(g, all[g.choose(len(all)):][:1]); err != nil {
			t.Fatal(err)
		}
	})
}

func property(g *generator, options []Options) error {
	abi := g.abi()
	for _, audit := range []bool{false, true} {
		r := g.rules(abi, audit)
		for _, o := range options {
			if o.Audit != audit {
				continue
			}
			p, err := Compile(r, o)
			if err != nil {
				return fmt.Errorf("%+v: %w", o, err)
			}
			if err := agrees(r, o, p, g); err != nil {
				return fmt.Errorf("%+v: %w\n%s", o, err, bpf.Disassemble(p))
			}
		}
	}
	return nil
}

// agrees compares p with the specification on all vectors, in both
// interpreters.
func agrees(r *policy.Rules, o Options, p bpf.Program, g *generator) error {
	vm, err := bpftest.NewVM(p)
	if err != nil {
		return err
	}
	return differs(r, o, g, func(d *bpf.Data) (uint32, error) {
		got, _, err := p.Run(d)
		if err != nil {
			return 0, err
		}
		if other, err := vm.Run(d); err != nil || other != got {
			return 0, fmt.Errorf("x/net/bpf returns %s, not %s for %+v (%v)", action(other), action(got), d, err)
		}
		return got, nil
	})
}

// differs returns how run's answers differ from what r demands, nil if they
// do not.
func differs(r *policy.Rules, o Options, g *generator, run func(d *bpf.Data) (uint32, error)) (err error) {
	vectors(r, g, func(d *bpf.Data) bool {
		got, runErr := run(d)
		want := Expected(r, o, d)
		switch {
		case runErr != nil:
			err = runErr
		case got != want:
			err = fmt.Errorf("call %d of arch %#x with %#x: got %s, want %s", d.Nr, d.Arch, d.Args, action(got), action(want))
		}
		return err == nil
	})
	return err
}

func action(v uint32) string { return string(bpf.AppendAction(nil, v)) }
