package sink

import (
	"syscall"
	"time"

	"jail/monitor/event"
)

const (
	foldEvery = time.Second // one event of a kind in this time
	foldKinds = 4096        // kinds that are told apart by their arguments
	foldNr    = 1024        // numbers that are told apart beyond those; no table reaches this
)

// Fold lets the first call of a kind pass and from then on one event a second,
// with the count of the calls since. Two calls are of one kind when shape,
// verdict, errno, ABI, number, rule and executable agree.
//
// It is a pure rate limit: the counts of the events that come out add up to
// those that went in, whatever the program does. Memory is bounded: while more
// than 4,096 kinds occur within a second, further ones are folded by verdict,
// errno, ABI, number and rule alone. An event that stands for such a mixture
// has "(...)" for the arguments in Call, no Args and no Path; its other fields
// are those of the latest call.
//
// Fold knows no clock and starts nothing: the owner passes the time in and
// calls Due when Next says so. The zero value is ready. Not for concurrent use.
type Fold struct {
	kinds       map[foldKey]*kind
	exact       int       // how many of kinds aren't mixtures
	front, back *kind     // all kinds, by when they were passed on, ascending
	pending     int       // kinds with calls held back
	due         time.Time // when the first of those is due, where pending > 0
	latest      time.Time // time never runs backwards here
}

// foldKey is what makes calls the same to a reader. A mixture has no shape and
// no exe.
type foldKey struct {
	mixture bool
	verdict event.Verdict
	errno   syscall.Errno
	nr      uint32
	shape   uint64
	abi     string
	rule    string
	exe     string
}

// kind is one key's state. While it holds no call and was last passed on more
// than foldEvery ago it says nothing and may be forgotten.
type kind struct {
	key        foldKey
	passed     time.Time   // when the last event of this kind was passed on
	held       uint64      // calls since then
	last       event.Event // the latest of them, where held > 0
	prev, next *kind
}

// Add takes one event. It reports true when ev is to be passed on now, its
// Count then raised by what was held back before it; otherwise ev is held back
// and comes out of Due or Flush. ev may be reused in both cases.
func (f *Fold) Add(ev *event.Event, now time.Time) bool {
	now = f.clock(now)
	n := max(ev.Count, 1)
	k, fresh := f.find(ev, now)
	if fresh || expired(k, now) {
		ev.Count = n
		if k.held > 0 {
			ev.Count += f.take(k)
			f.schedule()
		}
		k.blur(ev)
		f.pass(k, now)
		return true
	}
	if k.held == 0 {
		if due := k.passed.Add(foldEvery); f.pending == 0 || due.Before(f.due) {
			f.due = due
		}
		f.pending++
	}
	k.held += n
	k.last = *ev
	return false
}

// Next returns when Due has to be called; ok is false where nothing is held
// back.
func (f *Fold) Next() (t time.Time, ok bool) { return f.due, f.pending > 0 }

// Due passes on what has been held back for long enough, each kind as one
// event whose Count says for how many calls it stands. emit must not keep the
// pointer, nor call into f.
func (f *Fold) Due(now time.Time, emit func(*event.Event)) {
	now = f.clock(now)
	for k := f.front; k != nil && expired(k, now); {
		next := k.next
		if k.held > 0 {
			f.tell(k, emit)
			f.pass(k, now)
		} else {
			f.forget(k)
		}
		k = next
	}
	f.schedule()
}

// Flush passes on all that is held back, due or not, and forgets every kind:
// for the end.
func (f *Fold) Flush(emit func(*event.Event)) {
	for k := f.front; k != nil; k = k.next {
		if k.held > 0 {
			f.tell(k, emit)
		}
	}
	*f = Fold{latest: f.latest}
}

func expired(k *kind, now time.Time) bool { return now.Sub(k.passed) >= foldEvery }

func (f *Fold) clock(now time.Time) time.Time {
	if now.After(f.latest) {
		f.latest = now
	}
	return f.latest
}

// tell passes k's held back calls on as one event.
func (f *Fold) tell(k *kind, emit func(*event.Event)) {
	ev := k.last
	ev.Count = f.take(k)
	k.blur(&ev)
	emit(&ev)
}

// take empties k, which holds calls.
func (f *Fold) take(k *kind) uint64 {
	n := k.held
	k.held, k.last = 0, event.Event{}
	f.pending--
	return n
}

// blur removes from an event that stands for different calls what is true of
// the latest alone.
func (k *kind) blur(ev *event.Event) {
	if k.key.mixture && ev.Count > 1 {
		ev.Call, ev.Path, ev.Args, ev.Shape = ev.Syscall+"(...)", "", [6]uint64{}, 0
	}
}

// schedule finds when the first kind that holds calls is due.
func (f *Fold) schedule() {
	if f.pending == 0 {
		return
	}
	k := f.front
	for k.held == 0 {
		k = k.next
	}
	f.due = k.passed.Add(foldEvery)
}
