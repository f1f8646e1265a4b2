// Package syscalls knows what the kernel's system calls are called: numbers
// by ABI, groups, argument names and widths, and the constants that people
// write in their place. It holds facts only and decides nothing.
//
// All tables are generated, sorted and laid out by the linker: the package
// does nothing when the program starts, and look-ups are binary searches.
package syscalls

import "runtime"

//go:generate go run ./internal/gen -o .

// ABI is one way of entering the kernel. The four values below are the only
// ones; compare them by pointer.
type ABI struct {
	Name  string // as events print it: "x86_64", "i386", "x32", "aarch64"
	Audit uint32 // AUDIT_ARCH_* of <linux/audit.h>, the arch of struct seccomp_data
	table *table
}

// The ABIs that the tables hold. They are facts: nobody writes to them.
var (
	X86_64  = &ABI{"x86_64", 0xc000003e, &tableX86_64}
	I386    = &ABI{"i386", 0x40000003, &tableI386}
	X32     = &ABI{"x32", 0xc000003e, &tableX32}
	AArch64 = &ABI{"aarch64", 0xc00000b7, &tableAArch64}
)

// X32Bit marks the numbers of the x32 ABI, which shares AUDIT_ARCH_X86_64.
const X32Bit = 0x40000000

// IsForeign reports whether nr, made under this ABI's audit value, belongs to
// another ABI: x32 under x86_64. The numbers 512 to 547 count as x32 as well;
// kernels before 5.4 served them without the bit (seccomp(2)).
func (a *ABI) IsForeign(nr uint32) bool {
	if a != X86_64 {
		return false
	}
	return nr >= X32Bit && nr < 2*X32Bit || nr >= 512 && nr <= 547
}

// Native returns the ABI that this binary itself uses, nil on an architecture
// that the tables do not hold.
func Native() *ABI {
	switch runtime.GOARCH {
	case "amd64":
		return X86_64
	case "386":
		return I386
	case "arm64":
		return AArch64
	}
	return nil
}

// ABIs returns all four, in a fixed order.
func ABIs() []*ABI { return []*ABI{X86_64, I386, X32, AArch64} }

// ByName returns the ABI of that Name, or nil.
func ByName(name string) *ABI {
	for _, a := range ABIs() {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Identify returns the ABI of a call as the kernel reports it: the arch and
// nr of struct seccomp_data, or of PTRACE_GET_SYSCALL_INFO. It returns nil
// for an audit value that the tables do not hold.
func Identify(audit, nr uint32) *ABI {
	switch audit {
	case X86_64.Audit:
		if X86_64.IsForeign(nr) {
			return X32
		}
		return X86_64
	case I386.Audit:
		return I386
	case AArch64.Audit:
		return AArch64
	}
	return nil
}
