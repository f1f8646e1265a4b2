package systemd

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// oneFile is a policy.Source of a single text.
type oneFile string

// Read implements policy.Source.
func (t oneFile) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(t)}, nil
}

// resolve reads the text of a policy for each of abis.
func resolve(text string) ([]*policy.Rules, error) {
	p, err := policy.Load("unit.toml", oneFile(text))
	if err != nil {
		return nil, err
	}
	var out []*policy.Rules
	for _, abi := range abis {
		r, err := p.Resolve(abi)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// difference is one way in which a unit answers a call otherwise than the
// policy.
type difference struct {
	kind  string // "looser", "stricter", "" for another answer that refuses or lets through as well
	where string // the rule
	text  string // what happens to the calls
	names []string
}

// compare imports the directives and names every difference from the policy.
func (e *exporter) compare(body string) error {
	unit, err := Import([]File{{Name: "unit", Data: []byte(body)}})
	if err != nil {
		return errNotOwn
	}
	theirs, err := resolve(unit.Policy)
	if err != nil {
		return errNotOwn
	}
	var found []difference
	for i, ours := range e.rules {
		for _, c := range ours.Calls {
			for _, d := range e.differences(ours, theirs[i], c.Nr) {
				found = merge(found, d, d.subject(ours, c.Nr))
			}
		}
	}
	for _, kind := range [...]string{"looser", "stricter", ""} {
		for _, d := range found {
			if d.kind == kind {
				e.losses = append(e.losses, d.loss())
			}
		}
	}
	return nil
}

// subject is the call's name, with the arguments that the policy asks for
// where the unit asks for none of them.
func (d difference) subject(r *policy.Rules, nr uint32) string {
	name := r.ABI.Syscall(nr)
	if d.kind != "looser" || len(r.Lookup(nr).Clauses) == 0 {
		return name
	}
	return name + "(" + strings.Join(asked(r.ABI, name, r.Lookup(nr)), ", ") + ")"
}

func merge(list []difference, d difference, name string) []difference {
	for i := range list {
		if x := &list[i]; x.kind == d.kind && x.where == d.where && x.text == d.text {
			x.names = appendNew(x.names, name)
			return list
		}
	}
	d.names = []string{name}
	return append(list, d)
}

func (d difference) loss() convert.Loss {
	slices.Sort(d.names)
	text := strings.Join(d.names, ", ") + ": " + d.text
	if d.kind != "" {
		text = d.kind + ": " + text
	}
	return convert.Loss{Where: d.where, Text: text}
}

// differences compares the answers to one call; of each kind and rule it keeps
// the first.
func (e *exporter) differences(ours, theirs *policy.Rules, nr uint32) []difference {
	var out []difference
	add := func(d difference) {
		if !slices.ContainsFunc(out, func(x difference) bool { return x.kind == d.kind && x.where == d.where }) {
			out = append(out, d)
		}
	}
	name := ours.ABI.Syscall(nr)
	complete := walk(ours, theirs, nr, func(x, y policy.Decision, args *[6]uint64) bool {
		where := ours.Origins[x.Rule]
		conditional := len(ours.Lookup(nr).Clauses) > 0
		switch {
		case passes(x) < passes(y) && name == "execve":
			add(difference{kind: "looser", where: where, text: "systemd needs it to start the program, so it stays allowed"})
		case passes(x) < passes(y):
			add(difference{kind: "looser", where: where, text: "a unit cannot ask for these arguments; calls that the policy refuses (" + says(x) + ") are let through"})
		case passes(x) > passes(y):
			text := "the unit refuses it (" + says(y) + ")"
			if conditional || len(theirs.Lookup(nr).Clauses) > 0 {
				text = "the unit also refuses (" + says(y) + ") " + example(ours.ABI, name, args, ours.Lookup(nr), theirs.Lookup(nr))
			}
			add(difference{kind: "stricter", where: where, text: text})
		case x.Action != y.Action || x.Errno != y.Errno:
			text := "the unit answers " + says(y) + ", not " + says(x)
			if conditional && len(theirs.Lookup(nr).Clauses) > 0 {
				text = "to some arguments the unit answers " + says(y) + ", not " + says(x)
			}
			add(difference{where: where, text: text})
		}
		return true
	})
	if !complete {
		add(difference{kind: "looser", text: "its conditions are too many to compare; the unit may let more through"})
	}
	return out
}

func says(d policy.Decision) string {
	if d.Action == policy.Deny {
		return errnoName(int(d.Errno))
	}
	return d.Action.String()
}

// example renders a call with those arguments that either side asks for.
func example(abi *syscalls.ABI, name string, args *[6]uint64, calls ...*policy.Call) string {
	var parts []string
	names := argNames(abi, name)
	for i, yes := range registers(calls) {
		if yes {
			parts = append(parts, names[i]+" = 0x"+strconv.FormatUint(args[i], 16))
		}
	}
	return name + " with " + strings.Join(parts, ", ")
}

// asked lists the arguments that conditions look at.
func asked(abi *syscalls.ABI, name string, calls ...*policy.Call) []string {
	var out []string
	names := argNames(abi, name)
	for i, yes := range registers(calls) {
		if yes {
			out = append(out, names[i])
		}
	}
	return out
}

func argNames(abi *syscalls.ABI, name string) (names [6]string) {
	known, _ := abi.Args(name)
	for i := range names {
		names[i] = "arg" + strconv.Itoa(i)
		if i < len(known) {
			names[i] = known[i].Name
		}
	}
	return names
}

func registers(calls []*policy.Call) (asked [6]bool) {
	for _, c := range calls {
		for _, clause := range c.Clauses {
			mark(clause.When, &asked)
		}
	}
	return asked
}

func mark(e policy.Expr, asked *[6]bool) {
	switch e := e.(type) {
	case policy.And:
		for _, x := range e {
			mark(x, asked)
		}
	case policy.Or:
		for _, x := range e {
			mark(x, asked)
		}
	case policy.Not:
		mark(e.X, asked)
	case policy.Test:
		asked[e.Arg] = true
	}
}
