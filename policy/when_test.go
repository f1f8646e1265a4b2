package policy

import (
	"fmt"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

// bound parses a condition and binds it to a call; the error is the first.
func bound(abi *syscalls.ABI, call, when string) (e Expr, off int, problem string) {
	root, werr := parseWhen(when)
	if werr != nil {
		return nil, werr.off, werr.text
	}
	b := binder{abi: abi, call: call}
	b.report = func(o int, level Level, text string) {
		if problem == "" {
			if level == LevelWarning {
				text = "warning: " + text
			}
			off, problem = o, text
		}
	}
	return b.bind(root), off, problem
}

const high = 0xdeadbeef00000000 // garbage above an int

func TestWhenMeans(t *testing.T) {
	for _, c := range []struct {
		call, when string
		holds      [][6]uint64
		fails      [][6]uint64
	}{
		{"socket", "family == AF_NETLINK",
			[][6]uint64{{16}, {high | 16}, {0x1_0000_0010}}, [][6]uint64{{0}, {17}, {16 << 32}}},
		{"socket", "domain != AF_NETLINK",
			[][6]uint64{{15}, {high}}, [][6]uint64{{16}, {high | 16}}},
		{"socket", "family in {AF_UNIX, AF_INET, AF_INET6} && type & 0xf != SOCK_RAW",
			[][6]uint64{{1, 1}, {2, 2}, {high | 10, high | 0x80001}}, [][6]uint64{{16, 1}, {2, 3}, {2, high | 0x80003}}},
		{"socket", "arg0 not in {1, 2,}", [][6]uint64{{3}, {0}}, [][6]uint64{{1}, {2}, {high | 2}}},
		{"socket", "family < 0", [][6]uint64{{0xffffffff}, {0x80000000}, {high | 1<<31}}, [][6]uint64{{0}, {1}, {high}, {0x7fffffff}}},
		{"socket", "family >= -1 && family <= 3", [][6]uint64{{0xffffffff}, {0}, {3}, {high | 3}}, [][6]uint64{{4}, {0xfffffffe}, {0x7fffffff}}},
		{"socket", "family == 0xffffffff", [][6]uint64{{0xffffffff}, {^uint64(0)}}, [][6]uint64{{0}}},
		{"socket", "family == -1", [][6]uint64{{0xffffffff}, {^uint64(0)}}, [][6]uint64{{0}}},
		{"dup3", "oldfd > 0x7fffffff", [][6]uint64{{0x80000000}, {high | 0xffffffff}}, [][6]uint64{{0x7fffffff}, {high}}},
		{"dup3", "oldfd == -1", [][6]uint64{{0xffffffff}, {high | 0xffffffff}}, [][6]uint64{{0}}},
		{"mmap", "prot == 0x1_0000_0000", [][6]uint64{{2: 1 << 32}}, [][6]uint64{{}}},
		{"mmap", "prot & PROT_EXEC == 0", [][6]uint64{{2: 3}, {2: 1 << 40}}, [][6]uint64{{2: 4}, {2: 7}}},
		{"mmap", "prot has PROT_READ|PROT_WRITE", [][6]uint64{{2: 3}, {2: 7}}, [][6]uint64{{2: 1}, {2: 2}, {2: 4}}},
		{"mmap", "!(prot has PROT_READ | PROT_WRITE)", [][6]uint64{{2: 1}, {2: 2}, {2: 4}}, [][6]uint64{{2: 3}, {2: 7}}},
		{"mmap", "(prot & (PROT_READ | PROT_WRITE)) == PROT_READ", [][6]uint64{{2: 1}, {2: 5}}, [][6]uint64{{2: 3}, {2: 2}, {2: 0}}},
		{"mmap", "PROT_EXEC & prot != 0", [][6]uint64{{2: 4}}, [][6]uint64{{2: 3}}},
		{"openat", "flags & (O_ACCMODE | O_CREAT | O_TRUNC) == O_RDONLY", [][6]uint64{{2: 0}, {2: 0x80000}, {2: high}}, [][6]uint64{{2: 1}, {2: 0x40}, {2: 0x200}}},
		{"openat", "flags & ~O_CLOEXEC == 0", [][6]uint64{{2: 0}, {2: 0x80000}, {2: high | 0x80000}}, [][6]uint64{{2: 1}, {2: 1 << 31}}},
		{"openat", "dfd == AT_FDCWD", [][6]uint64{{0xffffff9c}, {^uint64(99)}}, [][6]uint64{{100}}},
		{"openat", "filename == NULL || filename == 0", [][6]uint64{{}}, [][6]uint64{{1: 1}, {1: 1 << 32}}},
		{"prlimit64", "new_rlim != NULL", [][6]uint64{{2: 1 << 40}}, [][6]uint64{{}}},
		{"chmod", "mode == 0o4755", [][6]uint64{{1: 0o4755}, {1: high | 0x10000 | 0o4755}}, [][6]uint64{{1: 0o755}}},
		{"chmod", "mode & 07000 != 0", [][6]uint64{{1: 0o4755}}, [][6]uint64{{1: 0o755}, {1: 0x10000}}},
		{"lseek", "offset < -1", [][6]uint64{{1: ^uint64(1)}, {1: 1 << 63}}, [][6]uint64{{1: ^uint64(0)}, {1: 0}, {1: 1<<63 - 1}}},
		{"ioctl", "cmd not in {TIOCSTI, TIOCLINUX}", [][6]uint64{{1: 0x5401}}, [][6]uint64{{1: 0x5412}, {1: high | 0x5412}, {1: 0x541c}}},
		{"socket", "family == 1 || family == 2 && type == 3", [][6]uint64{{1, 0}, {2, 3}}, [][6]uint64{{2, 0}, {3, 3}}},
		{"socket", "(family == 1 || family == 2) && type == 3", [][6]uint64{{1, 3}, {2, 3}}, [][6]uint64{{1, 0}, {3, 3}}},
		{"socket", "!(!(family == 0b10))", [][6]uint64{{2}}, [][6]uint64{{1}}},
		{"socket", "family == (AF_INET & 0xff | 0x10)", [][6]uint64{{18}}, [][6]uint64{{2}}},
	} {
		e, off, problem := bound(syscalls.X86_64, c.call, c.when)
		if problem != "" {
			t.Errorf("%s %q: at %d: %s", c.call, c.when, off, problem)
			continue
		}
		for _, e := range []Expr{e, simplify(e)} {
			for _, a := range c.holds {
				if !e.Eval(&a) {
					t.Errorf("%s %q fails for %#x as %v", c.call, c.when, a, e)
				}
			}
			for _, a := range c.fails {
				if e.Eval(&a) {
					t.Errorf("%s %q holds for %#x as %v", c.call, c.when, a, e)
				}
			}
		}
	}
}

func TestWhenMistakes(t *testing.T) {
	const pointerRest = "): what it points at can change after it was looked at, so no rule can rest on it; all that can be asked is whether it is NULL"
	for _, c := range []struct{ call, when, want string }{
		// Syntax.
		{"socket", " ", "1: condition ends too early"},
		{"socket", "family", `0: "family" is no condition: compare it with something`},
		{"socket", "family &&", `0: "family" is no condition: compare it with something`},
		{"socket", "type & 1", `0: a masked argument is no condition: write "… != 0", or "has"`},
		{"socket", "1", "0: a constant is no condition: on the left of a comparison stands an argument"},
		{"socket", "family = 1", `7: "=" does not compare: write "=="`},
		{"socket", "family == 1 and type == 1", `12: "and" is written "&&"`},
		{"socket", "family == 1 or type == 1", `12: "or" is written "||"`},
		{"socket", "not family == 1", `0: "not" needs an argument before it`},
		{"socket", "!family == 1", `0: "!" needs parentheses: "!(…)"`},
		{"socket", "family == ", "10: condition ends too early"},
		{"socket", "family ==== 1", `9: unexpected "=="`},
		{"socket", "family == 1 == 2", "0: comparisons don't chain: join two with &&"},
		{"socket", "1 < family", "0: on the left of a comparison stands an argument, not a constant"},
		{"socket", "(family == 1) == 1", "0: on the left of a comparison stands an argument, not a condition"},
		{"socket", "family == (type == 1)", "10: a constant or number must stand here, not a condition"},
		{"socket", "family == type", `10: "type" is no constant: arguments are compared with constants and numbers only, and constants are in upper case`},
		{"socket", "family == af_inet", `10: "af_inet" is no constant: arguments are compared with constants and numbers only, and constants are in upper case`},
		{"socket", "type | 1 == 1", `0: only "&" can be applied to an argument, and once: put constants joined by "|" in parentheses`},
		{"socket", "type & 1 | 2 == 1", `0: only "&" can be applied to an argument, and once: put constants joined by "|" in parentheses`},
		{"socket", "type & 1 & 2 == 1", `0: an argument takes one mask: write "arg & (A & B)"`},
		{"socket", "type & family == 1", `7: "family" is no constant: arguments are compared with constants and numbers only, and constants are in upper case`},
		{"socket", "(family == 1) & (type == 1)", `0: "&" joins numbers: conditions are joined by "&&"`},
		{"socket", "(family == 1) | (type == 1)", `0: "|" joins numbers: conditions are joined by "||"`},
		{"socket", "family in {}", `10: "in {}" names nothing: no value is in an empty set`},
		{"socket", "family in 1", `10: unexpected "1"`},
		{"socket", "family in {1 2}", `13: unexpected "2"`},
		{"socket", "family in {1", `12: condition ends before ","`},
		{"socket", "family not 1", `11: unexpected "1"`},
		{"socket", "(family == 1", `12: condition ends before ")"`},
		{"socket", "family == 1)", `11: unexpected ")"`},
		{"socket", "family == 12ab", `10: "12ab" is not a number`},
		{"socket", "family == 08", `10: "08" is not a number`},
		{"socket", "family == 0x1_0000_0000_0000_0000", `10: "0x1_0000_0000_0000_0000" does not fit in 64 bits`},
		{"socket", "family == -9223372036854775809", `10: "-9223372036854775809" does not fit in 64 bits`},
		{"socket", "family == -AF_INET", `11: after "-" stands a number`},
		{"openat", "filename == \"/etc/passwd\"", `12: strings can't be compared: a filter is given only the pointer, not what it points at`},
		{"openat", "filename in {'x'}", `13: strings can't be compared: a filter is given only the pointer, not what it points at`},
		{"openat", "filename == \"", `12: strings can't be compared: a filter is given only the pointer, not what it points at`},
		{"socket", "family == \"AF_INET\"", `10: constants and numbers are written without quotes: AF_INET`},
		{"socket", "family == '2'", `10: constants and numbers are written without quotes: 2`},
		{"socket", "family == é", `10: unexpected "é"`},
		{"socket", strings.Repeat("(", 99), "64: nested deeper than 64 levels"},
		{"socket", strings.Repeat("!", 99), "64: nested deeper than 64 levels"},
		// Names.
		{"socket", "famly == 1", `0: socket has no argument "famly" (did you mean "family"?): it takes family, type, protocol`},
		{"socket", "arg3 == 1", "0: socket has no arg3: it takes family, type, protocol"},
		{"getpid", "arg0 == 1", "0: getpid has no arg0: it takes none"},
		{"socket", "family == AF_INIT", `10: unknown constant "AF_INIT" (did you mean "AF_INET"?)`},
		{"socket", "type & SOCK_RAWW == 1", `7: unknown constant "SOCK_RAWW" (did you mean "SOCK_RAW"?)`},
		// Width and sign.
		{"socket", "family == 0x1_0000_0000", `10: "0x1_0000_0000" does not fit "family", which is 32 bits wide (int)`},
		{"socket", "family == -2147483649", `10: "-2147483649" does not fit "family", which is 32 bits wide (int)`},
		{"dup3", "oldfd == 0x1_0000_0000", `9: "0x1_0000_0000" does not fit "oldfd", which is 32 bits wide (unsigned int)`},
		{"chmod", "mode == 0x10000", `8: "0x10000" does not fit "mode", which is 16 bits wide (umode_t)`},
		{"dup3", "oldfd < -1", `8: a negative number orders nothing here: "oldfd" is unsigned, 32 bits wide (unsigned int)`},
		{"socket", "family < 0xffffffff", `9: is negative as a signed number, "family" is 32 bits wide (int): write -1`},
		{"lseek", "offset > 0x8000000000000000", `9: is negative as a signed number, "offset" is 64 bits wide (off_t): write -9223372036854775808`},
		// Pointers.
		{"openat", "filename == 1", `0: "filename" of openat is a pointer (const char *` + pointerRest},
		{"openat", "pathname == 1", `0: "pathname" of openat is a pointer (const char *` + pointerRest},
		{"openat", "arg1 < 5", `0: "arg1" of openat is a pointer (const char *` + pointerRest},
		{"openat", "filename in {0}", `0: "filename" of openat is a pointer (const char *` + pointerRest},
		{"connect", "uservaddr & 1 == 0", `0: "uservaddr" of connect is a pointer (struct sockaddr *` + pointerRest},
		// Outcome known beforehand.
		{"socket", "type & 0xf == 0x10", `0: can never hold, whatever "type" is under its mask`},
		{"socket", "type & 0xf in {1, 0x10}", `18: can never hold: "type" never has this value under its mask`},
		{"dup3", "oldfd < 0", `0: can never hold, whatever "oldfd" is in the range of its type`},
		{"dup3", "oldfd >= 0", `0: warning: always holds, whatever "oldfd" is in the range of its type`},
		{"dup3", "oldfd > 0xffffffff", `0: can never hold, whatever "oldfd" is in the range of its type`},
		{"socket", "family > 0x7fffffff", `0: can never hold, whatever "family" is in the range of its type`},
		{"socket", "type & 0xf != 0x10", `0: warning: always holds, whatever "type" is under its mask`},
		{"socket", "type & 0 == 0", `0: warning: always holds, whatever "type" is under its mask`},
		{"socket", "type has 0", `9: "has" needs at least one bit: this is 0`},
		{"socket", "type & 3 has 1", `0: "has" takes a plain argument: the flags are the mask`},
	} {
		_, off, problem := bound(syscalls.X86_64, c.call, c.when)
		if got := fmt.Sprintf("%d: %s", off, problem); got != c.want {
			t.Errorf("%s %q:\n got %s\nwant %s", c.call, c.when, got, c.want)
		}
	}
}

func TestWhenFollowsTheABI(t *testing.T) {
	// O_DIRECTORY and its neighbours differ between x86 and ARM, and a long is
	// 32 bits wide on i386.
	for _, c := range []struct {
		abi        *syscalls.ABI
		call, when string
		args       [6]uint64
	}{
		{syscalls.X86_64, "openat", "flags has O_DIRECTORY", [6]uint64{2: 0x10000}},
		{syscalls.AArch64, "openat", "flags has O_DIRECTORY", [6]uint64{2: 0x4000}},
		{syscalls.I386, "mprotect", "prot == PROT_EXEC", [6]uint64{2: high | 4}},
	} {
		e, off, problem := bound(c.abi, c.call, c.when)
		if problem != "" {
			t.Errorf("%s %s %q: at %d: %s", c.abi.Name, c.call, c.when, off, problem)
		} else if !e.Eval(&c.args) {
			t.Errorf("%s %s %q fails for %#x", c.abi.Name, c.call, c.when, c.args)
		}
	}
	if _, _, problem := bound(syscalls.I386, "mprotect", "prot == 0x1_0000_0000"); !strings.Contains(problem, "32 bits wide") {
		t.Errorf("i386: a long takes 33 bits: %q", problem)
	}
}

// Whatever name a message or an export gives an argument, a policy that uses
// it means the same register.
func TestNamesBindToTheirRegister(t *testing.T) {
	for _, abi := range syscalls.ABIs() {
		for _, e := range abi.All() {
			args, _ := abi.Args(e.Name)
			for i, arg := range args {
				b := &binder{abi: abi, call: e.Name, report: func(int, Level, string) {}}
				got, ok := b.argument(word{text: arg.Name})
				if !ok || int(got.index) != i {
					t.Errorf("%s: %s: %s is argument %d, bound to %d, %v", abi.Name, e.Name, arg.Name, i, got.index, ok)
				}
			}
		}
	}
}
