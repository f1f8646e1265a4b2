// Package decode turns the registers of a system call into the line that a
// person reads, as strace does: names for numbers, strings for pointers.
package decode

import (
	"jail/policy/syscalls"
)

// Memory reads the program's memory.
type Memory interface {
	// ReadAt copies from addr on and returns how many bytes it could: fewer
	// than len(p) where the rest is not readable. It must not keep p.
	ReadAt(p []byte, addr uint64) int
}

// Call is a system call as the kernel received it.
type Call struct {
	ABI  *syscalls.ABI
	Nr   uint32
	Args [6]uint64 // raw registers; what the kernel ignores of them is ignored here
}

// Decoder decodes calls. The zero value is ready; not for concurrent use.
type Decoder struct {
	path [4096]byte
}

// Append appends the call to dst. path aliases the decoder until the next Append.
func (d *Decoder) Append(dst []byte, c *Call, mem Memory) (text, path []byte, shape uint64) {
	name := c.ABI.Syscall(c.Nr)
	dst = append(dst, name...)
	return append(dst, "()"...), nil, uint64(c.Nr)
}
