package main

import (
	"fmt"
	"os"

	"jail/sandbox"
)

// This file is the only one that writes to the terminal on jail's own behalf.

// Names of files and what stands in them may hold anything: what a terminal
// would act on is replaced.

// fail says in one sentence why jail could not do its work.
func fail(format string, args ...any) int {
	printErr(fmt.Sprintf("jail: "+format+"\n", args...))
	return sandbox.ExitFailed
}

// printErr writes text that is complete in itself, such as a list of problems.
func printErr(text string) { os.Stderr.WriteString(harmless(text)) }

// print writes the output that was asked for. A reader that has gone away is
// not worth a message, a full disk is.
func print(text string) int { return printBytes([]byte(harmless(text))) }

// printBytes writes output that is no text.
func printBytes(b []byte) int {
	if _, err := os.Stdout.Write(b); err != nil {
		return fail("cannot write the output: %v", err)
	}
	return 0
}
