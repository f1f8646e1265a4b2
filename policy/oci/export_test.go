package oci

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf/bpftest/libseccomp"
)

// builtins is a Source of the built-in policies.
func builtins() policy.Source { return &policy.OS{Builtin: policies.Text, Names: policies.Names} }

func resolved(t testing.TB, ref string, src policy.Source, abi *syscalls.ABI) *policy.Rules {
	t.Helper()
	p, err := policy.Load(ref, src)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Resolve(abi)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bare is a decision without what a profile does not hold.
func bare(d policy.Decision) string {
	return fmt.Sprint(d.Action, " ", d.Errno)
}

// sameMeaning compares two Rules over every class of arguments that conditions
// of either can tell apart, and returns how many there were.
func sameMeaning(t testing.TB, a, b *policy.Rules) (classes int) {
	t.Helper()
	for i := range a.Calls {
		nr := a.Calls[i].Nr
		var conditions []policy.Expr
		for _, r := range []*policy.Rules{a, b} {
			for _, clause := range r.Lookup(nr).Clauses {
				conditions = append(conditions, clause.When)
			}
		}
		walk(t, conditions, func(args *[6]uint64) bool {
			classes++
			got, want := bare(b.Decide(b.ABI.Audit, nr, args)), bare(a.Decide(a.ABI.Audit, nr, args))
			if got != want {
				t.Errorf("%s of %s with %#x: %s, not %s", a.ABI.Syscall(nr), a.ABI.Name, *args, got, want)
			}
			return !t.Failed()
		})
	}
	for _, nr := range []uint32{a.ABI.Max() + 1, 1000, ^uint32(0)} {
		if got, want := bare(b.Decide(b.ABI.Audit, nr, new([6]uint64))), bare(a.Decide(a.ABI.Audit, nr, new([6]uint64))); got != want {
			t.Errorf("number %d: %s, not %s", nr, got, want)
		}
	}
	return classes
}

// TestRoundTrip exports policies and imports what comes out: both mean the
// same.
func TestRoundTrip(t *testing.T) {
	for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
		for _, name := range policies.Names() {
			for _, kind := range []Kind{Docker, OCI} {
				want := resolved(t, name, builtins(), abi)
				roundTrip(t, abi, want, kind)
			}
		}
		for name, text := range exportable {
			t.Run(name, func(t *testing.T) { roundTrip(t, abi, resolved(t, "x.toml", fixed(text), abi), Docker) })
		}
	}
}

func roundTrip(t *testing.T, abi *syscalls.ABI, want *policy.Rules, kind Kind) {
	t.Helper()
	out, err := Export(want, kind)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid([]byte(out.Policy)) {
		t.Fatalf("no JSON: %s", out.Policy)
	}
	for _, l := range out.Losses {
		if l.Where != "" && l.Where != "execve" {
			t.Errorf("lost: %s", l)
		}
	}
	back, err := Import([]byte(out.Policy), "profile.json", Target{ABI: abi})
	if err != nil {
		t.Fatal(err)
	}
	if n := sameMeaning(t, want, resolved(t, "back.toml", fixed(back.Policy), abi)); n < 300 {
		t.Errorf("only %d classes", n)
	}
}

// exportable are policies whose conditions a profile can say, one way or
// another.
var exportable = map[string]string{
	"first match": `
rule = [
  { syscalls = ["socket"], when = "family == AF_NETLINK && type & 0xf == SOCK_RAW", action = "deny" },
  { syscalls = ["socket"], when = "family in {AF_UNIX, AF_NETLINK}", action = "allow" },
  { syscalls = ["socket"], when = "family != 7", action = "log" },
  { syscalls = ["socket"], action = "kill" },
]`,
	"signed": `
rule = [
  { syscalls = ["lseek"], when = "offset < -5", action = "allow" },
  { syscalls = ["setpriority"], when = "niceval >= -3 && niceval < 7", action = "allow" },
  { syscalls = ["kill"], when = "pid > 1", action = "allow" },
  { syscalls = ["kill"], when = "pid <= -2", action = "kill" },
]`,
	"masked order": `
rule = [
  { syscalls = ["read"], when = "count & 0xff00 > 0x1234", action = "allow" },
  { syscalls = ["write"], when = "count & 0xff0f <= 0x5ff3", action = "allow" },
  { syscalls = ["fchmod"], when = "mode & 0o7000 == 0", action = "allow" },
]`,
	"wide": `
rule = [
  { syscalls = ["read", "write"], when = "count <= 4096 && fd != 3", action = "allow" },
  { syscalls = ["mmap"], when = "!(prot has PROT_WRITE|PROT_EXEC)", action = "allow" },
  { syscalls = ["clone"], when = "!(clone_flags & 0x7e020000 == 0 && newsp == NULL)", action = "deny", errno = "ENOSYS" },
]`,
	"default allow": `
default = "allow"
rule = [
  { syscalls = ["personality"], when = "personality not in {0, 8, 0xffffffff}", action = "deny", errno = 4095 },
  { syscalls = ["@mount", "ptrace"], action = "kill" },
]`,
	"default kill": `
default = "kill"
rule = [{ syscalls = ["read"], when = "fd < 3 || fd > 100", action = "log" }, { syscalls = ["restart_syscall"], action = "deny" }]`,
	"default log": `
default = "log"
rule = [{ syscalls = ["read"], when = "fd == 1", action = "deny" }]`,
	"all allowed": `
default = "allow"`,
}

