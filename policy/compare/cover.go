package compare

import "slices"

// box is a set of arguments: for each variable the classes that it may have,
// nil for any.
type box [][]bool

const maxBoxes = 512

// cover describes the region where f is 1 by boxes as large as can be, which
// may overlap, and of which none can be left out.
func (d *diagram) cover(f ref) []box {
	none := d.leaf(0)
	var boxes []box
	for left := f; left != none; {
		b := d.corner(left)
		d.grow(f, b)
		boxes = append(boxes, b)
		if len(boxes) > maxBoxes {
			panic(tooComplex{})
		}
		left = d.andNot(left, d.boxRef(b))
	}
	return d.trim(boxes)
}

// corner returns a box of one path through f to 1.
func (d *diagram) corner(f ref) box {
	b := make(box, len(d.vars))
	none := d.leaf(0)
	for d.nodes[f].v != leafLevel {
		n := d.nodes[f]
		i := slices.IndexFunc(n.kids, func(k ref) bool { return k != none })
		b[n.v] = make([]bool, len(n.kids))
		b[n.v][i] = true
		f = n.kids[i]
	}
	return b
}

// grow widens a box within f: first to any class of a variable, the last
// argument first, since conditions tend to hinge on the first; then by classes.
func (d *diagram) grow(f ref, b box) {
	for i := len(b) - 1; i >= 0; i-- {
		if set := b[i]; set != nil {
			if b[i] = nil; !d.contains(f, b) {
				b[i] = set
			}
		}
	}
	for _, set := range b {
		for c := range set {
			if !set[c] {
				set[c] = true
				set[c] = d.contains(f, b)
			}
		}
	}
}

// contains reports whether f is 1 in all of the box.
func (d *diagram) contains(f ref, b box) bool {
	known := make(map[ref]bool)
	var inside func(ref) bool
	inside = func(r ref) bool {
		n := &d.nodes[r]
		if n.v == leafLevel {
			return n.leaf == 1
		}
		if known[r] {
			return true
		}
		d.spend(len(n.kids))
		set := b[n.v]
		for c, k := range n.kids {
			if (set == nil || set[c]) && !inside(k) {
				return false
			}
		}
		known[r] = true
		return true
	}
	return inside(f)
}

// boxRef is 1 in the box.
func (d *diagram) boxRef(b box) ref {
	one, none := d.leaf(1), d.leaf(0)
	out := one
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == nil {
			continue
		}
		kids := make([]ref, len(b[i]))
		for c := range kids {
			kids[c] = none
			if b[i][c] {
				kids[c] = out
			}
		}
		out = d.node(i, kids)
	}
	return out
}

// trim drops boxes that the others cover, and from the rest the classes that
// the others cover.
func (d *diagram) trim(boxes []box) []box {
	for i := len(boxes) - 1; i >= 0 && len(boxes) > 1; i-- {
		if d.contains(d.union(boxes, i), boxes[i]) {
			boxes = slices.Delete(boxes, i, i+1)
		}
	}
	if len(boxes) > 16 {
		return boxes
	}
	for i, b := range boxes {
		others := d.union(boxes, i)
		for v, set := range b {
			for c := range set {
				if count(set) == 1 || !set[c] {
					continue
				}
				slice := slices.Clone(b)
				slice[v] = make([]bool, len(set))
				slice[v][c] = true
				set[c] = !d.contains(others, slice)
			}
		}
	}
	return boxes
}

// union is 1 in any of the boxes but the one at index skip.
func (d *diagram) union(boxes []box, skip int) ref {
	out := d.leaf(0)
	for i, b := range boxes {
		if i != skip {
			out = d.or(out, d.boxRef(b))
		}
	}
	return out
}

func count(set []bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
