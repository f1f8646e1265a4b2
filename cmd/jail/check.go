package main

import (
	"errors"
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox"
	"jail/sandbox/filter"
)

// unsound is the exit status of a check that found errors.
const unsound = 1

// check says what is wrong with each policy, all at once.
func check(args []string) int {
	if slices.Contains(args, proveFlag) {
		return provePolicies(args)
	}
	if len(args) == 0 || isHelp(args[0]) {
		return subUsage(args, "Usage: jail check POLICY...\n\nSays what is wrong with each policy, a file or a built-in's name.\n"+
			"Exit status: 0 if all are sound, 1 if one has errors.\n")
	}
	var out strings.Builder
	status := 0
	for _, ref := range args {
		if !checkOne(ref, &out) {
			status = unsound
		}
	}
	if code := print(out.String()); code != 0 {
		return code
	}
	return status
}

func checkOne(ref string, out *strings.Builder) (sound bool) {
	problems, err := problemsOf(ref)
	for _, p := range problems {
		out.WriteString(p.String() + "\n")
	}
	switch {
	case err != nil:
		out.WriteString(ref + ": " + err.Error() + "\n")
		return false
	case len(problems.Errors()) > 0:
		return false
	case len(problems) > 0:
		out.WriteString(ref + ": sound, with warnings\n")
	default:
		out.WriteString(ref + ": sound\n")
	}
	return true
}

// problemsOf loads, resolves and compiles a policy for each architecture that
// jail runs on.
func problemsOf(ref string) (policy.Problems, error) {
	pol, err := policy.Load(ref, policySource())
	var problems policy.Problems
	if errors.As(err, &problems) {
		return problems, nil
	}
	if err != nil {
		return nil, err
	}
	for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
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
	return pol.Lint(syscalls.Native()), nil
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
