package syscalls_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// format returns an argument list as one line: "int fd s32, char * buf ptr".
func format(args []syscalls.Arg) string {
	var out []string
	for _, a := range args {
		out = append(out, a.Type+" "+a.Name+" "+kind(a))
	}
	return strings.Join(out, ", ")
}

func kind(a syscalls.Arg) string {
	width := map[uint8]string{32: "32", 64: "64"}[a.Width]
	switch {
	case a.Pointer:
		return "ptr" + width
	case a.Bits != a.Width:
		return "u16/" + width
	case a.Signed:
		return "s" + width
	}
	return "u" + width
}

func TestArgs(t *testing.T) {
	const amd64, i386, x32, arm64 = "x86_64", "i386", "x32", "aarch64"
	for _, test := range []struct{ abi, call, want string }{
		{amd64, "getpid", ""},
		{amd64, "socket", "int family s32, int type s32, int protocol s32"},
		{amd64, "openat", "int dfd s32, const char * filename ptr64, int flags s32, umode_t mode u16/32"},
		{amd64, "fstat", "unsigned int fd u32, struct stat * statbuf ptr64"},
		{amd64, "uname", "struct new_utsname * name ptr64"},
		{amd64, "umount2", "char * name ptr64, int flags s32"},
		{amd64, "sendfile", "int out_fd s32, int in_fd s32, loff_t * offset ptr64, size_t count u64"},
		{amd64, "capset", "cap_user_header_t header ptr64, const cap_user_data_t data ptr64"},
		{amd64, "ioctl", "unsigned int fd u32, unsigned int cmd u32, unsigned long arg u64"},
		{amd64, "prctl", "int option s32, unsigned long arg1 u64, unsigned long arg2 u64, unsigned long arg3 u64, unsigned long arg4 u64"},
		{amd64, "lseek", "unsigned int fd u32, off_t offset s64, unsigned int whence u32"},
		{amd64, "kexec_file_load", "int kernel_fd s32, int initrd_fd s32, unsigned long cmdline_len u64, const char * cmdline_ptr ptr64, unsigned long flags u64"},
		// The kernel reads 32 bits of these although they are long.
		{amd64, "clone", "unsigned long clone_flags u32, unsigned long newsp u64, int * parent_tidptr ptr64, int * child_tidptr ptr64, unsigned long tls u64"},
		{amd64, "mmap", "unsigned long addr u64, unsigned long len u64, unsigned long prot u64, unsigned long flags u64, unsigned long fd u32, unsigned long off u64"},
		{amd64, "writev", "unsigned long fd u32, const struct iovec * vec ptr64, unsigned long vlen u64"},
		{amd64, "ptrace", "long request s64, long pid s32, unsigned long addr u64, unsigned long data u64"},

		{arm64, "clone", "unsigned long clone_flags u32, unsigned long newsp u64, int * parent_tidptr ptr64, unsigned long tls u64, int * child_tidptr ptr64"},
		{arm64, "fadvise64", "int fd s32, loff_t offset s64, loff_t len s64, int advice s32"},
		{arm64, "newfstatat", "int dfd s32, const char * filename ptr64, struct stat * statbuf ptr64, int flag s32"},

		{i386, "clone", "unsigned long clone_flags u32, unsigned long newsp u32, int * parent_tidptr ptr32, unsigned long tls u32, int * child_tidptr ptr32"},
		{i386, "mmap", "struct mmap_arg_struct * arg ptr32"},
		{i386, "mmap2", "unsigned long addr u32, unsigned long len u32, unsigned long prot u32, unsigned long flags u32, unsigned long fd u32, unsigned long pgoff u32"},
		{i386, "lseek", "unsigned int fd u32, off_t offset s32, unsigned int whence u32"},
		{i386, "socketcall", "int call s32, unsigned long * args ptr32"},
		{i386, "umount", "char * name ptr32"},
		{i386, "umount2", "char * name ptr32, int flags s32"},
		{i386, "chown", "const char * filename ptr32, old_uid_t user u16/32, old_gid_t group u16/32"},
		{i386, "chown32", "const char * filename ptr32, uid_t user u32, gid_t group u32"},
		{i386, "pread64", "unsigned int fd u32, char * ubuf ptr32, u32 count u32, u32 poslo u32, u32 poshi u32"},
		{i386, "futex_time64", "u32 * uaddr ptr32, int op s32, u32 val u32, const struct __kernel_timespec * utime ptr32, u32 * uaddr2 ptr32, u32 val3 u32"},

		{x32, "ioctl", "unsigned int fd u32, unsigned int cmd u32, compat_ulong_t arg u32"},
		{x32, "preadv", "unsigned long fd u32, const struct iovec * vec ptr64, unsigned long vlen u64, loff_t pos s64"},
		{x32, "lseek", "unsigned int fd u32, off_t offset s64, unsigned int whence u32"},
	} {
		args, ok := syscalls.ByName(test.abi).Args(test.call)
		if !ok {
			t.Errorf("%s: no arguments of %s", test.abi, test.call)
		} else if got := format(args); got != test.want {
			t.Errorf("%s: %s takes\n\t%s, want\n\t%s", test.abi, test.call, got, test.want)
		}
	}
}

