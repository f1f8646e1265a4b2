package bpf

import (
	"encoding/binary"
	"fmt"
)

// instructionSize is sizeof(struct sock_filter).
const instructionSize = 8

// Encode returns the program as an array of struct sock_filter, in the byte
// order of this machine.
func (p Program) Encode() []byte {
	out := make([]byte, 0, len(p)*instructionSize)
	for _, i := range p {
		out = binary.NativeEndian.AppendUint16(out, i.Code)
		out = append(out, i.Jt, i.Jf)
		out = binary.NativeEndian.AppendUint32(out, i.K)
	}
	return out
}

// Decode reads what Encode writes. It does not check the program: see
// Validate.
func Decode(raw []byte) (Program, error) {
	if len(raw)%instructionSize != 0 {
		return nil, fmt.Errorf("bpf: %d bytes are not a whole number of %d-byte instructions", len(raw), instructionSize)
	}
	p := make(Program, 0, len(raw)/instructionSize)
	for ; len(raw) > 0; raw = raw[instructionSize:] {
		p = append(p, Instruction{
			Code: binary.NativeEndian.Uint16(raw),
			Jt:   raw[2],
			Jf:   raw[3],
			K:    binary.NativeEndian.Uint32(raw[4:]),
		})
	}
	return p, nil
}
