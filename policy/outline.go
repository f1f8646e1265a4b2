package policy

import (
	"strconv"
	"strings"
)

// Outline is a policy as it was written: its files and rules, before they are
// resolved for an ABI.
type Outline struct {
	Files []FileOutline // in the order in which their rules are asked

	// Rules holds every rule in the order in which they are asked, each at the
	// index that Decision.Rule gives it: an index past the end is no rule of a
	// file, but an origin such as "default".
	Rules []RuleOutline
}

// FileOutline is one file of a policy.
type FileOutline struct {
	Name        string // as messages call it: a path, or a built-in's bare name
	Builtin     bool
	Description string
	Extends     []string // the Names of the files that it extends
	Default     string   // the action, "" where the file sets none
	Errno       uint16   // 0 where the file sets none
	Rules       int      // how many rules it has of its own
}

// RuleOutline is one rule as it was written.
type RuleOutline struct {
	File     int // index into Outline.Files
	Line     int // of its [[rule]], from 1
	Origin   string
	Syscalls []string // names of calls and, with "@", of sets
	When     string   // the condition, on one line; "" where it has none
	Action   Action
	Errno    uint16 // what a Deny returns; 0 for every other action
	Quiet    bool
}

// Outline returns the policy as it was written.
func (p *Policy) Outline() *Outline {
	out := &Outline{}
	_, errno := p.Default()
	for i, f := range p.files {
		o := FileOutline{Name: f.label(), Builtin: f.Builtin, Description: f.description, Errno: f.errno, Rules: len(f.rules)}
		if f.def != nil {
			o.Default = f.def.String()
		}
		for _, g := range f.extends {
			o.Extends = append(o.Extends, g.label())
		}
		out.Files = append(out.Files, o)
		for j := range f.rules {
			out.Rules = append(out.Rules, f.rules[j].outline(i, errno))
		}
	}
	return out
}

func (r *rule) outline(file int, errno uint16) RuleOutline {
	line, _ := r.file.loc.position(r.file.loc.start(r.node))
	o := RuleOutline{File: file, Line: line, Origin: r.origin(), Action: r.action, Quiet: r.quiet}
	for _, n := range r.names {
		o.Syscalls = append(o.Syscalls, n.text)
	}
	if r.when != nil {
		o.When = r.when.String()
	}
	if r.action == Deny {
		o.Errno = errno
		if r.errno != 0 {
			o.Errno = r.errno
		}
	}
	return o
}

// String returns the condition on one line, with the names that its author
// used. Parsed again it has the same meaning.
func (c *condition) String() string {
	var b strings.Builder
	writeBoolean(&b, c.root, false)
	return b.String()
}

// writeBoolean writes x; inAnd says that it stands in an &&, where an || needs
// parentheses.
func writeBoolean(b *strings.Builder, x boolean, inAnd bool) {
	switch x := x.(type) {
	case *logic:
		if x.or && inAnd {
			b.WriteByte('(')
			defer b.WriteByte(')')
		}
		join := " && "
		if x.or {
			join = " || "
		}
		for i, y := range x.xs {
			if i > 0 {
				b.WriteString(join)
			}
			writeBoolean(b, y, !x.or)
		}
	case *inverse:
		b.WriteString("!(")
		writeBoolean(b, x.x, false)
		b.WriteByte(')')
	case *comparison:
		writeComparison(b, x)
	}
}

func writeComparison(b *strings.Builder, c *comparison) {
	b.WriteString(c.arg.text)
	if c.mask != nil {
		b.WriteString(" & ")
		writeValue(b, c.mask, true)
	}
	b.WriteByte(' ')
	b.WriteString([...]string{"==", "!=", "<", "<=", ">", ">=", "in", "not in", "has"}[c.how])
	b.WriteByte(' ')
	if c.how != relIn && c.how != relNotIn {
		writeValue(b, c.values[0], false)
		return
	}
	for i, v := range c.values {
		b.WriteString([...]string{"{", ", "}[min(i, 1)])
		writeValue(b, v, false)
	}
	b.WriteByte('}')
}

// writeValue writes a constant expression; tight says that it stands next to
// "&" or "~", where a composite one needs parentheses.
func writeValue(b *strings.Builder, v value, tight bool) {
	switch v := v.(type) {
	case *literal:
		text := v.text
		if text == "" {
			text = strconv.FormatUint(v.bits, 10)
		}
		b.WriteString(text)
	case *constant:
		b.WriteString(v.text)
	case *complement:
		b.WriteByte('~')
		writeValue(b, v.x, true)
	case *bitwise:
		if tight {
			b.WriteByte('(')
			defer b.WriteByte(')')
		}
		writeValue(b, v.l, v.and || isAnd(v.l))
		if v.and {
			b.WriteString(" & ")
		} else {
			b.WriteByte('|')
		}
		writeValue(b, v.r, v.and || isAnd(v.r))
	}
}

func isAnd(v value) bool {
	w, ok := v.(*bitwise)
	return ok && w.and
}
