package compare

import (
	"slices"

	"jail/policy"
)

// diagram holds functions of the variables as decision diagrams: a node asks
// for the class of one variable, a leaf is a value. Equal functions are the
// same ref.
type diagram struct {
	vars   []*variable
	nodes  []node
	unique map[string]ref
	memo   map[[3]ref]ref
	spent  int
}

type ref int32

type node struct {
	v    int   // index into vars; leafLevel for a leaf
	kids []ref // by class
	leaf int   // a leaf's value
}

const (
	leafLevel = 1 << 30
	maxWork   = 1 << 21 // edges built for one call
)

// tooComplex ends the work on a call from deep within; see guard.
type tooComplex struct{}

// guard turns a tooComplex panic into ErrTooComplex.
func guard(err *error) {
	switch x := recover().(type) {
	case nil:
	case tooComplex:
		*err = ErrTooComplex
	default:
		panic(x)
	}
}

func newDiagram(vars []*variable) *diagram {
	return &diagram{vars: vars, unique: make(map[string]ref), memo: make(map[[3]ref]ref)}
}

func (d *diagram) leaf(value int) ref {
	return d.intern(node{v: leafLevel, leaf: value})
}

// node returns the function that is kids[c] where variable v has class c.
func (d *diagram) node(v int, kids []ref) ref {
	for _, k := range kids[1:] {
		if k != kids[0] {
			return d.intern(node{v: v, kids: kids})
		}
	}
	return kids[0]
}

func (d *diagram) intern(n node) ref {
	d.spend(1 + len(n.kids))
	key := make([]byte, 0, 8+4*len(n.kids))
	add := func(x int) { key = append(key, byte(x), byte(x>>8), byte(x>>16), byte(x>>24)) }
	add(n.v)
	add(n.leaf)
	for _, k := range n.kids {
		add(int(k))
	}
	if r, ok := d.unique[string(key)]; ok {
		return r
	}
	r := ref(len(d.nodes))
	d.nodes = append(d.nodes, n)
	d.unique[string(key)] = r
	return r
}

func (d *diagram) spend(n int) {
	if d.spent += n; d.spent > maxWork {
		panic(tooComplex{})
	}
}

// combine applies op to the leaves of two functions. Each op has a code of its
// own, under which results are remembered.
func (d *diagram) combine(code ref, a, b ref, op func(a, b int) int) ref {
	x, y := &d.nodes[a], &d.nodes[b]
	if x.v == leafLevel && y.v == leafLevel {
		return d.leaf(op(x.leaf, y.leaf))
	}
	key := [3]ref{code, a, b}
	if r, ok := d.memo[key]; ok {
		return r
	}
	v := min(x.v, y.v)
	kidsA, kidsB := x.kids, y.kids
	splitA, splitB := x.v == v, y.v == v
	kids := make([]ref, len(d.vars[v].values))
	d.spend(len(kids))
	for c := range kids {
		ka, kb := a, b
		if splitA {
			ka = kidsA[c]
		}
		if splitB {
			kb = kidsB[c]
		}
		kids[c] = d.combine(code, ka, kb, op)
	}
	r := d.node(v, kids)
	d.memo[key] = r
	return r
}

// Codes of operations.
const (
	opAnd ref = iota
	opOr
	opAndNot
	opChoose // where the first is 1 the second, elsewhere untouched
	opElse
	opPair
	opRegion // and above: one for each region
)

func (d *diagram) and(a, b ref) ref {
	return d.combine(opAnd, a, b, func(a, b int) int { return a & b })
}
func (d *diagram) or(a, b ref) ref { return d.combine(opOr, a, b, func(a, b int) int { return a | b }) }
func (d *diagram) andNot(a, b ref) ref {
	return d.combine(opAndNot, a, b, func(a, b int) int { return a &^ b })
}

