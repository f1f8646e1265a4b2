package main_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// refused are calls that no built-in lets pass: ways to other processes, to
// namespaces, into the kernel. Their arguments are such that they do no harm
// where nothing stops them.
var refused = [...]string{
	"socket 17 3 0",                 // AF_PACKET
	"socket 38 5 0",                 // AF_ALG
	"socket 0xffffffff00000011 3 0", // AF_PACKET: an int is 32 bits wide
	"ptrace 0x4206 0 0 0",           // PTRACE_SEIZE of nobody
	"process_vm_readv 0 0 0 0 0 0",
	"mount 0 s:/nonexistent 0 0 0",
	"umount2 s:/nonexistent 0",
	"fsopen s:nosuchfs 0",
	"pivot_root s:/nonexistent s:/nonexistent",
	"unshare 0x40000000", // CLONE_NEWNET
	"setns 0xffffffff 0",
	"keyctl 999 0 0 0 0",
	"add_key 0 0 0 0 0",
	"bpf 999 0 0",
	"io_uring_setup 1 0",
	"userfaultfd 0xffffffff", // flags that there are not
	"perf_event_open 0 0 0 0 0",
	"open_by_handle_at 0xffffffff 0 0",
	"init_module 0 0 0",
	"kexec_load 0 0 0 0xffffffff",
	"swapon s:/nonexistent 0",
	"acct s:/nonexistent",
	"sethostname 0 0xffffffff",
	"ioctl 0xffffffff 0x5412 0",         // TIOCSTI
	"ioctl 0xffffffff 0xffff00005412 0", // an unsigned int is 32 bits wide
	"personality 0x400000",              // READ_IMPLIES_EXEC
	"-thread keyctl 999 0 0 0 0",
	"-fork bpf 999 0 0",
	"-exec -thread io_uring_setup 1 0",
}

// What no ordinary program needs and attackers do fails with the policy's
// errno and is logged once; a dry run lets it through to the kernel's own
// answer.
func TestBuiltinsRefuse(t *testing.T) {
	t.Parallel()
	for policy, also := range map[string][]string{
		"web":     {"socket 2 3 1", "socket 10 3 58", "socket 16 3 4"}, // raw sockets; NETLINK_SOCK_DIAG
		"cli":     {"socket 2 1 0", "socket 10 2 0", "socket 16 3 0"},  // the network
		"default": nil,
	} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			dir := sharedDir(t)
			for _, call := range slices.Concat(refused[:], also) {
				errno := "EPERM"
				if policy == "default" && strings.HasPrefix(call, "socket") {
					errno = "EAFNOSUPPORT" // as a kernel without that family
				}
				refuses(t, policy, dir, call, errno)
			}
		})
	}
}

func refuses(t *testing.T, policy, dir, call, errno string) {
	t.Helper()
	words := strings.Fields(call)
	name := words[slices.IndexFunc(words, func(w string) bool { return w[0] != '-' })]
	probe := append([]string{filepath.Join(binDir, "probe")}, words...)
	all := ways(t, policy)
	bare := all[0].run(t, dir, probe...)
	if bare.status != 0 {
		t.Fatalf("%s: %+v", call, bare)
	}
	want := outcome{stdout: name + ": " + errno + "\n"}
	same(t, policy+": "+call, all[1].run(t, dir, probe...), want)
	same(t, policy+", kernel: "+call, all[2].run(t, dir, probe...), want)
	same(t, policy+", audit: "+call, all[3].run(t, dir, probe...), bare)
	for _, w := range []way{all[1], all[3]} {
		w.denied(t, name)
		if events := readLog(t, w.log); len(events) != 1 || events[0].Count != 1 || events[0].Errno != errno {
			t.Errorf("%s, %s: %s: logged %+v", policy, w.name, call, events)
		}
	}
}

// A program that can live with a refusal goes on; jail makes no fuss of its
// own.
func TestProgramGoesOnWhenRefused(t *testing.T) {
	t.Parallel()
	tool(t, "/usr/bin/python3", "python3")
	all := ways(t, "web")
	const program = `
import errno, socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
except OSError as e:
    print(errno.errorcode[e.errno])
with socket.create_server(("127.0.0.1", 0)) as s, socket.create_connection(s.getsockname()) as c:
    s.accept()[0].sendall(b"served all the same")
    print(c.recv(100).decode())
`
	want := outcome{stdout: "EPERM\nserved all the same\n"}
	for _, w := range all[1:3] {
		same(t, w.name, w.run(t, sharedDir(t), "/usr/bin/python3", "-c", program), want)
		w.denied(t, "socket")
	}
}
