package main

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// overview sorts the calls of one ABI by what a policy answers.
type overview struct {
	x     *explainer
	abi   *syscalls.ABI
	rules *policy.Rules

	allowed     []callOf // whatever the arguments, by a rule
	conditional []callOf
	special     []callOf // logged, denied or killed by a rule
	rest        []callOf // what the default decides
}

type callOf struct {
	name string
	*policy.Call
}

// list sorts the calls for which keep holds.
func (x *explainer) list(i int, keep func(name string) bool) *overview {
	l := &overview{x: x, abi: x.abis[i], rules: x.rules[i]}
	for j := range l.rules.Calls {
		c := callOf{l.abi.Syscall(l.rules.Calls[j].Nr), &l.rules.Calls[j]}
		switch {
		case !keep(c.name):
		case len(c.Clauses) > 0:
			l.conditional = append(l.conditional, c)
		case c.Otherwise.Rule >= len(x.outline.Rules):
			l.rest = append(l.rest, c)
		case c.Otherwise.Action == policy.Allow:
			l.allowed = append(l.allowed, c)
		default:
			l.special = append(l.special, c)
		}
	}
	for _, s := range [...][]callOf{l.allowed, l.conditional, l.special, l.rest} {
		slices.SortFunc(s, func(a, b callOf) int { return strings.Compare(a.name, b.name) })
	}
	return l
}

// whole explains all of a policy, as it is on the first ABI, and where the
// others depart from it.
func (x *explainer) whole() (explanation, error) {
	first := 0
	for i, abi := range x.abis {
		if abi == syscalls.Native() {
			first = i
		}
	}
	l := x.list(first, func(string) bool { return true })
	var b strings.Builder
	x.header(&b)
	l.text(&b, true)
	x.closing(&b, first)
	return explanation{text: b.String(), doc: x.wholeJSON()}, nil
}

// header says what the policy is and what it is made of.
func (x *explainer) header(b *strings.Builder) {
	b.WriteString(x.ref)
	if x.policy.Description != "" {
		b.WriteString(": " + strings.Join(strings.Fields(x.policy.Description), " "))
	}
	b.WriteString("\n\n")
	action, errno := x.policy.Default()
	d := policy.Decision{Action: action}
	if action == policy.Deny {
		d.Errno = errno
	}
	rows := [][]string{{"default", answerText(d) + ", for every call that no rule matches"}}
	for i, f := range x.outline.Files {
		label := "rules"
		if i > 0 {
			label = "then"
		}
		text := f.Name + ", " + plural(f.Rules, "rule")
		if f.Builtin {
			text += ", built in"
		}
		if len(f.Extends) > 0 {
			text += "; extends " + strings.Join(f.Extends, ", ")
		}
		rows = append(rows, []string{label, text})
	}
	table(b, "  ", rows)
}

// text shows the overview; sets says that whole sets are named as such.
func (l *overview) text(b *strings.Builder, sets bool) {
	if len(l.allowed) > 0 {
		b.WriteString("\nAllowed, whatever the arguments: " + plural(len(l.allowed), "call") + "\n")
		l.allowedText(b, sets)
	}
	if len(l.conditional) > 0 {
		b.WriteString("\nDepends on the arguments: " + plural(len(l.conditional), "call") + "\n")
		l.conditionalText(b)
	}
	if len(l.special) > 0 {
		b.WriteString("\nLogged, denied or killed by a rule: " + plural(len(l.special), "call") + "\n\n")
		var rows [][]string
		for _, c := range l.special {
			rows = append(rows, []string{c.name, answerText(c.Otherwise), l.rules.Origins[c.Otherwise.Rule]})
		}
		table(b, "  ", rows)
	}
}

// allowedText groups names by the file whose rules allow them.
func (l *overview) allowedText(b *strings.Builder, sets bool) {
	whole := []string(nil)
	for i, f := range l.x.outline.Files {
		var names []string
		for _, c := range l.allowed {
			if l.x.outline.Rules[c.Otherwise.Rule].File == i {
				names = append(names, c.name)
			}
		}
		if len(names) == 0 {
			continue
		}
		if sets {
			whole, names = l.wholeSets(names)
		}
		b.WriteByte('\n')
		if len(l.x.outline.Files) > 1 {
			b.WriteString("  by " + f.Name + "\n")
		}
		if len(whole) > 0 {
			wrapped(b, "    ", whole, "")
		}
		wrapped(b, "    ", names, "")
	}
}

