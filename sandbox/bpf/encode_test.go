package bpf_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"jail/sandbox/bpf"
)

func TestEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	p := append(randomBody(r, 50, true, true), ret)
	raw := p.Encode()
	if len(raw) != 8*len(p) {
		t.Errorf("%d bytes for %d instructions", len(raw), len(p))
	}
	back, err := bpf.Decode(raw)
	if err != nil || !slices.Equal(back, p) {
		t.Errorf("did not come back: %v", err)
	}
	if _, err := bpf.Decode(raw[:len(raw)-1]); err == nil {
		t.Error("half an instruction decoded")
	}
}

func TestDisassemble(t *testing.T) {
	p := bpf.Program{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: bpf.OffArch},
		{Code: unix.BPF_JMP | unix.BPF_JEQ, K: 0xc000003e, Jf: 12},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: bpf.OffNr},
		{Code: unix.BPF_JMP | unix.BPF_JGE, K: 59, Jt: 1, Jf: 11},
		{Code: unix.BPF_JMP | unix.BPF_JA, K: 0},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: bpf.ArgHigh(2)},
		{Code: unix.BPF_ALU | unix.BPF_AND, K: 0xff},
		{Code: unix.BPF_ALU | unix.BPF_ADD | unix.BPF_X},
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_X, Jt: 0, Jf: 1},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 8},
		{Code: unix.BPF_ST, K: 3},
		{Code: unix.BPF_LDX | unix.BPF_MEM, K: 3},
		{Code: unix.BPF_ALU | unix.BPF_NEG},
		{Code: unix.BPF_ALU | unix.BPF_MOD, K: 3},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | 38},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0x12340000},
		{Code: unix.BPF_RET | unix.BPF_A},
	}
	want := `   0  A = arch
   1  if A == 0xc000003e goto 2 else 14
   2  A = nr
   3  if A >= 0x3b goto 5 else 15
   4  goto 5
   5  A = arg2.high
   6  A &= 0xff
   7  A += X
   8  if A & X goto 9 else 10
   9  A = ip.low
  10  M[3] = A
  11  X = M[3]
  12  A = -A
  13  invalid: code 0x94, jt 0, jf 0, k 0x3
  14  return ERRNO(38)
  15  return ALLOW
  16  return 0x12340000
  17  return A
`
	if got := bpf.Disassemble(p); got != want {
		t.Errorf("got\n%s", got)
	}
}

// FuzzProgram feeds arbitrary bytes to all that takes programs. None of it
// may panic, and what Validate lets pass must run and end on any data.
func FuzzProgram(f *testing.F) {
	for _, test := range programs {
		if len(test.p) < 100 {
			f.Add(test.p.Encode())
		}
	}
	f.Add([]byte("seven b"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := bpf.Decode(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Encode(), raw) {
			t.Error("did not come back")
		}
		if n := strings.Count(bpf.Disassemble(p), "\n"); n != len(p) {
			t.Errorf("%d lines for %d instructions", n, len(p))
		}
		valid := p.Validate() == nil
		for _, v := range edges {
			d := &bpf.Data{Nr: v, Arch: v, IP: uint64(v), Args: [6]uint64{uint64(v), 1, 2, uint64(v) << 32, 4, 5}}
			if _, steps, err := p.Run(d); valid && (err != nil || steps > len(p)) {
				t.Errorf("%d steps, %v", steps, err)
			}
		}
	})
}
