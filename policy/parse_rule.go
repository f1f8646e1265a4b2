package policy

import (
	"slices"

	"jail/policy/syscalls"
)

// ruleList reads [[rule]] tables, or rule = [{…}].
func (f *file) ruleList(n int32, v any) {
	var tables []map[string]any
	nodes := f.loc.elements(n)
	node := func(i int) int32 {
		if i < len(nodes) {
			return nodes[i]
		}
		return n
	}
	switch v := v.(type) {
	case []map[string]any:
		tables = v
	case []any:
		for i, e := range v {
			t, ok := e.(map[string]any)
			if !ok {
				f.problem(node(i), `"rule" holds tables only, not `+typeName(e))
			}
			tables = append(tables, t)
		}
	case map[string]any:
		f.problem(n, `a rule's header has two brackets: "[[rule]]"`)
		return
	default:
		f.problem(n, `"rule" must be a table, written "[[rule]]", not `+typeName(v))
		return
	}
	f.rules = make([]rule, 0, len(tables))
	for i, t := range tables {
		if t != nil {
			f.rules = append(f.rules, f.rule(node(i), t))
		}
	}
}

func (f *file) rule(n int32, m map[string]any) rule {
	r := rule{file: f, node: n}
	before := len(f.problems)
	known := false // the action
	for key, v := range m {
		k := f.loc.member(n, key)
		switch key {
		case "syscalls":
			f.names(&r, k, v)
		case "when":
			if s := f.text(k, key, v); s != "" {
				r.when = f.condition(k, s)
			} else if _, ok := v.(string); ok {
				f.problem(k, `"when" is empty; leave it out to match every call`)
			}
		case "action":
			r.action, known = f.action(k, key, v)
		case "errno":
			r.errno = f.errnoOf(k, v)
		case "quiet":
			q, ok := v.(bool)
			if !ok {
				f.wrongType(k, key, "true or false", v)
			}
			r.quiet = q
		default:
			f.unknownKey(k, key, ruleKeys)
		}
	}
	for _, key := range [...]string{"syscalls", "action"} {
		if _, ok := m[key]; !ok {
			f.problem(n, "rule has no "+quote(key))
		}
	}
	if known {
		f.fits(&r, m)
	}
	r.broken = len(f.problems) > before
	return r
}

// fits reports what does not go with the rule's action.
func (f *file) fits(r *rule, m map[string]any) {
	if _, ok := m["errno"]; ok && r.action != Deny {
		f.problem(f.loc.member(r.node, "errno"), `"errno" goes with action = "deny" only, not with `+quote(r.action.String()))
	}
	if !r.quiet {
		return
	}
	switch r.action {
	case Allow:
		f.problem(f.loc.member(r.node, "quiet"), `"quiet" says nothing here: what is allowed is never logged`)
	case Log:
		f.problem(f.loc.member(r.node, "quiet"), `"quiet" contradicts action = "log"; quiet logging is "allow"`)
	}
}

func (f *file) names(r *rule, n int32, v any) {
	f.list(n, "syscalls", v, func(n int32, s string) {
		if slices.ContainsFunc(r.names, func(x name) bool { return x.text == s }) {
			f.problem(n, quote(s)+" is named twice")
			return
		}
		r.names = append(r.names, name{s, n})
		f.checkName(n, s)
	})
	if list, ok := v.([]any); ok && len(list) == 0 {
		f.problem(n, `"syscalls" is empty: the rule matches nothing`)
	}
}

func (f *file) checkName(n int32, s string) {
	switch {
	case s == "":
		f.problem(n, "empty syscall name")
	case s[0] == '@':
		if _, ok := syscalls.Group(s); !ok {
			f.problem(n, "unknown set "+quote(s)+meant(syscalls.NearestGroup(s)))
		}
	case !syscalls.Known(s):
		if _, ok := syscalls.Group("@" + s); ok {
			f.problem(n, "unknown syscall "+quote(s)+meant("@"+s))
			return
		}
		f.problem(n, "unknown syscall "+quote(s)+meant(syscalls.Nearest(s, syscalls.Names())))
	}
}