// wholeSets takes sets out of names all of whose calls are among them, the
// largest first; a set that saves less than two words is not worth its name.
func (l *overview) wholeSets(names []string) (sets, rest []string) {
	rest = names
	for {
		best, most := "", 2
		for set := range syscalls.GroupNames() {
			n := 0
			members, _ := syscalls.Group(set)
			for _, m := range members {
				if _, has := l.abi.Number(m); !has {
					continue
				}
				if _, in := slices.BinarySearch(names, m); !in {
					n = -1
					break
				}
				if _, in := slices.BinarySearch(rest, m); in {
					n++
				}
			}
			if n > most {
				best, most = set, n
			}
		}
		if best == "" {
			slices.Sort(sets)
			return sets, rest
		}
		sets = append(sets, best)
		members, _ := syscalls.Group(best)
		rest = slices.DeleteFunc(slices.Clone(rest), func(n string) bool { return slices.Contains(members, n) })
	}
}

// conditionalText shows clauses as they were written; calls with the same
// clauses together.
func (l *overview) conditionalText(b *strings.Builder) {
	var texts []string
	var names [][]string
	for _, c := range l.conditional {
		t := l.clauses(c)
		i := slices.Index(texts, t)
		if i < 0 {
			i = len(texts)
			texts, names = append(texts, t), append(names, nil)
		}
		names[i] = append(names[i], c.name)
	}
	for i, t := range texts {
		b.WriteByte('\n')
		wrapped(b, "  ", names[i], ",")
		b.WriteString(t)
	}
}

func (l *overview) clauses(c callOf) string {
	cases, err := compare.Cases(c.Call, compare.Fixed{})
	var rows [][]string
	for _, clause := range c.Clauses {
		if err == nil && !slices.ContainsFunc(cases, func(k compare.Case) bool { return k.Then.Rule == clause.Then.Rule }) {
			continue // rules before it decide wherever it holds
		}
		r := &l.x.outline.Rules[clause.Then.Rule]
		when := conditionText(r, clause.When, writerOf(l.abi, c.Nr))
		rows = appendFolded(rows, []string{answerText(clause.Then), r.Origin}, "where "+when)
	}
	rows = append(rows, []string{answerText(c.Otherwise), originText(l.rules.Origins[c.Otherwise.Rule]), "otherwise"})
	var b strings.Builder
	table(&b, "    ", rows)
	return b.String()
}

// appendFolded appends a row that ends in a long text, on several lines.
func appendFolded(rows [][]string, row []string, text string) [][]string {
	for i, line := range folded(text, 84) {
		if i > 0 {
			row = make([]string, len(row))
			line = "  " + line
		}
		rows = append(rows, append(slices.Clone(row), line))
	}
	return rows
}

// folded breaks a text at blanks into lines of at most so many bytes, where it
// has blanks.
func folded(s string, most int) []string {
	var out []string
	for len(s) > most {
		i := strings.LastIndexByte(s[:most], ' ')
		if i <= 0 {
			break
		}
		out = append(out, s[:i])
		s = s[i+1:]
	}
	return append(out, s)
}

// closing says what becomes of everything else.
func (x *explainer) closing(b *strings.Builder, first int) {
	l := x.list(first, func(string) bool { return true })
	b.WriteString("\nEverything else\n\n")
	r := l.rules
	var rows [][]string
	var byDefault, kernel []string
	for _, c := range l.rest {
		if r.Origins[c.Otherwise.Rule] == "default" {
			byDefault = append(byDefault, c.name)
		} else {
			kernel = append(kernel, c.name)
		}
	}
	if len(byDefault) > 0 {
		i := slices.IndexFunc(l.rest, func(c callOf) bool { return c.name == byDefault[0] })
		rows = append(rows, []string{"the other " + plural(len(byDefault), "call"), answerText(l.rest[i].Otherwise) + " (default)"})
	}
	for _, name := range kernel {
		rows = append(rows, []string{name, "allowed (always so: the kernel resumes interrupted sleeps by it)"})
	}
	rows = append(rows,
		[]string{"numbers that no table knows", answerText(r.Unknown)},
		[]string{"calls through another ABI", answerText(r.Foreign)})
	table(b, "  ", rows)
	for i, abi := range x.abis {
		if i == first {
			b.WriteString("\nThis is the policy on " + abi.Name + ".")
		}
	}
	for i, abi := range x.abis {
		if i != first {
			x.departures(b, first, i)
			_ = abi
		}
	}
	b.WriteByte('\n')
}

// departures says in which calls that both ABIs have the second differs.
func (x *explainer) departures(b *strings.Builder, first, second int) {
	var names []string
	l, m := x.list(first, func(string) bool { return true }), x.list(second, func(string) bool { return true })
	for i := range l.rules.Calls {
		c := &l.rules.Calls[i]
		name := l.abi.Syscall(c.Nr)
		nr, has := m.abi.Number(name)
		if !has {
			continue
		}
		o := m.rules.Lookup(nr)
		if o.Otherwise != c.Otherwise || l.clauses(callOf{name, c}) != m.clauses(callOf{name, o}) {
			names = append(names, name)
		}
	}
	b.WriteString(" On " + m.abi.Name + " it says the same of the calls that both have")
	if len(names) > 0 {
		b.WriteString(", but for " + strings.Join(names, ", "))
	}
	b.WriteByte('.')
}

