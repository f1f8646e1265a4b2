package sink

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A test that waits here waits for something that has to happen; where it does
// not, the test binary's own timeout ends it.
func soon() time.Time { return time.Now().Add(time.Hour) }

func past() time.Time { return time.Now().Add(-time.Hour) }

func pipe(t *testing.T) (r *os.File, w int) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r = os.NewFile(uintptr(fds[0]), "pipe")
	t.Cleanup(func() { r.Close() })
	return r, fds[1]
}

func pty(t *testing.T) (master *os.File, slave int) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = unix.Open(fmt.Sprintf("/dev/pts/%d", n), unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	master = os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { master.Close() })
	return master, slave
}

func sockets(t *testing.T) (r *os.File, w int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r = os.NewFile(uintptr(fds[0]), "socket")
	t.Cleanup(func() { r.Close() })
	return r, fds[1]
}

// reading checks numbered lines as they arrive: in order, each whole, and every
// one that is missing told of at the very place.
type reading struct {
	next, lines, told uint64
	notes             int
	err               error
}

func numbered(i uint64, width int) []byte {
	return []byte(fmt.Sprintf("line %d %s\n", i, strings.Repeat("x", width)))
}

func (r *reading) line(s string, width int) {
	s = strings.TrimSuffix(s, "\r")
	if n, ok := strings.CutPrefix(s, "jail: log: "); ok {
		v, err := strconv.ParseUint(strings.Fields(n)[0], 10, 64)
		if err != nil {
			r.err = err
		}
		r.told += v
		r.next += v
		r.notes++
		return
	}
	if want := strings.TrimSuffix(string(numbered(r.next, width)), "\n"); s != want && r.err == nil {
		r.err = fmt.Errorf("got %.40q, want %.40q", s, want)
	}
	r.lines++
	r.next++
}

// start reads until the end of the input.
func start(f *os.File, width int) func() *reading {
	var r reading
	done := make(chan struct{})
	go func() {
		defer close(done)
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, 4<<20)
		for scan.Scan() {
			r.line(scan.Text(), width)
		}
	}()
	return func() *reading { <-done; return &r }
}

// outputs are the kinds of descriptors, and the ways to write to them that
// older kernels need.
var outputs = []struct {
	name string
	open func(*testing.T) (*os.File, int)
	how  method
	prep func(*output)
}{
	{"pipe", pipe, nowait, nil},
	{"socket", sockets, packet, nil},
	{"terminal", pty, own, nil},
	{"pipe of an older kernel", pipe, own, (*output).openAgain},
	{"pipe by poll", pipe, polled, func(o *output) { o.how = polled }},
	{"terminal by poll", pty, polled, func(o *output) { unix.Close(o.reopen); o.reopen, o.how = -1, polled }},
}

// TestWriterNeverWaits writes far more than anybody takes, then lets a reader
// come: nothing blocks, and lines and losses add up.
func TestWriterNeverWaits(t *testing.T) {
	const lines, width = 40_000, 60
	for _, o := range outputs {
		t.Run(o.name, func(t *testing.T) {
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			if o.prep != nil {
				o.prep(&w.out)
			}
			for i := range uint64(lines / 2) {
				w.Write(numbered(i, width))
			}
			lostBefore := w.Lost()
			if lostBefore == 0 {
				t.Fatal("nothing lost: the queue has no bound")
			}
			flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
			if err != nil || flags&unix.O_NONBLOCK != 0 {
				t.Errorf("flags %#x, %v: O_NONBLOCK is set on what the program shares", flags, err)
			}
			result := start(f, width)
			w.mu.Lock()
			d := w.drain
			w.mu.Unlock()
			<-d.done // all that was queued is out, and word of the lost ones
			for i := range uint64(lines / 2) {
				w.Write(numbered(lines/2+i, width))
			}
			if older := o.how == nowait && w.out.how == own; w.out.how != o.how && !older {
				t.Errorf("method %d, want %d", w.out.how, o.how)
			}
			lost := w.Close(soon())
			r := result()
			if r.err != nil {
				t.Error(r.err)
			}
			if r.told != lost || r.lines+lost != lines {
				t.Errorf("%d lines read, %d lost, %d told, of %d", r.lines, lost, r.told, lines)
			}
			if r.notes == 0 || uint64(r.notes) > lost {
				t.Errorf("%d notes", r.notes)
			}
			t.Logf("%d lost in %d notes", lost, r.notes)
			if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
				t.Errorf("the descriptor is still open: %v", err)
			}
		})
	}
}

