package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"jail/policy/compare"
	"jail/policy/syscalls"
)

// query is a call as a person asks for it: by name, or as in a log, with
// arguments of which any may be left open.
type query struct {
	text    string
	name    string
	args    []string // "" for any
	foreign bool     // it was logged as made through another ABI
}

// parseQuery reads "socket", "socket(AF_INET, SOCK_RAW)", or a call or a whole
// line that was copied from a log.
func parseQuery(text string) (query, error) {
	q := query{text: text}
	call, tail := cutLogged(text)
	q.foreign = strings.HasSuffix(tail, "  "+foreignABI)
	name, rest, called := strings.Cut(call, "(")
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
		if name, value, ok := namedArg(text); ok { // family=AF_INET
			if i, _, ok = abi.Arg(q.name, name); !ok {
				return 0, fixed, fmt.Errorf("%s has no argument %s: it takes %s", q.name, name, argNames(args))
			}
			text = value
		}
		pointer := known && args[i].Pointer
		if isSignalSet(text) && !pointer {
			continue
		}
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

// namedArg splits "family=AF_INET" or "family == AF_INET".
func namedArg(text string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(text, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(strings.TrimPrefix(value, "="))
	isWord := func(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }
	ok = ok && name != "" && value != "" && strings.TrimFunc(name, isWord) == ""
	return name, value, ok
}

func argList(args []syscalls.Arg) string {
	if len(args) == 0 {
		return "no arguments"
	}
	return plural(len(args), "argument") + ": " + argNames(args)
}

func argNames(args []syscalls.Arg) string {
	if len(args) == 0 {
		return "no arguments"
	}
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Name
	}
	return strings.Join(names, ", ")
}

// somewhere stands for the address of what is shown instead of it: all that a
// condition can ask is whether it is NULL.
const somewhere = 0x1000

// argValue reads a number, a constant, or several joined by "|".
func argValue(abi *syscalls.ABI, text string, pointer bool) (uint64, error) {
	if pointer && (strings.IndexByte("\"{[&", text[0]) >= 0 || isSignalSet(text)) {
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

// isSignalSet reports whether a text is a decoded set of signals: "[INT TERM]",
// or "~[]" for all but those named.
func isSignalSet(text string) bool {
	return strings.HasPrefix(strings.TrimPrefix(text, "~"), "[") && strings.HasSuffix(text, "]")
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
