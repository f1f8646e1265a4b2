package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"jail/policy/syscalls"
)

const (
	maxExtends = 16 // how deep files may extend each other
	maxFiles   = 64 // how many a policy may be made of
)

// Policy is what a policy file says, together with all that it extends. It is
// immutable and belongs to no ABI; Resolve gives its meaning for one.
type Policy struct {
	Name        string // as given to Load
	Description string

	// files holds every file once, this policy's first and each before the
	// ones that it extends: the order in which their rules are asked.
	files []*file
}

// file is one parsed file.
type file struct {
	File
	loc         *located
	description string
	extends     []*file
	refs        []reference // what extends names
	def         *Action     // nil: not set here
	errno       uint16      // 0: not set here
	rules       []rule
	problems    Problems
}

// reference is an element of extends.
type reference struct {
	name string
	node int32
}

// rule is one [[rule]].
type rule struct {
	file   *file
	node   int32 // its table
	names  []name
	action Action
	errno  uint16 // 0: the policy's
	quiet  bool
	when   *condition
	broken bool // has errors of its own: it decides nothing
}

// name is an element of a rule's syscalls: a call's name or a group's.
type name struct {
	text string
	node int32
}

// Load reads the policy that ref names, and all that it extends, through src.
// A ref that IsPath is a file; any other is a built-in's name.
//
// The error, if any, is a Problems with everything that is wrong with any of
// the files, as far as it can be known: conditions are checked against this
// machine's ABI, and only by Resolve against others.
func Load(ref string, src Source) (*Policy, error) {
	l := loader{src: src}
	top, err := l.read(ref)
	var found Problems
	if errors.As(err, &found) {
		return nil, found // a source that reads more than bytes knows where
	}
	if err != nil {
		return nil, Problems{{File: ref, Text: err.Error()}}
	}
	l.load(top)
	p := &Policy{Name: ref, Description: top.description, files: order(top)}
	for _, f := range l.files {
		found = append(found, f.problems...)
	}
	if len(found) == 0 {
		return p, nil
	}
	// The rest of what is wrong, so that the user sees it all at once.
	r := newResolver(p, syscalls.Native())
	r.run()
	return nil, append(found, r.problems.Errors()...).tidy()
}

// loader follows extends.
type loader struct {
	src   Source
	names []string // what was asked of src; files[i] is what names[i] is
	byRef []*file
	files []*file // each file once, in order of reading
	chain []*file // from the policy to the file being loaded
}

// read returns the file that a source has under the name: the same *file for
// the same file.
func (l *loader) read(name string) (*file, error) {
	if i := slices.Index(l.names, name); i >= 0 {
		return l.byRef[i], nil
	}
	got, err := l.src.Read(name)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(l.files, func(f *file) bool { return f.Name == got.Name && f.Builtin == got.Builtin })
	var f *file
	if i >= 0 {
		f = l.files[i]
	} else {
		f = &file{File: got}
		l.files = append(l.files, f)
	}
	l.names, l.byRef = append(l.names, name), append(l.byRef, f)
	return f, nil
}

// load parses f, which is new, and loads what it extends.
func (l *loader) load(f *file) {
	f.parse()
	l.chain = append(l.chain, f)
	for i, ref := range f.refs {
		if slices.ContainsFunc(f.refs[:i], func(r reference) bool { return r.name == ref.name }) {
			f.problem(ref.node, quote(ref.name)+" is extended twice")
			continue
		}
		l.extend(f, ref)
	}
	l.chain = l.chain[:len(l.chain)-1]
}

func (l *loader) extend(f *file, ref reference) {
	if f.Builtin && IsPath(ref.name) {
		f.problem(ref.node, "a built-in policy extends built-ins only")
		return
	}
	known := len(l.files)
	g, err := l.read(relative(ref.name, f.File))
	var found Problems
	switch {
	case errors.As(err, &found):
		f.problems = append(f.problems, found...)
		return
	case err != nil:
		f.problem(ref.node, quote(ref.name)+" "+err.Error())
		return
	case slices.Contains(l.chain, g):
		f.problem(ref.node, "extends goes in a circle: "+l.circle(g))
		return
	case len(l.files) > maxFiles:
		f.problem(ref.node, "a policy is made of more than "+strconv.Itoa(maxFiles)+" files")
		return
	case len(l.chain) == maxExtends:
		f.problem(ref.node, "extends goes deeper than "+strconv.Itoa(maxExtends)+" files")
		return
	}
	if !slices.Contains(f.extends, g) {
		f.extends = append(f.extends, g)
	}
	if len(l.files) > known {
		l.load(g)
	}
}

// circle spells out the loop that extending g closes.
func (l *loader) circle(g *file) string {
	var b strings.Builder
	for _, f := range l.chain[slices.Index(l.chain, g):] {
		b.WriteString(f.label() + " → ")
	}
	return b.String() + g.label()
}

// order lists f and all that it extends, each file once and before the files
// that it extends: depth first, but a file that several extend comes after
// the last of them.
func order(top *file) []*file {
	var out, done []*file
	var visit func(f *file)
	visit = func(f *file) {
		if slices.Contains(done, f) {
			return
		}
		done = append(done, f)
		for _, g := range slices.Backward(f.extends) {
			visit(g)
		}
		out = append(out, f)
	}
	visit(top)
	slices.Reverse(out)
	return out
}

// label is what messages call the file: as the user wrote it. A built-in's bare
// name can't be taken for a file's, which has a slash or ends in ".toml" or
// ".json".
func (f *file) label() string { return f.Name }

// problem reports an error at a node of the file.
func (f *file) problem(n int32, text string) { f.fail(f.loc.start(n), text) }

// fail reports an error at a byte offset; a negative one stands for the file.
func (f *file) fail(off int, text string) {
	f.problems = append(f.problems, f.at(off, LevelError, text))
}

func (f *file) at(off int, level Level, text string) Problem {
	p := Problem{File: f.label(), Level: level, Text: text}
	if off >= 0 && f.loc != nil {
		p.Line, p.Col = f.loc.position(off)
	}
	return p
}

// origin is what a report calls a rule: "web.toml:14", or "web:14" if the rule
// is a built-in's.
func (r *rule) origin() string {
	label := r.file.label()
	line, _ := r.file.loc.position(r.file.loc.start(r.node))
	return label[strings.LastIndexByte(label, '/')+1:] + ":" + strconv.Itoa(line)
}
