package monitor

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"
)

// task is one thread of the program. What /proc says of it is read when it is
// first needed.
type task struct {
	tid  int
	tgid int    // 0: not read yet
	exe  string // of the process; valid once tgid is set
}

func (t *Tracer) task(tid int) *task {
	k := t.tasks[tid]
	if k == nil {
		k = &task{tid: tid}
		t.tasks[tid] = k
	}
	return k
}

// forget drops what an execve may have changed.
func (k *task) forget() { k.tgid, k.exe = 0, "" }

// identify reads the thread group and the program's path. The tracee is
// stopped, so the entry is there; if it has been killed, the thread ID stands
// for the group.
func (k *task) identify() {
	if k.tgid != 0 {
		return
	}
	k.tgid = k.tid
	var buf [4096]byte
	if field, ok := bytes.CutPrefix(afterLine(readProc(k.tid, "status", buf[:]), "Tgid:"), []byte("\t")); ok {
		if n, err := strconv.Atoi(string(firstLine(field))); err == nil {
			k.tgid = n
		}
	}
	if n, err := unix.Readlink(procPath(k.tid, "exe"), buf[:]); err == nil {
		k.exe = string(buf[:n])
	}
}

// comm reads the thread's present name, which it may change at any time.
func (k *task) comm() string {
	var buf [64]byte
	return string(firstLine(readProc(k.tid, "comm", buf[:])))
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
