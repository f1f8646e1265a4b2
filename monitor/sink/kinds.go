package sink

import (
	"time"

	"jail/monitor/event"
)

// find returns the kind of ev, fresh where there was none.
func (f *Fold) find(ev *event.Event, now time.Time) (k *kind, fresh bool) {
	key := foldKey{
		verdict: ev.Verdict, errno: ev.Errno, nr: ev.Nr, shape: ev.Shape,
		abi: ev.ABI, rule: ev.Rule, exe: ev.Exe,
	}
	if k = f.kinds[key]; k != nil {
		return k, false
	}
	if f.exact >= foldKinds && !f.makeRoom(now) {
		key.mixture, key.shape, key.exe = true, 0, ""
		if key.nr&^x32Bit >= foldNr {
			key.nr = foldNr // all numbers that no table has
		}
		if k = f.kinds[key]; k != nil {
			return k, false
		}
	}
	return f.insert(key), true
}

// x32Bit is __X32_SYSCALL_BIT of <asm/unistd.h>.
const x32Bit = 0x40000000

func (f *Fold) insert(key foldKey) *kind {
	if f.kinds == nil {
		f.kinds = make(map[foldKey]*kind)
	}
	k := &kind{key: key}
	f.kinds[key] = k
	if !key.mixture {
		f.exact++
	}
	f.append(k)
	return k
}

// makeRoom forgets kinds that say nothing any more, a few at a time so that
// no single call pays for a flood.
func (f *Fold) makeRoom(now time.Time) bool {
	k := f.front
	for i := 0; i < 8 && k != nil && expired(k, now); i++ {
		next := k.next
		if k.held == 0 {
			f.forget(k)
		}
		k = next
	}
	return f.exact < foldKinds
}

func (f *Fold) forget(k *kind) {
	f.unlink(k)
	delete(f.kinds, k.key)
	if !k.key.mixture {
		f.exact--
	}
}

// pass notes that an event of k is passed on now, which makes k the last.
func (f *Fold) pass(k *kind, now time.Time) {
	k.passed = now
	if f.back != k {
		f.unlink(k)
		f.append(k)
	}
}

func (f *Fold) append(k *kind) {
	k.prev, k.next = f.back, nil
	if f.back == nil {
		f.front = k
	} else {
		f.back.next = k
	}
	f.back = k
}

func (f *Fold) unlink(k *kind) {
	if k.prev == nil {
		f.front = k.next
	} else {
		k.prev.next = k.next
	}
	if k.next == nil {
		f.back = k.prev
	} else {
		k.next.prev = k.prev
	}
}
