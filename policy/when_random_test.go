package policy

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jail/policy/syscalls"
)

// A condition's text beside its meaning, stated once more in Go's own
// arithmetic: arguments are converted to the C type's Go equivalent first.
type meaning func(args *[6]uint64) bool

// field is an argument of sched_setaffinity-like calls of every width.
type field struct {
	call, name string
	index      int
	signed     bool
	read       func(uint64) int64 // its value as the kernel sees it
	literals   []int64
}

var fields = []field{
	{"socket", "type", 1, true, func(v uint64) int64 { return int64(int32(v)) }, []int64{0, 1, -1, 2, 1 << 30, -1 << 31, 1<<31 - 1}},
	{"dup3", "newfd", 1, false, func(v uint64) int64 { return int64(uint32(v)) }, []int64{0, 1, 2, 1 << 31, 1<<32 - 1}},
	{"lseek", "offset", 1, true, func(v uint64) int64 { return int64(v) }, []int64{0, 1, -1, 1 << 32, -1 << 63, 1<<63 - 1}},
	{"chmod", "mode", 1, false, func(v uint64) int64 { return int64(uint16(v)) }, []int64{0, 1, 0o4755, 0xffff}},
}

func (f field) random(r *rand.Rand, depth int) (string, meaning) {
	if depth > 0 {
		switch r.IntN(4) {
		case 0:
			a, ma := f.random(r, depth-1)
			return "!(" + a + ")", func(v *[6]uint64) bool { return !ma(v) }
		case 1:
			a, ma := f.random(r, depth-1)
			b, mb := f.random(r, depth-1)
			return "(" + a + ") || (" + b + ")", func(v *[6]uint64) bool { return ma(v) || mb(v) }
		case 2:
			a, ma := f.random(r, depth-1)
			b, mb := f.random(r, depth-1)
			return "(" + a + ") && (" + b + ")", func(v *[6]uint64) bool { return ma(v) && mb(v) }
		}
	}
	return f.comparison(r)
}

func (f field) comparison(r *rand.Rand) (string, meaning) {
	left := f.name
	lit := func() int64 { return f.literals[r.IntN(len(f.literals))] }
	w, x := lit(), lit()
	value := func(v *[6]uint64) int64 { return f.read(v[f.index]) }
	switch r.IntN(4) {
	case 0:
		if w == 0 {
			w = 1
		}
		return fmt.Sprintf("%s has %d", left, w), func(v *[6]uint64) bool { return value(v)&w == w }
	case 1:
		return fmt.Sprintf("%s & %d == %d", left, w, w&x), func(v *[6]uint64) bool { return value(v)&w == w&x }
	case 2:
		word, in := "in", true
		if r.IntN(2) == 0 {
			word, in = "not in", false
		}
		return fmt.Sprintf("%s %s {%d, %d}", left, word, w, x), func(v *[6]uint64) bool { return (value(v) == w || value(v) == x) == in }
	}
	op := [...]string{"==", "!=", "<", "<=", ">", ">="}[r.IntN(6)]
	return fmt.Sprintf("%s %s %d", left, op, w), func(v *[6]uint64) bool {
		a := value(v)
		switch op {
		case "==":
			return a == w
		case "!=":
			return a != w
		case "<":
			return a < w
		case "<=":
			return a <= w
		case ">":
			return a > w
		}
		return a >= w
	}
}

// samples are registers around every literal, with garbage above 32 and 16 bits.
func (f field) samples() []uint64 {
	var out []uint64
	for _, l := range f.literals {
		for _, d := range []int64{-1, 0, 1} {
			v := uint64(l + d)
			out = append(out, v, v|0xdeadbeef<<32, v&0xffff|0xdead0000, v|1<<31, v|1<<63)
		}
	}
	return out
}

