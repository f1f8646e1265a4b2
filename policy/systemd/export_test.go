package systemd

import (
	"slices"
	"strings"
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/convert"
)

func loaded(t testing.TB, ref string, src policy.Source) *policy.Policy {
	t.Helper()
	p, err := policy.Load(ref, src)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func builtin(t testing.TB, name string) *policy.Policy {
	return loaded(t, name, &policy.OS{Builtin: policies.Text})
}

func mustExport(t testing.TB, p *policy.Policy) convert.Result {
	t.Helper()
	r, err := Export(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// assignments are the lines of a result without comments and section.
func assignments(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != '#' && line[0] != '[' {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

const always = "NoNewPrivileges=yes\nSystemCallArchitectures=native\n"

func TestExportDirectives(t *testing.T) {
	for _, c := range []struct{ policy, want, losses string }{
		{`
default = "kill"
[[rule]]
syscalls = ["@default", "read", "@mount"]
action = "allow"`, `SystemCallErrorNumber=
SystemCallFilter=
SystemCallFilter=@mount read`, ""},
		{`
errno = "EACCES"
[[rule]]
syscalls = ["uname"]
action = "kill"
[[rule]]
syscalls = ["fchown"]
action = "allow"
[[rule]]
syscalls = ["chown"]
action = "deny"
errno = "ENOSYS"
[[rule]]
syscalls = ["@default", "@file-system"]
action = "allow"`, `SystemCallErrorNumber=EACCES
SystemCallFilter=
SystemCallFilter=@file-system fchown
SystemCallFilter=~uname:kill
SystemCallFilter=~chown:ENOSYS`, ""},
		{`
default = "allow"
[[rule]]
syscalls = ["@mount", "uname"]
action = "deny"
[[rule]]
syscalls = ["ptrace"]
action = "kill"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=
SystemCallFilter=~ptrace:kill
SystemCallFilter=~@mount uname`, ""},
		{`
default = "allow"
[[rule]]
syscalls = ["openat", "socket"]
action = "log"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=
SystemCallLog=
SystemCallLog=openat socket`, ""},
		{`
default = "log"
[[rule]]
syscalls = ["@basic-io", "restart_syscall"]
action = "allow"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=
SystemCallLog=
SystemCallLog=~@basic-io restart_syscall`, ""},
		{`
default = "allow"
[[rule]]
syscalls = ["mmap"]
when = "prot has PROT_WRITE|PROT_EXEC"
action = "deny"
[[rule]]
syscalls = ["mprotect", "pkey_mprotect"]
when = "prot has PROT_EXEC"
action = "deny"
[[rule]]
syscalls = ["shmat"]
when = "shmflg has SHM_EXEC"
action = "deny"
[[rule]]
syscalls = ["personality"]
when = "personality != 0"
action = "deny"
[[rule]]
syscalls = ["sched_setscheduler"]
when = "policy not in {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE}"
action = "deny"
[[rule]]
syscalls = ["socket"]
when = "family not in {AF_UNIX, AF_INET}"
action = "deny"
errno = "EAFNOSUPPORT"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=
RestrictAddressFamilies=
RestrictAddressFamilies=AF_UNIX AF_INET
MemoryDenyWriteExecute=yes
LockPersonality=yes
RestrictRealtime=yes`, ""},
		{`
default = "allow"
[[rule]]
syscalls = ["socket"]
when = "family in {AF_PACKET, AF_VSOCK}"
action = "deny"
errno = "EAFNOSUPPORT"
[[rule]]
syscalls = ["unshare", "setns"]
action = "deny"
[[rule]]
syscalls = ["clone3"]
action = "deny"
errno = "ENOSYS"
[[rule]]
syscalls = ["clone"]
when = "clone_flags has CLONE_NEWUSER"
action = "deny"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=
SystemCallFilter=~setns unshare
SystemCallFilter=~clone3:ENOSYS
RestrictAddressFamilies=
RestrictAddressFamilies=~AF_PACKET AF_VSOCK
RestrictNamespaces=
RestrictNamespaces=~user`, ""},
		// What a unit cannot say is let through, and named.
		{`
default = "allow"
[[rule]]
syscalls = ["ioctl"]
when = "cmd == TIOCSTI"
action = "kill"
[[rule]]
syscalls = ["mprotect"]
when = "prot has PROT_EXEC"
action = "deny"
[[rule]]
syscalls = ["execve"]
action = "deny"
[[rule]]
syscalls = ["kill"]
when = "sig == SIGKILL"
action = "log"`, `SystemCallErrorNumber=EPERM
SystemCallFilter=`, `unit.toml:7: looser: mprotect when prot has 4: let through, in the policy refused with EPERM
unit.toml:3: looser: ioctl when cmd == 21522: let through, in the policy killed
unit.toml:11: looser: execve: let through, in the policy refused with EPERM; systemd itself makes this call, to start the program
unit.toml:14: kill when sig == 9: not logged, in the policy logged`},
	} {
		r := mustExport(t, loaded(t, "unit.toml", oneFile(c.policy)))
		if got := assignments(r.Policy); got != always+c.want {
			t.Errorf("%s\n got\n%s\nwant\n%s", c.policy, got, always+c.want)
		}
		if got := strings.TrimSuffix(r.Report(""), "\n"); got != c.losses {
			t.Errorf("%s\n got losses\n%s\nwant\n%s", c.policy, got, c.losses)
		}
	}
}

// The filters that systemd itself makes of an exported built-in answer as the
// policy does, but for the calls that a loss names.
func TestExportMeansWhatSystemdInstalls(t *testing.T) {
	w := newWitness(t)
	calls := w.comparable(t)
	samples := vectors()
	var units []string
	var results []convert.Result
	for _, name := range policies.Names() {
		r := mustExport(t, builtin(t, name))
		results = append(results, r)
		units = append(units, assignments(r.Policy))
	}
	for i, stack := range w.filters(t, units) {
		name := policies.Names()[i]
		rules, err := builtin(t, name).Resolve(abis[0])
		if err != nil {
			t.Fatal(err)
		}
		named := results[i].Report("")
		differ := map[string]bool{}
		for _, e := range calls {
			for _, v := range samples {
				args := v
				got, want := answerOf(t, stack, e.Nr, &v), rules.Decide(rules.ABI.Audit, e.Nr, &args)
				if excused(e.Name, &v) || got.Action == want.Action && got.Errno == want.Errno {
					continue
				}
				differ[e.Name] = true
				if !strings.Contains(named, e.Name) {
					t.Errorf("%s: %s%#x: systemd says %v %d, the policy %v %d, and no loss names it:\n%s",
						name, e.Name, v, got.Action, got.Errno, want.Action, want.Errno, named)
					break
				}
			}
		}
		t.Logf("%s: %d losses, of %d calls", name, len(results[i].Losses), len(differ))
	}
}

// A unit that was imported, exported and imported again means the same, but
// for execve, which systemd cannot refuse.
func TestRoundTrip(t *testing.T) {
	for _, unit := range witnessed {
		first := mustImport(t, file("[Service]\n"+unit))
		p := loaded(t, "first.toml", oneFile(first.Policy))
		out := mustExport(t, p)
		again := mustImport(t, file(out.Policy))
		a, err := resolve(first.Policy)
		if err != nil {
			t.Fatal(err)
		}
		b, err := resolve(again.Policy)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a {
			l := convert.Losses(nil, [2]*policy.Rules{a[i], b[i]})
			l = slices.DeleteFunc(l, func(l convert.Loss) bool { return strings.Contains(l.Text, "execve") })
			if len(l) > 0 {
				r := convert.Result{Losses: l}
				t.Errorf("%s\nbecame\n%s\n%s", unit, assignments(out.Policy), r.Report("  "))
				break
			}
		}
	}
}