// TestWriterClosesAtDeadline has nobody read until after Close.
func TestWriterClosesAtDeadline(t *testing.T) {
	const lines, width = 40_000, 60
	for _, o := range outputs[:4] { // the last two may be caught in a write
		t.Run(o.name, func(t *testing.T) {
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			if o.prep != nil {
				o.prep(&w.out)
			}
			for i := range uint64(lines) {
				w.Write(numbered(i, width))
			}
			lost := w.Close(past())
			w.Write(numbered(0, 0))
			if w.Lost() != lost+1 || w.Close(soon()) != lost+1 {
				t.Errorf("a line after Close is not lost: %d, then %d", lost, w.Lost())
			}
			var r reading
			scan := bufio.NewScanner(f)
			for uint64(r.lines)+lost < lines && scan.Scan() {
				r.line(scan.Text(), width)
			}
			if r.err != nil || r.lines == 0 || r.told != 0 {
				t.Errorf("%d lines, %v", r.lines, r.err)
			}
			if r.lines+lost != lines {
				t.Errorf("%d lines read, %d lost, of %d", r.lines, lost, lines)
			}
		})
	}
}

// After a Flush that was not cut short nothing is left for Close to wait for.
func TestWriterFlush(t *testing.T) {
	r, fd := pipe(t)
	w := NewWriter(fd, Text)
	for i := range uint64(2000) { // more than a pipe holds, less than the queue
		w.Write(numbered(i, 100))
	}
	w.Flush(past())
	go io.Copy(io.Discard, r)
	w.Flush(soon())
	if lost := w.Close(past()); lost != 0 {
		t.Errorf("%d lines lost", lost)
	}
}

func TestWriterDirect(t *testing.T) {
	for _, o := range outputs {
		t.Run(o.name, func(t *testing.T) {
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			if o.prep != nil {
				o.prep(&w.out)
			}
			result := start(f, 3)
			for i := range uint64(10) {
				w.Write(numbered(i, 3))
				w.mu.Lock()
				queued := w.drain != nil
				w.mu.Unlock()
				if queued && o.how != polled {
					t.Fatal("a line is queued although there is room")
				}
			}
			w.Write(append(numbered(10, 3), numbered(11, 3)...))
			if lost := w.Close(soon()); lost != 0 {
				t.Errorf("%d lost", lost)
			}
			if r := result(); r.err != nil || r.lines != 12 {
				t.Errorf("%d lines, %v", r.lines, r.err)
			}
		})
	}
}

// TestWriterLongLine has a line that no pipe takes at once.
func TestWriterLongLine(t *testing.T) {
	for _, o := range outputs {
		if o.name == "terminal" || o.name == "terminal by poll" {
			continue // canonical mode has a limit of its own
		}
		t.Run(o.name, func(t *testing.T) {
			const width = 3 << 20 // more than the queue's bound, too
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			if o.prep != nil {
				o.prep(&w.out)
			}
			w.Write(numbered(0, width))
			w.Write(numbered(1, width)) // no room
			result := start(f, width)
			if lost := w.Close(soon()); lost != 1 {
				t.Errorf("%d lost", lost)
			}
			if r := result(); r.err != nil || r.lines != 1 || r.told != 1 {
				t.Errorf("%d lines, %d told, %v", r.lines, r.told, r.err)
			}
		})
	}
}

