package filter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

// Filters stay for good, so they are installed in a process of their own:
// this test binary once more, with a role.
const (
	role = "JAIL_FILTER_TEST_ROLE"
	seed = "JAIL_FILTER_TEST_SEED"
)

func init() {
	if os.Getenv(role) != "" {
		runtime.LockOSThread() // the roles run on the main thread
	}
}

func TestMain(m *testing.M) {
	var run func() error
	switch os.Getenv(role) {
	case "calls":
		run = makeCalls
	case "launch":
		run = launch
	case "launched":
		os.Exit(42)
	case "kill":
		run = beKilled
	default:
		os.Exit(m.Run())
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func command(as string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), role+"="+as)
	cmd.Stderr = os.Stderr
	return cmd
}

// harmless calls take no arguments, so that any can be given to them.
var harmless = []string{"getuid", "geteuid", "getgid", "getegid", "getppid", "gettid", "sched_yield"}

// TestKernel installs filters of random rules and compares what real calls
// return with the specification.
func TestKernel(t *testing.T) {
	for i := range 12 {
		cmd := command("calls")
		cmd.Env = append(cmd.Env, seed+"="+strconv.Itoa(i))
		if err := cmd.Run(); err != nil {
			t.Errorf("seed %d: %v", i, err)
		}
	}
}

func makeCalls() error {
	n, err := strconv.Atoi(os.Getenv(seed))
	if err != nil {
		return err
	}
	g := randomGenerator(uint64(n))
	g.mixtures = 4
	o := Options{Monitor: n%2 == 1, LaunchNonce: launchNonce}
	r := g.harmlessRules()
	p, err := Compile(r, o)
	if err != nil {
		return err
	}
	if err := bpftest.Install(p); err != nil {
		return err
	}
	made := 0
	for nr := range r.ABI.Max() + 64 {
		if c := r.Lookup(nr); c != nil && len(c.Clauses) == 0 {
			continue // the runtime's own
		}
		for _, args := range arguments(g, r, nr) {
			if err := compareCall(r, o, nr, args); err != nil {
				return err
			}
			made++
		}
	}
	for _, nr := range []uint32{0x3fffffff, 0x40000000, 0x40000000 + 39, 0x7fffffff, 0x80000000, 0xffffffff} {
		if err := compareCall(r, o, nr, [6]uint64{5: launchNonce}); err != nil {
			return err
		}
	}
	if made < 1000 {
		return fmt.Errorf("only %d calls", made)
	}
	return nil
}

// harmlessRules allow everything but what nobody needs, with errnos that no
// real call returns.
func (g *generator) harmlessRules() *policy.Rules {
	errno := func(e uint16) policy.Decision { return policy.Decision{Action: policy.Deny, Errno: e, Quiet: true} }
	r := &policy.Rules{ABI: syscalls.Native(), Unknown: errno(3998), Foreign: errno(3999)}
	for _, e := range r.ABI.All() {
		if !r.ABI.IsForeign(e.Nr) {
			r.Calls = append(r.Calls, policy.Call{Nr: e.Nr})
		}
	}
	for i, name := range harmless {
		nr, _ := r.ABI.Number(name)
		c := r.Lookup(nr)
		for j := range 2 {
			then := errno(uint16(3000 + 10*i + j))
			if g.oneIn(3) {
				then = allow
			}
			c.Clauses = append(c.Clauses, policy.Clause{When: g.expr(3), Then: then})
		}
		if g.oneIn(2) {
			c.Otherwise = errno(uint16(3000 + 10*i + 9))
		} else if g.oneIn(3) {
			c.Otherwise = denied // for the tracer, where there is to be one
		}
	}
	return r
}

