package decode

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"jail/monitor/event"
	"jail/policy/syscalls"
)

// sparse is memory of which random pages are missing, and whose contents repeat
// what the fuzzer gives.
type sparse struct {
	contents []byte
	holes    uint64 // one bit for each of 64 pages
}

func (m sparse) ReadAt(p []byte, addr uint64) int {
	for i := range p {
		at := addr + uint64(i)
		if len(m.contents) == 0 || m.holes>>(at/pageSize%64)&1 != 0 {
			return i
		}
		p[i] = m.contents[at%uint64(len(m.contents))]
	}
	return len(p)
}

// check decodes one call and holds the result against the contract.
func check(t *testing.T, d *Decoder, c *Call, m Memory) {
	text, path, shape := d.Append([]byte("kept"), c, m)
	got, ok := bytes.CutPrefix(text, []byte("kept"))
	if !ok {
		t.Fatalf("dst is lost: %q", text)
	}
	if len(got) > textMax {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if len(path) > pathMax {
		t.Errorf("path of %d bytes", len(path))
	}
	if !printable(got) {
		t.Errorf("not printable: %q", got)
	}
	if got[len(got)-1] != ')' || bytes.Contains(got, []byte("(, ")) || bytes.Contains(got, []byte(", )")) {
		t.Errorf("malformed: %s", got)
	}
	text = append([]byte(nil), got...)
	path = append([]byte(nil), path...)
	again, pathAgain, shapeAgain := d.Append(nil, c, m)
	if !bytes.Equal(text, again) || !bytes.Equal(path, pathAgain) || shape != shapeAgain {
		t.Errorf("decoded twice, differently: %s, %s", text, again)
	}
}

// printable reports whether text is valid UTF-8 that a terminal shows as it is.
// It is its own escaped form but for what escaping adds.
func printable(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	return bytes.Equal(event.AppendEscaped(nil, bytes.ReplaceAll(text, []byte{'\\'}, nil), 0), bytes.ReplaceAll(text, []byte{'\\'}, nil))
}

var fuzzABIs = []*syscalls.ABI{syscalls.X86_64, syscalls.I386, syscalls.X32, syscalls.AArch64, nil}

func FuzzAppend(f *testing.F) {
	f.Add(uint8(0), uint32(257), []byte("\xff\xff\xff\x9c"), []byte("/etc/passwd\x00"), uint64(0))
	f.Add(uint8(1), uint32(102), []byte("\x03\x00\x10\x00"), []byte("\x01\x00\x00\x00"), uint64(0xf0))
	f.Add(uint8(0), uint32(59), bytes.Repeat([]byte{7}, 48), []byte{1}, uint64(2))
	var d Decoder
	f.Fuzz(func(t *testing.T, abi uint8, nr uint32, regs, contents []byte, holes uint64) {
		c := &Call{ABI: fuzzABIs[int(abi)%len(fuzzABIs)], Nr: nr}
		for i := range c.Args {
			var b [8]byte
			copy(b[:], regs[min(len(regs), 8*i):])
			c.Args[i] = binary.LittleEndian.Uint64(b[:])
		}
		check(t, &d, c, sparse{contents, holes})
	})
}

// TestEveryCall decodes every call of every ABI with registers and memory of
// all sorts.
func TestEveryCall(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pool := []uint64{0, 1, 2, 3, 8, 16, 24, 88, 128, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 32, 1 << 63, ^uint64(0), 0xfffffffffffff000, 0x1000, 0x1ffc, 0x541b, 15, 0x100}
	hostile := []byte("a\x1b[31m\u202e\xff\x00/etc/passwd\x00\n\xc2\x9b\x01\x00\x02\x00\x00\x50\x7f\x00\x00\x01")
	dense := bytes.Repeat([]byte{0xff}, 7) // never a NUL: endless strings, all of them escapes
	var d Decoder
	for _, abi := range fuzzABIs {
		var calls []syscalls.Entry
		if abi != nil {
			calls = abi.All()
		}
		for _, e := range append(calls, syscalls.Entry{Nr: 9999}) {
			for range 60 {
				c := &Call{ABI: abi, Nr: e.Nr}
				for i := range c.Args {
					c.Args[i] = pool[random.IntN(len(pool))]
					if random.IntN(3) == 0 {
						c.Args[i] = random.Uint64() >> random.IntN(64)
					}
				}
				contents := [][]byte{hostile, dense, {0}, nil}[random.IntN(4)]
				check(t, &d, c, sparse{contents, random.Uint64() & random.Uint64()})
			}
			if t.Failed() {
				t.Fatalf("%v %s", abi, e.Name)
			}
		}
	}
}

// TestBrokenMemory has a Memory that breaks its contract.
func TestBrokenMemory(t *testing.T) {
	for _, n := range []int{-5, 1 << 30} {
		if got := decoded(call(t, syscalls.X86_64, "openat", fdcwd, 0x1000, 0), liar(n)); !strings.HasPrefix(got, "openat(AT_FDCWD, ") {
			t.Error(got)
		}
		decoded(call(t, syscalls.X86_64, "execve", 0x1000, 0x1000, 0x1000), liar(n))
	}
}

type liar int

func (n liar) ReadAt([]byte, uint64) int { return int(n) }

func TestIPv6(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10000 {
		var a [16]byte
		for i := range a {
			if random.IntN(3) == 0 {
				a[i] = byte(random.Uint32())
			}
		}
		if random.IntN(10) == 0 {
			copy(a[:], "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff")
		}
		want := netip.AddrFrom16(a).String()
		if got := string(appendIPv6(nil, a[:])); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func BenchmarkOpenat(b *testing.B) {
	m := memory{}
	c := call(b, syscalls.X86_64, "openat", fdcwd, m.put(0x10f00, "/usr/share/zoneinfo/Europe/Berlin\x00"), 0x80000)
	benchmark(b, c, m)
}

func BenchmarkConnect(b *testing.B) {
	m := memory{}
	c := call(b, syscalls.X86_64, "connect", 3, m.put(0x10f00, "\x02\x00\x00\x50\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"), 16)
	benchmark(b, c, m)
}

func BenchmarkExecve(b *testing.B) {
	m := memory{}
	x := m.put(0x10f00, "/bin/sh\x00")
	args := m.words(0x11000, 8, x, x, x, 0)
	benchmark(b, call(b, syscalls.X86_64, "execve", x, args, args), m)
}

func benchmark(b *testing.B, c *Call, m Memory) {
	var d Decoder
	dst := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		dst, _, _ = d.Append(dst[:0], c, m)
	}
}

// TestNoAllocations holds the hot path to what the benchmarks show.
func TestNoAllocations(t *testing.T) {
	m := memory{}
	path := m.put(0x10f00, "/usr/share/zoneinfo\x00")
	inet := m.put(0x11000, "\x02\x00\x00\x50\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	args := m.words(0x12000, 8, path, path, 0)
	var d Decoder
	dst := make([]byte, 0, 4096)
	for _, c := range []*Call{
		call(t, syscalls.X86_64, "openat", fdcwd, path, 0),
		call(t, syscalls.X86_64, "connect", 3, inet, 16),
		call(t, syscalls.X86_64, "execve", path, args, args),
		call(t, syscalls.X86_64, "prctl", 1, 15),
		call(t, syscalls.X86_64, "times", path),
		{ABI: syscalls.X86_64, Nr: 999},
	} {
		if n := testing.AllocsPerRun(100, func() { dst, _, _ = d.Append(dst[:0], c, m) }); n != 0 {
			t.Errorf("%s: %v allocations", dst, n)
		}
	}
}
