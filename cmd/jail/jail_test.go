package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The end-to-end tests run the real binary, as a user would build it.
var binDir string

func TestMain(m *testing.M) {
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "jail-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// Another user must be able to run what is in there.
	os.Chmod(dir, 0o755)
	for name, pkg := range map[string]string{"jail": ".", "probe": "./testdata/probe", "goserver": "./testdata/goserver"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name), pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go build %s: %v\n%s", pkg, err, out)
			return 1
		}
	}
	binDir = dir
	return m.Run()
}

// skip skips a test that this machine can't run, and says why; where skipping
// is not allowed the test fails.
func skip(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("JAIL_TEST_NO_SKIP") == "1" {
		t.Fatalf("may not be skipped here: "+format, args...)
	}
	t.Skipf(format, args...)
}

// tool returns the path of a program that the test needs.
func tool(t testing.TB, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skip(t, "%s is not installed (Debian package %s)", name, debianPackage)
	}
	return path
}

// Each script under testdata/script is a session of a user's.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", binDir+string(filepath.ListSeparator)+os.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			case "amd64":
				return runtime.GOARCH == "amd64", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}
