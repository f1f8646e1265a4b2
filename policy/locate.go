package policy

import (
	"slices"
	"strconv"
	"strings"
)

// The TOML parser says what a file holds, not where. This locator walks the
// same text and says where: a tree of the same shape, with an offset for each
// table header, key and value. It does not judge. On text that is no TOML it
// stops, and the parser reports the error.
//
// It does set limits, and before the parser sees the text: the parser
// recurses on arrays and is quadratic in the parts of a dotted key.
const (
	maxDepth = 16      // arrays, inline tables, parts of a dotted key
	maxNodes = 1 << 15 // keys, tables and array elements of one file
)

type kind uint8

const (
	kindScalar kind = iota // number, boolean, date
	kindTable
	kindArray
	kindBasic        // "…"
	kindLiteral      // '…'
	kindBasicMulti   // """…"""
	kindLiteralMulti // '''…'''
)

// node is one value in the source. Nodes refer to each other by index;
// index 0 is the root table, so 0 also means "none" for kids and siblings.
type node struct {
	key    string // in a table: the key
	keyOff int32  // where the key, or the header of a table, starts
	off    int32  // where the value starts; a string's opening quote
	kind   kind
	first  int32 // first and last of its members
	last   int32
	next   int32 // sibling
}

// located is a source text and the position of everything in it.
type located struct {
	src   string
	nodes []node
	lines []int32 // offset of each line's first byte

	limit    string // which limit the text exceeds, "" if none
	limitOff int
}

// locate never fails: what it can't read has no position.
func locate(src string) *located {
	l := &located{src: src, nodes: make([]node, 1, 64+len(src)/32)}
	l.nodes[0].kind = kindTable
	l.lines = lineStarts(src)
	w := walker{l: l}
	w.document()
	return l
}

func lineStarts(src string) []int32 {
	lines := make([]int32, 1, 16+len(src)/32)
	for i := 0; ; {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return lines
		}
		i += n + 1
		lines = append(lines, int32(i))
	}
}

// position returns line and column, from 1, of a byte offset.
func (l *located) position(off int) (line, col int) {
	off = max(0, min(off, len(l.src)))
	i, exact := slices.BinarySearch(l.lines, int32(off))
	if !exact {
		i--
	}
	return i + 1, off - int(l.lines[i]) + 1
}

// member returns the node under a key, 0 where there is none.
func (l *located) member(n int32, key string) int32 {
	if n < 0 || l.nodes[n].kind != kindTable {
		return 0
	}
	// The last one first: a file of many [[rule]] asks for it over and over.
	if last := l.nodes[n].last; last != 0 && l.nodes[last].key == key {
		return last
	}
	for m := l.nodes[n].first; m != 0; m = l.nodes[m].next {
		if l.nodes[m].key == key {
			return m
		}
	}
	return 0
}

// elements returns the nodes of an array, in order.
func (l *located) elements(n int32) []int32 {
	if n == 0 || l.nodes[n].kind != kindArray {
		return nil
	}
	var out []int32
	for m := l.nodes[n].first; m != 0; m = l.nodes[m].next {
		out = append(out, m)
	}
	return out
}

// add appends a member to node n; 0 means that the file is too large.
func (l *located) add(n int32, m node) int32 {
	if len(l.nodes) >= maxNodes {
		l.exceed("more than "+strconv.Itoa(maxNodes)+" values", int(m.keyOff))
		return 0
	}
	i := int32(len(l.nodes))
	l.nodes = append(l.nodes, m)
	if last := l.nodes[n].last; last != 0 {
		l.nodes[last].next = i
	} else {
		l.nodes[n].first = i
	}
	l.nodes[n].last = i
	return i
}

func (l *located) exceed(what string, off int) {
	if l.limit == "" {
		l.limit, l.limitOff = what, off
	}
}

// start returns the offset of a node, -1 where it has none.
func (l *located) start(n int32) int {
	if n <= 0 {
		return -1
	}
	return int(l.nodes[n].off)
}
