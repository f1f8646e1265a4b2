package bpf_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest"
)

// Filters stay for good, so the kernel is asked in a process of its own: this
// test binary once more, with a role.
const role = "JAIL_BPF_TEST_ROLE"

func TestMain(m *testing.M) {
	var run func() error
	switch os.Getenv(role) {
	case "judge":
		run = judge
	case "compute":
		run = compute
	default:
		os.Exit(m.Run())
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// enter runs this binary in a role with in as its input.
func enter(t *testing.T, name string, in []byte) []byte {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), role+"="+name)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		stdin.Write(in)
		stdin.Close()
	}()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func appendProgram(out []byte, p bpf.Program) []byte {
	out = binary.NativeEndian.AppendUint32(out, uint32(len(p)))
	return append(out, p.Encode()...)
}

func readPrograms() ([]bpf.Program, error) {
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, err
	}
	var list []bpf.Program
	for len(in) > 0 {
		n := 8 * int(binary.NativeEndian.Uint32(in))
		p, err := bpf.Decode(in[4 : 4+n])
		if err != nil {
			return nil, err
		}
		list = append(list, p)
		in = in[4+n:]
	}
	return list, nil
}

// judge writes for each program whether the kernel would take it. First it
// uses up the instructions that all filters of a thread may have together:
// from then on every program that passes the kernel's checks gets ENOMEM
// (seccomp_attach_filter of kernel/seccomp.c), every other EINVAL, and none
// takes effect.
func judge() error {
	list, err := readPrograms()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	for _, n := range []int{4096, 64, 1} {
		for err = nil; err == nil; {
			err = bpftest.InstallHere(long(n))
		}
		if !errors.Is(err, unix.ENOMEM) {
			return err
		}
	}
	verdicts := make([]byte, len(list))
	for i, p := range list {
		switch err := bpftest.InstallHere(p); {
		case errors.Is(err, unix.ENOMEM):
			verdicts[i] = 1
		case !errors.Is(err, unix.EINVAL):
			return fmt.Errorf("program %d: %v", i, err)
		}
	}
	_, err = os.Stdout.Write(verdicts)
	return err
}

// TestKernelAccepts compares Validate with the kernel's own checks.
func TestKernelAccepts(t *testing.T) {
	var list []bpf.Program
	for _, test := range programs {
		list = append(list, test.p)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 4000 {
		p := randomBody(r, 1+r.IntN(12), true, true)
		if r.IntN(2) == 0 {
			p = p[2*r.IntN(17):] // some scratch words unwritten
		}
		p = append(p, ret)
		for range r.IntN(3) {
			mutate(r, p)
		}
		list = append(list, p)
	}
	for code := range 0x200 { // every code there is, with room to jump
		for _, k := range []uint32{0, 1, 4, 64} {
			list = append(list, bpf.Program{store, {Code: uint16(code), K: k}, ret, ret, ret})
		}
	}
	var in []byte
	for _, p := range list {
		in = appendProgram(in, p)
	}
	verdicts := enter(t, "judge", in)
	if len(verdicts) != len(list) {
		t.Fatalf("%d verdicts on %d programs", len(verdicts), len(list))
	}
	accepted := 0
	for i, v := range verdicts {
		accepted += int(v)
		if err := list[i].Validate(); (err == nil) != (v == 1) {
			t.Errorf("the kernel says %d, Validate %v:\n%s", v, err, bpf.Disassemble(list[i]))
		}
	}
	t.Logf("the kernel takes %d of %d programs", accepted, len(list))
	if accepted < 500 || len(list)-accepted < 500 {
		t.Error("too lopsided to tell anything")
	}
}

// firstNumber is far from any system call; program i answers firstNumber+i.
const firstNumber = 100000

// computed wraps body so that it answers one number only, with the low 12
// bits of what it computes as the errno.
func computed(nr uint32, body bpf.Program) bpf.Program {
	p := bpf.Program{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: bpf.OffNr},
		{Code: unix.BPF_JMP | unix.BPF_JEQ, K: nr, Jt: 1},
		ret,
	}
	p = append(p, body...)
	return append(p,
		bpf.Instruction{Code: unix.BPF_ALU | unix.BPF_AND, K: 0xfff},
		bpf.Instruction{Code: unix.BPF_ALU | unix.BPF_OR, K: unix.SECCOMP_RET_ERRNO},
		bpf.Instruction{Code: unix.BPF_RET | unix.BPF_A})
}

const callsEach = 20

// callArgs are the arguments of call i to a computed program.
func callArgs(r *rand.Rand) (args [6]uint64) {
	for i := range args {
		args[i] = uint64(edge(r))<<32 | uint64(edge(r))
	}
	return args
}

// compute installs all programs and writes the errnos of calls to them.
func compute() error {
	list, err := readPrograms()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	for _, p := range list {
		if err := bpftest.InstallHere(p); err != nil {
			return err
		}
	}
	r := rand.New(rand.NewPCG(7, 8))
	var out []byte
	for i := range list {
		for range callsEach {
			a := callArgs(r)
			result, _, errno := unix.RawSyscall6(uintptr(firstNumber+i), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
			if errno == 0 { // -4095 is a result to Go
				errno = unix.Errno(-result)
			}
			out = binary.NativeEndian.AppendUint16(out, uint16(errno))
		}
	}
	_, err = os.Stdout.Write(out)
	return err
}

// TestKernelComputes runs random programs in the kernel and here.
func TestKernelComputes(t *testing.T) {
	arch, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !ok {
		bpftest.Skip(t, "no AUDIT_ARCH value known here")
	}
	r := rand.New(rand.NewPCG(9, 10))
	var list []bpf.Program
	var in []byte
	for i := range 100 {
		list = append(list, computed(firstNumber+uint32(i), randomBody(r, 40, false, true)))
		in = appendProgram(in, list[i])
	}
	out := enter(t, "compute", in)
	if len(out) != 2*callsEach*len(list) {
		t.Fatalf("%d bytes of results", len(out))
	}
	r = rand.New(rand.NewPCG(7, 8))
	distinct := map[uint32]bool{}
	for i, p := range list {
		for range callsEach {
			d := &bpf.Data{Nr: firstNumber + uint32(i), Arch: arch, Args: callArgs(r)}
			want, _, err := p.Run(d)
			if err != nil {
				t.Fatal(err)
			}
			got := uint32(binary.NativeEndian.Uint16(out)) | unix.SECCOMP_RET_ERRNO
			out = out[2:]
			distinct[got] = true
			if got != want {
				t.Fatalf("program %d, %x: the kernel returns %#x, Run %#x\n%s", i, d.Args, got, want, bpf.Disassemble(p))
			}
		}
	}
	if len(distinct) < 50 {
		t.Errorf("only %d different results: the programs compute nothing", len(distinct))
	}
}
