package policy

import (
	"sort"

	"jail/policy/syscalls"
)

// Action is what happens to a call.
type Action uint8

const (
	Allow Action = iota // let it through, silently
	Log                 // let it through and report it
	Deny                // refuse it with an errno
	Kill                // end the whole process with SIGSYS
)

// String returns the word that a policy file uses for the action.
func (a Action) String() string {
	switch a {
	case Allow:
		return "allow"
	case Log:
		return "log"
	case Deny:
		return "deny"
	case Kill:
		return "kill"
	}
	return "invalid"
}

// Decision is the answer of a policy to one call.
type Decision struct {
	Action Action
	Errno  uint16 // what Deny returns, 1 to 4095; 0 for every other action
	Quiet  bool   // not reported: the kernel alone can answer
	Rule   int    // index into Rules.Origins
}

// Rules is a policy resolved for one ABI: the single meaning that both the
// compiled filter and the monitor follow. It is immutable once resolved.
//
// The call numbers are partitioned: those in Calls; those that belong to
// another ABI although they carry this ABI's audit value (x32), which get
// Foreign; and every other number, which gets Unknown.
type Rules struct {
	ABI     *syscalls.ABI
	Calls   []Call   // every number this ABI's table knows, ascending
	Unknown Decision // a number the table does not know: ENOSYS under a deny default
	Foreign Decision // a call through any other ABI: never let through
	Origins []string // where each decision comes from: "web.toml:14", "web:14" for a built-in, "default"
}

// Call is what the policy says of one syscall.
type Call struct {
	Nr        uint32
	Clauses   []Clause // the first whose condition holds decides
	Otherwise Decision // when none does
}

// Clause is one conditional answer.
type Clause struct {
	When Expr
	Then Decision
}

// Decide returns the answer to a call made through the ABI whose AUDIT_ARCH_*
// value is arch, with number nr and the six argument registers args.
func (r *Rules) Decide(arch, nr uint32, args *[6]uint64) Decision {
	if arch != r.ABI.Audit || r.ABI.IsForeign(nr) {
		return r.Foreign
	}
	c := r.Lookup(nr)
	if c == nil {
		return r.Unknown
	}
	for i := range c.Clauses {
		if c.Clauses[i].When.Eval(args) {
			return c.Clauses[i].Then
		}
	}
	return c.Otherwise
}

// Lookup returns the entry of number nr, or nil where the table has none.
func (r *Rules) Lookup(nr uint32) *Call {
	i := sort.Search(len(r.Calls), func(i int) bool { return r.Calls[i].Nr >= nr })
	if i < len(r.Calls) && r.Calls[i].Nr == nr {
		return &r.Calls[i]
	}
	return nil
}
