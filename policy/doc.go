// Package policy says what a policy means: it reads the TOML files, finds
// everything that is wrong with them, and resolves them for one ABI into
// Rules, the single meaning that the compiled filter and the monitor follow.
//
// # Files
//
//	description = "HTTP service"
//	extends = ["base", "./common.toml"]
//	default = "deny"
//	errno   = "EPERM"
//
//	[[rule]]
//	syscalls = ["socket"]
//	when     = "family in {AF_UNIX, AF_INET} && type & 0xf != SOCK_RAW"
//	action   = "allow"
//
// No other keys exist in a file than description, extends, default, errno and
// rule; in a rule, than syscalls, when, action, errno and quiet.
//
// extends names built-ins, or files by a path with a slash in it or ending in
// ".toml" or ".json" (a source may take such a file for another format),
// relative to the file that names them. The first rule that matches a call
// decides. A file's rules come before those of the files that it extends,
// which follow in the order of the list, depth first; a file that several
// extend counts once, after the last of them. default and errno are those of
// the first file in this order that sets them, or else deny and EPERM.
//
// Actions are allow; log, which lets the call through and reports it; deny,
// which returns errno; and kill, which ends the process with SIGSYS. quiet
// keeps a refusal out of the log.
//
// syscalls holds names of calls, and names of systemd's sets with their "@".
// A call that the machine's ABI does not have is passed over; a name that no
// ABI has is an error.
//
// # Conditions
//
// A condition compares arguments with constants:
//
//	family == AF_INET         arg0 != 2            count <= 4096
//	family in {AF_UNIX, 2}    cmd not in {TIOCSTI, TIOCLINUX}
//	flags has O_CREAT|O_EXCL  (all of these bits are set)
//	type & 0xf == SOCK_STREAM
//	flags & (O_ACCMODE | O_CREAT) == O_RDONLY
//	flags & ~O_CLOEXEC == 0
//
// joined by &&, || and !(…), with && binding tighter than ||. The operators &
// and | bind tighter than a comparison, and & tighter than |. Arguments have
// the names of the kernel's prototypes or of the man pages, or are arg0 to
// arg5. Numbers are decimal, hexadecimal (0x), octal (0 or 0o) or binary (0b).
//
// An argument is as wide as its type in the kernel, and as signed: the upper
// half of the register of an int does not count. A constant must fit the type,
// as a number or as a bit pattern: an int can be compared with 0xffffffff, and
// an unsigned int with -1, though not by <, <=, > or >=.
//
// What a pointer points at can change between the check and the kernel's use
// of it, so no condition can ask for it. A pointer itself, by whatever name,
// can be compared with NULL or 0 by == and !=, and in no other way.
//
// A condition on several calls must make sense for each of them.
package policy