func TestWriterErrors(t *testing.T) {
	full, err := unix.Open("/dev/full", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, broken := pipe(t)
	r.Close()
	s, reset := sockets(t)
	s.Close()
	readOnly, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, fd := range map[string]int{"ENOSPC": full, "EPIPE": broken, "EPIPE of a socket": reset, "EBADF": readOnly, "no descriptor": -1} {
		t.Run(name, func(t *testing.T) {
			w := NewWriter(fd, Text)
			for i := range uint64(100) {
				w.Write(numbered(i, 3))
			}
			if w.drain != nil {
				t.Error("something is waited for")
			}
			if lost := w.Close(soon()); lost != 100 {
				t.Errorf("%d lost", lost)
			}
		})
	}
}

// TestWriterReaderDies lets the reader go while lines are queued.
func TestWriterReaderDies(t *testing.T) {
	for _, o := range outputs[:2] {
		t.Run(o.name, func(t *testing.T) {
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			for i := range uint64(10_000) {
				w.Write(numbered(i, 60))
			}
			w.mu.Lock()
			d, want := w.drain, w.lost+uint64(len(w.queue.records))
			w.mu.Unlock()
			f.Close()
			<-d.done
			if lost := w.Close(soon()); lost != want {
				t.Errorf("%d lost, want %d", lost, want)
			}
		})
	}
}

// TestWriterRecovers has a log that breaks in the middle of a line and comes
// back: the line's stump is closed, and the log tells of the loss.
func TestWriterRecovers(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(flags int) int {
		fd, err := unix.Open(fifo, flags|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		return fd
	}
	first := open(unix.O_RDONLY | unix.O_NONBLOCK)
	w := NewWriter(open(unix.O_WRONLY), JSON)
	w.Write(append(bytes.Repeat([]byte{'x'}, 200_000), '\n'))
	w.mu.Lock()
	d := w.drain
	w.mu.Unlock()
	unix.Close(first)
	<-d.done
	w.Write([]byte("lost as well\n"))
	second := os.NewFile(uintptr(open(unix.O_RDONLY|unix.O_NONBLOCK)), fifo)
	defer second.Close()
	stump := make([]byte, 200_000)
	n, err := second.Read(stump)
	if err != nil || strings.Trim(string(stump[:n]), "x") != "" {
		t.Fatalf("%d bytes, %v", n, err)
	}
	w.Write([]byte("a line\n"))
	if lost := w.Close(soon()); lost != 2 {
		t.Errorf("%d lost", lost)
	}
	rest := bufio.NewScanner(second)
	rest.Buffer(nil, 1<<20)
	var got []string
	for rest.Scan() {
		got = append(got, strings.TrimLeft(rest.Text(), "x"))
	}
	if want := []string{"", `{"type":"lost","count":2}`, "a line"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWriterFile has several writers append to one file.
func TestWriterFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	const writers, lines = 4, 2000
	var all sync.WaitGroup
	for range writers {
		fd, err := unix.Open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND|unix.O_CLOEXEC, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			w := NewWriter(fd, Text)
			for i := range uint64(lines) {
				w.Write(numbered(i, int(i)%200))
			}
			if w.out.how != plain || w.drain != nil {
				t.Errorf("method %d", w.out.how)
			}
			if lost := w.Close(past()); lost != 0 {
				t.Errorf("%d lost", lost)
			}
		})
	}
	all.Wait()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, l := range strings.SplitAfter(string(b), "\n") {
		seen[l]++
	}
	delete(seen, "")
	for l, n := range seen {
		var i uint64
		fmt.Sscanf(l, "line %d", &i)
		if l != string(numbered(i, int(i)%200)) || n != writers {
			t.Errorf("%q %d times", l, n)
		}
	}
	if len(seen) != lines {
		t.Errorf("%d different lines", len(seen))
	}
}

// TestWriterConcurrent has many goroutines write while a slow reader reads.
func TestWriterConcurrent(t *testing.T) {
	f, fd := pipe(t)
	w := NewWriter(fd, Text)
	const writers, lines = 8, 3000
	var read, told uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		scan := bufio.NewScanner(f)
		for scan.Scan() {
			if n, ok := strings.CutPrefix(scan.Text(), "jail: log: "); ok {
				v, _ := strconv.ParseUint(strings.Fields(n)[0], 10, 64)
				told += v
			} else if scan.Text() == strings.Repeat("y", 100) {
				read++
			} else {
				t.Errorf("torn: %q", scan.Text())
			}
		}
	}()
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range lines {
				w.Write([]byte(strings.Repeat("y", 100) + "\n"))
			}
		})
	}
	all.Wait()
	lost := w.Close(soon())
	<-done
	if read+lost != writers*lines || told != lost {
		t.Errorf("%d read, %d lost, %d told", read, lost, told)
	}
}

func TestWriterDescriptors(t *testing.T) {
	count := func() int {
		d, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(d)
	}
	before := count()
	for range 20 {
		for _, o := range outputs[:4] {
			f, fd := o.open(t)
			w := NewWriter(fd, Text)
			if o.prep != nil {
				o.prep(&w.out)
			}
			w.Write(bytes.Repeat([]byte("0123456789\n"), 20_000))
			w.Close(past())
			f.Close()
		}
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// BenchmarkWriterPipe includes the reader's read.
func BenchmarkWriterPipe(b *testing.B) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		b.Fatal(err)
	}
	defer unix.Close(fds[0])
	w := NewWriter(fds[1], Text)
	ev := sample()
	line := AppendText(nil, &ev)
	buf := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(line)
		unix.Read(fds[0], buf)
	}
	if lost := w.Close(soon()); lost != 0 {
		b.Errorf("%d lost", lost)
	}
}
