package decode

import (
	"strconv"
)

// argument appends the argument in register reg, after a comma where it isn't
// the first, and returns the register of the next, or -1 where this was the
// last whatever the row says.
func (d *Decoder) argument(f format, reg int) int {
	if f == skip {
		return reg + 1
	}
	if f == openMode && !creates(d.regs[reg-1]) {
		return -1
	}
	if rest, ok := d.selected(f, reg); ok {
		d.list(&rest, reg)
		return -1
	}
	if reg > 0 {
		d.dst = append(d.dst, ", "...)
	}
	if len(d.dst)-d.base > textEnough {
		d.dst = append(d.dst, "..."...)
		return -1
	}
	v := d.regs[reg]
	switch {
	case f >= firstSet:
		d.named(sets[f-firstSet], v)
	case f >= firstStruct:
		d.structure(f, reg, v)
	case f == loff || f == hex64 || f == position:
		return d.halves(f, reg)
	default:
		d.scalar(f, reg, v)
	}
	return reg + 1
}

// selected returns the formats from reg on where an earlier argument selects
// them.
func (d *Decoder) selected(f format, reg int) (rest args, ok bool) {
	switch f {
	case fcntlRest:
		return choose(fcntlChoices[:], d.low(reg-1), args{ulong}), true
	case ioctlRest:
		return choose(ioctlChoices[:], d.low(reg-1), args{ptr}), true
	case prctlRest:
		return choose(prctlChoices[:], d.low(reg-1), args{hex, hex, hex, hex}), true
	case ptraceRest:
		return choose(ptraceChoices[:], d.low(reg-1), args{pid, ptr, ptr}), true
	case keyctlRest:
		return choose(keyctlChoices[:], d.low(reg-1), args{hex, hex, hex, hex}), true
	case futexRest:
		return choose(futexChoices[:], d.low(reg)&futexCmdMask, futexAny), true
	case futexRest64:
		rest = choose(futexChoices[:], d.low(reg)&futexCmdMask, futexAny)
		for i, f := range rest {
			if f == timespec {
				rest[i] = timespec64
			}
		}
		return rest, true
	}
	return rest, false
}

// low returns the low half of a register.
func (d *Decoder) low(reg int) uint64 { return d.regs[reg] & 0xffffffff }

// named appends a value by its set.
func (d *Decoder) named(s *set, v uint64) {
	if !s.wide {
		v &= 0xffffffff
	}
	d.symbol(v)
	d.dst = s.append(d.dst, v)
}

// scalar appends what a register says by itself, or a string behind it.
func (d *Decoder) scalar(f format, reg int, v uint64) {
	switch f {
	case path:
		d.pathname(v)
	case str:
		d.text(v)
	case strLen:
		d.bytes(v, d.low(reg+1))
	case char:
		d.bytes(v, 1)
	case fd, i32, pid:
		d.signed(int64(int32(v)))
	case dirfd:
		d.directory(int32(v))
	case u32:
		d.unsigned(v & 0xffffffff)
	case long:
		if d.narrow() {
			v = uint64(int64(int32(v)))
		}
		d.signed(int64(v))
	case ulong:
		d.number(v)
	case ptr:
		d.address(v)
	case hex:
		d.dst = appendHex(d.dst, v)
	case id:
		d.owner(uint32(v))
	default:
		d.symbolic(f, v)
	}
}

// symbolic appends numbers that make the shape.
func (d *Decoder) symbolic(f format, v uint64) {
	v &= 0xffffffff
	d.symbol(v)
	switch f {
	case octal, openMode:
		d.dst = appendMode(d.dst, v&0xffff)
	case fileMode:
		d.dst = appendFileMode(d.dst, v&0xffff)
	case device:
		d.dst = appendDevice(d.dst, v)
	case signal:
		d.dst = appendSignal(d.dst, v)
	case cloneSignalFlags:
		d.dst = appendCloneFlags(d.dst, v)
	case futexOp:
		d.dst = appendFutexOp(d.dst, v)
	case quotaCmd:
		d.dst = appendQuotaCmd(d.dst, v)
	case keyring:
		d.dst = appendKeyring(d.dst, v)
	case protocol:
		d.dst = appendProtocol(d.dst, d.low(0), v)
	case optname:
		d.dst = appendOption(d.dst, d.low(1), v)
	case ipcKey:
		d.dst = appendKey(d.dst, v)
	case ipcMode:
		d.dst = appendIPCMode(d.dst, &ipcFlagsSet, v)
	case shmMode:
		d.dst = appendIPCMode(d.dst, &shmFlagsSet, v)
	}
}

func (d *Decoder) signed(v int64)    { d.dst = strconv.AppendInt(d.dst, v, 10) }
func (d *Decoder) unsigned(v uint64) { d.dst = strconv.AppendUint(d.dst, v, 10) }

// number appends an unsigned long: what is too high to be a count is taken for
// an address or garbage.
func (d *Decoder) number(v uint64) {
	if v >= 1<<48 {
		d.dst = appendHex(d.dst, v)
		return
	}
	d.unsigned(v)
}

func (d *Decoder) address(v uint64) {
	if v == 0 {
		d.dst = append(d.dst, "NULL"...)
		return
	}
	d.dst = appendHex(d.dst, v)
}

// directory appends the descriptor that a path is relative to.
func (d *Decoder) directory(v int32) {
	const cwd = -100 // AT_FDCWD of <linux/fcntl.h>
	if v == cwd {
		d.dst = append(d.dst, "AT_FDCWD"...)
		return
	}
	d.signed(int64(v))
}

// owner appends a uid_t or gid_t; -1 says "leave it" (chown(2), setresuid(2)).
func (d *Decoder) owner(v uint32) {
	if v == ^uint32(0) {
		d.dst = append(d.dst, "-1"...)
		return
	}
	d.unsigned(uint64(v))
}

// halves appends 64 bits, which 32-bit ABIs pass in two registers, the lower
// half first.
func (d *Decoder) halves(f format, reg int) int {
	v, next := d.regs[reg], reg+1
	if d.narrow() && next < len(d.regs) {
		v |= d.regs[next] << 32
	}
	if d.narrow() || f == position {
		next++
	}
	if f == hex64 {
		d.symbol(v)
		d.dst = appendHex(d.dst, v)
	} else {
		d.signed(int64(v))
	}
	return next
}

// creates reports whether open(2) reads its mode under these flags.
func creates(flags uint64) bool {
	const creat, tmpfile = 0o100, 0o20000000 // O_CREAT, __O_TMPFILE
	return flags&(creat|tmpfile) != 0
}
