package main

import (
	"path"
	"strings"

	"jail/policy"
	"jail/policy/compare"
)

// text shows the differences, those that matter most first.
func (d *difference) text() string {
	a, b := d.labels()
	if len(d.entries) == 0 {
		if d.restricted() {
			return a + " and " + b + " mean the same on " + d.abis[0].Name + "\n"
		}
		return a + " and " + b + " mean the same\n"
	}
	var out strings.Builder
	out.WriteString(d.verdict() + "\n")
	through := func(x policy.Decision) bool { return x.Action == policy.Allow || x.Action == policy.Log }
	for _, s := range [...]struct {
		title string
		in    func(*entry) bool
	}{
		{b + " lets through what " + a + " does not:",
			func(e *entry) bool { return e.Change == compare.Looser && through(e.A) != through(e.B) }},
		{b + " is less strict:",
			func(e *entry) bool { return e.Change == compare.Looser && through(e.A) == through(e.B) }},
		{a + " lets through what " + b + " does not:",
			func(e *entry) bool { return e.Change == compare.Stricter && through(e.A) != through(e.B) }},
		{b + " is stricter:",
			func(e *entry) bool { return e.Change == compare.Stricter && through(e.A) == through(e.B) }},
		{"as strict, but the answer is another:",
			func(e *entry) bool { return e.Change == compare.Other }},
	} {
		d.section(&out, s.title, s.in)
	}
	return out.String()
}

// labels are what the policies are called: the names of files without their
// directories, where these differ.
func (d *difference) labels() (a, b string) {
	a, b = path.Base(d.a.ref), path.Base(d.b.ref)
	if a == b {
		return d.a.ref, d.b.ref
	}
	return a, b
}

func (d *difference) restricted() bool { return len(d.abis) < len(policyABIs()) }

// verdict is the first line: what a tired reader wants to know.
func (d *difference) verdict() string {
	a, b := d.labels()
	var calls [3][]string
	for _, e := range d.entries {
		list := &calls[e.Change]
		if n := len(*list); n == 0 || (*list)[n-1] != e.name {
			*list = append(*list, e.name)
		}
	}
	var parts []string
	for i, words := range [...]string{"looser than " + a + " in ", "stricter in ", "otherwise different in "} {
		if n := len(calls[i]); n > 0 {
			parts = append(parts, words+plural(n, "call"))
		} else if i == 0 {
			parts = append(parts, "not looser than "+a)
		}
	}
	return b + " is " + strings.Join(parts, ", ")
}

// section shows entries; calls of which the same is said are told together.
func (d *difference) section(out *strings.Builder, title string, in func(*entry) bool) {
	var groups [][]*entry
	for _, e := range d.entries {
		if !in(e) {
			continue
		}
		joined := false
		for i, g := range groups {
			if g[0].same(e) && d.only(g[0]) == d.only(e) {
				groups[i] = append(g, e)
				joined = true
				break
			}
		}
		if !joined {
			groups = append(groups, []*entry{e})
		}
	}
	if len(groups) == 0 {
		return
	}
	out.WriteString("\n" + title + "\n")
	for _, g := range groups {
		d.group(out, g)
	}
}

func (d *difference) group(out *strings.Builder, g []*entry) {
	e := g[0]
	names := make([]string, len(g))
	for i, x := range g {
		names[i] = x.name
	}
	if only := d.only(e); only != "" {
		names[len(names)-1] += " (" + only + " only)"
	}
	out.WriteByte('\n')
	wrapped(out, "  ", names, ",")
	var rows [][]string
	for i, when := range e.when {
		label := "where"
		if i > 0 {
			label = "or"
		}
		rows = appendFolded(rows, []string{label}, when)
	}
	if e.example != "" {
		rows = append(rows, []string{"such as", e.example})
	}
	a, b := d.labels()
	answers := [][]string{
		{a + ":", e.answers[0], e.origins[0]},
		{b + ":", e.answers[1], e.origins[1]},
	}
	padFirst(rows, answers)
	table(out, "    ", rows)
	table(out, "    ", answers)
}

// diffJSON is the document of jail diff --json.
type diffJSON struct {
	A           string           `json:"a"`
	B           string           `json:"b"`
	ABIs        []string         `json:"abis"`
	Same        bool             `json:"same"`
	Looser      bool             `json:"looser"`
	Stricter    bool             `json:"stricter"`
	Differences []diffJSONMember `json:"differences"`
}

type diffJSONMember struct {
	Change  string     `json:"change"`
	About   string     `json:"about"`
	Syscall string     `json:"syscall,omitempty"`
	ABIs    []string   `json:"abis"`
	When    string     `json:"when,omitempty"`
	Example string     `json:"example,omitempty"`
	Args    []string   `json:"args,omitempty"`
	A       answerJSON `json:"a"`
	B       answerJSON `json:"b"`
}

func (d *difference) json() diffJSON {
	out := diffJSON{A: d.a.ref, B: d.b.ref, Same: len(d.entries) == 0, Differences: []diffJSONMember{}}
	for _, abi := range d.abis {
		out.ABIs = append(out.ABIs, abi.Name)
	}
	for _, e := range d.entries {
		out.Looser = out.Looser || e.Change == compare.Looser
		out.Stricter = out.Stricter || e.Change == compare.Stricter
		m := diffJSONMember{
			Change: e.Change.String(), About: [...]string{"call", "unknown numbers", "foreign ABIs"}[e.Kind],
			A: toAnswerJSON(e.rules[0], e.A, e.RulesA...), B: toAnswerJSON(e.rules[1], e.B, e.RulesB...),
			When: strings.Join(e.when, " || "), Example: e.example,
		}
		if e.Kind == compare.Table {
			m.Syscall = e.name
		}
		if e.example != "" {
			m.Args = hexArgs(e.Witness)
		}
		for _, abi := range e.abis {
			m.ABIs = append(m.ABIs, abi.Name)
		}
		out.Differences = append(out.Differences, m)
	}
	return out
}
