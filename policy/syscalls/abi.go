// Package syscalls knows what the kernel's system calls are called: numbers
// by ABI, groups, argument names and widths, and the constants that people
// write in their place. It holds facts only and decides nothing.
package syscalls

// ABI is one way of entering the kernel. The four values below are the only
// ones; compare them by pointer.
type ABI struct {
	Name  string // as events print it: "x86_64", "i386", "x32", "aarch64"
	Audit uint32 // AUDIT_ARCH_* of <linux/audit.h>, the arch of struct seccomp_data
	table *table
}

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
