package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The test binary is its own test program: SANDBOX_TEST names what it does.
func TestMain(m *testing.M) {
	switch os.Getenv("SANDBOX_TEST") {
	case "":
		os.Exit(m.Run())
	case "dispositions":
		childDispositions()
	case "aside":
		childAside()
	}
}

func init() {
	if os.Getenv("SANDBOX_TEST") != "" {
		runtime.LockOSThread()
	}
}

func childFail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// childDispositions restores what it inherited and executes what follows.
func childDispositions() {
	d, ok := InheritedDispositions()
	if !ok {
		childFail("the runtime's record was not found")
	}
	d.restore()
	argv := os.Args[1:]
	childFail("%v", unix.Exec(argv[0], argv, nil))
}

func reenter(what string, before []string, after ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	argv := append(append(before, self), after...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "SANDBOX_TEST="+what)
	cmd.Stderr = os.Stderr
	return cmd
}

// The program must find the same signals ignored as without a Go program
// between it and the caller, for every signal.
func TestIgnoredSignalsAreHandedOn(t *testing.T) {
	for _, ignored := range []string{"", "PIPE", "PIPE,CHLD,TERM", "HUP,INT", "TTIN", "TTOU,TSTP", "URG,PROF,USR1", "all"} {
		env := []string{"/usr/bin/env", "--block-signal=USR2"}
		if ignored == "all" {
			env = append(env, "--ignore-signal")
		} else if ignored != "" {
			env = append(env, "--ignore-signal="+ignored)
		}
		show := []string{"/bin/grep", "^Sig[IB]", "/proc/self/status"}
		want, err := exec.Command(env[0], append(env[1:], show...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := reenter("dispositions", env, show...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("ignored %q: through the launcher\n%swithout\n%s", ignored, got, want)
		}
	}
}

// Likewise the signals that the caller blocked.
func TestBlockedSignalsAreHandedOn(t *testing.T) {
	show := []string{"/bin/grep", "^SigBlk", "/proc/self/status"}
	for _, block := range []string{"--block-signal", "--block-signal=TERM,CHLD,INT,PROF,USR1", "--default-signal"} {
		env := []string{"/usr/bin/env", block}
		want, err := exec.Command(env[0], append(env[1:], show...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := reenter("dispositions", env, show...).Output()
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: through the launcher %q, %v; without %q", block, got, err, want)
		}
	}
}

func TestSearchRecord(t *testing.T) {
	record := make([]uintptr, numSignals+1)
	record[13], record[21], record[22] = sigIgnore, 0x1234, 0x1234
	if !plausible((*[numSignals + 1]uintptr)(record), 21) {
		t.Error("a record as the runtime writes it is not taken for one")
	}
	record[40] = 2
	if plausible((*[numSignals + 1]uintptr)(record), 21) {
		t.Error("a word that no execve leaves behind passes for a disposition")
	}
	if searchRecord(0x1234, 21) != nil {
		t.Error("a marker that was set nowhere is found")
	}
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }
