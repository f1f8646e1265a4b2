package policy

import "strings"

// grant is a family of calls that open more than they seem to.
type grant struct {
	calls  string
	why    string
	always bool // said of an open default too, for which the warning of it is not enough
}

var grants = [...]grant{
	{"io_uring_setup", "what is submitted through a ring passes no filter: files are opened and sockets connected unseen; deny it with ENOSYS, programs do without", true},
	{"ptrace", "a program that may trace another of its user acts in its name, outside of this policy; leave it to debuggers", true},
	{"process_vm_readv process_vm_writev process_madvise pidfd_getfd", "this reaches into other processes of its user, which this policy may not bind; leave it to debuggers", false},
	{"open_by_handle_at", "it opens files by number, past the directories that lead to them; only file servers and backups need it", false},
	{"mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr", "this changes what paths mean, and has led out of many a container; let a launcher mount before it starts the program", false},
	{"setns unshare", "in a user namespace of its own a program is root over kernel code that ordinary users do not reach; let a launcher set up namespaces", false},
	{"bpf", "it runs code in the kernel; load programs before, from outside", false},
	{"perf_event_open", "it watches the kernel and other programs, and has been a way into the kernel; leave it to profilers", false},
	{"userfaultfd", "it stops the kernel in the middle of a copy, which makes races in it easy to win; deny it", false},
	{"keyctl add_key request_key", "kernel keyrings are shared with all programs of its user and know no containers; deny this with ENOSYS", false},
	{"init_module finit_module delete_module create_module kexec_load kexec_file_load", "this replaces the kernel's own code; only the system's setup needs it", false},
	{"iopl ioperm", "this gives access to the hardware's ports; deny it", false},
	{"modify_ldt vm86 vm86old", "old programs for 16-bit code need this, and attackers of the kernel like it; deny it", false},
	{"reboot swapon swapoff acct syslog quotactl quotactl_fd", "this runs the system, not a program; leave it out", false},
	{"clock_settime clock_settime64 settimeofday stime adjtimex clock_adjtime clock_adjtime64", "this sets the clock for all programs; only a time service needs it", false},
	{"fanotify_init", "it watches, and can hold up, what all programs do with files; leave it to virus scanners", false},
}

// grants warns of calls that open more than they seem to: once for each rule
// and reason.
func (l *linter) grants() {
	for i := range grants {
		g := &grants[i]
		var by []Decision
		var names [][]string
		for call := range strings.FieldsSeq(g.calls) {
			d, ok := l.lets(call)
			if !ok || l.ruleOf(d) == nil && !g.always {
				continue
			}
			at := -1
			for j := range by {
				if by[j].Rule == d.Rule {
					at = j
				}
			}
			if at < 0 {
				at = len(by)
				by, names = append(by, d), append(names, nil)
			}
			names[at] = append(names[at], call)
		}
		for j, d := range by {
			l.warn(d, "lets "+listed(names[j])+" through: "+g.why)
		}
	}
}

// listed joins at most four names.
func listed(names []string) string {
	const most = 4
	if len(names) > most {
		return strings.Join(names[:most-1], ", ") + " and others"
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return names[0]
}

const newNamespaces = "CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET"

// namespaces warns where clone makes user namespaces, and where clone3 makes a
// condition on clone moot.
func (l *linter) namespaces() {
	d, ok := l.letsWhere("clone", "clone_flags has CLONE_NEWUSER")
	if ok && l.ruleOf(d) != nil {
		l.warn(d, "lets clone make user namespaces, in which a program is root over kernel code that ordinary users do not reach; add to its condition: clone_flags & ("+newNamespaces+") == 0")
	}
	if d, open := l.lets("clone3"); open && !ok {
		l.warn(d, "lets clone3 through, whose flags lie in memory where no filter sees them: what the policy refuses to clone it grants here; deny clone3 with ENOSYS, libc falls back on clone")
	}
}

func (l *linter) personality() {
	if d, ok := l.letsWhere("personality", "personality & 0x0400000 != 0 && personality != 0xffffffff"); ok && l.ruleOf(d) != nil {
		l.warn(d, "lets personality set READ_IMPLIES_EXEC, which makes all readable memory executable; allow what is needed: personality in {0, 0xffffffff}")
	}
}

// executableMemory notes where memory can be written and executed.
func (l *linter) executableMemory() {
	var by []Decision
	var names [][]string
	for _, call := range [...]string{"mmap", "mprotect", "pkey_mprotect"} {
		d, ok := l.letsWhere(call, "prot has PROT_WRITE|PROT_EXEC")
		if !ok || l.ruleOf(d) == nil {
			continue
		}
		if n := len(by); n > 0 && by[n-1].Rule == d.Rule {
			names[n-1] = append(names[n-1], call)
			continue
		}
		by, names = append(by, d), append(names, []string{call})
	}
	for i, d := range by {
		l.note(d, "lets "+listed(names[i])+" make memory that is writable and executable; unless the program compiles code as it runs, add: !(prot has PROT_WRITE|PROT_EXEC)")
	}
}

// launches notes that the program itself needs no rule to be started.
func (l *linter) launches() {
	for _, call := range [...]string{"execve", "execveat"} {
		d, ok := l.lets(call)
		if !ok || l.ruleOf(d) == nil {
			continue
		}
		l.note(d, "lets "+call+" through: the program itself is started without it; if it starts no others, leave it out")
		return
	}
}

// terminal notes where a program can type into the terminal that it shares.
func (l *linter) terminal() {
	if d, ok := l.letsWhere("ioctl", "cmd in {TIOCSTI, TIOCLINUX}"); ok && l.ruleOf(d) != nil {
		l.note(d, "lets ioctl type into the terminal that the program shares with its caller; add: cmd not in {TIOCSTI, TIOCLINUX}")
	}
}
