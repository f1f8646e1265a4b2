package decode

import "golang.org/x/sys/unix"

// fcntlChoices: fcntl(2), the argument behind the command.
var fcntlChoices = [...]choice{
	{unix.F_DUPFD, args{fd}},
	{unix.F_DUPFD_CLOEXEC, args{fd}},
	{unix.F_GETFD, args{}},
	{unix.F_SETFD, args{fdFlags}},
	{unix.F_GETFL, args{}},
	{unix.F_SETFL, args{openFlags}},
	{unix.F_GETLK, args{ptr}},
	{unix.F_SETLK, args{ptr}},
	{unix.F_SETLKW, args{ptr}},
	{12, args{ptr}}, // F_GETLK64 and its like, of 32-bit ABIs
	{13, args{ptr}},
	{14, args{ptr}},
	{unix.F_OFD_GETLK, args{ptr}},
	{unix.F_OFD_SETLK, args{ptr}},
	{unix.F_OFD_SETLKW, args{ptr}},
	{unix.F_GETOWN, args{}},
	{unix.F_SETOWN, args{pid}},
	{unix.F_GETSIG, args{}},
	{unix.F_SETSIG, args{signal}},
	{unix.F_SETLEASE, args{leaseTypes}},
	{unix.F_GETLEASE, args{}},
	{unix.F_NOTIFY, args{hex}},
	{unix.F_GETPIPE_SZ, args{}},
	{unix.F_ADD_SEALS, args{sealFlags}},
	{unix.F_GET_SEALS, args{}},
}

// ioctlChoices: ioctl(2), the argument behind the command where it isn't best
// shown as it is.
var ioctlChoices = [...]choice{
	{unix.TIOCSTI, args{char}}, // what would be typed on the terminal
	{unix.TIOCNOTTY, args{}},
	{unix.TIOCSCTTY, args{i32}},
	{0x5450, args{}}, // FIONCLEX
	{0x5451, args{}}, // FIOCLEX
}

// prctlChoices: prctl(2), the arguments behind the option.
var prctlChoices = [...]choice{
	{unix.PR_SET_PDEATHSIG, args{signal}},
	{unix.PR_GET_PDEATHSIG, args{ptr}},
	{unix.PR_SET_DUMPABLE, args{dumpable}},
	{unix.PR_GET_DUMPABLE, args{}},
	{unix.PR_SET_KEEPCAPS, args{ulong}},
	{unix.PR_GET_KEEPCAPS, args{}},
	{unix.PR_SET_NAME, args{str}},
	{unix.PR_GET_NAME, args{ptr}},
	{unix.PR_GET_SECCOMP, args{}},
	{unix.PR_SET_SECCOMP, args{seccompModes, ptr}},
	{unix.PR_CAPBSET_READ, args{capabilities}},
	{unix.PR_CAPBSET_DROP, args{capabilities}},
	{unix.PR_GET_SECUREBITS, args{}},
	{unix.PR_SET_SECUREBITS, args{secureBits}},
	{unix.PR_SET_TIMERSLACK, args{ulong}},
	{unix.PR_GET_TIMERSLACK, args{}},
	{unix.PR_SET_MM, args{prctlMM, hex, hex, hex}},
	{unix.PR_SET_CHILD_SUBREAPER, args{ulong}},
	{unix.PR_GET_CHILD_SUBREAPER, args{ptr}},
	{unix.PR_SET_NO_NEW_PRIVS, args{ulong, ulong, ulong, ulong}},
	{unix.PR_GET_NO_NEW_PRIVS, args{ulong, ulong, ulong, ulong}},
	{unix.PR_SET_THP_DISABLE, args{ulong, ulong, ulong, ulong}},
	{unix.PR_CAP_AMBIENT, args{ambientOps, capabilities, ulong, ulong}},
	{unix.PR_GET_SPECULATION_CTRL, args{speculationKinds, ulong, ulong, ulong}},
	{unix.PR_SET_SPECULATION_CTRL, args{speculationKinds, hex, ulong, ulong}},
	{unix.PR_SET_PTRACER, args{pid}},
	{unix.PR_SET_VMA, args{ulong, ptr, ulong, str}},
}

