package policy

import "strings"

// term is what the parser has read before it knows what it is for. One of b,
// v and arg is set; none after an error.
type term struct {
	off int
	b   boolean // a condition
	v   value   // a constant
	arg *word   // an argument, with its mask in v if it has one
}

// nameTerm tells arguments from constants by their spelling: the kernel's
// arguments are in lower case, its constants in upper case.
func nameTerm(t token) term {
	w := word{t.text, t.off}
	if c := strings.TrimLeft(t.text, "_"); c != "" && 'A' <= c[0] && c[0] <= 'Z' {
		return term{off: t.off, v: &constant{w}}
	}
	return term{off: t.off, arg: &w}
}

// quotation says what to do about a string, which starts with its quote.
func quotation(s string) string {
	n := 1
	for n < len(s) && isWord(s[n]) {
		n++
	}
	if n > 1 && n < len(s) && s[n] == s[0] && (isDigit(s[1]) || s[1:n] == strings.ToUpper(s[1:n])) {
		return "constants and numbers are written without quotes: " + s[1:n]
	}
	return "strings can't be compared: a filter is given only the pointer, not what it points at"
}

func (p *whenParser) literal(t token, negative bool) term {
	v, problem := number(t.text)
	if problem == "" && negative && v > 1<<63 {
		problem = quote("-"+t.text) + " does not fit in 64 bits"
	}
	if problem != "" {
		p.fail(t.off, problem)
		return term{off: t.off}
	}
	text := t.text
	if negative {
		text = "-" + text
	}
	return term{off: t.off, v: &literal{text, v, negative && v != 0, t.off}}
}

// combine is l & r, or l | r.
func (p *whenParser) combine(l, r term, and bool) term {
	switch {
	case p.err != nil:
	case l.b != nil || r.b != nil:
		op := `"|" joins numbers: conditions are joined by "||"`
		if and {
			op = `"&" joins numbers: conditions are joined by "&&"`
		}
		p.fail(l.off, op)
	case l.arg == nil && r.arg == nil:
		return term{off: l.off, v: &bitwise{and, l.v, r.v, l.off}}
	case !and:
		p.fail(l.off, `only "&" can be applied to an argument, and once: put constants joined by "|" in parentheses`)
	case l.arg != nil && r.arg != nil:
		p.notConstant(*r.arg)
	case l.arg != nil && l.v == nil:
		return term{off: l.off, arg: l.arg, v: r.v}
	case r.arg != nil && r.v == nil:
		return term{off: l.off, arg: r.arg, v: l.v}
	default:
		p.fail(l.off, `an argument takes one mask: write "arg & (A & B)"`)
	}
	return term{off: l.off}
}

func (p *whenParser) notConstant(w word) {
	hint := ""
	if w.text != strings.ToUpper(w.text) {
		hint = ": arguments are compared with constants and numbers only, and constants are in upper case"
	}
	p.fail(w.off, quote(w.text)+" is no constant"+hint)
}

// value reads t as a constant.
func (p *whenParser) value(t term) value {
	switch {
	case p.err != nil:
	case t.arg != nil:
		p.notConstant(*t.arg)
	case t.v != nil:
		return t.v
	default:
		p.fail(t.off, "a constant or number must stand here, not a condition")
	}
	return &literal{} // after an error
}

// operand reads t as the left side of a comparison.
func (p *whenParser) operand(t term) (word, value) {
	switch {
	case p.err != nil:
	case t.arg != nil:
		return *t.arg, t.v
	case t.b != nil:
		p.fail(t.off, "on the left of a comparison stands an argument, not a condition")
	default:
		p.fail(t.off, "on the left of a comparison stands an argument, not a constant")
	}
	return word{}, nil
}

// boolean reads t as a condition.
func (p *whenParser) boolean(t term) boolean {
	switch {
	case p.err != nil:
	case t.b != nil:
		return t.b
	case p.is("="):
		p.unexpected()
	case p.tok.kind != tokEnd && !p.is(")") && !p.is("&&") && !p.is("||"):
		p.unexpected()
	case t.arg != nil && t.v != nil:
		p.fail(t.off, `a masked argument is no condition: write "… != 0", or "has"`)
	case t.arg != nil:
		p.fail(t.off, quote(t.arg.text)+" is no condition: compare it with something")
	default:
		p.fail(t.off, "a constant is no condition: on the left of a comparison stands an argument")
	}
	return &logic{} // after an error
}
