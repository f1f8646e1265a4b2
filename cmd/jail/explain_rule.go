package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// ruleAnswer is what a rule answers, in the words of a policy file.
func ruleAnswer(r *policy.RuleOutline) string {
	out := r.Action.String()
	if r.Action == policy.Deny {
		out += " " + errnoText(r.Errno)
	}
	if r.Quiet {
		out += " quiet"
	}
	return out
}

// conditionText is a rule's condition as it was written. One that was written
// in numbers alone, as a profile's are, reads better by the names of these.
func conditionText(r *policy.RuleOutline, when policy.Expr, w *compare.Writer) string {
	if strings.ContainsFunc(r.When, unicode.IsUpper) {
		return r.When
	}
	return w.Text(when)
}

// namedBy says under which name a rule has the call: its own, or a set's.
func namedBy(r *policy.RuleOutline, call string) string {
	if slices.Contains(r.Syscalls, call) {
		return call
	}
	for _, name := range r.Syscalls {
		if members, ok := syscalls.Group(name); ok && slices.Contains(members, call) {
			return name
		}
	}
	return call
}

// ruleJSON is a rule as a document.
type ruleJSON struct {
	Policy   string     `json:"policy"`
	Rule     string     `json:"rule"`
	File     string     `json:"file"`
	Line     int        `json:"line"`
	Syscalls []string   `json:"syscalls"`
	When     string     `json:"when,omitempty"`
	Answer   answerJSON `json:"answer"`
	Decides  []string   `json:"decides"`
}

// rulesJSON answers a question that several rules fit.
type rulesJSON struct {
	Policy string     `json:"policy"`
	Query  string     `json:"query"`
	Rules  []ruleJSON `json:"rules"`
}

// rulesOf explains the rule that a log names; all of them where files in
// several directories have the name, which a log leaves out.
func (x *explainer) rulesOf(query string, rules []int) (explanation, error) {
	if len(rules) == 1 {
		doc := x.ruleDoc(rules[0])
		return explanation{text: x.ruleText(rules[0], doc.Rule, doc.Decides), doc: doc}, nil
	}
	var b strings.Builder
	b.WriteString(query + " may be a rule in any of " + strconv.Itoa(len(rules)) + " files:\n")
	all := rulesJSON{Policy: x.ref, Query: query}
	for _, n := range rules {
		doc := x.ruleDoc(n)
		name := doc.File + ":" + strconv.Itoa(doc.Line)
		if x.outline.Files[x.outline.Rules[n].File].Builtin {
			name += " (built in)"
		}
		b.WriteString("\n" + x.ruleText(n, name, doc.Decides))
		all.Rules = append(all.Rules, doc)
	}
	return explanation{text: b.String(), doc: all}, nil
}

// ruleDoc is rule number n, with the calls that it decides on any ABI.
func (x *explainer) ruleDoc(n int) ruleJSON {
	r := &x.outline.Rules[n]
	doc := ruleJSON{Policy: x.ref, Rule: r.Origin, File: x.outline.Files[r.File].Name, Line: r.Line,
		Syscalls: r.Syscalls, When: r.When, Decides: []string{}}
	doc.Answer = toAnswerJSON(x.rules[0], policy.Decision{Action: r.Action, Errno: r.Errno, Quiet: r.Quiet}, n)
	for i, abi := range x.abis {
		for j := range x.rules[i].Calls {
			c := &x.rules[i].Calls[j]
			name := abi.Syscall(c.Nr)
			mine := c.Otherwise.Rule == n || slices.ContainsFunc(c.Clauses, func(k policy.Clause) bool { return k.Then.Rule == n })
			if mine && !slices.Contains(doc.Decides, name) {
				doc.Decides = append(doc.Decides, name)
			}
		}
	}
	slices.Sort(doc.Decides)
	return doc
}

// ruleText shows rule number n under a name.
func (x *explainer) ruleText(n int, name string, decides []string) string {
	r := &x.outline.Rules[n]
	var b strings.Builder
	b.WriteString(name + ": " + ruleAnswer(r) + "\n\n")
	b.WriteString("  names\n")
	wrapped(&b, "    ", r.Syscalls, "")
	if r.When != "" {
		b.WriteString("  when\n")
		for _, line := range folded(r.When, 92) {
			b.WriteString("    " + line + "\n")
		}
	}
	if len(decides) == 0 {
		b.WriteString("  decides nothing: rules before it decide all its calls\n")
	} else {
		b.WriteString("  decides these calls, unless an earlier rule did\n")
		wrapped(&b, "    ", decides, "")
	}
	return b.String()
}
