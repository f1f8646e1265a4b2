package convert

import "strings"

// Comment returns the losses as lines of a comment under a title, each line
// after "# " and of bearable length; "" when there are none.
func Comment(title string, losses []Loss) string {
	if len(losses) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("#\n# " + title + "\n")
	for _, l := range losses {
		b.WriteString("# - " + strings.Join(lines(l.String(), 96), "\n#   ") + "\n")
	}
	return b.String()
}

// lines cuts text into lines of about width bytes, at spaces.
func lines(text string, width int) []string {
	var out []string
	line := ""
	for w := range strings.FieldsSeq(Plain(text)) {
		if line != "" && len(line)+1+len(w) > width {
			out = append(out, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return append(out, line)
}

// Plain replaces what must not stand in a comment: control characters, which
// TOML does not allow there, and backslashes, which continue a line elsewhere.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\\' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
}
