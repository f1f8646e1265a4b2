package systemd

import (
	"strings"

	"jail/policy/convert"
)

// partial are the directives of which only a part is a filter: their calls,
// and what the rest of them does.
var partial = [...]struct {
	key, rest string
	calls     []string
}{
	{"ProtectKernelTunables", "/proc and /sys stay as writable as they are", []string{"_sysctl"}},
	{"ProtectKernelModules", "CAP_SYS_MODULE is not dropped, and /usr/lib/modules stays readable", []string{"@module"}},
	{"ProtectKernelLogs", "CAP_SYSLOG is not dropped, and /dev/kmsg stays accessible", []string{"syslog"}},
	{"ProtectClock", "CAP_SYS_TIME and CAP_WAKE_ALARM are not dropped, and /dev/rtc stays accessible", []string{"@clock"}},
	{"ProtectHostname", "the program is in no UTS namespace of its own", []string{"sethostname", "setdomainname"}},
	{"PrivateDevices", "/dev stays as it is, and CAP_MKNOD and CAP_SYS_RAWIO are not dropped", []string{"@raw-io"}},
}

// restrictions returns the rules of all directives but SystemCallFilter= and
// SystemCallLog=, whether or not the calls pass these two.
func (s *settings) restrictions() []rule {
	var out []rule
	out = append(out, s.familyRule()...)
	out = append(out, s.memoryRules()...)
	if a, on := s.enabled("RestrictRealtime"); on {
		r := deny(eperm, "sched_setscheduler")
		r.from, r.when = []assignment{a}, "policy not in {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE}"
		out = append(out, r)
	}
	out = append(out, s.modeRules()...)
	out = append(out, s.namespaceRules()...)
	for _, p := range partial {
		if a, on := s.enabled(p.key); on {
			r := deny(eperm, p.calls...)
			r.from = []assignment{a}
			out = append(out, r)
		}
	}
	return append(out, s.personalityRule()...)
}

// partly names the losses of the directives that are more than a filter.
func (s *settings) partly() {
	for _, p := range partial {
		if a, on := s.enabled(p.key); on {
			s.losses = append(s.losses, convert.Loss{Where: a.at.String(), Text: p.key + "= is more than a filter: " + p.rest})
		}
	}
}

func (s *settings) familyRule() []rule {
	f := &s.families
	if !f.active() {
		return nil
	}
	r := deny(eafnosupport, "socket")
	r.from = f.from
	switch {
	case len(f.names) == 0:
	case f.allow:
		r.when = "family not in {" + strings.Join(f.names, ", ") + "}"
	default:
		r.when = "family in {" + strings.Join(f.names, ", ") + "}"
	}
	return []rule{r}
}

func (s *settings) memoryRules() []rule {
	a, on := s.enabled("MemoryDenyWriteExecute")
	if !on {
		return nil
	}
	var out []rule
	for _, x := range [...]struct{ calls, when string }{
		{"mmap", "prot has PROT_WRITE|PROT_EXEC"},
		{"mprotect pkey_mprotect", "prot has PROT_EXEC"},
		{"shmat", "shmflg has SHM_EXEC"},
	} {
		r := deny(eperm, strings.Fields(x.calls)...)
		r.from, r.when = []assignment{a}, x.when
		out = append(out, r)
	}
	return out
}

func (s *settings) modeRules() []rule {
	a, on := s.enabled("RestrictSUIDSGID")
	if !on {
		if a, on = s.enabled("DynamicUser"); !on { // implies it
			return nil
		}
	}
	var out []rule
	for _, x := range [...]struct{ calls, when string }{
		{"chmod fchmod fchmodat fchmodat2 mkdir mkdirat mknod mknodat creat", "mode & (S_ISUID | S_ISGID) != 0"},
		{"open openat", "flags has O_CREAT && mode & (S_ISUID | S_ISGID) != 0"},
	} {
		r := deny(eperm, strings.Fields(x.calls)...)
		r.from, r.when = []assignment{a}, x.when
		out = append(out, r)
	}
	r := deny(enosys, "openat2")
	r.from, r.note, r.quiet = []assignment{a}, "Its flags are behind a pointer; programs fall back on openat.", true
	return append(out, r)
}

func (s *settings) namespaceRules() []rule {
	n := &s.namespaces
	if !n.active() {
		return nil
	}
	var flags []string
	for i, k := range namespaceKinds {
		if n.retain&(1<<i) == 0 {
			flags = append(flags, k.flag)
		}
	}
	add := func(r rule, when string) rule {
		r.from, r.when = n.from, when
		return r
	}
	hidden := deny(enosys, "clone3")
	hidden.note, hidden.quiet = "Its flags are behind a pointer; libc falls back on clone.", true
	out := []rule{
		add(hidden, ""),
		add(deny(eperm, "clone"), anyOf("clone_flags", flags)),
		add(deny(eperm, "unshare"), anyOf("unshare_flags", flags)),
	}
	if n.retain == 0 {
		return append(out, add(deny(eperm, "setns"), ""))
	}
	return append(out, add(deny(eperm, "setns"), "flags == 0 || "+anyOf("flags", flags)))
}

func anyOf(arg string, flags []string) string {
	if len(flags) == 1 {
		return arg + " has " + flags[0]
	}
	return arg + " & (" + strings.Join(flags, " | ") + ") != 0"
}

func (s *settings) personalityRule() []rule {
	a, on := s.enabled("LockPersonality")
	if !on {
		return nil
	}
	r := deny(eperm, "personality")
	r.from, r.when = []assignment{a}, "personality != 0"
	if s.person == "x86" || s.person == "arm" {
		r.when = "personality != PER_LINUX32"
	}
	return []rule{r}
}
