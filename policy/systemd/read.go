package systemd

import (
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/coreos/go-systemd/v22/unit"

	"jail/policy"
)

// File is the text of a unit file or of a drop-in.
type File struct {
	Name string // as messages call it
	Data []byte
}

// place is where an assignment starts.
type place struct {
	file string
	line int // from 1
}

func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return p.file + ":" + strconv.Itoa(p.line)
}

func (p place) problem(text string) policy.Problem {
	return policy.Problem{File: p.file, Line: p.line, Text: text}
}

// assignment is one "Key=Value" of a unit file.
type assignment struct {
	section, key, value string
	at                  place
}

func (a assignment) String() string { return a.key + "=" + a.value }

// short is the place without directories.
func (a assignment) short() string {
	return place{path.Base(a.at.file), a.at.line}.String()
}

// maxLine is how long a line of the prepared text may be. The unit reader
// takes lines of less than 2048 bytes; systemd itself takes 1 MiB.
const maxLine = 1500

// read returns the assignments of a file, in order. The unit reader knows no
// positions, stops at lines that systemd passes over, and does not know
// comments between continued lines. So it gets a text in which every
// assignment is one line, and the n-th option is the n-th of these.
func read(f File) ([]assignment, policy.Problems) {
	var text strings.Builder
	var out []assignment
	var problems policy.Problems
	fail := func(at place, text string) { problems = append(problems, at.problem(text)) }
	section := ""
	for _, l := range logicalLines(f) {
		switch problem := l.judge(section != ""); {
		case problem == notText || problem == control:
			return nil, policy.Problems{l.at.problem(problem)} // a binary, say
		case problem != "":
			fail(l.at, problem)
		case l.text[0] == '[':
			section = l.text[1 : len(l.text)-1]
			text.WriteString(l.text + "\n")
		default:
			key, value, _ := strings.Cut(l.text, "=")
			key = strings.TrimSpace(key)
			out = append(out, assignment{section: section, key: key, at: l.at})
			writeAssignment(&text, key, value)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	options, err := unit.DeserializeOptions(strings.NewReader(text.String()))
	if err != nil || len(options) != len(out) {
		fail(place{file: f.Name}, "the unit reader fails on this file")
		return nil, problems
	}
	for i, o := range options {
		a := &out[i]
		if o.Section != a.section || o.Name != a.key {
			fail(a.at, "the unit reader fails on this line")
			return nil, problems
		}
		a.value = strings.TrimSpace(strings.ReplaceAll(o.Value, "\\\n", ""))
	}
	return out, nil
}

// writeAssignment writes a line for the unit reader, a long one as several
// that are continued.
func writeAssignment(b *strings.Builder, key, value string) {
	value = strings.Join(strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
	b.WriteString(key + "=")
	for len(value) > maxLine {
		b.WriteString(value[:maxLine] + "\\\n")
		value = value[maxLine:]
	}
	b.WriteString(value)
	if strings.HasSuffix(value, "\\") {
		b.WriteByte(' ') // an escaped backslash continues nothing
	}
	b.WriteByte('\n')
}

// logicalLine is a line together with those that continue it, trimmed.
type logicalLine struct {
	text string
	at   place
}

// What is wrong with a file as a whole, once it is wrong with a line.
const (
	notText = "is not UTF-8 text"
	control = "has a control character in it"
)

// judge says what is wrong with the line, "" if nothing.
func (l *logicalLine) judge(inSection bool) string {
	if !utf8.ValidString(l.text) {
		return notText
	}
	if strings.IndexFunc(l.text, isControl) >= 0 {
		return control
	}
	if l.text[0] == '[' {
		name := strings.TrimSuffix(l.text[1:], "]")
		if len(name) != len(l.text)-2 || name == "" || strings.ContainsAny(name, "[]") {
			return "is no section header: it begins with [ and does not end as one"
		}
		return ""
	}
	key, _, ok := strings.Cut(l.text, "=")
	switch {
	case !ok:
		return "is neither Key=Value nor a [Section]: " + quote(l.text)
	case strings.TrimSpace(key) == "":
		return "has no key before its \"=\""
	case !inSection:
		return quote(strings.TrimSpace(key)) + " is assigned before the first [Section]"
	}
	return ""
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// logicalLines joins continued lines as systemd does (config_parse of
// src/shared/conf-parser.c): a backslash at the end that is not itself escaped
// becomes a space, and comments in between are passed over.
func logicalLines(f File) []logicalLine {
	text := strings.TrimPrefix(string(f.Data), "\ufeff")
	var out []logicalLine
	var joined strings.Builder
	n, start := 0, 0
	flush := func() {
		if s := strings.Trim(joined.String(), whitespace); s != "" {
			out = append(out, logicalLine{s, place{f.Name, start}})
		}
		joined.Reset()
		start = 0
	}
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line = strings.TrimSuffix(line, "\r")
		if s := strings.TrimLeft(line, whitespace); s != "" && (s[0] == '#' || s[0] == ';') {
			continue
		}
		if start == 0 {
			start = n
		}
		if continues(line) {
			joined.WriteString(line[:len(line)-1] + " ")
			continue
		}
		joined.WriteString(line)
		flush()
	}
	flush()
	return out
}

const whitespace = " \t\r\n"

// continues reports whether the line ends in a backslash that no other one
// escapes.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, "\\")))%2 == 1
}

// quote renders text from a unit for a message.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}
