package decode

import (
	"math/bits"
	"strconv"
)

// structure appends what is behind the pointer v, or v where it can't be read.
func (d *Decoder) structure(f format, reg int, v uint64) {
	ok := false
	if v != 0 {
		ok = d.behind(f, reg, v)
	}
	if !ok {
		d.address(v)
	}
}

// behind appends what is behind the pointer v, nothing where it can't be read.
func (d *Decoder) behind(f format, reg int, v uint64) bool {
	switch f {
	case openHow:
		return d.openHow(v)
	case cloneArgs:
		return d.cloneArgs(v, d.regs[reg+1])
	case argv:
		return d.argv(v)
	case envp:
		return d.envp(v)
	case timespec:
		return d.timespec(v, d.timeSize())
	case timespec64:
		return d.timespec(v, 8)
	case rlimit:
		return d.rlimit(v, d.timeSize(), "RLIM_INFINITY")
	case rlimit64:
		return d.rlimit(v, 8, "RLIM64_INFINITY")
	case signals:
		return d.signals(v)
	case optval:
		return d.optval(v, d.low(reg+1))
	case sockaddr:
		return d.sockaddr(v, d.low(reg+1))
	case msghdr:
		return d.msghdr(v)
	}
	return false
}

// timeSize returns the size of the long in structs that x32 shares with 64-bit
// programs.
func (d *Decoder) timeSize() int {
	if d.narrow() {
		return 4
	}
	return 8
}

// field appends name and a number.
func (d *Decoder) field(name string, v uint64) {
	d.dst = append(d.dst, name...)
	d.unsigned(v)
}

// pair reads two numbers of size bytes each.
func (d *Decoder) pair(addr uint64, size int) (first, second uint64, ok bool) {
	b := d.read(addr, 2*size)
	if b == nil {
		return 0, 0, false
	}
	return word(b, size), word(b[size:], size), true
}

// word reads an unsigned number of 4 or 8 bytes.
func word(b []byte, size int) uint64 {
	if size == 4 {
		return uint64(le32(b))
	}
	return le64(b)
}

// The four ABIs are little-endian.
func le16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }
func le32(b []byte) uint32 { return uint32(le16(b)) | uint32(le16(b[2:]))<<16 }
func le64(b []byte) uint64 { return uint64(le32(b)) | uint64(le32(b[4:]))<<32 }

// timespec appends a time, whose numbers are signed.
func (d *Decoder) timespec(addr uint64, size int) bool {
	sec, nsec, ok := d.pair(addr, size)
	if !ok {
		return false
	}
	shift := 64 - 8*size
	d.dst = append(d.dst, "{tv_sec="...)
	d.signed(int64(sec<<shift) >> shift)
	d.dst = append(d.dst, ", tv_nsec="...)
	d.signed(int64(nsec<<shift) >> shift)
	d.dst = append(d.dst, '}')
	return true
}

// rlimit appends a limit's two numbers, of which the highest is infinity.
func (d *Decoder) rlimit(addr uint64, size int, infinity string) bool {
	soft, hard, ok := d.pair(addr, size)
	if !ok {
		return false
	}
	d.dst = append(d.dst, "{rlim_cur="...)
	d.limit(soft, size, infinity)
	d.dst = append(d.dst, ", rlim_max="...)
	d.limit(hard, size, infinity)
	d.dst = append(d.dst, '}')
	return true
}

func (d *Decoder) limit(v uint64, size int, infinity string) {
	if v == ^uint64(0)>>(64-8*size) {
		d.dst = append(d.dst, infinity...)
		return
	}
	d.unsigned(v)
}

// openHow appends struct open_how of openat2(2).
func (d *Decoder) openHow(addr uint64) bool {
	b := d.read(addr, 24)
	if b == nil {
		return false
	}
	flags, mode, resolve := le64(b), le64(b[8:]), le64(b[16:])
	d.symbol(flags)
	d.symbol(mode)
	d.symbol(resolve)
	d.dst = append(d.dst, "{flags="...)
	d.dst = openFlagsSet.append(d.dst, flags)
	if mode != 0 || creates(flags) {
		d.dst = append(d.dst, ", mode="...)
		d.dst = appendMode(d.dst, mode)
	}
	d.dst = append(d.dst, ", resolve="...)
	d.dst = resolveFlagsSet.append(d.dst, resolve)
	d.dst = append(d.dst, '}')
	return true
}

