package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The committed tables must be what the generator writes.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	const dir = "../.."
	committed, err := filepath.Glob(filepath.Join(dir, "z*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range committed {
		if files[filepath.Base(path)] == nil {
			t.Errorf("%s is not generated", path)
		}
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what go generate writes", name)
		}
	}
}

func TestMergeConflicts(t *testing.T) {
	numbers := map[uint32]string{0: "read"}
	if err := merge(numbers, []entry{{0, "read"}, {1, "write"}}, asIs); err != nil {
		t.Error(err)
	}
	if err := merge(numbers, []entry{{1, "writev"}}, asIs); err == nil {
		t.Error("a number with two names passed")
	}
	if err := unambiguous(map[uint32]string{0: "read", 1: "write"}); err != nil {
		t.Error(err)
	}
	if err := unambiguous(map[uint32]string{0: "read", 1: "read"}); err == nil {
		t.Error("a name with two numbers passed")
	}
}

func TestUnknownTypeFails(t *testing.T) {
	types, err := loadTypes()
	if err != nil {
		t.Fatal(err)
	}
	for field, ok := range map[string]bool{
		"int fd":                     true,
		"const char * name":          true,
		"const void *const attr":     true,
		"const clockid_t clock":      true,
		"frob_t frob":                false,
		"struct frob frob":           false,
		"const enum frob_kind which": false,
		"fd":                         false, // no type at all
	} {
		if _, err := parseArgs(&abi{name: "x86_64"}, types, []string{field}); (err == nil) != ok {
			t.Errorf("%q: %v", field, err)
		}
	}
}

func TestConstantConflicts(t *testing.T) {
	for _, test := range []struct {
		record string
		ok     bool
	}{
		{"*\tNEW\t1", true},
		{"*\tOLD\t7", true},           // the same again
		{"amd64\tOLD\t8", false},      // another value
		{"amd64\tOLD\t8\t7", true},    // another value, said to be so
		{"amd64\tOLD\t8\t6", false},   // but what it replaces is wrong
		{"amd64\tGONE\t8\t0", false},  // or not there
		{"amd64\tNEW\tone", false},    // no number
		{"amd64\tNEW", false},         // too short
		{"amd64\tNEW\t8\tone", false}, // no number
	} {
		c := constants{"OLD": {"amd64": 7, "386": 7, "arm64": 7}}
		if err := c.addRecord(strings.Split(test.record, "\t")); (err == nil) != test.ok {
			t.Errorf("%q: %v", test.record, err)
		}
	}
}

func TestGroupLoops(t *testing.T) {
	sets := map[string]*set{
		"@a": {direct: []string{"read", "@b"}},
		"@b": {direct: []string{"write", "@c"}},
		"@c": {direct: []string{"@a"}},
		"@d": {direct: []string{"@nosuch"}},
	}
	for _, name := range []string{"@a", "@d"} {
		if err := flatten(sets, name, map[string]bool{}, nil); err == nil {
			t.Errorf("%s passed", name)
		}
	}
}
