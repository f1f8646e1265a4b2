package bpf

// Comparison is one question that a program asks: Operand Cond K.
type Comparison struct {
	Operand
	Cond Cond
	K    uint32
}

// Comparisons returns every comparison that the program may make on its way to
// a return, each once, when the words that known tells have the values that it
// tells. What the program returns is a function of known's words and of how
// these comparisons come out: data for which they all come out the same get
// the same answer.
//
// It follows programs of the shape that a Builder makes, in which the
// accumulator holds one word, masked, then biased. It returns an error for any
// other, and for one that Validate refuses.
func (p Program) Comparisons(known func(off uint32) (value uint32, ok bool)) ([]Comparison, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t := tracer{program: p, known: known, seen: make(map[position]bool)}
	todo := []position{{}}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if t.seen[at] {
			continue
		}
		t.seen[at] = true
		next, reason := t.step(at)
		if reason != "" {
			return nil, p.invalid(at.pc, reason)
		}
		todo = append(todo, next...)
	}
	return t.found, nil
}

// position is where a program can get to, and what the accumulator holds
// there: the operand, or its Bias alone where Mask is zero.
type position struct {
	pc int
	a  Operand
}

type tracer struct {
	program Program
	known   func(off uint32) (uint32, bool)
	seen    map[position]bool
	found   []Comparison
}

// step returns where the program goes on to.
func (t *tracer) step(at position) (next []position, reason string) {
	i, a := &t.program[at.pc], at.a
	on := func(skip uint32) position { return position{at.pc + 1 + int(skip), a} }
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
		return []position{on(i.K)}, ""
	case jeq, jgt, jge, jset:
		c := Comparison{a, condOf(i.Code), i.K}
		if a.Mask != 0 {
			t.add(c)
			return []position{on(uint32(i.Jt)), on(uint32(i.Jf))}, ""
		}
		if c.Cond.holds(a.Bias, c.K) {
			return []position{on(uint32(i.Jt))}, ""
		}
		return []position{on(uint32(i.Jf))}, ""
	default:
		return nil, "an instruction that can't be followed"
	}
	return []position{on(0)}, ""
}

func (t *tracer) add(c Comparison) {
	for _, f := range t.found {
		if f == c {
			return
		}
	}
	t.found = append(t.found, c)
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
