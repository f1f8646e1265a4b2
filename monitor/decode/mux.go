package decode

import "jail/policy/syscalls"

// demultiplex returns the formats of the call, nil where it has none, after it
// has replaced a call that only carries another one: name and registers are
// then those of the call inside.
func (d *Decoder) demultiplex() *args {
	if d.abi == syscalls.I386 {
		switch d.name {
		case "socketcall":
			d.socketcall()
		case "ipc":
			d.ipc()
		case "mmap": // takes one struct of what are arguments elsewhere
			if !d.unpack(d.regs[0], 6) {
				return &packed
			}
		case "select":
			if !d.unpack(d.regs[0], 5) {
				return &packed
			}
		}
	}
	return find(d.name)
}

var packed = args{ptr}

// unpack replaces the first registers by n words from the program's memory.
func (d *Decoder) unpack(addr uint64, n int) bool {
	b := d.read(addr, 4*n)
	if b == nil {
		return false
	}
	for i := range n {
		d.regs[i] = uint64(le32(b[4*i:]))
	}
	return true
}

// socketcalls: socketcall(2), the calls of <linux/net.h> by number and how many
// arguments each finds in memory.
var socketcalls = [...]struct {
	name string
	n    int
}{
	1:  {"socket", 3},
	2:  {"bind", 3},
	3:  {"connect", 3},
	4:  {"listen", 2},
	5:  {"accept", 3},
	6:  {"getsockname", 3},
	7:  {"getpeername", 3},
	8:  {"socketpair", 4},
	9:  {"send", 4},
	10: {"recv", 4},
	11: {"sendto", 6},
	12: {"recvfrom", 6},
	13: {"shutdown", 2},
	14: {"setsockopt", 5},
	15: {"getsockopt", 5},
	16: {"sendmsg", 3},
	17: {"recvmsg", 3},
	18: {"accept4", 4},
	19: {"recvmmsg", 5},
	20: {"sendmmsg", 4},
}

// socketcall replaces socketcall(2) by what it carries, where that is known and
// its arguments can be read.
func (d *Decoder) socketcall() {
	op := d.regs[0]
	if op == 0 || op >= uint64(len(socketcalls)) {
		return
	}
	call := &socketcalls[op]
	if d.unpack(d.regs[1], call.n) {
		d.name = call.name
		d.symbol(op)
	}
}

// ipcCalls: ipc(2), the calls of <linux/ipc.h>, and in which of its registers
// each finds its arguments (ipc/syscall.c).
var ipcCalls = [...]struct {
	op   uint64
	name string
	regs string
}{
	{1, "semop", "\x01\x04\x02"},
	{2, "semget", "\x01\x02\x03"},
	{3, "semctl", "\x01\x02\x03\x04"},
	{4, "semtimedop", "\x01\x04\x02\x05"},
	{11, "msgsnd", "\x01\x04\x02\x03"},
	{12, "msgrcv", "\x01\x04\x02\x05\x03"},
	{13, "msgget", "\x01\x02"},
	{14, "msgctl", "\x01\x02\x04"},
	{21, "shmat", "\x01\x04\x02"},
	{22, "shmdt", "\x04"},
	{23, "shmget", "\x01\x02\x03"},
	{24, "shmctl", "\x01\x02\x04"},
}

// ipc replaces ipc(2) by what it carries, where that is known. The upper half
// of the first argument is a version; only 0 packs msgrcv differently, and is
// then shown as ipc.
func (d *Decoder) ipc() {
	op, version := d.regs[0]&0xffff, d.regs[0]>>16
	for i := range ipcCalls {
		call := &ipcCalls[i]
		if call.op != op || call.name == "msgrcv" && version == 0 {
			continue
		}
		from := d.regs
		for j := range call.regs {
			d.regs[j] = from[call.regs[j]]
		}
		d.name = call.name
		d.symbol(op)
		return
	}
}