func compareCall(r *policy.Rules, o Options, nr uint32, a [6]uint64) error {
	want := Expected(r, o, &bpf.Data{Arch: r.ABI.Audit, Nr: nr, Args: a})
	errno := rawCall(uint64(nr), a)
	ok := false
	switch want & unix.SECCOMP_RET_ACTION_FULL {
	case retAllow:
		ok = errno == 0
	case retErrno:
		ok = uint32(errno) == want&unix.SECCOMP_RET_DATA
	case retTrace:
		ok = errno == unix.ENOSYS // nobody traces us
	}
	if !ok {
		return fmt.Errorf("%s (%d) with %#x: errno %d, want %s", r.ABI.Syscall(nr), nr, a, errno, action(want))
	}
	return nil
}

func rawCall(nr uint64, a [6]uint64) unix.Errno {
	_, _, errno := unix.RawSyscall6(uintptr(nr), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
	return errno
}

// TestKernelLaunch: under a policy that denies write, execve and execveat, the
// launcher's own calls get through, and a program is started that lives under
// the policy.
func TestKernelLaunch(t *testing.T) {
	cmd := command("launch")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 42 {
		t.Errorf("%v, want exit status 42", err)
	}
	if !bytes.Equal(out, []byte("mine")) {
		t.Errorf("wrote %q", out)
	}
}

func launch() error {
	r := allBut("write", "execve", "execveat")
	p, err := Compile(r, Options{LaunchNonce: launchNonce})
	if err != nil {
		return err
	}
	path, err := unix.BytePtrFromString("/proc/self/exe")
	if err != nil {
		return err
	}
	os.Setenv(role, "launched")
	env, err := syscall.SlicePtrFromStrings(os.Environ())
	if err != nil {
		return err
	}
	argv := []*byte{path, nil}
	here := unix.AT_FDCWD
	exec := [6]uint64{uint64(here), address(path), address(&argv[0]), address(&env[0]), 0, launchNonce}
	text := []byte("mine")
	write := [6]uint64{1, address(&text[0]), 4, 0, 0, launchNonce}
	if err := bpftest.Install(p); err != nil {
		return err
	}
	defer runtime.KeepAlive([]any{path, argv, env, text})
	for _, call := range []struct {
		nr   uint64
		args [6]uint64
	}{{unix.SYS_WRITE, write}, {unix.SYS_EXECVEAT, exec}} {
		other := call.args
		other[5]++
		if errno := rawCall(call.nr, other); errno != 3000 {
			os.Exit(100)
		}
		if errno := rawCall(call.nr, call.args); errno != 0 {
			os.Exit(101)
		}
	}
	return nil
}

// allBut allows all native calls but those.
func allBut(names ...string) *policy.Rules {
	r := &policy.Rules{ABI: syscalls.Native(), Unknown: denied, Foreign: denied}
	for _, e := range r.ABI.All() {
		c := policy.Call{Nr: e.Nr}
		if slices.Contains(names, e.Name) {
			c.Otherwise = policy.Decision{Action: policy.Deny, Errno: 3000}
		}
		r.Calls = append(r.Calls, c)
	}
	return r
}

// TestKernelKill: kill is the whole process's death by SIGSYS.
func TestKernelKill(t *testing.T) {
	cmd := command("kill")
	err := cmd.Run()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != unix.SIGSYS {
		t.Errorf("%v, want death by SIGSYS", err)
	}
}

// beKilled asks for its parent, which is deadly. Before, it tries to get a
// listener, which it may not where a tracer answers.
func beKilled() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	r := allBut()
	r.Lookup(unix.SYS_GETPPID).Otherwise = killed
	traced := os.Getenv(seed) == "traced"
	p, err := Compile(r, Options{Monitor: traced, KillNonce: killNonce})
	if err != nil {
		return err
	}
	if err := bpftest.InstallHere(p); err != nil {
		return err
	}
	if errno := rawCall(unix.SYS_SECCOMP, [6]uint64{unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER}); (errno == unix.EPERM) != traced {
		return fmt.Errorf("a listener gets %v", errno)
	}
	unix.RawSyscall6(unix.SYS_GETPPID, 0, 0, 0, 0, 0, 0)
	return errors.New("still alive")
}
