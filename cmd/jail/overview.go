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

// folded breaks a text into lines of at most so many bytes: at blanks, and a
// word that no line has room for behind a "|".
func folded(s string, most int) []string {
	var out []string
	for len(s) > most {
		end := breakAt(s, most)
		if end <= 0 {
			break
		}
		out = append(out, strings.TrimRight(s[:end], " "))
		s = strings.TrimLeft(s[end:], " ")
	}
	return append(out, s)
}

// breakAt returns where the first line of s ends, 0 if nowhere.
func breakAt(s string, most int) int {
	blank := strings.LastIndexByte(s[:most+1], ' ')
	word, _, _ := strings.Cut(s[blank+1:], " ")
	if len(word) > most || blank <= 0 {
		if i := strings.LastIndexByte(s[:most], '|'); i > blank {
			return i + 1
		}
	}
	return blank
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
