package prove

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

// A policy of one condition, and what is said of lowerings that are wrong in
// the ways in which lowerings have been wrong.
func socketRules() *policy.Rules {
	deny := policy.Decision{Action: policy.Deny, Errno: 1}
	r := &policy.Rules{
		ABI:     syscalls.X86_64,
		Unknown: policy.Decision{Action: policy.Deny, Errno: 38},
		Foreign: policy.Decision{Action: policy.Deny, Errno: 1},
		Origins: []string{"test.toml:3"},
	}
	for _, e := range r.ABI.All() {
		c := policy.Call{Nr: e.Nr}
		switch e.Name {
		case "socket":
			c.Clauses = []policy.Clause{{When: policy.Test{Arg: 0, Width: 32, Mask: 0xffffffff, Op: policy.Eq, Value: unix.AF_NETLINK}, Then: deny}}
		case "lseek":
			c.Clauses = []policy.Clause{{When: policy.Test{Arg: 1, Width: 64, Signed: true, Mask: ^uint64(0), Op: policy.Lt, Value: 0}, Then: deny}}
		case "ftruncate":
			c.Clauses = []policy.Clause{{When: policy.Test{Arg: 1, Width: 64, Mask: ^uint64(0), Op: policy.Ge, Value: 5 << 32}, Then: deny}}
		}
		r.Calls = append(r.Calls, c)
	}
	return r
}

const (
	allowed = unix.SECCOMP_RET_ALLOW
	eperm   = unix.SECCOMP_RET_ERRNO | 1
	enosys  = unix.SECCOMP_RET_ERRNO | 38
)

// lowering builds a program for socketRules, with one piece replaced.
func lowering(t *testing.T, replace func(b *bpf.Builder, piece string, as bpf.Label) bpf.Label) bpf.Program {
	t.Helper()
	var b bpf.Builder
	allow, deny, unknown := b.Return(allowed), b.Return(eperm), b.Return(enosys)
	put := func(piece string, as bpf.Label) bpf.Label { return replace(&b, piece, as) }
	nr := bpf.Word(bpf.OffNr)
	number := func(n uint32, piece string, l, rest bpf.Label) bpf.Label {
		return b.Test(nr, bpf.Eq, n, put(piece, l), rest)
	}
	l := allow
	l = number(unix.SYS_SOCKET, "socket", b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.AF_NETLINK, deny, allow), l)
	l = number(unix.SYS_LSEEK, "lseek", b.Test(bpf.Word(bpf.ArgHigh(1)), bpf.Set, 1<<31, deny, allow), l)
	l = number(unix.SYS_FTRUNCATE, "ftruncate", b.Test(bpf.Word(bpf.ArgHigh(1)), bpf.Ge, 5, deny, allow), l)
	max := syscalls.X86_64.Max()
	for n := range max { // numbers that the table leaves out
		if syscalls.X86_64.Syscall(n) == "" && !syscalls.X86_64.IsForeign(n) {
			l = number(n, "hole", unknown, l)
		}
	}
	x32 := b.Test(nr, bpf.Ge, 1<<31, unknown, b.Test(nr, bpf.Ge, 1<<30, put("x32", deny), unknown))
	l = b.Test(nr, bpf.Gt, max, b.Test(nr, bpf.Ge, 512, b.Test(nr, bpf.Gt, 547, x32, put("x32 of old", deny)), unknown), put("table", l))
	p, err := b.Link(b.Test(bpf.Word(bpf.OffArch), bpf.Eq, syscalls.X86_64.Audit, l, put("foreign", deny)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBroken(t *testing.T) {
	r := socketRules()
	for _, row := range []struct {
		name  string
		piece string
		as    func(b *bpf.Builder) bpf.Label
		want  string // the counterexample's beginning and end
		got   string
	}{
		{"nothing", "", nil, "", ""},
		{"a 32-bit argument compared with all 64 bits", "socket", func(b *bpf.Builder) bpf.Label {
			low := b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.AF_NETLINK, b.Return(eperm), b.Return(allowed))
			return b.Test(bpf.Word(bpf.ArgHigh(0)), bpf.Eq, 0, low, b.Return(allowed))
		}, "socket(family=0x", "): the policy says ERRNO(EPERM) (test.toml:3), the program returns ALLOW"},
		{"one high half in four billion let through", "socket", func(b *bpf.Builder) bpf.Label {
			low := b.Test(bpf.Word(bpf.Arg(0)), bpf.Eq, unix.AF_NETLINK, b.Return(eperm), b.Return(allowed))
			return b.Test(bpf.Word(bpf.ArgHigh(0)), bpf.Eq, 0x1badcafe, b.Return(allowed), low)
		}, "socket(family=0x1badcafe00000010, ", "returns ALLOW"},
		{"a back door in an argument that nobody asks for", "table", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Operand{Offset: bpf.Arg(4), Mask: 0xff00, Bias: 77}, bpf.Gt, 0xaa00+76, b.Return(allowed), b.Return(allowed+1))
		}, "read(", ""},
		{"the high half dropped", "ftruncate", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(bpf.Arg(1)), bpf.Ge, 5, b.Return(eperm), b.Return(allowed))
		}, "ftruncate(fd=0x0, length=0x", ""},
		{"off by one", "ftruncate", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(bpf.ArgHigh(1)), bpf.Gt, 5, b.Return(eperm), b.Return(allowed))
		}, "ftruncate(fd=0x0, length=0x500000000)", "returns ALLOW"},
		{"signed taken for unsigned", "lseek", func(b *bpf.Builder) bpf.Label { return b.Return(allowed) }, "lseek(fd=0x0, offset=0x8000000000000000, ", "returns ALLOW"},
		{"a foreign ABI sent to the default", "foreign", func(b *bpf.Builder) bpf.Label { return b.Return(allowed) }, "", "returns ALLOW"},
		{"one foreign ABI", "foreign", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(bpf.OffArch), bpf.Eq, syscalls.I386.Audit, b.Return(allowed), b.Return(eperm))
		}, "restart_syscall through i386(", "returns ALLOW"},
		{"one architecture without a name", "foreign", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(bpf.OffArch), bpf.Eq, 0x12345678, b.Return(allowed), b.Return(eperm))
		}, "number 0 of architecture 0x12345678(", "returns ALLOW"},
		{"x32 sent to the default", "x32", func(b *bpf.Builder) bpf.Label { return b.Return(allowed) }, "read through x32(", "returns ALLOW"},
		{"x32 of old kernels", "x32 of old", func(b *bpf.Builder) bpf.Label { return b.Return(enosys) }, "rt_sigaction through x32(", "returns ERRNO(ENOSYS)"},
		{"one number far out", "x32", func(b *bpf.Builder) bpf.Label {
			return b.Test(bpf.Word(bpf.OffNr), bpf.Eq, 0x51234567, b.Return(allowed), b.Return(eperm))
		}, "number 1361266023 through x32(", "returns ALLOW"},
		{"a hole", "hole", func(b *bpf.Builder) bpf.Label { return b.Return(eperm) }, "number 337(", "the policy says ERRNO(ENOSYS) (test.toml:3), the program returns ERRNO(EPERM)"},
	} {
		p := lowering(t, func(b *bpf.Builder, piece string, as bpf.Label) bpf.Label {
			if piece == row.piece {
				return row.as(b)
			}
			return as
		})
		rep, err := Prove(r, filter.Options{}, p)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if row.piece == "" {
			if rep.Counterexample != nil {
				t.Fatalf("the sound lowering: %s", rep.Counterexample)
			}
			continue
		}
		if rep.Counterexample == nil {
			t.Errorf("%s: not found out", row.name)
			continue
		}
		if got := rep.Counterexample.String(); !strings.HasPrefix(got, row.want) || !strings.HasSuffix(got, row.got) {
			t.Errorf("%s: %s\nwant %s … %s", row.name, got, row.want, row.got)
		}
	}
}

