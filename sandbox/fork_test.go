package sandbox

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// childAside starts a shell aside and says whether it has any child of its own.
func childAside() {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		childFail("socketpair: %v", err)
	}
	script := `echo pid $$; read -r _ comm _ ppid pgrp sid _ </proc/$$/stat; echo ppid $ppid sid $sid; pwd`
	a := Aside{Path: "/bin/sh", Argv: []string{"sh", "-c", script}, Env: []string{"PATH=/bin:/usr/bin"},
		Files: []uintptr{uintptr(pair[1]), 1, 2}}
	pid, err := a.Start(pair[1], pair[0])
	if err != nil {
		childFail("start: %v", err)
	}
	_, err = unix.Wait4(-1, nil, unix.WALL|unix.WNOHANG, nil)
	fmt.Printf("started %d, launcher %d, wait4: %v\n", pid, os.Getpid(), err)
	os.Exit(0)
}

// What is started aside is nobody's child, leads a session and keeps none of
// the launcher's descriptors.
func TestAsideIsDetached(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := reenter("aside", nil)
	cmd.Stdout = w
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out, err := io.ReadAll(r) // ends when the shell aside has ended as well
	if err != nil {
		t.Fatal(err)
	}
	var started, launcher, pid, ppid, sid int
	for _, line := range lines(string(out)) {
		switch {
		case strings.HasPrefix(line, "started"):
			var rest string
			if _, err := fmt.Sscanf(line, "started %d, launcher %d, wait4: %s", &started, &launcher, &rest); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(line, unix.ECHILD.Error()) {
				t.Errorf("the launcher has a child: %s", line)
			}
		case strings.HasPrefix(line, "pid"):
			fmt.Sscanf(line, "pid %d", &pid)
		case strings.HasPrefix(line, "ppid"):
			fmt.Sscanf(line, "ppid %d sid %d", &ppid, &sid)
		}
	}
	if pid == 0 || pid != started {
		t.Errorf("Start returned %d, the process is %d\n%s", started, pid, out)
	}
	if sid != pid || ppid == launcher {
		t.Errorf("process %d has parent %d and session %d; launcher %d", pid, ppid, sid, launcher)
	}
	if !strings.Contains(string(out), "\n/\n") {
		t.Errorf("the working directory is pinned:\n%s", out)
	}
}

// Descriptors that are to go are closed by the program itself, so here only
// those that were named are looked at, and the signal mask.
func TestAsideBlocksSignals(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a := Aside{Path: "/bin/grep", Argv: []string{"grep", "SigBlk", "/proc/self/status"},
		Files: []uintptr{uintptr(pair[1]), w.Fd()}}
	if _, err := a.Start(pair[1], pair[0]); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out, err := io.ReadAll(r)
	if want := "SigBlk:\tfffffffffffbfeff\n"; err != nil || string(out) != want {
		t.Errorf("%q, %v; want all but SIGKILL and SIGSTOP blocked: %q", out, err, want)
	}
}

func TestAsideReportsFailure(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	a := Aside{Path: "/nonexistent", Argv: []string{"x"}, Files: []uintptr{uintptr(pair[1])}}
	if _, err := a.Start(pair[1], pair[0]); err != nil {
		t.Fatal(err)
	}
	unix.Close(pair[1])
	var word [4]byte
	if err := readFull(pair[0], word[:]); err != nil || int32(binary.NativeEndian.Uint32(word[:])) != -int32(unix.ENOENT) {
		t.Errorf("a program that could not be executed says %v, %v; want minus ENOENT", word, err)
	}
	if n, err := unix.Read(pair[0], word[:]); n != 0 || err != nil {
		t.Errorf("then read %d, %v; want end of file", n, err)
	}
	a.Files = make([]uintptr, maxFiles+1)
	if _, err := a.Start(0, 0); err == nil {
		t.Error("too many descriptors are accepted")
	}
}

func TestCandidates(t *testing.T) {
	for _, c := range []struct{ name, path, want string }{
		{"ls", "/bin:/usr/bin", "/bin/ls /usr/bin/ls"},
		{"ls", ":/bin", "ls /bin/ls"},
		{"ls", "/bin:", "/bin/ls ls"},
		{"./ls", "/bin", "./ls"},
		{"a/b", "/bin", "a/b"},
		{"", "/bin", ""},
	} {
		if got := strings.Join(candidates(c.name, c.path), " "); got != c.want {
			t.Errorf("candidates(%q, %q) = %q, want %q", c.name, c.path, got, c.want)
		}
	}
	if got := lookupPath([]string{"A=1", "PATH=/x", "PATH=/y"}); got != "/x" {
		t.Errorf("lookupPath takes %q, getenv(3) the first", got)
	}
	if got := lookupPath([]string{"XPATH=/x"}); got != defaultPath {
		t.Errorf("lookupPath without PATH = %q", got)
	}
}

// The process that starts something aside may be one that takes in orphans.
func TestAsideOfSubreaper(t *testing.T) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	a := Aside{Path: "/bin/cat", Argv: []string{"cat"}, Files: []uintptr{uintptr(pair[1]), uintptr(pair[1])}}
	pid, err := a.Start(pair[1], pair[0])
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(pair[1])
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	if ppid := strings.Fields(string(stat))[3]; ppid == fmt.Sprint(os.Getpid()) {
		t.Error("it is this process's child")
	}
	if !adopt(true) {
		t.Error("this process takes in no orphans any more")
	}
}
