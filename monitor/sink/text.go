// Package sink says where events go: as text for a person, as JSON lines for
// a program, repeats folded, totals kept, written to a log that may be slow,
// full or gone without the caller ever waiting for it.
package sink

import (
	"strconv"

	"jail/monitor/event"
	"jail/policy/syscalls"
)

// Format is how a log reads.
type Format uint8

const (
	Text Format = iota // lines for a person
	JSON               // one JSON object a line
)

// Append appends ev as one line of the format, newline included.
func (f Format) Append(dst []byte, ev *event.Event) []byte {
	if f == JSON {
		return AppendJSON(dst, ev)
	}
	return AppendText(dst, ev)
}

// AppendText appends ev as one line for a person, newline included:
//
//	jail: denied openat(AT_FDCWD, "/etc/shadow", O_RDONLY) → EPERM  server[4711]  web.toml:14
//	jail: would kill ptrace(PTRACE_ATTACH, 1, NULL, 0) → SIGSYS  server[4711/4712]  web.toml:20
//	jail: logged getpid()  server[4711] (i386)  default  (17 more)
//
// Behind the arrow stands what the program gets, or in audit mode would get.
// The number behind the slash is the thread's where that isn't the process's;
// an ABI other than the machine's own follows in parentheses.
//
// A line stands for one call, or for as many as "(N more)" says: N calls since
// the last line of the same call. One call and "(N more)" lines add up to the
// exact total.
func AppendText(dst []byte, ev *event.Event) []byte {
	dst = append(dst, "jail: "...)
	dst = append(dst, verdictWords(ev.Verdict)...)
	dst = append(dst, ' ')
	dst = append(dst, ev.Call...)
	dst = appendOutcome(dst, ev)
	dst = append(dst, "  "...)
	dst = appendWho(dst, ev)
	dst = append(dst, "  "...)
	dst = event.AppendEscaped(dst, ev.Rule, 0)
	if ev.Count > 1 {
		dst = append(dst, "  ("...)
		dst = strconv.AppendUint(dst, ev.Count, 10)
		dst = append(dst, " more)"...)
	}
	return append(dst, '\n')
}

// verdictWords returns the verdict as a sentence has it.
func verdictWords(v event.Verdict) string {
	switch v {
	case event.WouldDeny:
		return "would deny"
	case event.WouldKill:
		return "would kill"
	case event.WouldLog:
		return "would log"
	}
	return v.String()
}

// appendOutcome appends what the program gets instead of the call's result.
func appendOutcome(dst []byte, ev *event.Event) []byte {
	switch ev.Verdict {
	case event.Denied, event.WouldDeny:
		dst = append(dst, " → "...)
		return appendErrno(dst, ev)
	case event.Killed, event.WouldKill:
		return append(dst, " → SIGSYS"...)
	}
	return dst
}

// appendErrno appends the error's name, or its number where it has none.
func appendErrno(dst []byte, ev *event.Event) []byte {
	if ev.Errno < 1<<16 {
		if name := syscalls.ErrnoName(uint16(ev.Errno)); name != "" {
			return append(dst, name...)
		}
	}
	return strconv.AppendUint(dst, uint64(ev.Errno), 10)
}

func appendWho(dst []byte, ev *event.Event) []byte {
	dst = event.AppendEscaped(dst, ev.Comm, 0)
	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, int64(ev.PID), 10)
	if ev.TID != ev.PID && ev.TID != 0 {
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(ev.TID), 10)
	}
	dst = append(dst, ']')
	if ev.ABI != "" && ev.ABI != "x86_64" && ev.ABI != "aarch64" {
		dst = append(dst, " ("...)
		dst = append(dst, ev.ABI...)
		dst = append(dst, ')')
	}
	return dst
}
