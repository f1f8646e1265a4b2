package minijail

import (
	"math/rand/v2"
	"strings"
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/convert"
	"jail/policy/space"
	"jail/policy/syscalls"
)

type oneFile string

func (f oneFile) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(f)}, nil
}

func loaded(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Load("test.toml", oneFile(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustExport(t testing.TB, p *policy.Policy, abi *syscalls.ABI) convert.Result {
	t.Helper()
	r, err := Export(p, abi, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// One line each.
func TestLines(t *testing.T) {
	for _, c := range []struct{ call, rules, want string }{
		{"read", `action = "allow"`, "read: 1"},
		{"read", `action = "log"`, "read: 1"},
		{"read", `action = "deny"`, "read: return EPERM"},
		{"read", "action = \"deny\"\nerrno = 4000", "read: return 4000"},
		{"read", `action = "kill"`, ""},
		{"socket", "when = \"family == AF_INET\"\naction = \"allow\"", "socket: arg0 == 2"},
		{"socket", "when = \"family in {AF_UNIX, AF_INET}\"\naction = \"allow\"", "socket: arg0 == 1 || arg0 == 2"},
		{"socket", "when = \"family == AF_INET && type & 0xf == SOCK_STREAM\"\naction = \"allow\"",
			"socket: arg0 == 2 && arg1 & 1 && arg1 in 0xfffffffffffffff1"},
		{"socket", "when = \"family == -1\"\naction = \"allow\"", "socket: arg0 == 0xffffffff || arg0 == 0xffffffffffffffff"},
		{"socket", "when = \"family != 3\"\naction = \"allow\"", "socket: arg0 != 3 && arg0 <= 0xffffffff"},
		{"socket", "when = \"family != 0\"\naction = \"allow\"", "socket: arg0 & 0xffffffff"},
		{"socket", "when = \"family < 3\"\naction = \"allow\"",
			"socket: arg0 <= 2 || arg0 >= 0x80000000 && arg0 <= 0xffffffff || arg0 >= 0xffffffff80000000"},
		{"socket", "when = \"family > 3\"\naction = \"allow\"", "socket: arg0 >= 4 && arg0 <= 0x7fffffff"},
		{"dup3", "when = \"newfd >= 3\"\naction = \"allow\"",
			"dup3: arg1 >= 3 && arg1 <= 0xffffffff || arg1 >= 0xffffffff80000000"},
		{"lseek", "when = \"offset >= 0\"\naction = \"allow\"", "lseek: arg1 <= 0x7fffffffffffffff"},
		{"mmap", "when = \"prot & PROT_EXEC == 0\"\naction = \"allow\"", "mmap: arg2 in 0xfffffffffffffffb"},
		{"mmap", "when = \"prot has PROT_WRITE|PROT_EXEC\"\naction = \"allow\"", "mmap: arg2 & 2 && arg2 & 4"},
		{"mmap", "when = \"!(prot has PROT_WRITE|PROT_EXEC)\"\naction = \"allow\"",
			"mmap: arg2 in 0xfffffffffffffffd || arg2 in 0xfffffffffffffffb"},
		{"mmap", "when = \"prot & PROT_EXEC != 0\"\naction = \"allow\"", "mmap: arg2 & 4"},
		{"prlimit64", "when = \"pid == 0 || new_rlim == NULL\"\naction = \"allow\"", "prlimit64: arg0 == 0 || arg2 == 0"},
		{"ioctl", "when = \"cmd not in {TIOCSTI, TIOCLINUX}\"\naction = \"allow\"",
			"ioctl: arg1 != 0x5412 && arg1 <= 0xffffffff && arg1 != 0x541c"},
	} {
		p := loaded(t, "default = \"kill\"\n[[rule]]\nsyscalls = [\""+c.call+"\"]\n"+c.rules+"\n")
		got := ""
		for line := range strings.SplitSeq(mustExport(t, p, syscalls.X86_64).Policy, "\n") {
			if strings.HasPrefix(line, c.call+":") {
				got = line
			}
		}
		if got != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.call, c.rules, got, c.want)
		}
	}
}

// What a file says, read back, is what the policy says, but for losses: of
// every call that answers otherwise the name is in one.
func agree(t *testing.T, name string, p *policy.Policy, abi *syscalls.ABI) {
	t.Helper()
	rules, err := p.Resolve(abi)
	if err != nil {
		t.Fatal(err)
	}
	r := mustExport(t, p, abi)
	lines := parse(t, r.Policy)
	named := r.Report("")
	for _, c := range rules.Calls {
		call := abi.Syscall(c.Nr)
		var conditions []policy.Expr
		for _, clause := range c.Clauses {
			conditions = append(conditions, clause.When)
		}
		part, ok := space.New(conditions...)
		if !ok || part.Count() > 1<<20 {
			t.Fatalf("%s of %s cannot be walked", call, name)
		}
		free := part.Free()
		part.Walk(func(args *[6]uint64) bool {
			for _, garbage := range []uint64{0, 0xffffffff << 32, 1 << 32} {
				v := *args
				for i := range v {
					v[i] |= garbage & free[i]
				}
				want, got := rules.Decide(abi.Audit, c.Nr, &v), lines[call].answer(&v)
				if let := got.Action == policy.Allow; let && want.Action > policy.Log && !strings.Contains(named, "looser") {
					t.Errorf("%s: %s%#x is let through, not %v", name, call, v, want.Action)
					return false
				}
				same := got.Errno == want.Errno && (got.Action == want.Action || got.Action == policy.Allow && want.Action == policy.Log)
				if !same && !strings.Contains(named, call) {
					t.Errorf("%s: %s%#x: minijail0 answers %v %d, the policy %v %d, and no loss names it\n%s",
						name, call, v, got.Action, got.Errno, want.Action, want.Errno, r.Policy)
					return false
				}
			}
			return true
		})
	}
}

func TestBuiltins(t *testing.T) {
	for _, name := range policies.Names() {
		p, err := policy.Load(name, &policy.OS{Builtin: policies.Text})
		if err != nil {
			t.Fatal(err)
		}
		for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
			agree(t, name, p, abi)
			for _, l := range mustExport(t, p, abi).Losses {
				if strings.Contains(l.Text, "looser") {
					t.Errorf("%s: %v", name, l)
				}
			}
		}
	}
}

// Random conditions on arguments of every width and sign.
func TestRandomConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	args := []struct{ call, name string }{{"socket", "type"}, {"socket", "family"}, {"dup3", "newfd"}, {"lseek", "offset"}, {"chmod", "mode"}, {"mmap", "prot"}, {"mmap", "len"}}
	values := []string{"0", "1", "2", "3", "5", "0x7f", "0x80", "0x7fff"}
	var condition func(call, other string, depth int) string
	condition = func(call, name string, depth int) string {
		if depth > 0 {
			a, b := condition(call, name, depth-1), condition(call, name, depth-1)
			return []string{"(" + a + ") && (" + b + ")", "(" + a + ") || (" + b + ")", "!(" + a + ")"}[r.IntN(3)]
		}
		v := values[r.IntN(len(values))]
		if r.IntN(2) == 0 {
			return name + " " + []string{"==", "!=", "<", "<=", ">", ">="}[r.IntN(6)] + " " + v
		}
		return name + " & 0x1f " + []string{"==", "!="}[r.IntN(2)] + " " + []string{"0", "1", "3", "0x10"}[r.IntN(4)]
	}
	tried := 0
	for range 3000 {
		a := args[r.IntN(len(args))]
		text := "default = \"" + []string{"deny", "kill", "allow"}[r.IntN(3)] + "\"\n"
		for range 1 + r.IntN(2) {
			text += "[[rule]]\nsyscalls = [\"" + a.call + "\"]\nwhen = \"" + condition(a.call, a.name, r.IntN(3)) + "\"\naction = \"" +
				[]string{"allow", "deny", "kill", "log"}[r.IntN(4)] + "\"\n"
		}
		p, err := policy.Load("test.toml", oneFile(text))
		if err != nil {
			continue
		}
		if _, err := p.Resolve(syscalls.X86_64); err != nil {
			continue // one that never holds
		}
		tried++
		agree(t, text, p, syscalls.X86_64)
		if t.Failed() {
			return
		}
	}
	if tried < 800 {
		t.Errorf("only %d policies", tried)
	}
}

func TestLosses(t *testing.T) {
	for text, want := range map[string]string{
		`default = "kill"`: "restart_syscall:",
		"default = \"allow\"\n[[rule]]\nsyscalls=[\"read\"]\naction=\"log\"": "test.toml:2: read: not logged, in the policy logged",
		"default = \"allow\"": "stricter: calls that no table knows are killed, in the policy let through",
		"[[rule]]\nsyscalls=[\"socket\"]\nwhen=\"family==1\"\naction=\"allow\"":                        "stricter: socket: 32-bit arguments are compared as 64-bit registers",
		"default=\"kill\"\n[[rule]]\nsyscalls=[\"chmod\"]\nwhen=\"mode & 7 < 3\"\naction=\"allow\"":    "stricter: chmod when",
		"[[rule]]\nsyscalls=[\"read\"]\nwhen=\"fd==1\"\naction=\"kill\"":                               "read when fd == 1: refused with EPERM, in the policy killed",
		"default=\"log\"\n[[rule]]\nsyscalls=[\"read\"]\nwhen=\"fd > 1 && fd < 9\"\naction=\"deny\"\n": "more: not logged, in the policy logged",
	} {
		r := mustExport(t, loaded(t, text), syscalls.X86_64)
		if got := r.Report("") + r.Policy; !strings.Contains(got, want) {
			t.Errorf("%s\nnot in it: %s\n%s", text, want, r.Report("  "))
		}
	}
}
