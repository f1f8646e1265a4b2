package convert

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// maxCondition is how long a condition may be in a loss, in bytes.
const maxCondition = 240

// Losses compares what a policy means with what the text made of it means in
// the other format, both as Rules of one ABI, for any number of ABIs. Losses
// that let more through come first and begin with "looser", then come those
// that begin with "stricter", then the rest. What is logged or not makes no
// difference, nor do calls without a number in the table.
//
// write, if not nil, gives the writer for conditions on a call, which knows
// names for values.
func Losses(write Writer, pairs ...[2]*policy.Rules) []Loss {
	if write == nil {
		write = func(abi *syscalls.ABI, nr uint32) *compare.Writer {
			return &compare.Writer{ABI: abi, Call: abi.Syscall(nr)}
		}
	}
	var found []finding
	for _, p := range pairs {
		for _, d := range differences(write, loud(p[0]), loud(p[1])) {
			found = merge(found, d)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return int(a.change) - int(b.change) })
	out := make([]Loss, 0, len(found))
	for _, f := range found {
		out = append(out, f.loss())
	}
	return out
}

// Writer returns the writer for conditions on one call.
type Writer func(abi *syscalls.ABI, nr uint32) *compare.Writer

// finding is one difference, of all the calls that share it.
type finding struct {
	change compare.Change
	where  string
	text   string
	when   string // "" for calls that differ whatever their arguments
	calls  []string
}

func merge(list []finding, f finding) []finding {
	for i := range list {
		x := &list[i]
		if x.change == f.change && x.where == f.where && x.text == f.text && x.when == f.when && (f.when == "" || x.calls[0] == f.calls[0]) {
			if !slices.Contains(x.calls, f.calls[0]) {
				x.calls = append(x.calls, f.calls[0])
			}
			return list
		}
	}
	return append(list, f)
}

func (f finding) loss() Loss {
	slices.Sort(f.calls)
	text := strings.Join(f.calls, ", ")
	if few := 12; len(f.calls) > 2*few && f.change != compare.Looser {
		text = strings.Join(f.calls[:few], ", ") + " and " + strconv.Itoa(len(f.calls)-few) + " more"
	}
	if f.when != "" {
		text += " when " + f.when
	}
	text += ": " + f.text
	if f.change != compare.Other {
		text = f.change.String() + ": " + text
	}
	return Loss{Where: f.where, Text: text}
}

// differences lists where the two differ in calls that the table knows.
func differences(write Writer, ours, theirs *policy.Rules) []finding {
	var out []finding
	for {
		list, err := compare.Compare(ours, theirs)
		for _, d := range list {
			if d.Kind == compare.Table {
				out = append(out, describe(write, ours, d))
			}
		}
		var complex compare.TooComplex
		if !errors.As(err, &complex) {
			return out
		}
		// Say so, and compare the rest.
		out = append(out[:0], finding{change: compare.Looser, calls: []string{nameOf(ours.ABI, complex.Nr)},
			text: "its conditions are too complex to compare; it may let more through"})
		ours, theirs = without(ours, complex.Nr), without(theirs, complex.Nr)
	}
}

func describe(write Writer, ours *policy.Rules, d compare.Difference) finding {
	name := nameOf(ours.ABI, d.Nr)
	f := finding{change: d.Change, where: ours.Origins[d.A.Rule], calls: []string{name}}
	f.text = "answered with " + says(d.B) + ", in the policy with " + says(d.A)
	switch d.Change {
	case compare.Looser:
		f.text = "let through, in the policy " + refused(d.A)
	case compare.Stricter:
		f.text = refused(d.B) + ", in the policy let through"
	}
	if d.A.Action <= policy.Log && d.B.Action <= policy.Log {
		f.change = compare.Other
		f.text = logged(d.B.Action) + ", in the policy " + logged(d.A.Action)
	} else if d.A.Action > policy.Log && d.B.Action > policy.Log {
		f.change = compare.Other
		f.text = refused(d.B) + ", in the policy " + refused(d.A)
	}
	if f.when = write(ours.ABI, d.Nr).Text(d.When); f.when == compare.Always {
		f.when = ""
	} else if len(f.when) > maxCondition {
		f.when = "its arguments are of a certain kind"
	}
	return f
}

func says(d policy.Decision) string {
	if d.Action != policy.Deny {
		return d.Action.String()
	}
	if name := syscalls.ErrnoName(d.Errno); name != "" {
		return name
	}
	return strconv.Itoa(int(d.Errno))
}

func refused(d policy.Decision) string {
	if d.Action == policy.Kill {
		return "killed"
	}
	return "refused with " + says(d)
}

func logged(a policy.Action) string {
	if a == policy.Log {
		return "logged"
	}
	return "not logged"
}

func nameOf(abi *syscalls.ABI, nr uint32) string {
	if name := abi.Syscall(nr); name != "" {
		return name
	}
	return "call " + strconv.FormatUint(uint64(nr), 10)
}

// loud returns the rules without Quiet, which no other format knows.
func loud(r *policy.Rules) *policy.Rules {
	out := *r
	out.Calls = slices.Clone(r.Calls)
	for i := range out.Calls {
		c := &out.Calls[i]
		c.Otherwise.Quiet = false
		c.Clauses = slices.Clone(c.Clauses)
		for j := range c.Clauses {
			c.Clauses[j].Then.Quiet = false
		}
	}
	return &out
}

// without returns the rules with all of one call allowed.
func without(r *policy.Rules, nr uint32) *policy.Rules {
	out := *r
	out.Calls = slices.Clone(r.Calls)
	for i := range out.Calls {
		if c := &out.Calls[i]; c.Nr == nr {
			c.Clauses, c.Otherwise = nil, policy.Decision{}
		}
	}
	return &out
}
