// Package libseccomp lets tests compare programs with those that libseccomp
// makes of the same rules. It needs gcc and libseccomp-dev.
package libseccomp

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

//go:embed testdata/libseccomp.c
var source []byte

// Compiler is libseccomp, as this machine has it.
type Compiler struct{ path string }

// New builds the program that calls libseccomp; the test is skipped where it
// can't be built.
func New(t testing.TB) *Compiler {
	t.Helper()
	c := &Compiler{filepath.Join(t.TempDir(), "libseccomp")}
	cmd := exec.Command("gcc", "-O1", "-Wall", "-o", c.path, "-x", "c", "-", "-lseccomp")
	cmd.Stdin = bytes.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		bpftest.Skip(t, fmt.Sprintf("needs gcc and libseccomp-dev: %v\n%s", err, out))
	}
	return c
}

// Shapes of a program: libseccomp's default, and what
// SCMP_FLTATR_CTL_OPTIMIZE=2 makes, a binary tree of the numbers.
const (
	Plain = 1
	Tree  = 2
)

// Filter is what seccomp_init and seccomp_rule_add are told.
type Filter struct {
	Shape   int
	Default uint32 // SECCOMP_RET_* for a call that no rule names
	BadArch uint32 // for a call of another ABI
	Rules   []Rule
}

// Rule is a call to seccomp_rule_add_array for the machine's own ABI.
type Rule struct {
	Action uint32 // SECCOMP_RET_*
	Nr     uint32
	Args   []Arg // all must hold
}

// Arg is a struct scmp_arg_cmp.
type Arg struct {
	Index uint8
	Op    Op
	A, B  uint64 // the value, or the mask and the value
}

// Op is an enum scmp_compare.
type Op uint8

// The comparisons of <seccomp.h>.
const (
	NE Op = iota + 1
	LT
	LE
	EQ
	GE
	GT
	MaskedEQ
)

// Compile returns the programs for all filters.
func (c *Compiler) Compile(t testing.TB, filters ...Filter) []bpf.Program {
	t.Helper()
	var in bytes.Buffer
	for _, f := range filters {
		fmt.Fprintf(&in, "policy %d %d %d\n", f.Shape, f.Default, f.BadArch)
		for _, r := range f.Rules {
			fmt.Fprintf(&in, "rule %d %d %d", r.Action, r.Nr, len(r.Args))
			for _, a := range r.Args {
				fmt.Fprintf(&in, " %d %d %d %d", a.Index, a.Op, a.A, a.B)
			}
			fmt.Fprintln(&in)
		}
		fmt.Fprintln(&in, "end")
	}
	cmd := exec.Command(c.path)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []bpf.Program
	for len(out) > 0 {
		size := binary.NativeEndian.Uint32(out)
		p, err := bpf.Decode(out[4 : 4+size])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
		out = out[4+size:]
	}
	if len(list) != len(filters) {
		t.Fatalf("%d programs for %d filters", len(list), len(filters))
	}
	return list
}
