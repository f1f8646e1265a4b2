package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"

	"jail/policy/syscalls"
)

// sweep makes the calls that its input lists, "ABI NUMBER ARGUMENT" with the
// argument in all registers, and answers each line with what came back.
func sweep() {
	out := bufio.NewWriter(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var name string
		var nr uint32
		var arg int64
		if _, err := fmt.Sscan(in.Text(), &name, &nr, &arg); err != nil {
			fatal("probe: " + in.Text() + ": " + err.Error())
		}
		fmt.Fprintln(out, strings.TrimSpace(in.Text()), result(syscalls.ByName(name), nr, arg))
	}
	out.Flush()
}

// result is 0 or more where the call was made, -errno where it was not.
func result(abi *syscalls.ABI, nr uint32, arg int64) int64 {
	a := uintptr(arg)
	if abi == syscalls.I386 {
		return int64(int80(nr, uint32(a), uint32(a), uint32(a), uint32(a)))
	}
	r, _, errno := syscall.RawSyscall6(uintptr(nr), a, a, a, a, a, a)
	if errno != 0 {
		return -int64(errno)
	}
	return int64(r)
}
