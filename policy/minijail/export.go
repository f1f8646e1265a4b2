package minijail

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// exporter writes the policy of one ABI.
type exporter struct {
	rules  *policy.Rules
	lines  strings.Builder
	recent strings.Builder // lines of calls that minijail0 may not know
	labels int

	// What the lines mean; and what they would mean if minijail0 read arguments
	// as wide as the kernel does. The difference concerns the calls in whole.
	exact, narrow *policy.Rules
	whole         []string
}

// Export writes a policy as minijail0's for one ABI: numbers of constants
// differ, and so such a file is for one architecture.
//
// Losses are found by comparing what the lines mean with the policy, for every
// class of arguments; write, which may be nil, gives the writers for their
// conditions. The error, if any, is a policy.Problems.
func Export(p *policy.Policy, abi *syscalls.ABI, write convert.Writer) (convert.Result, error) {
	rules, err := p.Resolve(abi)
	if err != nil {
		return convert.Result{}, err
	}
	e := &exporter{rules: rules, exact: blank(abi), narrow: blank(abi)}
	for i := range rules.Calls {
		e.call(&rules.Calls[i])
	}
	losses := e.losses(write)
	text := header(p, abi, losses) + e.lines.String()
	if e.recent.Len() > 0 {
		text += "\n# Calls newer than Linux 6.2. minijail0 stops at one that the headers it was built\n" +
			"# with do not have: delete its line, and the call is killed.\n" + e.recent.String()
	}
	return convert.Result{Policy: text, Losses: losses}, nil
}

// call writes the line of one call, and notes what it means.
func (e *exporter) call(c *policy.Call) {
	name := e.rules.ABI.Syscall(c.Nr)
	out := policy.Call{Nr: c.Nr}
	condition, ok := disjunctive(passing(c), false)
	if !ok {
		condition = nil // refused rather than let through unasked
	}
	refusal := refusalOf(c)
	line := ""
	switch {
	case condition.always():
		line = "1"
		out.Otherwise = policy.Decision{Action: policy.Allow}
	case len(condition) == 0:
		out.Otherwise = refusal
		if refusal.Action == policy.Deny {
			line = "return " + errnoText(refusal.Errno)
			e.labels++
		}
	default:
		line = condition.String()
		e.labels += 2 + len(condition)
		if refusal.Action == policy.Deny {
			line += "; return " + errnoText(refusal.Errno)
		}
		out.Otherwise = refusal
	}
	e.mean(out, name, condition)
	switch {
	case line == "": // it is killed
	case recent(c.Nr):
		e.recent.WriteString(name + ": " + line + "\n")
	default:
		e.lines.WriteString(name + ": " + line + "\n")
	}
}

// recent reports whether a call is newer than Linux 6.2: later numbers are the
// same on all architectures, but for the two probes of x86_64.
func recent(nr uint32) bool { return nr > 450 || nr == 335 || nr == 336 }

// mean notes what the line of a call means.
func (e *exporter) mean(c policy.Call, name string, condition dnf) {
	exact, narrow := c, c
	if len(condition) > 0 && !condition.always() {
		args, _ := e.rules.ABI.Args(name)
		allow := policy.Decision{Action: policy.Allow}
		exact.Clauses = []policy.Clause{{When: condition.expr(nil), Then: allow}}
		narrow.Clauses = []policy.Clause{{When: condition.expr(args), Then: allow}}
		if condition.comparesWhole(args) {
			e.whole = append(e.whole, name)
		}
	}
	e.exact.Calls = append(e.exact.Calls, exact)
	e.narrow.Calls = append(e.narrow.Calls, narrow)
}

// blank is a policy that kills every call.
func blank(abi *syscalls.ABI) *policy.Rules {
	killed := policy.Decision{Action: policy.Kill}
	return &policy.Rules{ABI: abi, Unknown: killed, Foreign: killed, Origins: []string{"minijail0"}}
}

// passing is the condition under which a call is let through.
func passing(c *policy.Call) policy.Expr {
	var e policy.Expr = policy.Or{}
	if passes(c.Otherwise) {
		e = policy.And{}
	}
	for _, clause := range slices.Backward(c.Clauses) {
		switch {
		case passes(clause.Then) && holds(e), !passes(clause.Then) && fails(e):
		case passes(clause.Then) && fails(e):
			e = clause.When
		case passes(clause.Then):
			e = policy.Or{clause.When, e}
		case holds(e):
			e = policy.Not{X: clause.When}
		default:
			e = policy.And{policy.Not{X: clause.When}, e}
		}
	}
	return e
}

func passes(d policy.Decision) bool { return d.Action == policy.Allow || d.Action == policy.Log }

func holds(e policy.Expr) bool {
	and, ok := e.(policy.And)
	return ok && len(and) == 0
}

func fails(e policy.Expr) bool {
	or, ok := e.(policy.Or)
	return ok && len(or) == 0
}

// refusalOf is the answer for the arguments that do not pass: the one that the
// policy gives last, since a line has only one.
func refusalOf(c *policy.Call) policy.Decision {
	d := policy.Decision{Action: policy.Kill}
	for _, clause := range c.Clauses {
		if !passes(clause.Then) {
			d = clause.Then
		}
	}
	if !passes(c.Otherwise) {
		d = c.Otherwise
	}
	return policy.Decision{Action: d.Action, Errno: d.Errno}
}

// losses names all differences: those in whole by one sentence, every other by
// one of its own, and whatever is let through that should not be.
func (e *exporter) losses(write convert.Writer) []convert.Loss {
	out := e.general()
	if len(e.whole) > 0 {
		slices.Sort(e.whole)
		out = append(out, convert.Loss{Text: "stricter: " + strings.Join(e.whole, ", ") +
			": 32-bit arguments are compared as 64-bit registers, so that anything in the upper half makes them differ"})
	}
	out = append(out, convert.Losses(write, [2]*policy.Rules{e.rules, e.narrow})...)
	for _, l := range convert.Losses(write, [2]*policy.Rules{e.rules, e.exact}) {
		if strings.HasPrefix(l.Text, "looser") && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// maxLabels is BPF_LABELS_MAX of minijail's bpf.h.
const maxLabels = 512

// general names what no line can say.
func (e *exporter) general() []convert.Loss {
	var out []convert.Loss
	add := func(text string) { out = append(out, convert.Loss{Text: text}) }
	switch u := e.rules.Unknown; {
	case passes(u):
		add("stricter: calls that no table knows are killed, in the policy let through")
	case u.Action == policy.Deny:
		add("calls that no table knows are killed, in the policy refused with " + errnoText(u.Errno))
	}
	if e.rules.Foreign.Action == policy.Deny {
		add("calls through other ABIs are killed, in the policy refused with " + errnoText(e.rules.Foreign.Errno))
	}
	if e.labels > maxLabels {
		add("minijail0 takes at most " + strconv.Itoa(maxLabels) + " lines that are not \"1\" and alternatives in them; this has " + strconv.Itoa(e.labels))
	}
	return out
}

func errnoText(n uint16) string {
	if name := syscalls.ErrnoName(n); name != "" {
		return name
	}
	return strconv.Itoa(int(n))
}

func header(p *policy.Policy, abi *syscalls.ABI, losses []convert.Loss) string {
	var b strings.Builder
	b.WriteString("# Written by jail export minijail for " + abi.Name + ", from\n")
	for _, f := range p.Files() {
		b.WriteString("#   " + convert.Plain(f) + "\n")
	}
	b.WriteString(convert.Comment("Other than in the policy:", losses))
	return b.String() + "\n"
}
