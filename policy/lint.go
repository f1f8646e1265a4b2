package policy

import (
	"slices"
	"strings"

	"jail/policy/syscalls"
)

// Lint returns everything that can be said against the policy on one ABI:
// what Load and Resolve report as errors, warnings about what is sound but
// seldom meant, and notes. Each says why, and what to do about it. Built-in
// policies were weighed by their authors: there are no notes about them.
func (p *Policy) Lint(abi *syscalls.ABI) Problems {
	r := newResolver(p, abi)
	rules := r.run()
	l := linter{resolver: r, out: rules}
	l.openDefault()
	l.start()
	l.grants()
	l.namespaces()
	l.personality()
	l.twins()
	l.wholeFlags()
	if len(r.problems.Errors()) == 0 {
		l.idleNames()
	}
	l.executableMemory()
	l.launches()
	l.terminal()
	return append(r.problems, l.problems...).tidy()
}

type linter struct {
	*resolver
	out      *Rules
	problems Problems
}

// answer is what the policy says of a call in the widest case: the decision
// that lets through, if there is one.
func (l *linter) answer(call string) (d Decision, known bool) {
	i, ok := l.index(call)
	if !ok {
		return Decision{}, false
	}
	c := &l.calls[i]
	for _, clause := range c.Clauses {
		if passes(clause.Then) {
			return clause.Then, true
		}
	}
	return c.Otherwise, true
}

// lets returns the decision that lets a call through, if there is one.
func (l *linter) lets(call string) (Decision, bool) {
	d, known := l.answer(call)
	return d, known && passes(d)
}

// letsWhere is lets for the arguments that fulfil a condition on the call,
// written as in a rule. That a decision cannot hold for them is proven with
// bounded effort; where the proof is not found it is taken to hold.
func (l *linter) letsWhere(call, when string) (Decision, bool) {
	i, ok := l.index(call)
	root, err := parseWhen(when)
	if !ok || err != nil {
		return Decision{}, false
	}
	b := binder{abi: l.abi, call: call, report: func(int, Level, string) {}}
	left := And{b.bind(root)}
	if b.failed {
		return Decision{}, false
	}
	c := &l.calls[i]
	for _, clause := range c.Clauses {
		if passes(clause.Then) && satisfiable(append(slices.Clip(left), clause.When)) {
			return clause.Then, true
		}
		left = append(left, Not{clause.When})
	}
	return c.Otherwise, passes(c.Otherwise) && satisfiable(left)
}

func passes(d Decision) bool { return d.Action == Allow || d.Action == Log }

// warn reports at the rule behind a decision, or where the default is set.
func (l *linter) warn(d Decision, text string) { l.say(LevelWarning, d, text) }

// note is warn for what is no fault.
func (l *linter) note(d Decision, text string) { l.say(LevelNote, d, text) }

func (l *linter) say(level Level, d Decision, text string) {
	p := l.atDefault(text)
	p.Level = level
	if x := l.ruleOf(d); x != nil {
		if level == LevelNote && x.file.Builtin {
			return
		}
		p = x.file.at(x.file.loc.start(x.node), level, text)
	}
	l.problems = append(l.problems, p)
}

// ruleOf returns the rule behind a decision, nil where it is none of a file's.
func (l *linter) ruleOf(d Decision) *rule {
	if d.Rule < len(l.rules) {
		return l.rules[d.Rule]
	}
	return nil
}

func (l *linter) atDefault(text string) Problem {
	for _, f := range l.policy.files {
		if f.def != nil {
			return f.at(f.loc.start(f.loc.member(0, "default")), LevelWarning, text)
		}
	}
	return l.policy.files[0].at(-1, LevelWarning, text)
}

func (l *linter) openDefault() {
	if action, _ := l.policy.Default(); action == Allow {
		l.problems = append(l.problems, l.atDefault(
			`default = "allow" lets through every call that no rule names, those of newer kernels too: name what is needed, and deny by default`))
	}
}

// twinCalls are calls that do the same: where one is refused, another left
// open makes the refusal moot.
var twinCalls = [...]string{
	"open openat openat2 creat open_by_handle_at",
	"execve execveat",
	"fork vfork clone clone3",
	"socket socketcall", "socketpair socketcall", "connect socketcall", "bind socketcall",
	"listen socketcall", "accept accept4 socketcall",
	"sendto sendmsg sendmmsg send socketcall", "recvfrom recvmsg recvmmsg recv socketcall",
	"semget ipc", "msgget ipc", "shmget ipc", "shmat ipc",
	"chmod fchmod fchmodat fchmodat2",
	"chown chown32 lchown lchown32 fchown fchown32 fchownat",
	"stat stat64 lstat lstat64 newfstatat fstatat64 statx",
	"access faccessat faccessat2",
	"unlink unlinkat", "rmdir unlinkat",
	"rename renameat renameat2", "link linkat", "symlink symlinkat",
	"mkdir mkdirat", "mknod mknodat", "readlink readlinkat",
	"truncate truncate64 ftruncate ftruncate64",
	"mount fsmount move_mount mount_setattr open_tree", "umount umount2",
	"kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal",
	"ptrace process_vm_writev", "init_module finit_module", "kexec_load kexec_file_load",
	"settimeofday clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64",
	"setuid setuid32 setreuid setreuid32 setresuid setresuid32",
	"setgid setgid32 setregid setregid32 setresgid setresgid32",
	"setxattr lsetxattr fsetxattr setxattrat",
	"removexattr lremovexattr fremovexattr removexattrat",
	"setrlimit prlimit64", "dup2 dup3", "pipe pipe2",
}

// twins warns where a rule refuses a call outright and a call of the same
// effect passes. A refusal with ENOSYS is none: it asks libc to use the twin.
func (l *linter) twins() {
	type pair struct{ by, twin int }
	var told []pair
	for _, family := range &twinCalls {
		for refused := range strings.FieldsSeq(family) {
			d, ok := l.refusal(refused)
			if !ok {
				continue
			}
			for twin := range strings.FieldsSeq(family) {
				i, known := l.index(twin)
				if !known || slices.Contains(told, pair{d.Rule, i}) {
					continue
				}
				if a, _ := l.answer(twin); passes(a) {
					told = append(told, pair{d.Rule, i})
					l.warn(d, "refuses "+refused+", but lets "+twin+" through ("+l.out.Origins[a.Rule]+"), which does the same")
				}
			}
		}
	}
}

// refusal returns the rule's decision that refuses a call in all cases.
func (l *linter) refusal(call string) (Decision, bool) {
	i, ok := l.index(call)
	if !ok || len(l.calls[i].Clauses) > 0 {
		return Decision{}, false
	}
	d := l.calls[i].Otherwise
	refuses := d.Action == Kill || d.Action == Deny && d.Errno != enosys
	return d, refuses && d.Rule < len(l.rules)
}
