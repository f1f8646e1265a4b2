package main

import (
	"encoding/binary"
	"errors"

	"jail/policy"
)

// handoff is what the launcher tells its monitor. The policy travels as the
// very bytes that the launcher read, so that both hold the same rules whatever
// becomes of the files.
type handoff struct {
	PID       uint32 // of the launcher, which becomes the program
	Audit     bool
	JSON      bool
	Summary   bool
	Quiet     bool
	KillNonce uint32
	Policy    string // the reference that was loaded
	Files     []policy.File
}

var errHandoff = errors.New("the launcher's message is damaged")

// encode lays the message out: flags, numbers, reference, and each file's name
// and text, every string behind its length.
func (h *handoff) encode() []byte {
	b := []byte{flagBit(h.Audit, 0) | flagBit(h.JSON, 1) | flagBit(h.Summary, 2) | flagBit(h.Quiet, 3)}
	b = binary.LittleEndian.AppendUint32(b, h.PID)
	b = binary.LittleEndian.AppendUint32(b, h.KillNonce)
	b = appendBytes(b, []byte(h.Policy))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h.Files)))
	for _, f := range h.Files {
		b = append(b, flagBit(f.Builtin, 0))
		b = appendBytes(b, []byte(f.Name))
		b = appendBytes(b, f.Data)
	}
	return b
}

func decodeHandoff(b []byte) (*handoff, error) {
	d := decoder{rest: b}
	flags := d.byte()
	h := &handoff{
		Audit:     flags&1 != 0,
		JSON:      flags&2 != 0,
		Summary:   flags&4 != 0,
		Quiet:     flags&8 != 0,
		PID:       d.uint32(),
		KillNonce: d.uint32(),
		Policy:    string(d.bytes()),
	}
	for n := d.uint32(); n > 0 && !d.short; n-- {
		builtin := d.byte() != 0
		h.Files = append(h.Files, policy.File{Builtin: builtin, Name: string(d.bytes()), Data: d.bytes()})
	}
	if d.short || len(d.rest) != 0 {
		return nil, errHandoff
	}
	return h, nil
}

func flagBit(set bool, bit uint) byte {
	if set {
		return 1 << bit
	}
	return 0
}

func appendBytes(b, s []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// decoder takes a message apart; short says that it ended too early.
type decoder struct {
	rest  []byte
	short bool
}

func (d *decoder) take(n uint64) []byte {
	if uint64(len(d.rest)) < n {
		d.short, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) bytes() []byte { return d.take(uint64(d.uint32())) }
