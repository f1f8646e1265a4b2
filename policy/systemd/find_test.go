package systemd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes files below a new root; a value that begins with "->" is a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(text, "->"); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	const s = "[Service]\n"
	root := tree(t, map[string]string{
		"usr/lib/systemd/system/web.service":                s,
		"usr/lib/systemd/system/web.service.d/20-b.conf":    s,
		"usr/lib/systemd/system/web.service.d/10-a.conf":    s,
		"usr/lib/systemd/system/web.service.d/readme":       "no drop-in",
		"etc/systemd/system/web.service.d/20-b.conf":        s + "# this one counts\n",
		"run/systemd/system/web.service.d/30-c.conf":        s,
		"etc/systemd/system/web.service.d/40-off.conf":      s,
		"etc/systemd/system/web.service.d/50-masked.conf":   "",
		"usr/lib/systemd/system/service.d/05-all.conf":      s,
		"usr/lib/systemd/system/db.service":                 s,
		"etc/systemd/system/db.service":                     s + "# local\n",
		"usr/lib/systemd/system/old.service":                s,
		"etc/systemd/system/old.service":                    "->/dev/null",
		"usr/lib/systemd/system/at@.service":                s,
		"etc/systemd/system/at@.service.d/x.conf":           s,
		"etc/systemd/system/at@one.service.d/y.conf":        s,
		"usr/lib/systemd/system/a-b-c.service":              s,
		"etc/systemd/system/a-.service.d/x.conf":            s,
		"etc/systemd/system/a-b-.service.d/y.conf":          s,
		"etc/systemd/system/alias.service":                  "->../../../usr/lib/systemd/system/web.service",
		"usr/local/lib/systemd/system/web.service.d/1.conf": "->/dev/null",
		"usr/lib/systemd/system/web.service.d/1.conf":       s,
	})
	for name, want := range map[string]string{
		"web":           "/usr/lib/systemd/system/web.service 05-all.conf 10-a.conf 20-b.conf 30-c.conf 40-off.conf",
		"web.service":   "/usr/lib/systemd/system/web.service 05-all.conf 10-a.conf 20-b.conf 30-c.conf 40-off.conf",
		"alias":         "/etc/systemd/system/alias.service 05-all.conf 10-a.conf 20-b.conf 30-c.conf 40-off.conf",
		"db":            "/etc/systemd/system/db.service 05-all.conf",
		"at@one":        "/usr/lib/systemd/system/at@.service 05-all.conf x.conf y.conf",
		"a-b-c.service": "/usr/lib/systemd/system/a-b-c.service 05-all.conf x.conf y.conf",
		"old":           "/etc/systemd/system/old.service: is masked: systemd does not start this unit",
		"none": `no unit "none.service" in /etc/systemd/system, /run/systemd/system, /usr/local/lib/systemd/system, ` +
			`/usr/lib/systemd/system`,
		"":         `"" is no name of a unit`,
		".service": `".service" is no name of a unit`,
		"./none":   "./none: cannot be read: no such file or directory",
		"/usr":     "/usr: is a directory",
	} {
		files, err := find(root, name)
		var got []string
		for i, f := range files {
			if i > 0 {
				f.Name = filepath.Base(f.Name)
			}
			got = append(got, f.Name)
		}
		text := strings.Join(got, " ")
		if err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("%s:\n got %s\nwant %s", name, text, want)
		}
		for _, f := range files {
			if filepath.Base(f.Name) == "20-b.conf" && !strings.HasPrefix(f.Name, "/etc/") {
				t.Errorf("%s: took %s", name, f.Name)
			}
		}
	}
}

func TestFindReadsThePathAsGiven(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("mine.service", []byte("[Service]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := Find("./mine.service")
	if err != nil || len(files) != 1 || files[0].Name != "./mine.service" {
		t.Errorf("%v %v", files, err)
	}
	if _, err := Find("mine.service"); err == nil || !strings.HasSuffix(err.Error(), `; for the file of that name write "./mine.service"`) {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile("large.service", make([]byte, maxSize+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Find("./large.service"); err == nil || err.Error() != "./large.service: is larger than 1 MiB" {
		t.Errorf("%v", err)
	}
}
