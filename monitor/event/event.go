// Package event says what a monitor has to tell: one mediated call and the
// answer it got.
package event

import (
	"syscall"
	"time"
)

// Verdict is what happened to a call, or would have happened in audit mode.
type Verdict uint8

const (
	Denied Verdict = iota
	Killed
	Logged
	WouldDeny
	WouldKill
	WouldLog
	NumVerdicts = iota
)

var verdictNames = [NumVerdicts]string{"denied", "killed", "logged", "would-deny", "would-kill", "would-log"}

// String returns the verdict as the JSON field "verdict" spells it.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "invalid"
}

// Event is one call that a policy did not let through silently, or Count of
// them folded into one. Strings that come from the program are raw bytes as
// the program gave them; sinks escape.
type Event struct {
	Time    time.Time
	Verdict Verdict
	Errno   syscall.Errno // what a denied call returns; 0 otherwise
	ABI     string        // "x86_64", "i386", "x32", "aarch64"
	Nr      uint32
	Syscall string // its name, or "syscall_999" for a number without one
	Args    [6]uint64
	Call    string // decoded: `openat(AT_FDCWD, "/etc/shadow", O_RDONLY)`
	Path    string // the first path among the arguments, "" where there is none
	PID     int    // thread group
	TID     int
	Comm    string // the thread's name, as /proc/PID/comm gives it
	Exe     string // the program's path, "" where it can't be read
	Rule    string // "web.toml:14", or "default"
	Count   uint64 // calls this line stands for since the last line of its kind; 1 unless folded
	Shape   uint64 // equal for calls that a reader would take for the same one; comes with Call
}
