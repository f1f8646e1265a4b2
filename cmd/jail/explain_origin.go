package main

import (
	"path"
	"strconv"
	"strings"

	"jail/policy"
)

// What a log calls the origin of a decision: a rule by its file and line, or
// words where no rule made it.

// foreignABI is what a log calls the refusal of calls through other ABIs.
const foreignABI = "foreign ABI"

// unknownNumber stands for every call that a log names by its number.
const unknownNumber = "unknown number"

// isNumbered reports whether a log gives this name to a call that has none.
func isNumbered(name string) bool {
	number, ok := strings.CutPrefix(name, "syscall_")
	_, err := strconv.ParseUint(number, 10, 32)
	return ok && err == nil
}

// origin explains what a log calls a decision that no rule made.
func (x *explainer) origin(text string) (explanation, error) {
	r := x.rules[0]
	d, why := r.Foreign, "a call through another ABI than the program's own is never let through"
	var next [][]string
	switch text {
	case unknownNumber:
		d, why = r.Unknown, "no table knows a call of this number"
	case "default":
		action, errno := x.policy.Default()
		d = policy.Decision{Action: action}
		if action == policy.Deny {
			d.Errno = errno
		}
		why = "no rule matches the call"
		next = x.nextSteps(action)
	}
	var b strings.Builder
	b.WriteString(answerText(d) + ": " + why + "\n")
	if len(next) > 0 {
		b.WriteByte('\n')
		table(&b, "  ", next)
	}
	return explanation{
		text: b.String(),
		doc:  map[string]any{"policy": x.ref, "rule": text, "answer": toAnswerJSON(r, d), "why": why},
	}, nil
}

// nextSteps says what can be done about a call that no rule matches.
func (x *explainer) nextSteps(action policy.Action) [][]string {
	change, rule := "to allow a call", "a rule that allows it"
	if action == policy.Allow || action == policy.Log {
		change, rule = "to refuse a call", "a rule that denies it"
	}
	if x.outline.Files[0].Builtin {
		rule += `, in a file of your own with extends = ["` + x.ref + `"]`
	} else {
		rule += ", in " + x.ref
	}
	return [][]string{{change, rule}, {"to see what was asked", "jail explain " + x.ref + " CALL"}}
}

// rulesAt finds the rules that stand at "file:line", or in which the line
// lies: one in each file of that name. A log has names without directories, so
// a name with a slash is one file's and any other may be several files'.
func (x *explainer) rulesAt(text string) []int {
	i := strings.LastIndexByte(text, ':')
	if i <= 0 {
		return nil
	}
	line, err := strconv.Atoi(text[i+1:])
	if err != nil {
		return nil
	}
	var found []int
	for n, r := range x.outline.Rules {
		if r.Line > line || !isCalled(&x.outline.Files[r.File], text[:i]) {
			continue
		}
		if last := len(found) - 1; last >= 0 && x.outline.Rules[found[last]].File == r.File {
			found[last] = n
		} else {
			found = append(found, n)
		}
	}
	return found
}

// isCalled reports whether name can stand for the file.
func isCalled(f *policy.FileOutline, name string) bool {
	if strings.Contains(name, "/") {
		return !f.Builtin && path.Clean(f.Name) == path.Clean(name)
	}
	return name == path.Base(f.Name)
}
