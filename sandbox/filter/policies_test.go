package filter

import (
	"slices"

	"jail/policy"
	"jail/policy/syscalls"
)

// Rules that look like those people run under, for benchmarks and for the
// comparison with other compilers.

var deny = policy.Decision{Action: policy.Deny, Errno: 1}

// namesOnly allows the names and denies the rest of the table.
func namesOnly(abi *syscalls.ABI, names []string) *policy.Rules {
	r := &policy.Rules{ABI: abi, Unknown: deny, Foreign: deny, Origins: []string{"default"}}
	for _, e := range abi.All() {
		if abi.IsForeign(e.Nr) {
			continue
		}
		c := policy.Call{Nr: e.Nr, Otherwise: deny}
		if slices.Contains(names, e.Name) {
			c.Otherwise = policy.Decision{}
		}
		r.Calls = append(r.Calls, c)
	}
	return r
}

// hundredNames are what a dynamically linked server needs.
func hundredNames() *policy.Rules { return namesOnly(syscalls.X86_64, serverNames) }

var serverNames = []string{
	"accept4", "access", "arch_prctl", "bind", "brk", "chdir", "clock_getres", "clock_gettime", "clock_nanosleep",
	"clone", "close", "connect", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
	"eventfd2", "execve", "exit", "exit_group", "faccessat2", "fadvise64", "fallocate", "fchmod", "fchown", "fcntl",
	"fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "futex", "getcwd", "getdents64", "getegid",
	"geteuid", "getgid", "getgroups", "getpeername", "getpgrp", "getpid", "getppid", "getpriority", "getrandom",
	"getrlimit", "getrusage", "getsockname", "getsockopt", "gettid", "gettimeofday", "getuid", "ioctl", "kill",
	"lseek", "lstat", "madvise", "mkdir", "mmap", "mprotect", "mremap", "munmap", "nanosleep", "newfstatat", "open",
	"openat", "pipe2", "poll", "ppoll", "prctl", "pread64", "prlimit64", "pselect6", "pwrite64", "read", "readlink",
	"readv", "recvfrom", "recvmsg", "rename", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_yield",
	"sendfile", "sendmsg", "sendto", "set_robust_list", "set_tid_address", "setsockopt", "sigaltstack", "socket",
	"stat", "statx", "sysinfo", "uname", "unlink", "wait4", "write", "writev",
}

// dockerLike allows all but what Docker's default profile denies, with its
// conditions on clone, socket and personality.
func dockerLike() *policy.Rules {
	r := namesOnly(syscalls.X86_64, nil)
	for i := range r.Calls {
		c := &r.Calls[i]
		name := r.ABI.Syscall(c.Nr)
		if slices.Contains(dockerDenied, name) {
			continue
		}
		c.Otherwise = policy.Decision{}
		if when := dockerCondition(name); when != nil {
			c.Clauses = []policy.Clause{{When: when, Then: policy.Decision{}}}
			c.Otherwise = deny
		}
	}
	return r
}

var dockerDenied = []string{
	"acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "clone3", "create_module", "delete_module",
	"fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "get_kernel_syms", "init_module",
	"io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
	"keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount", "move_pages", "nfsservctl", "open_by_handle_at",
	"open_tree", "perf_event_open", "pivot_root", "process_madvise", "ptrace", "query_module", "quotactl",
	"quotactl_fd", "reboot", "request_key", "set_mempolicy", "setns", "settimeofday", "stime", "swapoff", "swapon",
	"sysfs", "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup", "_sysctl", "afs_syscall", "getpmsg",
	"putpmsg", "security", "tuxcall", "vserver", "epoll_ctl_old", "epoll_wait_old",
}

func dockerCondition(name string) policy.Expr {
	switch name {
	case "clone":
		return test64(0, policy.Eq, 0x7e020000, 0)
	case "socket":
		return test32(0, policy.Ne, 40)
	case "personality":
		var or policy.Or
		for _, v := range []uint64{0, 8, 0x20000, 0x20008, 0xffffffff} {
			or = append(or, test32(0, policy.Eq, v))
		}
		return or
	}
	return nil
}

func test32(arg uint8, op policy.Op, value uint64) policy.Test {
	return policy.Test{Arg: arg, Width: 32, Mask: 0xffffffff, Op: op, Value: value}
}

func test64(arg uint8, op policy.Op, mask, value uint64) policy.Test {
	return policy.Test{Arg: arg, Width: 64, Mask: mask, Op: op, Value: value}
}

// busy has the size of the largest policies: the whole table with conditions
// on thirty calls.
func busy() *policy.Rules {
	r := dockerLike()
	n := 0
	for i := range r.Calls {
		c := &r.Calls[i]
		if i%12 != 0 || len(c.Clauses) > 0 {
			continue
		}
		n++
		v := uint64(n)
		c.Clauses = []policy.Clause{
			{When: policy.And{test32(0, policy.Eq, v), policy.Not{X: test32(1, policy.Gt, v)}}, Then: deny},
			{When: policy.Or{test64(2, policy.Ge, ^uint64(0), v<<32|5), test64(2, policy.Eq, 0xff, v)}, Then: policy.Decision{Action: policy.Log}},
		}
	}
	return r
}
