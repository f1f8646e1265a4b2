package systemd

import (
	"strconv"
	"strings"

	"jail/policy/convert"
	"jail/policy/syscalls"
)

// rule is one [[rule]] to be written.
type rule struct {
	from     []assignment
	note     string // a sentence for people
	syscalls []string
	when     string
	action   string
	errno    int // of a deny, 0: the policy's
	quiet    bool
}

func deny(errno int, calls ...string) rule {
	return rule{syscalls: calls, action: "deny", errno: errno}
}

// abis are those that a policy is resolved for.
var abis = [...]*syscalls.ABI{syscalls.X86_64, syscalls.AArch64}

// writer writes rules, of which the first that matches decides, and keeps
// track of what is decided: a rule without effect would be an error.
type writer struct {
	out     strings.Builder
	decided map[string]bool
}

// add writes a rule for those of its calls that are not decided yet.
func (w *writer) add(r rule) {
	names := w.open(r.syscalls)
	if len(names) == 0 {
		return
	}
	for _, a := range r.from {
		w.out.WriteString("# " + comment(a.short()+": "+a.String()) + "\n")
	}
	if r.note != "" {
		w.out.WriteString("# " + r.note + "\n")
	}
	w.out.WriteString("[[rule]]\nsyscalls = [" + list(names) + "]\n")
	if r.when != "" {
		w.out.WriteString("when = " + tomlCondition(r.when) + "\n")
	}
	w.out.WriteString("action = " + strconv.Quote(r.action) + "\n")
	if r.errno > 0 {
		w.out.WriteString("errno = " + tomlErrno(r.errno) + "\n")
	}
	if r.quiet {
		w.out.WriteString("quiet = true\n")
	}
	w.out.WriteString("\n")
	if r.when == "" {
		for _, name := range names {
			for _, call := range members(name) {
				w.decided[call] = true
			}
		}
	}
}

// open returns the names that stand for an undecided call. A set stays a set,
// unless on some ABI all calls of the rule are decided and others are not:
// then the set is spelt out.
func (w *writer) open(names []string) []string {
	var out, spelt []string
	for _, name := range names {
		left := 0
		for _, call := range members(name) {
			if !w.decided[call] {
				left++
				spelt = appendNew(spelt, call)
			}
		}
		if left > 0 {
			out = appendNew(out, name)
		}
	}
	for _, abi := range abis {
		present, left := 0, 0
		for _, name := range out {
			for _, call := range members(name) {
				if _, ok := abi.Number(call); ok {
					present++
					if !w.decided[call] {
						left++
					}
				}
			}
		}
		if present > 0 && left == 0 {
			return spelt
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// list writes names as the elements of a TOML array, over several lines if
// they are many.
func list(names []string) string {
	const width = 100
	var b strings.Builder
	if line := quoted(names); len(line) <= width {
		return line
	}
	var line []string
	length := 0
	for _, name := range names {
		if length > 0 && length+len(name)+4 > width {
			b.WriteString("\n  " + quoted(line) + ",")
			line, length = nil, 0
		}
		line = append(line, name)
		length += len(name) + 4
	}
	b.WriteString("\n  " + quoted(line) + ",\n")
	return b.String()
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// tomlCondition quotes a condition, a long one over several lines.
func tomlCondition(s string) string {
	const width = 100
	if len(s) <= width {
		return strconv.Quote(s)
	}
	lines, line := "", ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && len(line)+len(w) > width {
			lines += "  " + line + "\n"
			line = ""
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return `"""` + "\n" + lines + "  " + line + "\n" + `"""`
}

func tomlErrno(n int) string {
	if name := syscalls.ErrnoName(uint16(n)); name != "" {
		return strconv.Quote(name)
	}
	return strconv.Itoa(n)
}

// comment renders a unit's text for a TOML comment, which must not hold
// control characters, on one line of bearable length.
func comment(s string) string {
	const most = 160
	s = convert.Plain(s)
	if len(s) > most {
		cut := most
		for cut > 0 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		s = s[:cut] + " …"
	}
	return s
}
