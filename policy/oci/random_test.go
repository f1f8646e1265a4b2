package oci

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy"
	"jail/policy/syscalls"
)

// randomProfile makes a profile that speaks of few calls over and over.
func randomProfile(rng *rand.Rand) specs.LinuxSeccomp {
	pick := func(list ...specs.LinuxSeccompAction) specs.LinuxSeccompAction { return list[rng.IntN(len(list))] }
	p := specs.LinuxSeccomp{DefaultAction: pick(specs.ActErrno, specs.ActErrno, specs.ActAllow, specs.ActKillProcess, specs.ActLog)}
	calls := []string{"socket", "lseek", "read", "fchmod", "kill", "openat", "mmap", "getpid", "setpriority", "clone", "restart_syscall", "mseal"}
	values := []uint64{0, 1, 2, 5, 7, 9, 0x7f, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000003, 0xffffffff,
		0x1_0000_0005, 1 << 63, 1<<63 - 1, ^uint64(0), ^uint64(99), 0xffffffff_7fffffff}
	value := func() uint64 { return values[rng.IntN(len(values))] }
	for range 1 + rng.IntN(6) {
		e := specs.LinuxSyscall{Action: pick(specs.ActAllow, specs.ActAllow, specs.ActLog, specs.ActErrno, specs.ActErrno, specs.ActKillProcess)}
		if rng.IntN(2) == 0 && e.Action == specs.ActErrno {
			n := uint(1 + rng.IntN(40))
			e.ErrnoRet = &n
		}
		for range 1 + rng.IntN(2) {
			e.Names = append(e.Names, calls[rng.IntN(len(calls))])
		}
		for range rng.IntN(3) {
			a := specs.LinuxSeccompArg{Index: uint(rng.IntN(4)), Op: ops[rng.IntN(len(ops))], Value: value(), ValueTwo: value()}
			e.Args = append(e.Args, a)
		}
		p.Syscalls = append(p.Syscalls, e)
	}
	return p
}

// answersOf is what a profile says of a call by the letter: the answers of all
// elements that match whole registers.
func answersOf(t *testing.T, p *specs.LinuxSeccomp, call string, args *[6]uint64) []answer {
	def := plainAnswer(t, p.DefaultAction, p.DefaultErrnoRet)
	var out []answer
	for _, e := range p.Syscalls {
		a := plainAnswer(t, e.Action, e.ErrnoRet)
		for _, name := range e.Names {
			if name != call || a == def {
				continue
			}
			always, matches := holds(e.Args, args)
			if always {
				return []answer{a}
			}
			if matches {
				out = append(out, a)
			}
		}
	}
	if len(out) == 0 {
		return []answer{def}
	}
	return out
}

// holds evaluates the args of an element; always says that libseccomp sees
// none.
func holds(list []specs.LinuxSeccompArg, args *[6]uint64) (always, matches bool) {
	var count [6]int
	some, all, split := false, true, false
	always = true
	for _, a := range list {
		count[a.Index]++
		split = split || count[a.Index] > 1
		is := registerTest(a).Eval(args)
		some, all = some || is, all && is
		always = always && a.Op == specs.OpMaskedEqual && a.Value == 0
	}
	if split {
		return always, some
	}
	return always, all
}

func plainAnswer(t *testing.T, a specs.LinuxSeccompAction, errno *uint) answer {
	switch a {
	case specs.ActAllow:
		return answer{policy.Allow, 0}
	case specs.ActLog:
		return answer{policy.Log, 0}
	case specs.ActKillProcess:
		return answer{policy.Kill, 0}
	case specs.ActErrno:
		if errno != nil {
			return answer{policy.Deny, uint16(*errno)}
		}
		return answer{policy.Deny, 1}
	}
	t.Fatal(a)
	return answer{}
}

// TestRandomProfiles compares what is imported with the profile, element by
// element: never looser, and the same where no loss is named.
func TestRandomProfiles(t *testing.T) {
	abi := syscalls.X86_64
	classes, exactly := 0, 0
	for seed := range uint64(500) {
		p := randomProfile(rand.New(rand.NewPCG(seed, 3)))
		data, err := json.MarshalIndent(p, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		target := Target{ABI: abi}
		made, err := Import(data, "p.json", target)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, data)
		}
		inline, err := Inline(data, "p.json", target)
		if err != nil {
			t.Fatal(err)
		}
		rules := resolved(t, "p.toml", fixed(made.Policy), abi)
		sameMeaning(t, rules, resolved(t, "p.toml", fixed(inline.Policy), abi))
		for _, call := range namesIn(&p) {
			lost := ""
			for _, l := range made.Losses {
				if strings.Contains(l.Text, "condition on "+call+" ") || strings.Contains(l.Text, "conditions on "+call+" ") ||
					strings.Contains(l.Text, "no "+call+" meets") {
					lost = l.Text
				}
			}
			if lost == "" {
				exactly++
			}
			classes += compareCall(t, &p, rules, call, lost)
			if t.Failed() {
				t.Fatalf("seed %d\n%s\n%s", seed, data, made.Policy)
			}
		}
	}
	t.Logf("%d classes of arguments, %d calls without a loss", classes, exactly)
	if classes < 10000 || exactly < 500 {
		t.Error("too few to tell anything")
	}
}

func namesIn(p *specs.LinuxSeccomp) (out []string) {
	seen := map[string]bool{}
	for _, e := range p.Syscalls {
		for _, n := range e.Names {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out
}

func compareCall(t *testing.T, p *specs.LinuxSeccomp, rules *policy.Rules, call, lost string) (classes int) {
	nr, _ := rules.ABI.Number(call)
	var conditions []policy.Expr
	for _, clause := range rules.Lookup(nr).Clauses {
		conditions = append(conditions, clause.When)
	}
	for _, e := range p.Syscalls {
		for _, a := range e.Args {
			conditions = append(conditions, registerTest(a))
		}
	}
	walk(t, conditions, func(args *[6]uint64) bool {
		classes++
		got := answerOf(rules.Decide(rules.ABI.Audit, nr, args))
		same, mildest := false, 2
		var said []string
		for _, reading := range readings(rules.ABI, nr, *args) {
			answers := answersOf(t, p, call, &reading)
			hardest := 0
			for _, a := range answers {
				hardest = max(hardest, a.severity())
				same = same || a == got
			}
			mildest = min(mildest, hardest)
			said = append(said, fmt.Sprint(answers))
		}
		switch {
		case same:
		case lost == "" && len(said) == 1: // with two readings it may be the stricter
			t.Errorf("%s with %#x: %v, the profile says %v", call, *args, got, said)
		case got.severity() < mildest:
			t.Errorf("%s with %#x: %v, looser than the profile's %v, though it is a loss: %s", call, *args, got, said, lost)
		}
		return !t.Failed()
	})
	return classes
}
