package event

import (
	"strconv"
	"unicode/utf8"
)

// AppendEscaped appends s so that no byte of it can steer a terminal: every
// rune that strconv.IsPrint accepts as it is, everything else (C0 and C1
// controls, ESC, bidi overrides, zero-width runes, invalid UTF-8) byte by byte
// as a C escape: \n, \t, \33. The backslash and the byte quote are escaped with
// a backslash; quote 0 means that there is none.
//
// The result is valid UTF-8, at most four bytes for each byte of s, and read
// as a C string it is s again.
func AppendEscaped[S ~string | ~[]byte](dst []byte, s S, quote byte) []byte {
	for i := 0; i < len(s); {
		n := 1
		if c := s[i]; c >= utf8.RuneSelf {
			var printable bool
			if n, printable = runeAt(s, i); printable {
				dst = append(dst, s[i:i+n]...)
				i += n
				continue
			}
		}
		for ; n > 0; n-- {
			digit := i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '7'
			dst = appendByte(dst, s[i], quote, digit)
			i++
		}
	}
	return dst
}

// runeAt returns the length of the rune that starts at s[i], and whether it
// may be shown as it is.
func runeAt[S ~string | ~[]byte](s S, i int) (n int, printable bool) {
	var window [utf8.UTFMax]byte
	r, n := utf8.DecodeRune(window[:copy(window[:], s[i:min(i+utf8.UTFMax, len(s))])])
	if r == utf8.RuneError && n == 1 {
		return 1, false
	}
	return n, strconv.IsPrint(r)
}

// appendByte appends one byte, escaped where it must be. beforeDigit says that
// an octal digit follows: an octal escape then needs all of its three digits.
func appendByte(dst []byte, c, quote byte, beforeDigit bool) []byte {
	switch {
	case c == '\\' || quote != 0 && c == quote:
		return append(dst, '\\', c)
	case c >= ' ' && c < 0x7f:
		return append(dst, c)
	case c >= '\t' && c <= '\r':
		return append(dst, '\\', "tnvfr"[c-'\t'])
	}
	dst = append(dst, '\\')
	if c >= 0100 || beforeDigit {
		dst = append(dst, '0'+c>>6)
	}
	if c >= 010 || beforeDigit {
		dst = append(dst, '0'+c>>3&7)
	}
	return append(dst, '0'+c&7)
}
