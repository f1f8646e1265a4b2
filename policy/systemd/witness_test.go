package systemd

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

//go:embed testdata/witness.c
var witnessSource []byte

// witness is systemd's own code, as this machine has it.
type witness struct {
	path, library string
}

func newWitness(t testing.TB) *witness {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		bpftest.Skip(t, "compares filters for x86_64")
	}
	libraries, _ := filepath.Glob("/usr/lib/*/systemd/libsystemd-shared-*.so")
	if len(libraries) == 0 {
		bpftest.Skip(t, "needs systemd's private library")
	}
	w := &witness{filepath.Join(t.TempDir(), "witness"), libraries[0]}
	cmd := exec.Command("gcc", "-O1", "-Wall", "-rdynamic", "-o", w.path, "-x", "c", "-", "-lseccomp", "-ldl")
	cmd.Stdin = bytes.NewReader(witnessSource)
	if out, err := cmd.CombinedOutput(); err != nil {
		bpftest.Skip(t, fmt.Sprintf("needs gcc and libseccomp-dev: %v\n%s", err, out))
	}
	return w
}

func (w *witness) run(t testing.TB, input string) []byte {
	t.Helper()
	cmd := exec.Command(w.path, w.library)
	cmd.Stdin, cmd.Stderr = strings.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// filters returns the programs that systemd makes of each unit.
func (w *witness) filters(t testing.TB, units []string) [][]bpf.Program {
	t.Helper()
	var in strings.Builder
	for _, u := range units {
		in.WriteString("begin\n" + u + "\nend\n")
	}
	raw := w.run(t, in.String())
	word := func() uint32 {
		v := binary.NativeEndian.Uint32(raw)
		raw = raw[4:]
		return v
	}
	var out [][]bpf.Program
	for range units {
		var list []bpf.Program
		for range word() {
			size := word()
			p, err := bpf.Decode(raw[:size])
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, p)
			raw = raw[size:]
		}
		out = append(out, list)
	}
	return out
}

// comparable lists the calls of x86_64 that this systemd and its libseccomp
// know, and whose sets are the same in the tables here.
func (w *witness) comparable(t testing.TB) []syscalls.Entry {
	t.Helper()
	newer, err := os.ReadFile("../syscalls/internal/gen/data/groups-newer.txt")
	if err != nil {
		t.Fatal(err)
	}
	skip := map[string]bool{}
	for _, f := range strings.Fields(string(newer)) {
		skip[f] = true
	}
	var in strings.Builder
	for _, e := range syscalls.X86_64.All() {
		in.WriteString("known " + e.Name + "\n")
	}
	known := w.run(t, in.String())
	var out []syscalls.Entry
	for i, e := range syscalls.X86_64.All() {
		if known[i] == 1 && !skip[e.Name] {
			out = append(out, e)
		}
	}
	if len(out) < 330 {
		t.Fatalf("only %d calls can be compared", len(out))
	}
	return out
}

// answerOf runs a stack of filters as the kernel does: the gravest answer
// counts, of equals that of the filter installed last (seccomp_run_filters).
func answerOf(t testing.TB, stack []bpf.Program, nr uint32, args *[6]uint64) policy.Decision {
	t.Helper()
	data := bpf.Data{Nr: nr, Arch: syscalls.X86_64.Audit, Args: *args}
	best := uint32(0x7fff0000)
	for i := len(stack) - 1; i >= 0; i-- {
		got, _, err := stack[i].Run(&data)
		if err != nil {
			t.Fatal(err)
		}
		if int32(got&0xffff0000) < int32(best&0xffff0000) {
			best = got
		}
	}
	switch best & 0xffff0000 {
	case 0x7fff0000:
		return policy.Decision{Action: policy.Allow}
	case 0x7ffc0000:
		return policy.Decision{Action: policy.Log}
	case 0x00050000:
		return policy.Decision{Action: policy.Deny, Errno: uint16(best)}
	}
	return policy.Decision{Action: policy.Kill}
}

// vectors are registers that directives might ask about: single bits and small
// numbers in every argument, alone and beside creation flags or a mode.
func vectors() [][6]uint64 {
	values := []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 16, 17, 40, 45, 46, 100, 0x7e020000, 0x3f, 0x41, 0o1777, 0o4755, 0o2755, 0o6000,
		0x40000001, 0x7fffffff, 0xffffffff, 0x20000, 0x20008, 0x51}
	for b := range 32 {
		values = append(values, 1<<b)
	}
	var out [][6]uint64
	for i := range 6 {
		for _, v := range values {
			a := [6]uint64{}
			a[i] = v
			out = append(out, a)
			if i > 0 {
				a[i-1] = 0x40 // O_CREAT
				out = append(out, a)
			}
		}
	}
	return out
}

