package policy

// start warns where no ordinary program gets anywhere: a libc, or Go's
// runtime, takes memory by one of brk(2) and mmap(2) before main runs, and
// ends by exit_group(2), or exit(2) where there is but one thread.
func (l *linter) start() {
	own := l.policy.files[0]
	if own.Builtin {
		return
	}
	memory, byRule := l.refuseAll("brk", "mmap")
	end, endByRule := l.refuseAll("exit", "exit_group")
	text := "no program can start under this policy: it refuses "
	switch {
	case memory && end:
		text += "brk and mmap, exit and exit_group"
	case memory:
		text += "brk and mmap"
	case end:
		text = "no program can end under this policy: it refuses exit and exit_group"
	default:
		return
	}
	if memory && byRule || end && endByRule {
		text += "; let them through"
	} else {
		text += `; extends = ["base"] lets any program start`
	}
	off := -1
	if own.def != nil {
		off = own.loc.start(own.loc.member(0, "default"))
	}
	l.problems = append(l.problems, own.at(off, LevelWarning, text))
}

// refuseAll reports whether two calls are both refused, whatever their
// arguments, and whether a rule does so: a policy that is extended cannot
// change that.
func (l *linter) refuseAll(a, b string) (all, byRule bool) {
	for _, call := range [...]string{a, b} {
		d, known := l.answer(call)
		if !known || passes(d) {
			return false, false
		}
		byRule = byRule || l.ruleOf(d) != nil
	}
	return true, byRule
}
