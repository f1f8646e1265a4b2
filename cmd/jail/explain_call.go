package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// answerOn is the answer to a call on one ABI.
type answerOn struct {
	abi   *syscalls.ABI
	rules *policy.Rules
	call  *policy.Call
	fixed compare.Fixed
	cases []compare.Case
	write *compare.Writer
}

// answer finds what the policy answers on ABI number i.
func (x *explainer) answer(i int, q *query) (*answerOn, error) {
	abi := x.abis[i]
	nr, fixed, err := q.bind(abi)
	if err != nil {
		return nil, err
	}
	a := &answerOn{abi: abi, rules: x.rules[i], call: x.rules[i].Lookup(nr), fixed: fixed, write: writerOf(abi, nr)}
	a.write.Known = fixed.Args
	if a.call == nil {
		a.call = &policy.Call{Nr: nr, Otherwise: a.rules.Unknown}
	}
	if a.cases, err = compare.Cases(a.call, fixed); err != nil {
		return nil, fmt.Errorf("%s on %s: %w", q.name, abi.Name, err)
	}
	return a, nil
}

// call explains the answer to one call on each ABI.
func (x *explainer) call(q query) (explanation, error) {
	var on []*answerOn
	var lacking []string
	var firstErr error
	for i, abi := range x.abis {
		a, err := x.answer(i, &q)
		switch {
		case errors.Is(err, errNoCall):
			lacking = append(lacking, abi.Name)
		case err != nil:
			firstErr = cmpErr(firstErr, err)
		default:
			on = append(on, a)
		}
	}
	if firstErr != nil {
		return explanation{}, firstErr
	}
	e := explanation{doc: x.callJSON(q, on)}
	e.text = x.callText(q, on, lacking)
	return e, nil
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// callText tells the answer first, then where it comes from; what is the same
// on several ABIs once.
func (x *explainer) callText(q query, on []*answerOn, lacking []string) string {
	var texts []string
	var names [][]string
	for _, a := range on {
		t := x.answerText(a)
		i := slices.Index(texts, t)
		if i < 0 {
			i = len(texts)
			texts, names = append(texts, t), append(names, nil)
		}
		names[i] = append(names[i], a.abi.Name)
	}
	var b strings.Builder
	for i, t := range texts {
		if len(texts) > 1 {
			b.WriteString("on " + strings.Join(names[i], ", ") + ": ")
		}
		b.WriteString(t)
	}
	if len(on) == 0 {
		b.WriteString("refused: " + q.name + " is no call of " + strings.Join(lacking, " or ") + "\n")
	}
	b.WriteByte('\n')
	x.elsewhere(&b, q.name, on, lacking)
	return b.String()
}

// elsewhere says what holds for the ABIs that were not told of.
func (x *explainer) elsewhere(b *strings.Builder, call string, on []*answerOn, lacking []string) {
	rows := [][]string{}
	if len(on) > 0 {
		names := make([]string, len(on))
		for i, a := range on {
			names[i] = a.abi.Name
		}
		rows = append(rows, []string{strings.Join(names, ", "), "this answer"})
		if len(lacking) > 0 {
			rows = append(rows, []string{strings.Join(lacking, ", "), "has no " + call})
		}
	}
	r := x.rules[0]
	if slices.Contains(x.abis, syscalls.X86_64) {
		rows = append(rows, []string{"i386, x32", "refused: foreign ABI (" + answerText(r.Foreign) + ")"})
	} else {
		rows = append(rows, []string{"32-bit arm", "refused: foreign ABI (" + answerText(r.Foreign) + ")"})
	}
	if call == "seccomp" {
		rows = append(rows, []string{"with a monitor", "denied: EPERM for SECCOMP_FILTER_FLAG_NEW_LISTENER, whatever the policy says"})
	}
	table(b, "  ", rows)
}

// answerText is the answer on one ABI: the first line says it plainly.
func (x *explainer) answerText(a *answerOn) string {
	var b strings.Builder
	if len(a.cases) == 1 {
		c := a.cases[0]
		b.WriteString(answerText(c.Then) + " (" + originText(a.rules.Origins[c.Then.Rule]) + ")\n")
	} else {
		x.several(&b, a)
	}
	x.reasons(&b, a)
	return b.String()
}

// several tells an answer that depends on the arguments.
func (x *explainer) several(b *strings.Builder, a *answerOn) {
	var kinds []string
	for _, c := range a.cases {
		if s := answerText(c.Then); !slices.Contains(kinds, s) {
			kinds = append(kinds, s)
		}
	}
	if len(kinds) == 1 {
		b.WriteString(kinds[0] + ", by several rules\n\n")
	} else {
		b.WriteString("depends on " + a.dependsOn() + ": " + strings.Join(kinds, " or ") + "\n\n")
	}
	var rows [][]string
	for i, c := range a.cases {
		last := i == len(a.cases)-1
		lines := []string{"otherwise"}
		if !last {
			lines = a.write.Lines(c.When)
		}
		for j, line := range lines {
			row := []string{"", ""}
			word := "or "
			if j == 0 {
				row = []string{answerText(c.Then), originText(a.rules.Origins[c.Then.Rule])}
				if word = "where "; last {
					word = ""
				}
			}
			rows = appendFolded(rows, row, word+line)
		}
	}
	table(b, "  ", rows)
}

// dependsOn names the arguments that tell the cases apart.
func (a *answerOn) dependsOn() string {
	var used [6]bool
	for _, c := range a.cases {
		for _, t := range compare.Tests(c.When) {
			used[t.Arg] = true
		}
	}
	args, _ := a.abi.Args(a.write.Call)
	var names []string
	for i, u := range used {
		switch {
		case !u:
		case i < len(args):
			names = append(names, args[i].Name)
		default:
			names = append(names, fmt.Sprintf("arg%d", i))
		}
	}
	return strings.Join(names, ", ")
}

// reasons tells which rules were asked, in their order, up to the last that
// can decide.
func (x *explainer) reasons(b *strings.Builder, a *answerOn) {
	if len(a.cases) > 1 && a.fixed.Known == [6]bool{} {
		return // the cases are the rules
	}
	var rows [][]string
	decides := func(rule int) bool {
		return slices.ContainsFunc(a.cases, func(c compare.Case) bool { return c.Then.Rule == rule })
	}
	left := len(a.cases)
	for _, clause := range a.call.Clauses {
		if left == 0 {
			break
		}
		word, why := "no match", ""
		if decides(clause.Then.Rule) {
			word = "decides"
			if len(a.cases) > 1 {
				word = "may match"
			}
			left--
		} else {
			why = a.obstacle(clause.When)
		}
		rows = x.ruleRows(rows, a, clause.Then.Rule, word)
		if why != "" {
			rows = append(rows, []string{"", "", "not so: " + why})
		}
	}
	if left > 0 {
		rows = x.ruleRows(rows, a, a.call.Otherwise.Rule, "decides")
	}
	b.WriteByte('\n')
	table(b, "  ", rows)
}

// ruleRows shows a rule as it was written, as far as it is about the call.
func (x *explainer) ruleRows(rows [][]string, a *answerOn, rule int, word string) [][]string {
	if rule >= len(x.outline.Rules) {
		origin, text := a.rules.Origins[rule], ""
		if origin == "default" {
			text = "no rule matches"
		}
		return append(rows, []string{word, originText(origin), text})
	}
	r := &x.outline.Rules[rule]
	text := ruleAnswer(r) + " " + namedBy(r, a.write.Call)
	for _, clause := range a.call.Clauses {
		if clause.Then.Rule == rule {
			text += " when " + conditionText(r, clause.When, writerOf(a.abi, a.call.Nr))
		}
	}
	return appendFolded(rows, []string{word, r.Origin}, text)
}

// obstacle says what in a condition cannot be, given the arguments.
func (a *answerOn) obstacle(e policy.Expr) string {
	and, ok := e.(policy.And)
	if !ok {
		return ""
	}
	for _, x := range and {
		cases, err := compare.Cases(&policy.Call{Clauses: []policy.Clause{{When: x}}, Otherwise: policy.Decision{Action: policy.Deny}}, a.fixed)
		if err == nil && len(cases) == 1 && cases[0].Then.Action == policy.Deny {
			return a.write.Text(x)
		}
	}
	return ""
}
