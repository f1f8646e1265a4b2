package main

import (
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
)

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
	b.WriteString("\nThis is the policy on " + x.abis[first].Name + ".")
	for i := range x.abis {
		if i != first {
			x.departures(b, first, i)
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
