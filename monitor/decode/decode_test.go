package decode

import (
	"testing"

	"jail/policy/syscalls"
)

// memory is a program's memory: pages by address; what isn't there can't be
// read.
type memory map[uint64][]byte

func (m memory) ReadAt(p []byte, addr uint64) int {
	n := 0
	for n < len(p) {
		at := addr + uint64(n)
		page := m[at&^(pageSize-1)]
		off := int(at & (pageSize - 1))
		if off >= len(page) {
			break
		}
		n += copy(p[n:], page[off:])
		if len(page) < pageSize && n < len(p) {
			break
		}
	}
	return n
}

// put writes b at addr, and maps the pages that it needs.
func (m memory) put(addr uint64, b string) uint64 {
	for i := range len(b) {
		at := addr + uint64(i)
		page := at &^ (pageSize - 1)
		if m[page] == nil {
			m[page] = make([]byte, pageSize)
		}
		m[page][at-page] = b[i]
	}
	return addr
}

func nr(t testing.TB, abi *syscalls.ABI, name string) uint32 {
	t.Helper()
	n, ok := abi.Number(name)
	if !ok {
		t.Fatalf("%s has no %s", abi.Name, name)
	}
	return n
}

func TestSmoke(t *testing.T) {
	m := memory{}
	var d Decoder
	c := &Call{ABI: syscalls.X86_64, Nr: nr(t, syscalls.X86_64, "openat"), Args: [6]uint64{0xffffff9c, m.put(0x10000, "/etc/shadow\x00"), 0, 0}}
	text, path, shape := d.Append(nil, c, m)
	t.Logf("%s %s %x", text, path, shape)
}
