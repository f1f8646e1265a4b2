package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox"
)

const explainUsage = `Usage: jail explain [FLAGS] POLICY [WHAT]

Says what a policy does: all of it, or what it answers to WHAT and why.

  jail explain web                              the whole policy
  jail explain web openat                       one call, whatever its arguments
  jail explain web 'socket(AF_INET, SOCK_RAW)'  a call with arguments; those that
                                                are left out, or _, may be any
  jail explain web 'socket(type=SOCK_RAW)'      the same, by name
  jail explain web @network-io                  the calls of a set
  jail explain web.toml web.toml:14             the rule that a log names

      --arch ARCH      on x86_64 or aarch64 alone; without it on both
      --json           one JSON document

Exit status: 0; 125 if the policy cannot be read or WHAT is unknown.
`

// explain says what a policy does, and why.
func explain(args []string) int {
	var help, asJSON bool
	var arch string
	words, err := subFlags(args, map[string]*bool{"-h": &help, "--help": &help, "--json": &asJSON}, map[string]*string{"--arch": &arch})
	if err == nil && !help && (len(words) == 0 || len(words) > 2) {
		err = errors.New("a policy is explained, and at most one call or set")
	}
	abis, archErr := abisFor(arch)
	switch {
	case err != nil:
		return badUsage("explain", err)
	case help:
		return print(explainUsage)
	case archErr != nil:
		return badUsage("explain", archErr)
	}
	read, abis, err := readPolicies(words[:1], abis)
	if err != nil {
		return unreadable(words[0], err)
	}
	x := &explainer{reading: read[0], abis: abis, json: asJSON}
	if len(words) == 1 {
		return x.result(x.whole())
	}
	return x.result(x.what(words[1]))
}

type explainer struct {
	*reading
	abis []*syscalls.ABI
	json bool
}

// explanation is both forms of an answer; one of them is used.
type explanation struct {
	text string
	doc  any
}

func (x *explainer) result(e explanation, err error) int {
	switch {
	case err != nil:
		fail("%v", err)
		return sandbox.ExitFailed
	case x.json:
		return printJSON(e.doc)
	}
	return print(harmless(e.text))
}

// what explains a call, a set or a rule.
func (x *explainer) what(text string) (explanation, error) {
	if rule, ok := x.ruleAt(text); ok {
		return x.rule(rule)
	}
	if strings.HasPrefix(text, "@") {
		members, ok := syscalls.Group(text)
		if !ok {
			return explanation{}, unknownCall(text)
		}
		return x.set(text, members)
	}
	q, err := parseQuery(text)
	if err != nil {
		return explanation{}, err
	}
	if text == "default" || text == "foreign ABI" {
		return x.origin(text)
	}
	if !syscalls.Known(q.name) {
		if i := strings.LastIndexByte(text, ':'); i > 0 {
			return explanation{}, fmt.Errorf("%s has no rule at %s; its files are %s", x.ref, text, strings.Join(x.policy.Files(), ", "))
		}
		return explanation{}, unknownCall(q.name)
	}
	return x.call(q)
}

// origin explains what a log calls a decision that no rule made.
func (x *explainer) origin(text string) (explanation, error) {
	r := x.rules[0]
	d, why := r.Foreign, "a call through another ABI than the program's own is never let through"
	if text == "default" {
		action, errno := x.policy.Default()
		d = policy.Decision{Action: action}
		if action == policy.Deny {
			d.Errno = errno
		}
		why = "no rule matches the call"
	}
	return explanation{
		text: answerText(d) + ": " + why + "\n",
		doc:  map[string]any{"policy": x.ref, "rule": text, "answer": toAnswerJSON(r, d), "why": why},
	}, nil
}

// ruleAt finds the rule that stands at "file:line", or in which the line lies.
func (x *explainer) ruleAt(text string) (int, bool) {
	i := strings.LastIndexByte(text, ':')
	if i <= 0 {
		return 0, false
	}
	line, err := strconv.Atoi(text[i+1:])
	if err != nil {
		return 0, false
	}
	found := -1
	for n, r := range x.outline.Rules {
		name := x.outline.Files[r.File].Name
		base := name[strings.LastIndexByte(name, '/')+1:]
		if (text[:i] == name || text[:i] == base) && r.Line <= line {
			found = n
		}
	}
	return found, found >= 0
}
