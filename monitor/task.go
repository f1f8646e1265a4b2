package monitor

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// task is one thread of the program. What /proc says of it is read when it is
// first needed.
type task struct {
	tid  int
	tgid int    // 0: not read yet
	exe  string // of the process; valid once tgid is set

	comm string // the thread's name when it was last read
	read time.Time
}

// commAge is how old a thread's name may be in an event. A thread may rename
// itself at any time, and a read costs as much as a quarter of a stop.
const commAge = time.Second

func (t *Tracer) task(tid int) *task {
	k := t.tasks[tid]
	if k == nil {
		k = &task{tid: tid}
		t.tasks[tid] = k
	}
	return k
}

// forget drops what an execve may have changed.
func (k *task) forget() { *k = task{tid: k.tid} }

// identify reads the thread group, the program's path and the thread's name.
// The tracee is stopped, so the entries are there; if it has been killed, the
// thread ID stands for the group.
//
// A /proc that was mounted in another PID namespace would name other tasks.
func (k *task) identify(now time.Time, foreignProc bool) {
	if foreignProc {
		k.tgid = k.tid
		return
	}
	var buf [4096]byte
	if now.Sub(k.read) >= commAge {
		k.comm = string(firstLine(readProc(k.tid, "comm", buf[:])))
		k.read = now
	}
	if k.tgid != 0 {
		return
	}
	k.tgid = k.tid
	if field, ok := bytes.CutPrefix(afterLine(readProc(k.tid, "status", buf[:]), "Tgid:"), []byte("\t")); ok {
		if n, err := strconv.Atoi(string(firstLine(field))); err == nil {
			k.tgid = n
		}
	}
	if n, err := unix.Readlink(procPath(k.tid, "exe"), buf[:]); err == nil {
		k.exe = string(buf[:n])
	}
}

// procIsForeign reports whether /proc is missing or shows another PID namespace
// than this process's (pid_namespaces(7)).
func procIsForeign() bool {
	var buf [16]byte
	n, err := unix.Readlink("/proc/self", buf[:])
	return err != nil || string(buf[:n]) != strconv.Itoa(unix.Getpid())
}

func procPath(tid int, name string) string { return "/proc/" + strconv.Itoa(tid) + "/" + name }

func readProc(tid int, name string, buf []byte) []byte {
	fd, err := unix.Open(procPath(tid, name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buf)
	if err != nil {
		return nil
	}
	return buf[:n]
}

// afterLine returns what follows the first line start that reads prefix.
func afterLine(text []byte, prefix string) []byte {
	_, rest, _ := bytes.Cut(text, []byte("\n"+prefix))
	return rest
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}
