package policy_test

import (
	"bytes"
	"strings"
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
)

func builtin(t testing.TB, name string, abi *syscalls.ABI) *policy.Rules {
	t.Helper()
	p, err := policy.Load(name, &policy.OS{Builtin: policies.Text, Names: policies.Names})
	if err != nil {
		t.Fatalf("%s:\n%v", name, err)
	}
	r, err := p.Resolve(abi)
	if err != nil {
		t.Fatalf("%s:\n%v", name, err)
	}
	return r
}

// abisOf returns the ABIs that a built-in is meant for. Strict asks mmap for its
// prot, which i386 passes behind a pointer.
func abisOf(name string) []*syscalls.ABI {
	abis := []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64, syscalls.I386}
	if name == "strict" {
		return abis[:2]
	}
	return abis
}

func TestBuiltinsAreSound(t *testing.T) {
	for _, b := range policies.All() {
		p, err := policy.Load(b.Name, &policy.OS{Builtin: policies.Text, Names: policies.Names})
		if err != nil {
			t.Errorf("%s:\n%v", b.Name, err)
			continue
		}
		if p.Description != b.Description {
			t.Errorf("%s: its list says %q, its file %q", b.Name, b.Description, p.Description)
		}
		if action, errno := p.Default(); action != policy.Deny || syscalls.ErrnoName(errno) != "EPERM" {
			t.Errorf("%s: default is %v %d", b.Name, action, errno)
		}
		for _, abi := range abisOf(b.Name) {
			if ps := p.Lint(abi); len(ps) > 0 {
				t.Errorf("%s on %s:\n%v", b.Name, abi.Name, ps)
			}
		}
	}
}

// A policy in the directory that the list forgets would not be found.
func TestBuiltinsAreListed(t *testing.T) {
	for _, name := range policies.Names() {
		if text, ok := policies.Text(name); !ok || !strings.HasPrefix(text, "#") {
			t.Errorf("%s: no text, or none that a person can read", name)
		}
	}
	if _, ok := policies.Text("nonesuch"); ok {
		t.Error("nonesuch is a policy")
	}
}

func passes(d policy.Decision) bool { return d.Action == policy.Allow || d.Action == policy.Log }

// letThrough reports whether some arguments get the call through.
func letThrough(r *policy.Rules, call string) bool {
	nr, ok := r.ABI.Number(call)
	if !ok {
		return false
	}
	c := r.Lookup(nr)
	for _, clause := range c.Clauses {
		if passes(clause.Then) {
			return true
		}
	}
	return passes(c.Otherwise)
}

const never = `
	io_uring_setup io_uring_enter io_uring_register
	ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp
	mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
	bpf perf_event_open userfaultfd lookup_dcookie
	keyctl add_key request_key
	setns unshare clone3
	open_by_handle_at fanotify_init fanotify_mark quotactl quotactl_fd
	init_module finit_module delete_module create_module kexec_load kexec_file_load
	reboot swapon swapoff acct syslog sethostname setdomainname vhangup
	iopl ioperm modify_ldt vm86 vm86old
	clock_settime clock_settime64 settimeofday stime adjtimex clock_adjtime clock_adjtime64
	nfsservctl uselib ustat sysfs _sysctl socketcall ipc`

// More that a policy keeps to itself.
var neverOf = map[string]string{
	"default": never,
	"web":     never + " personality msgget mq_open memfd_secret",
	"cli":     never + " personality msgget mq_open memfd_secret shmget semget setuid setgid setgroups capset io_setup mlockall",
	"base": never + ` personality shmget setuid setgroups capset io_setup mlock socket socketpair connect bind
		execve execveat fork vfork kill openat2 creat unlink unlinkat rename mkdir mkdirat chmod fchmod chown truncate ftruncate
		fallocate link linkat symlink symlinkat setxattr utimensat mknod chdir memfd_create setrlimit setpriority seccomp`,
	"strict": never + ` personality shmget setuid socket socketpair connect bind sendto recvfrom execve execveat fork vfork kill
		open openat openat2 creat stat lstat statx access readlink readlinkat getdents64 dup dup2 pipe pipe2 epoll_create1 eventfd2
		unlink rename mkdir chmod ftruncate fallocate memfd_create memfd_secret sendfile splice pkey_mprotect setrlimit`,
}

