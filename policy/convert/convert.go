// Package convert holds what all conversions between policy formats share:
// what they return, and how they say what did not survive.
package convert

import "strings"

// Loss is one thing that a conversion could not carry over, or could carry
// over only in part.
type Loss struct {
	Where string // where the source says it: "nginx.service:14", "web.toml:3", "profile.json: syscalls[2]"; "" when nowhere in particular
	Text  string // what is lost and what happens instead, one sentence without a full stop
}

// String returns the loss as one line.
func (l Loss) String() string {
	if l.Where == "" {
		return l.Text
	}
	return l.Where + ": " + l.Text
}

// Result is a converted policy.
type Result struct {
	Policy string // the text in the other format, complete, ending in a newline
	Losses []Loss // in the order of the source; empty when the meaning is kept whole
	Notice string // what to know before all else, one sentence without a full stop; mostly ""
}

// Report returns the losses one a line, each after prefix; "" when there are
// none.
func (r *Result) Report(prefix string) string {
	var b strings.Builder
	for _, l := range r.Losses {
		b.WriteString(prefix + l.String() + "\n")
	}
	return b.String()
}
