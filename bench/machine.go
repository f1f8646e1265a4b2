package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// machine describes in one line where this runs.
func machine() string {
	kernel := "an unknown kernel"
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		release, _, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), "-")
		kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + release
	}
	return fmt.Sprintf("%s, %s, %d × %s, %s", kernel, runtime.GOARCH, runtime.NumCPU(), processor(), runtime.Version())
}

// processor returns what /proc/cpuinfo calls the first CPU; arm64 has no name
// there.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "CPU"
}
