package compare

import (
	"slices"

	"jail/policy"
)

// Case is one answer to a call, and the arguments that lead to it.
type Case struct {
	Then    policy.Decision
	When    policy.Expr // on the arguments that are not fixed; And{} for all
	Witness [6]uint64
}

// Fixed are arguments that are known: Args[i] where Known[i].
type Fixed struct {
	Args  [6]uint64
	Known [6]bool
}

// Cases lists every answer, by rule, that a call with these arguments can get,
// in the order in which the clauses ask. The error is ErrTooComplex.
func Cases(c *policy.Call, fixed Fixed) (out []Case, err error) {
	if len(c.Clauses) == 0 {
		return []Case{{Then: c.Otherwise, When: policy.And{}, Witness: fixed.witness([6]uint64{})}}, nil
	}
	defer guard(&err)
	k := &policy.Call{Nr: c.Nr, Otherwise: c.Otherwise}
	for _, clause := range c.Clauses {
		k.Clauses = append(k.Clauses, policy.Clause{When: fixed.restrict(clause.When), Then: clause.Then})
	}
	vars, err := variables(testsOf(k))
	if err != nil {
		return nil, err
	}
	d := newDiagram(vars)
	var given answers
	f := d.decisions(k, given.number)
	leaves := d.leaves(f)
	for _, clause := range append(slices.Clone(k.Clauses), policy.Clause{Then: k.Otherwise}) {
		leaf := slices.Index(given, clause.Then)
		if i := slices.Index(leaves, leaf); i >= 0 {
			leaves = slices.Delete(leaves, i, i+1)
			boxes := d.cover(d.region(f, leaf))
			out = append(out, Case{Then: clause.Then, When: d.condition(boxes), Witness: fixed.witness(d.member(boxes[0]))})
		}
	}
	return out, nil
}

// restrict replaces the tests whose outcome is known.
func (f *Fixed) restrict(e policy.Expr) policy.Expr {
	switch e := e.(type) {
	case policy.Test:
		switch {
		case !f.Known[e.Arg]:
			return e
		case e.Eval(&f.Args):
			return policy.And{}
		}
		return policy.Or{}
	case policy.Not:
		return policy.Not{X: f.restrict(e.X)}
	case policy.And:
		out := make(policy.And, len(e))
		for i, x := range e {
			out[i] = f.restrict(x)
		}
		return out
	case policy.Or:
		out := make(policy.Or, len(e))
		for i, x := range e {
			out[i] = f.restrict(x)
		}
		return out
	}
	return e
}

func (f *Fixed) witness(args [6]uint64) [6]uint64 {
	for i, known := range f.Known {
		if known {
			args[i] = f.Args[i]
		}
	}
	return args
}

// Tests lists the distinct tests of a condition.
func Tests(e policy.Expr) []policy.Test { return collect(nil, e) }
