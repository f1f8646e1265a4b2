// Command jail runs a program with only the system calls that a policy allows.
package main

import (
	"os"
	"runtime"
)

// The main goroutine stays on the main thread: it is the thread that becomes
// the program, and in a monitor the one that owns ptrace.
func init() { runtime.LockOSThread() }

func main() {
	if len(os.Args) > 0 && os.Args[0] == monitorName {
		os.Exit(monitorMain())
	}
	args := os.Args[min(1, len(os.Args)):]
	if len(args) > 0 {
		switch args[0] {
		case "check":
			os.Exit(check(args[1:]))
		case "compile":
			os.Exit(compile(args[1:]))
		case "diff":
			os.Exit(diff(args[1:]))
		case "disasm":
			os.Exit(disasm(args[1:]))
		case "explain":
			os.Exit(explain(args[1:]))
		case "export":
			os.Exit(exportPolicy(args[1:]))
		case "import":
			os.Exit(importPolicy(args[1:]))
		case "policies":
			os.Exit(listPolicies(args[1:]))
		case "version":
			os.Exit(versionDetails(args[1:]))
		}
	}
	os.Exit(run(args))
}
