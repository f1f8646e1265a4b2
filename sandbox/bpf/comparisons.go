package bpf

import "errors"

// maxVisits bounds the work for programs that add up something else on every
// path. Each instruction of a Builder's program has few operands.
const maxVisits = 8 * MaxLen

var errTooManyVisits = errors.New("bpf: the accumulator can hold too many different values to be followed")

// Comparison is one question that a program asks: Operand Cond K.
type Comparison struct {
	Operand
	Cond Cond
	K    uint32
}

// Flow is what a program may do on its way to a return.
type Flow struct {
	Comparisons []Comparison // each once
	Visits      []Visit      // each once
}

// Visit is an arrival at an instruction.
type Visit struct {
	PC int
	A  Operand // what the accumulator holds then: Bias alone where Mask is zero
}

// Follow returns everything that the program may do when the words that known
// tells have the values that it tells. What the program returns is a function
// of these words and of how the comparisons come out: data for which they all
// come out the same get the same answer.
//
// It follows programs of the shape that a Builder makes, in which the
// accumulator holds one word, masked, then biased. It returns an error for any
// other, and for one that Validate refuses.
func (p Program) Follow(known func(off uint32) (value uint32, ok bool)) (*Flow, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t := tracer{program: p, known: known, seen: make(map[Visit]bool), asked: make(map[Comparison]bool)}
	todo := []Visit{{}}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if t.seen[at] {
			continue
		}
		if len(t.seen) == maxVisits {
			return nil, errTooManyVisits
		}
		t.seen[at] = true
		t.flow.Visits = append(t.flow.Visits, at)
		next, reason := t.step(at)
		if reason != "" {
			return nil, p.invalid(at.PC, reason)
		}
		todo = append(todo, next...)
	}
	return &t.flow, nil
}

// Comparisons returns those of Follow.
func (p Program) Comparisons(known func(off uint32) (value uint32, ok bool)) ([]Comparison, error) {
	f, err := p.Follow(known)
	if err != nil {
		return nil, err
	}
	return f.Comparisons, nil
}

type tracer struct {
	program Program
	known   func(off uint32) (uint32, bool)
	seen    map[Visit]bool
	asked   map[Comparison]bool
	flow    Flow
}

// step returns where the program goes on to.
func (t *tracer) step(at Visit) (next []Visit, reason string) {
	i, a := &t.program[at.PC], at.A
	on := func(skip uint32) Visit { return Visit{at.PC + 1 + int(skip), a} }
	switch i.Code {
	case ldAbs:
		a = Word(i.K)
		if v, ok := t.known(i.K); ok {
			a = Operand{Bias: v}
		}
	case and:
		if a.Mask == 0 {
			a.Bias &= i.K
		} else if a.Bias != 0 {
			return nil, "a mask after a bias can't be followed"
		} else if a.Mask &= i.K; a.Mask == 0 {
			a = Operand{}
		}
	case add:
		a.Bias += i.K
	case retK:
		return nil, ""
	case ja:
		return []Visit{on(i.K)}, ""
	case jeq, jgt, jge, jset:
		c := Comparison{a, condOf(i.Code), i.K}
		if a.Mask != 0 {
			t.add(c)
			return []Visit{on(uint32(i.Jt)), on(uint32(i.Jf))}, ""
		}
		if c.Cond.holds(a.Bias, c.K) {
			return []Visit{on(uint32(i.Jt))}, ""
		}
		return []Visit{on(uint32(i.Jf))}, ""
	default:
		return nil, "an instruction that can't be followed"
	}
	return []Visit{on(0)}, ""
}

func (t *tracer) add(c Comparison) {
	if t.asked[c] {
		return
	}
	t.asked[c] = true
	t.flow.Comparisons = append(t.flow.Comparisons, c)
}

func condOf(code uint16) Cond {
	switch code {
	case jgt:
		return Gt
	case jge:
		return Ge
	case jset:
		return Set
	}
	return Eq
}
