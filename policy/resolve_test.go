package policy

import (
	"fmt"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

// An int is compared in its low 32 bits: what the kernel drops must not lead
// past a rule.
func TestDecideIgnoresWhatTheKernelDrops(t *testing.T) {
	r := rulesOf(t, `
default = "allow"
[[rule]]
syscalls = ["socket"]
when = "family == AF_NETLINK"
action = "deny"
errno = "EAFNOSUPPORT"
[[rule]]
syscalls = ["ioctl"]
when = "cmd in {TIOCSTI, TIOCLINUX}"
action = "kill"
[[rule]]
syscalls = ["chmod"]
when = "mode == 04755"
action = "deny"
[[rule]]
syscalls = ["mmap"]
when = "len > 0x1_0000_0000"
action = "deny"
`)
	for _, c := range []struct {
		call string
		args []uint64
		want string
	}{
		{"socket", []uint64{16, 3, 0}, "deny EAFNOSUPPORT web.toml:3"},
		{"socket", []uint64{0x1_0000_0010, 3, 0}, "deny EAFNOSUPPORT web.toml:3"},
		{"socket", []uint64{high | 16}, "deny EAFNOSUPPORT web.toml:3"},
		{"socket", []uint64{17}, "allow default"},
		{"ioctl", []uint64{0, 0x5412}, "kill web.toml:8"},
		{"ioctl", []uint64{0, high | 0x5412}, "kill web.toml:8"},
		{"chmod", []uint64{0, 0o4755}, "deny EPERM web.toml:12"},
		{"chmod", []uint64{0, 0xffff0000 | 0o4755}, "deny EPERM web.toml:12"},
		{"mmap", []uint64{0, 0x1_0000_0001}, "deny EPERM web.toml:16"},
		{"mmap", []uint64{0, 0x1_0000_0000}, "allow default"},
	} {
		if got := says(r, decide(t, r, c.call, c.args...)); got != c.want {
			t.Errorf("%s(%#x): %s, want %s", c.call, c.args, got, c.want)
		}
	}
}

func TestFirstMatchingRuleDecides(t *testing.T) {
	src := texts{
		"d/web.toml": `extends = ["base", "./late.toml"]
errno = "EACCES"
[[rule]]
syscalls = ["socket"]
when = "family == AF_INET"
action = "log"
[[rule]]
syscalls = ["socket"]
when = "family == AF_INET6"
action = "deny"
[[rule]]
syscalls = ["@network-io"]
action = "kill"
[[rule]]
syscalls = ["read", "socket"]
action = "deny"
quiet = true
errno = 99
`,
		"base": `
[[rule]]
syscalls = ["socket", "read", "write"]
action = "allow"
[[rule]]
syscalls = ["openat"]
when = "dfd == 1"
action = "log"
`,
		"d/late.toml": `
[[rule]]
syscalls = ["openat"]
action = "kill"
[[rule]]
syscalls = ["write", "close"]
action = "deny"
`,
	}
	r := mustResolve(t, mustLoad(t, src, "d/web.toml"), syscalls.X86_64)
	for _, c := range []struct {
		call string
		args []uint64
		want string
	}{
		{"socket", []uint64{2}, "log web.toml:3"},
		{"socket", []uint64{10}, "deny EACCES web.toml:7"},
		{"socket", []uint64{1}, "kill web.toml:11"},
		{"bind", nil, "kill web.toml:11"},
		{"read", nil, "deny EADDRNOTAVAIL quiet web.toml:14"},
		{"write", nil, "allow base:2"},
		{"openat", []uint64{1}, "log base:5"},
		{"openat", []uint64{2}, "kill late.toml:2"},
		{"close", nil, "deny EACCES late.toml:5"},
		{"fork", nil, "deny EACCES default"},
	} {
		if got := says(r, decide(t, r, c.call, c.args...)); got != c.want {
			t.Errorf("%s%v: %s, want %s", c.call, c.args, got, c.want)
		}
	}
}

func TestRestOfTheNumbers(t *testing.T) {
	for _, c := range []struct{ head, fallback, unknown, foreign string }{
		{"", "deny EPERM default", "deny ENOSYS default", "deny EPERM foreign ABI"},
		{"errno = \"EIO\"", "deny EIO default", "deny ENOSYS default", "deny EIO foreign ABI"},
		{"default = \"allow\"\nerrno = 13", "allow default", "allow default", "deny EACCES foreign ABI"},
		{"default = \"log\"", "log default", "log default", "deny EPERM foreign ABI"},
		{"default = \"kill\"\nerrno = 5", "kill default", "kill default", "kill foreign ABI"},
	} {
		r := rulesOf(t, c.head)
		var args [6]uint64
		audit := syscalls.X86_64.Audit
		for _, nr := range []uint32{999, 0xffffffff, 0x3fffffff, 0x80000000} {
			if got := says(r, r.Decide(audit, nr, &args)); got != c.unknown {
				t.Errorf("%q: number %#x: %s, want %s", c.head, nr, got, c.unknown)
			}
		}
		for _, nr := range []uint32{syscalls.X32Bit, syscalls.X32Bit | 1, 0x7fffffff, 512, 547} {
			if got := says(r, r.Decide(audit, nr, &args)); got != c.foreign {
				t.Errorf("%q: x32 number %#x: %s, want %s", c.head, nr, got, c.foreign)
			}
		}
		if got := says(r, r.Decide(syscalls.I386.Audit, 0, &args)); got != c.foreign {
			t.Errorf("%q: i386: %s, want %s", c.head, got, c.foreign)
		}
		if got := says(r, decide(t, r, "fork")); got != c.fallback {
			t.Errorf("%q: fork: %s, want %s", c.head, got, c.fallback)
		}
	}
}

// The kernel makes restart_syscall on its own account.
func TestRestartSyscall(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "allow restart",
		"default = \"kill\"": "allow restart",
		"[[rule]]\nsyscalls = [\"restart_syscall\"]\naction = \"deny\"": "deny EPERM web.toml:1",
		"[[rule]]\nsyscalls = [\"@default\"]\naction = \"log\"":         "log web.toml:1",
	} {
		r := rulesOf(t, text)
		if got := says(r, decide(t, r, "restart_syscall")); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	for _, abi := range syscalls.ABIs() {
		r := mustResolve(t, mustLoad(t, texts{"a.toml": okRule}, "a.toml"), abi)
		if len(r.Calls) != len(abi.All()) {
			t.Fatalf("%s: %d calls of %d", abi.Name, len(r.Calls), len(abi.All()))
		}
		for i, c := range r.Calls {
			if c.Nr != abi.All()[i].Nr {
				t.Fatalf("%s: entry %d is %d", abi.Name, i, c.Nr)
			}
		}
	}
}

// A call that this ABI lacks is passed over; the rest of the rule holds.
func TestNamesOfOtherABIs(t *testing.T) {
	p := mustLoad(t, texts{"a.toml": "[[rule]]\nsyscalls = [\"open\", \"openat\", \"socketcall\"]\nwhen = \"flags == 0\"\naction = \"allow\""}, "a.toml")
	r := mustResolve(t, p, syscalls.AArch64)
	if got := says(r, decide(t, r, "openat")); got != "allow a.toml:1" {
		t.Errorf("openat: %s", got)
	}
	// Only i386 has socketcall, and it has no such argument.
	_, err := p.Resolve(syscalls.I386)
	if want := `a.toml:3:9: socketcall has no argument "flags": it takes call, args`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// A condition must make sense for each call of its rule; one report does.
func TestConditionOnAGroup(t *testing.T) {
	got := strings.Join(lines(t, texts{"a.toml": "[[rule]]\nsyscalls = [\"bind\", \"@network-io\"]\nwhen = \"fd == 1\"\naction = \"allow\""}, "a.toml"), "\n")
	if want := `a.toml:3:9: socket has no argument "fd": it takes family, type, protocol`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestClausesAreShort(t *testing.T) {
	r := rulesOf(t, `
[[rule]]
syscalls = ["socket", "@network-io"]
when = "arg0 == 1 && arg0 == 0x1"
action = "log"
[[rule]]
syscalls = ["socket"]
when = "family == 2 || family == 3"
action = "allow"
[[rule]]
syscalls = ["socket"]
action = "allow"
`)
	nr, _ := syscalls.X86_64.Number("socket")
	c := r.Lookup(nr)
	// The second rule answers as the last does, which nobody can tell apart.
	want := "[{{0 32 false 4294967295 0 1} log  false}]"
	var got []string
	for _, cl := range c.Clauses {
		got = append(got, fmt.Sprint("{", cl.When, " ", cl.Then.Action, "  ", cl.Then.Quiet, "}"))
	}
	if fmt.Sprint(got) != want {
		t.Errorf("clauses %v, want %s", got, want)
	}
}

func TestRulesThatNeverMatch(t *testing.T) {
	rule := func(names, when, action string) string {
		out := "[[rule]]\nsyscalls = [" + names + "]\naction = \"" + action + "\"\n"
		if when != "" {
			out += "when = \"" + when + "\"\n"
		}
		return out
	}
	for _, c := range []struct{ name, text, base, want string }{
		{"partly shadowed", rule(`"read"`, "", "allow") + rule(`"read", "write"`, "", "deny"), "", ""},
		{"shadowed by two", rule(`"read"`, "", "allow") + rule(`"write"`, "", "allow") + rule(`"read", "write"`, "", "deny"), "",
			"a.toml:7:1: rule can never match: a.toml:1 decides all its calls first"},
		{"overridden in a file that extends", rule(`"read"`, "", "deny"), rule(`"read"`, "", "allow"), ""},
		{"shadowed in the extended file", rule(`"read"`, "", "deny"), rule(`"read"`, "", "allow") + rule(`"read"`, "", "log"),
			"base:4:1: rule can never match: base:1 decides all its calls first"},
		{"narrower condition", rule(`"socket"`, "family in {1, 2}", "allow") + rule(`"socket"`, "family == 2", "deny"), "",
			"a.toml:5:1: rule can never match: a.toml:1 decides all its calls first"},
		{"wider condition", rule(`"socket"`, "family == 2", "allow") + rule(`"socket"`, "family in {1, 2}", "deny"), "", ""},
		{"two conditions cover", rule(`"socket"`, "family < 3", "allow") + rule(`"socket"`, "family >= 3", "allow") + rule(`"socket"`, "type == 2", "deny"), "",
			"a.toml:9:1: rule can never match: a.toml:5 decides all its calls first"},
		{"group holds the name", rule(`"read", "@basic-io"`, "", "allow"), "", ""},
		{"name on another ABI only", rule(`"mmap2"`, "", "allow") + rule(`"mmap2"`, "", "deny"), "", ""},
		{"condition contradicts itself", rule(`"socket"`, "family == 1 && family == 2", "allow"), "",
			"a.toml:4:9: condition can never hold: its parts contradict each other"},
	} {
		src := texts{"a.toml": "extends = [\"base\"]\n" + c.text, "base": c.base}
		want := shift(c.want)
		got := strings.Join(lines(t, src, "a.toml"), "\n")
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
	}
}

// A rule that another one has made needless does no harm.
func TestNeedlessRuleIsAWarning(t *testing.T) {
	p := mustLoad(t, texts{"a.toml": okRule + okRule}, "a.toml")
	ps := p.Lint(syscalls.X86_64)
	if len(ps.Errors()) != 0 || len(ps.Warnings()) == 0 || !strings.Contains(ps.Warnings().Error(), "a.toml:4:1: warning: rule can never match: a.toml:1 decides") {
		t.Errorf("%v", ps)
	}
	if _, err := p.Resolve(syscalls.X86_64); err != nil {
		t.Errorf("Resolve reports %v", err)
	}
}

// shift moves the line numbers of a.toml down by the one that holds extends.
func shift(s string) string {
	for n := 20; n > 0; n-- {
		s = strings.ReplaceAll(s, fmt.Sprintf("a.toml:%d", n), fmt.Sprintf("A.toml:%d", n+1))
	}
	return strings.ReplaceAll(s, "A.toml", "a.toml")
}

func TestLintHoldsErrorsToo(t *testing.T) {
	p := mustLoad(t, texts{"a.toml": "default = \"allow\"\n" + okRule + ruleWith("action = \"deny\"")}, "a.toml")
	ps := p.Lint(syscalls.X86_64)
	if len(ps.Errors()) != 1 || ps.Errors()[0].Line != 5 || len(ps.Warnings()) != 3 {
		t.Errorf("%v", ps)
	}
	if _, err := p.Resolve(syscalls.X86_64); err == nil || err.Error() != ps.Errors().Error() {
		t.Errorf("Resolve reports %v", err)
	}
}
