package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jail/sandbox/bpf"
)

// TestBubblewrap: the bytes that jail compile writes are a filter for others.
// bubblewrap starts a program under it, and the calls get the policy's answers.
func TestBubblewrap(t *testing.T) {
	bwrap := tool(t, "bwrap", "bubblewrap")
	dir := t.TempDir()
	policy := filepath.Join(dir, "p.toml")
	text := `
extends = ["cli"]
[[rule]]
syscalls = ["sysinfo"]
action = "deny"
errno = "ECHRNG"
[[rule]]
syscalls = ["getpriority"]
when = "who == 77"
action = "deny"
errno = "EXFULL"
`
	if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bytesFile := filepath.Join(dir, "filter")
	if out, err := exec.Command(filepath.Join(binDir, "jail"), "compile", "--raw", "-o", bytesFile, policy).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	for _, row := range []struct {
		call []string
		want string
	}{
		{[]string{"sysinfo", "0"}, "sysinfo: ECHRNG"},
		{[]string{"getpriority", "0", "77"}, "getpriority: EXFULL"},
		{[]string{"getpriority", "0", "0"}, "getpriority: ok"},
		{[]string{"mount", "0", "0", "0", "0", "0"}, "mount: EPERM"},
		{[]string{"io_uring_setup", "0", "0"}, "io_uring_setup: EPERM"},
	} {
		f, err := os.Open(bytesFile)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bwrap, append([]string{"--dev-bind", "/", "/", "--seccomp", "3", filepath.Join(binDir, "probe")}, row.call...)...)
		cmd.ExtraFiles = []*os.File{f}
		out, err := cmd.CombinedOutput()
		f.Close()
		if err != nil && strings.HasPrefix(string(out), "bwrap:") {
			skip(t, "bubblewrap does not work here: %s", out)
		}
		if got := strings.TrimSpace(string(out)); err != nil || !strings.HasPrefix(got, row.want) {
			t.Errorf("%v: %s (%v), want %s", row.call, got, err, row.want)
		}
	}
}

// TestCompileRaw: stdout gets the same bytes as a file, and they are a program
// that the kernel takes; audit and architecture make another.
func TestCompileRaw(t *testing.T) {
	jail := filepath.Join(binDir, "jail")
	file := filepath.Join(t.TempDir(), "filter")
	seen := map[string]bool{}
	for _, flags := range [][]string{{"--arch=x86_64"}, {"--arch=aarch64"}, {"--arch=x86_64", "--audit"}} {
		args := append([]string{"compile", "--raw", "web"}, flags...)
		out, err := exec.Command(jail, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if err := exec.Command(jail, append(args, "-o", file)...).Run(); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(out, written) {
			t.Errorf("%v: %d bytes to stdout, %d to the file (%v)", flags, len(out), len(written), err)
		}
		p, err := bpf.Decode(out)
		if err != nil || p.Validate() != nil {
			t.Errorf("%v: %v %v", flags, err, p.Validate())
		}
		if seen[string(out)] {
			t.Errorf("%v: the same as another", flags)
		}
		seen[string(out)] = true
	}
}
