package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asUser returns the words that run a program as a user with no privileges,
// and as many processes as nproc.
func asUser(t *testing.T, uid, nproc int) []string {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "only root can become another user")
	}
	return []string{tool(t, "setpriv", "util-linux"), fmt.Sprintf("--reuid=%d", uid), fmt.Sprintf("--regid=%d", uid), "--clear-groups",
		tool(t, "prlimit", "util-linux"), fmt.Sprintf("--nproc=%d", nproc)}
}

// policyFile writes a policy that every user can read.
func policyFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(openDir(t), "policy.toml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// openDir is a directory that every user may write to.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "jail-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

const denyGetppid = "default = \"allow\"\n[[rule]]\nsyscalls = [\"getppid\"]\naction = \"deny\"\n"

// A program whose memory the monitor may not read can't hide the flag with
// which a child leaves its tracer: it gets no such child.
func TestUntracedBehindUnreadableMemory(t *testing.T) {
	user := asUser(t, 61001, 100)
	for _, flag := range []string{"--quiet", "--audit"} {
		argv := append(user, filepath.Join(binDir, "jail"), "-p", policyFile(t, denyGetppid), "--summary", flag, filepath.Join(binDir, "probe"), "-undumpable", "-untraced3", "getppid")
		if o := start(t, argv, nil); strings.Contains(o.stdout, "getppid") || !strings.Contains(o.stderr, "clone3: function not implemented") {
			t.Errorf("%s: %+v", flag, o)
		}
	}
}

// The program can't trace for itself what the monitor is to answer, in a task
// that got away from it.
func TestNoSeccompTracer(t *testing.T) {
	seize, setOptions := "0x4206", "0x4200"
	for _, request := range []string{seize, setOptions} {
		if o, _ := jailed(t, nil, "ptrace", request, "0", "0", "0x80"); o.stdout != "ptrace: EPERM\n" {
			t.Errorf("%s with PTRACE_O_TRACESECCOMP: %+v", request, o)
		}
		if o, _ := jailed(t, nil, "ptrace", request, "0", "0", "0"); o.stdout != "ptrace: ESRCH\n" {
			t.Errorf("%s without: %+v", request, o)
		}
	}
}

// What the program's own filter hands to a tracer fails, as it does where
// nobody traces: this tracer is not the program's.
func TestProgramsOwnTraceAction(t *testing.T) {
	bare := start(t, []string{filepath.Join(binDir, "probe"), "-selftrace", "getuid"}, nil)
	if bare.stdout != "getuid: ENOSYS\n" {
		t.Fatalf("bare: %+v", bare)
	}
	for _, flags := range [][]string{nil, {"--audit"}, {"--no-monitor"}} {
		if o, events := jailed(t, flags, "-selftrace", "getuid"); o.stdout != bare.stdout || len(events) != 0 {
			t.Errorf("%v: %+v, logged %+v", flags, o, events)
		}
	}
	// And data of its own does not change the policy's answer.
	if o, events := jailed(t, nil, "-selftrace", "getppid"); o.stdout != "getppid: EPERM\n" || len(events) != 1 {
		t.Errorf("%+v, logged %+v", o, events)
	}
}

// A program that uses up its user's processes does not starve its monitor.
func TestNoMoreProcesses(t *testing.T) {
	dir := openDir(t)
	argv := append(asUser(t, 61002, 60), filepath.Join(binDir, "jail"), "-p", policyFile(t, denyGetppid), "--log", filepath.Join(dir, "log"), "--log-format", "json",
		filepath.Join(binDir, "probe"), "-fill", "-times", "3000", "getppid")
	o := start(t, argv, nil)
	if o.status != 0 || strings.Count(o.stdout, "getppid: EPERM\n") != 3000 {
		t.Errorf("status %v, %d answers, %s", o.status, strings.Count(o.stdout, "\n"), o.stderr)
	}
	var sum uint64
	for _, ev := range readLog(t, filepath.Join(dir, "log")) {
		sum += ev.Count
	}
	if sum != 3000 {
		t.Errorf("%d of 3000 calls logged", sum)
	}
}

// A policy that takes its time to load does not change the launch.
func TestLargePolicies(t *testing.T) {
	var b strings.Builder
	b.WriteString("default = \"allow\"\n")
	for i := range 300 {
		fmt.Fprintf(&b, "[[rule]]\nsyscalls = [\"ioctl\"]\nwhen = \"cmd == %d\"\naction = \"deny\"\n", 70000+i)
	}
	conditions := policyFile(t, b.String())
	comments := policyFile(t, denyGetppid+strings.Repeat("# a line that says nothing\n", 30000))
	for _, policy := range []string{conditions, comments} {
		for range 3 {
			o := start(t, []string{filepath.Join(binDir, "jail"), "-p", policy, "/bin/echo", "ran"}, nil)
			if o.status != 0 || o.stdout != "ran\n" {
				t.Errorf("%+v", o)
			}
		}
	}
}

// Children that are killed at any moment of their lives leave no traces: the
// monitor knows when the last one is gone.
func TestKilledChildrenAreForgotten(t *testing.T) {
	script := "i=0; while [ $i -lt 60 ]; do probe -fork -times 20 getpgrp >/dev/null 2>&1 & kill -9 $!; i=$((i+1)); done; wait"
	for range 5 {
		log := filepath.Join(t.TempDir(), "log")
		argv := []string{filepath.Join(binDir, "jail"), "-p", policyFile(t, denyGetppid), "--log", log, "--summary", "-q", "/bin/sh", "-c", script + "; probe getppid"}
		o := start(t, argv, []string{"PATH=" + binDir + ":/usr/bin:/bin"})
		if text, _ := os.ReadFile(log); !strings.Contains(string(text), "getppid") {
			t.Fatalf("%+v; the log holds %q", o, text)
		}
	}
}
