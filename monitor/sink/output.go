package sink

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// output is a descriptor, and the way to write to it without waiting.
type output struct {
	fd     int
	reopen int // a second, non-blocking description of the same pipe or terminal, or -1
	how    method
	torn   bool // an error cut a line short: its newline is missing
}

// method is how the kernel is told not to wait.
type method uint8

const (
	plain  method = iota // a file, or a device like /dev/null: write(2) waits for no reader
	nowait               // a pipe since Linux 6.4: pwritev2(2) with RWF_NOWAIT
	packet               // a socket: sendmsg(2) with MSG_DONTWAIT
	own                  // reopened with O_NONBLOCK
	polled               // none of these: poll(2), then write(2), which may wait all the same
)

// newOutput finds out what fd is. A descriptor that isn't open is found out
// by the first write.
func newOutput(fd int) output {
	o := output{fd: fd, reopen: -1}
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return o
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		o.how = nowait
	case unix.S_IFSOCK:
		o.how = packet
	case unix.S_IFCHR:
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
			o.openAgain()
		}
	}
	return o
}

// openAgain gets an open file description of our own, whose O_NONBLOCK nobody
// else sees. It needs /proc and the right to open the file; without them it
// leaves poll(2).
func (o *output) openAgain() {
	o.how = polled
	const flags = unix.O_WRONLY | unix.O_APPEND | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, err := unix.Open("/proc/self/fd/"+strconv.Itoa(o.fd), flags, 0)
	if err == nil {
		o.reopen, o.how = fd, own
	}
}

// mayWait reports whether write may wait for a reader. A terminal that poll(2)
// calls writable has room for a byte, a pipe for PIPE_BUF until another writer
// comes.
func (o *output) mayWait() bool { return o.how == polled }

// write writes as much of line as the kernel takes at once and returns how
// much that was, with EAGAIN where it takes no more for now. begun says that an
// earlier part of the line is already written.
func (o *output) write(line []byte, begun bool) (n int, err error) {
	if o.torn && !begun {
		if _, err := o.some([]byte{'\n'}); err != nil {
			return 0, err
		}
		o.torn = false
	}
	for n < len(line) {
		m, err := o.some(line[n:])
		n += m
		if err != nil {
			if err != unix.EAGAIN && (begun || n > 0) {
				o.torn = true
			}
			return n, err
		}
	}
	return n, nil
}

// some makes one system call that writes, but for EINTR.
func (o *output) some(p []byte) (n int, err error) {
	for {
		n, err = o.once(p)
		if err == unix.EINTR {
			continue
		}
		if err == nil && n == 0 {
			err = unix.EIO // no kernel does this; it must not become a loop
		}
		return max(n, 0), err
	}
}

func (o *output) once(p []byte) (int, error) {
	switch o.how {
	case plain:
		return unix.Write(o.fd, p)
	case own:
		return unix.Write(o.reopen, p)
	case packet:
		return unix.SendmsgN(o.fd, p, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	case nowait:
		n, err := unix.Pwritev2(o.fd, [][]byte{p}, -1, unix.RWF_NOWAIT)
		if err != unix.EOPNOTSUPP && err != unix.ENOSYS {
			return n, err
		}
		o.openAgain() // an older kernel: found out by the very first write
		if o.mayWait() {
			return 0, unix.EAGAIN
		}
		return o.once(p)
	}
	if !o.ready() {
		return 0, unix.EAGAIN
	}
	return unix.Write(o.fd, p[:min(len(p), pipeBuf)])
}

// pipeBuf is PIPE_BUF of <linux/limits.h>: a pipe that poll(2) calls writable
// takes this much at once.
const pipeBuf = 4096

// ready reports whether a write would not wait, errors included.
func (o *output) ready() bool {
	fds := []unix.PollFd{{Fd: int32(o.fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 0)
	return n > 0 || err != nil && err != unix.EINTR
}

// wait waits until a write can make progress or wake, an eventfd, is written
// to. With stalled set it waits a little without looking at the output, which
// claims to be writable and isn't: a terminal with room for half a "\r\n". A
// wake of -1 makes every wait a short one.
func (o *output) wait(wake int, stalled bool) {
	const short = 20 // ms
	fds := []unix.PollFd{
		{Fd: int32(wake), Events: unix.POLLIN},
		{Fd: int32(o.writeFd()), Events: unix.POLLOUT},
	}
	timeout := -1
	if stalled {
		fds = fds[:1]
	}
	if stalled || wake < 0 {
		timeout = short
	}
	unix.Poll(fds, timeout) // an error costs one more turn
}

func (o *output) writeFd() int {
	if o.how == own {
		return o.reopen
	}
	return o.fd
}

func (o *output) close() {
	if o.reopen >= 0 {
		unix.Close(o.reopen)
	}
	unix.Close(o.fd)
}
