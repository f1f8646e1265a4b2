package decode

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// memory is a program's memory: pages by address; what isn't there can't be
// read.
type memory map[uint64][]byte

func (m memory) ReadAt(p []byte, addr uint64) int {
	n := 0
	for n < len(p) {
		at := addr + uint64(n)
		page := m[at&^(pageSize-1)]
		if page == nil {
			break
		}
		n += copy(p[n:], page[at%pageSize:])
	}
	return n
}

// put writes b at addr, maps the pages that it needs, and returns addr.
func (m memory) put(addr uint64, b string) uint64 {
	for i := range len(b) {
		at := addr + uint64(i)
		page := at &^ (pageSize - 1)
		if m[page] == nil {
			m[page] = make([]byte, pageSize)
		}
		m[page][at-page] = b[i]
	}
	return addr
}

func (m memory) words(addr uint64, size int, v ...uint64) uint64 {
	var b []byte
	for _, w := range v {
		if size == 4 {
			b = binary.LittleEndian.AppendUint32(b, uint32(w))
		} else {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
	}
	return m.put(addr, string(b))
}

func number(t testing.TB, abi *syscalls.ABI, name string) uint32 {
	t.Helper()
	n, ok := abi.Number(name)
	if !ok {
		t.Fatalf("%s has no %s", abi.Name, name)
	}
	return n
}

func call(t testing.TB, abi *syscalls.ABI, name string, regs ...uint64) *Call {
	c := &Call{ABI: abi, Nr: number(t, abi, name)}
	copy(c.Args[:], regs)
	return c
}

func decoded(c *Call, m Memory) string {
	var d Decoder
	text, _, _ := d.Append(nil, c, m)
	return string(text)
}

const fdcwd = 0xffffff9c

func TestAppend(t *testing.T) {
	m := memory{}
	shadow := m.put(0x10000, "/etc/shadow\x00")
	x := m.put(0x11000, "x\x00")
	weird := m.put(0x12000, "a\x1b[2Jb\u202ec\u0085d\xffe\u00e9 \"q\"\\\n\x00")
	long := m.put(0x13000, strings.Repeat("p", 300)+"\x00")
	inet := m.put(0x14000, "\x02\x00\x00\x50\x5d\xb8\xd8\x22\x00\x00\x00\x00\x00\x00\x00\x00")
	inet6 := m.put(0x14100, "\x0a\x00\x01\xbb\x00\x00\x00\x00\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00")
	local := m.put(0x14200, "\x01\x00/run/x.sock\x00junk")
	abstract := m.put(0x14300, "\x01\x00\x00abs\x00\x1b")
	netlink := m.put(0x14400, "\x10\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00")
	packet := m.put(0x14500, "\x11\x00\x00\x03\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	vsock := m.put(0x14600, "\x28\x00\x00\x00\xe8\x03\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00")
	alg := m.put(0x14700, "\x26\x00hash\x00")
	msg := m.words(0x15000, 8, inet, 16, 0x9000, 3, 0, 0)
	clone3 := m.words(0x15100, 8, unix.CLONE_VM|unix.CLONE_UNTRACED|unix.CLONE_CLEAR_SIGHAND, 0, 0, 0, uint64(unix.SIGCHLD), 0x7000, 0x1000, 0, 0, 0, 0)
	args := m.words(0x15200, 8, x, 0x10, x, x, x, x, x, x, x, x, 0)
	env := m.words(0x15300, 8, x, 0)
	// An array and a string that run into the unmapped page behind.
	torn := m.words(0x18ff8, 8, x)
	holes := m.put(0x16ffc, "abcd")

	for _, test := range []struct {
		name string
		regs []uint64
		want string
	}{
		{"openat", []uint64{fdcwd, shadow, 0}, `openat(AT_FDCWD, "/etc/shadow", O_RDONLY)`},
		{"openat", []uint64{0xdead_ffffff9c, shadow, 0xdead_00000000}, `openat(AT_FDCWD, "/etc/shadow", O_RDONLY)`},
		{"openat", []uint64{5, x, unix.O_RDWR | unix.O_CREAT, 0o640}, `openat(5, "x", O_RDWR|O_CREAT, 0640)`},
		{"open", []uint64{x, unix.O_WRONLY | unix.O_TMPFILE, 0o1777}, `open("x", O_WRONLY|O_TMPFILE, 01777)`},
		{"openat", []uint64{fdcwd, weird, 0}, `openat(AT_FDCWD, "a\33[2Jb\342\200\256c\302\205d\377eé \"q\"\\\n", O_RDONLY)`},
		{"openat", []uint64{fdcwd, long, 0}, `openat(AT_FDCWD, "` + strings.Repeat("p", 256) + `"..., O_RDONLY)`},
		{"openat", []uint64{fdcwd, holes, 0}, `openat(AT_FDCWD, 0x16ffc, O_RDONLY)`},
		{"openat", []uint64{fdcwd, 0, 0}, `openat(AT_FDCWD, NULL, O_RDONLY)`},
		{"mkdirat", []uint64{3, x, 0o755}, `mkdirat(3, "x", 0755)`},
		{"kill", []uint64{4711, 15}, `kill(4711, SIGTERM)`},
		{"kill", []uint64{^uint64(0), 9}, `kill(-1, SIGKILL)`},
		{"socket", []uint64{unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP}, `socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)`},
		{"socket", []uint64{1<<32 | unix.AF_NETLINK, unix.SOCK_RAW, 0}, `socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)`},
		{"connect", []uint64{3, inet, 16}, `connect(3, {AF_INET, 93.184.216.34:80}, 16)`},
		{"connect", []uint64{3, inet, 8}, `connect(3, {AF_INET, "\0P]\270\330\""}, 8)`},
		{"connect", []uint64{3, inet6, 28}, `connect(3, {AF_INET6, [fe80::1%2]:443}, 28)`},
		{"connect", []uint64{3, local, 18}, `connect(3, {AF_UNIX, "/run/x.sock"}, 18)`},
		{"connect", []uint64{3, abstract, 8}, `connect(3, {AF_UNIX, @"abs\0\33"}, 8)`},
		{"connect", []uint64{3, abstract, 2}, `connect(3, {AF_UNIX}, 2)`},
		{"connect", []uint64{3, abstract, 1}, `connect(3, 0x14300, 1)`},
		{"connect", []uint64{3, abstract, 500}, `connect(3, 0x14300, 500)`},
		{"bind", []uint64{3, netlink, 12}, `bind(3, {AF_NETLINK, pid=1, groups=0x2}, 12)`},
		{"bind", []uint64{3, packet, 20}, `bind(3, {AF_PACKET, htons(ETH_P_ALL), ifindex=2}, 20)`},
		{"bind", []uint64{3, vsock, 16}, `bind(3, {AF_VSOCK, cid=2, port=1000}, 16)`},
		{"bind", []uint64{3, alg, 7}, `bind(3, {AF_ALG, "hash\0"}, 7)`},
		{"sendmsg", []uint64{3, msg, unix.MSG_NOSIGNAL}, `sendmsg(3, {msg_name={AF_INET, 93.184.216.34:80}, msg_iovlen=3, msg_controllen=0}, MSG_NOSIGNAL)`},
		{"clone", []uint64{unix.CLONE_VM | unix.CLONE_VFORK | uint64(unix.SIGCHLD), 0, 0, 0, 0}, `clone(CLONE_VM|CLONE_VFORK|SIGCHLD, NULL, NULL, NULL, NULL)`},
		{"clone", []uint64{unix.CLONE_NEWUSER}, `clone(CLONE_NEWUSER, NULL, NULL, NULL, NULL)`},
		{"clone", []uint64{17}, `clone(SIGCHLD, NULL, NULL, NULL, NULL)`},
		{"clone3", []uint64{clone3, 88}, `clone3({flags=CLONE_VM|CLONE_UNTRACED|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD, stack=0x7000, stack_size=0x1000}, 88)`},
		{"clone3", []uint64{clone3, 8}, `clone3(0x15100, 8)`},
		{"execve", []uint64{shadow, args, env}, `execve("/etc/shadow", ["x", 0x10, "x", "x", "x", "x", "x", "x", ...], 0x15300 /* 1 var */)`},
		{"execve", []uint64{shadow, torn, torn}, `execve("/etc/shadow", ["x", ???], 0x18ff8 /* 1 var, unterminated */)`},
		{"execve", []uint64{shadow, 0, 0}, `execve("/etc/shadow", NULL, NULL)`},
		{"ioctl", []uint64{0, 1<<32 | unix.TIOCSTI, x}, `ioctl(0, TIOCSTI, "x")`},
		{"ioctl", []uint64{0, 0xabcdef01, 7}, `ioctl(0, 0xabcdef01, 0x7)`},
		{"fcntl", []uint64{3, unix.F_SETFL, unix.O_APPEND | unix.O_NONBLOCK}, `fcntl(3, F_SETFL, O_RDONLY|O_APPEND|O_NONBLOCK)`},
		{"fcntl", []uint64{3, unix.F_GETFD, 99}, `fcntl(3, F_GETFD)`},
		{"prctl", []uint64{unix.PR_SET_NAME, x}, `prctl(PR_SET_NAME, "x")`},
		{"prctl", []uint64{999, 1, 2, 3, 4}, `prctl(0x3e7, 0x1, 0x2, 0x3, 0x4)`},
		{"ptrace", []uint64{unix.PTRACE_TRACEME}, `ptrace(PTRACE_TRACEME)`},
		{"ptrace", []uint64{unix.PTRACE_POKEDATA, 12, 0x1000, 5}, `ptrace(PTRACE_POKEDATA, 12, 0x1000, 0x5)`},
		{"ptrace", []uint64{unix.PTRACE_SEIZE, 12, 0, unix.PTRACE_O_EXITKILL}, `ptrace(PTRACE_SEIZE, 12, NULL, PTRACE_O_EXITKILL)`},
		{"personality", []uint64{0x0400000}, `personality(PER_LINUX|READ_IMPLIES_EXEC)`},
		{"unshare", []uint64{unix.CLONE_NEWUSER | unix.CLONE_NEWNS}, `unshare(CLONE_NEWNS|CLONE_NEWUSER)`},
		{"bpf", []uint64{unix.BPF_PROG_LOAD, 0x1000, 120}, `bpf(BPF_PROG_LOAD, 0x1000, 120)`},
		{"keyctl", []uint64{unix.KEYCTL_GET_KEYRING_ID, 0xfffffffd, 1}, `keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1)`},
		{"arch_prctl", []uint64{0x1002, 0x7000}, `arch_prctl(ARCH_SET_FS, 0x7000)`},
		{"quotactl", []uint64{0x80000700, x, 1000, 0}, `quotactl(QCMD(Q_GETQUOTA, 0), "x", 1000, NULL)`},
		{"shmget", []uint64{0, 4096, 0o1600}, `shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600)`},
		{"reboot", []uint64{0xfee1dead, 672274793, 0x4321fedc, 0}, `reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, NULL)`},
		{"getpid", []uint64{1, 2, 3, 4, 5, 6}, `getpid()`},
		{"times", []uint64{0x1000}, `times(0x1000)`},                     // by its prototype: a pointer
		{"timer_getoverrun", []uint64{1<<32 | 5}, `timer_getoverrun(5)`}, // an int
		{"sched_getaffinity", []uint64{0xffffffff, 8, 0}, `sched_getaffinity(-1, 8, NULL)`},
		{"sethostname", []uint64{shadow, 4}, `sethostname("/etc", 4)`},
		{"sethostname", []uint64{shadow, ^uint64(0)}, `sethostname(0x10000, -1)`},
		{"preadv", []uint64{3, 0x1000, 2, 7, 99}, `preadv(3, 0x1000, 2, 7)`},
	} {
		if got := decoded(call(t, syscalls.X86_64, test.name, test.regs...), m); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestUnknownNumber(t *testing.T) {
	c := &Call{ABI: syscalls.X86_64, Nr: 999, Args: [6]uint64{1, 0, ^uint64(0), 0, 0, 2}}
	if got, want := decoded(c, memory{}), `syscall_999(0x1, 0, 0xffffffffffffffff, 0, 0, 0x2)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := decoded(&Call{Nr: 7}, memory{}), `syscall_7(0, 0, 0, 0, 0, 0)`; got != want {
		t.Errorf("no ABI: got %s, want %s", got, want)
	}
}

func TestI386(t *testing.T) {
	m := memory{}
	x := m.put(0x11000, "x\x00")
	inet := m.put(0x14000, "\x02\x00\x00\x50\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	connect := m.words(0x15000, 4, 3, inet, 16)
	socket := m.words(0x15100, 4, unix.AF_INET, unix.SOCK_STREAM, 0)
	mapped := m.words(0x15200, 4, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, 0xffffffff, 0)
	time := m.words(0x15300, 4, 1, 0xffffffff)
	time64 := m.words(0x15400, 8, 1, 2)
	args := m.words(0x15500, 4, x, x, 0)
	high := uint64(0xdead) << 32
	for _, test := range []struct {
		name string
		regs []uint64
		want string
	}{
		{"open", []uint64{high | x, high, 0}, `open("x", O_RDONLY)`},
		{"getpid", nil, `getpid()`},
		{"socketcall", []uint64{3, connect}, `connect(3, {AF_INET, 127.0.0.1:80}, 16)`},
		{"socketcall", []uint64{1, socket}, `socket(AF_INET, SOCK_STREAM, IPPROTO_IP)`},
		{"socketcall", []uint64{1, 0x10}, `socketcall(SYS_SOCKET, 0x10)`},
		{"socketcall", []uint64{77, connect}, `socketcall(0x4d, 0x15000)`},
		{"ipc", []uint64{23, 0, 4096, 0o1600}, `shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600)`},
		{"ipc", []uint64{21, 5, 0o10000, 0, 0x9000}, `shmat(5, 0x9000, SHM_RDONLY)`},
		{"ipc", []uint64{12, 1, 2, 3, 4, 5}, `ipc(MSGRCV, 1, 2, 3, 0x4, 5)`},
		{"ipc", []uint64{1<<16 | 12, 1, 2, 0, 4, 5}, `msgrcv(1, 0x4, 2, 5, 0)`},
		{"mmap", []uint64{mapped}, `mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)`},
		{"mmap", []uint64{0x10}, `mmap(0x10)`},
		{"mmap2", []uint64{0, 4096, 1, 2, 3, 1}, `mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0x1)`},
		{"nanosleep", []uint64{time, 0}, `nanosleep({tv_sec=1, tv_nsec=-1}, NULL)`},
		{"clock_nanosleep_time64", []uint64{1, 0, time64, 0}, `clock_nanosleep_time64(CLOCK_MONOTONIC, 0, {tv_sec=1, tv_nsec=2}, NULL)`},
		{"execve", []uint64{x, args, args}, `execve("x", ["x", "x"], 0x15500 /* 2 vars */)`},
		{"pread64", []uint64{3, 0, 5, 7, 1}, `pread64(3, NULL, 5, 4294967303)`},
		{"fallocate", []uint64{3, 1, 1, 0, 2, 0}, `fallocate(3, FALLOC_FL_KEEP_SIZE, 1, 2)`},
		{"lseek", []uint64{3, 0xffffffff, 0}, `lseek(3, -1, SEEK_SET)`},
	} {
		if got := decoded(call(t, syscalls.I386, test.name, test.regs...), m); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestX32PointersAreNarrow(t *testing.T) {
	m := memory{}
	x := m.put(0x11000, "x\x00")
	args := m.words(0x15500, 4, x, x, 0)
	got := decoded(call(t, syscalls.X32, "execve", x, args, args), m)
	if want := `execve("x", ["x", "x"], 0x15500 /* 2 vars */)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPath(t *testing.T) {
	m := memory{}
	raw := "/tmp/\x1b\xff\n" + strings.Repeat("x", 4000)
	crossing := m.put(0x20000-10, raw+"\x00")
	endless := m.put(0x30000, strings.Repeat("y", 3*pageSize))
	second := m.put(0x40000, "second\x00")
	empty := m.put(0x41000, "\x00")
	socket := m.put(0x42000, "\x01\x00/run/docker.sock")
	abstract := m.put(0x43000, "\x01\x00\x00/run/docker.sock")
	var d Decoder
	for _, test := range []struct {
		c    *Call
		want string
	}{
		{call(t, syscalls.X86_64, "openat", fdcwd, crossing, 0), raw},
		{call(t, syscalls.X86_64, "openat", fdcwd, endless, 0), strings.Repeat("y", pathMax)},
		{call(t, syscalls.X86_64, "openat", fdcwd, 0x10, 0), ""},
		{call(t, syscalls.X86_64, "rename", second, crossing), "second"},
		{call(t, syscalls.X86_64, "rename", crossing, second), raw},
		{call(t, syscalls.X86_64, "linkat", 3, empty, fdcwd, second, unix.AT_EMPTY_PATH), "second"},
		{call(t, syscalls.X86_64, "symlinkat", 0x10, fdcwd, second), "second"},
		{call(t, syscalls.X86_64, "mount", 0, second, second, 0, second), "second"},
		{call(t, syscalls.X86_64, "connect", 3, socket, 18), "/run/docker.sock"},
		{call(t, syscalls.X86_64, "connect", 3, abstract, 19), ""},
		{call(t, syscalls.X86_64, "memfd_create", second, 0), ""},
		{call(t, syscalls.X86_64, "close", 1), ""},
	} {
		text, path, _ := d.Append(nil, test.c, m)
		if string(path) != test.want || test.want == "" && path != nil {
			t.Errorf("%s: path %q, want %q", text, path, test.want)
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	var d Decoder
	text, _, _ := d.Append([]byte("before "), call(t, syscalls.X86_64, "close", 1), memory{})
	if string(text) != "before close(1)" {
		t.Errorf("got %s", text)
	}
}

func TestShape(t *testing.T) {
	m := memory{}
	a, b := m.put(0x10000, "/a\x00"), m.put(0x11000, "/b\x00")
	again := m.put(0x12000, "/a\x00")
	// Two paths that differ where the text has long been cut.
	tail1 := m.put(0x13000, strings.Repeat("z", 1000)+"1\x00")
	tail2 := m.put(0x14000, strings.Repeat("z", 1000)+"2\x00")
	inet := m.put(0x15000, "\x02\x00\x00\x50\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	other := m.put(0x15100, "\x02\x00\x00\x51\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	how := m.words(0x15200, 8, 0, 0, 0)
	how2 := m.words(0x15300, 8, 0, 0, unix.RESOLVE_BENEATH)
	ab, c := m.put(0x16000, "ab\x00"), m.put(0x16100, "c\x00")
	a2, bc := m.put(0x16200, "a\x00"), m.put(0x16300, "bc\x00")
	sock := m.words(0x15400, 4, unix.AF_INET, 1, 0)
	x86, i386 := syscalls.X86_64, syscalls.I386
	var d Decoder
	shape := func(c *Call) uint64 { _, _, s := d.Append(nil, c, m); return s }
	for _, test := range []struct {
		why  string
		a, b *Call
		same bool
	}{
		{"same path at another address", call(t, x86, "openat", fdcwd, a, 0), call(t, x86, "openat", fdcwd, again, 0), true},
		{"another path", call(t, x86, "openat", fdcwd, a, 0), call(t, x86, "openat", fdcwd, b, 0), false},
		{"another path behind the cut", call(t, x86, "openat", fdcwd, tail1, 0), call(t, x86, "openat", fdcwd, tail2, 0), false},
		{"other flags", call(t, x86, "openat", fdcwd, a, 0), call(t, x86, "openat", fdcwd, a, 1), false},
		{"another directory", call(t, x86, "openat", 3, a, 0), call(t, x86, "openat", 4, a, 0), true},
		{"garbage that the kernel ignores", call(t, x86, "openat", 3, a, 0), call(t, x86, "openat", 3, a, 1<<32), true},
		{"a mode that the kernel ignores", call(t, x86, "openat", 3, a, 0, 1), call(t, x86, "openat", 3, a, 0, 2), true},
		{"another call", call(t, x86, "unlink", a), call(t, x86, "rmdir", a), false},
		{"another ABI", call(t, x86, "open", a, 0), call(t, i386, "open", a, 0), false},
		{"other processes", call(t, x86, "kill", 1, 9), call(t, x86, "kill", 2, 9), true},
		{"another signal", call(t, x86, "kill", 1, 9), call(t, x86, "kill", 1, 15), false},
		{"other buffers", call(t, x86, "write", 1, 0x1000, 5), call(t, x86, "write", 1, 0x2000, 6), true},
		{"another port", call(t, x86, "connect", 3, inet, 16), call(t, x86, "connect", 3, other, 16), false},
		{"another socket", call(t, x86, "connect", 3, inet, 16), call(t, x86, "connect", 4, inet, 16), true},
		{"two paths, not their concatenation", call(t, x86, "rename", a, b), call(t, x86, "rename", b, a), false},
		{"one path's end as the other's start", call(t, x86, "rename", ab, c), call(t, x86, "rename", a2, bc), false},
		{"a struct's flags", call(t, x86, "openat2", 3, a, how, 24), call(t, x86, "openat2", 3, a, how2, 24), false},
		{"the call inside", call(t, i386, "socketcall", 1, sock), call(t, i386, "socketcall", 2, sock), false},
		{"prctl options", call(t, x86, "prctl", 15, 0), call(t, x86, "prctl", 16, 0), false},
		{"raw numbers by prototype", call(t, x86, "alarm", 1), call(t, x86, "alarm", 2), true},
	} {
		if same := shape(test.a) == shape(test.b); same != test.same {
			t.Errorf("%s: same is %v, want %v", test.why, same, test.same)
		}
	}
	var another Decoder
	_, _, s := another.Append(nil, call(t, x86, "close", 1), m)
	if s == shape(call(t, x86, "close", 1)) {
		t.Error("two decoders agree on a shape: it can be foreseen")
	}
}

func TestBounded(t *testing.T) {
	m := memory{}
	escapes := m.put(0x20000, strings.Repeat("\x1b", 2*pageSize)) // each takes three bytes or four
	many := m.words(0x30000, 8, escapes, escapes, escapes, escapes, 0)
	for _, c := range []*Call{
		call(t, syscalls.X86_64, "mount", escapes, escapes, escapes, ^uint64(0)>>34, escapes),
		call(t, syscalls.X86_64, "execve", escapes, many, many),
		call(t, syscalls.X86_64, "renameat2", 1<<31, escapes, 1<<31, escapes, ^uint64(0)),
	} {
		text := decoded(c, m)
		if len(text) > textMax || len(text) < 600 {
			t.Errorf("%d bytes: %s", len(text), text)
		}
		t.Log(len(text))
	}
}
