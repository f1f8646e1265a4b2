package systemd

import (
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// settings are the directives of a unit, all assignments merged.
type settings struct {
	filter     callList
	log        callList
	errno      int // what refused calls return; kill
	errnoFrom  assignment
	families   families
	namespaces namespaces
	archs      []string
	archsFrom  assignment
	person     string // Personality=
	personFrom assignment
	on         []assignment // the booleans that are true, one assignment each

	problems policy.Problems
	losses   []convert.Loss
}

// gather merges the assignments of all files, in order.
func gather(files []File) *settings {
	s := &settings{errno: kill}
	program := false
	for _, f := range files {
		assignments, problems := read(f)
		s.problems = append(s.problems, problems...)
		for _, a := range assignments {
			program = program || runsProgram(a.section)
			s.take(a)
		}
	}
	if !program && len(s.problems) == 0 {
		at := place{}
		if len(files) > 0 {
			at.file = files[0].Name
		}
		s.problems = append(s.problems, at.problem("assigns nothing in a [Service] section: not a unit that runs a program"))
	}
	return s
}

func (s *settings) fail(a assignment, text string) {
	s.problems = append(s.problems, a.at.problem(a.key+"=: "+text))
}

func (s *settings) lose(a assignment, text string) {
	s.losses = append(s.losses, convert.Loss{Where: a.at.String(), Text: text})
}

// take applies one assignment, if it is any of our business.
func (s *settings) take(a assignment) {
	if !runsProgram(a.section) {
		if (a.section == "Unit" || a.section == "Install") && isDirective(a.key) {
			s.problems = append(s.problems, a.at.problem(a.key+"= has no effect in ["+a.section+"]: it belongs in [Service]"))
		}
		return
	}
	if !isDirective(a.key) {
		if near := misspelt(a.key); near != "" {
			s.problems = append(s.problems, a.at.problem("unknown directive "+quote(a.key)+meant(near)))
		}
		return
	}
	fail := func(text string) { s.fail(a, text) }
	switch a.key {
	case "SystemCallFilter":
		s.filter.assign(a, true, fail)
	case "SystemCallLog":
		s.log.assign(a, false, fail)
	case "SystemCallErrorNumber":
		s.errorNumber(a)
	case "SystemCallArchitectures":
		s.architectures(a)
	case "RestrictAddressFamilies":
		s.families.assign(a, fail)
	case "RestrictNamespaces":
		s.namespaces.assign(a, fail)
	case "Personality":
		s.person, s.personFrom = a.value, a
	default:
		s.boolean(a)
	}
}

func (s *settings) errorNumber(a assignment) {
	s.errnoFrom = a
	if a.value == "" || a.value == "kill" {
		s.errno = kill
		return
	}
	e, ok := errnoOf(a.value)
	switch {
	case !ok:
		s.fail(a, "unknown errno "+quote(a.value)+meant(nearestErrno(a.value)))
	case e == 0:
		s.fail(a, "0 is no error")
	default:
		s.errno = e
	}
}

// archNames are the words of SystemCallArchitectures= (seccomp_arch_from_string).
var archNames = [...]string{
	"native", "x86", "x86-64", "x32", "arm", "arm64", "loongarch64", "m68k", "mips", "mips64", "mips64-n32",
	"mips-le", "mips64-le", "mips64-le-n32", "parisc", "parisc64", "ppc", "ppc64", "ppc64-le", "riscv32", "riscv64",
	"s390", "s390x", "sh", "sheb",
}

func (s *settings) architectures(a assignment) {
	s.archsFrom = a
	if a.value == "" {
		s.archs = nil
		return
	}
	for w := range strings.FieldsSeq(a.value) {
		w = strings.Trim(w, `"'`)
		if !slices.Contains(archNames[:], w) {
			s.fail(a, "unknown architecture "+quote(w)+meant(syscalls.Nearest(w, slices.Values(archNames[:]))))
			continue
		}
		s.archs = append(s.archs, w)
	}
}

// boolean notes a directive that is on or off; of several assignments the last
// counts.
func (s *settings) boolean(a assignment) {
	on, ok := boolean(a.value)
	if a.key == "ProtectHostname" && !ok {
		// "private" gives a UTS namespace without a filter, "yes:NAME" both.
		word, _, _ := strings.Cut(a.value, ":")
		on, ok = boolean(word)
		ok = ok || word == "private"
	}
	if !ok {
		s.fail(a, quote(a.value)+" is neither yes nor no")
		return
	}
	s.on = slices.DeleteFunc(s.on, func(b assignment) bool { return b.key == a.key })
	if on {
		s.on = append(s.on, a)
	}
}

// enabled returns the assignment that turns a directive on.
func (s *settings) enabled(key string) (assignment, bool) {
	i := slices.IndexFunc(s.on, func(a assignment) bool { return a.key == key })
	if i < 0 {
		return assignment{}, false
	}
	return s.on[i], true
}
