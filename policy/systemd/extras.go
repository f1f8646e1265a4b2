package systemd

import (
	"strings"

	"jail/policy"
	"jail/policy/space"
	"jail/policy/syscalls"
)

// extras writes the directives that say something of arguments: each if it
// refuses nothing that the policy lets through, and something that
// SystemCallFilter= lets through for want of arguments.
func (e *exporter) extras() {
	e.families()
	e.namespaces()
	for _, key := range [...]string{"MemoryDenyWriteExecute", "LockPersonality", "RestrictRealtime", "RestrictSUIDSGID"} {
		if e.fits(key + "=yes") {
			e.out.WriteString(key + "=yes\n")
		}
	}
}

// fits tries a directive by its rules.
func (e *exporter) fits(directive string) bool {
	useful := false
	for _, r := range restrictionsOf(directive) {
		for i, d := range r.resolved() {
			ok, gains := e.agrees(e.rules[i], d)
			if !ok {
				return false
			}
			useful = useful || gains
		}
	}
	return useful
}

func restrictionsOf(directive string) []rule {
	s := gather([]File{{Name: "directive", Data: []byte("[Service]\n" + directive + "\n")}})
	return s.restrictions()
}

// resolved returns the rule alone, as the Rules of each ABI under a default
// of allow.
func (r rule) resolved() []*policy.Rules {
	w := &writer{decided: map[string]bool{}}
	w.add(r)
	out, err := resolve("default = \"allow\"\n\n" + w.out.String())
	if err != nil {
		return nil
	}
	return out
}

// agrees reports whether the policy refuses all that d refuses, and whether
// some of that is of a call that passes with other arguments.
func (e *exporter) agrees(r, d *policy.Rules) (ok, gains bool) {
	for i := range d.Calls {
		c := &d.Calls[i]
		if len(c.Clauses) == 0 && c.Otherwise.Action == policy.Allow {
			continue
		}
		same := walk(r, d, c.Nr, func(ours, theirs policy.Decision, _ *[6]uint64) bool {
			return passes(ours) <= passes(theirs)
		})
		if !same {
			return false, false
		}
		gains = gains || e.find(r.ABI.Syscall(c.Nr)).passes
	}
	return true, gains
}

// maxClasses bounds how many classes of one call's arguments are compared.
const maxClasses = 1 << 20

// walk visits one member of each class of arguments that the two policies can
// tell apart. It returns false when visit does, or when there are too many.
func walk(a, b *policy.Rules, nr uint32, visit func(x, y policy.Decision, args *[6]uint64) bool) bool {
	var conditions []policy.Expr
	for _, r := range [...]*policy.Rules{a, b} {
		for _, c := range r.Lookup(nr).Clauses {
			conditions = append(conditions, c.When)
		}
	}
	p, ok := space.New(conditions...)
	if !ok || p.Count() > maxClasses {
		return false
	}
	return p.Walk(func(args *[6]uint64) bool {
		v := *args
		return visit(a.Decide(a.ABI.Audit, nr, &v), b.Decide(b.ABI.Audit, nr, &v), &v)
	})
}

func passes(d policy.Decision) int {
	if d.Action == policy.Allow || d.Action == policy.Log {
		return 1
	}
	return 0
}

// namespaces writes RestrictNamespaces=: a kind that the policy refuses
// everywhere is refused. systemd before 252 ignores a list with "time" in it,
// so where time namespaces are refused the others are listed that are not.
func (e *exporter) namespaces() {
	var refused, rest []string
	time := false
	for _, k := range namespaceKinds {
		switch fits := e.fits("RestrictNamespaces=~" + k.word); {
		case k.word == "time":
			time = fits
		case fits:
			refused = append(refused, k.word)
		default:
			rest = append(rest, k.word)
		}
	}
	value := ""
	switch {
	case e.fits("RestrictNamespaces=yes"):
		value = "yes"
	case time && len(refused) > 0 && len(rest) > 0:
		value = strings.Join(rest, " ")
	case time && len(refused) == 0:
		value = "~time"
	case len(refused) > 0:
		value = "~" + strings.Join(refused, " ")
	default:
		return
	}
	e.out.WriteString("RestrictNamespaces=\nRestrictNamespaces=" + value + "\n")
}

// families writes RestrictAddressFamilies=.
func (e *exporter) families() {
	if a := e.find("socket"); a == nil || !a.passes || a.always {
		return
	}
	var refused, rest []string
	for v := uint64(0); v < maxFamily; v++ {
		name := familyName(v)
		switch {
		case name == "":
		case e.fits("RestrictAddressFamilies=~" + name):
			refused = append(refused, name)
		default:
			rest = append(rest, name)
		}
	}
	if len(refused) == 0 {
		return
	}
	e.out.WriteString("RestrictAddressFamilies=\n")
	all := append(append([]string{}, refused...), rest...)
	if e.fits("RestrictAddressFamilies=" + strings.Join(all, " ")) {
		e.out.WriteString("RestrictAddressFamilies=" + strings.Join(rest, " ") + "\n")
		return
	}
	e.out.WriteString("RestrictAddressFamilies=~" + strings.Join(refused, " ") + "\n")
}

// maxFamily is AF_MAX of the newest headers.
const maxFamily = 46

// familyName returns the name of a family, "" where it has none.
func familyName(v uint64) string {
	best := ""
	for name := range syscalls.ConstantNames(syscalls.X86_64) {
		if !isFamily(name) {
			continue
		}
		if x, _ := syscalls.Constant(syscalls.X86_64, name); x == v && (best == "" || preferred(name)) {
			best = name
		}
	}
	return best
}

// preferred are the names that people write where a family has several.
func preferred(name string) bool { return name == "AF_UNIX" || name == "AF_NETLINK" }
