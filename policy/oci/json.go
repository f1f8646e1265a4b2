package oci

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The standard decoder does not say where in the file a value stands, and
// passes over a key that is spelled wrong; this one reads into nodes that know
// their place.

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// String returns the kind as a message names it.
func (k jsonKind) String() string {
	return [...]string{"null", "true or false", "a number", "a string", "an array", "an object"}[k]
}

// node is a JSON value.
type node struct {
	kind  jsonKind
	off   int    // of its first byte
	text  string // a string's value, a number's digits, "true" or "false"
	items []node
	keys  []key // an object's, of the items with the same index
}

type key struct {
	name string
	off  int
}

// Limits: a profile of Docker's is 4 levels deep and has some 2,000 values.
const (
	maxDepth  = 32
	maxValues = 1 << 16
)

// syntaxError is what makes a text no JSON, and where.
type syntaxError struct {
	off  int
	text string
}

func (e *syntaxError) Error() string { return e.text }

// parser reads JSON (RFC 8259).
type parser struct {
	src    string
	i      int
	depth  int
	values int
}

// parseJSON returns the value that src holds.
func parseJSON(src string) (node, error) {
	p := parser{src: src}
	if strings.HasPrefix(src, "\ufeff") {
		p.i = len("\ufeff")
	}
	n, err := p.value()
	if err != nil {
		return node{}, err
	}
	p.space()
	if p.i < len(src) {
		return node{}, p.fail(p.i, "unexpected "+p.found()+" behind the end of the document")
	}
	return n, nil
}

func (p *parser) fail(off int, text string) error { return &syntaxError{off, text} }

func (p *parser) space() {
	for p.i < len(p.src) {
		switch p.src[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

// found describes what stands at the current place.
func (p *parser) found() string {
	if p.i >= len(p.src) {
		return "end of file"
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.i:])
	return strconv.QuoteRune(r)
}

func (p *parser) accept(c byte) bool {
	p.space()
	if p.i < len(p.src) && p.src[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) value() (node, error) {
	p.space()
	if p.values++; p.values > maxValues {
		return node{}, p.fail(p.i, "more than "+strconv.Itoa(maxValues)+" values")
	}
	n := node{off: p.i}
	if p.i >= len(p.src) {
		return n, p.fail(p.i, "a value is missing at the end of the file")
	}
	switch c := p.src[p.i]; {
	case c == '{' || c == '[':
		if p.depth++; p.depth > maxDepth {
			return n, p.fail(p.i, "nested deeper than "+strconv.Itoa(maxDepth)+" levels")
		}
		defer func() { p.depth-- }()
		if c == '{' {
			return p.object(n)
		}
		return p.array(n)
	case c == '"':
		text, err := p.text()
		n.kind, n.text = jsonString, text
		return n, err
	case c == '-' || '0' <= c && c <= '9':
		return p.number(n)
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(p.src[p.i:], word) {
			p.i += len(word)
			if word != "null" {
				n.kind, n.text = jsonBool, word
			}
			return n, nil
		}
	}
	return n, p.fail(p.i, "unexpected "+p.found()+" where a value must stand")
}

func (p *parser) object(n node) (node, error) {
	n.kind = jsonObject
	p.i++
	if p.accept('}') {
		return n, nil
	}
	seen := make(map[string]bool)
	for {
		p.space()
		k := key{off: p.i}
		if p.i >= len(p.src) || p.src[p.i] != '"' {
			return n, p.fail(p.i, `unexpected `+p.found()+` where a key in quotes must stand`)
		}
		var err error
		if k.name, err = p.text(); err != nil {
			return n, err
		}
		if seen[k.name] {
			return n, p.fail(k.off, "key "+quote(k.name)+" stands here twice")
		}
		seen[k.name] = true
		if !p.accept(':') {
			return n, p.fail(p.i, "unexpected "+p.found()+` behind a key, where ":" must stand`)
		}
		v, err := p.value()
		if err != nil {
			return n, err
		}
		n.keys, n.items = append(n.keys, k), append(n.items, v)
		if p.accept('}') {
			return n, nil
		}
		if !p.accept(',') {
			return n, p.fail(p.i, "unexpected "+p.found()+` in an object, where "," or "}" must stand`)
		}
	}
}

func (p *parser) array(n node) (node, error) {
	n.kind = jsonArray
	p.i++
	if p.accept(']') {
		return n, nil
	}
	for {
		v, err := p.value()
		if err != nil {
			return n, err
		}
		n.items = append(n.items, v)
		if p.accept(']') {
			return n, nil
		}
		if !p.accept(',') {
			return n, p.fail(p.i, "unexpected "+p.found()+` in an array, where "," or "]" must stand`)
		}
	}
}

// number reads a number and keeps its digits.
func (p *parser) number(n node) (node, error) {
	n.kind = jsonNumber
	digits := func() bool {
		start := p.i
		for p.i < len(p.src) && '0' <= p.src[p.i] && p.src[p.i] <= '9' {
			p.i++
		}
		return p.i > start
	}
	p.skip("-")
	first := p.i
	ok := digits() && (p.i == first+1 || p.src[first] != '0')
	if ok && p.skip(".") {
		ok = digits()
	}
	if ok && p.skip("eE") {
		p.skip("+-")
		ok = digits()
	}
	if !ok {
		return n, p.fail(n.off, "is no number as JSON writes them")
	}
	n.text = p.src[n.off:p.i]
	return n, nil
}

// skip steps over one byte out of set.
func (p *parser) skip(set string) bool {
	if p.i < len(p.src) && strings.IndexByte(set, p.src[p.i]) >= 0 {
		p.i++
		return true
	}
	return false
}

// text reads a string.
func (p *parser) text() (string, error) {
	start := p.i
	p.i++
	plain := p.i
	var b strings.Builder
	for p.i < len(p.src) {
		switch c := p.src[p.i]; {
		case c == '"':
			b.WriteString(p.src[plain:p.i])
			p.i++
			if s := b.String(); utf8.ValidString(s) {
				return s, nil
			}
			return "", p.fail(start, "is not UTF-8 text")
		case c < 0x20:
			return "", p.fail(p.i, "unexpected "+p.found()+" in a string")
		case c == '\\':
			b.WriteString(p.src[plain:p.i])
			if err := p.escape(&b); err != nil {
				return "", err
			}
			plain = p.i
		default:
			p.i++
		}
	}
	return "", p.fail(start, "this string has no end")
}

// escape reads a backslash and what belongs to it.
func (p *parser) escape(b *strings.Builder) error {
	start := p.i
	p.i++
	if p.i >= len(p.src) {
		return p.fail(start, "unknown escape")
	}
	c := p.src[p.i]
	p.i++
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		return nil
	}
	r, err := p.hex()
	if c != 'u' || err != nil {
		return p.fail(start, "unknown escape")
	}
	if utf16.IsSurrogate(r) {
		low := rune(0)
		if strings.HasPrefix(p.src[p.i:], `\u`) {
			p.i += 2
			if low, err = p.hex(); err != nil {
				return p.fail(start, "unknown escape")
			}
		}
		r = utf16.DecodeRune(r, low)
	}
	b.WriteRune(r)
	return nil
}

var errHex = errors.New("no four hexadecimal digits")

func (p *parser) hex() (rune, error) {
	if p.i+4 > len(p.src) {
		return 0, errHex
	}
	v, err := strconv.ParseUint(p.src[p.i:p.i+4], 16, 16)
	if err != nil {
		return 0, errHex
	}
	p.i += 4
	return rune(v), nil
}

// quote renders text from a profile for a message, with everything that a
// terminal might act on escaped.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
