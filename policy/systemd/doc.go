// Package systemd converts between policies and the directives of a systemd
// unit that systemd turns into seccomp filters (systemd.exec(5)).
//
// # What the directives mean
//
// systemd installs one filter for each directive, and the kernel takes the
// gravest answer of all (seccomp(2)): kill, then an errno, then log, then
// allow. The values are those of src/shared/seccomp-util.c and
// src/core/load-fragment.c:
//
//   - SystemCallFilter= with names is an allow-list, to which the set @default
//     always belongs; with "~" first it is a deny-list. The first assignment
//     says which of the two it is, later ones add and remove, and the last word
//     on a call counts. What is refused is killed, or gets the errno of
//     SystemCallErrorNumber= or of its own suffix.
//   - RestrictAddressFamilies= answers socket(2), not socketpair(2), with
//     EAFNOSUPPORT.
//   - RestrictNamespaces= answers clone, unshare and setns with EPERM, and all
//     of clone3, whose flags no filter sees, with ENOSYS.
//   - The others answer with EPERM; RestrictSUIDSGID= moreover all of openat2
//     with ENOSYS.
//
// A policy is one list of rules of which the first match decides, so a
// directive's rules name only calls that SystemCallFilter= lets pass.
//
// Where systemd ignores an entry that it does not understand and starts the
// unit with less protection than was meant, Import reports an error.
package systemd
