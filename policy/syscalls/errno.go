package syscalls

import "sort"

// named is a number with a name.
type named struct {
	name  string
	value uint16
}

// Errno returns the number of an error by its name of errno(3), synonyms
// such as EWOULDBLOCK included. It is the same for the four ABIs.
func Errno(name string) (uint16, bool) { return findNamed(errnos[:], name) }

// ErrnoName returns the name of an error number, "" where it has none. Of
// synonyms it gives the kernel's: EAGAIN, EDEADLK, EOPNOTSUPP.
func ErrnoName(n uint16) string { return nameOf(errnoNames[:], n) }

// Signal returns the number of a signal by its name of signal(7), "SIGTERM".
// It is the same for the four ABIs.
func Signal(name string) (uint16, bool) { return findNamed(signals[:], name) }

// SignalName returns the name of a signal, "" where it has none: real-time
// signals from 32 on have none. Of synonyms it gives signal(7)'s first.
func SignalName(n uint16) string { return nameOf(signalNames[:], n) }

func findNamed(in []named, name string) (uint16, bool) {
	i := sort.Search(len(in), func(i int) bool { return in[i].name >= name })
	if i < len(in) && in[i].name == name {
		return in[i].value, true
	}
	return 0, false
}

func nameOf(names []string, n uint16) string {
	if int(n) < len(names) {
		return names[n]
	}
	return ""
}
