package filter

import (
	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
)

const (
	launchNonce = 0x9a3c_51d2_77e0_1b4f
	killNonce   = 0xc0de_f00d
)

// allOptions are all the settings that a filter can be compiled for.
func allOptions() []Options {
	var list []Options
	for i := range 16 {
		o := Options{Audit: i&1 != 0, Monitor: i&2 != 0}
		if i&4 != 0 {
			o.LaunchNonce = launchNonce
		}
		if i&8 != 0 {
			o.KillNonce = killNonce
		}
		list = append(list, o)
	}
	return list
}

// vectors yields calls that a filter for r may get wrong: every number up to
// beyond the table with every interesting value of every argument that its
// conditions look at, and numbers and architectures that are not r's.
func vectors(r *policy.Rules, g *generator, yield func(d *bpf.Data) bool) {
	ok := true
	each := func(arch, nr uint32, args [6]uint64) {
		ok = ok && yield(&bpf.Data{Nr: nr, Arch: arch, IP: 0xffffffffff600400, Args: args})
	}
	for nr := uint32(0); nr <= r.ABI.Max()+256 && ok; nr++ {
		own := arguments(g, r, nr)
		// A comparison in the tree that is off by one leads to the leaf of a
		// neighbour, up to three numbers away.
		for _, other := range []uint32{nr - 3, nr - 2, nr - 1, nr + 1, nr + 2, nr + 3} {
			own = append(own, g.witnesses(r.Lookup(other))...)
		}
		for _, args := range own {
			each(r.ABI.Audit, nr, args)
		}
	}
	strange := []uint32{
		511, 512, 513, 546, 547, 548, 0x3fffffff, 0x40000000, 0x40000001, 0x40000000 + 59, 0x40000000 + 520,
		0x40000221, 0x7fffffff, 0x80000000, 0x80000001, 0xbfffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
	}
	for _, nr := range strange {
		for _, args := range arguments(g, r, nr) {
			each(r.ABI.Audit, nr, args)
		}
	}
	for _, abi := range syscalls.ABIs() {
		for _, audit := range []uint32{abi.Audit, abi.Audit ^ 1<<31, abi.Audit ^ 1} {
			for _, nr := range append(strange, 0, 1, 20, 39, 56, 59, 120, 231, 317, 322, 435) {
				for _, args := range arguments(g, r, nr) {
					each(audit, nr, args)
				}
			}
		}
	}
}

// arguments returns sets of arguments for a call: the edges of its conditions,
// each of them alone and in random mixtures with the others.
func arguments(g *generator, r *policy.Rules, nr uint32) [][6]uint64 {
	c := r.Lookup(nr)
	if c == nil {
		c = &policy.Call{Nr: nr}
	}
	list := [][6]uint64{
		{}, {^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)},
		{5: killNonce}, {5: launchNonce}, {0: 1, 1: 8}, {0: 0x00800000},
	}
	if len(c.Clauses) == 0 && !g.oneIn(8) && !guards(r, nr) {
		return list
	}
	values := [6][]uint64{{0}, {0}, {0}, {0}, {0}, {0}}
	if guards(r, nr) || g.oneIn(4) {
		values = guardEdges()
	}
	callEdges(c, &values)
	for arg, of := range values {
		for _, v := range of {
			var args [6]uint64
			args[arg] = v
			list = append(list, args)
			for range g.mixtures {
				args = g.mixture(&values)
				args[arg] = v
				list = append(list, args)
			}
		}
	}
	return list
}

// guards reports whether a guard may stand before number nr, or before one so
// near that a wrong turn in the tree leads there.
func guards(r *policy.Rules, nr uint32) bool {
	const near = 4
	for _, s := range guarded {
		if of, ok := r.ABI.Number(s.name); ok && of < nr+near && nr < of+near {
			return true
		}
	}
	return false
}

func (g *generator) mixture(values *[6][]uint64) (args [6]uint64) {
	for i := range args {
		args[i] = values[i][g.choose(len(values[i]))]
	}
	return args
}

// witnesses returns a few arguments for which each condition of the call
// holds, and a few for which it does not.
func (g *generator) witnesses(c *policy.Call) (list [][6]uint64) {
	if c == nil || len(c.Clauses) == 0 {
		return nil
	}
	values := [6][]uint64{{0}, {0}, {0}, {0}, {0}, {0}}
	callEdges(c, &values)
	for _, clause := range c.Clauses {
		found := [2]int{}
		for range 200 {
			args := g.mixture(&values)
			holds := 0
			if clause.When.Eval(&args) {
				holds = 1
			}
			if found[holds]++; found[holds] <= 3 {
				list = append(list, args)
			}
		}
	}
	return list
}

func callEdges(c *policy.Call, values *[6][]uint64) {
	for _, clause := range c.Clauses {
		edges(clause.When, values)
	}
}

// guardEdges are the values at which the guards change their mind.
func guardEdges() [6][]uint64 {
	return [6][]uint64{
		0: {0, 1, 2, 0xdead_0000_0001, 0x00800000, 0x007fffff, 0x0080_0000_0000_0000, 0xffff_ffff_ff7f_ffff,
			unix.PTRACE_SEIZE, unix.PTRACE_SETOPTIONS, unix.PTRACE_SEIZE + 1, unix.PTRACE_SETOPTIONS - 1, 0xdead_0000_4206},
		1: {0, 8, 7, 9, 0xdead_0000_0008, 0xdead_0000_0007, 0x8_0000_0000},
		2: {0}, 4: {0},
		3: {0, unix.PTRACE_O_TRACESECCOMP, unix.PTRACE_O_TRACESECCOMP - 1, ^uint64(0), unix.PTRACE_O_TRACESECCOMP << 32},
		5: {0, launchNonce, launchNonce + 1, launchNonce ^ 1<<63, launchNonce & 0xffffffff, launchNonce &^ 0xffffffff,
			killNonce, killNonce | 1<<40, killNonce + 1, killNonce - 1},
	}
}

// edges adds the values around those that e compares with.
func edges(e policy.Expr, values *[6][]uint64) {
	switch e := e.(type) {
	case policy.And:
		for _, x := range e {
			edges(x, values)
		}
	case policy.Or:
		for _, x := range e {
			edges(x, values)
		}
	case policy.Not:
		edges(e.X, values)
	case policy.Test:
		sign := uint64(1) << (e.Width - 1)
		for _, v := range []uint64{
			e.Value - 1, e.Value, e.Value + 1,
			e.Value ^ sign,
			e.Value ^ 0xdead_beef_0000_0000, // another high half
			e.Value + 1<<32, e.Value - 1<<32,
			e.Value &^ e.Mask, e.Value | ^e.Mask, e.Value ^ e.Mask&-e.Mask, ^e.Value,
		} {
			values[e.Arg] = append(values[e.Arg], v)
		}
	}
}
