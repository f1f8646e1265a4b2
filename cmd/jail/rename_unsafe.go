package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// rename sets the name that ps(1) shows of this thread. Executed by way of
// /proc/self/exe, a process is called "exe".
func rename(name string) {
	p, err := unix.BytePtrFromString(name)
	if err == nil {
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(p)), 0, 0, 0)
	}
}
