package sink

import (
	"strconv"
	"unicode/utf8"

	"jail/monitor/event"
)

// timeLayout is RFC 3339 with all nine digits, so that lines sort as text.
const timeLayout = "2006-01-02T15:04:05.000000000Z07:00"

// AppendJSON appends ev as one JSON object and a newline. errno is left out
// where there is none, path where the call has none; every other field is
// always there. args are six hex strings: JSON numbers end at 53 bits.
//
// Strings are exact for every program whose strings are UTF-8: what a terminal
// might act upon is written as \u escapes. A byte that is not UTF-8 becomes
// U+FFFD, since JSON has no way to write it that all readers take; "call" has
// the same byte as a C escape (\377).
func AppendJSON(dst []byte, ev *event.Event) []byte {
	dst = append(dst, `{"time":"`...)
	dst = ev.Time.UTC().AppendFormat(dst, timeLayout)
	dst = append(dst, `","verdict":"`...)
	dst = append(dst, ev.Verdict.String()...)
	if ev.Errno != 0 {
		dst = append(dst, `","errno":"`...)
		dst = appendErrno(dst, ev)
	}
	dst = appendField(append(dst, '"'), "syscall", ev.Syscall)
	dst = appendNumber(dst, "nr", uint64(ev.Nr))
	dst = appendField(dst, "abi", ev.ABI)
	dst = appendArgs(dst, &ev.Args)
	dst = appendField(dst, "call", ev.Call)
	if ev.Path != "" {
		dst = appendField(dst, "path", ev.Path)
	}
	dst = appendNumber(dst, "pid", uint64(ev.PID))
	dst = appendNumber(dst, "tid", uint64(ev.TID))
	dst = appendField(dst, "comm", ev.Comm)
	dst = appendField(dst, "exe", ev.Exe)
	dst = appendField(dst, "rule", ev.Rule)
	dst = appendNumber(dst, "count", ev.Count)
	return append(dst, "}\n"...)
}

func appendArgs(dst []byte, args *[6]uint64) []byte {
	dst = append(dst, `,"args":[`...)
	for i, a := range args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `"0x`...)
		dst = strconv.AppendUint(dst, a, 16)
		dst = append(dst, '"')
	}
	return append(dst, ']')
}

// appendField appends ,"name":"value"; name must need no escaping.
func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':')
	return appendString(dst, value)
}

func appendNumber(dst []byte, name string, n uint64) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':')
	return strconv.AppendUint(dst, n, 10)
}

// appendString appends s as a JSON string (RFC 8259, section 7). Runes that
// are not printable are escaped although JSON allows them: people read logs on
// terminals.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			dst = appendASCII(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if strconv.IsPrint(r) { // U+FFFD for an invalid byte is, too
			dst = utf8.AppendRune(dst, r)
		} else if r < 0x10000 {
			dst = appendEscape(dst, uint16(r))
		} else {
			r -= 0x10000
			dst = appendEscape(dst, uint16(0xd800+r>>10))
			dst = appendEscape(dst, uint16(0xdc00+r&0x3ff))
		}
	}
	return append(dst, '"')
}

func appendASCII(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c >= ' ' && c < 0x7f:
		return append(dst, c)
	case c == '\n':
		return append(dst, '\\', 'n')
	case c == '\t':
		return append(dst, '\\', 't')
	}
	return appendEscape(dst, uint16(c))
}

// appendEscape appends one UTF-16 unit as \uXXXX.
func appendEscape(dst []byte, u uint16) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}
