package main

import "golang.org/x/sys/unix"

// int80 has no counterpart here.
func int80(nr, a, b, c, d uint32) int32 { return -int32(unix.ENOSYS) }

const map32 = 0
