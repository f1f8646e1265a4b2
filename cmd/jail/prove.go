package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox/filter"
	"jail/sandbox/filter/prove"
)

const proveFlag = "--prove"

const proveUsage = `Usage: jail check --prove POLICY...

Compiles each policy, a file or a built-in's name, and proves that the filter
answers every system call as the policy says: every number of every
architecture, with one set of arguments of each kind that the conditions of the
policy or the instructions of the filter can tell apart.

Exit status: 0 if all are proven, 1 if a filter is wrong or a policy has errors.
`

// settings are those that jail compiles filters for. The nonces stand for the
// random ones of a launch.
var settings = [...]struct {
	name    string
	options filter.Options
}{
	{"with a monitor", filter.Options{Monitor: true, LaunchNonce: 0x9a3c51d277e01b4f, KillNonce: 0xc0def00d}},
	{"kernel alone", filter.Options{LaunchNonce: 0x9a3c51d277e01b4f}},
	{"audit", filter.Options{Audit: true, Monitor: true, LaunchNonce: 0x9a3c51d277e01b4f, KillNonce: 0xc0def00d}},
	{"audit, kernel alone", filter.Options{Audit: true, LaunchNonce: 0x9a3c51d277e01b4f}},
}

// provePolicies says of each policy whether its filters are what it says.
func provePolicies(args []string) int {
	refs := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == proveFlag })
	if len(refs) == 0 || slices.ContainsFunc(refs, isHelp) {
		return subUsage(refs, proveUsage)
	}
	for _, ref := range refs {
		if strings.HasPrefix(ref, "-") {
			return fail("check --prove takes no flag %s", ref)
		}
	}
	status := 0
	for _, ref := range refs { // each at once: a proof may take seconds
		var out strings.Builder
		if !provePolicy(ref, &out) {
			status = unsound
		}
		if code := print(out.String()); code != 0 {
			return code
		}
	}
	return status
}

// provePolicy appends the proofs of one policy, as a table, or what is wrong.
func provePolicy(ref string, out *strings.Builder) (proven bool) {
	pol, err := policy.Load(ref, policySource())
	if err != nil {
		return notProven(out, ref, err)
	}
	var table, wrong strings.Builder
	fmt.Fprintf(&table, proofHead, "", "", "", "classes", "calls", "filter's", "instructions executed")
	fmt.Fprintf(&table, proofRow, "ABI", "setting", "numbers", "of calls", "compared", "length", "on average", "at most")
	for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
		rules, err := pol.Resolve(abi)
		if err != nil {
			return notProven(out, ref, err)
		}
		for i := range settings {
			s := &settings[i]
			r, fault := proveOne(rules, s.options)
			if fault != "" {
				fmt.Fprintf(&wrong, "%s: NOT PROVEN on %s, %s: %s\n", ref, abi.Name, s.name, fault)
				continue
			}
			fmt.Fprintf(&table, proofRow, abi.Name, s.name, thousands(r.Numbers), thousands(r.Classes), thousands(r.Comparisons),
				thousands(r.Instructions), strconv.FormatFloat(r.Average, 'f', 1, 64), strconv.Itoa(r.Worst))
		}
	}
	if wrong.Len() > 0 {
		out.WriteString(wrong.String())
		return false
	}
	out.WriteString(ref + ": proven: the filter answers every call as the policy says\n" + table.String())
	return true
}

const (
	proofHead = "  %-7s  %-19s  %7s  %9s  %9s  %8s  %s\n"
	proofRow  = "  %-7s  %-19s  %7s  %9s  %9s  %8s  %10s  %7s\n"
)

// notProven tells of a policy that can't be compiled.
func notProven(out *strings.Builder, ref string, err error) bool {
	var problems policy.Problems
	if errors.As(err, &problems) {
		out.WriteString(problems.Error() + "\n")
	} else {
		out.WriteString(ref + ": " + err.Error() + "\n")
	}
	return false
}

// proveOne returns the report of a proof, or what stands against it.
func proveOne(rules *policy.Rules, o filter.Options) (r prove.Report, fault string) {
	program, err := filter.Compile(rules, o)
	if err == nil {
		r, err = prove.Prove(rules, o, program)
	}
	switch {
	case err != nil:
		return r, err.Error()
	case r.Counterexample != nil:
		return r, r.Counterexample.String()
	}
	return r, ""
}

// thousands writes 1234567 as 1,234,567.
func thousands[N int | uint64](n N) string {
	s := strconv.FormatUint(uint64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
