package filter

import (
	"fmt"
	"testing"

	"jail/policy"
	"jail/policy/space"
	"jail/sandbox/bpf"
)

// TestConditions: arguments that agree in what Conditions lists get the same
// answer from the specification.
func TestConditions(t *testing.T) {
	g := randomGenerator(9)
	edges := guardEdges()
	for _, d := range []policy.Decision{allow, logged, denied, killed, quietDeny, quietKill} {
		r := uniform(d)
		for _, o := range allOptions() {
			for i := range r.Calls {
				nr := r.Calls[i].Nr
				if !guards(r, nr) && i%40 != 0 {
					continue
				}
				list := Conditions(r, o, nr)
				answers := map[string]uint32{}
				space.Walk(list, func(args *[6]uint64) bool {
					answers[outcomes(list, args)] = Expected(r, o, &bpf.Data{Arch: r.ABI.Audit, Nr: nr, Args: *args})
					return true
				})
				for range 200 {
					args := g.mixture(&edges)
					want := answers[outcomes(list, &args)]
					if got := Expected(r, o, &bpf.Data{Arch: r.ABI.Audit, Nr: nr, Args: args}); got != want {
						t.Fatalf("%+v, %s(%#x): %s, its class %s", o, r.ABI.Syscall(nr), args, action(got), action(want))
					}
				}
			}
		}
	}
}

func outcomes(list []policy.Expr, args *[6]uint64) string {
	out := ""
	for _, e := range list {
		out += fmt.Sprint(e.Eval(args))
	}
	return out
}
