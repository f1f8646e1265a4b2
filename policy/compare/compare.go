package compare

import (
	"cmp"
	"errors"
	"slices"

	"jail/policy"
)

// Change says what a difference means to what the policy lets through.
type Change uint8

const (
	Looser   Change = iota // the second policy is less strict
	Stricter               // the second policy is more strict
	Other                  // as strict: another errno, or quiet or not
)

// String returns the word for the change.
func (c Change) String() string { return [...]string{"looser", "stricter", "other"}[c] }

// Kind says which calls a difference is about.
type Kind uint8

const (
	Table   Kind = iota // the call with the number Nr
	Unknown             // every number that the tables do not know
	Foreign             // every call through another ABI
)

// Difference is one way in which two policies answer a call differently.
type Difference struct {
	Kind Kind
	Nr   uint32 // for Kind Table

	// A and B are the two answers. Rules of either policy that give it under
	// the condition are in RulesA and RulesB, ascending; A.Rule and B.Rule are
	// the first of them.
	A, B           policy.Decision
	RulesA, RulesB []int

	Change  Change
	When    policy.Expr // on which arguments; And{} for all
	Witness [6]uint64   // arguments for which it holds
}

// Strictness orders actions: allow, log, deny whatever the errno, kill.
func strictness(d policy.Decision) policy.Action { return d.Action }

// ChangeOf says what going from answer a to answer b means.
func ChangeOf(a, b policy.Decision) Change {
	switch cmp.Compare(strictness(a), strictness(b)) {
	case -1:
		return Stricter
	case 1:
		return Looser
	}
	return Other
}

// Same reports whether two answers mean the same: everything but the rule.
func Same(a, b policy.Decision) bool {
	a.Rule, b.Rule = 0, 0
	return a == b
}

var errABI = errors.New("policies of two ABIs cannot be compared")

// TooComplex is an ErrTooComplex with the call that it is about.
type TooComplex struct{ Nr uint32 }

// Error implements error.
func (TooComplex) Error() string { return ErrTooComplex.Error() }

// Unwrap returns ErrTooComplex.
func (TooComplex) Unwrap() error { return ErrTooComplex }

// Compare returns every difference between two policies of one ABI: by call in
// the order of numbers, then unknown numbers, then foreign ABIs. There is none
// exactly where both decide every call alike but for the rule. The error is a
// TooComplex, or says that the ABIs differ.
func Compare(a, b *policy.Rules) ([]Difference, error) {
	if a.ABI != b.ABI {
		return nil, errABI
	}
	var out []Difference
	for _, nr := range numbers(a, b) {
		ds, err := calls(entry(a, nr), entry(b, nr))
		if err != nil {
			return nil, TooComplex{nr}
		}
		for i := range ds {
			ds[i].Nr = nr
		}
		out = append(out, ds...)
	}
	for _, rest := range [...]struct {
		kind Kind
		a, b policy.Decision
	}{{Unknown, a.Unknown, b.Unknown}, {Foreign, a.Foreign, b.Foreign}} {
		if !Same(rest.a, rest.b) {
			d := always(rest.a, rest.b)
			d.Kind = rest.kind
			out = append(out, d)
		}
	}
	return out, nil
}

// numbers lists the numbers that either policy has an entry for.
func numbers(a, b *policy.Rules) []uint32 {
	out := make([]uint32, 0, len(a.Calls)+len(b.Calls))
	for _, r := range [...]*policy.Rules{a, b} {
		for i := range r.Calls {
			if nr := r.Calls[i].Nr; !r.ABI.IsForeign(nr) {
				out = append(out, nr)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func entry(r *policy.Rules, nr uint32) *policy.Call {
	if c := r.Lookup(nr); c != nil {
		return c
	}
	return &policy.Call{Nr: nr, Otherwise: r.Unknown}
}

func always(a, b policy.Decision) Difference {
	return Difference{A: a, B: b, RulesA: []int{a.Rule}, RulesB: []int{b.Rule}, Change: ChangeOf(a, b), When: policy.And{}}
}

// calls compares what two policies say of one call.
func calls(a, b *policy.Call) (out []Difference, err error) {
	if len(a.Clauses) == 0 && len(b.Clauses) == 0 {
		if Same(a.Otherwise, b.Otherwise) {
			return nil, nil
		}
		return []Difference{always(a.Otherwise, b.Otherwise)}, nil
	}
	defer guard(&err)
	vars, err := variables(testsOf(a, b))
	if err != nil {
		return nil, err
	}
	d := newDiagram(vars)
	var answersA, answersB answers
	f, g := d.decisions(a, answersA.number), d.decisions(b, answersB.number)
	n := len(answersB)
	pairs := d.combine(opPair, f, g, func(x, y int) int { return x*n + y })

	leaves := d.leaves(pairs)
	slices.Sort(leaves)
	for _, leaf := range leaves {
		da, db := answersA[leaf/n], answersB[leaf%n]
		if Same(da, db) {
			continue
		}
		i := slices.IndexFunc(out, func(o Difference) bool { return Same(o.A, da) && Same(o.B, db) })
		if i < 0 {
			out = append(out, Difference{A: da, B: db, Change: ChangeOf(da, db)})
			i = len(out) - 1
		}
		out[i].RulesA, out[i].RulesB = insert(out[i].RulesA, da.Rule), insert(out[i].RulesB, db.Rule)
	}
	for i := range out {
		o := &out[i]
		o.A.Rule, o.B.Rule = o.RulesA[0], o.RulesB[0]
		where := d.combine(opRegion+ref(i), pairs, pairs, func(x, _ int) int {
			if Same(answersA[x/n], o.A) && Same(answersB[x%n], o.B) {
				return 1
			}
			return 0
		})
		boxes := d.cover(where)
		o.When, o.Witness = d.condition(boxes), d.member(boxes[0])
	}
	return out, nil
}

func testsOf(calls ...*policy.Call) []policy.Test {
	var tests []policy.Test
	for _, c := range calls {
		for i := range c.Clauses {
			tests = collect(tests, c.Clauses[i].When)
		}
	}
	return tests
}

// answers numbers decisions.
type answers []policy.Decision

func (a *answers) number(d policy.Decision) int {
	if i := slices.Index(*a, d); i >= 0 {
		return i
	}
	*a = append(*a, d)
	return len(*a) - 1
}

func insert(sorted []int, x int) []int {
	if i, found := slices.BinarySearch(sorted, x); !found {
		return slices.Insert(sorted, i, x)
	}
	return sorted
}

// member returns arguments in the box.
func (d *diagram) member(b box) [6]uint64 {
	var args [6]uint64
	for i, v := range d.vars {
		c := 0
		if b[i] != nil {
			c = slices.Index(b[i], true)
		}
		args[v.arg] |= v.values[c]
	}
	return args
}
