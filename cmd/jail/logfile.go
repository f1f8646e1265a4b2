package main

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// openLog opens the destination of the log and returns its descriptor, or -1
// for "none". A descriptor that the caller named is the log's from now on and
// is not handed on to the program, except the three standard ones.
func openLog(dest string) (int, error) {
	switch {
	case dest == "none":
		return -1, nil
	case dest == "stderr":
		return 2, nil
	case dest == "-":
		return 1, nil
	case strings.HasPrefix(dest, "fd:"):
		return namedDescriptor(dest[len("fd:"):])
	}
	fd, err := unix.Open(dest, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND|unix.O_CLOEXEC|unix.O_NOCTTY, 0o640)
	if err != nil {
		return 0, fmt.Errorf("cannot open the log %s: %w", dest, err)
	}
	return fd, nil
}

func namedDescriptor(number string) (int, error) {
	fd, err := strconv.ParseUint(number, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("--log fd:%s: %q is no descriptor number", number, number)
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return 0, fmt.Errorf("--log fd:%d: descriptor %d is not open", fd, fd)
	}
	if flags&unix.O_ACCMODE == unix.O_RDONLY {
		return 0, fmt.Errorf("--log fd:%d: descriptor %d is open for reading only", fd, fd)
	}
	if fd > 2 {
		unix.CloseOnExec(int(fd))
	}
	return int(fd), nil
}