func TestRandomConditions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	proved := 0
	for i := range 20000 {
		f := fields[r.IntN(len(fields))]
		text, means := f.random(r, r.IntN(4))
		root, werr := parseWhen(text)
		if werr != nil {
			t.Fatalf("%q: at %d: %s", text, werr.off, werr.text)
		}
		b := binder{abi: syscalls.X86_64, call: f.call, report: func(int, Level, string) {}}
		e := b.bind(root) // conditions that never or always hold mean something too
		short, can, canNot := simplify(e), satisfiable(e), satisfiable(Not{e})
		if !can || !canNot {
			proved++
		}
		for _, v := range f.samples() {
			args := [6]uint64{v ^ 0x55, v, v ^ 0xaa}
			want := means(&args)
			if got := e.Eval(&args); got != want {
				t.Fatalf("%d: %q of %s: %v for %#x, want %v", i, text, f.call, got, v, want)
			}
			if got := short.Eval(&args); got != want {
				t.Fatalf("%d: %q of %s simplified to %v: %v for %#x, want %v", i, text, f.call, short, got, v, want)
			}
			if want && !can || !want && !canNot {
				t.Fatalf("%d: %q of %s: satisfiable %v, its opposite %v, but it is %v for %#x", i, text, f.call, can, canNot, want, v)
			}
		}
	}
	if proved < 1000 {
		t.Errorf("only %d conditions were found to have one outcome", proved)
	}
}

func TestUnsatisfiable(t *testing.T) {
	for _, c := range []struct {
		call, when string
		want       bool
	}{
		{"socket", "family == 1 && family == 2", false},
		{"socket", "family == 1 && type == 2", true},
		{"socket", "family in {1, 2} && family in {3, 4}", false},
		{"socket", "family in {1, 2} && family in {2, 3}", true},
		{"socket", "family > 3 && family < 4", false},
		{"socket", "family > 3 && family < 5 && family != 4", false},
		{"socket", "family > 0x7ffffffe && family != 0x7fffffff", false},
		{"socket", "family < 0 && family > 0", false},
		{"dup3", "newfd > 3 && newfd <= 3", false},
		{"lseek", "offset < -0x7fffffffffffffff && offset != -0x8000000000000000", false},
		{"openat", "flags & 3 == 1 && flags & 3 == 2", false},
		{"openat", "flags & 3 == 1 && flags & 6 == 4", true},
		{"openat", "flags has O_CREAT && !(flags has O_CREAT)", false},
		{"openat", "flags == 3 && flags has 4", false},
		{"openat", "(flags has 1 || flags has 2) && flags & 3 == 0", false},
		{"openat", "flags & 0xff > 0xf0 && flags & 0xff < 0xf1", false},
	} {
		e, off, problem := bound(syscalls.X86_64, c.call, c.when)
		if problem != "" {
			t.Errorf("%q: at %d: %s", c.when, off, problem)
		} else if got := satisfiable(e); got != c.want {
			t.Errorf("%q: satisfiable %v", c.when, got)
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{
		"family in {AF_UNIX, 2} && type & 0xf != SOCK_RAW", "!(flags has O_CREAT|O_TRUNC) || arg0 < -1",
		"mode & ~07000 >= 0x1_0", "((((arg1 == NULL))))", "fd not in {1,}", "a==1==1", "- ~ & | ! ) (", "=", "é",
	} {
		f.Add(s)
	}
	calls := []string{"socket", "openat", "chmod", "lseek", "clone", "getpid"}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		root, werr := parseWhen(text)
		if werr != nil {
			if werr.off < 0 || werr.off > len(text) || werr.text == "" {
				t.Fatalf("%q: error %+v", text, werr)
			}
			return
		}
		for _, call := range calls {
			b := binder{abi: syscalls.X86_64, call: call}
			b.report = func(off int, _ Level, msg string) {
				if off < 0 || off > len(text) || msg == "" {
					t.Fatalf("%q: at %d: %q", text, off, msg)
				}
			}
			e := b.bind(root)
			if b.failed {
				continue
			}
			short := simplify(e)
			for _, v := range []uint64{0, 1, 2, 3, 0x10, 0x1000, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 63, ^uint64(0)} {
				args := [6]uint64{v, v ^ 1, v + 1, ^v, v, v}
				if e.Eval(&args) != short.Eval(&args) {
					t.Fatalf("%q of %s: simplified to %v it differs for %#x", text, call, short, args)
				}
			}
		}
	})
}
