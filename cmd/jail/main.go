// Command jail runs a program with only the system calls that a policy allows.
package main

import (
	"os"
	"runtime"
)

// The main goroutine stays on the main thread: it is the thread that becomes
// the program, and in a monitor the one that owns ptrace.
func init() { runtime.LockOSThread() }

// subcommands are recognised as the very first word only.
var subcommands = [...]struct {
	name string
	run  func(args []string) int
}{
	{"check", check},
	{"compile", compile},
	{"diff", diff},
	{"disasm", disasm},
	{"explain", explain},
	{"export", exportPolicy},
	{"import", importPolicy},
	{"policies", listPolicies},
	{"version", versionDetails},
}

func main() {
	if len(os.Args) > 0 && os.Args[0] == monitorName {
		os.Exit(monitorMain())
	}
	args := os.Args[min(1, len(os.Args)):]
	for _, c := range subcommands {
		if len(args) > 0 && args[0] == c.name {
			os.Exit(c.run(args[1:]))
		}
	}
	os.Exit(run(args))
}
