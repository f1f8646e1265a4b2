package decode

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// sockaddrMax is sizeof(struct sockaddr_storage): the kernel refuses more.
const sockaddrMax = 128

// sockaddr appends the socket address of n bytes at addr.
func (d *Decoder) sockaddr(addr, n uint64) bool {
	if n < 2 || n > sockaddrMax {
		return false
	}
	b := d.read(addr, int(n))
	if b == nil {
		return false
	}
	start := len(d.dst)
	d.dst = append(d.dst, '{')
	family := le16(b)
	d.dst = familiesSet.appendEnum(d.dst, uint64(family))
	d.sockaddrData(family, b)
	d.dst = append(d.dst, '}')
	d.symbolBytes(d.dst[start:])
	return true
}

// sockaddrData appends what follows the family.
func (d *Decoder) sockaddrData(family uint16, b []byte) {
	switch {
	case family == unix.AF_INET && len(b) >= 16:
		d.dst = append(d.dst, ", "...)
		d.dst = appendIPv4(d.dst, b[4:8])
		d.port(b)
	case family == unix.AF_INET6 && len(b) >= 24:
		d.inet6(b)
	case family == unix.AF_UNIX:
		d.unix(b[2:])
	case family == unix.AF_NETLINK && len(b) >= 12:
		d.field(", pid=", uint64(le32(b[4:])))
		d.dst = append(d.dst, ", groups="...)
		d.dst = appendHex(d.dst, uint64(le32(b[8:])))
	case family == unix.AF_PACKET && len(b) >= 12:
		d.dst = append(d.dst, ", "...)
		d.dst = appendProtocol(d.dst, unix.AF_PACKET, uint64(le16(b[2:])))
		d.field(", ifindex=", uint64(le32(b[4:])))
	case family == unix.AF_VSOCK && len(b) >= 16:
		d.field(", cid=", uint64(le32(b[8:])))
		d.field(", port=", uint64(le32(b[4:])))
	case family != unix.AF_UNSPEC && len(b) > 2:
		d.dst = append(d.dst, ", "...)
		d.dst = appendQuoted(d.dst, b[2:], stringShown)
	}
}

func (d *Decoder) port(b []byte) {
	d.field(":", uint64(b[2])<<8|uint64(b[3]))
}

// inet6 appends struct sockaddr_in6, whose scope older programs leave out.
func (d *Decoder) inet6(b []byte) {
	d.dst = append(d.dst, ", ["...)
	d.dst = appendIPv6(d.dst, b[8:24])
	if len(b) >= 28 {
		if scope := le32(b[24:]); scope != 0 {
			d.field("%", uint64(scope))
		}
	}
	d.dst = append(d.dst, ']')
	d.port(b)
}

// unix appends sun_path: none, abstract with a NUL before it, or a path that
// need not be terminated (unix(7)).
func (d *Decoder) unix(b []byte) {
	if len(b) == 0 {
		return
	}
	d.dst = append(d.dst, ", "...)
	if b[0] == 0 {
		d.dst = append(d.dst, '@')
		d.dst = appendQuoted(d.dst, b[1:], sockaddrMax)
		return
	}
	for i := range b {
		if b[i] == 0 {
			b = b[:i]
			break
		}
	}
	if d.pathLen == 0 {
		d.pathLen = copy(d.path[:], b)
	}
	d.dst = appendQuoted(d.dst, b, sockaddrMax)
}

// msghdr appends what matters of struct user_msghdr (recvmsg(2)): whereto, and
// how much.
func (d *Decoder) msghdr(addr uint64) bool {
	size := d.word()
	b := d.read(addr, 6*size) // up to msg_controllen
	if b == nil {
		return false
	}
	// int msg_namelen is padded to a pointer's size.
	name, nameLen := word(b, size), uint64(le32(b[size:]))
	iovLen, control := word(b[3*size:], size), word(b[5*size:], size)
	d.dst = append(d.dst, "{msg_name="...)
	if name == 0 || !d.sockaddr(name, nameLen) {
		d.address(name)
	}
	d.dst = append(d.dst, ", msg_iovlen="...)
	d.number(iovLen)
	d.dst = append(d.dst, ", msg_controllen="...)
	d.number(control)
	d.dst = append(d.dst, '}')
	return true
}

func appendIPv4(dst, b []byte) []byte {
	for i, c := range b[:4] {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(c), 10)
	}
	return dst
}

// appendIPv6 appends the form of RFC 5952: the longest run of at least two
// zero groups, the first of equals, as "::", and IPv4-mapped addresses with
// their IPv4 part.
func appendIPv6(dst, b []byte) []byte {
	if string(b[:12]) == "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff" {
		return appendIPv4(append(dst, "::ffff:"...), b[12:])
	}
	from, to := zeroRun(b)
	for i := 0; i < 8; i++ {
		if i == from {
			dst = append(dst, "::"...)
			if i = to; i == 8 {
				break
			}
		} else if i > 0 {
			dst = append(dst, ':')
		}
		dst = strconv.AppendUint(dst, uint64(b[2*i])<<8|uint64(b[2*i+1]), 16)
	}
	return dst
}

// zeroRun returns the groups that "::" stands for, -1 where it stands for none.
func zeroRun(b []byte) (from, to int) {
	from, to = -1, -1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && b[2*j] == 0 && b[2*j+1] == 0 {
			j++
		}
		if j-i >= 2 && j-i > to-from {
			from, to = i, j
		}
		if j > i {
			i = j
		}
	}
	return from, to
}