// cloneArgs appends what matters of struct clone_args, which has grown with
// the kernel's versions (clone(2)).
func (d *Decoder) cloneArgs(addr, size uint64) bool {
	const first, last = 64, 88 // CLONE_ARGS_SIZE_VER0 and _VER2
	n := int(min(size, last))
	if n < first {
		return false
	}
	b := d.read(addr, n)
	if b == nil {
		return false
	}
	flags, exitSignal := le64(b), le64(b[32:])
	d.symbol(flags)
	d.symbol(exitSignal)
	d.dst = append(d.dst, "{flags="...)
	d.dst = cloneFlagsSet.append(d.dst, flags)
	d.dst = append(d.dst, ", exit_signal="...)
	d.dst = appendSignal(d.dst, min(exitSignal, 0x7fffffff))
	d.dst = append(d.dst, ", stack="...)
	d.address(le64(b[40:]))
	d.dst = append(d.dst, ", stack_size="...)
	d.dst = appendHex(d.dst, le64(b[48:]))
	if n >= 80 && le64(b[72:]) != 0 {
		d.field(", set_tid_size=", le64(b[72:]))
	}
	if n >= 88 && flags&0x200000000 != 0 { // CLONE_INTO_CGROUP
		d.field(", cgroup=", le64(b[80:]))
	}
	d.dst = append(d.dst, '}')
	return true
}

// argv appends the first of an array of strings.
func (d *Decoder) argv(addr uint64) bool {
	const most, enough = 8, 200 // strings, bytes of text
	size := d.word()
	b := d.read(addr, size)
	if b == nil {
		return false
	}
	start := len(d.dst)
	d.dst = append(d.dst, '[')
	for i := 0; b != nil; i++ {
		p := word(b, size)
		if p == 0 {
			break
		}
		if i > 0 {
			d.dst = append(d.dst, ", "...)
		}
		if i == most || len(d.dst)-start > enough {
			d.dst = append(d.dst, "..."...)
			break
		}
		d.text(p)
		if b = d.read(addr+uint64((i+1)*size), size); b == nil {
			d.dst = append(d.dst, ", ???"...)
		}
	}
	d.dst = append(d.dst, ']')
	return true
}

// envp appends the address and the length of an array of strings.
func (d *Decoder) envp(addr uint64) bool {
	n, whole := d.count(addr)
	d.address(addr)
	d.field(" /* ", uint64(n))
	d.dst = append(d.dst, " var"...)
	if n != 1 {
		d.dst = append(d.dst, 's')
	}
	if !whole {
		d.dst = append(d.dst, ", unterminated"...)
	}
	d.dst = append(d.dst, " */"...)
	return true
}

// count counts the pointers of an array up to its NULL. It gives up at what
// can't be read, and at a number that is no environment any more.
func (d *Decoder) count(addr uint64) (n int, whole bool) {
	const most = 4096
	size := d.word()
	for n < most {
		b := d.buf[:]
		b = b[:min(len(b), int(pageSize-addr%pageSize))]
		b = b[:max(len(b), size)] // a pointer may cross the page
		got := d.mem.ReadAt(b, addr) / size
		for i := range max(0, min(got, len(b)/size)) {
			if word(b[i*size:], size) == 0 {
				return n, true
			}
			n++
		}
		if got < len(b)/size {
			return n, false
		}
		addr += uint64(len(b) / size * size)
	}
	return n, false
}

// signals appends a sigset_t of the kernel's: 64 bits, whatever the ABI. Sets
// with more in them than out are shown by what is out, as strace does.
func (d *Decoder) signals(addr uint64) bool {
	b := d.read(addr, 8)
	if b == nil {
		return false
	}
	v := le64(b)
	d.symbol(v)
	if bits.OnesCount64(v) >= 64*2/3 {
		d.dst = append(d.dst, '~')
		v = ^v
	}
	d.dst = append(d.dst, '[')
	for first := true; v != 0; first = false {
		if !first {
			d.dst = append(d.dst, ' ')
		}
		d.dst = appendShortSignal(d.dst, uint64(bits.TrailingZeros64(v))+1)
		v &= v - 1
	}
	d.dst = append(d.dst, ']')
	return true
}

// appendShortSignal appends a signal's name without its SIG.
func appendShortSignal(dst []byte, v uint64) []byte {
	start := len(dst)
	dst = appendSignal(dst, v)
	if len(dst) > start+3 && string(dst[start:start+3]) == "SIG" {
		dst = append(dst[:start], dst[start+3:]...)
	}
	return dst
}

// optval appends the value of a socket option that is an int, as nearly all
// are.
func (d *Decoder) optval(addr, size uint64) bool {
	if size != 4 {
		return false
	}
	b := d.read(addr, 4)
	if b == nil {
		return false
	}
	v := le32(b)
	d.symbol(uint64(v))
	d.dst = append(d.dst, '[')
	d.dst = strconv.AppendInt(d.dst, int64(int32(v)), 10)
	d.dst = append(d.dst, ']')
	return true
}
