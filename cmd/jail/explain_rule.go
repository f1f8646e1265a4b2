package main

import (
	"slices"
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

// rule explains the rule that a log names.
func (x *explainer) rule(n int) (explanation, error) {
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

	var b strings.Builder
	b.WriteString(r.Origin + ": " + ruleAnswer(r) + "\n\n")
	b.WriteString("  names\n")
	wrapped(&b, "    ", r.Syscalls, "")
	if r.When != "" {
		b.WriteString("  when\n")
		for _, line := range folded(r.When, 92) {
			b.WriteString("    " + line + "\n")
		}
	}
	if len(doc.Decides) == 0 {
		b.WriteString("  decides nothing: rules before it decide all its calls\n")
	} else {
		b.WriteString("  decides, where no rule before it does\n")
		wrapped(&b, "    ", doc.Decides, "")
	}
	return explanation{text: b.String(), doc: doc}, nil
}
