package prove

import (
	"fmt"

	"jail/policy"
	"jail/sandbox/bpf"
)

func nothing(uint32) (value uint32, ok bool) { return 0, false }

// comparisons returns those that the program makes with the word at offset
// off, where known tells the values of others.
func (v *prover) comparisons(off uint32, known func(uint32) (uint32, bool)) ([]bpf.Comparison, error) {
	all, err := v.program.Comparisons(known)
	if err != nil {
		return nil, err
	}
	var list []bpf.Comparison
	for _, c := range all {
		if c.Offset == off {
			list = append(list, c)
		}
	}
	return list, nil
}

// borders returns the first value of each range of a word within which the
// comparisons can't change their outcome.
func borders(list []bpf.Comparison) (starts []uint32, err error) {
	for _, c := range list {
		if c.Mask != ^uint32(0) || c.Bias != 0 || c.Cond == bpf.Set {
			return nil, fmt.Errorf("the program computes with the call's number or architecture (offset %d): not a shape that can be proven", c.Offset)
		}
		switch c.Cond {
		case bpf.Eq:
			starts = append(starts, c.K, c.K+1)
		case bpf.Gt:
			starts = append(starts, c.K+1)
		case bpf.Ge:
			starts = append(starts, c.K)
		}
	}
	return starts, nil
}

// questions returns the conditions on the arguments that the program asks of
// one number.
func (v *prover) questions(arch, nr uint32) ([]policy.Expr, error) {
	found, err := v.program.Comparisons(func(off uint32) (uint32, bool) {
		switch off {
		case bpf.OffArch:
			return arch, true
		case bpf.OffNr:
			return nr, true
		}
		return 0, false
	})
	if err != nil {
		return nil, err
	}
	var list []policy.Expr
	for _, c := range found {
		if c.Offset < bpf.Arg(0) {
			return nil, fmt.Errorf("the program looks at the instruction pointer: not a shape that can be proven")
		}
		if list, err = appendTests(list, c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// appendTests appends tests of the argument whose outcomes decide that of c.
func appendTests(list []policy.Expr, c bpf.Comparison) ([]policy.Expr, error) {
	arg := uint8(c.Offset-bpf.Arg(0)) / 8
	add := func(op policy.Op, mask, value uint32) {
		t := policy.Test{Arg: arg, Width: 64, Mask: uint64(mask), Op: op, Value: uint64(value)}
		if c.Offset == bpf.ArgHigh(arg) {
			t.Mask, t.Value = t.Mask<<32, t.Value<<32
		}
		list = append(list, t)
	}
	switch c.Cond {
	case bpf.Eq:
		add(policy.Eq, c.Mask, c.K-c.Bias)
	case bpf.Gt, bpf.Ge:
		k := c.K
		if c.Cond == bpf.Gt {
			if k++; k == 0 {
				return list, nil // nothing is greater
			}
		}
		// The sum is at least k between where it reaches k and where it wraps.
		add(policy.Ge, c.Mask, k-c.Bias)
		add(policy.Ge, c.Mask, -c.Bias)
	case bpf.Set:
		if c.Bias&^(1<<31) != 0 {
			return nil, fmt.Errorf("the program tests bits of a sum (offset %d): not a shape that can be proven", c.Offset)
		}
		add(policy.Eq, c.Mask&c.K, c.Bias&c.K) // adding the top bit flips it
	}
	return list, nil
}
