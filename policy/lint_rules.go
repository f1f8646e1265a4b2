package policy

import (
	"slices"
	"strings"
)

// flagArguments are arguments of which the kernel takes, or ignores, more bits
// than a comparison of the whole has in mind: "call argument example".
var flagArguments = [...]string{
	"mmap prot PROT_EXEC", "mprotect prot PROT_EXEC", "pkey_mprotect prot PROT_EXEC", "mmap flags MAP_SHARED",
	"open flags O_CREAT", "openat flags O_CREAT", "clone clone_flags CLONE_NEWUSER", "unshare unshare_flags CLONE_NEWUSER",
	"mount flags MS_BIND", "umount2 flags MNT_DETACH", "socket type 0xf", "socketpair type 0xf", "memfd_create flags MFD_EXEC",
	"setns flags CLONE_NEWUSER", "splice flags SPLICE_F_MOVE", "madvise behavior 0xff",
}

// wholeFlags warns where a refusal rests on the whole of an argument that
// holds flags: one more bit walks past it.
func (l *linter) wholeFlags() {
	for _, x := range l.rules {
		if x.when == nil || x.broken {
			continue
		}
		l.wholeIn(x, x.when.root, x.action == Deny || x.action == Kill)
	}
}

// wholeIn walks a condition; refuses says that the call is refused where the
// part of it holds.
func (l *linter) wholeIn(x *rule, b boolean, refuses bool) {
	switch b := b.(type) {
	case *logic:
		for _, y := range b.xs {
			l.wholeIn(x, y, refuses)
		}
	case *inverse:
		l.wholeIn(x, b.x, !refuses)
	case *comparison:
		exact := refuses && (b.how == relEq || b.how == relIn) || !refuses && (b.how == relNe || b.how == relNotIn)
		if b.mask != nil || !exact {
			return
		}
		if call, example, ok := l.flagsOf(x, b.arg.text); ok {
			l.problems = append(l.problems, x.file.at(x.file.inCondition(x.when.node, b.off), LevelWarning,
				"compares all of "+quote(b.arg.text)+" of "+call+": one more bit that the kernel takes or ignores walks past it; "+
					"compare the bits that matter: "+b.arg.text+" & "+example))
		}
	}
}

// flagsOf reports whether an argument holds flags in a call that the rule names.
func (l *linter) flagsOf(x *rule, arg string) (call, example string, ok bool) {
	for _, row := range flagArguments {
		f := strings.Fields(row)
		if !slices.ContainsFunc(x.names, func(n name) bool { return slices.Contains(n.calls(), f[0]) }) {
			continue
		}
		flags, _, known := l.abi.Arg(f[0], f[1])
		i, byNumber := numbered(arg)
		if !byNumber {
			var named bool
			i, _, named = l.abi.Arg(f[0], arg)
			known = known && named
		}
		if known && i == flags {
			return f[0], f[2], true
		}
	}
	return "", "", false
}

// idleNames warns of names that say nothing, since an earlier rule of the file
// decides that call whatever its arguments. A rule of which that is true as a
// whole is an error already, and a set may well hold what was decided before.
func (l *linter) idleNames() {
	for n, x := range l.rules {
		if x.broken {
			continue
		}
		for _, name := range x.names {
			i, ok := l.index(name.text)
			if !ok {
				continue
			}
			by := int(l.decided[i]) - 1
			if by >= 0 && by < n && l.rules[by].file == x.file {
				l.problems = append(l.problems, x.file.at(x.file.loc.start(name.node), LevelWarning,
					quote(name.text)+" says nothing here: "+l.rules[by].origin()+" decides it first; drop one of the two, or put this rule first"))
			}
		}
	}
}
