package policy

import (
	"slices"
	"sort"

	"jail/policy/syscalls"
)

// Origins that are no rule of a file.
const (
	originDefault = "default"
	originForeign = "foreign ABI"
	originRestart = "restart"
)

// Errors that a policy answers with when it names none.
const (
	eperm  = 1
	enosys = 38
)

// Resolve gives the policy's meaning for one ABI. A call that the ABI lacks is
// passed over, in a group and by name. The error, if any, is a Problems.
//
// For each call the first rule that matches decides. What no rule decides
// gets the policy's default; only restart_syscall is let through then: the
// kernel resumes an interrupted nanosleep(2) under that number after
// SIGSTOP and SIGCONT, without the program's doing (restart_syscall(2)).
func (p *Policy) Resolve(abi *syscalls.ABI) (*Rules, error) {
	r := newResolver(p, abi)
	rules := r.run()
	if err := r.problems.Errors().tidy().err(); err != nil {
		return nil, err
	}
	return rules, nil
}

// Files returns the names of the files that the policy is made of, its own
// first, in the order in which their rules are asked.
func (p *Policy) Files() []string {
	out := make([]string, 0, len(p.files))
	for _, f := range p.files {
		out = append(out, f.label())
	}
	return out
}

// Default returns the action for calls that no rule names, and the errno of a
// refusal that names none: the first that a file sets, in the order of Files;
// deny and EPERM where none does.
func (p *Policy) Default() (Action, uint16) {
	action, errno := Deny, uint16(eperm)
	for _, f := range slices.Backward(p.files) {
		if f.def != nil {
			action = *f.def
		}
		if f.errno != 0 {
			errno = f.errno
		}
	}
	return action, errno
}

// resolver builds the Rules of a policy, and finds on its way what only an
// ABI's numbers and prototypes can tell.
type resolver struct {
	policy   *Policy
	abi      *syscalls.ABI
	entries  []syscalls.Entry
	errno    uint16
	rules    []*rule // by Decision.Rule
	calls    []Call
	decided  []int32 // for each call the rule that ends its clauses, plus 1
	inFile   []int32 // the same, for rules of the current file alone
	problems Problems
}

func newResolver(p *Policy, abi *syscalls.ABI) *resolver {
	return &resolver{policy: p, abi: abi, entries: abi.All()}
}

func (r *resolver) run() *Rules {
	action, errno := r.policy.Default()
	r.errno = errno
	r.calls = make([]Call, len(r.entries))
	r.decided = make([]int32, len(r.entries))
	r.inFile = make([]int32, len(r.entries))
	for i := range r.calls {
		r.calls[i].Nr = r.entries[i].Nr
	}
	origins := make([]string, 0, 64)
	for _, f := range r.policy.files {
		clear(r.inFile)
		for i := range f.rules {
			r.rules = append(r.rules, &f.rules[i])
			origins = append(origins, f.rules[i].origin())
			r.rule(&f.rules[i], len(r.rules)-1)
		}
	}
	out := &Rules{ABI: r.abi, Calls: r.calls}
	at := func(origin string) int {
		origins = append(origins, origin)
		return len(origins) - 1
	}
	fallback := r.decision(action, 0, false, at(originDefault))
	out.Unknown = fallback
	if action == Deny {
		out.Unknown.Errno = enosys // so that libc falls back on an older call
	}
	out.Foreign = r.decision(Deny, 0, false, at(originForeign))
	if action == Kill {
		out.Foreign = r.decision(Kill, 0, false, out.Foreign.Rule)
	}
	r.finish(fallback, Decision{Action: Allow, Rule: at(originRestart)})
	out.Origins = origins
	return out
}

// decision fills in the errno of a refusal.
func (r *resolver) decision(a Action, errno uint16, quiet bool, rule int) Decision {
	d := Decision{Action: a, Quiet: quiet, Rule: rule}
	if a == Deny {
		d.Errno = errno
		if errno == 0 {
			d.Errno = r.errno
		}
	}
	return d
}

// finish answers the calls that no rule decides, and drops clauses that make
// no difference.
func (r *resolver) finish(fallback, restart Decision) {
	for i := range r.calls {
		c := &r.calls[i]
		if r.decided[i] == 0 {
			c.Otherwise = fallback
			if r.entries[i].Name == "restart_syscall" {
				c.Otherwise = restart
			}
		}
		for n := len(c.Clauses); n > 0 && alike(c.Clauses[n-1].Then, c.Otherwise); n-- {
			c.Clauses = c.Clauses[:n-1]
		}
		if len(c.Clauses) == 0 {
			c.Clauses = nil
		}
	}
}

// alike reports whether nobody can tell the two decisions apart: which rule
// decided shows only in reports.
func alike(a, b Decision) bool {
	if a.Action == Allow || a.Action == Deny && a.Quiet {
		a.Rule, b.Rule = 0, 0
	}
	return a == b
}

