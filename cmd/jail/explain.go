package main

import (
	"errors"
	"fmt"
	"strings"

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
  jail explain web.toml web.toml:14             the rule that a log names; web:15 is
                                                line 15 of the built-in web
  jail explain web.toml 'jail: denied …'        a whole line of the log

      --arch ARCH      on x86_64 or aarch64 alone; without it on both
      --json           one JSON document

Exit status: 0; 125 if the policy cannot be read or WHAT is unknown.
`

// explain says what a policy does, and why.
func explain(args []string) int {
	var help, asJSON bool
	var arch string
	words, err := subFlags(args, map[string]*bool{"-h": &help, "--help": &help, "--json": &asJSON}, map[string]*string{"--arch": &arch})
	if err == nil && !help && len(words) > 2 {
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
	case len(words) == 0:
		return subUsage(nil, explainUsage)
	}
	read, abis, err := readPolicies(words[:1], abis)
	if err != nil && isQuestion(words[0]) {
		return fail("the policy comes first: jail explain %s", policyFirst(words))
	}
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
	return print(e.text)
}

// isQuestion reports whether a word that is no policy asks something of one.
func isQuestion(word string) bool {
	if _, ok := syscalls.Group(word); ok {
		return true
	}
	q, _ := parseQuery(word)
	return syscalls.Known(q.name)
}

// policyFirst puts the words of a command in their order, as a shell takes them.
func policyFirst(words []string) string {
	ref, question := "POLICY", words[0]
	if len(words) > 1 {
		ref = words[1]
	}
	for _, c := range question {
		if c != '_' && c != '@' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			question = "'" + strings.ReplaceAll(question, "'", `'\''`) + "'"
			break
		}
	}
	return ref + " " + question
}

// what explains a call, a set or a rule.
func (x *explainer) what(text string) (explanation, error) {
	if rules := x.rulesAt(text); len(rules) > 0 {
		return x.rulesOf(text, rules)
	}
	if strings.HasPrefix(text, "@") {
		members, ok := syscalls.Group(text)
		if !ok {
			return explanation{}, unknownCall(text)
		}
		return x.set(text, members)
	}
	if text == "default" || text == foreignABI {
		return x.origin(text)
	}
	q, err := parseQuery(text)
	if err != nil {
		return explanation{}, err
	}
	if q.foreign {
		return x.origin(foreignABI)
	}
	if isNumbered(q.name) {
		return x.origin(unknownNumber)
	}
	if !syscalls.Known(q.name) {
		if i := strings.LastIndexByte(text, ':'); i > 0 && q.name == text {
			return explanation{}, fmt.Errorf("%s has no rule at %s; its files are %s", x.ref, text, strings.Join(x.policy.Files(), ", "))
		}
		return explanation{}, unknownCall(q.name)
	}
	return x.call(q)
}
