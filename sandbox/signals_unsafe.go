package sandbox

import (
	"os"
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// numSignals is _NSIG: signals are 1 to 64 on every Linux architecture that
// jail runs on.
const numSignals = 64

// Dispositions says which signals this process was told to ignore by whoever
// started it. execve(2) hands exactly that on, so a launcher has to as well.
type Dispositions struct {
	ignored [numSignals + 1]bool
}

// Ignored reports whether the signal was ignored when the process started.
func (d *Dispositions) Ignored(sig syscall.Signal) bool {
	return sig >= 1 && sig <= numSignals && d.ignored[sig]
}

// InheritedDispositions finds out what the caller's signal dispositions were.
//
// The Go runtime installs its own handlers before any Go code runs, and an
// execve turns a handler into SIG_DFL: a service that systemd starts with
// SIGPIPE ignored would lose that. The runtime notes the earlier disposition
// in a private array, runtime.fwdSig, and nowhere else. The array is found by
// marking it: os/signal stores the present disposition of SIGTTIN and SIGTTOU
// there when they are first asked for, so both are set to a value that stands
// nowhere else and the writable segment is searched for the pair. The runtime
// leaves these two signals alone until then, so nothing is lost by it.
//
// ok is false when the array is not where this expects it (a future runtime);
// then only the signals that the runtime did not touch are known.
func InheritedDispositions() (d Dispositions, ok bool) {
	var handled [numSignals + 1]bool
	for sig := 1; sig <= numSignals; sig++ {
		switch getAction(sig).handler {
		case sigDefault:
		case sigIgnore:
			d.ignored[sig] = true
		default:
			handled[sig] = true
		}
	}
	recorded := runtimeRecord()
	if recorded == nil {
		return d, false
	}
	for sig, h := range handled {
		if h && recorded[sig] == sigIgnore {
			d.ignored[sig] = true
		}
	}
	return d, true
}

// restore puts every signal back to what the caller had, so that from here on
// this process reacts to signals as the program would at its start. No Go
// handler runs afterwards: none of them could count on the filter.
//
// The runtime unblocks some signals on every thread and keeps the mask that
// the process came with, for its own forks. What it does in a forked child is
// just what is wanted here: it removes its handlers and sets that mask on the
// calling thread, which must be the main one.
func (d *Dispositions) restore() {
	runtimeAfterForkInChild()
	for sig := 1; sig <= numSignals; sig++ {
		if sig == int(unix.SIGKILL) || sig == int(unix.SIGSTOP) {
			continue
		}
		want := action{handler: sigDefault}
		if d.ignored[sig] {
			want.handler = sigIgnore
		}
		setAction(sig, &want)
	}
}

// runtimeRecord returns the runtime's array of inherited dispositions, indexed
// by signal, or nil when it can't be told for certain.
func runtimeRecord() *[numSignals + 1]uintptr {
	marker := getAction(int(unix.SIGURG)) // the runtime's handler, which is safe to run
	if marker.handler <= sigIgnore {
		return nil
	}
	marks := [2]int{int(unix.SIGTTIN), int(unix.SIGTTOU)} // neighbours: 21 and 22
	var before [2]action
	c := make(chan os.Signal, 1)
	for i, sig := range marks {
		before[i] = getAction(sig)
		setAction(sig, &marker)
		signal.Notify(c, syscall.Signal(sig))
	}
	found := searchRecord(marker.handler, marks[0])
	for i, sig := range marks {
		setAction(sig, &before[i])
	}
	return found
}

// searchRecord looks through the writable segment for two neighbouring words
// with the marker's value and takes them for the entries first and first+1,
// provided that every other entry could have come from an execve.
func searchRecord(marker uintptr, first int) *[numSignals + 1]uintptr {
	words := writableSegment()
	var found *[numSignals + 1]uintptr
	for i := first; i+numSignals-first < len(words); i++ {
		if words[i] != marker || words[i+1] != marker {
			continue
		}
		record := (*[numSignals + 1]uintptr)(words[i-first:])
		if !plausible(record, first) {
			continue
		}
		if found != nil {
			return nil
		}
		found = record
	}
	return found
}

func plausible(record *[numSignals + 1]uintptr, first int) bool {
	for sig, h := range record {
		if sig != first && sig != first+1 && h != sigDefault && h != sigIgnore {
			return false
		}
	}
	return true
}

// action is the kernel's struct sigaction, which is laid out alike on x86_64
// and, but for an unused restorer, on arm64.
type action struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

const (
	sigDefault = 0
	sigIgnore  = 1
)

func getAction(sig int) (a action) {
	syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&a)), numSignals/8, 0, 0)
	return a
}

func setAction(sig int, a *action) {
	syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(a)), 0, numSignals/8, 0, 0)
}
