package decode

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// The differential test runs this test binary again, under strace. There it
// makes the calls of straceCases and decodes their registers itself; both texts
// have to agree. Where they differ on purpose (differences below) the case is
// left out.
//
// Differences: socket addresses and message headers are shorter here; buffers
// and what the kernel fills in are addresses; printable UTF-8 is shown as it is,
// where strace writes every byte above 0x7e in octal; clone's arguments have no
// names; numbers that have no name carry no comment; rlim_cur is not factored;
// ioctl commands without a name are one number; paths are cut at 256 bytes;
// mount's type and data are shown for what they are, used or not.

const (
	straceEnv  = "JAIL_TEST_DECODE_CALLS"
	straceMark = 1 << 20 // getpgid of a process that can't exist precedes each case
)

func TestMain(m *testing.M) {
	if os.Getenv(straceEnv) != "" {
		makeCalls()
		return
	}
	os.Exit(m.Run())
}

// pinned keeps what cases point at alive: registers are no references.
var pinned [][]byte

// at returns the address of b.
func at(b []byte) uint64 {
	pinned = append(pinned, b)
	return uint64(uintptr(unsafe.Pointer(&b[0])))
}

func cstr(s string) uint64 { return at([]byte(s + "\x00")) }

// words returns the address of a struct of 64-bit numbers.
func words(v ...uint64) uint64 {
	var b []byte
	for _, w := range v {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return at(b)
}

func num32(v ...uint32) uint64 {
	var b []byte
	for _, w := range v {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return at(b)
}

type straceCase struct {
	nr   uint32
	args [6]uint64
}

const (
	cwd    = uint64(0xffffff9c) // AT_FDCWD as an int
	noFD   = uint64(0xffffffff)
	nobody = uint64(0x7fffffff) // a process that can't exist
	junk   = uint64(0xdead) << 32
)

// straceCases are calls that do no harm: they fail, ask, or change this
// process alone.
func straceCases() []straceCase {
	missing := cstr("/nonexistent/\x1b[31m\"quoted\\\t\n\x019x")
	plain := cstr("/nonexistent/plain")
	long := cstr(strings.Repeat("x", 80))
	c := func(nr uint32, args ...uint64) (s straceCase) {
		s.nr = nr
		copy(s.args[:], args)
		return s
	}
	return []straceCase{
		c(unix.SYS_OPENAT, cwd, plain, unix.O_RDONLY),
		c(unix.SYS_OPENAT, cwd|junk, missing, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK),
		c(unix.SYS_OPENAT, cwd, plain, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_TRUNC|unix.O_APPEND|unix.O_NOCTTY, 0o644),
		c(unix.SYS_OPENAT, cwd, plain, unix.O_RDWR|unix.O_TMPFILE, 0),
		c(unix.SYS_OPENAT, cwd, plain, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC),
		c(unix.SYS_OPENAT, cwd, plain, unix.O_SYNC|unix.O_DIRECT|unix.O_NOATIME|oLargefile|unix.O_DSYNC),
		c(unix.SYS_OPENAT, noFD, cstr("relative"), 3|1<<30),
		c(unix.SYS_OPENAT, cwd, 0, unix.O_RDONLY),
		c(unix.SYS_OPENAT, cwd, 0x10, unix.O_RDONLY),
		c(unix.SYS_OPENAT2, cwd, plain, words(unix.O_RDONLY|unix.O_CLOEXEC, 0, unix.RESOLVE_BENEATH|unix.RESOLVE_NO_SYMLINKS), 24),
		c(unix.SYS_MKDIRAT, noFD, cstr("x"), 0o755),
		c(unix.SYS_MKDIRAT, noFD, cstr("x"), 7),
		c(unix.SYS_MKNODAT, noFD, cstr("x"), unix.S_IFCHR|0o600, 0x103),
		c(unix.SYS_UNLINKAT, noFD, cstr("x"), unix.AT_REMOVEDIR),
		c(unix.SYS_RENAMEAT2, noFD, cstr("x"), noFD, cstr("y"), unix.RENAME_NOREPLACE|unix.RENAME_EXCHANGE),
		c(unix.SYS_LINKAT, noFD, cstr("x"), cwd, cstr("y"), unix.AT_SYMLINK_FOLLOW|unix.AT_EMPTY_PATH),
		c(unix.SYS_SYMLINKAT, cstr("target"), noFD, cstr("name")),
		c(unix.SYS_FCHMODAT, noFD, cstr("x"), 0o4755),
		c(unix.SYS_FCHOWNAT, noFD, cstr("x"), noFD, 1000, unix.AT_SYMLINK_NOFOLLOW),
		c(unix.SYS_FACCESSAT, noFD, cstr("x"), 4|2|1),
		c(unix.SYS_FACCESSAT, noFD, cstr("x"), 0),
		c(unix.SYS_FACCESSAT2, noFD, cstr("x"), 4, unix.AT_EACCESS),
		c(unix.SYS_STATFS, plain, 0),
		c(unix.SYS_TRUNCATE, plain, 77),
		c(unix.SYS_CHDIR, plain),
		c(unix.SYS_CHROOT, plain),
		c(unix.SYS_PIVOT_ROOT, plain, plain),
		c(unix.SYS_MOUNT, cstr("none"), plain, cstr("tmpfs"), unix.MS_NOSUID|unix.MS_NODEV|unix.MS_RELATIME, cstr("size=1k")),
		c(unix.SYS_MOUNT, cstr("none"), plain, 0, unix.MS_REMOUNT|unix.MS_RDONLY|0xc0ed0000, 0),
		c(unix.SYS_UMOUNT2, plain, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW),
		c(unix.SYS_SWAPOFF, plain),
		c(unix.SYS_DUP3, noFD, 77, unix.O_CLOEXEC),
		c(unix.SYS_FCNTL, noFD, unix.F_SETFD, unix.FD_CLOEXEC),
		c(unix.SYS_FCNTL, noFD, unix.F_SETFL, unix.O_NONBLOCK|unix.O_APPEND),
		c(unix.SYS_FCNTL, noFD, unix.F_GETFL),
		c(unix.SYS_FCNTL, noFD, unix.F_DUPFD_CLOEXEC, 3),
		c(unix.SYS_FCNTL, noFD, unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_SEAL),
		c(unix.SYS_FLOCK, noFD, unix.LOCK_EX|unix.LOCK_NB),
		c(unix.SYS_LSEEK, noFD, ^uint64(6), unix.SEEK_DATA),
		c(unix.SYS_FALLOCATE, noFD, unix.FALLOC_FL_KEEP_SIZE|unix.FALLOC_FL_PUNCH_HOLE, 0, 4096),
		c(unix.SYS_PIPE2, 0, unix.O_CLOEXEC|unix.O_NONBLOCK),
		c(unix.SYS_MEMFD_CREATE, long, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|1<<20),
		c(unix.SYS_INOTIFY_ADD_WATCH, noFD, plain, unix.IN_CREATE|unix.IN_DELETE),
		c(unix.SYS_IOCTL, noFD, unix.TCGETS|junk, 0),
		c(unix.SYS_IOCTL, noFD, unix.TIOCSCTTY, 1),
		c(unix.SYS_KILL, nobody, uint64(unix.SIGTERM)),
		c(unix.SYS_KILL, nobody, 0),
		c(unix.SYS_KILL, nobody, 34),
		c(unix.SYS_TGKILL, nobody, nobody, uint64(unix.SIGABRT)),
		c(unix.SYS_RT_SIGPROCMASK, unix.SIG_BLOCK, words(1<<1|1<<14|1<<33), 0, 8),
		c(unix.SYS_RT_SIGPROCMASK, unix.SIG_UNBLOCK, words(0), 0, 8),
		c(unix.SYS_RT_SIGPROCMASK, 77, words(^uint64(1<<8)), 0, 8),
		c(unix.SYS_WAIT4, nobody, 0, unix.WNOHANG|unix.WALL, 0),
		c(unix.SYS_WAITID, unix.P_PID, nobody, 0, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, 0),
		c(unix.SYS_SOCKET, unix.AF_INET, 77|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0),
		c(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP),
		c(unix.SYS_SOCKET, unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP),
		c(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0),
		c(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_AUDIT),
		c(unix.SYS_SOCKET, unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0x0300),
		c(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM, 0, 0),
		c(unix.SYS_BIND, noFD, 0, 16),
		c(unix.SYS_CONNECT, noFD, 0x10, 16),
		c(unix.SYS_SENDTO, noFD, 0, 0, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, 0, 0),
		c(unix.SYS_SETSOCKOPT, noFD, unix.SOL_SOCKET, unix.SO_REUSEADDR, num32(1), 4),
		c(unix.SYS_SETSOCKOPT, noFD, unix.SOL_TCP, unix.TCP_NODELAY, num32(1), 4),
		c(unix.SYS_SETSOCKOPT, noFD, unix.SOL_IP, unix.IP_TTL, num32(64), 4),
		c(unix.SYS_SETSOCKOPT, noFD, unix.SOL_IPV6, unix.IPV6_V6ONLY, num32(1), 4),
		c(unix.SYS_SHUTDOWN, noFD, unix.SHUT_RDWR),
		c(unix.SYS_LISTEN, noFD, 128),
		c(unix.SYS_EPOLL_CREATE1, unix.EPOLL_CLOEXEC|1),
		c(unix.SYS_EPOLL_CTL, noFD, unix.EPOLL_CTL_ADD, 5, 0),
		c(unix.SYS_EVENTFD2, 0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK|4),
		c(unix.SYS_TIMERFD_CREATE, 77, unix.TFD_CLOEXEC),
		c(unix.SYS_SIGNALFD4, noFD, words(1<<14), 8, unix.SFD_CLOEXEC),
		c(unix.SYS_MMAP, 0, 0, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE, noFD, 0),
		c(unix.SYS_MMAP, 0x1000, 4096, 0, unix.MAP_SHARED|unix.MAP_FIXED, noFD, 0x2000),
		c(unix.SYS_MPROTECT, 0x1000, 4096, unix.PROT_READ|unix.PROT_EXEC),
		c(unix.SYS_MUNMAP, 0x1001, 4096),
		c(unix.SYS_MADVISE, 0x1000, 4096, unix.MADV_DONTNEED),
		c(unix.SYS_MSYNC, 0x1001, 4096, unix.MS_SYNC),
		c(unix.SYS_MLOCKALL, 0),
		c(unix.SYS_UNSHARE, unix.CLONE_NEWUSER|unix.CLONE_NEWNS|unix.CLONE_NEWNET|1<<40),
		c(unix.SYS_SETNS, noFD, unix.CLONE_NEWNET),
		c(unix.SYS_SETNS, noFD, 0),
		c(unix.SYS_PRCTL, unix.PR_SET_NAME, cstr("decoder")),
		c(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0),
		c(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		c(unix.SYS_PRCTL, unix.PR_CAPBSET_READ, unix.CAP_SYS_ADMIN),
		c(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC|unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, 0),
		c(unix.SYS_PTRACE, unix.PTRACE_ATTACH, nobody),
		c(unix.SYS_PTRACE, unix.PTRACE_SEIZE, nobody, 0, unix.PTRACE_O_TRACESECCOMP|unix.PTRACE_O_EXITKILL),
		c(unix.SYS_PERSONALITY, 0xffffffff),
		c(unix.SYS_SETRLIMIT, 77, words(1, 2)),
		c(unix.SYS_SETRLIMIT, unix.RLIMIT_CORE, words(5, 3)),
		c(unix.SYS_PRLIMIT64, nobody, unix.RLIMIT_NOFILE, words(100, ^uint64(0)), 0),
		c(unix.SYS_NANOSLEEP, words(0, 1000000000), 0),
		c(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, words(^uint64(0), 0), 0),
		c(unix.SYS_FUTEX, 0x10, 1|0x80, 1),
		c(unix.SYS_FUTEX, 0x10, 0|0x80, 2, 0),
		c(unix.SYS_FUTEX, 0x10, 9|0x80|0x100, 2, 0, 0, 0xffffffff),
		c(unix.SYS_GETPRIORITY, 77, 1),
		c(unix.SYS_GETRANDOM, 0, 0, unix.GRND_NONBLOCK),
		c(unix.SYS_KCMP, nobody, nobody, 77, 1, 2),
		c(unix.SYS_KEYCTL, unix.KEYCTL_JOIN_SESSION_KEYRING, 0x10),
		c(unix.SYS_SETUID, noFD),
		c(unix.SYS_SETRESUID, noFD, noFD, noFD),
		c(unix.SYS_UMASK, 0o22),
		c(unix.SYS_EXECVE, plain, words(cstr("a"), cstr("b c"), 0), words(cstr("E=1"), cstr("F=2"), 0)),
		c(unix.SYS_EXECVEAT, cwd, plain, words(cstr("a"), 0), words(0), unix.AT_EMPTY_PATH),
		c(unix.SYS_EXECVE, plain, 0, words(cstr("E=1"), 0)),
		c(unix.SYS_PIDFD_OPEN, nobody, unix.PIDFD_NONBLOCK),
		c(unix.SYS_FINIT_MODULE, noFD, cstr("x=1"), unix.MODULE_INIT_IGNORE_VERMAGIC),
		c(unix.SYS_SETXATTR, plain, cstr("user.x"), 0, 0, unix.XATTR_CREATE),
		c(unix.SYS_PREADV2, noFD, 0, 0, 7, 0, unix.RWF_HIPRI),
		c(unix.SYS_CLOSE, noFD),
		c(unix.SYS_FSYNC, noFD),
	}
}

// selfMemory reads this process's own memory, as a monitor reads another's.
type selfMemory struct{}

func (selfMemory) ReadAt(p []byte, addr uint64) int {
	local := []unix.Iovec{{Base: &p[0], Len: uint64(len(p))}}
	remote := []unix.RemoteIovec{{Base: uintptr(addr), Len: len(p)}}
	n, err := unix.ProcessVMReadv(os.Getpid(), local, remote, 0)
	if err != nil {
		return 0
	}
	return n
}

func nativeABI() *syscalls.ABI {
	if runtime.GOARCH == "arm64" {
		return syscalls.AArch64
	}
	return syscalls.X86_64
}

// makeCalls is the other life of the test binary.
func makeCalls() {
	runtime.LockOSThread()
	cases := straceCases()
	for i, c := range cases {
		unix.RawSyscall(unix.SYS_GETPGID, uintptr(straceMark+i), 0, 0)
		a := c.args
		unix.RawSyscall6(uintptr(c.nr), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
	}
	fmt.Println(unix.Gettid())
	var d Decoder
	for _, c := range cases {
		text, _, _ := d.Append(nil, &Call{ABI: nativeABI(), Nr: c.nr, Args: c.args}, selfMemory{})
		fmt.Printf("%s\n", text)
	}
	runtime.KeepAlive(pinned)
}

func TestAgreesWithStrace(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		lacking(t, "strace is not installed")
	}
	log := filepath.Join(t.TempDir(), "strace")
	cmd := exec.Command(strace, "-ff", "-qq", "-a1", "-s", strconv.Itoa(stringShown), "-e", "signal=none", "-o", log, os.Args[0])
	cmd.Env = append(os.Environ(), straceEnv+"=1", "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lacking(t, fmt.Sprintf("strace does not work here: %v: %s", err, stderr.String()))
	}
	ours := strings.Split(strings.TrimSpace(string(out)), "\n")
	theirs := straceLines(t, log+"."+ours[0])
	agree := 0
	for i, got := range ours[1:] {
		want, ok := theirs[i]
		switch {
		case !ok:
			t.Errorf("strace has no call %d: %s", i, got)
		case got != want:
			t.Errorf("call %d\n  got    %s\n  strace %s", i, got, want)
		default:
			agree++
		}
	}
	t.Logf("%d of %d calls agree", agree, len(ours)-1)
}

// straceLines returns the calls that followed the marks, by case.
func straceLines(t *testing.T, log string) map[int]string {
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mark := regexp.MustCompile(`^getpgid\((\d+)\)`)
	result := regexp.MustCompile(`\s+= (-?\d+|0x[0-9a-f]+|\?)( .*)?$`)
	comment := regexp.MustCompile(` /\* [A-Z_]+\?\?\? \*/`)
	lines, number := map[int]string{}, -1
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		line := scan.Text()
		if m := mark.FindStringSubmatch(line); m != nil {
			number, _ = strconv.Atoi(m[1])
			continue
		}
		if number >= straceMark {
			lines[number-straceMark] = comment.ReplaceAllString(result.ReplaceAllString(line, ""), "")
			number = -1
		}
	}
	return lines
}

// lacking skips where the machine lacks something, unless it must not.
func lacking(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("JAIL_TEST_NO_SKIP") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
