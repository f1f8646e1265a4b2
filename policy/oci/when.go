package oci

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
)

// whenText writes a condition on a call as a policy file does; "" for one that
// always holds. With names, constants of the kernel's headers stand for numbers
// that people know by them; finding these takes a while.
func whenText(abi *syscalls.ABI, call string, e policy.Expr, names bool) string {
	if isAlways(e) {
		return ""
	}
	w := whenWriter{abi: abi, names: names}
	w.args, w.known = abi.Args(call)
	w.expr(e, false)
	return w.out.String()
}

type whenWriter struct {
	abi   *syscalls.ABI
	names bool
	args  []syscalls.Arg
	known bool
	out   strings.Builder
}

// expr writes e; inAnd says that it stands in an &&, where an || needs
// parentheses.
func (w *whenWriter) expr(e policy.Expr, inAnd bool) {
	switch e := e.(type) {
	case policy.Test:
		w.test(e)
	case policy.Not:
		w.out.WriteString("!(")
		w.expr(e.X, false)
		w.out.WriteByte(')')
	case policy.And:
		w.list(e, " && ", policy.Ne, " not in ")
	case policy.Or:
		if inAnd {
			w.out.WriteByte('(')
			defer w.out.WriteByte(')')
		}
		w.list(e, " || ", policy.Eq, " in ")
	}
}

// list writes the members of an And or Or; those that compare one operand with
// op become one comparison with a set.
func (w *whenWriter) list(xs []policy.Expr, join string, op policy.Op, in string) {
	done := make([]bool, len(xs))
	first := true
	for i, x := range xs {
		if done[i] {
			continue
		}
		if !first {
			w.out.WriteString(join)
		}
		first = false
		var set []policy.Test
		if t, ok := x.(policy.Test); ok && t.Op == op {
			for j := i; j < len(xs); j++ {
				u, ok := xs[j].(policy.Test)
				if ok && u.Op == op && u.Arg == t.Arg && u.Mask == t.Mask && u.Width == t.Width {
					set, done[j] = append(set, u), true
				}
			}
		}
		if len(set) < 2 {
			w.expr(x, join == " && ")
			continue
		}
		w.set(set, in)
	}
}

func (w *whenWriter) set(set []policy.Test, in string) {
	slices.SortFunc(set, func(a, b policy.Test) int {
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	w.operand(set[0])
	w.out.WriteString(in)
	for i, t := range set {
		w.out.WriteString([...]string{"{", ", "}[min(i, 1)])
		w.value(t, t.Value)
	}
	w.out.WriteByte('}')
}

func (w *whenWriter) test(t policy.Test) {
	w.operand(t)
	w.out.WriteString([...]string{" == ", " != ", " < ", " <= ", " > ", " >= "}[t.Op])
	if t.Signed {
		shift := 64 - t.Width
		w.out.WriteString(strconv.FormatInt(int64(t.Value<<shift)>>shift, 10))
		return
	}
	w.value(t, t.Value)
}

// operand writes the argument and its mask.
func (w *whenWriter) operand(t policy.Test) {
	all := ^uint64(0)
	if w.known && int(t.Arg) < len(w.args) {
		all = full(w.args[t.Arg])
	}
	if name := w.argName(t.Arg); name != "" {
		w.out.WriteString(name)
	} else {
		w.out.WriteString("arg" + strconv.Itoa(int(t.Arg)))
	}
	if t.Mask != all {
		w.out.WriteString(" & ")
		text := w.flags(t.Arg, t.Mask)
		if strings.Contains(text, "|") {
			text = "(" + text + ")"
		}
		w.out.WriteString(text)
	}
}

func (w *whenWriter) value(t policy.Test, v uint64) {
	switch {
	case w.names && w.argName(t.Arg) == "family":
		w.out.WriteString(w.constant("AF_", v))
	case t.Mask != 0 && v != 0 && v&(v-1) == 0 && w.prefix(t.Arg) != "":
		w.out.WriteString(w.flags(t.Arg, v))
	case v < 4096:
		w.out.WriteString(strconv.FormatUint(v, 10))
	default:
		w.out.WriteString("0x" + strconv.FormatUint(v, 16))
	}
}

// argName returns an argument's name, "" where a condition can't use it.
func (w *whenWriter) argName(i uint8) string {
	if !w.known || int(i) >= len(w.args) {
		return ""
	}
	name := w.args[i].Name
	if name == "in" || name == "has" || name == "not" || name != strings.ToLower(name) {
		return "" // words of the language, and what it takes for constants
	}
	return name
}

// prefix returns how the names of an argument's flags begin, "" where it has
// none that are worth writing.
func (w *whenWriter) prefix(i uint8) string {
	if name := w.argName(i); w.names && (name == "clone_flags" || name == "unshare_flags") {
		return "CLONE_"
	}
	return ""
}

// flags writes a mask, by names where there is one for each bit.
func (w *whenWriter) flags(i uint8, mask uint64) string {
	hex := "0x" + strconv.FormatUint(mask, 16)
	prefix := w.prefix(i)
	if prefix == "" {
		return hex
	}
	var names []string
	for rest := mask; rest != 0; rest &= rest - 1 {
		bit := rest & -rest
		name := w.constant(prefix, bit)
		if !strings.HasPrefix(name, prefix) {
			return hex
		}
		names = append(names, name)
	}
	return strings.Join(names, "|")
}

// constant returns the name with that prefix that has the value, or the value
// as a number. Of synonyms it gives the shortest that is in common use.
func (w *whenWriter) constant(prefix string, v uint64) string {
	best := ""
	for name := range syscalls.ConstantNames(w.abi) {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		switch name {
		case "AF_LOCAL", "AF_FILE", "AF_ROUTE", "AF_MAX":
			continue
		}
		if x, ok := syscalls.Constant(w.abi, name); ok && x == v && (best == "" || len(name) < len(best)) {
			best = name
		}
	}
	if best == "" {
		best = strconv.FormatUint(v, 10)
	}
	return best
}
