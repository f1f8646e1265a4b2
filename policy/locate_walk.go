package policy

import (
	"strconv"
	"strings"
)

// walker moves over TOML text and fills in a located. Its methods return
// false where the text can't be TOML; nothing after that point is located.
type walker struct {
	l     *located
	i     int
	depth int
}

func (w *walker) document() bool {
	table := int32(0)
	for {
		w.blank()
		if w.end() {
			return true
		}
		if w.peek() == '[' {
			n, ok := w.header()
			if !ok {
				return false
			}
			table = n
		} else if !w.pair(table) {
			return false
		}
		if !w.lineEnd() {
			return false
		}
	}
}

func (w *walker) end() bool { return w.i >= len(w.l.src) }

func (w *walker) peek() byte {
	if w.end() {
		return 0
	}
	return w.l.src[w.i]
}

func (w *walker) accept(s string) bool {
	if strings.HasPrefix(w.l.src[w.i:], s) {
		w.i += len(s)
		return true
	}
	return false
}

// space skips spaces and tabs; blank skips line ends and comments too.
func (w *walker) space() {
	for c := w.peek(); c == ' ' || c == '\t'; c = w.peek() {
		w.i++
	}
}

func (w *walker) blank() {
	for {
		switch w.peek() {
		case ' ', '\t', '\r', '\n':
			w.i++
		case '#':
			w.comment()
		default:
			return
		}
	}
}

func (w *walker) comment() {
	if n := strings.IndexByte(w.l.src[w.i:], '\n'); n >= 0 {
		w.i += n
	} else {
		w.i = len(w.l.src)
	}
}

func (w *walker) lineEnd() bool {
	w.space()
	if w.peek() == '#' {
		w.comment()
	}
	return w.end() || w.accept("\n") || w.accept("\r\n")
}

// header reads [a.b] or [[a.b]] and returns the table that it opens.
func (w *walker) header() (int32, bool) {
	start := w.i
	array := w.accept("[[")
	if !array {
		w.i++
	}
	var path [maxDepth]string
	n, ok := w.keys(&path)
	if !ok {
		return 0, false
	}
	if array && !w.accept("]]") || !array && !w.accept("]") {
		return 0, false
	}
	t, ok := w.descend(0, path[:n-1], start)
	if !ok {
		return 0, false
	}
	return w.open(t, path[n-1], array, start)
}

// open returns the table `key` of table t; with array, a new one at the end of
// the array of that name.
func (w *walker) open(t int32, key string, array bool, off int) (int32, bool) {
	l := w.l
	at := node{key: key, keyOff: int32(off), off: int32(off), kind: kindTable}
	m := l.member(t, key)
	if !array {
		if m == 0 {
			m = l.add(t, at)
		}
		return m, m != 0 && l.nodes[m].kind == kindTable
	}
	if m == 0 {
		at.kind = kindArray
		if m = l.add(t, at); m == 0 {
			return 0, false
		}
	}
	if l.nodes[m].kind != kindArray {
		return 0, false
	}
	e := l.add(m, node{keyOff: int32(off), off: int32(off), kind: kindTable})
	return e, e != 0
}

// descend walks from table t along a dotted key, making tables on its way; an
// array of tables stands for its last one.
func (w *walker) descend(t int32, path []string, off int) (int32, bool) {
	for _, key := range path {
		m, ok := w.l.member(t, key), true
		if m == 0 {
			m, ok = w.open(t, key, false, off)
		} else if w.l.nodes[m].kind == kindArray {
			m = w.l.nodes[m].last
		}
		if !ok || m == 0 || w.l.nodes[m].kind != kindTable {
			return 0, false
		}
		t = m
	}
	return t, true
}

// keys reads a dotted key and returns how many parts it has, at least one.
func (w *walker) keys(path *[maxDepth]string) (int, bool) {
	for n := 0; ; {
		w.space()
		key, ok := w.key()
		if !ok {
			return 0, false
		}
		if n == maxDepth {
			w.tooDeep()
			return 0, false
		}
		path[n] = key
		n++
		w.space()
		if !w.accept(".") {
			return n, true
		}
	}
}

func (w *walker) tooDeep() {
	w.l.exceed("nested deeper than "+strconv.Itoa(maxDepth)+" levels", w.i)
}

func (w *walker) key() (string, bool) {
	start := w.i
	switch w.peek() {
	case '"':
		if !w.quoted() {
			return "", false
		}
		return unescape(w.l.src[start+1 : w.i-1]), true
	case '\'':
		if !w.quoted() {
			return "", false
		}
		return w.l.src[start+1 : w.i-1], true
	}
	for isBare(w.peek()) {
		w.i++
	}
	return w.l.src[start:w.i], w.i > start
}

func isBare(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// pair reads key = value into table t.
func (w *walker) pair(t int32) bool {
	start := w.i
	var path [maxDepth]string
	n, ok := w.keys(&path)
	if !ok || !w.accept("=") {
		return false
	}
	w.space()
	t, ok = w.descend(t, path[:n-1], start)
	if !ok {
		return false
	}
	return w.value(t, node{key: path[n-1], keyOff: int32(start)})
}

// value reads one value and adds it to node parent.
func (w *walker) value(parent int32, at node) bool {
	at.off = int32(w.i)
	at.kind = w.kind()
	n := w.l.add(parent, at)
	if n == 0 {
		return false
	}
	switch at.kind {
	case kindScalar:
		return w.scalar()
	case kindArray, kindTable:
		if w.depth == maxDepth {
			w.tooDeep()
			return false
		}
		w.depth++
		defer func() { w.depth-- }()
		w.i++
		return w.members(n, at.kind)
	case kindBasicMulti, kindLiteralMulti:
		return w.multiline()
	}
	return w.quoted()
}

func (w *walker) kind() kind {
	rest := w.l.src[w.i:]
	switch {
	case strings.HasPrefix(rest, `"""`):
		return kindBasicMulti
	case strings.HasPrefix(rest, `'''`):
		return kindLiteralMulti
	case strings.HasPrefix(rest, `"`):
		return kindBasic
	case strings.HasPrefix(rest, `'`):
		return kindLiteral
	case strings.HasPrefix(rest, `[`):
		return kindArray
	case strings.HasPrefix(rest, `{`):
		return kindTable
	}
	return kindScalar
}

// members reads what an array or inline table holds, up to its closing
// bracket; the opening one is behind us.
func (w *walker) members(n int32, k kind) bool {
	closing := "]"
	if k == kindTable {
		closing = "}"
	}
	for {
		w.blank()
		if w.accept(closing) {
			return true
		}
		start := int32(w.i)
		if k == kindArray && !w.value(n, node{keyOff: start}) || k == kindTable && !w.pair(n) {
			return false
		}
		w.blank()
		if !w.accept(",") && w.peek() != closing[0] {
			return false
		}
	}
}