// choose is yes where cond is 1, and no elsewhere; leaves of yes and no are
// not negative.
func (d *diagram) choose(cond, yes, no ref) ref {
	const untouched = -1
	first := d.combine(opChoose, cond, yes, func(c, y int) int {
		if c == 1 {
			return y
		}
		return untouched
	})
	return d.combine(opElse, first, no, func(f, n int) int {
		if f == untouched {
			return n
		}
		return f
	})
}

// region is 1 where f is the value.
func (d *diagram) region(f ref, value int) ref {
	return d.combine(opRegion+ref(value), f, f, func(a, _ int) int {
		if a == value {
			return 1
		}
		return 0
	})
}

// expr is 1 where the expression holds.
func (d *diagram) expr(e policy.Expr) ref {
	if i := d.within(e); i >= 0 {
		return d.tabulate(i, e)
	}
	switch e := e.(type) {
	case policy.Test:
		return d.test(canonical(e))
	case policy.Not:
		return d.andNot(d.leaf(1), d.expr(e.X))
	case policy.Or:
		out := d.leaf(0)
		for _, x := range e {
			out = d.or(out, d.expr(x))
		}
		return out
	case policy.And:
		out := d.leaf(1)
		for _, x := range e {
			out = d.and(out, d.expr(x))
		}
		return out
	}
	panic(tooComplex{}) // policy.Expr has no other types
}

// within returns the variable that holds all bits that e looks at, -1 where
// there is none.
func (d *diagram) within(e policy.Expr) int {
	out := -1
	for _, t := range collect(nil, e) {
		i := slices.IndexFunc(d.vars, func(v *variable) bool { return v.arg == t.Arg && t.Mask != 0 && t.Mask&^v.mask == 0 })
		if i < 0 || out >= 0 && out != i {
			return -1
		}
		out = i
	}
	return out
}

// tabulate asks an expression about one variable for each class at once: a
// long list of values need not be joined one by one.
func (d *diagram) tabulate(i int, e policy.Expr) ref {
	v := d.vars[i]
	kids := make([]ref, len(v.values))
	d.spend(len(kids))
	for c := range kids {
		kids[c] = d.truth(v.holds(e, c))
	}
	return d.node(i, kids)
}

// test is 1 where a canonical test holds. One that spans several variables
// asks for equality, and holds where it does in each.
func (d *diagram) test(t policy.Test) ref {
	var args [6]uint64
	if t.Mask == 0 {
		return d.truth(t.Eval(&args))
	}
	negate := t.Op == policy.Ne
	if negate {
		t.Op = policy.Eq
	}
	out := d.leaf(1)
	for i, v := range d.vars {
		if v.arg != t.Arg || v.mask&t.Mask == 0 {
			continue
		}
		part := t
		if v.plain() {
			part.Mask &= v.mask
			part.Value &^= t.Mask &^ v.mask // what is outside of t.Mask stays, and fails
		}
		kids := make([]ref, len(v.values))
		for c, value := range v.values {
			args[v.arg] = value
			kids[c] = d.truth(part.Eval(&args))
		}
		out = d.and(out, d.node(i, kids))
	}
	if negate {
		out = d.andNot(d.leaf(1), out)
	}
	return out
}

func (d *diagram) truth(b bool) ref {
	if b {
		return d.leaf(1)
	}
	return d.leaf(0)
}

// decisions is the function of a call's clauses: which number number gives the
// decision that the arguments lead to.
func (d *diagram) decisions(c *policy.Call, number func(policy.Decision) int) ref {
	out := d.leaf(number(c.Otherwise))
	for i := len(c.Clauses) - 1; i >= 0; i-- {
		out = d.choose(d.expr(c.Clauses[i].When), d.leaf(number(c.Clauses[i].Then)), out)
	}
	return out
}

// leaves lists the values that a function has.
func (d *diagram) leaves(f ref) []int {
	var out []int
	seen := make(map[ref]bool)
	var visit func(ref)
	visit = func(r ref) {
		if seen[r] {
			return
		}
		seen[r] = true
		n := d.nodes[r]
		if n.v == leafLevel {
			out = append(out, n.leaf)
		}
		for _, k := range n.kids {
			visit(k)
		}
	}
	visit(f)
	return out
}