// Only calls that no kernel implements have no prototype.
func TestEveryCallHasAPrototype(t *testing.T) {
	unimplemented := strings.Fields(`create_module get_kernel_syms query_module nfsservctl getpmsg
		putpmsg afs_syscall tuxcall security vserver epoll_ctl_old epoll_wait_old
		break stty gtty ftime prof lock mpx ulimit profil idle`)
	for _, a := range syscalls.ABIs() {
		for _, e := range a.All() {
			missing := slices.Contains(unimplemented, e.Name) ||
				a == syscalls.X86_64 && strings.HasSuffix(e.Name, "et_thread_area")
			if args, ok := a.Args(e.Name); ok == missing {
				t.Errorf("%s: %s takes %q, %v", a.Name, e.Name, format(args), ok)
			}
		}
	}
	if _, ok := syscalls.AArch64.Args("open"); ok {
		t.Error("aarch64 has no open, but its arguments")
	}
}

func TestArgProperties(t *testing.T) {
	for _, a := range syscalls.ABIs() {
		for _, e := range a.All() {
			args, _ := a.Args(e.Name)
			if len(args) > 6 {
				t.Errorf("%s: %s takes %d arguments", a.Name, e.Name, len(args))
			}
			for i, arg := range args {
				switch {
				case arg.Width != 32 && arg.Width != 64,
					arg.Bits != 16 && arg.Bits != arg.Width,
					arg.Bits == 16 && arg.Signed,
					arg.Pointer && arg.Signed,
					arg.Pointer && a != syscalls.I386 && arg.Width != 64,
					a == syscalls.I386 && arg.Width != 32:
					t.Errorf("%s: %s: %+v makes no sense", a.Name, e.Name, arg)
				}
				if n, got, ok := a.Arg(e.Name, arg.Name); n != i || got != arg || !ok {
					t.Errorf("%s: %s: Arg(%q) is %d, %+v, %v", a.Name, e.Name, arg.Name, n, got, ok)
				}
			}
		}
	}
}

func TestArgByManPageName(t *testing.T) {
	for _, test := range []struct {
		abi          *syscalls.ABI
		call, name   string
		index        int
		kernel       string
		wantNotFound bool
	}{
		{syscalls.X86_64, "socket", "domain", 0, "family", false},
		{syscalls.X86_64, "socket", "family", 0, "family", false},
		{syscalls.X86_64, "ioctl", "request", 1, "cmd", false},
		{syscalls.X86_64, "ioctl", "op", 1, "cmd", false},
		{syscalls.X86_64, "clone", "flags", 0, "clone_flags", false},
		{syscalls.AArch64, "clone", "flags", 0, "clone_flags", false},
		{syscalls.X86_64, "openat", "dirfd", 0, "dfd", false},
		{syscalls.X86_64, "mmap", "length", 1, "len", false},
		{syscalls.I386, "mmap2", "length", 1, "len", false},
		{syscalls.X86_64, "connect", "sockfd", 0, "fd", false},
		{syscalls.X86_64, "chown", "owner", 1, "user", false},
		{syscalls.X86_64, "setns", "nstype", 1, "flags", false},
		{syscalls.I386, "mmap", "length", 0, "", true},
		{syscalls.X86_64, "socket", "address", 0, "", true},
		{syscalls.X86_64, "socket", "", 0, "", true},
		{syscalls.X86_64, "nosuchcall", "fd", 0, "", true},
		{syscalls.X86_64, "read", "sockfd", 0, "", true}, // read(2) calls it fd
	} {
		index, arg, ok := test.abi.Arg(test.call, test.name)
		if ok == test.wantNotFound || index != test.index || arg.Name != test.kernel {
			t.Errorf("%s: Arg(%q, %q) = %d, %q, %v", test.abi.Name, test.call, test.name, index, arg.Name, ok)
		}
	}
}

// narrowed are the arguments of which the kernel reads less than their type.
var narrowed = []string{
	"clone clone_flags", "mmap fd", "ptrace pid", "mbind mode",
	"readv fd", "writev fd", "preadv fd", "pwritev fd", "preadv2 fd", "pwritev2 fd",
}

