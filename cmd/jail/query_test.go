package main

import (
	"slices"
	"strings"
	"testing"

	"jail/policy/compare"
	"jail/policy/syscalls"
)

func TestQuery(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // of each argument its value, or _; or what is wrong
	}{
		{"openat", "_ _ _ _ _ _"},
		{"openat()", "_ _ _ _ _ _"},
		{"socket(AF_INET)", "0x2 _ _ _ _ _"},
		{" socket ( AF_INET , SOCK_RAW|SOCK_CLOEXEC,0x11 ) ", "0x2 0x80003 0x11 _ _ _"},
		{"socket(_, 3)", "_ 0x3 _ _ _ _"},
		{"socket(, 3, ...)", "_ 0x3 _ _ _ _"},
		{"socket(type=SOCK_RAW)", "_ 0x3 _ _ _ _"},
		{"socket(protocol = 6, domain=2)", "0x2 _ 0x6 _ _ _"},
		{"socket(type == SOCK_RAW)", "_ 0x3 _ _ _ _"},
		{"socket(tpye=SOCK_RAW)", "socket has no argument tpye: it takes family, type, protocol"},
		{"getpid(x=1)", "getpid takes no arguments"},
		{"rt_sigprocmask(SIG_BLOCK, ~[], [INT TERM], 8)", "0x0 0x1000 0x1000 0x8 _ _"},
		{"socket(~[RTMIN RT_1], [], 0)", "_ _ 0x0 _ _ _"},
		{"kill(-1, SIGKILL)", "0xffffffffffffffff 0x9 _ _ _ _"},
		{"chmod(_, 0644)", "_ 0x1a4 _ _ _ _"},
		{"prctl(~0)", "0xffffffffffffffff _ _ _ _ _"},
		{`openat(AT_FDCWD, "/a, b)\"", O_RDONLY)`, "0xffffffffffffff9c 0x1000 0x0 _ _ _"},
		{`execve("/bin/sh", ["sh", "-c"], 0x7f00 /* 3, vars */)`, "0x1000 0x1000 0x7f00 _ _ _"},
		{`connect(3, {AF_INET, 1.2.3.4:80}, 16)`, "0x3 0x1000 0x10 _ _ _"},
		{"write(1, NULL, 0)", "0x1 0x0 0x0 _ _ _"},
		{"socket(1, 2, 3, _)", "0x1 0x2 0x3 _ _ _"},
		{"getpid(1)", "getpid takes no arguments"},
		{"socket(1, 2, 3, 4)", "socket takes 3 arguments: family, type, protocol"},
		{"socket(AF_INTE)", `unknown constant "AF_INTE" (did you mean "AF_INET"?)`},
		{`socket("x")`, `unknown constant "\"x\""`},
		{"socket(1", `"socket(1": there is no ")" at the end`},
		{"x(1,2,3,4,5,6,7)", `"x(1,2,3,4,5,6,7)": a call has six arguments at most`},
		{"nosuch", "no such call"},
	} {
		q, err := parseQuery(c.text)
		var got string
		if err == nil {
			var fixed compare.Fixed
			if _, fixed, err = q.bind(syscalls.X86_64); err == nil {
				got = fixedText(fixed)
			}
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestCutLogged(t *testing.T) {
	for _, c := range []struct{ text, call, tail string }{
		{"socket", "socket", ""},
		{" socket(1) ", "socket(1)", ""},
		{"jail: denied openat(-100, \"/a → b)\") → EPERM  x[1]  web.toml:3", `openat(-100, "/a → b)")`, " → EPERM  x[1]  web.toml:3"},
		{"jail: would kill f(1 /* ) */, {a=(2)}) → SIGSYS  x[1/2] (i386)  foreign ABI  (3 more)", "f(1 /* ) */, {a=(2)})", " → SIGSYS  x[1/2] (i386)  foreign ABI"},
		{"would log getpid()  x) → y[1]  default", "getpid()", "  x) → y[1]  default"},
		{"denied getpid() → EPERM", "getpid()", " → EPERM"},
		{"socket(1)x", "socket(1)x", ""},
		{"socket(1) )", "socket(1) )", ""},
		{"jail: denied open(\"/a", `open("/a`, ""},
		{"foreign ABI", "foreign ABI", ""},
	} {
		if call, tail := cutLogged(c.text); call != c.call || tail != c.tail {
			t.Errorf("%q: %q, %q", c.text, call, tail)
		}
	}
}

func TestFolded(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"aaa bbb ccc", []string{"aaa bbb", "ccc"}},
		{"aaaa && bbbb", []string{"aaaa &&", "bbbb"}},
		{"a & (bbb|ccc|ddd|eee) == 0", []string{"a & (bbb|", "ccc|ddd|", "eee) == 0"}},
		{"aaaa || (b|c)", []string{"aaaa ||", "(b|c)"}},
		{"abcdefghijklmn", []string{"abcdefghijklmn"}},
	} {
		if got := folded(c.text, 9); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func fixedText(f compare.Fixed) string {
	out := make([]string, len(f.Args))
	for i, known := range f.Known {
		out[i] = "_"
		if known {
			out[i] = hexArgs(f.Args)[i]
		}
	}
	return strings.Join(out, " ")
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"socket(AF_INET, _)", `openat(-100, "/a\"", 0)`, "a(/* ", `b("`, "c(]", "d(~)", "e(|)", "f()()", `connect(3, {`, "jail: denied socket(1) → EPERM  a[1]  b:2  (3 more)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseQuery(text)
		if err != nil {
			return
		}
		if len(q.args) > 6 || slices.Contains(q.args, "_") {
			t.Fatalf("%q: %q", text, q.args)
		}
		q.name = "socket"
		q.bind(syscalls.X86_64)
		q.name = "connect"
		q.bind(syscalls.AArch64)
	})
}
