package oci

import (
	"testing"

	"jail/policy/syscalls"
)

// BenchmarkInline is what a launch under Docker's default profile takes more
// than one under a policy.
func BenchmarkInline(b *testing.B) {
	data := mobyDefault(b)
	t := Target{Caps: DockerCaps(), Kernel: [2]int{6, 18}, ABI: syscalls.X86_64}
	for b.Loop() {
		if _, err := Inline(data, "default.json", t); err != nil {
			b.Fatal(err)
		}
	}
}
