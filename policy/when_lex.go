package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// token is one word of a condition.
type token struct {
	kind tokenKind
	text string // as written
	off  int    // in the condition
}

type tokenKind uint8

const (
	tokEnd    tokenKind = iota
	tokName             // argument, constant, or one of: in, has, not
	tokNumber           // unsigned; a sign is an operator
	tokOp               // everything else, by its text
	tokBad
)

// lexer cuts a condition into tokens, one ahead of the parser.
type lexer struct {
	src string
	off int
	tok token
}

func (l *lexer) next() {
	for l.off < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.off]) >= 0 {
		l.off++
	}
	kind, size := scan(l.src[l.off:])
	l.tok = token{kind, l.src[l.off : l.off+size], l.off}
	l.off += size
}

func scan(s string) (tokenKind, int) {
	if s == "" {
		return tokEnd, 0
	}
	if isWord(s[0]) {
		n := 1
		for n < len(s) && isWord(s[n]) {
			n++
		}
		if isDigit(s[0]) {
			return tokNumber, n
		}
		return tokName, n
	}
	if len(s) > 1 {
		switch s[:2] {
		case "&&", "||", "==", "!=", "<=", ">=":
			return tokOp, 2
		}
	}
	if strings.IndexByte("<>!(){},&|~-=", s[0]) >= 0 {
		return tokOp, 1
	}
	_, size := utf8.DecodeRuneInString(s)
	return tokBad, size
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '_'
}

// number reads an unsigned number as C and Go write it: 10, 0xff, 0o17, 017,
// 0b101, with underscores between digits.
func number(s string) (v uint64, problem string) {
	v, err := strconv.ParseUint(s, 0, 64)
	if err == nil {
		return v, ""
	}
	if ne, ok := err.(*strconv.NumError); ok && ne.Err == strconv.ErrRange {
		return 0, quote(s) + " does not fit in 64 bits"
	}
	return 0, quote(s) + " is not a number"
}
