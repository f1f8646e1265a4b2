package compare

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
)

// Writer writes conditions as a policy file has them.
type Writer struct {
	ABI  *syscalls.ABI
	Call string // "" where the call has no name: arguments are arg0 to arg5 then

	// Name, if not nil, returns the text for the value of an argument: constants
	// joined by "|", or "" where it knows none. args has the value, and those
	// of other arguments as far as the condition says what they are, else 0.
	Name func(args *[6]uint64, arg int) string

	// Known has the values of arguments that hold whatever is written, else 0.
	Known [6]uint64
}

// Always is the text of a condition that all arguments fulfil.
const Always = "always"

const never = "never"

// Lines writes a condition as its alternatives, one a line: the condition
// holds where one of them does.
func (w *Writer) Lines(e policy.Expr) []string {
	or, ok := e.(policy.Or)
	if !ok || len(or) == 0 || isSet(or, policy.Eq) {
		return []string{w.Text(e)}
	}
	var out []string
	for _, x := range or {
		out = append(out, w.Text(x))
	}
	return out
}

// Text writes a condition on one line.
func (w *Writer) Text(e policy.Expr) string {
	switch e := e.(type) {
	case policy.And:
		if len(e) == 0 {
			return Always
		}
	case policy.Or:
		if len(e) == 0 {
			return never
		}
	}
	var b strings.Builder
	w.write(&b, e, false)
	return b.String()
}

// write appends e; in an &&, an || stands in parentheses.
func (w *Writer) write(b *strings.Builder, e policy.Expr, inAnd bool) {
	switch e := e.(type) {
	case policy.Test:
		w.test(b, e)
	case policy.Not:
		b.WriteString("!(")
		w.write(b, e.X, false)
		b.WriteByte(')')
	case policy.And:
		if isSet(e, policy.Ne) {
			w.set(b, e, " not in {")
			return
		}
		before := w.Known
		w.learn(e)
		w.join(b, e, " && ", true)
		w.Known = before
	case policy.Or:
		if isSet(e, policy.Eq) {
			w.set(b, e, " in {")
			return
		}
		if inAnd {
			b.WriteByte('(')
			defer b.WriteByte(')')
		}
		w.join(b, e, " || ", false)
	}
}

// learn notes the values that the members ask for: what an argument means can
// hang on another, as a protocol does on its family.
func (w *Writer) learn(e policy.And) {
	for _, x := range e {
		if or, ok := x.(policy.Or); ok && isSet(or, policy.Eq) {
			x = or[0]
		}
		if t, ok := x.(policy.Test); ok && t.Op == policy.Eq {
			w.Known[t.Arg] = t.Value
		}
	}
}

func (w *Writer) join(b *strings.Builder, xs []policy.Expr, by string, and bool) {
	if len(xs) == 0 {
		if and {
			b.WriteString(Always)
		} else {
			b.WriteString(never)
		}
	}
	for i, x := range xs {
		if i > 0 {
			b.WriteString(by)
		}
		w.write(b, x, and)
	}
}

// isSet reports whether all members, two or more, are the same comparison with
// different values.
func isSet(xs []policy.Expr, op policy.Op) bool {
	if len(xs) < 2 {
		return false
	}
	first, ok := xs[0].(policy.Test)
	return ok && !slices.ContainsFunc(xs, func(x policy.Expr) bool {
		t, ok := x.(policy.Test)
		return !ok || t.Op != op || t.Arg != first.Arg || t.Mask != first.Mask
	})
}

func (w *Writer) set(b *strings.Builder, xs []policy.Expr, in string) {
	first := xs[0].(policy.Test)
	w.left(b, first)
	b.WriteString(in)
	for i, x := range xs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w.value(first, x.(policy.Test).Value))
	}
	b.WriteByte('}')
}

func (w *Writer) test(b *strings.Builder, t policy.Test) {
	_, _, full := w.argument(t)
	single := t.Mask&(t.Mask-1) == 0
	switch {
	case !full && t.Op == policy.Eq && t.Value == t.Mask, !full && t.Op == policy.Ne && t.Value == 0 && single:
		name, _, _ := w.argument(t)
		b.WriteString(name + " has " + w.value(t, t.Mask))
		return
	case !full && t.Op == policy.Ne && t.Value == t.Mask && single:
		t.Op, t.Value = policy.Eq, 0
	}
	w.left(b, t)
	b.WriteString([...]string{" == ", " != ", " < ", " <= ", " > ", " >= "}[t.Op])
	if t.Op >= policy.Lt {
		b.WriteString(w.number(t))
		return
	}
	b.WriteString(w.value(t, t.Value))
}

// argument returns the name and the kernel's type of a test's argument, and
// whether the test looks at all of it.
func (w *Writer) argument(t policy.Test) (name string, a syscalls.Arg, full bool) {
	a = syscalls.Arg{Bits: 64, Width: 64}
	if w.ABI == syscalls.I386 {
		a = syscalls.Arg{Bits: 32, Width: 32}
	}
	name = "arg" + strconv.Itoa(int(t.Arg))
	if args, ok := w.ABI.Args(w.Call); ok && int(t.Arg) < len(args) {
		a = args[t.Arg]
		name = a.Name
	}
	return name, a, t.Mask&ones(t.Width) == ones(a.Bits)
}

// left writes the argument and its mask.
func (w *Writer) left(b *strings.Builder, t policy.Test) {
	name, _, full := w.argument(t)
	b.WriteString(name)
	if full {
		return
	}
	b.WriteString(" & ")
	mask := w.value(t, t.Mask)
	if strings.Contains(mask, "|") {
		mask = "(" + mask + ")"
	}
	b.WriteString(mask)
}

// value writes what an argument is compared with.
func (w *Writer) value(t policy.Test, v uint64) string {
	_, a, full := w.argument(t)
	if a.Pointer && v == 0 {
		return "NULL"
	}
	if v == 0 && !full && bits.OnesCount64(t.Mask) != 4 && t.Mask != 3 {
		return "0" // no flag, and not the first name of an enumeration
	}
	if s := w.name(int(t.Arg), v); s != "" {
		return s
	}
	if full && a.Signed && v>>(a.Bits-1)&1 == 1 && int64(v|^ones(a.Bits)) >= -4096 {
		return strconv.FormatInt(int64(v|^ones(a.Bits)), 10)
	}
	if bits.OnesCount64(v) > int(a.Bits)/2 && v < ones(a.Bits) {
		return "~" + hex(^v&ones(a.Bits))
	}
	if v < 10 || full && v < 1<<16 {
		return strconv.FormatUint(v, 10)
	}
	return hex(v)
}

func hex(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

func (w *Writer) name(arg int, v uint64) string {
	if w.Name == nil {
		return ""
	}
	args := w.Known
	args[arg] = v
	return w.Name(&args, arg)
}

// number writes a bound.
func (w *Writer) number(t policy.Test) string {
	v := t.Value & ones(t.Width)
	if t.Signed && v>>(t.Width-1)&1 == 1 {
		return strconv.FormatInt(int64(v|^ones(t.Width)), 10)
	}
	return strconv.FormatUint(v, 10)
}
