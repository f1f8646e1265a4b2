package oci

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/syscalls"
)

// profile is what a JSON file says, checked but not yet resolved.
type profile struct {
	def      action
	defOff   int    // of defaultAction's value
	arches   []word // architectures, or archMap's for the target
	flags    []string
	elements []element
	off      int // of the object
	listOff  int // of syscalls' value, or of the object
}

// element is one of syscalls.
type element struct {
	off     int
	path    string // "syscalls[3]"
	names   []word
	action  action
	args    []specs.LinuxSeccompArg
	comment string
	left    string // why the target does not get it; "" where it does
}

// word is a string and its place.
type word struct {
	text string
	off  int
}

// action is a SCMP_ACT_* with its number, as runc hands it to libseccomp.
type action struct {
	word specs.LinuxSeccompAction
	data uint16 // of SCMP_ACT_ERRNO and SCMP_ACT_TRACE
}

// reader turns nodes into a profile, and notes everything that is wrong.
type reader struct {
	name     string
	src      string
	lines    []int // offset of each line's first byte
	target   Target
	hints    bool // a loss may take its time
	problems policy.Problems
	losses   []convert.Loss
}

func newReader(data []byte, name string, t Target) *reader {
	r := &reader{name: name, src: string(data), lines: []int{0}, target: t}
	for i := range len(r.src) {
		if r.src[i] == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	return r
}

// position returns line and column, from 1, of a byte offset.
func (r *reader) position(off int) (line, col int) {
	i, exact := slices.BinarySearch(r.lines, off)
	if !exact {
		i--
	}
	return i + 1, off - r.lines[i] + 1
}

func (r *reader) fail(off int, text string) {
	line, col := r.position(off)
	r.problems = append(r.problems, policy.Problem{File: r.name, Line: line, Col: col, Text: text})
}

func (r *reader) lose(off int, text string) {
	line, _ := r.position(off)
	r.losses = append(r.losses, convert.Loss{Where: r.name + ":" + strconv.Itoa(line), Text: text})
}

// read parses the file; without a profile there are problems.
func (r *reader) read() *profile {
	root, err := parseJSON(r.src)
	if err != nil {
		if e, ok := err.(*syntaxError); ok {
			r.fail(e.off, "is no JSON: "+e.text)
		}
		return nil
	}
	if root.kind != jsonObject {
		r.fail(root.off, "a profile is an object, not "+root.kind.String())
		return nil
	}
	path := ""
	if spec, ok := r.runtimeConfig(root); ok {
		if spec == nil {
			return nil
		}
		root, path = *spec, "linux.seccomp."
	}
	p := r.profile(root, path)
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b policy.Problem) int { return cmp.Or(a.Line-b.Line, a.Col-b.Col) })
		return nil
	}
	return p
}

// runtimeConfig returns linux.seccomp of a whole config.json; ok says that
// root is one, the node is nil where it has no profile.
func (r *reader) runtimeConfig(root node) (seccomp *node, ok bool) {
	linux := root.member("linux")
	if linux == nil && root.member("ociVersion") == nil {
		return nil, false
	}
	if linux != nil {
		seccomp = linux.member("seccomp")
	}
	if seccomp == nil || seccomp.kind != jsonObject {
		r.fail(root.off, `this runtime configuration has no "linux.seccomp": its container is not filtered`)
		return nil, true
	}
	return seccomp, true
}

// member returns the value of a key, nil where there is none or it is null.
func (n *node) member(name string) *node {
	for i := range n.keys {
		if n.keys[i].name == name && n.items[i].kind != jsonNull {
			return &n.items[i]
		}
	}
	return nil
}

// fields calls visit for each key of an object that is among known, spelled
// as there; nulls are left out. Case does not count, as in Go's decoder, which
// reads these files elsewhere. Another key is an error where it looks like a
// known one, and a loss otherwise: container engines pass over it.
func (r *reader) fields(n node, path, known string, visit func(name, path string, v node)) {
	if n.kind != jsonObject {
		r.wrongType(n, strings.TrimSuffix(path, "."), jsonObject)
		return
	}
	seen := ""
	for i, k := range n.keys {
		name := ""
		for f := range strings.FieldsSeq(known) {
			if strings.EqualFold(f, k.name) {
				name = f
			}
		}
		if name != "" {
			if strings.Contains(seen, " "+name+" ") {
				r.fail(k.off, "key "+quote(path+name)+" stands here twice")
			}
			seen += " " + name + " "
			if n.items[i].kind != jsonNull {
				visit(name, path+name, n.items[i])
			}
			continue
		}
		if near := syscalls.Nearest(k.name, strings.FieldsSeq(known)); near != "" {
			r.fail(k.off, "unknown key "+quote(path+k.name)+meant(near))
			continue
		}
		r.lose(k.off, "key "+quote(path+k.name)+" is none of a profile's and passed over")
	}
}

func (r *reader) wrongType(n node, path string, want jsonKind) {
	r.fail(n.off, quote(path)+" must be "+want.String()+", not "+n.kind.String())
}

func (r *reader) text(n node, path string) string {
	if n.kind != jsonString {
		r.wrongType(n, path, jsonString)
		return ""
	}
	return n.text
}

// number reads an unsigned number of so many bits.
func (r *reader) number(n node, path string, bits int) uint64 {
	if n.kind != jsonNumber {
		r.wrongType(n, path, jsonNumber)
		return 0
	}
	v, err := strconv.ParseUint(n.text, 10, bits)
	if err != nil {
		r.fail(n.off, quote(path)+" must be a whole number from 0 to "+strconv.FormatUint(1<<bits-1, 10)+", not "+n.text)
	}
	return v
}

// list calls visit for each member of an array.
func (r *reader) list(n node, path string, visit func(path string, v node)) {
	if n.kind != jsonArray {
		r.wrongType(n, path, jsonArray)
		return
	}
	for i, v := range n.items {
		visit(path+"["+strconv.Itoa(i)+"]", v)
	}
}

func (r *reader) words(n node, path string) (out []word) {
	r.list(n, path, func(path string, v node) { out = append(out, word{r.text(v, path), v.off}) })
	return out
}
