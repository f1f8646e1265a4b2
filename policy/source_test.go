package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // past the umask
		t.Fatal(err)
	}
	return path
}

func TestOSReadsFilesAndBuiltins(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "web.toml", "default = \"kill\"", 0o644)
	src := &OS{Builtin: func(name string) (string, bool) { return "default = \"log\"", name == "base" }}
	if a, _ := mustLoad(t, src, path).Default(); a != Kill {
		t.Errorf("file: default %v", a)
	}
	if a, _ := mustLoad(t, src, "base").Default(); a != Log {
		t.Errorf("built-in: default %v", a)
	}
}

func TestOSSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "mine", "", 0o644)
	write(t, dir, "other.toml", "", 0o644)
	write(t, dir, "large.toml", strings.Repeat("#", maxSize+1), 0o644)
	write(t, dir, "full.toml", strings.Repeat("#", maxSize), 0o644)
	if err := os.Mkdir("dir.toml", 0o755); err != nil {
		t.Fatal(err)
	}
	src := &OS{
		Builtin: func(name string) (string, bool) { return "", name == "web" || name == "cli" },
		Names:   func() []string { return []string{"web", "cli"} },
	}
	for ref, want := range map[string]string{
		"none.toml":  "none.toml: cannot be read: no such file or directory",
		"dir.toml":   "dir.toml: is a directory",
		"large.toml": "large.toml: is larger than 1 MiB",
		"full.toml":  "",
		"./mine":     "",
		"mine":       `mine: is no built-in policy; for the file of that name write "./mine"`,
		"other":      `other: is no built-in policy; for the file write "other.toml"`,
		"wbe":        `wbe: is no built-in policy (did you mean "web"?)`,
		"server":     "server: is no built-in policy; there are web, cli",
		"":           "is no built-in policy; there are web, cli",
		"web":        "",
		"a\x1b.toml": `"a\x1b.toml": cannot be read: no such file or directory`,
	} {
		if got := strings.Join(lines(t, src, ref), "\n"); got != want {
			t.Errorf("%s:\n got %s\nwant %s", ref, got, want)
		}
	}
}

func TestOSTrustsOwnersOnly(t *testing.T) {
	dir := t.TempDir()
	me := uint32(os.Getuid())
	for _, c := range []struct {
		mode   os.FileMode
		owners []uint32
		want   string
	}{
		{0o644, []uint32{me}, ""},
		{0o600, []uint32{me + 1, me}, ""},
		{0o666, nil, ""},
		{0o646, []uint32{me}, "can be written by everyone, so root does not take policies from it: chmod go-w FILE"},
		{0o664, []uint32{me}, "can be written by its group, so root does not take policies from it: chmod go-w FILE"},
		{0o644, []uint32{me + 1}, "belongs to user "},
	} {
		path := write(t, dir, "web.toml", "", c.mode)
		_, err := (&OS{Owners: c.owners}).Read(path)
		want := strings.ReplaceAll(c.want, "FILE", path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%v %v: got %v, want %q", c.mode, c.owners, err, want)
		}
	}
	// What a policy extends is held to the same.
	write(t, dir, "open.toml", "", 0o666)
	top := write(t, dir, "top.toml", `extends = ["open.toml"]`, 0o644)
	got := strings.Join(lines(t, &OS{Owners: []uint32{me}}, top), "\n")
	if !strings.Contains(got, `top.toml:1:12: "open.toml" can be written by everyone`) {
		t.Errorf("extended file: %s", got)
	}
}

func TestOwners(t *testing.T) {
	for _, c := range []struct {
		euid int
		sudo string
		want []uint32
	}{
		{1000, "", nil},
		{1000, "0", nil},
		{0, "", []uint32{0}},
		{0, "1000", []uint32{0, 1000}},
		{0, "-1", []uint32{0}},
		{0, "1e3", []uint32{0}},
	} {
		got := Owners(c.euid, c.sudo)
		if len(got) != len(c.want) || (got == nil) != (c.want == nil) || len(got) > 1 && got[1] != c.want[1] {
			t.Errorf("Owners(%d, %q) = %v, want %v", c.euid, c.sudo, got, c.want)
		}
	}
}

// One file under two names is one file: its rules count once and a loop
// through it is found at once.
func TestOSKnowsAFileAgain(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.toml", `extends = ["b.toml", "link.toml"]`, 0o644)
	write(t, dir, "b.toml", okRule, 0o644)
	write(t, dir, "loop.toml", `extends = ["./../`+filepath.Base(dir)+`/loop.toml"]`, 0o644)
	if err := os.Symlink("b.toml", "link.toml"); err != nil {
		t.Fatal(err)
	}
	rec := &Recording{From: &OS{}}
	p := mustLoad(t, rec, "a.toml")
	if got := strings.Join(p.Files(), " "); got != "a.toml b.toml" {
		t.Errorf("files %s", got)
	}
	again := mustLoad(t, &Replay{Files: rec.Files()}, "a.toml")
	if got := strings.Join(again.Files(), " "); got != "a.toml b.toml" {
		t.Errorf("replayed files %s", got)
	}
	got := strings.Join(lines(t, &OS{}, "loop.toml"), "\n")
	if want := "loop.toml:1:12: extends goes in a circle: loop.toml → loop.toml"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"conf/web.toml": "conf/web.toml",
		"-rf":           "'./-rf'",
		"my web.toml":   "'my web.toml'",
		"it's.toml":     `'it'\''s.toml'`,
		"a\x1b.toml":    `"a\x1b.toml"`,
		"":              "''",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", in, got, want)
		}
	}
}
