package systemd

import (
	"slices"
	"strings"

	"jail/policy/syscalls"
)

// families is what the assignments of RestrictAddressFamilies= add up to.
type families struct {
	set   bool
	allow bool
	none  bool // the last assignment was "none": the next one starts a new list
	names []string
	from  []assignment
}

func (f *families) assign(a assignment, fail func(string)) {
	value := a.value
	switch value {
	case "":
		*f = families{}
		return
	case "none":
		*f = families{set: true, allow: true, none: true, from: []assignment{a}}
		return
	}
	value, tilde := strings.CutPrefix(value, "~")
	if !f.set || f.none {
		f.allow = !tilde
	}
	f.set, f.none = true, false
	f.from = append(f.from, a)
	for s := range strings.FieldsSeq(value) {
		s = strings.Trim(s, `"'`)
		if !isFamily(s) {
			fail("unknown address family " + quote(s) + meant(syscalls.Nearest(s, familyNames)))
			continue
		}
		f.names = slices.DeleteFunc(f.names, func(other string) bool { return sameFamily(other, s) })
		if tilde != f.allow {
			f.names = append(f.names, s)
		}
	}
}

// active reports whether there is anything to refuse.
func (f *families) active() bool { return f.set && (f.allow || len(f.names) > 0) }

func isFamily(s string) bool {
	_, ok := syscalls.Constant(syscalls.X86_64, s)
	return ok && strings.HasPrefix(s, "AF_") && s != "AF_MAX"
}

// sameFamily knows AF_LOCAL as AF_UNIX.
func sameFamily(a, b string) bool {
	x, _ := syscalls.Constant(syscalls.X86_64, a)
	y, _ := syscalls.Constant(syscalls.X86_64, b)
	return x == y
}

func familyNames(yield func(string) bool) {
	for name := range syscalls.ConstantNames(syscalls.X86_64) {
		if isFamily(name) && !yield(name) {
			return
		}
	}
}

// namespaceKind is one word of RestrictNamespaces=.
type namespaceKind struct {
	word, flag string
	bit        uint64
}

// namespaceKinds are those of namespace_info in src/basic/namespace-util.c.
// systemd before 252 does not know "time" and ignores a list that names it.
var namespaceKinds = [...]namespaceKind{
	{"cgroup", "CLONE_NEWCGROUP", 0x02000000},
	{"ipc", "CLONE_NEWIPC", 0x08000000},
	{"mnt", "CLONE_NEWNS", 0x00020000},
	{"net", "CLONE_NEWNET", 0x40000000},
	{"pid", "CLONE_NEWPID", 0x20000000},
	{"user", "CLONE_NEWUSER", 0x10000000},
	{"uts", "CLONE_NEWUTS", 0x04000000},
	{"time", "CLONE_NEWTIME", 0x00000080},
}

const allNamespaces = 1<<len(namespaceKinds) - 1

// namespaces is what the assignments of RestrictNamespaces= add up to: the
// kinds that stay allowed, as bits by their index.
type namespaces struct {
	set    bool
	retain uint
	from   []assignment
}

func (n *namespaces) assign(a assignment, fail func(string)) {
	if a.value == "" {
		*n = namespaces{}
		return
	}
	if on, ok := boolean(a.value); ok {
		*n = namespaces{set: true, from: []assignment{a}}
		if !on {
			n.retain = allNamespaces
		}
		return
	}
	value, tilde := strings.CutPrefix(a.value, "~")
	var flags uint
	for s := range strings.FieldsSeq(value) {
		i := slices.IndexFunc(namespaceKinds[:], func(k namespaceKind) bool { return k.word == s })
		if i < 0 {
			fail("unknown kind of namespace " + quote(s) + meant(syscalls.Nearest(s, kindWords)))
			return
		}
		flags |= 1 << i
	}
	switch {
	case !n.set && tilde:
		n.retain = allNamespaces &^ flags
	case !n.set:
		n.retain = flags
	case tilde:
		n.retain &^= flags
	default:
		n.retain |= flags
	}
	n.set = true
	n.from = append(n.from, a)
}

func (n *namespaces) active() bool { return n.set && n.retain != allNamespaces }

func kindWords(yield func(string) bool) {
	for _, k := range namespaceKinds {
		if !yield(k.word) {
			return
		}
	}
}
