package main

import (
	"errors"
	"slices"
	"strings"

	"jail/policies"
	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
	"jail/sandbox"
	"jail/sandbox/filter"
)

// unsound is the exit status of a check that found errors.
const unsound = 1

const checkUsage = `Usage: jail check [FLAGS] POLICY...

Says what is wrong with each policy, a file or a built-in's name: errors, which
forbid its use; warnings, of what is sound but seldom meant; and notes.

      --strict   a policy with warnings is not good enough
      --json     one JSON document
      --prove    prove that the compiled filter is the policy (see check --prove -h)

Exit status: 0 if all are sound, 1 if one has errors, or warnings with --strict.
`

// check says what is wrong with each policy, all at once.
func check(args []string) int {
	if slices.Contains(args, proveFlag) {
		return provePolicies(args)
	}
	var help, strict, asJSON bool
	refs, err := subFlags(args, map[string]*bool{"-h": &help, "--help": &help, "--strict": &strict, "--json": &asJSON}, nil)
	switch {
	case err != nil:
		return badUsage("check", err)
	case help:
		return print(checkUsage)
	case len(refs) == 0:
		return subUsage(nil, checkUsage)
	}
	var all []checked
	status := 0
	for _, ref := range refs {
		c := checkOne(ref, strict)
		if all = append(all, c); !c.passed {
			status = unsound
		}
	}
	if code := printChecked(all, asJSON); code != 0 {
		return code
	}
	return status
}

// checked is what is to be said of one policy.
type checked struct {
	ref      string
	problems policy.Problems
	err      error // why there is nothing more to say
	passed   bool
}

func checkOne(ref string, strict bool) checked {
	c := checked{ref: ref}
	c.problems, c.err = problemsOf(ref)
	c.passed = c.err == nil && len(c.problems.Errors()) == 0 && !(strict && len(c.problems.Warnings()) > 0)
	return c
}

func (c *checked) sound() bool { return c.err == nil && len(c.problems.Errors()) == 0 }

func (c *checked) text(out *strings.Builder) {
	for _, p := range c.problems {
		out.WriteString(p.String() + "\n")
	}
	switch {
	case c.err != nil:
		out.WriteString(c.ref + ": " + c.err.Error() + "\n")
	case !c.sound():
	case len(c.problems.Warnings()) > 0:
		out.WriteString(c.ref + ": sound, with warnings\n")
	default:
		out.WriteString(c.ref + ": sound\n")
	}
}

func printChecked(all []checked, asJSON bool) int {
	if asJSON {
		doc := []checkedJSON{}
		for i := range all {
			doc = append(doc, all[i].json())
		}
		return printJSON(doc)
	}
	var out strings.Builder
	for i := range all {
		all[i].text(&out)
	}
	return print(out.String())
}

// checkedJSON is a policy in the document of jail check --json.
type checkedJSON struct {
	Policy   string        `json:"policy"`
	Sound    bool          `json:"sound"`
	Passed   bool          `json:"passed"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	Level string `json:"level"`
	File  string `json:"file"`
	Line  int    `json:"line,omitempty"`
	Col   int    `json:"col,omitempty"`
	Text  string `json:"text"`
}

func (c *checked) json() checkedJSON {
	out := checkedJSON{Policy: c.ref, Sound: c.sound(), Passed: c.passed, Problems: []problemJSON{}}
	for _, p := range c.problems {
		out.Problems = append(out.Problems, problemJSON{p.Level.String(), p.File, p.Line, p.Col, p.Text})
	}
	if c.err != nil {
		out.Problems = append(out.Problems, problemJSON{Level: policy.LevelError.String(), File: c.ref, Text: c.err.Error()})
	}
	return out
}

// problemsOf loads, resolves and compiles a policy for each architecture that
// jail runs on.
func problemsOf(ref string) (policy.Problems, error) {
	source := policySource()
	pol, err := policy.Load(ref, source)
	var problems policy.Problems
	if errors.As(err, &problems) {
		return problems, nil
	}
	if err != nil {
		return nil, err
	}
	for _, abi := range source.abis() {
		rules, err := pol.Resolve(abi)
		if errors.As(err, &problems) {
			return problems, nil
		}
		if err != nil {
			return nil, err
		}
		if _, err := filter.Compile(rules, filter.Options{Monitor: true, LaunchNonce: 1, KillNonce: 1}); err != nil {
			return nil, err
		}
	}
	return slices.Concat(pol.Lint(syscalls.Native()), alreadyBuiltIn(pol), source.notes()), nil
}

// alreadyBuiltIn notes where a built-in policy says the same as a file.
func alreadyBuiltIn(pol *policy.Policy) policy.Problems {
	o := pol.Outline()
	if o.Files[0].Builtin || o.Files[0].Rules == 0 {
		return nil
	}
	for _, b := range policies.All() {
		other, _, err := readPolicies([]string{b.Name}, policyABIs())
		if err != nil || !meansThe(pol, other[0]) {
			continue
		}
		return policy.Problems{{File: o.Files[0].Name, Level: policy.LevelNote,
			Text: "says the same as the built-in policy " + b.Name + `: extends = ["` + b.Name + `"] is enough`}}
	}
	return nil
}

// meansThe reports whether a policy means the same as another on all ABIs.
func meansThe(pol *policy.Policy, other *reading) bool {
	for i, abi := range policyABIs() {
		rules, err := pol.Resolve(abi)
		if err != nil {
			return false
		}
		if ds, err := compare.Compare(rules, other.rules[i]); err != nil || len(ds) > 0 {
			return false
		}
	}
	return true
}

func isHelp(arg string) bool { return arg == "-h" || arg == "--help" }

// subUsage prints a sub-command's usage: as asked for, or as the answer to a
// wrong call.
func subUsage(args []string, text string) int {
	if len(args) > 0 {
		return print(text)
	}
	printErr(text)
	return sandbox.ExitFailed
}
