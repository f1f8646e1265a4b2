package sink

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"jail/monitor/event"
)

var epoch = time.Unix(1000, 0)

func after(d time.Duration) time.Time { return epoch.Add(d) }

func shaped(shape uint64) event.Event {
	ev := sample()
	ev.Shape = shape
	return ev
}

// collect returns an emit function and where it collects.
func collect() (func(*event.Event), *[]event.Event) {
	var got []event.Event
	return func(ev *event.Event) { got = append(got, *ev) }, &got
}

func TestFoldFirstAtOnceThenOncePerSecond(t *testing.T) {
	var f Fold
	emit, got := collect()
	if _, pending := f.Next(); pending {
		t.Fatal("an empty Fold has something to do")
	}
	ev := shaped(1)
	if !f.Add(&ev, epoch) || ev.Count != 1 {
		t.Fatal("the first is held back")
	}
	if _, pending := f.Next(); pending {
		t.Fatal("nothing is held back, yet Next has a time")
	}
	for i := range 17 {
		ev := shaped(1)
		ev.PID = i
		if f.Add(&ev, after(time.Duration(i)*time.Millisecond)) {
			t.Fatalf("repeat %d passes", i)
		}
	}
	due, pending := f.Next()
	if !pending || !due.Equal(after(time.Second)) {
		t.Fatalf("due %v, %v", due, pending)
	}
	f.Due(after(time.Second-1), emit)
	if len(*got) != 0 {
		t.Fatal("told before its time")
	}
	f.Due(after(time.Second), emit)
	if len(*got) != 1 || (*got)[0].Count != 17 || (*got)[0].PID != 16 || (*got)[0].Call != sample().Call {
		t.Fatalf("%+v", *got)
	}
	if _, pending := f.Next(); pending {
		t.Fatal("still something held back")
	}
	ev = shaped(1)
	if f.Add(&ev, after(1500*time.Millisecond)) {
		t.Fatal("two lines of a kind within a second")
	}
	if due, _ := f.Next(); !due.Equal(after(2 * time.Second)) {
		t.Fatalf("due %v", due)
	}
	ev = shaped(1)
	if !f.Add(&ev, after(2*time.Second)) || ev.Count != 2 { // nobody called Due in time
		t.Fatalf("count %d", ev.Count)
	}
	if _, pending := f.Next(); pending {
		t.Fatal("nothing is held back any more")
	}
	f.Flush(emit)
	if len(*got) != 1 {
		t.Fatalf("%+v", *got)
	}
}

func TestFoldKinds(t *testing.T) {
	for name, change := range map[string]func(*event.Event){
		"shape":   func(ev *event.Event) { ev.Shape++ },
		"verdict": func(ev *event.Event) { ev.Verdict = event.Logged },
		"errno":   func(ev *event.Event) { ev.Errno = syscall.ENOSYS },
		"abi":     func(ev *event.Event) { ev.ABI = "i386" },
		"nr":      func(ev *event.Event) { ev.Nr++ },
		"rule":    func(ev *event.Event) { ev.Rule = "default" },
		"exe":     func(ev *event.Event) { ev.Exe = "/other" },
	} {
		var f Fold
		a, b := sample(), sample()
		change(&b)
		if !f.Add(&a, epoch) || !f.Add(&b, epoch) {
			t.Errorf("another %s is folded", name)
		}
	}
	var f Fold
	a, b := sample(), sample()
	b.PID, b.TID, b.Comm, b.Args[0], b.Time = 1, 2, "x", 9, epoch
	if !f.Add(&a, epoch) || f.Add(&b, epoch) {
		t.Error("another process is not folded")
	}
}

func TestFoldDueInOrder(t *testing.T) {
	var f Fold
	emit, got := collect()
	for i := range 3 {
		ev := shaped(uint64(i))
		f.Add(&ev, after(time.Duration(i)*100*time.Millisecond))
	}
	for _, i := range []int{2, 0} { // 1 holds nothing
		ev := shaped(uint64(i))
		f.Add(&ev, after(500*time.Millisecond))
	}
	if due, _ := f.Next(); !due.Equal(after(time.Second)) {
		t.Errorf("due %v", due)
	}
	f.Due(after(1100*time.Millisecond), emit)
	if len(*got) != 1 || (*got)[0].Shape != 0 {
		t.Fatalf("%+v", *got)
	}
	if due, ok := f.Next(); !ok || !due.Equal(after(1200*time.Millisecond)) {
		t.Errorf("due %v", due)
	}
	if len(f.kinds) != 2 {
		t.Errorf("%d kinds are kept; the silent one says nothing", len(f.kinds))
	}
}