// Units of one directive each, then of several, and Debian's for redis.
var witnessed = []string{
	"SystemCallFilter=read write",
	"SystemCallFilter=@system-service",
	"SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM",
	"SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources",
	// (Where the default is to kill, "uname:kill" is an error to libseccomp, and the unit does not start.)
	"SystemCallFilter=@system-service\nSystemCallFilter=~@privileged:EACCES uname:kill @mount:5\nSystemCallErrorNumber=EPERM",
	"SystemCallFilter=@system-service\nSystemCallFilter=~@chown\nSystemCallFilter=fchown",
	"SystemCallFilter=read\nSystemCallFilter=@basic-io\nSystemCallFilter=write",
	"SystemCallFilter=@system-service @clock\nSystemCallFilter=~@default",
	"SystemCallFilter=~ptrace",
	"SystemCallFilter=~@mount @debug:ENOSYS ptrace:kill\nSystemCallErrorNumber=EACCES",
	"SystemCallFilter=~@mount\nSystemCallFilter=mount\nSystemCallErrorNumber=EPERM",
	"SystemCallFilter=~@clock:EPERM\nSystemCallFilter=~settimeofday",
	"SystemCallFilter=~mount\nSystemCallFilter=\nSystemCallFilter=@io-event",
	"SystemCallFilter=@io-event\nSystemCallFilter=",
	"SystemCallErrorNumber=EPERM",
	"SystemCallErrorNumber=EPERM\nSystemCallErrorNumber=\nSystemCallFilter=~uname",
	"SystemCallErrorNumber=13\nSystemCallFilter=~uname",
	"SystemCallErrorNumber=EPERM\nSystemCallErrorNumber=kill\nSystemCallFilter=~uname",
	"SystemCallLog=openat @network-io",
	"SystemCallLog=~@basic-io close",
	"SystemCallLog=@file-system\nSystemCallLog=~openat",
	"SystemCallLog=~@file-system\nSystemCallLog=openat",
	"SystemCallLog=openat connect\nSystemCallFilter=@system-service\nSystemCallFilter=~@network-io\nSystemCallErrorNumber=EPERM",
	"SystemCallLog=~@basic-io\nSystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM",
	"SystemCallLog=~@basic-io\nSystemCallFilter=~@mount write:EIO",
	"RestrictAddressFamilies=AF_UNIX AF_INET",
	"RestrictAddressFamilies=AF_NETLINK",
	"RestrictAddressFamilies=~AF_INET AF_PACKET",
	"RestrictAddressFamilies=none",
	"RestrictNamespaces=yes",
	"RestrictNamespaces=net ipc",
	"RestrictNamespaces=~user",
	"RestrictNamespaces=~user mnt\nSystemCallFilter=@system-service",
	"MemoryDenyWriteExecute=yes",
	"LockPersonality=yes",
	"RestrictRealtime=yes",
	"RestrictSUIDSGID=yes",
	"ProtectKernelTunables=yes",
	"ProtectKernelModules=yes",
	"ProtectKernelLogs=yes",
	"ProtectClock=yes",
	"ProtectHostname=yes",
	"PrivateDevices=yes",
	"ProtectClock=yes\nSystemCallFilter=~settimeofday:EACCES\nSystemCallErrorNumber=EPERM",
	"ProtectClock=yes\nProtectKernelLogs=yes\nSystemCallFilter=@system-service @clock syslog\nSystemCallErrorNumber=EACCES",
	"RestrictAddressFamilies=AF_UNIX\nSystemCallFilter=~socket",
	"RestrictAddressFamilies=AF_UNIX\nSystemCallFilter=~socket:EACCES\nSystemCallLog=socket bind",
	"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\nLockPersonality=yes\nMemoryDenyWriteExecute=yes\nProtectClock=yes\n" +
		"ProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nPrivateDevices=yes\n" +
		"RestrictNamespaces=yes\nRestrictRealtime=yes\nRestrictSUIDSGID=yes\n" +
		"SystemCallFilter=@system-service\nSystemCallFilter=~ @privileged @resources",
}

// What an imported unit answers is what the filters answer that systemd itself
// makes of it, call by call.
func TestImportMeansWhatSystemdInstalls(t *testing.T) {
	w := newWitness(t)
	calls := w.comparable(t)
	samples := vectors()
	compared := 0
	for i, stack := range w.filters(t, witnessed) {
		rules := imported(t, "[Service]\nSystemCallArchitectures=native\n"+witnessed[i])
		for _, e := range calls {
			for _, v := range samples {
				if excused(e.Name, &v) {
					continue
				}
				args := v
				got := rules.Decide(rules.ABI.Audit, e.Nr, &args)
				want := answerOf(t, stack, e.Nr, &v)
				compared++
				if got.Action != want.Action || got.Errno != want.Errno {
					t.Errorf("%s\n%s%#x: the policy says %v %d, systemd %v %d", witnessed[i], e.Name, v, got.Action, got.Errno, want.Action, want.Errno)
					break
				}
			}
		}
	}
	t.Logf("%d answers compared", compared)
}

// excused are answers that are meant to differ.
func excused(call string, args *[6]uint64) bool {
	switch call {
	case "clone", "unshare", "setns": // up to systemd 252, "~user" forbids time namespaces too
		return (args[0]|args[1])&0x80 != 0
	case "restart_syscall": // allowed unless a rule names it
		return true
	}
	return false
}