func TestBuiltinsNeverAllow(t *testing.T) {
	for name, calls := range neverOf {
		for _, abi := range abisOf(name) {
			r := builtin(t, name, abi)
			for call := range strings.FieldsSeq(calls) {
				if letThrough(r, call) {
					t.Errorf("%s on %s lets %s through", name, abi.Name, call)
				}
			}
		}
	}
	for call := range strings.FieldsSeq(never) {
		if !syscalls.Known(call) {
			t.Errorf("%s is no call of any ABI", call)
		}
	}
}

// vector is a call with arguments, and the built-ins that let it through.
type vector struct {
	call string
	args [6]uint64
	in   string
}

const (
	garbage = 0xdeadbeef_00000000
	newUser = 0x10000000
	thread  = 0x3d0f00 // what glibc's pthread_create passes
)

var vectors = []vector{
	// Programs start, read and end everywhere.
	{"read", [6]uint64{}, "default web cli base strict"},
	{"exit_group", [6]uint64{}, "default web cli base strict"},
	{"rt_sigreturn", [6]uint64{}, "default web cli base strict"},
	{"mmap", [6]uint64{2: 3}, "default web cli base strict"},
	{"mmap", [6]uint64{2: 5}, "default web cli base"},
	{"mprotect", [6]uint64{2: 7}, "default web cli base"},
	{"newfstatat", [6]uint64{3: 0x1000}, "default web cli base strict"},
	{"newfstatat", [6]uint64{}, "default web cli base"},
	{"prlimit64", [6]uint64{}, "default web cli base strict"},
	{"prlimit64", [6]uint64{2: 0x7fff0000}, "default web cli base"},
	{"prlimit64", [6]uint64{0: 1, 2: 0x7fff0000}, ""},
	{"prlimit64", [6]uint64{0: 1, 3: 0x7fff0000}, "default web cli"},
	// Threads, processes, namespaces.
	{"clone", [6]uint64{thread}, "default web cli base strict"},
	{"clone", [6]uint64{thread | newUser}, ""},
	{"clone", [6]uint64{thread | 0x20000}, ""},
	{"clone", [6]uint64{17}, "default web cli"},
	{"clone", [6]uint64{17 | newUser}, ""},
	{"clone", [6]uint64{17 | 0x40000000}, ""},
	{"clone", [6]uint64{17 | 0x02000000}, ""},
	{"execve", [6]uint64{}, "default web cli"},
	// Files.
	{"openat", [6]uint64{2: 0x80000}, "default web cli base"},
	{"openat", [6]uint64{2: 1}, "default web cli"},
	{"openat", [6]uint64{2: 0x40}, "default web cli"},
	{"openat", [6]uint64{2: garbage | 0x241}, "default web cli"},
	{"openat", [6]uint64{2: 0x410002}, "default web cli"}, // O_TMPFILE
	// Terminals.
	{"ioctl", [6]uint64{1: 0x5401}, "default web cli base"},
	{"ioctl", [6]uint64{1: 0x5412}, ""},
	{"ioctl", [6]uint64{1: garbage | 0x5412}, ""},
	{"ioctl", [6]uint64{1: 0x541c}, ""},
	{"ioctl", [6]uint64{1: 0x5402}, "default web cli"},
	// Sockets.
	{"socket", [6]uint64{1, 1}, "default web cli"},
	{"socket", [6]uint64{2, 0x80801, 6}, "default web"},
	{"socket", [6]uint64{10, 1, 262}, "default web"},
	{"socket", [6]uint64{2, 2}, "default web"},
	{"socket", [6]uint64{2, 3, 1}, "default"},           // raw
	{"socket", [6]uint64{2, garbage | 3, 1}, "default"}, //
	{"socket", [6]uint64{2, 2, 1}, "default"},           // ping
	{"socket", [6]uint64{16, 0x80003, 0}, "default web"},
	{"socket", [6]uint64{garbage | 16, 3, 12}, "default"}, // netfilter
	{"socket", [6]uint64{17, 3}, ""},                      // packet
	{"socket", [6]uint64{38, 5}, ""},                      // alg
	{"socket", [6]uint64{40, 1}, ""},                      // vsock
	{"socketpair", [6]uint64{1, 1}, "default web cli"},
	{"socketpair", [6]uint64{30, 1}, ""},
	// Servers.
	{"setuid", [6]uint64{33}, "default web"},
	{"io_submit", [6]uint64{}, "default web"},
	{"epoll_create1", [6]uint64{}, "default web cli base"},
	{"capget", [6]uint64{}, "default web cli base"},
	// Oddities.
	{"personality", [6]uint64{0xffffffff}, "default"},
	{"personality", [6]uint64{0x8}, "default"},
	{"personality", [6]uint64{0x0400000}, ""}, // READ_IMPLIES_EXEC
	{"personality", [6]uint64{0x0400008}, ""},
	{"prctl", [6]uint64{15}, "default web cli base strict"},
	{"prctl", [6]uint64{22}, "default web cli"},
}

