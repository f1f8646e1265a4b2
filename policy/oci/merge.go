package oci

import (
	"slices"
	"sort"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy"
	"jail/policy/space"
	"jail/policy/syscalls"
)

// answer is what an action becomes.
type answer struct {
	action policy.Action
	errno  uint16 // of Deny
}

// Errors that answers need.
const (
	eperm     = 1
	enosys    = 38
	mostErrno = 4095 // MAX_ERRNO of <linux/err.h>
)

// answer translates an action; what it loses is reported at off.
func (r *reader) answer(a action, off int) answer {
	switch a.word {
	case specs.ActAllow:
		return answer{policy.Allow, 0}
	case specs.ActLog:
		return answer{policy.Log, 0}
	case specs.ActErrno:
		if a.data == 0 {
			r.lose(off, "SCMP_ACT_ERRNO with errnoRet 0 pretends that the call succeeded; it is refused with EPERM")
			return answer{policy.Deny, eperm}
		}
		return answer{policy.Deny, min(a.data, mostErrno)} // as the kernel does
	case specs.ActTrace:
		r.lose(off, "SCMP_ACT_TRACE asks a tracer that is not there; the call is refused with ENOSYS, as the kernel does without one")
		return answer{policy.Deny, enosys}
	case specs.ActTrap:
		r.lose(off, "SCMP_ACT_TRAP sends a SIGSYS that can be handled; the process is killed")
	case specs.ActKillThread:
		r.lose(off, "SCMP_ACT_KILL ends one thread; the whole process is killed")
	}
	return answer{policy.Kill, 0}
}

// letsThrough reports whether runc counts the action as one that needs no
// ENOSYS for newer calls.
func (a action) letsThrough() bool {
	return a.word == specs.ActAllow || a.word == specs.ActLog || a.word == specs.ActTrace
}

// rule is one rule of the policy to be: for calls that no other rule answers
// under the same conditions, so that the order of rules does not matter.
type rule struct {
	off     int // of the element in the file
	element int // its index, -1 where it comes from no element
	names   []string
	when    policy.Expr
	answer
	why string // a comment
}

// merger makes the rules of all calls out of the elements of a profile.
type merger struct {
	*reader
	profile *profile
	def     answer
	answers []answer // by element
	rules   []rule
	narrow  []string // calls with a comparison of less than 64 bits
	index   map[ruleKey]int
}

// ruleKey tells which calls share a rule.
type ruleKey struct {
	element int
	when    string
	answer
}

// part is what an element says of one call.
type part struct {
	element int
	when    policy.Expr
	answer
}

func (r *reader) merge(p *profile) *merger {
	m := &merger{reader: r, profile: p, index: make(map[ruleKey]int)}
	m.def = r.answer(p.def, p.off)
	m.answers = make([]answer, len(p.elements))
	byCall := make(map[string][]int) // elements that speak of a call
	var calls []string
	for i := range p.elements {
		e := &p.elements[i]
		if e.left != "" || e.action == p.def {
			continue // runc passes over the latter
		}
		m.answers[i] = r.answer(e.action, e.off)
		for _, w := range e.names {
			if !syscalls.Known(w.text) {
				m.unknown(w)
				continue
			}
			list, seen := byCall[w.text]
			if !seen {
				calls = append(calls, w.text)
			}
			if !slices.Contains(list, i) {
				byCall[w.text] = append(list, i)
			}
		}
	}
	for _, call := range calls {
		m.call(call, byCall[call])
	}
	m.rest()
	sort.SliceStable(m.rules, func(i, j int) bool { return m.rules[i].off < m.rules[j].off })
	m.compareWidths()
	return m
}

func (m *merger) unknown(w word) {
	hint := ""
	if m.hints {
		hint = meant(syscalls.Nearest(w.text, syscalls.Names()))
	}
	m.lose(w.off, "no architecture that jail knows has a call "+quote(w.text)+hint+": it is passed over")
}

// call finds out what the elements, by index and in their order, make of a
// call.
func (m *merger) call(call string, elements []int) {
	for _, i := range elements {
		if m.unconditional(i) {
			m.add(call, part{i, always, m.answers[i]})
			return
		}
	}
	if _, here := m.target.ABI.Number(call); !here {
		return
	}
	var parts []part
	for _, i := range elements {
		e := &m.profile.elements[i]
		to, wide := m.strict(i, elements)
		c := lowering{abi: m.target.ABI, call: call, wide: wide, refuses: m.answers[i].severity() > 0}.condition(e.args)
		switch c.fidelity {
		case unlike:
			m.lose(e.off, "the condition on "+call+" can't be said: it "+c.why+m.instead(c, to))
		case narrow:
			if !slices.Contains(m.narrow, call) {
				m.narrow = append(m.narrow, call)
			}
		}
		if c.fidelity != unlike {
			to = m.answers[i]
		}
		if isNever(c.Expr) {
			if c.fidelity == narrow {
				m.lose(e.off, "no "+call+" meets this condition: it asks for bits that the kernel does not read")
			}
			continue
		}
		parts = append(parts, part{i, c.Expr, to})
	}
	for _, p := range m.disjoint(call, group(parts)) {
		m.add(call, p)
	}
}

// unconditional reports whether libseccomp takes an element for one without
// conditions: it leaves out comparisons under an empty mask.
func (m *merger) unconditional(element int) bool {
	for _, a := range m.profile.elements[element].args {
		if a.Op != specs.OpMaskedEqual || a.Value != 0 {
			return false
		}
	}
	return true
}

