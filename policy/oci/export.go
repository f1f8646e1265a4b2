package oci

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// Kind is a kind of profile.
type Kind uint8

const (
	Docker Kind = iota // moby's schema, as docker run --security-opt seccomp=FILE takes it
	OCI                // linux.seccomp of a config.json
)

// mostRules is how many elements one call may take, as exactly as it could be
// said with more.
const mostRules = 128

// Export writes rules as a profile of that kind, for the ABI of the rules
// alone. Where a profile can't say what the rules do, it says something
// stricter, and there is a loss.
//
// libseccomp compares 64 bits. Arguments of fewer are compared under a mask,
// so that the profile looks at what the kernel reads, as the rules do.
func Export(r *policy.Rules, kind Kind) (convert.Result, error) {
	x := exporter{rules: r, index: make(map[string]int)}
	x.def = x.defaultAnswer()
	for i := range r.Calls {
		x.call(&r.Calls[i])
	}
	x.last()
	x.name()
	return convert.Result{Policy: x.profile(kind), Losses: x.losses}, nil
}

type exporter struct {
	rules    *policy.Rules
	def      answer
	elements []specs.LinuxSyscall
	index    map[string]int // of elements, by all but the names
	quiet    []string
	logged   []string
	losses   []convert.Loss
}

func (x *exporter) lose(where, text string) {
	x.losses = append(x.losses, convert.Loss{Where: where, Text: text})
}

func answerOf(d policy.Decision) answer { return answer{d.Action, d.Errno} }

// defaultAnswer is what the policy's default says: the answer to a call that
// no rule decides, or else to an unknown one.
func (x *exporter) defaultAnswer() answer {
	for i := range x.rules.Calls {
		if d := x.rules.Calls[i].Otherwise; x.rules.Origins[d.Rule] == "default" {
			return answerOf(d)
		}
	}
	a := answerOf(x.rules.Unknown)
	if a.action == policy.Deny {
		a.errno = eperm
	}
	return a
}

// region is the calls that get an answer, as lists of args.
type region struct {
	answer
	args [][]specs.LinuxSeccompArg
}

func (x *exporter) call(c *policy.Call) {
	name := x.rules.ABI.Syscall(c.Nr)
	x.note(name, c)
	for _, r := range x.regions(name, c) {
		for _, args := range r.args {
			x.add(name, r.answer, args)
		}
	}
}

// note remembers calls with answers that a profile gives only in part.
func (x *exporter) note(name string, c *policy.Call) {
	quiet, logged := c.Otherwise.Quiet, c.Otherwise.Action == policy.Log
	for _, clause := range c.Clauses {
		quiet = quiet || clause.Then.Quiet
		logged = logged || clause.Then.Action == policy.Log
	}
	if quiet {
		x.quiet = append(x.quiet, name)
	}
	if logged {
		x.logged = append(x.logged, name)
	}
}

// regions divides the calls of a number by their answers, that of the default
// left out.
func (x *exporter) regions(name string, c *policy.Call) []region {
	otherwise := answerOf(c.Otherwise)
	if len(c.Clauses) == 0 {
		return x.always(otherwise)
	}
	if direct, ok := x.direct(c); ok {
		return direct
	}
	if exact, ok := divide(c, x.def, answerOf); ok {
		return exact
	}
	// One errno for all refusals leaves fewer regions.
	if x.def.action == policy.Deny {
		same := func(d policy.Decision) answer {
			if d.Action == policy.Deny {
				return x.def
			}
			return answerOf(d)
		}
		if plain, ok := divide(c, x.def, same); ok {
			x.lose(name, "to refuse it with different errnos takes more than "+strconv.Itoa(mostRules)+" elements; it is refused with "+
				syscalls.ErrnoName(x.def.errno))
			return plain
		}
	}
	strictest := otherwise
	for _, clause := range c.Clauses {
		if a := answerOf(clause.Then); cmp.Or(a.severity()-strictest.severity(), int(a.action)-int(strictest.action)) > 0 {
			strictest = a
		}
	}
	x.lose(name, "its conditions take more than "+strconv.Itoa(mostRules)+" elements; the answer is always "+strictest.action.String())
	return x.always(strictest)
}

