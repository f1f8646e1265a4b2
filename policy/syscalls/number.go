package syscalls

import (
	"iter"
	"sort"
)

// Entry is one system call of an ABI.
type Entry struct {
	Nr   uint32 // as in struct seccomp_data: x32's carry X32Bit
	Name string
}

// table holds what differs from one ABI to the next.
type table struct {
	entries    []Entry         // ascending by Nr
	byName     []uint16        // indexes of entries, ascending by Name
	prototypes []uint16        // for each entry an index into prototypes, 0 where unknown
	constants  []constantDelta // where its constants differ from constantValues, ascending
}

// Number returns the number of the call with that name, x32's with X32Bit.
func (a *ABI) Number(name string) (uint32, bool) {
	i, ok := a.find(name)
	if !ok {
		return 0, false
	}
	return a.table.entries[i].Nr, true
}

// Syscall returns the name of the call with that number, "" where there is
// none. For x32 the number may come with or without X32Bit: kernels before
// 5.4 served its own calls, 512 to 547, without.
func (a *ABI) Syscall(nr uint32) string {
	if a == X32 {
		nr |= X32Bit
	}
	e := a.table.entries
	i := sort.Search(len(e), func(i int) bool { return e[i].Nr >= nr })
	if i < len(e) && e[i].Nr == nr {
		return e[i].Name
	}
	return ""
}

// All returns the calls of the ABI, ascending by number. The slice is shared:
// callers must not write to it.
func (a *ABI) All() []Entry { return a.table.entries }

// Max returns the highest number that the table holds.
func (a *ABI) Max() uint32 {
	e := a.table.entries
	return e[len(e)-1].Nr
}

// find returns the index of the entry with that name.
func (a *ABI) find(name string) (int, bool) {
	t := a.table
	i := sort.Search(len(t.byName), func(i int) bool { return t.entries[t.byName[i]].Name >= name })
	if i < len(t.byName) && t.entries[t.byName[i]].Name == name {
		return int(t.byName[i]), true
	}
	return 0, false
}

// Known reports whether any of the ABIs has a call with that name.
func Known(name string) bool {
	for _, a := range ABIs() {
		if _, ok := a.find(name); ok {
			return true
		}
	}
	return false
}

// Names yields the name of every call of every ABI, each once.
func Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		abis := ABIs()
		for i, a := range abis {
			for _, e := range a.table.entries {
				if knownTo(abis[:i], e.Name) {
					continue
				}
				if !yield(e.Name) {
					return
				}
			}
		}
	}
}

func knownTo(abis []*ABI, name string) bool {
	for _, a := range abis {
		if _, ok := a.find(name); ok {
			return true
		}
	}
	return false
}
