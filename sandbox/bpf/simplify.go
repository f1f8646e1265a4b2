package bpf

import "math/bits"

const (
	allOnes = ^uint32(0)
	signBit = uint32(1) << 31
)

// simplify returns a test that decides as n does, with a cheaper operand
// where there is one. A test with a foregone outcome gets two equal branches.
func simplify(n node) node {
	if n.x.Bias != 0 {
		n = unbias(n)
	}
	if n.x.Mask == 0 {
		return n.always(n.cond.holds(n.x.Bias, n.k))
	}
	if n.x.Bias != 0 {
		switch {
		case n.cond == Ge && n.k == 0:
			return n.always(true)
		case n.cond == Gt && n.k == allOnes, n.cond == Set && n.k == 0:
			return n.always(false)
		}
		return n
	}
	return unmask(n)
}

// unbias drops the bias from the test whether a signed value is negative.
func unbias(n node) node {
	if n.x.Bias == signBit && (n.cond == Ge && n.k == signBit || n.cond == Gt && n.k == signBit-1) {
		n.x.Bias = 0
		n.cond, n.k = Set, signBit
		n.yes, n.no = n.no, n.yes
	}
	return n
}

// unmask uses that an unbiased operand is at most its mask, and that JSET
// masks by itself.
func unmask(n node) node {
	m := n.x.Mask
	switch n.cond {
	case Eq:
		switch {
		case n.k&^m != 0:
			return n.always(false)
		case m == allOnes:
			return n
		case n.k == 0: // no bit of the mask is set
			n.yes, n.no = n.no, n.yes
			return n.set(m)
		case n.k == m && bits.OnesCount32(m) == 1:
			return n.set(m)
		}
	case Gt:
		if n.k >= m {
			return n.always(false)
		}
		if n.k == 0 && m != allOnes {
			return n.set(m)
		}
	case Ge:
		if n.k == 0 {
			return n.always(true)
		}
		if n.k > m {
			return n.always(false)
		}
	case Set:
		if n.k&m == 0 {
			return n.always(false)
		}
		return n.set(n.k & m)
	}
	return n
}

func (n node) always(outcome bool) node {
	if outcome {
		n.no = n.yes
	} else {
		n.yes = n.no
	}
	return n
}

// set turns n into a test of the bits m of the whole word.
func (n node) set(m uint32) node {
	n.x.Mask = allOnes
	n.cond, n.k = Set, m
	return n
}
