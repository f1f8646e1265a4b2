package policy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Level says how grave a problem is.
type Level uint8

const (
	LevelError   Level = iota // the policy must not be used
	LevelWarning              // it can be used, but it may not say what its author meant
	LevelNote                 // it can be used; something about it is worth knowing
)

// String returns the word for the level.
func (l Level) String() string { return [...]string{"error", "warning", "note"}[l] }

// Problem is one thing that is wrong with a policy, and where.
type Problem struct {
	File  string // as the user wrote it; a built-in's is its bare name
	Line  int    // from 1; 0 when the problem is the file as a whole
	Col   int    // in bytes, from 1; 0 when the problem is the line as a whole
	Level Level
	Text  string
}

// String returns the problem as one line: `web.toml:14:3: unknown action "alow"`.
func (p Problem) String() string {
	var b strings.Builder
	if name := strconv.Quote(p.File); name != `"`+p.File+`"` {
		b.WriteString(name) // a name may hold what a terminal would act on
	} else {
		b.WriteString(p.File)
	}
	for _, n := range [...]int{p.Line, p.Col} {
		if n > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(n))
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Level != LevelError {
		b.WriteString(p.Level.String() + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems is everything that is wrong with a policy, file by file and from
// top to bottom. As an error it is never empty and holds an error at least.
type Problems []Problem

// Error returns the problems, one a line.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// Errors returns the problems that forbid the use of the policy.
func (ps Problems) Errors() Problems { return ps.of(LevelError) }

// Warnings returns what its author should look at.
func (ps Problems) Warnings() Problems { return ps.of(LevelWarning) }

// Notes returns what is worth knowing and no fault.
func (ps Problems) Notes() Problems { return ps.of(LevelNote) }

func (ps Problems) of(l Level) Problems {
	var out Problems
	for _, p := range ps {
		if p.Level == l {
			out = append(out, p)
		}
	}
	return out
}

// err returns ps as an error, nil where nothing is wrong.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// tidy sorts the problems of each file by position and drops repetitions. The
// files keep the order in which they first appear.
func (ps Problems) tidy() Problems {
	if len(ps) < 2 {
		return ps
	}
	var files []string
	for _, p := range ps {
		if !slices.Contains(files, p.File) {
			files = append(files, p.File)
		}
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(files, a.File), slices.Index(files, b.File)),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Level, b.Level),
		)
	})
	return slices.Compact(ps)
}

// quote renders text from a policy file for a message, with everything that a
// terminal might act on escaped.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}

// meant returns ` (did you mean "near"?)`, or "" where nothing is near.
func meant(near string) string {
	if near == "" {
		return ""
	}
	return " (did you mean " + quote(near) + "?)"
}
