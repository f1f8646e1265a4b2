package syscalls

import (
	"iter"
	"sort"
)

// constantDelta says how an ABI departs from constantValues.
type constantDelta struct {
	index  uint16 // of the name
	absent bool   // this ABI has no such constant
	value  uint64
}

// Constant returns the value of a constant of the kernel's headers, as the
// given ABI defines it. Negative values are sign-extended to 64 bits.
func Constant(a *ABI, name string) (uint64, bool) {
	n := len(constantEnds)
	i := sort.Search(n, func(i int) bool { return constantName(i) >= name })
	if i == n || constantName(i) != name {
		return 0, false
	}
	return a.constant(i)
}

func (a *ABI) constant(i int) (uint64, bool) {
	d := a.table.constants
	j := sort.Search(len(d), func(j int) bool { return int(d[j].index) >= i })
	if j < len(d) && int(d[j].index) == i {
		return d[j].value, !d[j].absent
	}
	return constantValues[i], true
}

// ConstantNames yields the names of the constants that the ABI has, ascending.
func ConstantNames(a *ABI) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range constantEnds {
			if _, ok := a.constant(i); !ok {
				continue
			}
			if !yield(constantName(i)) {
				return
			}
		}
	}
}

// constantName cuts the i-th name out of the one string that holds them all:
// ten thousand strings would cost the binary as many pointers.
func constantName(i int) string {
	start := uint32(0)
	if i > 0 {
		start = constantEnds[i-1]
	}
	return constantText[start : constantEnds[i]-1]
}
