// Package oci reads and writes the seccomp profiles of containers: Docker's
// (moby's schema: https://docs.docker.com/engine/security/seccomp/) and those
// of the OCI runtime specification (linux.seccomp of a config.json).
//
// What a profile means is what runc and libseccomp make of it:
//
//   - The elements of syscalls are a union, in no order. An element without
//     args answers its calls whatever other elements say of them; of several
//     such elements the first does (db_rule_add of libseccomp's src/db.c).
//   - The args of an element must all hold, unless two of them look at the
//     same argument: then each is a rule of its own, and one has to hold
//     (matchCall of runc's libcontainer/seccomp/seccomp_linux.go).
//   - An element with the default's action says nothing.
//   - A call newer than all that the profile names gets ENOSYS, unless the
//     default lets calls through (runc's libcontainer/seccomp/patchbpf).
//
// Import keeps this meaning, or stays on the strict side of it and says so.
package oci
