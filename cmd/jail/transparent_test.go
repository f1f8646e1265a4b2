package main_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// outcome is all that a caller learns of a program.
type outcome struct {
	stdout, stderr string
	status         syscall.WaitStatus
}

// start runs argv with exactly this environment (os/exec would tidy it up) and
// these descriptors from 3 on.
func start(t *testing.T, argv, env []string, extra ...*os.File) outcome {
	t.Helper()
	var o outcome
	path := argv[0]
	if !strings.Contains(path, "/") {
		path = tool(t, path, "coreutils")
	}
	outR, outW := pipe(t)
	errR, errW := pipe(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	p, err := os.StartProcess(path, argv, &os.ProcAttr{Env: env, Files: append([]*os.File{null, outW, errW}, extra...)})
	if err != nil {
		t.Fatal(err)
	}
	outW.Close()
	errW.Close()
	errs := make(chan string)
	go func() { errs <- drain(errR) }()
	o.stdout = drain(outR)
	o.stderr = <-errs
	state, err := p.Wait()
	if err != nil {
		t.Fatal(err)
	}
	o.status = state.Sys().(syscall.WaitStatus)
	return o
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func drain(f *os.File) string {
	defer f.Close()
	b, _ := io.ReadAll(f)
	return string(b)
}

// modes are the ways to run a program under jail that must not change it.
func modes() map[string][]string {
	jail := filepath.Join(binDir, "jail")
	allow := filepath.Join("testdata", "allow.toml")
	return map[string][]string{
		"kernel":    {jail, "--policy", allow, "--no-monitor"},
		"monitored": {jail, "--policy", allow},
		"audit":     {jail, "--audit", "--policy", "strict", "--log", os.DevNull},
	}
}

// fleeting matches what differs from one run to the next.
var fleeting = regexp.MustCompile(`\[\d+\]|/proc/\d+`)

// What a program finds when it starts is what it would find without jail.
func TestProgramFindsWhatTheCallerGave(t *testing.T) {
	file, err := os.Open("/etc/hostname")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	env := []string{"B=2", "A=1", "B=again", "EMPTY=", "noequals", "PATH=/usr/bin:/bin", "NL=a\nb"}
	for _, c := range []struct {
		name string
		argv []string
	}{
		{"environment", []string{"/bin/cat", "/proc/self/environ"}},
		{"arguments", []string{"/bin/cat", "/proc/self/cmdline"}},
		{"limits", []string{"/bin/cat", "/proc/self/limits"}},
		{"descriptors", []string{"/bin/ls", "-l", "--time-style=+", "/proc/self/fd"}},
		{"status", []string{"/bin/grep", "-Ev", "^(Pid|Tgid|NSpid|NStgid|PPid|NSpgid|NSsid|TracerPid|Seccomp.*|NoNewPrivs|.*ctxt_switches|Vm.*|Rss.*|Cpus_.*|Mems_.*|SigQ|Speculation.*):", "/proc/self/status"}},
		{"speculation", []string{"/bin/grep", "Speculation", "/proc/self/status"}},
		{"scheduling", []string{"/bin/cat", "/proc/self/oom_score_adj", "/proc/self/personality", "/proc/self/coredump_filter", "/proc/self/timerslack_ns"}},
		{"process group", []string{"/bin/sh", "-c", "read -r pid comm state ppid pgrp sid tty rest </proc/$$/stat; echo $comm $ppid $pgrp $sid $tty"}},
		{"no child", []string{"python3", "-c", "import os\ntry:\n  os.wait()\nexcept ChildProcessError as e: print(e)"}},
		{"working directory", []string{"/bin/pwd"}},
		{"name", []string{"/bin/sh", "-c", "echo $0; umask; ulimit -n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(c.argv[0], "/") {
				c.argv[0] = tool(t, c.argv[0], c.argv[0])
			}
			run := func(argv []string) outcome {
				o := start(t, argv, env, file)
				o.stdout = fleeting.ReplaceAllString(o.stdout, "")
				return o
			}
			bare := run(c.argv)
			if bare.status != 0 || bare.stdout == "" {
				t.Fatalf("bare: %+v", bare)
			}
			for mode, prefix := range modes() {
				if got := run(append(prefix, c.argv...)); got != bare {
					t.Errorf("%s:\n%+v\nbare:\n%+v", mode, got, bare)
				}
			}
		})
	}
}

// The caller learns of the program's end as without jail.
func TestProgramEndsAsItDoes(t *testing.T) {
	env := []string{"PATH=/usr/bin:/bin"}
	script := func(s string) []string { return []string{"/bin/sh", "-c", s} }
	cases := [][]string{
		script("exit 0"), script("exit 1"), script("exit 125"), script("exit 255"),
		script("echo out; echo err >&2; exit 3"),
		script("(exit 7); echo $?; sh -c 'kill -9 $$'; echo $?"),
		script("trap 'echo got it' USR1; kill -USR1 $$; echo on"),
		script("kill -CONT $$; echo still here"),
	}
	for _, sig := range []string{"HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "FPE", "KILL", "SEGV", "PIPE", "ALRM", "TERM", "USR1", "SYS", "XCPU", "RTMIN", "RTMAX"} {
		cases = append(cases, script("ulimit -c 0; kill -"+sig+" $$"))
	}
	for _, argv := range cases {
		bare := start(t, argv, env)
		for mode, prefix := range modes() {
			if got := start(t, append(prefix, argv...), env); got != bare {
				t.Errorf("%s, %s: %+v, bare %+v", argv[2], mode, got, bare)
			}
		}
	}
}

// jail's own failures have codes and sentences of their own.
func TestOwnFailures(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	noExec := write("data", "x", 0o644)
	noShebang := write("script", "echo from a script $1\n", 0o755)
	badELF := write("elf", "\x7fELF\x00\x00", 0o755)
	env := []string{"PATH=/usr/bin:/bin"}
	for _, c := range []struct {
		argv []string
		code int
		says string
	}{
		{[]string{"/nonexistent/x"}, 127, "jail: /nonexistent/x: program not found"},
		{[]string{"no-such-program"}, 127, "jail: no-such-program: program not found"},
		{[]string{noExec}, 126, "jail: " + noExec + ": cannot be executed: permission denied"},
		{[]string{dir}, 126, "jail: " + dir + ": cannot be executed: permission denied"},
		{[]string{badELF}, 126, ""},
		{[]string{noShebang, "yes"}, 0, ""},
		{[]string{""}, 127, "jail: : program not found"},
	} {
		for _, policy := range []string{"default", "strict"} {
			for _, more := range [][]string{nil, {"--no-monitor"}, {"--audit"}} {
				argv := append([]string{filepath.Join(binDir, "jail"), "--log", os.DevNull, "--policy", policy}, more...)
				if policy == "strict" && c.code != 127 && more == nil {
					continue // the shell that execvp falls back on cannot run there
				}
				got := start(t, append(argv, c.argv...), env)
				if c.code == 0 {
					if policy == "default" && got.stdout != "from a script yes\n" {
						t.Errorf("%q: %+v", c.argv, got)
					}
					continue
				}
				if got.status.ExitStatus() != c.code && c.argv[0] != badELF {
					t.Errorf("%q %s %v: exit status %d, want %d", c.argv, policy, more, got.status.ExitStatus(), c.code)
				}
				if c.says != "" && strings.TrimSpace(got.stderr) != c.says {
					t.Errorf("%q %s %v: says %q, want %q", c.argv, policy, more, got.stderr, c.says)
				}
			}
		}
	}
}
