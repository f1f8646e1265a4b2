package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar skips a number, boolean or date.
func (w *walker) scalar() bool {
	n := strings.IndexAny(w.l.src[w.i:], ",]}#\r\n")
	if n < 0 {
		n = len(w.l.src) - w.i
	}
	w.i += n
	return n > 0
}

// quoted skips a string on one line, quotes included.
func (w *walker) quoted() bool {
	quote := w.peek()
	for w.i++; !w.end(); w.i++ { // an escape may step past the end: nothing reads on then
		switch c := w.peek(); {
		case c == quote:
			w.i++
			return true
		case c == '\n':
			return false
		case c == '\\' && quote == '"':
			w.i++
		}
	}
	return false
}

// multiline skips a string in triple quotes. Up to two more quotes may stand
// before the closing three; they belong to the string.
func (w *walker) multiline() bool {
	quote := w.peek()
	for w.i += 3; !w.end(); w.i++ {
		switch c := w.peek(); {
		case c == quote:
			run := 1
			for w.i+run < len(w.l.src) && w.l.src[w.i+run] == quote {
				run++
			}
			if run >= 3 {
				w.i += run
				return run <= 5
			}
			w.i += run - 1
		case c == '\\' && quote == '"':
			w.i++
		}
	}
	return false
}

// unescape decodes the inside of a basic string of one line.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		size, _ := escape(s[i:])
		if part := s[i : i+size]; size == 1 {
			b.WriteByte(s[i])
		} else if r, err := strconv.ParseUint(part[2:], 16, 32); err == nil {
			b.WriteRune(rune(r))
		} else {
			b.WriteString(control(part[1]))
		}
		i += size
	}
	return b.String()
}

// control returns what a backslash and c stand for.
func control(c byte) string {
	switch c {
	case 'b':
		return "\b"
	case 't':
		return "\t"
	case 'n':
		return "\n"
	case 'f':
		return "\f"
	case 'r':
		return "\r"
	case 'e':
		return "\x1b"
	}
	return string(rune(c))
}

// inString returns the source offset of byte i of the string that node n
// holds, as the parser decodes it.
func (l *located) inString(n int32, i int) int {
	off := int(l.nodes[n].off)
	switch k := l.nodes[n].kind; k {
	case kindLiteral:
		return off + 1 + i
	case kindLiteralMulti:
		return skipNewline(l.src, off+3) + i
	case kindBasic, kindBasicMulti:
		start := off + 1
		if k == kindBasicMulti {
			start = skipNewline(l.src, off+3)
		}
		for i > 0 && start < len(l.src) {
			size, width := escape(l.src[start:])
			start, i = start+size, i-width
		}
		if k == kindBasicMulti {
			// A line-ending backslash stands for nothing.
			for start < len(l.src) && l.src[start] == '\\' {
				size, width := escape(l.src[start:])
				if width > 0 {
					break
				}
				start += size
			}
		}
		return start
	}
	return off
}

func skipNewline(s string, i int) int {
	if strings.HasPrefix(s[i:], "\r\n") {
		return i + 2
	}
	if strings.HasPrefix(s[i:], "\n") {
		return i + 1
	}
	return i
}

// escape measures what stands at the start of s inside a basic string: size
// bytes of source that decode to width bytes.
func escape(s string) (size, width int) {
	if s[0] != '\\' || len(s) < 2 {
		return 1, 1
	}
	digits := 0
	switch s[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case ' ', '\t', '\r', '\n':
		return 1 + len(s[1:]) - len(strings.TrimLeft(s[1:], " \t\r\n")), 0
	default:
		return 2, 1
	}
	if len(s) < 2+digits {
		return len(s), 1
	}
	r, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(r)) {
		return 2 + digits, 1
	}
	return 2 + digits, utf8.RuneLen(rune(r))
}
