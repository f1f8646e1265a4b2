package policy

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy/syscalls"
)

// binder gives the names of a condition their meaning in one call of one ABI.
type binder struct {
	abi    *syscalls.ABI
	call   string
	report func(off int, level Level, text string)
	failed bool
}

func (b *binder) fail(off int, text string) {
	b.failed = true
	b.report(off, LevelError, text)
}

// bind returns the condition on the registers of the call. The result means
// nothing when failed is set.
func (b *binder) bind(x boolean) Expr {
	switch x := x.(type) {
	case *logic:
		out := make([]Expr, 0, len(x.xs))
		for _, y := range x.xs {
			out = append(out, b.bind(y))
		}
		if x.or {
			return Or(out)
		}
		return And(out)
	case *inverse:
		return Not{b.bind(x.x)}
	case *comparison:
		return b.comparison(x)
	}
	return And(nil)
}

// argument is one register of a call, as the kernel reads it.
type argument struct {
	index   int
	name    string
	typ     string // the kernel's, "" where its prototype is not known
	width   uint8  // 32 or 64
	bits    uint8  // how many of them the kernel reads
	signed  bool
	pointer bool
}

func (b *binder) comparison(c *comparison) Expr {
	a, ok := b.argument(c.arg)
	if !ok || !b.pointerFits(a, c) {
		return And(nil)
	}
	t := Test{Arg: uint8(a.index), Width: a.width, Mask: ones(a.bits)}
	if c.mask != nil {
		m, ok := b.value(c.mask, a)
		if !ok {
			return And(nil)
		}
		t.Mask = m.bits
	}
	values := make([]operand, 0, len(c.values))
	for _, v := range c.values {
		o, ok := b.value(v, a)
		if !ok || c.how >= relLt && c.how <= relGe && !b.orders(o, v, a) {
			return And(nil)
		}
		values = append(values, o)
	}
	e := b.relate(t, c, a, values)
	if !b.failed {
		b.judge(c, e)
	}
	return e
}

// relate builds the tests of a comparison, t without operator and value.
func (b *binder) relate(t Test, c *comparison, a argument, values []operand) Expr {
	switch c.how {
	case relHas:
		bits := values[0].bits
		if c.mask != nil {
			b.fail(c.off, `"has" takes a plain argument: the flags are the mask`)
		} else if bits == 0 {
			b.fail(c.values[0].offset(), `"has" needs at least one bit: this is 0`)
		}
		t.Mask, t.Op, t.Value = bits, Eq, bits
		return t
	case relIn:
		return Or(eachValue(t, Eq, values))
	case relNotIn:
		return And(eachValue(t, Ne, values))
	}
	t.Op, t.Value = Op(c.how), values[0].bits
	t.Signed = a.signed && c.how >= relLt
	return t
}

func eachValue(t Test, op Op, values []operand) []Expr {
	out := make([]Expr, 0, len(values))
	t.Op = op
	for i, v := range values {
		if t.Value = v.bits; !slices.ContainsFunc(values[:i], func(o operand) bool { return o.bits == v.bits }) {
			out = append(out, t)
		}
	}
	return out
}

// judge reports comparisons whose outcome no argument can change.
func (b *binder) judge(c *comparison, e Expr) {
	if in, ok := e.(Or); ok && c.how == relIn {
		for i, t := range in {
			if !satisfiable(t) && len(in) == len(c.values) {
				b.fail(c.values[i].offset(), "can never hold: "+quote(c.arg.text)+" never has this value under its mask")
				return
			}
		}
	}
	switch {
	case !satisfiable(e):
		b.fail(c.off, "can never hold, whatever "+quote(c.arg.text)+" is"+why(c))
	case !satisfiable(Not{e}):
		b.report(c.off, LevelWarning, "always holds, whatever "+quote(c.arg.text)+" is"+why(c))
	}
}

