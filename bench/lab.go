package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed c/*.c
var sources embed.FS

// lab is where the measuring is done: a directory of its own, with the binaries
// that are measured and those that measure.
type lab struct {
	dir   string
	jail  string // path of the jail binary
	built map[string]string
	files int // names given out
	quick bool
}

// newLab makes the directory and builds jail in it, unless the path of a
// binary is given.
func newLab(ctx context.Context, jail string, quick bool) (*lab, error) {
	dir, err := os.MkdirTemp("", "jail-bench-")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, jail: jail, built: make(map[string]string), quick: quick}
	// Servers change to a user of their own and still have to find their files.
	if err := os.Chmod(dir, 0o755); err != nil {
		l.close()
		return nil, err
	}
	if jail == "" {
		err = l.buildJail(ctx)
	} else {
		l.jail, err = filepath.Abs(jail)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) close() error { return os.RemoveAll(l.dir) }

func (l *lab) buildJail(ctx context.Context) error {
	l.jail = filepath.Join(l.dir, "jail")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", l.jail, "jail/cmd/jail")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	return nil
}

// helper returns the path of a C program of this directory, built when it is
// first asked for; statically where the machine has what that takes.
func (l *lab) helper(ctx context.Context, name string, libraries ...string) (string, error) {
	if path := l.built[name]; path != "" {
		return path, nil
	}
	text, err := sources.ReadFile("c/" + name + ".c")
	if err != nil {
		return "", err
	}
	source := filepath.Join(l.dir, name+".c")
	if err := os.WriteFile(source, text, 0o644); err != nil {
		return "", err
	}
	path := filepath.Join(l.dir, name)
	args := append([]string{"gcc", "-O2", "-pthread", "-o", path, source}, libraries...)
	_, err = output(ctx, anywhere, append(args, "-static")...)
	if err != nil {
		_, err = output(ctx, anywhere, args...)
	}
	if err != nil {
		return "", err
	}
	l.built[name] = path
	return path, nil
}

// helpers is helper for several.
func (l *lab) helpers(ctx context.Context, names ...string) (paths []string, err error) {
	for _, name := range names {
		path, err := l.helper(ctx, name)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// file returns a path in the lab that nothing has used before.
func (l *lab) file(name string) string {
	l.files++
	return filepath.Join(l.dir, strconv.Itoa(l.files)+"-"+name)
}

// pick returns how many times something is done: many, or few for a quick run.
func (l *lab) pick(many, few int) int {
	if l.quick {
		return few
	}
	return many
}

// absent says that a tool is not installed, or "" if it is.
func absent(tool string) string {
	if _, err := exec.LookPath(tool); err != nil {
		return tool + " is not installed"
	}
	return ""
}

// number reads what a measuring program has printed.
func number(text string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || x <= 0 {
		return 0, fmt.Errorf("no measurement: %q", text)
	}
	return x, nil
}