// TestRefused: what can be neither proven nor refuted is an error.
func TestRefused(t *testing.T) {
	r := socketRules()
	ret := bpf.Instruction{Code: unix.BPF_RET | unix.BPF_K, K: allowed}
	load := func(off uint32) bpf.Instruction { return bpf.Instruction{Code: ld, K: off} }
	test := bpf.Instruction{Code: jeq, K: 1}
	many := socketRules()
	socket := many.Lookup(unix.SYS_SOCKET)
	for i := range 30 {
		when := policy.Test{Arg: 1, Width: 32, Mask: 1 << i, Op: policy.Eq, Value: 0}
		socket.Clauses = append(socket.Clauses, policy.Clause{When: when, Then: policy.Decision{Action: policy.Deny, Errno: uint16(i + 2)}})
	}
	compiled, err := filter.Compile(many, filter.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		rules *policy.Rules
		p     bpf.Program
		want  string
	}{
		{"empty", r, nil, "empty"},
		{"no return", r, bpf.Program{load(0)}, "not a return"},
		{"instruction pointer", r, bpf.Program{load(8), test, ret}, "instruction pointer"},
		{"arithmetic", r, bpf.Program{load(16), {Code: unix.BPF_ALU | unix.BPF_LSH, K: 3}, test, ret}, "can't be followed"},
		{"return of the accumulator", r, bpf.Program{load(16), {Code: unix.BPF_RET | unix.BPF_A}}, "can't be followed"},
		{"a masked number", r, bpf.Program{load(0), {Code: unix.BPF_ALU | unix.BPF_AND, K: 3}, test, ret}, "number or architecture"},
		{"too many", many, compiled, "the conditions up to those on socket have too many outcomes"},
	} {
		if rep, err := Prove(row.rules, filter.Options{}, row.p); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v (%v), want an error with %q", row.name, err, rep.Counterexample, row.want)
		}
	}
}