// TestExportTooMuch has a condition that takes too many elements: the export
// is stricter, and says so.
func TestExportTooMuch(t *testing.T) {
	for _, text := range []string{
		`rule = [{ syscalls = ["socket"], when = "family != 1 && type != 2", action = "allow" }]`,
		`default = "allow"` + "\n" + `rule = [{ syscalls = ["socket"], when = "family != 1 && type != 2", action = "deny" }]`,
	} {
		rules := resolved(t, "x.toml", fixed(text), syscalls.X86_64)
		out, err := Export(rules, OCI)
		if err != nil {
			t.Fatal(err)
		}
		named := false
		for _, l := range out.Losses {
			named = named || l.Where == "socket"
		}
		if !named {
			t.Errorf("no loss is named: %v", out.Losses)
		}
		back, err := Import([]byte(out.Policy), "profile.json", Target{ABI: syscalls.X86_64})
		if err != nil {
			t.Fatal(err)
		}
		stricter(t, rules, resolved(t, "back.toml", fixed(back.Policy), syscalls.X86_64))
	}
}

// stricter fails where b lets through what a does not.
func stricter(t *testing.T, a, b *policy.Rules) {
	t.Helper()
	for i := range a.Calls {
		nr := a.Calls[i].Nr
		var conditions []policy.Expr
		for _, r := range []*policy.Rules{a, b} {
			for _, clause := range r.Lookup(nr).Clauses {
				conditions = append(conditions, clause.When)
			}
		}
		walk(t, conditions, func(args *[6]uint64) bool {
			was, is := a.Decide(a.ABI.Audit, nr, args), b.Decide(a.ABI.Audit, nr, args)
			if answerOf(is).severity() < answerOf(was).severity() {
				t.Errorf("%s with %#x: %s, was %s", a.ABI.Syscall(nr), *args, bare(is), bare(was))
			}
			return !t.Failed()
		})
	}
}

// TestExportLibseccomp compiles the exported built-ins with libseccomp, and
// compares the program with the rules that were exported.
func TestExportLibseccomp(t *testing.T) {
	l := libseccomp.New(t)
	for _, name := range policies.Names() {
		rules := resolved(t, name, builtins(), syscalls.X86_64)
		out, err := Export(rules, Docker)
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(out.Policy)
		r := asRunc(t, theirs(t, data, nil))
		n := against(t, data, Target{Kernel: hostKernel(t), ABI: syscalls.X86_64}, r, l.Compile(t, r.filter)[0])
		t.Logf("%s: %+v", name, n)
		if n.narrow > 0 {
			t.Error("the profile looks at bits that the policy does not")
		}
	}
}

// TestBoxes checks the arithmetic of boxes on conditions over a few bits of
// two arguments, each combination of which is tried.
func TestBoxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 800 {
		e := randomExpr(rng, 3)
		b := boxer{most: 1 << 20}
		boxes := b.of(e)
		if rng.IntN(2) == 0 {
			boxes = joined(boxes)
		}
		for x := range uint64(64) {
			args := [6]uint64{x & 7, x >> 3}
			for i := range args {
				args[i] |= args[i] & 4 << 61 // the sign of 64 bits
			}
			in := false
			for _, box := range boxes {
				_, ok := common(box, box2(args))
				in = in || ok
			}
			if want := e.Eval(&args); in != want {
				t.Fatalf("%+v with %#x: in boxes %v, holds %v", e, args, in, want)
			}
		}
	}
}

// box2 is the box of one call.
func box2(args [6]uint64) box {
	b := box{value: args}
	for i := range b.mask {
		b.mask[i] = ^uint64(0)
	}
	return b
}

func randomExpr(rng *rand.Rand, depth int) policy.Expr {
	var list []policy.Expr
	switch k := rng.IntN(4); {
	case depth == 0 || k == 0:
		const sign = 1 << 63
		value := rng.Uint64N(8)
		value |= value & 4 << 61
		t := policy.Test{Arg: uint8(rng.IntN(2)), Width: 64, Mask: rng.Uint64N(8) | sign, Op: policy.Op(rng.IntN(6)), Value: value, Signed: rng.IntN(2) == 0}
		if rng.IntN(2) == 0 {
			t.Mask = ^uint64(0)
		}
		return t
	case k == 1:
		return policy.Not{X: randomExpr(rng, depth-1)}
	case k == 2:
		for range rng.IntN(3) {
			list = append(list, randomExpr(rng, depth-1))
		}
		return policy.And(list)
	}
	for range rng.IntN(3) {
		list = append(list, randomExpr(rng, depth-1))
	}
	return policy.Or(list)
}

// TestExportSchema reads what is exported with the runtime specification's own
// types.
func TestExportSchema(t *testing.T) {
	out, err := Export(resolved(t, "web", builtins(), syscalls.X86_64), OCI)
	if err != nil {
		t.Fatal(err)
	}
	var p specs.LinuxSeccomp
	d := json.NewDecoder(strings.NewReader(out.Policy))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	if p.DefaultAction != specs.ActErrno || *p.DefaultErrnoRet != 1 || len(p.Syscalls) < 5 || p.Architectures[0] != specs.ArchX86_64 {
		t.Errorf("%+v", p)
	}
	if os.Getenv("SHOW") != "" {
		fmt.Println(out.Policy, out.Losses)
	}
}
