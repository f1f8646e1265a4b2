package minijail

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

// line is a policy line read back, by the words of minijail0(5).
type line struct {
	always bool
	terms  [][]comparison
	errno  uint16 // of what does not pass; 0 for killed
}

type comparison struct {
	arg   int
	op    string
	value uint64
}

func (c comparison) holds(args *[6]uint64) bool {
	v := args[c.arg]
	switch c.op {
	case "==":
		return v == c.value
	case "!=":
		return v != c.value
	case "<":
		return v < c.value
	case "<=":
		return v <= c.value
	case ">":
		return v > c.value
	case ">=":
		return v >= c.value
	case "&":
		return v&c.value != 0
	case "in":
		return v&^c.value == 0
	}
	panic("no operator " + c.op)
}

// answer is what minijail0's filter returns.
func (l *line) answer(args *[6]uint64) policy.Decision {
	refused := policy.Decision{Action: policy.Kill}
	if l == nil {
		return refused
	}
	if l.errno != 0 {
		refused = policy.Decision{Action: policy.Deny, Errno: l.errno}
	}
	if l.always {
		return policy.Decision{}
	}
	for _, term := range l.terms {
		all := true
		for _, c := range term {
			all = all && c.holds(args)
		}
		if all {
			return policy.Decision{}
		}
	}
	return refused
}

// parse reads a whole file. Unlike minijail0 it takes no variants that the
// package does not write.
func parse(t testing.TB, text string) map[string]*line {
	t.Helper()
	out := map[string]*line{}
	for n, s := range strings.Split(text, "\n") {
		if s == "" || s[0] == '#' {
			continue
		}
		name, rest, ok := strings.Cut(s, ": ")
		if !ok || out[name] != nil {
			t.Fatalf("line %d: %q", n+1, s)
		}
		l, err := parseLine(rest)
		if err != nil {
			t.Fatalf("line %d: %q: %v", n+1, s, err)
		}
		out[name] = l
	}
	return out
}

func parseLine(s string) (*line, error) {
	if s == "1" {
		return &line{always: true}, nil
	}
	l := &line{}
	condition, refusal, has := strings.Cut(s, "; ")
	if strings.HasPrefix(s, "return ") {
		condition, refusal, has = "", s, true
	}
	if has {
		e, ok := syscalls.Errno(strings.TrimPrefix(refusal, "return "))
		if !ok {
			return nil, fmt.Errorf("errno %q", refusal)
		}
		l.errno = e
	}
	if condition == "" {
		return l, nil
	}
	for _, term := range strings.Split(condition, " || ") {
		var list []comparison
		for _, a := range strings.Split(term, " && ") {
			w := strings.Split(a, " ")
			if len(w) != 3 || len(w[0]) != 4 || w[0][:3] != "arg" {
				return nil, fmt.Errorf("comparison %q", a)
			}
			v, err := strconv.ParseUint(w[2], 0, 64)
			if err != nil {
				return nil, err
			}
			list = append(list, comparison{int(w[0][3] - '0'), w[1], v})
		}
		l.terms = append(l.terms, list)
	}
	return l, nil
}