// severity orders answers by what they leave to the program.
func (a answer) severity() int {
	return [...]int{policy.Allow: 0, policy.Log: 0, policy.Deny: 1, policy.Kill: 2}[a.action]
}

// strict says how an element's condition on a call is to be replaced where it
// can't be said: by always, with the given answer, or by never.
func (m *merger) strict(element int, elements []int) (to answer, wide bool) {
	own := m.answers[element]
	mildest, hardest := m.def, m.def
	for _, i := range elements {
		if i == element {
			continue
		}
		if m.answers[i].severity() < mildest.severity() {
			mildest = m.answers[i]
		}
		if m.answers[i].severity() > hardest.severity() {
			hardest = m.answers[i]
		}
	}
	switch {
	case own.severity() >= hardest.severity() && own.severity() > 0:
		return own, true
	case own.severity() <= mildest.severity():
		return own, false
	}
	return hardest, true
}

func (m *merger) instead(c condition, to answer) string {
	if isNever(c.Expr) {
		return "; the element is left out"
	}
	return "; it is taken to hold always (" + to.action.String() + ")"
}

// group joins parts with the same answer.
func group(parts []part) (out []part) {
	for _, p := range parts {
		i := slices.IndexFunc(out, func(o part) bool { return o.answer == p.answer })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].when = anyOf(out[i].when, p.when)
	}
	return out
}

// disjoint makes sure that no two parts hold together: where they would, the
// stricter one does.
func (m *merger) disjoint(call string, parts []part) (out []part) {
	if len(parts) < 2 {
		return parts
	}
	slices.SortStableFunc(parts, func(a, b part) int { return int(b.action) - int(a.action) })
	overlap := false
	for i, p := range parts {
		for _, before := range parts[:i] {
			if satisfiable(allOf(p.when, before.when)) {
				overlap = true
				p.when = allOf(p.when, negate(before.when))
			}
		}
		if satisfiable(p.when) {
			out = append(out, p)
		}
	}
	if overlap {
		m.lose(m.profile.elements[parts[0].element].off, "conditions on "+call+" with different actions hold together, "+
			"and libseccomp decides by an order of its own; the strictest does")
	}
	return out
}

// mostClasses bounds the search for an example, in time.
const mostClasses = 1 << 20

// satisfiable reports whether some arguments fulfil e; where that is too much
// to find out, true.
func satisfiable(e policy.Expr) bool {
	if isNever(e) || isAlways(e) {
		return isAlways(e)
	}
	p, ok := space.New(e)
	if !ok || p.Count() > mostClasses {
		return true
	}
	return !p.Walk(func(args *[6]uint64) bool { return !e.Eval(args) })
}

// add puts a call into the rule for its part.
func (m *merger) add(call string, p part) {
	if p.answer == m.def && call != restart {
		return // what no rule answers gets it
	}
	key := ruleKey{p.element, whenText(m.target.ABI, call, p.when, false), p.answer}
	if i, ok := m.index[key]; ok {
		m.rules[i].names = append(m.rules[i].names, call)
		return
	}
	m.index[key] = len(m.rules)
	m.rules = append(m.rules, rule{
		off: m.profile.elements[p.element].off, element: p.element, names: []string{call}, when: p.when, answer: p.answer,
	})
}

// restart is the call that a policy lets through unless a rule names it.
const restart = "restart_syscall"

// rest adds what is true without being written.
func (m *merger) rest() {
	newer := m.newer()
	if len(newer) > 0 {
		m.implied(answer{policy.Deny, enosys}, "newer than all that the profile names: runc answers ENOSYS, so that programs fall back", newer...)
	}
	named := slices.ContainsFunc(m.rules, func(r rule) bool { return isAlways(r.when) && slices.Contains(r.names, restart) })
	if !named && m.def.action != policy.Allow {
		m.implied(m.def, "not named by the profile; without this rule it would be let through", restart)
	}
	if m.def.action == policy.Kill {
		m.lose(m.profile.off, "a call number that no table knows is killed, where runc answers ENOSYS")
	}
}

// newer lists the calls with higher numbers than all that the profile names.
// runc counts no profile whose only number is 0.
func (m *merger) newer() (names []string) {
	if m.profile.def.letsThrough() {
		return nil
	}
	abi, newest := m.target.ABI, m.newest()
	for _, e := range abi.All() {
		if newest > 0 && e.Nr > newest && !abi.IsForeign(e.Nr) {
			names = append(names, e.Name)
		}
	}
	return names
}

func (m *merger) implied(a answer, why string, names ...string) {
	m.rules = append(m.rules, rule{off: m.profile.listOff, element: -1, names: names, when: always, answer: a, why: why})
}

// newest returns the highest number that the profile names, 0 where it names
// none.
func (m *merger) newest() (nr uint32) {
	for i := range m.profile.elements {
		e := &m.profile.elements[i]
		if e.left != "" {
			continue
		}
		for _, w := range e.names {
			if n, ok := m.target.ABI.Number(w.text); ok {
				nr = max(nr, n)
			}
		}
	}
	return nr
}

// compareWidths names what all narrow comparisons have in common, and what
// becomes of other architectures.
func (m *merger) compareWidths() {
	if len(m.narrow) > 0 {
		m.lose(m.profile.off, "the profile compares 64 bits of every argument, a policy those that the kernel reads: "+
			"garbage above an int passes no rule ("+strings.Join(m.narrow, ", ")+")")
	}
	for _, a := range m.profile.arches {
		if a.text != scmpArch(m.target.ABI) {
			m.lose(a.off, a.text+": calls through this ABI are always refused")
		}
	}
}
