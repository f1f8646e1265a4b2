package decode

import (
	"bytes"
	"unicode/utf8"

	"jail/monitor/event"
)

const (
	pageSize = 4096 // the smallest: a read that ends at its end crosses no page of any size

	pathShown    = 256 // bytes of a path that the text shows
	stringShown  = 64  // bytes of any other string
	escapedLimit = 448 // bytes that a string may take up once it is escaped
)

// pathname appends the path at addr; the first of a call is the call's path.
func (d *Decoder) pathname(addr uint64) {
	buf := &d.other
	if d.pathLen == 0 {
		buf = &d.path
	}
	s, ok := d.cstring(buf[:], addr)
	if !ok {
		d.address(addr)
		return
	}
	if d.pathLen == 0 {
		d.pathLen = len(s)
	}
	d.symbolBytes(s)
	d.dst = appendQuoted(d.dst, s, pathShown)
}

// text appends the string at addr.
func (d *Decoder) text(addr uint64) {
	s, ok := d.cstring(d.buf[:stringShown+1], addr)
	if !ok {
		d.address(addr)
		return
	}
	d.symbolBytes(s)
	d.dst = appendQuoted(d.dst, s, stringShown)
}

// bytes appends n bytes at addr; n is an int that is negative from 1<<31 on.
func (d *Decoder) bytes(addr, n uint64) {
	s := d.buf[:min(n, stringShown+1)]
	if addr == 0 || n >= 1<<31 || d.mem.ReadAt(s, addr) < len(s) {
		d.address(addr)
		return
	}
	d.symbolBytes(s)
	d.dst = appendQuoted(d.dst, s, stringShown)
}

// cstring reads the string at addr, at most as much of it as buf holds. It
// reads up to the end of the page first: strings seldom cross it, and what
// follows may be unmapped.
func (d *Decoder) cstring(buf []byte, addr uint64) (s []byte, ok bool) {
	if addr == 0 {
		return nil, false
	}
	for n := 0; n < len(buf); {
		at := addr + uint64(n)
		chunk := buf[n:min(len(buf), n+int(pageSize-at%pageSize))]
		got := chunk[:max(0, min(d.mem.ReadAt(chunk, at), len(chunk)))]
		if i := bytes.IndexByte(got, 0); i >= 0 {
			return buf[:n+i], true
		}
		n += len(got)
		if len(got) < len(chunk) {
			return nil, false
		}
	}
	return buf, true
}

// read reads a whole struct of n bytes into d.buf; nil says that it can't.
func (d *Decoder) read(addr uint64, n int) []byte {
	b := d.buf[:n]
	if addr == 0 || d.mem.ReadAt(b, addr) < n {
		return nil
	}
	return b
}

// appendQuoted appends s in quotes, at most shown bytes of it, and "..." behind
// the quotes where there is more.
func appendQuoted(dst, s []byte, shown int) []byte {
	start := len(dst)
	for cut := min(len(s), shown); ; cut = escapedLimit / 4 {
		whole := cut == len(s)
		if !whole {
			cut = runeBoundary(s, cut)
		}
		dst = append(dst[:start], '"')
		dst = event.AppendEscaped(dst, s[:cut], '"')
		if len(dst)-start-1 > escapedLimit {
			continue // escapes take up to four bytes
		}
		dst = append(dst, '"')
		if !whole {
			dst = append(dst, "..."...)
		}
		return dst
	}
}

// runeBoundary moves a cut back to the start of the rune that it would split.
func runeBoundary(s []byte, cut int) int {
	for i := cut; i > cut-utf8.UTFMax && i > 0; i-- {
		if utf8.RuneStart(s[i]) {
			return i
		}
	}
	return cut
}