// ptraceChoices: ptrace(2), the arguments behind the request.
var ptraceChoices = [...]choice{
	{unix.PTRACE_TRACEME, args{}},
	{unix.PTRACE_CONT, args{pid, ptr, signal}},
	{unix.PTRACE_KILL, args{pid}},
	{unix.PTRACE_SINGLESTEP, args{pid, ptr, signal}},
	{unix.PTRACE_ATTACH, args{pid}},
	{unix.PTRACE_DETACH, args{pid, ptr, signal}},
	{unix.PTRACE_SYSCALL, args{pid, ptr, signal}},
	{unix.PTRACE_SETOPTIONS, args{pid, ptr, ptraceOptions}},
	{unix.PTRACE_SEIZE, args{pid, ptr, ptraceOptions}},
	{unix.PTRACE_INTERRUPT, args{pid}},
	{unix.PTRACE_LISTEN, args{pid}},
}

// keyctlChoices: keyctl(2), the arguments behind the operation.
var keyctlChoices = [...]choice{
	{unix.KEYCTL_GET_KEYRING_ID, args{keyring, i32}},
	{unix.KEYCTL_JOIN_SESSION_KEYRING, args{str}},
	{unix.KEYCTL_UPDATE, args{keyring, ptr, ulong}},
	{unix.KEYCTL_REVOKE, args{keyring}},
	{unix.KEYCTL_CHOWN, args{keyring, id, id}},
	{unix.KEYCTL_SETPERM, args{keyring, hex}},
	{unix.KEYCTL_DESCRIBE, args{keyring, ptr, ulong}},
	{unix.KEYCTL_CLEAR, args{keyring}},
	{unix.KEYCTL_LINK, args{keyring, keyring}},
	{unix.KEYCTL_UNLINK, args{keyring, keyring}},
	{unix.KEYCTL_SEARCH, args{keyring, str, str, keyring}},
	{unix.KEYCTL_READ, args{keyring, ptr, ulong}},
	{unix.KEYCTL_SET_TIMEOUT, args{keyring, u32}},
	{unix.KEYCTL_INVALIDATE, args{keyring}},
	{unix.KEYCTL_GET_PERSISTENT, args{id, keyring}},
}

// futexChoices: futex(2), the operation and what it takes.
var futexChoices = [...]choice{
	{0, args{futexOp, u32, timespec}},                  // FUTEX_WAIT
	{1, args{futexOp, u32}},                            // FUTEX_WAKE
	{2, args{futexOp, u32}},                            // FUTEX_FD
	{3, args{futexOp, u32, ulong, ptr}},                // FUTEX_REQUEUE
	{4, args{futexOp, u32, ulong, ptr, u32}},           // FUTEX_CMP_REQUEUE
	{5, args{futexOp, u32, ulong, ptr, hex}},           // FUTEX_WAKE_OP
	{6, args{futexOp, skip, timespec}},                 // FUTEX_LOCK_PI
	{7, args{futexOp}},                                 // FUTEX_UNLOCK_PI
	{8, args{futexOp}},                                 // FUTEX_TRYLOCK_PI
	{9, args{futexOp, u32, timespec, skip, futexBits}}, // FUTEX_WAIT_BITSET
	{10, args{futexOp, u32, skip, skip, futexBits}},    // FUTEX_WAKE_BITSET
	{11, args{futexOp, u32, timespec, ptr}},            // FUTEX_WAIT_REQUEUE_PI
	{12, args{futexOp, u32, ulong, ptr, u32}},          // FUTEX_CMP_REQUEUE_PI
	{13, args{futexOp, skip, timespec}},                // FUTEX_LOCK_PI2
}

// futexAny is for an operation that is not known.
var futexAny = args{futexOp, u32, ptr, ptr, hex}
