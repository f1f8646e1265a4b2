package decode

import "strconv"

// constant is a number with a name.
type constant struct {
	name  string
	value uint64
}

// all is the mask of a set that is an enumeration and nothing else.
const all = ^uint64(0)

// set names the values of one kind of argument: an enumeration in the bits of
// mask, flags in the others.
type set struct {
	wide  bool   // the kernel reads 64 bits; 32 otherwise
	mask  uint64 // the bits that hold the enumeration
	enum  []constant
	flags []constant // flags of several bits before those they contain; one of value 0 stands for none
}

// append appends v: names joined by |, what has none in hex.
func (s *set) append(dst []byte, v uint64) []byte {
	if v == 0xffffffff && s.mask != all && !s.wide { // -1: "tell me", or none of these at all
		return appendHex(dst, v)
	}
	start := len(dst)
	if name := s.name(v & s.mask); name != "" {
		dst = append(dst, name...)
		v &^= s.mask
	}
	for i := range s.flags {
		if f := &s.flags[i]; f.value != 0 && v&f.value == f.value {
			dst = append(or(dst, start), f.name...)
			v &^= f.value
		}
	}
	switch {
	case v != 0:
		return appendHex(or(dst, start), v)
	case len(dst) > start:
		return dst
	case len(s.flags) > 0 && s.flags[0].value == 0:
		return append(dst, s.flags[0].name...)
	}
	return append(dst, '0')
}

// appendEnum appends v by the enumeration alone.
func (s *set) appendEnum(dst []byte, v uint64) []byte {
	if name := s.name(v); name != "" {
		return append(dst, name...)
	}
	return appendHex(dst, v)
}

// name returns the name of a value of the enumeration, "" where it has none.
func (s *set) name(v uint64) string {
	for i := range s.enum {
		if s.enum[i].value == v {
			return s.enum[i].name
		}
	}
	return ""
}

// or appends the separator before every flag but the first.
func or(dst []byte, start int) []byte {
	if len(dst) > start {
		return append(dst, '|')
	}
	return dst
}

// appendHex appends v in hex, 0 as strace has it.
func appendHex(dst []byte, v uint64) []byte {
	if v == 0 {
		return append(dst, '0')
	}
	return strconv.AppendUint(append(dst, '0', 'x'), v, 16)
}
