package sandbox

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// writableSegment returns the words of this program's own writable segment,
// data and bss, as its ELF program headers in memory describe it (elf(5),
// AT_PHDR of getauxval(3)). It needs neither /proc nor a symbol table. Nil if
// the headers are not to be had.
func writableSegment() []uintptr {
	auxv, err := unix.Auxv()
	if err != nil {
		return nil
	}
	var phdr, num uintptr
	for _, kv := range auxv {
		switch kv[0] {
		case atPHDR:
			phdr = kv[1]
		case atPHNUM:
			num = kv[1]
		}
	}
	if phdr == 0 || num == 0 {
		return nil
	}
	headers := unsafe.Slice((*programHeader)(at(phdr)), num)
	var bias uintptr // of a position-independent executable
	for i := range headers {
		if headers[i].kind == ptPHDR {
			bias = phdr - headers[i].vaddr
		}
	}
	for i := range headers {
		h := &headers[i]
		if h.kind != ptLoad || h.flags&pfW == 0 {
			continue
		}
		const word = unsafe.Sizeof(uintptr(0))
		start := (bias + h.vaddr + word - 1) &^ (word - 1)
		end := bias + h.vaddr + h.memsz
		return unsafe.Slice((*uintptr)(at(start)), (end-start)/word)
	}
	return nil
}

// programHeader is Elf64_Phdr of elf(5).
type programHeader struct {
	kind, flags                                uint32
	offset, vaddr, paddr, filesz, memsz, align uintptr
}

// From <linux/auxvec.h> and <linux/elf.h>.
const (
	atPHDR  = 3
	atPHNUM = 5
	ptLoad  = 1
	ptPHDR  = 6
	pfW     = 2
)

// at turns an address outside the Go heap into a pointer.
func at(addr uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&addr)) }
