package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// nobody is a user without rights and without a home.
const nobody = 65534

// jail needs no privilege: what root can jail, another user can, in each of
// the ways.
func TestAsAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		skip(t, "only root can become another user")
	}
	user := func(policy string) []way {
		all := as(nobody, ways(t, policy))
		return slices.Concat(all[:2], all[4:]) // bare, enforcing, and the dry run that has most to say
	}
	for _, j := range jobs() {
		switch j.name {
		case "bash", "git", "python", "node":
			t.Run(j.name, func(t *testing.T) {
				t.Parallel()
				j.run(t, user(j.policy))
			})
		}
	}
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		nginx(t, user("web"))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		redis(t, user("web"))
	})
	t.Run("python and curl", func(t *testing.T) {
		t.Parallel()
		pythonAndCurl(t, user("web"), user("web"))
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		w := user("web")[1]
		got := w.run(t, sharedDir(t), filepath.Join(binDir, "probe"), "-fork", "keyctl", "999", "0", "0", "0", "0")
		same(t, w.name, got, outcome{stdout: "keyctl: EPERM\n"})
		w.denied(t, "keyctl")
	})
	t.Run("unreadable", testUnreadable)
}

// A program that its user may execute but not read cannot be looked into by
// the monitor either (ptrace(2), access mode checking). It is mediated all the
// same.
func testUnreadable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(binDir, "probe"))
	if err != nil {
		t.Fatal(err)
	}
	dir := sharedDir(t)
	program := filepath.Join(dir, "unreadable")
	if err := os.WriteFile(program, text, 0o711); err != nil {
		t.Fatal(err)
	}
	all := as(nobody, ways(t, "web"))
	for _, w := range all[1:3] {
		got := w.run(t, dir, program, "-thread", "mount", "0", "s:/nonexistent", "0", "0", "0")
		same(t, w.name, got, outcome{stdout: "mount: EPERM\n"})
		w.denied(t, "mount")
	}
}
