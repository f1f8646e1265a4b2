package syscalls_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

func TestConstants(t *testing.T) {
	const all = "x86_64 i386 x32 aarch64"
	for _, test := range []struct {
		abis, name string
		want       uint64
	}{
		{all, "AF_INET", unix.AF_INET},
		{all, "AF_VSOCK", 40},
		{all, "SOCK_RAW", 3},
		{all, "SOL_SOCKET", 1},
		{all, "IPPROTO_MPTCP", 262},
		{all, "CLONE_NEWUSER", 0x10000000},
		{all, "PR_SET_NAME", 15},
		{all, "TIOCSTI", 0x5412},
		{all, "TIOCLINUX", 0x541c},
		{all, "SECCOMP_FILTER_FLAG_NEW_LISTENER", 8},
		{all, "PROT_EXEC", 4},
		{all, "MAP_ANONYMOUS", 0x20},
		{all, "S_ISUID", 0o4000},
		{all, "SIGKILL", 9},
		{all, "FUTEX_WAIT", 0},
		{all, "F_SETFD", 2},
		{all, "KEYCTL_JOIN_SESSION_KEYRING", 1},
		{all, "BPF_PROG_LOAD", 5},
		{all, "PTRACE_SEIZE", 0x4206},
		{all, "READ_IMPLIES_EXEC", 0x400000},
		{all, "ADDR_NO_RANDOMIZE", 0x40000},
		{all, "EPERM", 1},
		{all, "__WALL", 0x40000000},
		{all, "KCMP_FILE", 0},
		{all, "FIONREAD", 0x541b},
		{all, "GETALL", 13},
		{all, "Q_QUOTAON", 0x800002},
		{all, "FUTEX2_SIZE_U32", 2},
		{all, "AT_FDCWD", 0xffffffffffffff9c}, // negative: sign-extended
		{all, "KEY_SPEC_SESSION_KEYRING", 0xfffffffffffffffd},
		{all, "RB_POWER_OFF", 0x4321fedc},
		{all, "LINUX_REBOOT_CMD_CAD_ON", 0x89abcdef}, // not negative

		// What differs.
		{"x86_64 i386 x32", "O_DIRECTORY", 0x10000},
		{"aarch64", "O_DIRECTORY", 0x4000},
		{"x86_64 i386 x32", "O_LARGEFILE", 0x8000}, // glibc's is 0
		{"aarch64", "O_LARGEFILE", 0x20000},
		{"x86_64 x32 aarch64", "F_SETLK", 6},
		{"i386", "F_SETLK", 6}, // not glibc's with 64-bit offsets
		{"i386", "F_SETLK64", 13},
		{"x86_64 i386 x32", "MAP_32BIT", 0x40},
		{"x86_64 i386 x32", "ARCH_SET_FS", 0x1002},
		{"x86_64 aarch64", "FS_IOC_GETVERSION", 0x80087601},
		{"i386", "FS_IOC_GETVERSION", 0x80047601},
		{"aarch64", "PROT_BTI", 0x10},
	} {
		for abi := range strings.FieldsSeq(test.abis) {
			if got, ok := syscalls.Constant(syscalls.ByName(abi), test.name); !ok || got != test.want {
				t.Errorf("%s: Constant(%q) = %#x, %v; want %#x", abi, test.name, got, ok, test.want)
			}
		}
	}
	for abi, names := range map[string]string{
		"aarch64": "MAP_32BIT ARCH_SET_FS MODIFY_LDT_CONTENTS_CODE",
		"x86_64":  "PROT_BTI SYS_READ SizeofInt ZZZ A TIOCST TIOCSTII AF_INET\nAF",
		"i386":    "PROT_BTI",
	} {
		for _, name := range append(strings.Split(names, " "), "", "\n") {
			if v, ok := syscalls.Constant(syscalls.ByName(abi), name); ok {
				t.Errorf("%s: Constant(%q) = %#x, but there is none", abi, name, v)
			}
		}
	}
}

// The table must be sorted, hold thousands, and find every name.
func TestConstantNames(t *testing.T) {
	for _, a := range syscalls.ABIs() {
		names := slices.Collect(syscalls.ConstantNames(a))
		if !slices.IsSorted(names) || len(slices.Compact(names)) != len(names) {
			t.Errorf("%s: names are not ascending", a.Name)
		}
		if len(names) < 9000 {
			t.Errorf("%s: only %d constants", a.Name, len(names))
		}
		for _, name := range names {
			if _, ok := syscalls.Constant(a, name); !ok {
				t.Errorf("%s: %s is not found", a.Name, name)
			}
			if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
				t.Errorf("%s: %q is no name", a.Name, name)
			}
		}
	}
}

// What the kernel's headers define as a plain number.
func TestConstantsAgainstHeaders(t *testing.T) {
	headers := strings.Fields(`asm-generic/ioctls.h asm-generic/mman-common.h asm-generic/errno-base.h
		asm-generic/errno.h linux/prctl.h linux/sched.h linux/seccomp.h linux/capability.h linux/futex.h
		linux/mount.h linux/keyctl.h linux/fcntl.h linux/mman.h linux/reboot.h linux/ptrace.h linux/stat.h
		linux/in.h linux/netlink.h linux/kd.h linux/vt.h linux/wait.h linux/sem.h linux/shm.h linux/audit.h`)
	ignored := func(name string) bool { // these grow with the kernel, or are no constants of the interface
		for _, end := range []string{"_MAX", "_MASK", "_LAST", "_VERSION", "_CURRENT", "_VALID"} {
			if strings.HasSuffix(name, end) {
				return true
			}
		}
		return false
	}
	a := syscalls.Native()
	compared := 0
	for _, header := range headers {
		lines(t, include(t, header), func(line string) {
			line, _, _ = strings.Cut(line, "/*")
			f := strings.Fields(line)
			if len(f) != 3 || f[0] != "#define" || ignored(f[1]) {
				return
			}
			want, err := strconv.ParseUint(strings.TrimRight(f[2], "UL"), 0, 64)
			if err != nil {
				return
			}
			got, ok := syscalls.Constant(a, f[1])
			if !ok {
				return // in the table is what policies need, not all there is
			}
			compared++
			if got != want {
				t.Errorf("%s is %#x, <%s> has %#x", f[1], got, header, want)
			}
		})
	}
	if compared < 600 {
		t.Errorf("only %d constants compared", compared)
	}
}
