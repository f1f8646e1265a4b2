package decode

import (
	"strconv"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// appendMode appends permission bits in octal with at least three digits.
func appendMode(dst []byte, v uint64) []byte {
	dst = append(dst, '0')
	if v < 0o10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, v, 8)
}

// appendFileMode appends the file type where there is one, and the mode.
func appendFileMode(dst []byte, v uint64) []byte {
	const types = unix.S_IFMT
	if v&types != 0 {
		dst = append(fileTypesSet.appendEnum(dst, v&types), '|')
	}
	return appendMode(dst, v&^types)
}

// appendDevice appends a dev_t as mknod(2) encodes it (new_encode_dev of
// <linux/kdev_t.h>).
func appendDevice(dst []byte, v uint64) []byte {
	dst = append(dst, "makedev("...)
	dst = appendHex(dst, v>>8&0xfff)
	dst = append(dst, ", "...)
	dst = appendHex(dst, v&0xff|v>>12&0xfff00)
	return append(dst, ')')
}

// appendSignal appends the name of a signal, real-time ones as strace counts
// them: from the kernel's SIGRTMIN, which is 32.
func appendSignal(dst []byte, v uint64) []byte {
	if v > 64 {
		return strconv.AppendInt(dst, int64(int32(v)), 10)
	}
	if v > 32 {
		return strconv.AppendUint(append(dst, "SIGRT_"...), v-32, 10)
	}
	if v == 32 {
		return append(dst, "SIGRTMIN"...)
	}
	if name := syscalls.SignalName(uint16(v)); name != "" {
		return append(dst, name...)
	}
	return strconv.AppendUint(dst, v, 10)
}

// appendCloneFlags appends clone(2)'s flags and the exit signal in their low
// byte.
func appendCloneFlags(dst []byte, v uint64) []byte {
	const csignal = 0xff // CSIGNAL of <linux/sched.h>
	if v&^csignal != 0 {
		dst = cloneFlagsSet.append(dst, v&^csignal)
		if v&csignal == 0 {
			return dst
		}
		dst = append(dst, '|')
	}
	return appendSignal(dst, v&csignal)
}

// futexCmdMask is FUTEX_CMD_MASK of <linux/futex.h>.
const futexCmdMask = 0x7f

func appendFutexOp(dst []byte, v uint64) []byte {
	const private, realtime = 0x80, 0x100 // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME
	dst = futexOpsSet.appendEnum(dst, v&futexCmdMask)
	if v&private != 0 {
		dst = append(dst, "_PRIVATE"...)
	}
	if v&realtime != 0 {
		dst = append(dst, "|FUTEX_CLOCK_REALTIME"...)
	}
	if v &^= futexCmdMask | private | realtime; v != 0 {
		dst = appendHex(append(dst, '|'), v)
	}
	return dst
}

// appendQuotaCmd appends the two halves that QCMD of <linux/quota.h> joins.
func appendQuotaCmd(dst []byte, v uint64) []byte {
	dst = append(dst, "QCMD("...)
	dst = quotaCmdsSet.appendEnum(dst, v>>8)
	dst = append(dst, ", "...)
	dst = strconv.AppendUint(dst, v&0xff, 10)
	return append(dst, ')')
}

func appendKeyring(dst []byte, v uint64) []byte {
	if name := keyringsSet.name(v); name != "" {
		return append(dst, name...)
	}
	return strconv.AppendInt(dst, int64(int32(v)), 10)
}

// appendProtocol appends the third argument of socket(2), whose meaning is the
// family's.
func appendProtocol(dst []byte, family, v uint64) []byte {
	var s *set
	switch family {
	case unix.AF_INET, unix.AF_INET6:
		s = &inetProtocolsSet
	case unix.AF_NETLINK:
		s = &netlinkProtocolsSet
	case unix.AF_BLUETOOTH:
		s = &bluetoothProtocolsSet
	case unix.AF_CAN:
		s = &canProtocolsSet
	case unix.AF_PACKET:
		dst = append(dst, "htons("...)
		return append(etherTypesSet.appendEnum(dst, v>>8&0xff|v&0xff<<8), ')')
	default:
		return strconv.AppendInt(dst, int64(int32(v)), 10)
	}
	return s.appendEnum(dst, v)
}

// appendOption appends the name of a socket option, which is the level's.
func appendOption(dst []byte, level, v uint64) []byte {
	var s *set
	switch level {
	case unix.SOL_SOCKET:
		s = &socketOptionsSet
	case unix.SOL_TCP:
		s = &tcpOptionsSet
	case unix.SOL_UDP:
		s = &udpOptionsSet
	case unix.SOL_IP:
		s = &ipOptionsSet
	case unix.SOL_IPV6:
		s = &ipv6OptionsSet
	case unix.SOL_PACKET:
		s = &packetOptionsSet
	case unix.SOL_NETLINK:
		s = &netlinkOptionsSet
	default:
		return appendHex(dst, v)
	}
	return s.appendEnum(dst, v)
}

func appendKey(dst []byte, v uint64) []byte {
	if v == 0 {
		return append(dst, "IPC_PRIVATE"...)
	}
	return appendHex(dst, v)
}

// appendIPCMode appends the flags of shmget(2) and its like, which share an
// argument with the permission bits.
func appendIPCMode(dst []byte, s *set, v uint64) []byte {
	const mode = 0o777
	if v&^mode != 0 {
		dst = append(s.append(dst, v&^mode), '|')
	}
	return appendMode(dst, v&mode)
}
