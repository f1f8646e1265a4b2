package main

import (
	"fmt"
	"os"

	"jail/sandbox"
)

// This file is the only one that writes to the terminal on jail's own behalf.

// fail says in one sentence why jail could not do its work.
func fail(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "jail: "+format+"\n", args...)
	return sandbox.ExitFailed
}

// printErr writes text that is complete in itself, such as a list of problems.
func printErr(text string) { fmt.Fprint(os.Stderr, text) }

// print writes the output that was asked for. A reader that has gone away is
// not worth a message, a full disk is.
func print(text string) int {
	if _, err := os.Stdout.WriteString(text); err != nil {
		return fail("cannot write the output: %v", err)
	}
	return 0
}
