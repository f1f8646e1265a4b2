package main_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// job is a program that runs to its end by itself.
type job struct {
	name   string
	policy string
	needs  []string // programs, each with its Debian package
	argv   []string
	fill   func(dir string) error // makes what the program works on
	denied []string               // calls that the policy refuses it, without harm
	skim   bool                   // the files it leaves differ from run to run
	fails  bool                   // it is meant to
	want   string                 // part of what it prints
}

func jobs() []job {
	list := []job{
		{name: "bash", policy: "cli", needs: []string{"bash", "bash"}, argv: []string{"bash", "../pipelines.sh"},
			want: "status 42", fails: true},
		{name: "git", policy: "cli", needs: []string{"git", "git"}, argv: []string{"bash", "../clone.sh"},
			want: "third", skim: true},
		{name: "sort", policy: "cli", argv: []string{"bash", "-c", "sort -S 1M -T . --parallel=2 big >sorted && sort -c sorted && wc -l <sorted"},
			fill: bigFile, want: "300000"},
		{name: "tar", policy: "cli", needs: []string{"gzip", "gzip"}, argv: []string{"bash", "../archive.sh"}, fill: smallTree, want: "same"},
		{name: "python", policy: "cli", needs: []string{"/usr/bin/python3", "python3"}, argv: []string{"/usr/bin/python3", "../threads.py"},
			want: "children [0, 1, 2, 3]"},
		{name: "node", policy: "cli", needs: []string{"node", "nodejs"}, argv: []string{"node", "../compute.js"}, want: "worker 832040"},
		{name: "gcc", policy: "default", needs: []string{"gcc", "gcc"}, argv: []string{"bash", "../compile.sh"}, want: "compiled", skim: true},
		{name: "killed", policy: "cli", argv: []string{"bash", "-c", "ulimit -c 0; echo first; kill -SEGV $$"}, fails: true, want: "first"},
	}
	// Not in every user's way of life, nor installed for the tests' sake.
	if _, err := exec.LookPath("java"); err == nil {
		list = append(list, job{name: "java", policy: "web", argv: []string{"java", "../Threads.java", "7"}, want: "status 7", fails: true})
	}
	return list
}

// Programs that run to their end print the same, leave the same files and end
// the same way, bare or jailed, and the policy that fits them refuses nothing
// that they need.
func TestPrograms(t *testing.T) {
	for _, j := range jobs() {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			j.run(t, ways(t, j.policy))
		})
	}
}

func (j *job) run(t *testing.T, ws []way) {
	for i := 0; i < len(j.needs); i += 2 {
		tool(t, j.needs[i], j.needs[i+1])
	}
	var bare outcome
	var left string
	for _, w := range ws {
		dir := w.workDir(t, j.fill)
		got := w.run(t, dir, j.argv...)
		files := tree(t, dir, !j.skim)
		if w.jail == nil {
			bare, left = got, files
			if (bare.status != 0) != j.fails || !strings.Contains(bare.stdout, j.want) {
				t.Fatalf("bare: %+v, want %q", bare, j.want)
			}
			continue
		}
		same(t, w.name, got, bare)
		if got, want := firstDifference(files, left); got != want {
			t.Errorf("%s leaves %q, bare %q", w.name, got, want)
		}
		w.denied(t, j.denied...)
	}
}

// bigFile is more than sort may hold in memory, so that it needs files.
func bigFile(dir string) error {
	f, err := os.Create(filepath.Join(dir, "big"))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300_000 {
		fmt.Fprintf(w, "%016x %016x %016x %016x\n", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// smallTree is something to archive.
func smallTree(dir string) error {
	for i := range 40 {
		sub := filepath.Join(dir, "tree", fmt.Sprint(i%4), fmt.Sprint(i%3))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			return err
		}
		name := filepath.Join(sub, fmt.Sprintf("file %d.txt", i))
		if err := os.WriteFile(name, []byte(strings.Repeat(name[len(dir):]+"\n", 50*i)), 0o644); err != nil {
			return err
		}
	}
	return os.Symlink("0/0", filepath.Join(dir, "tree", "link"))
}
