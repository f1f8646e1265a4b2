package main

import (
	"sync"
	"time"

	"jail/monitor/event"
	"jail/monitor/sink"
)

// drainTime is how long a monitor whose program has ended waits for a log that
// does not take its lines.
const drainTime = 5 * time.Second

// holdTime is how long the end of the program is kept from its parent for the
// sake of a log that does not take its lines.
const holdTime = time.Second

// reporter is where a monitor's events go: folded and counted, then written.
type reporter struct {
	format  sink.Format
	lines   bool // a line per call is wanted
	totals  bool // a summary is wanted
	writer  *sink.Writer
	mu      sync.Mutex // the timer's goroutine works on what follows
	fold    sink.Fold
	summary sink.Summary
	told    uint64 // the total that the last summary told of
	once    bool   // a summary has been told
	timer   *time.Timer
	buf     []byte
}

func newReporter(h *handoff, log int) *reporter {
	r := &reporter{lines: !h.Quiet, totals: h.Summary}
	if h.JSON {
		r.format = sink.JSON
	}
	r.writer = sink.NewWriter(log, r.format)
	return r
}

// Report implements monitor.Reporter.
func (r *reporter) Report(ev *event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.totals {
		r.summary.Add(ev)
	}
	if !r.lines {
		return
	}
	if r.fold.Add(ev, ev.Time) {
		r.write(ev)
	}
	r.arm()
}

// Flush implements monitor.Reporter.
func (r *reporter) Flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fold.Flush(r.write)
	r.writer.Flush(time.Now().Add(holdTime))
}

// Finish implements monitor.Reporter.
func (r *reporter) Finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fold.Flush(r.write)
	if total := r.summary.Total(); r.totals && (!r.once || total != r.told) {
		r.once, r.told = true, total
		r.buf = sink.AppendSummary(r.buf[:0], r.format, &r.summary)
		r.writer.Write(r.buf)
	}
	r.writer.Flush(time.Now().Add(holdTime))
}

// close writes what is left, as far as the log takes it.
func (r *reporter) close() { r.writer.Close(time.Now().Add(drainTime)) }

func (r *reporter) write(ev *event.Event) {
	r.buf = r.format.Append(r.buf[:0], ev)
	r.writer.Write(r.buf)
}

// arm sets the timer where calls are held back; a monitor with nothing to tell
// never wakes.
func (r *reporter) arm() {
	due, ok := r.fold.Next()
	if !ok || r.timer != nil {
		return
	}
	r.timer = time.AfterFunc(time.Until(due), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.timer = nil
		r.fold.Due(time.Now(), r.write)
		r.arm()
	})
}
