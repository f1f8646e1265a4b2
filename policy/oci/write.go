package oci

import (
	"strconv"
	"strings"
	"unicode"

	"jail/policy"
	"jail/policy/syscalls"
)

// lineWidth is where lines for people end, in bytes.
const lineWidth = 110

// document writes the rules as a policy file for people.
func (m *merger) document() string {
	var b strings.Builder
	comment(&b, "", "From the seccomp profile "+m.name+", as it applies to "+m.target.describe()+".")
	comment(&b, "", "In the comments: which lines of it a rule comes from, and what was lost.")
	if len(m.losses) > 0 {
		b.WriteString("#\n# Lost or changed:\n")
		for _, l := range m.losses {
			comment(&b, "- ", l.String())
		}
	}
	b.WriteString("\ndescription = " + tomlString("seccomp profile "+base(m.name)+" for "+m.target.describe()) + "\n")
	b.WriteString("default = " + tomlString(m.def.action.String()) + "\n")
	if m.def.action == policy.Deny {
		b.WriteString("errno = " + errnoText(m.def.errno) + "\n")
	}
	next := 0 // of the elements
	for i := range m.rules {
		r := &m.rules[i]
		for ; next <= r.element; next++ {
			m.leftOut(&b, next, r.element)
		}
		m.ruleText(&b, r)
	}
	for ; next < len(m.profile.elements); next++ {
		m.leftOut(&b, next, -1)
	}
	return b.String()
}

func (m *merger) ruleText(b *strings.Builder, r *rule) {
	b.WriteByte('\n')
	if r.element >= 0 {
		line, _ := m.position(r.off)
		comment(b, "", base(m.name)+":"+strconv.Itoa(line)+note(m.profile.elements[r.element].comment))
	} else {
		comment(b, "", r.why)
	}
	b.WriteString("[[rule]]\n")
	list(b, "syscalls = ", r.names)
	if text := whenText(m.target.ABI, r.names[0], r.when, true); text != "" {
		when(b, text)
	}
	b.WriteString("action = " + tomlString(r.action.String()) + "\n")
	if r.action == policy.Deny && (m.def.action != policy.Deny || r.errno != m.def.errno) {
		b.WriteString("errno = " + errnoText(r.errno) + "\n")
	}
}

func note(comment string) string {
	if comment == "" {
		return ""
	}
	return ": " + comment
}

// leftOut notes an element that has no rule of its own, unless it is skip.
func (m *merger) leftOut(b *strings.Builder, i, skip int) {
	e := &m.profile.elements[i]
	if i == skip || e.left == "" {
		return
	}
	names := make([]string, 0, len(e.names))
	for _, n := range e.names {
		names = append(names, n.text)
	}
	line, _ := m.position(e.off)
	b.WriteByte('\n')
	comment(b, "", base(m.name)+":"+strconv.Itoa(line)+" left out, "+e.left+": "+string(e.action.word)+" "+
		strings.Join(names, ", ")+note(e.comment))
}

// comment writes text as comments of at most lineWidth.
func comment(b *strings.Builder, bullet, text string) {
	line := "# " + bullet
	indent := strings.Repeat(" ", len(bullet))
	for word := range strings.FieldsSeq(strings.Map(printable, text)) {
		if len(line)+len(word) > lineWidth && strings.TrimLeft(line, "# -") != "" {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = "# " + indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func printable(r rune) rune {
	if r == unicode.ReplacementChar || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
		return '?'
	}
	return r
}

// list writes an array of names, over several lines where it is long.
func list(b *strings.Builder, key string, names []string) {
	one := key + "[" + quoted(names) + "]\n"
	if len(one) <= lineWidth {
		b.WriteString(one)
		return
	}
	b.WriteString(key + "[\n")
	line := " "
	for _, n := range names {
		item := " " + tomlString(n) + ","
		if len(line)+len(item) > lineWidth {
			b.WriteString(line + "\n")
			line = " "
		}
		line += item
	}
	b.WriteString(line + "\n]\n")
}

func quoted(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(tomlString(n))
	}
	return b.String()
}

// when writes a condition, over several lines where it is long.
func when(b *strings.Builder, text string) {
	if len(text) < lineWidth-10 {
		b.WriteString("when = " + tomlString(text) + "\n")
		return
	}
	b.WriteString("when = \"\"\"\n")
	line := " "
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > lineWidth {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + word
	}
	b.WriteString(line + "\n\"\"\"\n")
}

// inline writes the rules as inline tables, each at the line, and where it can
// be at the column, of its element in the profile. Keys that have no such
// place follow at the end.
func (m *merger) inline() string {
	w := inliner{line: 1}
	def := "default = " + tomlString(m.def.action.String())
	defLine, _ := m.position(m.profile.defOff)
	early := len(m.rules) > 0 && defLine < m.line(&m.rules[0])
	if early {
		w.to(defLine, 1)
		w.write(def)
	}
	if len(m.rules) > 0 {
		w.to(m.line(&m.rules[0]), 1)
		w.write("rule = [ ")
		for i := range m.rules {
			w.to(m.position(m.rules[i].off))
			w.write(m.inlineRule(&m.rules[i]))
		}
		w.write("]")
	}
	if !early {
		w.write("\n" + def)
	}
	if m.def.action == policy.Deny {
		w.write("\nerrno = " + errnoText(m.def.errno))
	}
	w.write("\n")
	return w.out.String()
}

func (m *merger) line(r *rule) int {
	line, _ := m.position(r.off)
	return line
}

func (m *merger) inlineRule(r *rule) string {
	text := "{ syscalls = [" + quoted(r.names) + "], "
	if when := whenText(m.target.ABI, r.names[0], r.when, false); when != "" {
		text += "when = " + tomlString(when) + ", "
	}
	text += "action = " + tomlString(r.action.String())
	if r.action == policy.Deny {
		text += ", errno = " + strconv.Itoa(int(r.errno))
	}
	return text + " }, "
}

// inliner writes text at given places.
type inliner struct {
	out       strings.Builder
	line, col int // of what comes next; col from 0
}

func (w *inliner) write(s string) {
	w.out.WriteString(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		w.line += strings.Count(s, "\n")
		w.col = len(s) - i - 1
		return
	}
	w.col += len(s)
}

// to moves on to a place, if it is still ahead.
func (w *inliner) to(line, col int) {
	if line > w.line {
		w.write(strings.Repeat("\n", line-w.line))
	}
	if line == w.line && col-1 > w.col {
		w.write(strings.Repeat(" ", col-1-w.col))
	}
}

// errnoText writes an error number, by its name where it has one.
func errnoText(n uint16) string {
	if name := syscalls.ErrnoName(n); name != "" {
		return tomlString(name)
	}
	return strconv.Itoa(int(n))
}

// tomlString writes a basic string.
func tomlString(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r == 0x7f || r == unicode.ReplacementChar
	}) {
		return `"` + s + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteString(`\u00` + string("0123456789abcdef"[r>>4]) + string("0123456789abcdef"[r&15]))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// base returns the last part of a path.
func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