// What the running kernel declares, through tracefs and BTF: every width and
// signedness, and on the kernel that the table was taken from every name and
// type as well; others have renamed some.
func TestArgsAgainstKernel(t *testing.T) {
	a := syscalls.Native()
	types := readBTF(t)
	dir := tracefs(t)
	same := strings.HasPrefix(release(t), "6.18.")
	events, err := filepath.Glob(dir + "/sys_enter_*")
	if err != nil || len(events) < 200 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	renamed := map[string]string{
		"newfstat": "fstat", "newlstat": "lstat", "newstat": "stat", "newuname": "uname",
		"sendfile64": "sendfile", "umount": "umount2", "fadvise64_64": "fadvise64",
	}
	compared := 0
	for _, event := range events {
		name := strings.TrimPrefix(filepath.Base(event), "sys_enter_")
		if real, ok := renamed[name]; ok {
			name = real
		}
		if _, ok := a.Number(name); !ok {
			continue // compiled in, but not this ABI's
		}
		args, ok := a.Args(name)
		if !ok {
			t.Errorf("%s has no arguments", name)
			continue
		}
		compareWithEvent(t, types, name, args, event+"/format", same)
		compared++
	}
	if compared < 200 {
		t.Errorf("only %d calls compared", compared)
	}
}

// numbered matches what the kernel calls an argument that it has no name for.
var numbered = regexp.MustCompile(`^arg[0-9]$`)

// A name that reads like the number of a register is that register's.
func TestNumberedNames(t *testing.T) {
	seen := 0
	for _, a := range syscalls.ABIs() {
		for _, e := range a.All() {
			args, _ := a.Args(e.Name)
			for i, arg := range args {
				if !numbered.MatchString(arg.Name) {
					continue
				}
				seen++
				if arg.Name != fmt.Sprintf("arg%d", i) {
					t.Errorf("%s: %s: argument %d is called %s", a.Name, e.Name, i, arg.Name)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d such names", seen)
	}
}

func compareWithEvent(t *testing.T, types *btf, call string, args []syscalls.Arg, file string, same bool) {
	t.Helper()
	n := 0
	lines(t, file, func(line string) {
		field, ok := strings.CutPrefix(strings.TrimSpace(line), "field:")
		if !ok {
			return
		}
		field, _, _ = strings.Cut(field, ";")
		i := strings.LastIndexByte(field, ' ')
		typ, name := field[:i], field[i+1:]
		if strings.HasPrefix(name, "common_") || name == "__syscall_nr" {
			return
		}
		n++
		if n > len(args) {
			return
		}
		got := args[n-1]
		if numbered.MatchString(name) {
			name = fmt.Sprintf("arg%d", n-1) // counted from 0 here, as everywhere
		}
		if same && (got.Name != name || got.Type != typ) {
			t.Errorf("%s: argument %d is %s %s, the kernel says %s %s", call, n, got.Type, got.Name, typ, name)
		}
		if slices.Contains(narrowed, call+" "+got.Name) {
			if got.Width != 32 {
				t.Errorf("%s: %s is %d bits wide", call, name, got.Width)
			}
			return
		}
		want := typeKind(t, types, typ)
		if kind(got) != want {
			t.Errorf("%s: %s %s is %s, the kernel's type says %s", call, typ, name, kind(got), want)
		}
	})
	if n != len(args) {
		t.Errorf("%s takes %d arguments, the kernel says %d", call, len(args), n)
	}
}

// release returns the running kernel's, "6.18.1".
func release(t *testing.T) string {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	return unix.ByteSliceToString(u.Release[:])
}

func typeKind(t *testing.T, types *btf, typ string) string {
	t.Helper()
	if strings.Contains(typ, "*") {
		return "ptr64"
	}
	name := strings.TrimPrefix(strings.TrimPrefix(typ, "const "), "enum ")
	bits, signed, pointer, err := types.scalar(name)
	if err != nil {
		t.Fatal(err)
	}
	return kind(syscalls.Arg{Width: max(bits, 32), Bits: bits, Signed: signed, Pointer: pointer})
}

// tracefs returns the directory of the events at system call entry, mounting
// tracefs where it is not.
func tracefs(t *testing.T) string {
	t.Helper()
	const usual = "/sys/kernel/tracing/events/syscalls"
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	dir := t.TempDir()
	if err := unix.Mount("tracefs", dir, "tracefs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		skip(t, "tracefs cannot be mounted: "+err.Error())
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	events := dir + "/events/syscalls"
	if _, err := os.Stat(events); err != nil {
		skip(t, "this kernel has no CONFIG_FTRACE_SYSCALLS")
	}
	return events
}
