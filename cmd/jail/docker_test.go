package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"
)

// TestDockerDefault takes Docker's default profile for a policy, in each way
// that a user can: proven, run, converted, and converted back.
func TestDockerDefault(t *testing.T) {
	dir := t.TempDir()
	data, err := json.MarshalIndent(moby.DefaultProfile(), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "default.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	jail := func(args ...string) (out string) {
		cmd := exec.Command(filepath.Join(binDir, "jail"), args...)
		cmd.Dir = dir
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("jail %s: %v\n%s", strings.Join(args, " "), err, text)
		}
		return string(text)
	}
	jail("check", "default.json")
	if out := jail("check", "--prove", "default.json"); !strings.Contains(out, "default.json: proven") {
		t.Errorf("no proof: %s", out)
	}
	jail("import", "docker", "-o", "default.toml", "default.json")
	jail("diff", "default.json", "default.toml")
	jail("export", "docker", "-o", "again.json", "default.toml")
	jail("diff", "--arch", nativeArch(t), "default.json", "again.json")
	out := jail("--policy", "default.json", "sh", "-c", "mkdir d && ls -d d && ! unshare --user true")
	if !strings.Contains(out, "denied unshare(CLONE_NEWUSER) → EPERM") {
		t.Errorf("the profile lets unshare through: %s", out)
	}
}

func nativeArch(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("uname", "-m").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
