package compare

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

type oneFile string

func (f oneFile) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(f)}, nil
}

func resolve(t testing.TB, text string) *policy.Rules {
	t.Helper()
	p, err := policy.Load("a.toml", oneFile(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Resolve(syscalls.X86_64)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func allowing(call, when string) string {
	text := "[[rule]]\nsyscalls = [" + strconv.Quote(call) + "]\naction = \"allow\"\n"
	if when != "" {
		text += "when = " + strconv.Quote(when) + "\n"
	}
	return text
}

func TestWhatDiffersReadsAsOneWouldSayIt(t *testing.T) {
	for _, c := range []struct {
		call, a, b string
		want       string // what B allows, then what A allows
	}{
		{"socket", "family == AF_UNIX", "family in {AF_UNIX, AF_NETLINK}", "looser: family == 16"},
		{"socket", "family in {1, 2}", "family in {2, 3}", "looser: family == 3; stricter: family == 1"},
		{"socket", "family in {1, 2} && type & 0xf == 1", "family in {1, 2}", "looser: family in {1, 2} && type & 0xf != 1"},
		{"socket", "type == 1", "type & 0xf == 1", "looser: type & 0xf == 1 && type & ~0xf != 0"},
		{"socket", "family != 16", "", "looser: family == 16"},
		{"socket", "family not in {16, 17}", "family != 17", "looser: family == 16"},
		{"socket", "", "family not in {16, 17}", "stricter: family in {16, 17}"},
		{"socket", "", "family in {16, 17}", "stricter: family not in {16, 17}"},
		{"read", "count <= 4096", "count <= 8192", "looser: count >= 4097 && count <= 8192"},
		{"read", "count < 4096", "", "looser: count >= 4096"},
		{"lseek", "offset >= -1", "offset >= 0", "stricter: offset == -1"},
		{"lseek", "offset > -10", "", "looser: offset <= -10"},
		{"openat", "flags & 3 == 0", "", "looser: flags & 3 != 0"},
		{"openat", "!(flags has O_CREAT)", "", "looser: flags has 0x40"},
		{"openat", "flags has O_CREAT", "", "looser: flags & 0x40 == 0"},
		{"prlimit64", "pid == 0", "pid == 0 || new_rlim == NULL", "looser: pid != 0 && new_rlim == NULL"},
		{"mmap", "prot & 4 == 0", "prot & 4 == 0 || prot & 2 == 0", "looser: prot & 6 == 4"},
		{"getppid", "", "", ""},
	} {
		a, b := resolve(t, allowing(c.call, c.a)), resolve(t, allowing(c.call, c.b))
		w := Writer{ABI: syscalls.X86_64, Call: c.call}
		var got []string
		for _, ch := range [...]Change{Looser, Stricter} {
			for _, d := range mustCompare(t, a, b) {
				if d.Change == ch {
					got = append(got, ch.String()+": "+w.Text(d.When))
				}
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %q to %q: %s\nwant %s", c.call, c.a, c.b, s, c.want)
		}
	}
}

// What is written reads back with the same meaning.
func TestTextIsACondition(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	part := func() string {
		n := func() string { return strconv.Itoa([...]int{0, 1, 2, 3, 4, 16, 255}[r.IntN(7)]) }
		return [...]func() string{
			func() string { return "family == " + n() },
			func() string { return "family not in {" + n() + ", 77}" },
			func() string { return "type & 0xf in {" + n() + ", 5}" },
			func() string { return "type has 0x800" },
			func() string { return "protocol < " + n() },
			func() string { return "protocol >= -" + n() },
			func() string { return "!(protocol == " + n() + " || type & 0xff00 == 0x100)" },
		}[r.IntN(7)]()
	}
	seen := 0
	for range 400 {
		when := part() + " && " + part() + " || " + part()
		text := allowing("socket", when)
		p, err := policy.Load("a.toml", oneFile(text))
		if err == nil {
			_, err = p.Resolve(syscalls.X86_64)
		}
		if err != nil {
			continue // says that the condition is odd
		}
		a := resolve(t, text)
		nr, _ := a.ABI.Number("socket")
		cases, err := Cases(a.Lookup(nr), Fixed{})
		if err != nil {
			t.Fatal(err)
		}
		w := Writer{ABI: a.ABI, Call: "socket"}
		for _, c := range cases {
			if c.Then.Action != policy.Allow || w.Text(c.When) == Always {
				continue
			}
			seen++
			again := resolve(t, allowing("socket", w.Text(c.When)))
			if ds := mustCompare(t, a, again); len(ds) > 0 {
				t.Fatalf("%q became %q", when, w.Text(c.When))
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d conditions tried", seen)
	}
}
