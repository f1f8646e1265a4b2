package main

import "strings"

// What a call looks like in a log, or as a person writes it.

// cutLogged splits a line of a log at the end of its call, and drops what the
// line begins with; any other text it returns as it is, without blanks around
// it. The tail has no "(N more)".
func cutLogged(text string) (call, tail string) {
	call = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(call, "jail: "); ok {
		call = rest
	}
	for _, verdict := range [...]string{"denied ", "killed ", "logged ", "would deny ", "would kill ", "would log "} {
		if rest, ok := strings.CutPrefix(call, verdict); ok {
			call = strings.TrimSpace(rest)
			break
		}
	}
	end := callEnd(call)
	tail = call[end:]
	if !strings.HasPrefix(tail, " → ") && !strings.HasPrefix(tail, "  ") {
		return call, ""
	}
	if i := strings.LastIndex(tail, "  ("); i >= 0 && strings.HasSuffix(tail, " more)") {
		tail = tail[:i]
	}
	return call[:end], tail
}

// callEnd returns the length of the call that s begins with, its parentheses
// included; all of s where they don't close.
func callEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		if n := skipped(s[i:]); n > 0 {
			i += n - 1
			continue
		}
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// skipped returns the length of the quoted string or the comment that s begins
// with, 0 where it begins with neither. One that does not end takes all of s.
func skipped(s string) int {
	switch {
	case strings.HasPrefix(s, "/*"):
		if end := strings.Index(s, "*/"); end >= 0 {
			return end + 2
		}
		return len(s)
	case s[0] != '"':
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// splitArgs splits at commas outside of quotes, brackets and comments, and
// drops the comments.
func splitArgs(s string) []string {
	var out []string
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		if n := skipped(s[i:]); n > 0 {
			if s[i] == '"' {
				b.WriteString(s[i : i+n])
			}
			i += n - 1
			continue
		}
		c := s[i]
		switch {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(b.String()))
			b.Reset()
			continue
		}
		b.WriteByte(c)
	}
	if last := strings.TrimSpace(b.String()); last != "" || len(out) > 0 {
		out = append(out, last)
	}
	return out
}
