package policy

import "slices"

// simplify returns a condition with the same meaning, without Not, and without
// an And in an And or an Or in an Or. One that always holds becomes And{}, one that never does Or{}.
func simplify(e Expr) Expr {
	switch {
	case !satisfiable(e):
		return Or{}
	case !satisfiable(Not{e}):
		return And{}
	}
	return normal(e, false)
}

// normal pushes negations down into the tests and flattens.
func normal(e Expr, negate bool) Expr {
	switch e := e.(type) {
	case Not:
		return normal(e.X, !negate)
	case Test:
		if negate {
			e.Op = e.Op.inverse()
		}
		return e
	case And:
		return joined(e, negate, negate)
	case Or:
		return joined(e, negate, !negate)
	}
	return e
}

// joined normalises the members of an And or Or; or says which it becomes.
func joined(xs []Expr, negate, or bool) Expr {
	out := make([]Expr, 0, len(xs))
	add := func(x Expr) {
		if t, ok := x.(Test); ok && slices.ContainsFunc(out, func(o Expr) bool { u, ok := o.(Test); return ok && u == t }) {
			return
		}
		out = append(out, x)
	}
	for _, x := range xs {
		x = normal(x, negate)
		var inner []Expr
		if y, ok := x.(Or); ok && or {
			inner = y
		} else if y, ok := x.(And); ok && !or {
			inner = y
		} else {
			add(x)
			continue
		}
		for _, y := range inner {
			add(y)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	if or {
		return Or(out)
	}
	return And(out)
}

func (o Op) inverse() Op {
	switch o {
	case Eq:
		return Ne
	case Ne:
		return Eq
	case Lt:
		return Ge
	case Le:
		return Gt
	case Gt:
		return Le
	}
	return Lt
}

// satisfiable reports whether some arguments may fulfil e. False is certain;
// true is not: proof is sought with bounded effort.
func satisfiable(e Expr) bool {
	s := search{budget: 256}
	return s.all(nil, []Expr{normal(e, false)})
}

type search struct{ budget int }

// all reports whether the tests and everything in todo can hold together.
func (s *search) all(tests []Test, todo []Expr) bool {
	var choices []Or
	for len(todo) > 0 {
		x := todo[0]
		todo = todo[1:]
		switch x := x.(type) {
		case Test:
			tests = append(tests, x)
		case And:
			todo = append(slices.Clone([]Expr(x)), todo...)
		case Or:
			choices = append(choices, x)
		}
	}
	if contradict(tests) {
		return false
	}
	if len(choices) == 0 {
		return true
	}
	for _, x := range choices[0] {
		if s.budget--; s.budget < 0 {
			return true
		}
		next := []Expr{x}
		for _, c := range choices[1:] {
			next = append(next, c)
		}
		if s.all(slices.Clip(tests), next) {
			return true
		}
	}
	return false
}

// contradict reports whether no argument can pass all tests.
func contradict(tests []Test) bool {
	var seen [6]bool
	for i, t := range tests {
		if seen[t.Arg] {
			continue
		}
		seen[t.Arg] = true
		if impossible(tests[i:], t.Arg) {
			return true
		}
	}
	return false
}
