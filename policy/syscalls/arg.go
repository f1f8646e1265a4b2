package syscalls

import "sort"

// Arg is one argument of a system call, as the kernel's own prototype
// declares it (SYSCALL_DEFINEn in the kernel's source).
type Arg struct {
	Name    string // the kernel's: "family", "clone_flags"
	Type    string // the kernel's: "unsigned int", "const char *"
	Width   uint8  // bits of the register that count: 32 or 64
	Signed  bool   // two's complement
	Pointer bool   // an address: what it points at can change after it was looked at
	Bits    uint8  // bits that the kernel reads: Width, or 16 where the type is as narrow as umode_t
}

// Args returns the arguments of the named call. ok is false where this ABI
// has no such call or its prototype is not known; a call that takes none has
// an empty list and ok. The slice is shared: callers must not write to it.
func (a *ABI) Args(name string) (args []Arg, ok bool) {
	i, ok := a.find(name)
	if !ok {
		return nil, false
	}
	p := a.table.prototypes[i]
	if p == 0 {
		return nil, false
	}
	return prototypes[p], true
}

// Arg finds an argument of the named call by the kernel's name for it, or by
// the name that its man page uses where the two differ: "domain" for the
// family of socket(2), "request" for the cmd of ioctl(2).
func (a *ABI) Arg(call, name string) (index int, arg Arg, ok bool) {
	args, ok := a.Args(call)
	if !ok {
		return 0, Arg{}, false
	}
	for i := range args {
		if args[i].Name == name {
			return i, args[i], true
		}
	}
	kernel, ok := kernelName(call, name)
	if !ok {
		return 0, Arg{}, false
	}
	for i := range args {
		if args[i].Name == kernel {
			return i, args[i], true
		}
	}
	return 0, Arg{}, false
}

// alias is another name for an argument.
type alias struct{ call, name, kernel string }

// kernelName returns what the kernel calls the argument that call's man page
// calls name.
func kernelName(call, name string) (string, bool) {
	i := sort.Search(len(aliases), func(i int) bool {
		if aliases[i].call != call {
			return aliases[i].call > call
		}
		return aliases[i].name >= name
	})
	if i < len(aliases) && aliases[i].call == call && aliases[i].name == name {
		return aliases[i].kernel, true
	}
	return "", false
}
