package policy

// condition is a parsed `when`. Names in it have no meaning yet: they get it
// from the call and the ABI that it is bound to.
type condition struct {
	node int32 // the string in the file
	root boolean
}

// boolean is *logic, *inverse or *comparison.
type boolean interface{ offset() int }

// logic is a && b && …, or a || b || ….
type logic struct {
	or  bool
	xs  []boolean
	off int
}

type inverse struct {
	x   boolean
	off int
}

// comparison is one test of one argument against constants.
type comparison struct {
	arg    word
	mask   value // nil: none
	how    relation
	values []value // one, or those of a set
	off    int
}

func (l *logic) offset() int      { return l.off }
func (n *inverse) offset() int    { return n.off }
func (c *comparison) offset() int { return c.off }

type relation uint8

const (
	relEq relation = iota // the first six as in Op
	relNe
	relLt
	relLe
	relGt
	relGe
	relIn
	relNotIn
	relHas
)

// word is a name as it stands in the source.
type word struct {
	text string
	off  int
}

// value is a constant expression: *literal, *constant, *complement or *bitwise.
type value interface{ offset() int }

type literal struct {
	text     string // as written, with its sign
	bits     uint64 // the magnitude
	negative bool
	off      int
}

type constant struct{ word }

type complement struct {
	x   value
	off int
}

// bitwise is l | r, or l & r.
type bitwise struct {
	and  bool
	l, r value
	off  int
}

func (v *literal) offset() int    { return v.off }
func (v *constant) offset() int   { return v.off }
func (v *complement) offset() int { return v.off }
func (v *bitwise) offset() int    { return v.off }

// whenError is what is wrong with a condition, and at which byte of it.
type whenError struct {
	off  int
	text string
}

// condition parses a `when` of the file; nil if it can't be.
func (f *file) condition(n int32, src string) *condition {
	root, err := parseWhen(src)
	if err != nil {
		f.fail(f.inCondition(n, err.off), err.text)
		return nil
	}
	return &condition{n, root}
}

// inCondition returns the source offset of byte off of the string at node n.
func (f *file) inCondition(n int32, off int) int {
	if n == 0 {
		return -1
	}
	return f.loc.inString(n, off)
}
