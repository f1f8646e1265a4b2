package syscalls_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// skip ends a test that this machine cannot run. Where JAIL_TEST_NO_SKIP=1 the
// machine is meant to run them all, and it fails.
func skip(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("JAIL_TEST_NO_SKIP") == "1" {
		t.Fatal("would skip: " + reason)
	}
	t.Skip(reason)
}

// lines calls f for every line of a file.
func lines(t *testing.T, name string, f func(line string)) {
	t.Helper()
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	for s.Scan() {
		f(s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// unixFile returns the path of a source file of golang.org/x/sys/unix.
func unixFile(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "unix", name)
}

// include returns the path of a kernel header as Debian or Fedora install it.
func include(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range []string{"/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	skip(t, "no <"+name+">: the kernel's headers are not installed (linux-libc-dev)")
	return ""
}