func why(c *comparison) string {
	switch {
	case c.mask != nil:
		return " under its mask"
	case c.how >= relLt && c.how <= relGe:
		return " in the range of its type"
	}
	return ""
}

// pointerFits reports comparisons that a pointer does not allow.
func (b *binder) pointerFits(a argument, c *comparison) bool {
	if !a.pointer {
		return true
	}
	if c.mask == nil && len(c.values) == 1 && (c.how == relEq || c.how == relNe) {
		if o, ok := b.quietly().value(c.values[0], a); ok && o.bits == 0 {
			return true
		}
	}
	b.fail(c.arg.off, quote(c.arg.text)+" of "+b.call+" is a pointer ("+a.typ+
		"): what it points at can change after it was looked at, so no rule can rest on it; "+
		"all that can be asked is whether it is NULL")
	return false
}

// quietly is b without reports.
func (b *binder) quietly() *binder {
	return &binder{abi: b.abi, call: b.call, report: func(int, Level, string) {}}
}

// argument finds an argument by its name, or as arg0 to arg5.
func (b *binder) argument(w word) (argument, bool) {
	args, known := b.abi.Args(b.call)
	if i, ok := numbered(w.text); ok {
		if known && i >= len(args) {
			b.fail(w.off, b.call+" has no "+w.text+": "+takes(args))
			return argument{}, false
		}
		if known {
			b.countedFromOne(w, i)
			return kernelArgument(i, args[i]), true
		}
		return b.register(i), true
	}
	if !known {
		b.fail(w.off, "the arguments of "+b.call+" have no known names on "+b.abi.Name+": write arg0 to arg5")
		return argument{}, false
	}
	i, arg, ok := b.abi.Arg(b.call, w.text)
	if !ok {
		b.fail(w.off, b.call+" has no argument "+quote(w.text)+meant(nearArgument(w.text, args))+": "+takes(args))
		return argument{}, false
	}
	return kernelArgument(i, arg), true
}

func kernelArgument(i int, a syscalls.Arg) argument {
	return argument{i, a.Name, a.Type, a.Width, a.Bits, a.Signed, a.Pointer}
}

// register is an argument of a call whose prototype is not known: the whole
// register, unsigned.
func (b *binder) register(i int) argument {
	width := uint8(64)
	if b.abi == syscalls.I386 {
		width = 32
	}
	return argument{index: i, width: width, bits: width}
}

// countedFromOne notes that a man page counts the arguments of the call from 1.
func (b *binder) countedFromOne(w word, i int) {
	if i >= 2 && slices.Contains([]string{"prctl", "keyctl", "arch_prctl"}, b.call) {
		b.report(w.off, LevelNote, w.text+" of "+b.call+" counts from arg0, as everywhere: what the man page calls arg"+
			strconv.Itoa(i)+" is arg"+strconv.Itoa(i-1)+" here")
	}
}

func numbered(s string) (int, bool) {
	if len(s) == 4 && strings.HasPrefix(s, "arg") && '0' <= s[3] && s[3] <= '5' {
		return int(s[3] - '0'), true
	}
	return 0, false
}

func takes(args []syscalls.Arg) string {
	if len(args) == 0 {
		return "it takes none"
	}
	names := make([]string, 0, len(args))
	for _, a := range args {
		names = append(names, a.Name)
	}
	return "it takes " + strings.Join(names, ", ")
}

func nearArgument(s string, args []syscalls.Arg) string {
	return syscalls.Nearest(s, func(yield func(string) bool) {
		for _, a := range args {
			if !yield(a.Name) {
				return
			}
		}
	})
}

func (a argument) describe() string {
	if a.typ == "" {
		return strconv.Itoa(int(a.bits)) + " bits wide"
	}
	return strconv.Itoa(int(a.bits)) + " bits wide (" + a.typ + ")"
}

// ones returns n one bits.
func ones(n uint8) uint64 { return ^uint64(0) >> (64 - n) }
