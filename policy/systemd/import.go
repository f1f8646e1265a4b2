package systemd

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"jail/policy/convert"
)

const (
	eperm        = 1
	enosys       = 38
	eafnosupport = 97
)

// Import converts the directives of a unit, given as its file and its drop-ins
// in the order in which systemd reads them, to the TOML text of a policy. The
// error, if any, is a policy.Problems: everything that is wrong with the
// files, and everything in them that systemd itself would pass over although
// it was meant to restrict something.
//
// Each loss says what the policy does otherwise than the unit.
func Import(files []File) (convert.Result, error) {
	s := gather(files)
	if len(s.problems) > 0 {
		return convert.Result{}, s.problems
	}
	body := s.rules()
	s.partly()
	s.uncovered()
	slices.SortStableFunc(s.losses, func(a, b convert.Loss) int {
		return s.position(files, a) - s.position(files, b)
	})
	notice := s.notice(path.Base(files[0].Name))
	return convert.Result{Policy: s.header(files, notice) + body, Losses: s.losses, Notice: notice}, nil
}

// position sorts losses: those of no particular line last.
func (s *settings) position(files []File, l convert.Loss) int {
	for i, f := range files {
		if line, ok := strings.CutPrefix(l.Where, f.Name+":"); ok {
			n, _ := strconv.Atoi(line)
			return i<<24 + n
		}
	}
	return len(files) << 24
}

// header is the policy up to its rules.
func (s *settings) header(files []File, notice string) string {
	var b strings.Builder
	if notice != "" {
		b.WriteString("# " + notice + "\n#\n")
	}
	name := path.Base(files[0].Name)
	b.WriteString("# Written by jail import systemd, from\n")
	for _, f := range files {
		b.WriteString("#   " + comment(f.Name) + "\n")
	}
	b.WriteString(convert.Comment("Other than in the unit:", s.losses))
	b.WriteString("\ndescription = " + tomlString("what "+name+" may call") + "\n")
	b.WriteString("default = " + strconv.Quote(s.fallback()) + "\n")
	if s.errno > 0 {
		b.WriteString("errno = " + tomlErrno(s.errno) + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

func tomlString(s string) string { return strconv.Quote(comment(s)) }

// fallback is the action for calls that no rule names.
func (s *settings) fallback() string {
	if s.filter.allow {
		return s.refusal(inherit).action
	}
	return s.pass()
}

// pass is what happens to calls that SystemCallFilter= lets pass.
func (s *settings) pass() string {
	if s.log.set && !s.log.allow {
		return "log"
	}
	return "allow"
}

// refusal is the answer to a refused call with this suffix. The empty success
// that "name:0" stands for exists in no policy.
func (s *settings) refusal(errno int) rule {
	switch {
	case errno == kill, errno == inherit && s.errno == kill:
		return rule{action: "kill"}
	case errno == inherit:
		return rule{action: "deny"}
	case errno == 0:
		return rule{action: "deny", errno: eperm}
	}
	return rule{action: "deny", errno: errno}
}

// passes reports whether SystemCallFilter= lets a call pass.
func (s *settings) passes(call string) bool {
	if !s.filter.set {
		return true
	}
	w, named := s.filter.verdict(call)
	if named {
		return !w.tilde
	}
	return !s.filter.allow || (word{name: "@default"}).covers(call)
}

// passing returns what is left of names when calls that do not pass are taken
// out of them. A set of which all members pass stays a set.
func (s *settings) passing(names ...string) []string {
	return narrowed(names, s.passes)
}

func narrowed(names []string, keep func(string) bool) []string {
	var out []string
	for _, name := range names {
		calls := members(name)
		left := slices.DeleteFunc(slices.Clone(calls), func(c string) bool { return !keep(c) })
		if len(left) == len(calls) && len(calls) > 0 {
			left = []string{name}
		}
		for _, c := range left {
			out = appendNew(out, c)
		}
	}
	return out
}

// rules writes all rules.
func (s *settings) rules() string {
	w := &writer{decided: map[string]bool{}}
	for _, r := range s.restrictions() {
		r.syscalls = s.passing(r.syscalls...)
		w.add(r)
	}
	s.logRules(w)
	s.filterRules(w)
	return strings.TrimSuffix(w.out.String(), "\n")
}

// logRules writes what SystemCallLog= says of calls that pass.
func (s *settings) logRules(w *writer) {
	var names []string
	for _, word := range s.log.words {
		if word.tilde != s.log.allow {
			names = append(names, word.name)
		}
	}
	listed := func(call string) bool {
		word, named := s.log.verdict(call)
		return named && word.tilde != s.log.allow && s.passes(call)
	}
	r := rule{from: s.log.from, action: "log", syscalls: narrowed(names, listed)}
	if !s.log.allow {
		r.action = "allow" // everything else is logged
	}
	w.add(r)
}

// filterRules writes SystemCallFilter=, its last word first: that one counts.
func (s *settings) filterRules(w *writer) {
	words := s.filter.words
	for end := len(words); end > 0; {
		last := words[end-1]
		start := end - 1
		for start > 0 && words[start-1].tilde == last.tilde && words[start-1].errno == last.errno && words[start-1].source == last.source {
			start--
		}
		r := rule{action: s.pass()}
		if last.tilde {
			r = s.refusal(last.errno)
		}
		from := s.filter.from[last.source]
		r.from = []assignment{from}
		for _, x := range words[start:end] {
			r.syscalls = append(r.syscalls, x.name)
			if x.errno == 0 {
				s.lose(from, x.name+":0 reports success without making the call; a policy cannot, so it fails with EPERM")
			}
		}
		w.add(r)
		end = start
	}
	if s.filter.set && s.filter.allow {
		w.add(rule{note: "systemd adds this set to every allow-list.", syscalls: []string{"@default"}, action: s.pass()})
	}
}

// uncovered names what the policy does otherwise than the unit as a whole.
func (s *settings) uncovered() {
	foreign := slices.DeleteFunc(slices.Clone(s.archs), func(a string) bool { return a == "native" || a == "x86-64" || a == "arm64" })
	nowhere := assignment{}
	switch {
	case len(foreign) > 0:
		s.lose(s.archsFrom, "calls of other ABIs ("+strings.Join(foreign, ", ")+") are always refused")
	case len(s.archs) == 0:
		s.lose(nowhere, "the unit has no SystemCallArchitectures=native; here calls of 32-bit ABIs and of x32 are always refused")
	}
	if _, on := s.enabled("NoNewPrivileges"); !on {
		if _, dynamic := s.enabled("DynamicUser"); !dynamic {
			s.lose(nowhere, "the unit has no NoNewPrivileges=yes; here set-user-ID programs and file capabilities never have an effect")
		}
	}
	if s.person != "" {
		s.lose(s.personFrom, "Personality= is not set: jail starts the program with the one that it has itself")
	}
}

// notice warns of a policy that does nothing; "" for any other.
func (s *settings) notice(unit string) string {
	if s.fallback() != "allow" || s.restricts() {
		return ""
	}
	return comment(unit) + ` restricts no system call: this policy allows everything (the built-in "web" may be what you want)`
}

// restricts reports whether any directive refuses or logs anything.
func (s *settings) restricts() bool {
	return s.filter.set && len(s.filter.words) > 0 || s.log.set || len(s.restrictions()) > 0
}
