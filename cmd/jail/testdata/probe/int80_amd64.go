package main

import "golang.org/x/sys/unix"

// int80 makes an i386 call from 64-bit code.
func int80(nr, a, b, c, d uint32) int32

const map32 = unix.MAP_32BIT
