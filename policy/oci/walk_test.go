package oci

import (
	"testing"

	"jail/policy"
	"jail/policy/space"
)

// mostWalked bounds the classes of one call that a test looks at: their number
// is a product over all arguments, and a mistake in the conditions can make it
// one that no test lives to see.
const mostWalked = 1 << 20

// walk visits one member of each class of arguments, and fails the test where
// these are too many.
func walk(t testing.TB, conditions []policy.Expr, visit func(args *[6]uint64) bool) {
	t.Helper()
	if n := space.Count(conditions...); n > mostWalked {
		t.Fatalf("%d conditions make %d classes of arguments, more than a test can walk", len(conditions), n)
	}
	space.Walk(conditions, visit)
}