// rule applies one rule to all calls that it names.
func (r *resolver) rule(x *rule, index int) {
	then := r.decision(x.action, x.errno, x.quiet, index)
	s := shadow{}
	var seen []int // offsets of the condition that were reported already
	for _, name := range x.names {
		for _, call := range name.calls() {
			i, ok := r.index(call)
			if !ok {
				continue
			}
			if x.when == nil {
				r.decide(x, i, then, &s)
			} else {
				seen = r.decideIf(x, i, then, &s, seen)
			}
		}
	}
	if by := s.by(); by >= 0 && !x.broken {
		// A rule that another has made needless does no harm. One that says
		// something else is what its author relies on, in vain.
		level := LevelError
		if y := r.rules[by]; y.action == x.action && y.errno == x.errno {
			level = LevelWarning
		}
		r.report(x.file, x.file.loc.start(x.node), level,
			"rule can never match: "+r.rules[by].origin()+" decides all its calls first")
	}
}

// calls lists what a name stands for.
func (n *name) calls() []string {
	if n.text != "" && n.text[0] == '@' {
		members, _ := syscalls.Group(n.text)
		return members
	}
	return []string{n.text}
}

func (r *resolver) index(call string) (int, bool) {
	nr, ok := r.abi.Number(call)
	if !ok {
		return 0, false
	}
	i := sort.Search(len(r.entries), func(i int) bool { return r.entries[i].Nr >= nr })
	return i, i < len(r.entries) && r.entries[i].Nr == nr
}

func (r *resolver) report(f *file, off int, level Level, text string) {
	r.problems = append(r.problems, f.at(off, level, text))
}

// decide makes the rule the last word on call i, if no earlier one is.
func (r *resolver) decide(x *rule, i int, then Decision, s *shadow) {
	this := int32(then.Rule) + 1
	if r.inFile[i] != this { // not named by this very rule before
		s.count(r.inFile[i])
	}
	if x.broken {
		return
	}
	if r.inFile[i] == 0 {
		r.inFile[i] = this
	}
	if r.decided[i] == 0 {
		r.decided[i] = this
		r.calls[i].Otherwise = then
	}
}

// decideIf adds the rule's condition to call i.
func (r *resolver) decideIf(x *rule, i int, then Decision, s *shadow, seen []int) []int {
	c := &r.calls[i]
	n := len(c.Clauses)
	if n > 0 && c.Clauses[n-1].Then.Rule == then.Rule {
		return seen // named by this very rule before
	}
	b := binder{abi: r.abi, call: r.entries[i].Name}
	b.report = func(off int, level Level, text string) {
		if !slices.Contains(seen, off) {
			seen = append(seen, off)
			r.report(x.file, x.file.inCondition(x.when.node, off), level, text)
		}
	}
	when := b.bind(x.when.root)
	if b.failed || x.broken {
		s.count(0)
		return seen
	}
	when = r.judge(&b, x, when)
	if e, ok := when.(And); ok && len(e) == 0 {
		r.decide(x, i, then, s)
		return seen
	}
	s.count(r.shadowed(i, n, when, x.file))
	if r.decided[i] == 0 && !b.failed {
		c.Clauses = append(c.Clauses, Clause{when, then})
	}
	return seen
}

// judge simplifies a condition and reports one that has only one outcome.
func (r *resolver) judge(b *binder, x *rule, when Expr) Expr {
	when = simplify(when)
	off := x.when.root.offset()
	switch e := when.(type) {
	case Or:
		if len(e) == 0 {
			b.fail(off, "condition can never hold: its parts contradict each other")
		}
	case And:
		if len(e) == 0 {
			b.report(off, LevelWarning, "condition always holds")
		}
	}
	return when
}

// shadowDepth is how many earlier conditions on a call are weighed together. A
// policy with more, one rule for each of hundreds of values, say, would take
// longer to look through than anyone waits for a program to start.
const shadowDepth = 24

// shadowed returns the rule, plus 1, of the same file that answers call i
// whenever the condition holds; 0 where there is none, or where it would take
// too long to tell.
func (r *resolver) shadowed(i, n int, when Expr, f *file) int32 {
	if r.inFile[i] != 0 {
		return r.inFile[i]
	}
	left := And{when}
	for _, c := range r.calls[i].Clauses[:n] {
		if len(left) > shadowDepth {
			return 0
		}
		if r.rules[c.Then.Rule].file != f {
			continue
		}
		left = append(left, Not{c.When})
		if !satisfiable(left) {
			return int32(c.Then.Rule) + 1
		}
	}
	return 0
}

// shadow tells whether earlier rules answer every call of a rule.
type shadow struct {
	open  bool // a call is left to this rule
	first int32
}

func (s *shadow) count(by int32) {
	if by == 0 {
		s.open = true
	} else if s.first == 0 {
		s.first = by
	}
}

// by returns the rule that decides first, -1 where some call is left.
func (s *shadow) by() int {
	if s.open || s.first == 0 {
		return -1
	}
	return int(s.first) - 1
}
