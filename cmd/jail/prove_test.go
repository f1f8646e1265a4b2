package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProveDocker: Docker's default profile, as moby ships it, is compiled to
// what it says.
func TestProveDocker(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/profiles/seccomp").Output()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "docker.json")
	if err := os.WriteFile(file, profile, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(binDir, "jail"), "check", "--prove", file).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), file+": proven: ") {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", out)
}