func (x *exporter) always(a answer) []region {
	if a == x.def {
		return nil
	}
	return []region{{a, [][]specs.LinuxSeccompArg{nil}}}
}

// direct translates clauses that all have one answer before the default's,
// comparison by comparison.
func (x *exporter) direct(c *policy.Call) ([]region, bool) {
	out := region{answer: answerOf(c.Clauses[0].Then)}
	if answerOf(c.Otherwise) != x.def || out.answer == x.def {
		return nil, false
	}
	for _, clause := range c.Clauses {
		if answerOf(clause.Then) != out.answer {
			return nil, false
		}
		for _, and := range alternatives(clause.When) {
			if args, ok := directArgs(and); ok {
				out.args = append(out.args, args)
				continue
			}
			b := boxer{most: mostRules}
			for _, box := range joined(b.of(and)) {
				out.args = append(out.args, box.args())
			}
			if b.over {
				return nil, false
			}
		}
	}
	return []region{out}, len(out.args) <= mostRules
}

// alternatives returns the members of an Or, or e alone.
func alternatives(e policy.Expr) []policy.Expr {
	or, ok := e.(policy.Or)
	if !ok {
		return []policy.Expr{e}
	}
	var out []policy.Expr
	for _, y := range or {
		out = append(out, alternatives(y)...)
	}
	return out
}

// directArgs translates a conjunction of comparisons, at most one of each
// argument, that libseccomp makes too.
func directArgs(e policy.Expr) (args []specs.LinuxSeccompArg, ok bool) {
	and, ok := e.(policy.And)
	if !ok {
		and = policy.And{e}
	}
	if len(and) == 0 {
		return nil, false
	}
	var seen [6]bool
	for _, y := range and {
		t, ok := y.(policy.Test)
		if !ok || seen[t.Arg] {
			return nil, false
		}
		seen[t.Arg] = true
		a := specs.LinuxSeccompArg{Index: uint(t.Arg), Value: t.Value}
		switch whole := t.Width == 64 && ^t.Mask == 0; {
		case t.Op == policy.Eq && !whole && t.Value&^t.Mask == 0:
			a.Op, a.Value, a.ValueTwo = specs.OpMaskedEqual, t.Mask&ones(t.Width), t.Value
		case whole && (t.Op <= policy.Ne || !t.Signed):
			a.Op = [...]specs.LinuxSeccompOperator{
				specs.OpEqualTo, specs.OpNotEqual, specs.OpLessThan, specs.OpLessEqual, specs.OpGreaterThan, specs.OpGreaterEqual,
			}[t.Op]
		default:
			return nil, false
		}
		args = append(args, a)
	}
	slices.SortFunc(args, func(a, b specs.LinuxSeccompArg) int { return int(a.Index) - int(b.Index) })
	return args, true
}

// divide finds the calls of each answer but the default's, in boxes without a
// call in common.
func divide(c *policy.Call, def answer, of func(policy.Decision) answer) ([]region, bool) {
	b := boxer{most: 4 * mostRules}
	var out []region
	var boxes [][]box // by region
	give := func(a answer, list []box) {
		if a == def || len(list) == 0 {
			return
		}
		i := slices.IndexFunc(out, func(r region) bool { return r.answer == a })
		if i < 0 {
			i = len(out)
			out, boxes = append(out, region{answer: a}), append(boxes, nil)
		}
		boxes[i] = append(boxes[i], list...)
	}
	left := []box{{}}
	for _, clause := range c.Clauses {
		when := b.of(clause.When)
		// Members of when may overlap, so the region grows by one at a time.
		for _, w := range when {
			give(of(clause.Then), b.and(left, []box{w}))
			left = b.minus(left, []box{w})
		}
	}
	give(of(c.Otherwise), left)
	total := 0
	for i := range out {
		boxes[i] = joined(boxes[i])
		total += len(boxes[i])
		for _, box := range boxes[i] {
			out[i].args = append(out[i].args, box.args())
		}
	}
	return out, !b.over && total <= mostRules
}

