package main

import (
	"runtime"
	"runtime/debug"

	"jail/policy/syscalls"
)

// release is the version of a release build: -ldflags "-X main.release=1.2.3".
var release string

func version() string {
	v := release
	if v == "" {
		v = "devel"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
	}
	return v + " (" + runtime.Version() + ", linux/" + runtime.GOARCH +
		", system calls as of Linux " + syscalls.TableKernel + ")"
}
