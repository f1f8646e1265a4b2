package syscalls_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The package must not do anything when a program starts: the runtime's own
// trace of initialisation must not name it.
func TestNoInitWork(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	traced := false
	for line := range strings.Lines(string(out)) {
		traced = traced || strings.HasPrefix(line, "init runtime ")
		if strings.HasPrefix(line, "init jail/policy/syscalls ") {
			t.Errorf("initialisation costs: %s", line)
		}
	}
	if !traced {
		t.Fatalf("no trace in\n%s", out)
	}
}
