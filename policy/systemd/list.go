package systemd

import (
	"slices"
	"strconv"
	"strings"

	"jail/policy/syscalls"
)

// Answers of a word of SystemCallFilter= that are no errno.
const (
	inherit = -1 // whatever SystemCallErrorNumber= says
	kill    = -2
)

// word is one name of SystemCallFilter= or SystemCallLog=.
type word struct {
	name   string // of a call, or of a set with its "@"
	tilde  bool   // from an assignment that begins with "~"
	errno  int    // 0 to 4095, inherit or kill
	source int    // index into callList.from
}

// callList is what the assignments of SystemCallFilter= or SystemCallLog= add
// up to. The zero value is one that was never assigned.
type callList struct {
	set   bool
	allow bool // the first assignment had no "~": what is not listed is not meant
	words []word
	from  []assignment
}

// assign applies one assignment; fail is told of every word that means nothing.
func (l *callList) assign(a assignment, suffixes bool, fail func(string)) {
	value := a.value
	if value == "" {
		*l = callList{}
		return
	}
	value, tilde := strings.CutPrefix(value, "~")
	if !l.set {
		l.set, l.allow = true, !tilde
	}
	l.from = append(l.from, a)
	for s := range strings.FieldsSeq(value) {
		w := word{name: s, tilde: tilde, errno: inherit, source: len(l.from) - 1}
		if suffixes {
			name, suffix, has := strings.Cut(s, ":")
			w.name = name
			if has && !w.answer(suffix, fail) {
				continue
			}
		}
		if problem := unknownCall(w.name); problem != "" {
			fail(problem)
			continue
		}
		l.words = append(l.words, w)
	}
}

// answer reads what follows the colon of "name:errno".
func (w *word) answer(suffix string, fail func(string)) bool {
	if !w.tilde {
		fail(quote(w.name+":"+suffix) + ` allows a call and names an errno; that goes with "~" only`)
		return false
	}
	if suffix == "kill" {
		w.errno = kill
		return true
	}
	e, ok := errnoOf(suffix)
	if !ok {
		fail("unknown errno " + quote(suffix) + meant(nearestErrno(suffix)))
		return false
	}
	w.errno = e
	return true
}

// verdict returns the last word on a call and whether there is one.
func (l *callList) verdict(call string) (w word, named bool) {
	for _, w := range slices.Backward(l.words) {
		if w.covers(call) {
			return w, true
		}
	}
	return word{}, false
}

func (w word) covers(call string) bool {
	if w.name == call {
		return true
	}
	members, _ := syscalls.Group(w.name)
	_, in := slices.BinarySearch(members, call)
	return in
}

// unknownCall says what is wrong with the name of a call or set, "" if nothing.
func unknownCall(name string) string {
	if strings.HasPrefix(name, "@") {
		if _, ok := syscalls.Group(name); !ok {
			return "unknown set " + quote(name) + meant(syscalls.NearestGroup(name))
		}
		return ""
	}
	if syscalls.Known(name) || foreignCall(name) {
		return ""
	}
	if _, ok := syscalls.Group("@" + name); ok {
		return "unknown call " + quote(name) + meant("@"+name)
	}
	return "unknown call " + quote(name) + meant(syscalls.Nearest(name, syscalls.Names()))
}

// foreignCall reports whether only architectures that jail does not know have
// the call.
func foreignCall(name string) bool {
	if syscalls.Known(name) {
		return false
	}
	known, _ := syscalls.Group("@known")
	_, ok := slices.BinarySearch(known, name)
	return ok
}

// members lists the calls behind a name that any ABI of jail's has.
func members(name string) []string {
	list := []string{name}
	if strings.HasPrefix(name, "@") {
		list, _ = syscalls.Group(name)
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !syscalls.Known(s) })
}

// errnoOf reads an error as systemd does: a name, or a number up to 4095.
func errnoOf(s string) (int, bool) {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil {
		return int(n), n <= 4095
	}
	e, ok := syscalls.Errno(s)
	return int(e), ok
}

func errnoName(n int) string {
	if name := syscalls.ErrnoName(uint16(n)); name != "" {
		return name
	}
	return strconv.Itoa(n)
}

func nearestErrno(s string) string {
	return syscalls.Nearest(s, func(yield func(string) bool) {
		for n := uint16(1); n < 256; n++ {
			if name := syscalls.ErrnoName(n); name != "" && !yield(name) {
				return
			}
		}
	})
}
