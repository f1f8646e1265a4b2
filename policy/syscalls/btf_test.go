package syscalls_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"testing"
)

// btf is what the running kernel says of its own types, as far as scalars go
// (Documentation/bpf/btf.rst).
type btf struct {
	types []btfType // by type id
}

type btfType struct {
	name string
	kind uint32
	ref  uint32 // a size in bytes, or the type that a typedef stands for
	enc  uint32 // BTF_KIND_INT's encoding
	flag bool   // an enum's: signed
}

const (
	kindInt      = 1
	kindPtr      = 2
	kindArray    = 3
	kindStruct   = 4
	kindUnion    = 5
	kindEnum     = 6
	kindTypedef  = 8
	kindFuncPro  = 13
	kindVar      = 14
	kindDatasec  = 15
	kindDeclTag  = 17
	kindEnum64   = 19
	kindsKnown   = 19
	signedInt    = 1
	intEncodings = 24
)

// readBTF reads /sys/kernel/btf/vmlinux.
func readBTF(t *testing.T) *btf {
	t.Helper()
	data, err := os.ReadFile("/sys/kernel/btf/vmlinux")
	if err != nil {
		skip(t, "this kernel does not describe its types: "+err.Error())
	}
	le := binary.LittleEndian
	if le.Uint16(data) != 0xeb9f {
		t.Fatal("no BTF")
	}
	body := data[le.Uint32(data[4:]):]
	types := body[le.Uint32(data[8:]):][:le.Uint32(data[12:])]
	text := body[le.Uint32(data[16:]):][:le.Uint32(data[20:])]
	b := &btf{types: make([]btfType, 1)}
	for len(types) > 0 {
		name, info, ref := le.Uint32(types), le.Uint32(types[4:]), le.Uint32(types[8:])
		end := bytes.IndexByte(text[name:], 0)
		x := btfType{name: string(text[name:][:end]), kind: info >> 24 & 31, ref: ref, flag: info>>31 != 0}
		n := info & 0xffff
		types = types[12:]
		if x.kind == kindInt {
			x.enc = le.Uint32(types) >> intEncodings & 15
		}
		types = types[btfTail(t, x.kind, n):]
		b.types = append(b.types, x)
	}
	return b
}

// btfTail returns how many bytes follow the 12 of every type.
func btfTail(t *testing.T, kind, n uint32) uint32 {
	t.Helper()
	switch kind {
	case kindInt, kindVar, kindDeclTag:
		return 4
	case kindArray:
		return 12
	case kindStruct, kindUnion, kindDatasec, kindEnum64:
		return 12 * n
	case kindEnum, kindFuncPro:
		return 8 * n
	}
	if kind > kindsKnown {
		t.Fatalf("BTF has a kind %d", kind)
	}
	return 0
}

// scalar returns the width and signedness of a C type: an integer, a typedef
// of one, an enum; or, for a typedef of a pointer, that it is one.
func (b *btf) scalar(name string) (bits uint8, signed, pointer bool, err error) {
	switch name {
	case "unsigned":
		name = "unsigned int"
	case "long":
		name = "long int"
	case "unsigned long":
		name = "long unsigned int"
	}
	for _, x := range b.types {
		if x.name == name && (x.kind == kindInt || x.kind == kindTypedef || x.kind == kindEnum) {
			return b.resolve(x)
		}
	}
	return 0, false, false, fmt.Errorf("the kernel has no type %q", name)
}

func (b *btf) resolve(x btfType) (bits uint8, signed, pointer bool, err error) {
	for x.kind == kindTypedef {
		x = b.types[x.ref]
	}
	switch x.kind {
	case kindPtr:
		return 64, false, true, nil
	case kindInt:
		return uint8(x.ref * 8), x.enc&signedInt != 0, false, nil
	case kindEnum:
		return uint8(x.ref * 8), x.flag, false, nil
	}
	return 0, false, false, fmt.Errorf("%q is no scalar", x.name)
}