func TestFoldClockRunsBackwards(t *testing.T) {
	var f Fold
	emit, got := collect()
	for range 3 {
		ev := shaped(1)
		f.Add(&ev, after(time.Hour))
		ev = shaped(1)
		f.Add(&ev, epoch)
	}
	f.Due(after(time.Hour+time.Second), emit)
	if len(*got) != 1 || (*got)[0].Count != 5 {
		t.Errorf("%+v", *got)
	}
}

// TestFoldIsExact drives a Fold at random and holds it against its contract:
// totals by what a mixture still tells apart, at most one event of a kind a
// second, an owner who wakes when Next says so, and only then.
func TestFoldIsExact(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var f Fold
		in, out := map[string]uint64{}, map[string]uint64{}
		total := func(m map[string]uint64, ev *event.Event) {
			m[fmt.Sprint(ev.Verdict, ev.Nr, ev.ABI, ev.Rule)] += max(ev.Count, 1)
		}
		last := map[uint64]time.Time{}
		now := epoch
		pass := func(ev *event.Event) {
			total(out, ev)
			if l, ok := last[ev.Shape]; ok && now.Sub(l) < foldEvery {
				t.Fatalf("seed %d: shape %d twice within %v", seed, ev.Shape, now.Sub(l))
			}
			last[ev.Shape] = now
		}
		shapes := uint64(1 + random.IntN(50))
		for range 2000 {
			ev := shaped(1 + random.Uint64N(shapes))
			ev.Nr = uint32(ev.Shape % 3)
			total(in, &ev)
			if f.Add(&ev, now) {
				pass(&ev)
			}
			now = now.Add(time.Duration(random.ExpFloat64() * float64(20*time.Millisecond)))
			for {
				due, ok := f.Next()
				if !ok || due.After(now) {
					break
				}
				before := len(out)
				n := 0
				f.Due(now, func(ev *event.Event) { n++; pass(ev) })
				if n == 0 {
					t.Fatalf("seed %d: woken for nothing (%d)", seed, before)
				}
			}
		}
		f.Flush(func(ev *event.Event) { total(out, ev) })
		for k, n := range in {
			if out[k] != n {
				t.Fatalf("seed %d: %s: %d in, %d out", seed, k, n, out[k])
			}
		}
	}
}

// TestFoldFlood has more kinds than a Fold tells apart.
func TestFoldFlood(t *testing.T) {
	const flood = 100_000
	var f Fold
	var lines, sum uint64
	count := func(ev *event.Event) {
		lines++
		sum += ev.Count
		if ev.Count > 1 && (ev.Call != ev.Syscall+"(...)" || ev.Path != "" || ev.Args != [6]uint64{}) {
			t.Fatalf("a mixture tells the arguments of one: %+v", ev)
		}
	}
	for i := range flood {
		ev := shaped(uint64(i))
		ev.Exe = fmt.Sprint("/tmp/", i)
		ev.Nr, ev.Syscall = uint32(i%7), fmt.Sprint("call", i%7)
		if i%5 == 0 {
			ev.Nr = uint32(1e6 + i) // every one a number that nobody knows
		}
		if f.Add(&ev, after(time.Duration(i))) {
			count(&ev)
		}
		if len(f.kinds) > foldKinds+100 {
			t.Fatalf("%d kinds", len(f.kinds))
		}
	}
	if lines > foldKinds+100 {
		t.Errorf("%d lines", lines)
	}
	f.Due(after(2*time.Second), count)
	if sum != flood {
		t.Errorf("%d of %d calls told", sum, flood)
	}
	if len(f.kinds) > 100 {
		t.Errorf("%d kinds are kept although they say nothing", len(f.kinds))
	}
	f.Due(after(4*time.Second), count)
	if len(f.kinds) != 0 || f.exact != 0 || f.front != nil || f.back != nil {
		t.Errorf("not empty: %d kinds, %d exact", len(f.kinds), f.exact)
	}
}

// TestFoldMakesRoom has kinds come and go without anything to hold back, so
// that nobody calls Due.
func TestFoldMakesRoom(t *testing.T) {
	var f Fold
	for i := range 5 * foldKinds {
		ev := shaped(uint64(i))
		if !f.Add(&ev, after(time.Duration(i)*time.Millisecond)) || ev.Call != sample().Call {
			t.Fatalf("call %d is held back or blurred", i)
		}
	}
	if len(f.kinds) > foldKinds {
		t.Errorf("%d kinds", len(f.kinds))
	}
}

func BenchmarkFoldRepeat(b *testing.B) {
	var f Fold
	ev := sample()
	now := epoch
	b.ReportAllocs()
	for b.Loop() {
		ev.Count = 1
		f.Add(&ev, now)
	}
}
