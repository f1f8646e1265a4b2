package bpftest

import (
	"os"
	"testing"
)

// Skip skips a test for something that the machine lacks, unless
// JAIL_TEST_NO_SKIP=1 says that it must not.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("JAIL_TEST_NO_SKIP") == "1" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
