// Package bpftest helps tests that run seccomp programs: in an interpreter
// that is not ours, and in the kernel.
package bpftest

import (
	"encoding/binary"

	xbpf "golang.org/x/net/bpf"

	"jail/sandbox/bpf"
)

// VM runs a program in golang.org/x/net/bpf. That one reads packets, hence
// big-endian words; with every word of struct seccomp_data stored big-endian
// at its little-endian offset, seccomp programs run in it as they are.
type VM struct {
	vm   *xbpf.VM
	data [bpf.DataSize]byte
}

// NewVM fails on programs that x/net/bpf does not take. It knows no negation.
func NewVM(p bpf.Program) (*VM, error) {
	raw := make([]xbpf.RawInstruction, len(p))
	for i, ins := range p {
		raw[i] = xbpf.RawInstruction{Op: ins.Code, Jt: ins.Jt, Jf: ins.Jf, K: ins.K}
	}
	list, _ := xbpf.Disassemble(raw)
	vm, err := xbpf.NewVM(list)
	if err != nil {
		return nil, err
	}
	return &VM{vm: vm}, nil
}

// Run returns what the program returns for d.
func (v *VM) Run(d *bpf.Data) (uint32, error) {
	put := binary.BigEndian.PutUint32
	put(v.data[0:], d.Nr)
	put(v.data[4:], d.Arch)
	put(v.data[8:], uint32(d.IP))
	put(v.data[12:], uint32(d.IP>>32))
	for i, a := range d.Args {
		put(v.data[16+8*i:], uint32(a))
		put(v.data[20+8*i:], uint32(a>>32))
	}
	ret, err := v.vm.Run(v.data[:])
	return uint32(ret), err
}
