package syscalls_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"jail/policy/syscalls"
)

// workload makes many different calls and harms nothing. It says when it
// has started and waits for a line, so that the trace sees it from there on.
const workload = `set -e
echo ready
read go
cd "$1"
umask 077
ls -l / >list
cat list list >both
cp both copy; mv copy moved; ln moved hard; ln -s moved soft; chmod 600 moved; touch moved
mkdir d; rmdir d; rm hard soft
sort both | head -n 1 | cat >/dev/null
kill -0 $$
exec python3 -c "$2" </dev/null
`

const pythonWorkload = `
import mmap, os, select, signal, socket, subprocess, threading, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen()
def client():
    with socket.create_connection(server.getsockname()) as c:
        c.sendall(b"hello")
        c.shutdown(socket.SHUT_WR)
        c.recv(9)
thread = threading.Thread(target=client)
thread.start()
conn, peer = server.accept()
conn.getpeername(); conn.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
select.select([conn], [], [], 5)
poll = select.epoll(); poll.register(conn, select.EPOLLIN); poll.poll(5); poll.close()
conn.recv(9); conn.sendmsg([b"bye"]); conn.close()
thread.join()
a, b = socket.socketpair()
a.send(b"x"); b.recvmsg(1)
with open("both", "rb") as f, open("sent", "wb") as g:
    os.sendfile(g.fileno(), f.fileno(), 0, 10)
    os.pread(f.fileno(), 1, 0); os.pwrite(g.fileno(), b"x", 0)
    os.readv(f.fileno(), [bytearray(1)]); os.writev(g.fileno(), [b"y"])
    os.fsync(g.fileno()); os.ftruncate(g.fileno(), 1); os.fchmod(g.fileno(), 0o600)
    os.dup(f.fileno()); os.lseek(f.fileno(), 0, 0)
with mmap.mmap(-1, 4096) as m:
    m.flush()
os.uname(); os.getppid(); os.getuid(); os.getgid(); os.getpgid(0); os.getsid(0); os.getgroups(); os.getresuid()
os.statvfs("."); os.access(".", os.R_OK); os.readlink("/proc/self/exe"); os.times(); os.getpriority(os.PRIO_PROCESS, 0)
os.sched_yield(); os.sched_getaffinity(0); os.getrandom(1); os.close(os.memfd_create("x"))
signal.signal(signal.SIGUSR1, lambda *a: None); os.kill(os.getpid(), signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0); time.sleep(0.001)
subprocess.run(["true"])
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
`

// What the running kernel itself calls the number of a call in progress: at
// each entry raw_syscalls:sys_enter gives the number and the event of
// syscalls:sys_enter_* the name.
func TestNumbersAgainstTrace(t *testing.T) {
	trace := traceWorkload(t)
	seen := map[string]bool{}
	for _, c := range tracedCalls(t, trace) {
		if c.half == hasNumber {
			t.Logf("%d has no event", c.nr)
			continue
		}
		if got := syscalls.Native().Syscall(c.nr); got != c.name {
			t.Errorf("%d is %q, the kernel traces it as %q", c.nr, got, c.name)
		}
		seen[c.name] = true
	}
	if len(seen) < 50 {
		t.Errorf("only %d different calls were traced", len(seen))
	}
	t.Logf("%d different calls", len(seen))
}

// tracedCall is one entry into the kernel: its number, and its name where the
// kernel has an event for it.
type tracedCall struct {
	nr   uint32
	name string
	half uint8 // which of the two were seen
}

const (
	hasNumber = 1 << iota
	hasName
)

