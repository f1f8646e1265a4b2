package systemd

import (
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// exporter writes a policy's meaning as directives.
type exporter struct {
	rules  []*policy.Rules // one for each of abis
	calls  []*answer       // by name
	open   bool            // calls that no rule names pass
	errno  int             // what refused calls return unless listed otherwise; kill
	out    strings.Builder
	losses []convert.Loss
}

// answer is what the policy says of one call, on all ABIs that have it.
type answer struct {
	name   string
	passes bool // with some arguments
	always bool // with all arguments
	logged bool // all that pass are logged
	errno  int  // of the refusal, kill
	varied bool // there are refusals of different kinds
}

// Export converts a policy to directives for a unit's [Service] section, as
// the text of a drop-in.
//
// What a unit cannot say of a call's arguments is let through and named as a
// loss that begins with "looser". Losses are found by importing the result and
// comparing it with the policy for every class of arguments; write, which may
// be nil, gives the writers for their conditions. The error, if any, is a
// policy.Problems.
func Export(p *policy.Policy, write convert.Writer) (convert.Result, error) {
	e := &exporter{}
	for _, abi := range abis {
		r, err := p.Resolve(abi)
		if err != nil {
			return convert.Result{}, err
		}
		e.rules = append(e.rules, r)
	}
	e.defaults(p)
	e.collect()
	e.filter()
	e.extras()
	body := e.out.String()
	if err := e.compare(body, write); err != nil {
		return convert.Result{}, err
	}
	return convert.Result{Policy: e.header(p) + body, Losses: e.losses}, nil
}

func (e *exporter) defaults(p *policy.Policy) {
	action, errno := p.Default()
	e.open = action == policy.Allow || action == policy.Log
	e.errno = int(errno)
	if action == policy.Kill {
		e.errno = kill
	}
}

// header is a comment with all losses.
func (e *exporter) header(p *policy.Policy) string {
	var b strings.Builder
	b.WriteString("# Written by jail export systemd, from\n")
	for _, f := range p.Files() {
		b.WriteString("#   " + comment(f) + "\n")
	}
	b.WriteString(convert.Comment("Other than in the policy:", e.losses))
	return b.String() + "\n"
}

// collect asks the policy for its answers to every call.
func (e *exporter) collect() {
	var names []string
	for _, r := range e.rules {
		for _, c := range r.Calls {
			names = append(names, r.ABI.Syscall(c.Nr))
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		e.calls = append(e.calls, e.answer(name))
	}
}

func (e *exporter) answer(name string) *answer {
	a := &answer{name: name, always: true, logged: true, errno: inherit}
	for _, r := range e.rules {
		for _, d := range outcomes(r, name) {
			switch d.Action {
			case policy.Allow:
				a.passes, a.logged = true, false
			case policy.Log:
				a.passes = true
			default:
				a.always = false
				errno := int(d.Errno)
				if d.Action == policy.Kill {
					errno = kill
				}
				a.varied = a.varied || a.errno != inherit && a.errno != errno
				a.errno = errno
			}
		}
	}
	a.logged = a.logged && a.passes
	return a
}

func (e *exporter) find(name string) *answer {
	i, ok := slices.BinarySearchFunc(e.calls, name, func(a *answer, s string) int { return strings.Compare(a.name, s) })
	if !ok {
		return nil
	}
	return e.calls[i]
}

// outcomes lists the different answers to a call, the last one that of the
// rule that is asked last.
func outcomes(r *policy.Rules, name string) []policy.Decision {
	nr, ok := r.ABI.Number(name)
	if !ok {
		return nil
	}
	c := r.Lookup(nr)
	var out []policy.Decision
	for _, clause := range c.Clauses {
		out = append(out, clause.Then)
	}
	return append(out, c.Otherwise)
}

// filter writes SystemCallFilter= and what belongs to it.
func (e *exporter) filter() {
	e.out.WriteString("[Service]\nNoNewPrivileges=yes\nSystemCallArchitectures=native\n")
	if e.errno == kill {
		e.out.WriteString("SystemCallErrorNumber=\n")
	} else {
		e.out.WriteString("SystemCallErrorNumber=" + errnoName(e.errno) + "\n")
	}
	var pass, logged []string
	for _, a := range e.calls {
		if a.passes || a.name == "execve" {
			pass = append(pass, a.name)
		}
		if a.logged {
			logged = append(logged, a.name)
		}
	}
	e.out.WriteString("SystemCallFilter=\n")
	if !e.open {
		e.assign("SystemCallFilter=", e.grouped(pass, isDefault), "")
	}
	e.refusals()
	e.logging(logged)
}

// refusals lists the calls that are refused: all of them in a deny-list, and
// in an allow-list those that get another answer than the rest or that systemd
// would add.
func (e *exporter) refusals() {
	byErrno := map[int][]string{}
	var errnos []int
	for _, a := range e.calls {
		if a.passes || a.name == "execve" || !e.open && a.errno == e.errno && !isDefault(a.name) {
			continue
		}
		if byErrno[a.errno] == nil {
			errnos = append(errnos, a.errno)
		}
		byErrno[a.errno] = append(byErrno[a.errno], a.name)
	}
	slices.Sort(errnos)
	for _, errno := range errnos {
		suffix := ""
		switch {
		case errno == e.errno:
		case errno == kill:
			suffix = ":kill"
		default:
			suffix = ":" + errnoName(errno)
		}
		e.assign("SystemCallFilter=~", e.grouped(byErrno[errno], nil), suffix)
	}
}

// logging writes SystemCallLog=.
func (e *exporter) logging(logged []string) {
	if e.open && len(logged) > 0 {
		// Where most is logged, so are calls that no table knows.
		var silent []string
		for _, a := range e.calls {
			if a.passes && !a.logged {
				silent = append(silent, a.name)
			}
		}
		if e.rules[0].Unknown.Action == policy.Log {
			e.out.WriteString("SystemCallLog=\n")
			if len(silent) == 0 {
				e.out.WriteString("SystemCallLog=~\n")
			}
			e.assign("SystemCallLog=~", e.grouped(silent, nil), "")
			return
		}
	}
	if len(logged) > 0 {
		e.out.WriteString("SystemCallLog=\n")
		e.assign("SystemCallLog=", e.grouped(logged, nil), "")
	}
}

// assign writes words, as many assignments as it takes: they add up.
func (e *exporter) assign(key string, words []string, suffix string) {
	const width = 100
	line := ""
	flush := func() {
		if line != "" {
			e.out.WriteString(key + line + "\n")
		}
		line = ""
	}
	for _, w := range words {
		w += suffix
		if line != "" && len(key)+len(line)+1+len(w) > width {
			flush()
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	flush()
}

func isDefault(name string) bool { return word{name: "@default"}.covers(name) }

// grouped replaces names by sets of which all members are among them, where
// that makes the list shorter, and leaves out those that are given anyway.
func (e *exporter) grouped(names []string, given func(string) bool) []string {
	in := map[string]bool{}
	left := map[string]bool{}
	for _, name := range names {
		in[name] = true
		left[name] = given == nil || !given(name)
	}
	var out []string
	for {
		best, most := "", 2
		for set := range syscalls.GroupNames() {
			if n := e.gain(set, in, left); n > most {
				best, most = set, n
			}
		}
		if best == "" {
			break
		}
		out = append(out, best)
		for _, m := range members(best) {
			left[m] = false
		}
	}
	slices.Sort(out)
	for _, name := range names {
		if left[name] {
			out = append(out, name)
		}
	}
	return out
}

// gain returns how many names a set stands for that are left, 0 where it has a
// member that is not among the names. Members that no ABI of the policy has do
// not matter.
func (e *exporter) gain(set string, in, left map[string]bool) int {
	n := 0
	for _, m := range members(set) {
		if e.find(m) == nil {
			continue
		}
		if !in[m] {
			return 0
		}
		if left[m] {
			n++
		}
	}
	return n
}
