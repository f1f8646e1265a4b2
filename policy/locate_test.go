package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

// at renders where a path of keys and indexes leads: "line:col kind".
func at(l *located, path ...any) string {
	n := int32(0)
	for _, p := range path {
		switch p := p.(type) {
		case string:
			n = l.member(n, p)
		case int:
			if e := l.elements(n); p < len(e) {
				n = e[p]
			} else {
				return "none"
			}
		}
		if n == 0 {
			return "none"
		}
	}
	line, col := l.position(int(l.nodes[n].off))
	return fmt.Sprintf("%d:%d", line, col)
}

func TestLocate(t *testing.T) {
	const text = `# comment with [brackets] and "quotes"
default = "deny" # = [
a.b.c = 1
"quoted \u0061" = ''
[[rule]]
syscalls = [ # [
  'one', "t\"wo", # "three",
    """four""""",
  ["five", {x = "six"}],
]
when = """
  a == 1
"""
[[ rule ]]
inner = { p = "x", q.r = [ "y" ] }
[rule.sub]
z = 1979-05-27 07:32:00
[other."ta.ble"]
w = "end"`
	l := locate(text)
	for _, c := range []struct {
		path []any
		want string
	}{
		{[]any{"default"}, "2:11"},
		{[]any{"a", "b", "c"}, "3:9"},
		{[]any{"quoted a"}, "4:19"},
		{[]any{"rule", 0}, "5:1"},
		{[]any{"rule", 0, "syscalls"}, "6:12"},
		{[]any{"rule", 0, "syscalls", 0}, "7:3"},
		{[]any{"rule", 0, "syscalls", 1}, "7:10"},
		{[]any{"rule", 0, "syscalls", 2}, "8:5"},
		{[]any{"rule", 0, "syscalls", 3, 0}, "9:4"},
		{[]any{"rule", 0, "syscalls", 3, 1, "x"}, "9:17"},
		{[]any{"rule", 0, "syscalls", 4}, "none"},
		{[]any{"rule", 0, "when"}, "11:8"},
		{[]any{"rule", 1}, "14:1"},
		{[]any{"rule", 1, "inner", "p"}, "15:15"},
		{[]any{"rule", 1, "inner", "q", "r", 0}, "15:28"},
		{[]any{"rule", 1, "sub", "z"}, "17:5"},
		{[]any{"rule", 2}, "none"},
		{[]any{"other", "ta.ble", "w"}, "19:5"},
		{[]any{"nothing"}, "none"},
	} {
		if got := at(l, c.path...); got != c.want {
			t.Errorf("%v: at %s, want %s", c.path, got, c.want)
		}
	}
}

func TestPositionsInsideStrings(t *testing.T) {
	for _, c := range []struct {
		text, find, want string
	}{
		{`a = "x Y"`, "Y", "1:8"},
		{`a = 'x Y'`, "Y", "1:8"},
		{`a = "\t\u00e9\\é Y"`, "Y", "1:19"},
		{`a = "\x41\U0001F600Y"`, "Y", "1:20"},
		{"a = '''\n x\n  Y'''", "Y", "3:3"},
		{"a = '''\r\nx\r\n  Y'''", "Y", "3:3"},
		{"a = \"\"\"\n x\n  Y\"\"\"", "Y", "3:3"},
		{"a = \"\"\"\nx \\\n  \n   Y\"\"\"", "Y", "4:4"},
		{"a = \"\"\"\\\n   Y\"\"\"", "Y", "2:4"},
		{"a = \"\"\"x\"\"Y\"\"\"", "Y", "1:11"},
	} {
		var v map[string]string
		if _, err := toml.Decode(c.text, &v); err != nil {
			t.Fatal(c.text, err)
		}
		l := locate(c.text)
		line, col := l.position(l.inString(l.member(0, "a"), strings.Index(v["a"], c.find)))
		if got := fmt.Sprintf("%d:%d", line, col); got != c.want {
			t.Errorf("%q: %s at %s, want %s", c.text, c.find, got, c.want)
		}
	}
}

// checkLocated walks the decoded value and the located tree side by side:
// every key has a node, and every string stands at its node, byte for byte.
func checkLocated(t *testing.T, l *located, n int32, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			m := l.member(n, key)
			if m == 0 {
				t.Fatalf("key %q is not located in %q", key, l.src)
			}
			checkLocated(t, l, m, x)
		}
	case []map[string]any:
		for i, e := range elementsOf(t, l, n, len(v)) {
			checkLocated(t, l, e, v[i])
		}
	case []any:
		for i, e := range elementsOf(t, l, n, len(v)) {
			checkLocated(t, l, e, v[i])
		}
	case string:
		off := int(l.nodes[n].off)
		if c := l.src[off]; c != '"' && c != '\'' {
			t.Fatalf("string %q is located at %q", v, l.src[off:])
		}
		for i := 0; i < len(v); i++ {
			at := l.inString(n, i)
			if at >= len(l.src) || at <= off {
				t.Fatalf("byte %d of %q is located outside of it, at %d in %q", i, v, at, l.src)
			}
			if c := l.src[at]; c != v[i] && c != '\\' && (i == 0 || v[i]&0xc0 != 0x80) {
				t.Fatalf("byte %d of %q is located at %q in %q", i, v, l.src[at:], l.src)
			}
		}
	case int64, float64, bool, time.Time:
		if k := l.nodes[n].kind; k != kindScalar {
			t.Fatalf("%v is located as kind %d in %q", v, k, l.src)
		}
	}
}

func elementsOf(t *testing.T, l *located, n int32, want int) []int32 {
	t.Helper()
	got := l.elements(n)
	if len(got) != want {
		t.Fatalf("%d of %d elements are located in %q", len(got), want, l.src)
	}
	return got
}

func FuzzLocate(f *testing.F) {
	for _, s := range []string{
		"", "a", "a=", "a = \"\\", "a = '''", "[", "[[", "[[a]", "a = [", "a = {",
		"default = \"deny\"\nextends = ['a', \"b\\n\"]\n[[rule]]\nsyscalls = [\n\"x\", # c\n]\n",
		"a = \"\"\"\nx\\\n  y\\\\\\\"\"\"\"\"\"\n", "a = '''x'''''\nb = \"\"\"\"\"\"",
		"a.b.\"c d\" = {e = 1, f.g = [ {}, {h = \"i\"}, ], }\n[a.x]\n[[a.y]]\n[[a.y]]\n[a.y.z]\nk = 'v'",
		"d = 1979-05-27T07:32:00Z\ne = 07:32:00\nf = -inf\ng = 0xff_ff\nh = true",
		"\ufeffa = '\u00e9'\r\nb = \"\\x41\\e\\u00e9\"\r\n",
		"a = { # comment\n b = 1,\n c = 'x' }\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		file := &file{File: File{Name: "f.toml", Data: []byte(text)}}
		file.parse()
		for _, p := range file.problems {
			if p.Line < 1 {
				t.Errorf("%q: %v has no position", text, p)
			}
		}
		text = strings.TrimPrefix(text, "\ufeff")
		l := locate(text)
		if l.limit != "" {
			return
		}
		if v, err := decodeTOML(text); err == nil {
			checkLocated(t, l, 0, v)
		}
	})
}