// set explains the calls of a set.
func (x *explainer) set(set string, members []string) (explanation, error) {
	keep := func(name string) bool { return slices.Contains(members, name) }
	first := max(0, slices.Index(x.abis, syscalls.Native()))
	l := x.list(first, keep)
	var b strings.Builder
	b.WriteString(l.summary(set) + "\n")
	l.text(&b, false)
	if len(l.rest) > 0 {
		b.WriteString("\nNot named by any rule: " + plural(len(l.rest), "call") + "\n\n")
		var answers []string
		for _, c := range l.rest {
			if a := answerText(c.Otherwise); !slices.Contains(answers, a) {
				answers = append(answers, a)
			}
		}
		for _, a := range answers {
			var names []string
			for _, c := range l.rest {
				if answerText(c.Otherwise) == a {
					names = append(names, c.name)
				}
			}
			b.WriteString("  " + a + "\n")
			wrapped(&b, "    ", names, "")
		}
	}
	doc := x.wholeJSON()
	for i := range doc.ABIs {
		doc.ABIs[i].Calls = slices.DeleteFunc(doc.ABIs[i].Calls, func(c callJSONABI) bool { return !keep(c.Syscall) })
	}
	doc.Query = set
	return explanation{text: b.String(), doc: doc}, nil
}

// summary is the first line about a set.
func (l *overview) summary(set string) string {
	counts := []struct {
		words string
		n     int
	}{{"allowed", len(l.allowed)}, {"depending on their arguments", len(l.conditional)}}
	for _, c := range append(slices.Clone(l.special), l.rest...) {
		word := answerText(c.Otherwise)
		i := slices.IndexFunc(counts, func(k struct {
			words string
			n     int
		}) bool {
			return k.words == word
		})
		if i < 0 {
			counts = append(counts, struct {
				words string
				n     int
			}{word, 0})
			i = len(counts) - 1
		}
		counts[i].n++
	}
	var parts []string
	total := 0
	for _, c := range counts {
		if total += c.n; c.n > 0 {
			parts = append(parts, strconv.Itoa(c.n)+" "+c.words)
		}
	}
	if total == 0 {
		return set + ": " + l.abi.Name + " has none of these calls"
	}
	return set + " on " + l.abi.Name + ": " + strings.Join(parts, ", ")
}

// wholeJSONDoc is a policy as a document.
type wholeJSONDoc struct {
	Policy      string     `json:"policy"`
	Query       string     `json:"query,omitempty"`
	Description string     `json:"description,omitempty"`
	Files       []fileJSON `json:"files"`
	Default     answerJSON `json:"default"`
	ABIs        []wholeABI `json:"abis"`
}

type fileJSON struct {
	Name    string   `json:"name"`
	Builtin bool     `json:"builtin"`
	Extends []string `json:"extends,omitempty"`
	Rules   int      `json:"rules"`
}

type wholeABI struct {
	ABI     string        `json:"abi"`
	Calls   []callJSONABI `json:"calls"`
	Unknown answerJSON    `json:"unknown"`
	Foreign answerJSON    `json:"foreign"`
}

func (x *explainer) wholeJSON() wholeJSONDoc {
	action, errno := x.policy.Default()
	doc := wholeJSONDoc{Policy: x.ref, Description: x.policy.Description}
	doc.Default = answerJSON{Action: action.String(), Rules: []string{"default"}}
	if action == policy.Deny {
		doc.Default.Errno = errnoText(errno)
	}
	for _, f := range x.outline.Files {
		doc.Files = append(doc.Files, fileJSON{f.Name, f.Builtin, f.Extends, f.Rules})
	}
	if !x.json {
		return doc
	}
	for i, abi := range x.abis {
		r := x.rules[i]
		w := wholeABI{ABI: abi.Name, Unknown: toAnswerJSON(r, r.Unknown, r.Unknown.Rule), Foreign: toAnswerJSON(r, r.Foreign, r.Foreign.Rule)}
		for j := range r.Calls {
			c := &r.Calls[j]
			cases, err := compare.Cases(c, compare.Fixed{})
			if err != nil {
				cases = nil
				for _, clause := range c.Clauses {
					cases = append(cases, compare.Case{Then: clause.Then, When: clause.When})
				}
				cases = append(cases, compare.Case{Then: c.Otherwise, When: policy.And{}})
			}
			a := &answerOn{abi: abi, rules: r, call: c, cases: cases, write: writerOf(abi, c.Nr)}
			w.Calls = append(w.Calls, a.json())
		}
		doc.ABIs = append(doc.ABIs, w)
	}
	return doc
}