func TestBuiltinsDecide(t *testing.T) {
	for _, name := range policies.Names() {
		r := builtin(t, name, syscalls.X86_64)
		for _, v := range vectors {
			nr, ok := r.ABI.Number(v.call)
			if !ok {
				t.Fatal(v.call)
			}
			want := strings.Contains(" "+v.in+" ", " "+name+" ")
			if got := passes(r.Decide(r.ABI.Audit, nr, &v.args)); got != want {
				t.Errorf("%s: %s(%#x) is let through: %v, want %v", name, v.call, v.args, got, want)
			}
		}
	}
}

// Whatever a policy lets through, those built on it do as well.
func TestBuiltinsGrow(t *testing.T) {
	chain := []string{"base", "cli", "web", "default"}
	for i := range chain[1:] {
		small, large := builtin(t, chain[i], syscalls.X86_64), builtin(t, chain[i+1], syscalls.X86_64)
		try := func(nr uint32, args [6]uint64) {
			if passes(small.Decide(small.ABI.Audit, nr, &args)) && !passes(large.Decide(large.ABI.Audit, nr, &args)) {
				t.Errorf("%s lets %s(%#x) through, %s does not", chain[i], small.ABI.Syscall(nr), args, chain[i+1])
			}
		}
		for _, e := range small.ABI.All() {
			try(e.Nr, [6]uint64{})
		}
		for _, v := range vectors {
			nr, _ := small.ABI.Number(v.call)
			try(nr, v.args)
		}
	}
}

// libc falls back from these only on ENOSYS, and nobody wants to read of it.
func TestBuiltinsAskForFallbacks(t *testing.T) {
	for _, name := range policies.Names() {
		r := builtin(t, name, syscalls.X86_64)
		nr, _ := r.ABI.Number("clone3")
		d := r.Decide(r.ABI.Audit, nr, new([6]uint64))
		if d.Action != policy.Deny || syscalls.ErrnoName(d.Errno) != "ENOSYS" || !d.Quiet {
			t.Errorf("%s: clone3 gets %+v", name, d)
		}
	}
}

func TestReplayOfBuiltins(t *testing.T) {
	rec := &policy.Recording{From: &policy.OS{Builtin: policies.Text}}
	if _, err := policy.Load("default", rec); err != nil {
		t.Fatal(err)
	}
	files := rec.Files()
	if len(files) != 4 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		if text, _ := policies.Text(f.Name); !f.Builtin || !bytes.Equal(f.Data, []byte(text)) {
			t.Errorf("%s is not what the program carries", f.Name)
		}
	}
	if _, err := policy.Load("default", &policy.Replay{Files: files}); err != nil {
		t.Error(err)
	}
}

func BenchmarkLoadAndResolveWeb(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		builtin(b, "web", syscalls.X86_64)
	}
}

func BenchmarkResolveWeb(b *testing.B) {
	p, err := policy.Load("web", &policy.OS{Builtin: policies.Text})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Resolve(syscalls.X86_64); err != nil {
			b.Fatal(err)
		}
	}
}
