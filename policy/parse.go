package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"jail/policy/syscalls"
)

// parse reads the file's text. What is wrong with it goes to f.problems.
func (f *file) parse() {
	text := strings.TrimPrefix(string(f.Data), "\ufeff")
	f.loc = locate(text)
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		f.fail(invalidText(text), "is not UTF-8 text")
		return
	}
	if f.loc.limit != "" {
		f.fail(f.loc.limitOff, f.loc.limit)
		return
	}
	root, err := decodeTOML(text)
	if err != nil {
		off := -1
		var pe toml.ParseError
		if errors.As(err, &pe) {
			off = max(0, pe.Position.Start)
			err = errors.New(pe.Message)
		}
		f.fail(off, err.Error())
		return
	}
	f.root(root)
}

func invalidText(s string) int {
	for i, r := range s {
		if r == 0 {
			return i
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

// decodeTOML decodes into plain maps: a decoder that knows the shape stops at
// the first value that does not fit, and all of them are to be reported.
func decodeTOML(text string) (root map[string]any, err error) {
	defer func() {
		if recover() != nil { // the parser panics where it meets a bug of its own
			root, err = nil, errors.New("the TOML parser fails on this file")
		}
	}()
	var v any
	if _, err := toml.Decode(text, &v); err != nil {
		return nil, err
	}
	root, _ = v.(map[string]any)
	return root, nil
}

// Keys of the file and of a rule.
const (
	fileKeys = "description extends default errno rule"
	ruleKeys = "syscalls when action errno quiet"
)

func (f *file) root(m map[string]any) {
	for key, v := range m {
		n := f.loc.member(0, key)
		switch key {
		case "description":
			f.description = f.text(n, key, v)
		case "extends":
			f.list(n, key, v, func(n int32, s string) { f.refs = append(f.refs, reference{s, n}) })
		case "default":
			if a, ok := f.action(n, key, v); ok {
				f.def = &a
			}
		case "errno":
			f.errno = f.errnoOf(n, v)
		case "rule":
			f.ruleList(n, v)
		default:
			f.unknownKey(n, key, fileKeys)
		}
	}
}

func (f *file) unknownKey(n int32, key, keys string) {
	near := syscalls.Nearest(key, strings.FieldsSeq(keys))
	off := -1
	if n != 0 {
		off = int(f.loc.nodes[n].keyOff)
	}
	f.fail(off, "unknown key "+quote(key)+meant(near))
}

func (f *file) wrongType(n int32, what, want string, v any) {
	f.problem(n, quote(what)+" must be "+want+", not "+typeName(v))
}

func typeName(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case bool:
		return "a boolean"
	case time.Time:
		return "a date"
	case map[string]any:
		return "a table"
	}
	return "an array"
}

func (f *file) text(n int32, key string, v any) string {
	s, ok := v.(string)
	if !ok {
		f.wrongType(n, key, "a string", v)
	}
	return s
}

// list calls each for every string of an array of strings.
func (f *file) list(n int32, key string, v any, each func(n int32, s string)) {
	values, ok := v.([]any)
	if !ok {
		f.wrongType(n, key, "an array of strings", v)
		return
	}
	nodes := f.loc.elements(n)
	for i, v := range values {
		m := n
		if i < len(nodes) {
			m = nodes[i]
		}
		if s, ok := v.(string); ok {
			each(m, s)
		} else {
			f.problem(m, quote(key)+" holds strings only, not "+typeName(v))
		}
	}
}

func (f *file) action(n int32, key string, v any) (Action, bool) {
	s, ok := v.(string)
	if !ok {
		f.wrongType(n, key, "one of allow, log, deny, kill", v)
		return 0, false
	}
	for a := Allow; a <= Kill; a++ {
		if a.String() == s {
			return a, true
		}
	}
	near := syscalls.Nearest(s, slices.Values([]string{"allow", "log", "deny", "kill"}))
	hint := meant(near)
	if near == "" {
		hint = ": there are allow, log, deny and kill"
	}
	f.problem(n, "unknown action "+quote(s)+hint)
	return 0, false
}

// errnoOf returns an error number, 0 if v is none.
func (f *file) errnoOf(n int32, v any) uint16 {
	switch v := v.(type) {
	case string:
		e, ok := syscalls.Errno(v)
		if !ok {
			f.problem(n, "unknown errno "+quote(v)+meant(nearestErrno(v)))
		}
		return e
	case int64:
		if v < 1 || v > 4095 {
			f.problem(n, "errno "+strconv.FormatInt(v, 10)+" is not between 1 and 4095")
			return 0
		}
		return uint16(v)
	}
	f.wrongType(n, "errno", `a name such as "EPERM" or an integer`, v)
	return 0
}

func nearestErrno(word string) string {
	return syscalls.Nearest(word, func(yield func(string) bool) {
		for n := uint16(1); n < 256; n++ {
			if name := syscalls.ErrnoName(n); name != "" && !yield(name) {
				return
			}
		}
	})
}