// tracedCalls pairs numbers and names. Both are recorded at entry, the exit
// ends a pair: so a call without a name takes nobody else's, in either order.
func tracedCalls(t *testing.T, trace string) []tracedCall {
	t.Helper()
	renamed := map[string]string{ // after the function, sys_newstat
		"newfstat": "fstat", "newlstat": "lstat", "newstat": "stat", "newuname": "uname",
		"sendfile64": "sendfile", "umount": "umount2", "fadvise64_64": "fadvise64",
	}
	var calls []tracedCall
	pending := map[string]tracedCall{} // by thread id
	end := func(tid string) {
		c := pending[tid]
		if c.half == hasName {
			t.Errorf("%s in thread %s has no number", c.name, tid)
		} else if c.half != 0 {
			calls = append(calls, c)
		}
		delete(pending, tid)
	}
	for line := range strings.Lines(trace) {
		tid, event, ok := traceLine(line)
		if !ok {
			continue
		}
		c := pending[tid]
		if text, ok := strings.CutPrefix(event, "sys_enter: NR "); ok {
			if c.half&hasNumber != 0 {
				t.Errorf("thread %s enters twice: %s", tid, line)
			}
			number, _, _ := strings.Cut(text, " ")
			nr, err := strconv.ParseUint(number, 10, 32)
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			c.nr, c.half = uint32(nr), c.half|hasNumber
			pending[tid] = c
		} else if strings.HasPrefix(event, "sys_exit: NR ") {
			end(tid)
		} else if name, _, ok := strings.Cut(strings.TrimPrefix(event, "sys_"), "("); ok && !strings.Contains(name, " ") {
			if c.half&hasName != 0 {
				t.Errorf("thread %s enters twice: %s", tid, line)
			}
			if real, ok := renamed[name]; ok {
				name = real
			}
			c.name, c.half = name, c.half|hasName
			pending[tid] = c
		}
	}
	for tid := range pending { // exit and exit_group
		end(tid)
	}
	return calls
}

// traceLine splits "  comm-tid  [cpu] flags time: event" (the kernel's
// Documentation/trace/ftrace.rst); a comm may hold anything.
func traceLine(line string) (tid, event string, ok bool) {
	if strings.HasPrefix(line, "#") {
		return "", "", false
	}
	head, event, ok := strings.Cut(line, ": sys_")
	i := strings.LastIndex(head, " [")
	if !ok || i < 0 {
		return "", "", false
	}
	head = strings.TrimSpace(head[:i])
	return head[strings.LastIndexByte(head, '-')+1:], "sys_" + strings.TrimSpace(event), true
}

// traceWorkload runs the workload and returns what the kernel traced of it and
// of its children, in a trace instance of its own.
func traceWorkload(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		skip(t, "no python3")
	}
	dir := traceInstance(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", workload, "sh", t.TempDir(), pythonWorkload)
	cmd.WaitDelay = time.Second // for what a killed one leaves behind
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
		t.Error(err)
	}
	setTrace(t, dir, "set_event_pid", strconv.Itoa(cmd.Process.Pid))
	setTrace(t, dir, "events/raw_syscalls/enable", "1")
	setTrace(t, dir, "events/syscalls/enable", "1")
	setTrace(t, dir, "tracing_on", "1") // numbers and names from the same call on
	if _, err := io.WriteString(in, "go\n"); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the workload failed: %v\n%s", err, &stderr)
	}
	setTrace(t, dir, "events/enable", "0")
	trace, err := os.ReadFile(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	var held, written int // less is held where the buffer was too small
	_, counts, _ := strings.Cut(string(trace), "# entries-in-buffer/entries-written: ")
	if _, err := fmt.Sscanf(counts, "%d/%d", &held, &written); err != nil || held != written {
		t.Errorf("the trace holds %d of %d entries, %v", held, written, err)
	}
	return string(trace)
}

// traceInstance makes an instance that follows forks and holds the whole
// trace, and removes it when the test ends.
func traceInstance(t *testing.T) string {
	t.Helper()
	const initNamespace = "pid:[4026531836]" // PROC_PID_INIT_INO; the trace's pids are of there
	if ns, err := os.Readlink("/proc/self/ns/pid"); err != nil || ns != initNamespace {
		skip(t, fmt.Sprintf("tracing by pid needs the first pid namespace: %s, %v", ns, err))
	}
	root := filepath.Dir(filepath.Dir(tracefs(t)))
	dir := filepath.Join(root, "instances", fmt.Sprintf("jail-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o700); err != nil {
		skip(t, "no trace instance: "+err.Error())
	}
	t.Cleanup(func() {
		setTrace(t, dir, "events/enable", "0")
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	setTrace(t, dir, "tracing_on", "0")
	setTrace(t, dir, "options/event-fork", "1")
	setTrace(t, dir, "buffer_size_kb", "8192") // for each CPU
	return dir
}

// setTrace sets one of tracefs's files. It reports and goes on: a test that has
// made an instance must get to remove it.
func setTrace(t *testing.T, dir, file, value string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(value), 0); err != nil {
		t.Error(err)
	}
}
