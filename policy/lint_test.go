package policy

import (
	"strings"
	"testing"

	"jail/policy/syscalls"
)

// ruleText is one rule as a file has it.
func ruleText(names, when, action string) string {
	out := "[[rule]]\nsyscalls = ["
	for i, n := range strings.Fields(names) {
		if i > 0 {
			out += ", "
		}
		out += `"` + n + `"`
	}
	out += "]\naction = \"" + action + "\"\n"
	if when != "" {
		out += "when = \"" + when + "\"\n"
	}
	return out
}

// Each want is the start of a line, in order, and there are no others.
func TestLint(t *testing.T) {
	const namespaces = "clone_flags & (CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET) == 0"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"open default", "default = \"allow\"", []string{
			`1:11: warning: default = "allow" lets through every call that no rule names`,
			"1:11: warning: lets io_uring_setup through: what is submitted through a ring passes no filter",
			"1:11: warning: lets ptrace through: a program that may trace another"}},
		{"logging default", "default = \"log\"", []string{"1:11: warning: lets io_uring", "1:11: warning: lets ptrace"}},
		{"io_uring", ruleText("@aio", "", "log"), []string{"1:1: warning: lets io_uring_setup through"}},
		{"ptrace", ruleText("ptrace", "request == PTRACE_TRACEME", "allow"), []string{"1:1: warning: lets ptrace through"}},
		{"mounting", ruleText("@mount", "", "allow"), []string{"1:1: warning: lets mount, umount2, pivot_root and others through: this changes what paths mean"}},
		{"keyrings", ruleText("keyctl add_key", "", "allow"), []string{"1:1: warning: lets keyctl and add_key through: kernel keyrings"}},
		{"handles", ruleText("open_by_handle_at", "", "allow"), []string{"1:1: warning: lets open_by_handle_at through: it opens files by number"}},
		{"bpf by two rules", ruleText("bpf", "cmd == 0", "allow") + ruleText("bpf", "", "deny"), []string{"1:1: warning: lets bpf through"}},

		{"namespaces", ruleText("clone", "", "allow"), []string{"1:1: warning: lets clone make user namespaces"}},
		{"no namespaces", ruleText("clone", namespaces, "allow"), nil},
		{"threads only", ruleText("clone", "clone_flags has CLONE_THREAD && "+namespaces, "allow"), nil},
		{"namespaces refused first", ruleText("clone", "clone_flags has CLONE_NEWUSER", "deny") + ruleText("clone", "", "allow"), nil},
		{"clone3 makes the condition moot", ruleText("clone", namespaces, "allow") + ruleText("clone3", "", "allow"), []string{"5:1: warning: lets clone3 through, whose flags lie in memory"}},
		{"clone3 and no condition", ruleText("clone clone3", "", "allow"), []string{"1:1: warning: lets clone make user namespaces"}},
		{"personality", ruleText("personality", "", "allow"), []string{"1:1: warning: lets personality set READ_IMPLIES_EXEC"}},
		{"personality that asks", ruleText("personality", "personality in {0, 0xffffffff}", "allow"), nil},

		{"twin", ruleText("fork", "", "deny") + ruleText("vfork", "", "allow"), []string{"1:1: warning: refuses fork, but lets vfork through (a.toml:4), which does the same"}},
		{"openat2", ruleText("openat open creat", "", "deny") + ruleText("openat2", "", "allow"), []string{"1:1: warning: refuses open, but lets openat2 through (a.toml:4), which does the same"}},
		{"twins refused", ruleText("execve execveat", "", "kill"), nil},
		{"twin asked for", "[[rule]]\nsyscalls = [\"clone3\"]\naction = \"deny\"\nerrno = \"ENOSYS\"\n" + ruleText("clone", namespaces, "allow"), nil},
		{"refused by default only", ruleText("openat", "", "allow"), nil},

		{"always holds", ruleText("dup2", "oldfd >= 0", "allow"), []string{`4:9: warning: always holds, whatever "oldfd" is in the range of its type`}},
		{"together always", ruleText("dup2", "oldfd > 3 || oldfd <= 3", "allow"), []string{"4:9: warning: condition always holds"}},

		{"refuses one value of flags", ruleText("mprotect", "prot == 7", "deny"), []string{`4:9: warning: compares all of "prot" of mprotect`}},
		{"allows all but one value", ruleText("socket", "family == 2 && type != SOCK_RAW", "allow"), []string{`4:24: warning: compares all of "type" of socket`}},
		{"the same turned around", ruleText("socket", "!(domain == 2 && type in {SOCK_RAW})", "allow"), []string{`4:26: warning: compares all of "type" of socket`}},
		{"by number", ruleText("socket", "arg1 not in {3, 4}", "allow"), []string{`4:9: warning: compares all of "arg1" of socket`}},
		{"allows one value", ruleText("socket", "type == SOCK_STREAM", "allow"), nil},
		{"under a mask", ruleText("socket", "type & 0xf != SOCK_RAW", "allow"), nil},
		{"what are no flags", ruleText("socket", "family != AF_NETLINK", "allow"), nil},

		{"a name decided before", ruleText("read write", "", "allow") + ruleText("lseek read", "", "log"), []string{`5:22: warning: "read" says nothing here: a.toml:1 decides it first`}},
		{"a condition decided before", ruleText("ioctl", "", "deny") + ruleText("lseek ioctl", "fd == 1", "log"), []string{`5:22: warning: "ioctl" says nothing here`}},
		{"a set holds it", ruleText("read", "", "deny") + ruleText("@basic-io", "", "allow"), nil},

		{"executable memory", ruleText("mmap mprotect", "", "allow"), []string{"1:1: note: lets mmap and mprotect make memory that is writable and executable"}},
		{"never both", ruleText("mmap", "!(prot has PROT_WRITE|PROT_EXEC)", "allow"), nil},
		{"programs", ruleText("execve execveat", "", "allow"), []string{"1:1: note: lets execve through: the program itself is started without it"}},
		{"the terminal", ruleText("ioctl", "", "allow"), []string{"1:1: note: lets ioctl type into the terminal"}},
		{"some of the terminal", ruleText("ioctl", "cmd == TCGETS", "allow"), nil},
	} {
		p := mustLoad(t, texts{"a.toml": c.text + "\n" + ruleText("brk exit_group", "", "allow")}, "a.toml")
		mustResolve(t, p, syscalls.X86_64)
		got := p.Lint(syscalls.X86_64)
		same := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			same = same && strings.HasPrefix(got[i].String(), "a.toml:"+c.want[i])
		}
		if !same {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got.Error(), strings.Join(c.want, "\n     "))
		}
	}
}

