// Package decode turns the registers of a system call into the line that a
// person reads, as strace does: names for numbers, strings for pointers.
package decode

import (
	"hash/maphash"
	"strconv"

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

// Decoder decodes calls. It holds buffers, so that decoding allocates nothing;
// the zero value is ready. Not for concurrent use.
type Decoder struct {
	abi  *syscalls.ABI
	mem  Memory
	name string    // of the call, "" where its number has none
	regs [6]uint64 // as wide as the ABI's
	base int       // where the text starts in dst
	dst  []byte
	hash maphash.Hash // of what makes the shape

	pathLen int           // bytes of path that are the first path among the arguments
	path    [pathMax]byte // that path
	other   [pathMax]byte // further paths
	buf     [512]byte     // strings that are no paths, and structs
}

const (
	pathMax = 4095 // PATH_MAX of <linux/limits.h> without the NUL
	textMax = 2048 // what Append appends at most

	// textEnough is where Append starts no further argument: the longest takes
	// less than textMax leaves.
	textEnough = 1400
)

// Append appends the call to dst as a person reads it:
//
//	openat(AT_FDCWD, "/etc/shadow", O_RDONLY)
//	connect(3, {AF_INET, 93.184.216.34:80}, 16)
//	syscall_999(0x1, 0, 0, 0, 0, 0)
//
// text is dst with at most 2 KiB of printable UTF-8 appended (see
// event.AppendEscaped): data strings up to 64 bytes, paths up to 256, "..."
// behind what was cut. What can't be read is shown as its address. socketcall
// and ipc of i386 appear as the call that they carry out.
//
// path is the first path among the arguments, raw and up to PATH_MAX, or nil.
// It is what the program passed: a relative path stays relative. It is valid
// until the next call of Append.
//
// shape is equal for calls that read the same but for numbers, addresses,
// descriptors and processes: it covers ABI, number, paths, names, flags, modes
// and socket addresses. It is seeded at random, so that a program can't
// contrive two calls of one shape; shapes of two Decoders don't compare.
//
// The program may change its memory at any time: what is shown is what was
// there, not what the kernel will read.
func (d *Decoder) Append(dst []byte, c *Call, mem Memory) (text, path []byte, shape uint64) {
	d.start(dst, c, mem)
	row := d.demultiplex()
	d.dst = append(d.dst, d.name...)
	if d.name == "" {
		d.dst = strconv.AppendUint(append(d.dst, "syscall_"...), uint64(c.Nr), 10)
	}
	d.dst = append(d.dst, '(')
	if row != nil {
		d.list(row, 0)
	} else {
		d.declared()
	}
	text = append(d.dst, ')')
	if d.pathLen > 0 {
		path = d.path[:d.pathLen:d.pathLen]
	}
	d.dst, d.mem = nil, nil
	return text, path, d.hash.Sum64()
}

func (d *Decoder) start(dst []byte, c *Call, mem Memory) {
	d.abi, d.mem, d.name, d.regs = c.ABI, mem, "", c.Args
	d.dst, d.base, d.pathLen = dst, len(dst), 0
	d.hash.Reset()
	if c.ABI != nil {
		d.name = c.ABI.Syscall(c.Nr)
		d.hash.WriteString(c.ABI.Name)
	}
	d.symbol(uint64(c.Nr))
	if d.narrow() {
		for i := range d.regs {
			d.regs[i] &= 0xffffffff
		}
	}
}

// narrow reports whether registers have 32 bits.
func (d *Decoder) narrow() bool { return d.abi == syscalls.I386 }

// word returns the size of a pointer, and of a long, in the program's memory.
func (d *Decoder) word() int {
	if d.narrow() || d.abi == syscalls.X32 {
		return 4
	}
	return 8
}

// symbol adds a number to the shape.
func (d *Decoder) symbol(v uint64) {
	var b [8]byte
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	d.hash.Write(b[:])
}

// symbolBytes adds a string to the shape, and its length: where one string
// ends and the next starts is part of it.
func (d *Decoder) symbolBytes(s []byte) {
	d.symbol(uint64(len(s)))
	d.hash.Write(s)
}

// list appends the arguments that a row describes, the first being in register
// reg.
func (d *Decoder) list(row *args, reg int) {
	for _, f := range row {
		if f == end || reg < 0 || reg >= len(d.regs) {
			return
		}
		reg = d.argument(f, reg)
	}
}

// declared appends the arguments of a call that has no row: as the kernel's
// prototype says or, where there is none, six numbers.
func (d *Decoder) declared() {
	if d.name != "" {
		if list, known := d.abi.Args(d.name); known {
			for i := range list {
				d.argument(declaredFormat(&list[i]), i)
			}
			return
		}
	}
	d.list(&args{hex, hex, hex, hex, hex, hex}, 0)
}

func declaredFormat(a *syscalls.Arg) format {
	switch {
	case a.Pointer:
		return ptr
	case a.Width == 32 && a.Signed:
		return i32
	case a.Width == 32:
		return u32
	case a.Signed:
		return long
	}
	return ulong
}
