package filter

import "unsafe"

// address is p as an argument of a raw call; the caller keeps p alive.
func address[T any](p *T) uint64 { return uint64(uintptr(unsafe.Pointer(p))) }
