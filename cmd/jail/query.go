package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"jail/policy/compare"
	"jail/policy/syscalls"
)

// query is a call as a person asks for it: by name, or as in a log, with
// arguments of which any may be left open.
type query struct {
	text string
	name string
	args []string // "" for any
}

// parseQuery reads "socket", "socket(AF_INET, SOCK_RAW)" or a call that was
// copied from a log.
func parseQuery(text string) (query, error) {
	q := query{text: text}
	name, rest, called := strings.Cut(strings.TrimSpace(text), "(")
	q.name = strings.TrimSpace(name)
	if !called {
		return q, nil
	}
	rest = strings.TrimSpace(rest)
	if !strings.HasSuffix(rest, ")") {
		return q, fmt.Errorf("%q: there is no \")\" at the end", text)
	}
	for _, arg := range splitArgs(strings.TrimSuffix(rest, ")")) {
		if arg == "_" || arg == "..." || arg == "?" {
			arg = ""
		}
		q.args = append(q.args, arg)
	}
	if len(q.args) > 6 {
		return q, fmt.Errorf("%q: a call has six arguments at most", text)
	}
	return q, nil
}

// splitArgs splits at commas outside of quotes, brackets and comments, and
// drops the comments.
func splitArgs(s string) []string {
	var out []string
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			end := i + 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end, len(s)-1)
			b.WriteString(s[i : end+1])
			i = end
			continue
		case strings.HasPrefix(s[i:], "/*"):
			end := strings.Index(s[i:], "*/")
			if end < 0 {
				end = len(s) - i
			}
			i += end + 1
			continue
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

// errNoCall says that an ABI does not have the call.
var errNoCall = errors.New("no such call")

// bind gives the arguments their values on an ABI.
func (q *query) bind(abi *syscalls.ABI) (nr uint32, fixed compare.Fixed, err error) {
	nr, ok := abi.Number(q.name)
	if !ok {
		return 0, fixed, errNoCall
	}
	args, known := abi.Args(q.name)
	if known && len(q.args) > len(args) && !q.openFrom(len(args)) {
		return 0, fixed, fmt.Errorf("%s takes %s", q.name, argList(args))
	}
	for i, text := range q.args {
		if text == "" || known && i >= len(args) {
			continue
		}
		if name, value, ok := strings.Cut(text, "="); ok && value != "" {
			if n, _, ok := abi.Arg(q.name, strings.TrimSpace(name)); ok { // family=AF_INET
				i, text = n, strings.TrimSpace(value)
			}
		}
		pointer := known && args[i].Pointer
		v, err := argValue(abi, text, pointer)
		if err != nil {
			return 0, fixed, err
		}
		fixed.Known[i], fixed.Args[i] = true, v
	}
	return nr, fixed, nil
}

func (q *query) openFrom(n int) bool {
	for _, a := range q.args[n:] {
		if a != "" {
			return false
		}
	}
	return true
}

func argList(args []syscalls.Arg) string {
	if len(args) == 0 {
		return "no arguments"
	}
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Name
	}
	return plural(len(args), "argument") + ": " + strings.Join(names, ", ")
}

// somewhere stands for the address of what is shown instead of it: all that a
// condition can ask is whether it is NULL.
const somewhere = 0x1000

// argValue reads a number, a constant, or several joined by "|".
func argValue(abi *syscalls.ABI, text string, pointer bool) (uint64, error) {
	if pointer && strings.IndexByte("\"{[&", text[0]) >= 0 {
		return somewhere, nil
	}
	var value uint64
	for part := range strings.SplitSeq(strings.Trim(text, "()"), "|") {
		v, err := oneValue(abi, strings.TrimSpace(part))
		if err != nil {
			return 0, err
		}
		value |= v
	}
	return value, nil
}

func oneValue(abi *syscalls.ABI, word string) (uint64, error) {
	invert := strings.HasPrefix(word, "~")
	name := strings.TrimPrefix(word, "~")
	v, ok := syscalls.Constant(abi, name)
	signal, isSignal := syscalls.Signal(name)
	switch {
	case ok:
	case isSignal:
		v = uint64(signal)
	case name == "NULL":
		v = 0
	default:
		var err error
		if v, err = strconv.ParseUint(name, 0, 64); err != nil {
			n, err := strconv.ParseInt(name, 0, 64)
			if err != nil {
				return 0, unknownValue(abi, name)
			}
			v = uint64(n)
		}
	}
	if invert {
		v = ^v
	}
	return v, nil
}

func unknownValue(abi *syscalls.ABI, word string) error {
	return fmt.Errorf("unknown constant %q%s", word, didYouMean(syscalls.Nearest(word, syscalls.ConstantNames(abi))))
}

// unknownCall says what may have been meant by a name that no ABI has.
func unknownCall(name string) error {
	if strings.HasPrefix(name, "@") {
		return fmt.Errorf("unknown set %q%s", name, didYouMean(syscalls.Nearest(name, syscalls.GroupNames())))
	}
	if _, ok := syscalls.Group("@" + name); ok {
		return fmt.Errorf("unknown call %q%s", name, didYouMean("@"+name))
	}
	return fmt.Errorf("unknown call %q%s", name, didYouMean(syscalls.Nearest(name, syscalls.Names())))
}

func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", near)
}
