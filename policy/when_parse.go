package policy

import "strconv"

// The grammar, loosest first; & and | bind tighter than a comparison, as in
// Go and unlike C:
//
//	condition  = and { "||" and }
//	and        = not { "&&" not }
//	not        = "!" ( not | group ) | group | comparison
//	group      = "(" condition ")"
//	comparison = operand relation value
//	           | operand [ "not" ] "in" "{" value { "," value } [ "," ] "}"
//	           | operand "has" value
//	operand    = argument [ "&" value ] | "(" operand ")"
//	value      = and-value { "|" and-value }
//	and-value  = unit { "&" unit }
//	unit       = number | "-" number | constant | "~" unit | "(" value ")"
//
// A parenthesis can open a group, an operand or a value. So the parser reads
// one kind of term for all, and sorts out afterwards what it has got.

// maxNesting bounds parentheses, "!" and "~" around each other.
const maxNesting = 64

type whenParser struct {
	lexer
	depth int
	err   *whenError
}

// parseWhen reads a whole condition; the first error ends it.
func parseWhen(src string) (boolean, *whenError) {
	p := whenParser{lexer: lexer{src: src}}
	p.next()
	t := p.or()
	if p.err == nil && p.tok.kind != tokEnd {
		p.unexpected()
	}
	b := p.boolean(t)
	if p.err != nil {
		return nil, p.err
	}
	return b, nil
}

func (p *whenParser) fail(off int, text string) {
	if p.err == nil {
		p.err = &whenError{off, text}
	}
	p.off = len(p.src) // stop: every loop ends at tokEnd
	p.tok = token{kind: tokEnd, off: off}
}

// unexpected reports the current token, where nothing like it can stand.
func (p *whenParser) unexpected() {
	t := p.tok
	switch {
	case t.kind == tokEnd:
		p.fail(t.off, "condition ends too early")
	case t.kind == tokBad && (t.text == `"` || t.text == "'"):
		p.fail(t.off, quotation(p.src[t.off:]))
	case t.text == "=":
		p.fail(t.off, `"=" does not compare: write "=="`)
	case t.text == "and" || t.text == "AND":
		p.fail(t.off, quote(t.text)+` is written "&&"`)
	case t.text == "or" || t.text == "OR":
		p.fail(t.off, quote(t.text)+` is written "||"`)
	default:
		p.fail(t.off, "unexpected "+quote(t.text))
	}
}

// is reports whether the current token is the operator or keyword.
func (p *whenParser) is(text string) bool {
	return (p.tok.kind == tokOp || p.tok.kind == tokName) && p.tok.text == text
}

func (p *whenParser) accept(text string) bool {
	if !p.is(text) {
		return false
	}
	p.next()
	return true
}

func (p *whenParser) expect(text string) {
	if p.err == nil && !p.accept(text) {
		if p.tok.kind == tokEnd {
			p.fail(p.tok.off, "condition ends before "+quote(text))
			return
		}
		p.unexpected()
	}
}

// enter counts nesting; it returns false when there is too much of it.
func (p *whenParser) enter() bool {
	p.depth++
	if p.depth > maxNesting {
		p.fail(p.tok.off, "nested deeper than "+strconv.Itoa(maxNesting)+" levels")
		return false
	}
	return true
}

func (p *whenParser) leave() { p.depth-- }

func (p *whenParser) or() term  { return p.chain("||", true, p.and) }
func (p *whenParser) and() term { return p.chain("&&", false, p.comparison) }

// chain reads what one of && and || joins.
func (p *whenParser) chain(op string, or bool, part func() term) term {
	t := part()
	if !p.is(op) {
		return t
	}
	l := &logic{or: or, xs: []boolean{p.boolean(t)}, off: t.off}
	for p.accept(op) {
		l.xs = append(l.xs, p.boolean(part()))
	}
	return term{off: t.off, b: l}
}

func (p *whenParser) comparison() term {
	left := p.bitOr()
	if p.err != nil {
		return left
	}
	how, ok := p.relation()
	if !ok {
		return left
	}
	c := &comparison{how: how, off: left.off}
	c.arg, c.mask = p.operand(left)
	if how == relIn || how == relNotIn {
		c.values = p.set()
	} else {
		c.values = []value{p.value(p.bitOr())}
	}
	if _, again := p.relation(); again && p.err == nil {
		p.fail(left.off, "comparisons don't chain: join two with &&")
	}
	return term{off: left.off, b: c}
}

// relation reads a comparison's operator, if there is one.
func (p *whenParser) relation() (relation, bool) {
	for i, text := range [...]string{"==", "!=", "<", "<=", ">", ">="} {
		if p.accept(text) {
			return relation(i), true
		}
	}
	switch {
	case p.accept("in"):
		return relIn, true
	case p.accept("has"):
		return relHas, true
	case p.accept("not"):
		p.expect("in")
		return relNotIn, true
	}
	return 0, false
}

func (p *whenParser) set() []value {
	start := p.tok.off
	p.expect("{")
	var out []value
	for p.err == nil {
		if p.accept("}") {
			if len(out) == 0 {
				p.fail(start, `"in {}" names nothing: no value is in an empty set`)
			}
			return out
		}
		out = append(out, p.value(p.bitOr()))
		if p.err == nil && !p.is("}") {
			p.expect(",")
		}
	}
	return nil
}

func (p *whenParser) bitOr() term  { return p.bitChain("|", false, p.bitAnd) }
func (p *whenParser) bitAnd() term { return p.bitChain("&", true, p.unit) }

func (p *whenParser) bitChain(op string, and bool, part func() term) term {
	t := part()
	for p.err == nil && p.accept(op) {
		r := part()
		t = p.combine(t, r, and)
	}
	return t
}

func (p *whenParser) unit() term {
	t := p.tok
	switch {
	case t.kind == tokNumber:
		p.next()
		return p.literal(t, false)
	case p.is("in") || p.is("has") || p.is("not"):
		p.fail(t.off, quote(t.text)+" needs an argument before it")
	case t.kind == tokName:
		p.next()
		return nameTerm(t)
	case p.accept("-"):
		n := p.tok
		if n.kind != tokNumber {
			p.fail(n.off, `after "-" stands a number`)
			return term{off: t.off}
		}
		p.next()
		return p.literal(token{text: n.text, off: t.off}, true)
	case p.is("(") || p.is("!") || p.is("~"):
		if p.enter() {
			defer p.leave()
			return p.prefixed(t)
		}
	default:
		p.unexpected()
	}
	return term{off: t.off}
}

// prefixed reads what "(", "!" or "~" opens.
func (p *whenParser) prefixed(t token) term {
	p.next()
	switch t.text {
	case "(":
		in := p.or()
		p.expect(")")
		in.off = t.off
		return in
	case "~":
		x := p.value(p.unit())
		return term{off: t.off, v: &complement{x, t.off}}
	}
	if !p.is("(") && !p.is("!") {
		p.fail(t.off, `"!" needs parentheses: "!(…)"`)
		return term{off: t.off}
	}
	return term{off: t.off, b: &inverse{p.boolean(p.unit()), t.off}}
}
