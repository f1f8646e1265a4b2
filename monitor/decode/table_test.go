package decode

import (
	"sort"
	"testing"

	"jail/policy/syscalls"
)

func TestRowsSorted(t *testing.T) {
	if !sort.SliceIsSorted(rows[:], func(i, j int) bool { return rows[i].name < rows[j].name }) {
		t.Error("rows are not sorted by name")
	}
	for i := 1; i < len(rows); i++ {
		if rows[i].name == rows[i-1].name {
			t.Errorf("%s has two rows", rows[i].name)
		}
	}
}

// Calls that exist only inside of socketcall and ipc.
func carried(name string) bool {
	for i := range socketcalls {
		if socketcalls[i].name == name {
			return true
		}
	}
	for i := range ipcCalls {
		if ipcCalls[i].name == name {
			return true
		}
	}
	return false
}

// TestRowsMatchPrototypes compares what a row takes with what the kernel
// declares: as many registers, and pointers where the kernel has pointers.
func TestRowsMatchPrototypes(t *testing.T) {
	for i := range rows {
		r := &rows[i]
		if !syscalls.Known(r.name) && !carried(r.name) {
			t.Errorf("%s: no such call", r.name)
		}
		for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.I386, syscalls.AArch64} {
			want, known := abi.Args(r.name)
			if !known || abi == syscalls.I386 && (r.name == "mmap" || r.name == "select") {
				continue
			}
			n, open := 0, false
			for _, f := range r.args {
				switch {
				case f == end:
				case f >= fcntlRest && f <= futexRest64:
					open = true
				case f == position, abi == syscalls.I386 && (f == loff || f == hex64):
					n += 2
				default:
					n++
				}
			}
			if !open && n != len(want) {
				t.Errorf("%s %s: %d registers, the kernel has %d: %v", abi.Name, r.name, n, len(want), want)
			}
		}
	}
}

// TestPointersArePointers compares what the rows say of each register. mmap's
// sets are mprotect's, which reads more bits.
func TestPointersArePointers(t *testing.T) {
	for i := range rows {
		want, known := syscalls.X86_64.Args(rows[i].name)
		if !known {
			continue
		}
		reg := 0
		for _, f := range rows[i].args {
			if f == end || reg >= len(want) || f >= fcntlRest && f <= futexRest64 {
				break
			}
			pointer := f == path || f == str || f == strLen || f == char || f >= firstStruct && f < firstSet
			if pointer && !want[reg].Pointer {
				t.Errorf("%s: argument %d is no pointer: %s %s", rows[i].name, reg, want[reg].Type, want[reg].Name)
			}
			if want[reg].Pointer && !pointer && f != ptr {
				t.Errorf("%s: argument %d is a pointer: %s %s", rows[i].name, reg, want[reg].Type, want[reg].Name)
			}
			if wide := want[reg].Width == 64; f >= firstSet && rows[i].name != "mmap" && sets[f-firstSet].wide != wide {
				t.Errorf("%s: argument %d has %d bits, its set has not", rows[i].name, reg, want[reg].Width)
			}
			reg++
			if f == position {
				reg++
			}
		}
	}
}

func TestSetsComplete(t *testing.T) {
	for i, s := range sets {
		if s == nil {
			t.Fatalf("format %d has no set", firstSet+format(i))
		}
		if len(s.enum)+len(s.flags) == 0 {
			t.Errorf("format %d: empty set", firstSet+format(i))
		}
		for _, c := range s.enum {
			if v := c.value; v&s.mask != v && s.mask != all {
				t.Errorf("%s is outside of its mask", c.name)
			}
		}
		for j, c := range s.flags {
			if c.value&s.mask != 0 {
				t.Errorf("%s is within the mask of the enumeration", c.name)
			}
			for _, before := range s.flags[:j] {
				if c.value&before.value == before.value && before.value != 0 {
					t.Errorf("%s never appears: %s comes first", c.name, before.name)
				}
			}
		}
	}
}

// TestConstants compares the names with the values that policies use.
func TestConstants(t *testing.T) {
	known, unknown := 0, []string(nil)
	for _, s := range sets {
		for _, c := range append(s.enum[:len(s.enum):len(s.enum)], s.flags...) {
			abi := nativeABI()
			switch c.name {
			case "F_GETLK64", "F_SETLK64", "F_SETLKW64": // others than F_GETLK in 32-bit ABIs alone
				abi = syscalls.I386
			}
			v, ok := syscalls.Constant(abi, c.name)
			if !s.wide {
				v &= 0xffffffff
			}
			switch {
			case !ok:
				unknown = append(unknown, c.name)
			case v != c.value:
				t.Errorf("%s is %#x, want %#x", c.name, c.value, v)
			}
			known++
		}
	}
	t.Logf("%d constants; not compared: %v", known, unknown)
	if n := known - len(unknown); n < 1500 {
		t.Errorf("only %d constants compared", n)
	}
}
