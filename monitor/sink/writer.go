package sink

import (
	"bytes"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Writer writes lines to one descriptor and never makes its caller wait for
// whoever reads them. Lines stay whole and in order, each one write(2): on
// files opened with O_APPEND, and on pipes up to PIPE_BUF, they stay whole among
// other writers' too.
//
// A line goes out on the caller's thread where the kernel takes it at once.
// Otherwise it joins a queue of at most 1 MiB, drained by one goroutine that
// lives as long as there is something to drain. So does every line to a
// terminal that can't be reopened: nothing tells how much it takes. Lines that don't fit, and lines
// that the kernel refuses (ENOSPC, EPIPE, EIO), are lost and counted; the log
// itself tells of them as soon as it takes lines again.
//
// The descriptor's open file description is shared with the program, so
// O_NONBLOCK is never set on it. Safe for concurrent use.
type Writer struct {
	format Format

	mu     sync.Mutex
	out    output // the goroutine's while there is one
	queue  queue
	drain  *drain // nil while the queue is empty
	closed bool   // no further line is accepted
	lost   uint64 // lines lost in all
	untold uint64 // of those, lines that the log hasn't been told of
}

// drain is one run of the goroutine that empties the queue.
type drain struct {
	done    chan struct{} // closed when it has ended
	wake    int           // eventfd that ends its poll(2), or -1
	abandon bool          // end at once, and leave the queue
}

// NewWriter returns a Writer to fd, which it owns from now on. format is that
// of the line which tells of lost ones.
func NewWriter(fd int, format Format) *Writer {
	return &Writer{format: format, out: newOutput(fd)}
}

// Write takes one line or several, each with its newline; p may be reused at
// once. What can't be written is counted.
func (w *Writer) Write(p []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(p) > 0 {
		line := p
		if i := bytes.IndexByte(p, '\n'); i >= 0 {
			line = p[:i+1]
		}
		p = p[len(line):]
		w.put(line)
	}
}

// Lost returns how many lines were lost so far.
func (w *Writer) Lost() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// Flush waits until the queue has drained, or for the deadline. What is still
// queued then stays so.
func (w *Writer) Flush(deadline time.Time) {
	w.mu.Lock()
	d := w.drain
	w.mu.Unlock()
	if d != nil {
		d.await(deadline)
	}
}

// Close gives the queue until the deadline to drain, counts what then remains
// as lost, closes the descriptor and returns how many lines were lost in all.
// A deadline that has passed still writes what needs no waiting.
func (w *Writer) Close(deadline time.Time) (lost uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.lost
	}
	w.closed = true
	if w.drain == nil {
		w.tell()
	}
	if d := w.drain; d != nil {
		w.mu.Unlock()
		ended := d.await(deadline)
		w.mu.Lock()
		if !ended && w.giveUp(d) {
			return w.lost
		}
	}
	w.out.close()
	return w.lost
}

// await waits for the end of the run and reports whether it came in time.
func (d *drain) await(deadline time.Time) bool {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-d.done:
		return true
	case <-timer.C:
		return false
	}
}

// giveUp ends the run and counts what is left as lost. It reports whether the
// run goes on all the same, caught in a write that waits: then the line in that
// write counts as lost, and the run closes the descriptor if it ever ends.
func (w *Writer) giveUp(d *drain) (caught bool) {
	if w.drain != d {
		return false // it ended meanwhile
	}
	d.abandon = true
	if d.wake >= 0 {
		unix.Write(d.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
	caught = w.out.mayWait()
	if !caught {
		w.mu.Unlock()
		<-d.done
		w.mu.Lock()
	}
	for r := w.queue.pop(); r != nil; r = w.queue.pop() {
		w.lose(r)
	}
	return caught
}

// put writes, queues or loses one line, after word of the lines lost before.
func (w *Writer) put(line []byte) {
	if w.closed || w.drain != nil && !w.queue.fits(len(line)+noteMax) {
		w.lose(&record{})
		return
	}
	w.tell()
	w.send(record{line: line})
}

// tell writes or queues word of the lines that were lost since it was last
// told.
func (w *Writer) tell() {
	if w.untold > 0 {
		n := w.untold
		w.untold = 0
		w.send(record{line: appendLost(nil, w.format, n), tells: n})
	}
}

// send writes r where nothing is queued before it and the kernel takes it, and
// queues it otherwise.
func (w *Writer) send(r record) {
	if w.drain == nil && !w.out.mayWait() {
		n, err := w.out.write(r.line, false)
		if err == nil {
			return
		}
		if err != unix.EAGAIN {
			w.lose(&r)
			return
		}
		r.line, r.begun = r.line[n:], n > 0
	}
	w.queue.push(r)
	if w.drain == nil {
		w.drain = newDrain()
		go w.run(w.drain)
	}
}

// lose counts a line; word of lost lines that is lost itself is due again.
func (w *Writer) lose(r *record) {
	if r.tells > 0 {
		w.untold += r.tells
		return
	}
	w.lost++
	w.untold++
}

func newDrain() *drain {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		fd = -1
	}
	return &drain{done: make(chan struct{}), wake: fd}
}

// run empties the queue.
func (w *Writer) run(d *drain) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for stalls := 0; !d.abandon; {
		r := w.queue.front()
		if r == nil {
			break
		}
		line, begun := r.line, r.begun
		w.mu.Unlock()
		n, err := w.out.write(line, begun)
		if n > 0 {
			stalls = 0
		}
		if err == unix.EAGAIN {
			w.out.wait(d.wake, stalls > 1)
			stalls++
		}
		w.mu.Lock()
		if !d.abandon || !w.out.mayWait() {
			w.wrote(n, err)
		}
	}
	w.end(d)
}

// wrote takes note of what became of the first line in the queue.
func (w *Writer) wrote(n int, err error) {
	r := w.queue.front()
	if err == unix.EAGAIN {
		r.line, r.begun = r.line[n:], r.begun || n > 0
		return
	}
	w.queue.pop()
	if err != nil {
		w.lose(r)
		return
	}
	if r.tells == 0 && w.queue.front() == nil && w.untold > 0 {
		note := record{line: appendLost(nil, w.format, w.untold), tells: w.untold}
		w.untold = 0
		w.queue.push(note)
	}
}

// end leaves the stage to direct writes.
func (w *Writer) end(d *drain) {
	if d.wake >= 0 {
		unix.Close(d.wake)
		d.wake = -1
	}
	w.drain = nil
	if d.abandon && w.out.mayWait() {
		w.out.close() // Close has not waited for us
	}
	close(d.done)
}

// noteMax is more than appendLost ever appends.
const noteMax = 80

// appendLost appends word of n lost lines.
func appendLost(dst []byte, f Format, n uint64) []byte {
	if f == JSON {
		dst = append(dst, `{"type":"lost","count":`...)
		dst = strconv.AppendUint(dst, n, 10)
		return append(dst, "}\n"...)
	}
	dst = append(dst, "jail: log: "...)
	dst = strconv.AppendUint(dst, n, 10)
	if n == 1 {
		return append(dst, " line lost\n"...)
	}
	return append(dst, " lines lost\n"...)
}