// args returns the box as comparisons.
func (b box) args() (out []specs.LinuxSeccompArg) {
	for i := range b.mask {
		switch {
		case ^b.mask[i] == 0:
			out = append(out, specs.LinuxSeccompArg{Index: uint(i), Op: specs.OpEqualTo, Value: b.value[i]})
		case b.mask[i] != 0:
			out = append(out, specs.LinuxSeccompArg{Index: uint(i), Op: specs.OpMaskedEqual, Value: b.mask[i], ValueTwo: b.value[i]})
		}
	}
	return out
}

// add puts a call into the element with that answer and these args.
func (x *exporter) add(name string, a answer, args []specs.LinuxSeccompArg) {
	key := strconv.Itoa(int(a.action)) + " " + strconv.Itoa(int(a.errno))
	for _, g := range args {
		key += " " + strconv.Itoa(int(g.Index)) + string(g.Op) + strconv.FormatUint(g.Value, 16) + "," + strconv.FormatUint(g.ValueTwo, 16)
	}
	i, ok := x.index[key]
	if !ok {
		i = len(x.elements)
		x.index[key] = i
		e := specs.LinuxSyscall{Args: args}
		e.Action, e.ErrnoRet = a.scmp()
		x.elements = append(x.elements, e)
	}
	x.elements[i].Names = append(x.elements[i].Names, name)
}

// scmp returns the answer as a profile has it.
func (a answer) scmp() (specs.LinuxSeccompAction, *uint) {
	switch a.action {
	case policy.Allow:
		return specs.ActAllow, nil
	case policy.Log:
		return specs.ActLog, nil
	case policy.Kill:
		return specs.ActKillProcess, nil
	}
	n := uint(a.errno)
	return specs.ActErrno, &n
}

// last makes sure that the newest call is named: runc answers those above all
// that a profile names with ENOSYS. An element with the default's answer does
// nothing else.
func (x *exporter) last() {
	if len(x.rules.Calls) == 0 || x.def.severity() == 0 {
		return
	}
	name := x.rules.ABI.Syscall(x.rules.Calls[len(x.rules.Calls)-1].Nr)
	for _, e := range x.elements {
		if slices.Contains(e.Names, name) {
			return
		}
	}
	x.add(name, x.def, nil)
}

// starts reports whether some execve is let through. jail's own launch passes
// its filter without a rule.
func (x *exporter) starts() bool {
	nr, _ := x.rules.ABI.Number("execve")
	c := x.rules.Lookup(nr)
	if c == nil || answerOf(c.Otherwise).severity() == 0 {
		return true
	}
	return slices.ContainsFunc(c.Clauses, func(clause policy.Clause) bool { return answerOf(clause.Then).severity() == 0 })
}

// name lists the losses that concern many calls.
func (x *exporter) name() {
	some := func(names []string) string {
		const most = 5
		text := ""
		for i, n := range names {
			if i == most {
				return text + " and " + strconv.Itoa(len(names)-most) + " more"
			}
			if i > 0 {
				text += ", "
			}
			text += n
		}
		return text
	}
	if len(x.quiet) > 0 {
		x.lose("", `"quiet" has no counterpart: what is logged is the container runtime's and the kernel's affair (`+some(x.quiet)+")")
	}
	if len(x.logged) > 0 {
		x.lose("", "SCMP_ACT_LOG writes to the kernel's audit log, not to one of jail's ("+some(x.logged)+")")
	}
	if x.rules.Unknown.Action == policy.Deny && x.def != (answer{policy.Deny, enosys}) {
		x.lose("", "a call number that no table knows gets ENOSYS from runc only if it is newer than all others, and otherwise the default's answer")
	}
	if !x.starts() {
		x.lose("execve", "a container runtime is under its filter when it starts the program, so no container starts with this profile")
	}
	x.lose("", "a call through another ABI is answered with SCMP_ACT_KILL, and not as the policy's default says")
}