// What no program can start or end under is told apart from what some can.
func TestLintOfStarting(t *testing.T) {
	const (
		neither = ": warning: no program can start under this policy: it refuses brk and mmap, exit and exit_group"
		extend  = `; extends = ["base"] lets any program start`
		memory  = "a.toml: warning: no program can start under this policy: it refuses brk and mmap"
		end     = "a.toml: warning: no program can end under this policy: it refuses exit and exit_group"
	)
	for _, c := range []struct{ text, want string }{
		{"", "a.toml" + neither + extend},
		{"default = \"kill\"\n" + ruleText("read", "", "allow"), "a.toml:1:11" + neither + extend},
		{ruleText("read write open close socket bind listen accept", "", "allow"), "a.toml" + neither + extend},
		{ruleText("exit_group", "", "allow"), memory + extend},
		{ruleText("exit", "", "log") + ruleText("brk", "", "kill"), memory + "; let them through"},
		{ruleText("brk", "", "allow"), end + extend},
		{ruleText("mmap", "prot & PROT_EXEC == 0", "allow"), end + extend},
		{ruleText("mmap", "prot & PROT_EXEC == 0", "allow") + ruleText("exit_group", "error_code == 0", "allow"), ""},
		{ruleText("mmap", "prot has PROT_EXEC", "kill") + ruleText("mmap exit", "", "allow"), ""},
		{"extends = [\"base\"]", ""},
		{"extends = [\"base\"]\n" + ruleText("exit exit_group", "", "deny"), end + "; let them through"},
		{"default = \"log\"", ""},
	} {
		src := texts{"base": ruleText("brk exit_group", "", "allow"), "a.toml": c.text}
		p := mustLoad(t, src, "a.toml")
		mustResolve(t, p, syscalls.X86_64)
		got := ""
		for _, w := range p.Lint(syscalls.X86_64) {
			if strings.Contains(w.Text, "under this policy") {
				got += w.String()
			}
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// Notes are about what a user wrote; warnings about all.
func TestLintOfBuiltins(t *testing.T) {
	src := texts{"base": ruleText("execve mmap exit_group", "", "allow") + ruleText("ptrace", "", "allow"), "a.toml": `extends = ["base"]`}
	for _, ref := range []string{"base", "a.toml"} {
		got := mustLoad(t, src, ref).Lint(syscalls.X86_64)
		if len(got) != 1 || got[0].Level != LevelWarning {
			t.Errorf("%s: %v", ref, got)
		}
	}
}
