package main

import (
	"slices"
	"strings"

	"jail/policies"
)

// listPolicies lists the built-in policies, or prints those that are named.
func listPolicies(args []string) int {
	if len(args) > 0 && isHelp(args[0]) {
		return print("Usage: jail policies [NAME...]\n\nLists the built-in policies, or prints the text of those named.\n")
	}
	var out strings.Builder
	if len(args) == 0 {
		for _, p := range policies.All() {
			out.WriteString(p.Name + strings.Repeat(" ", max(1, 10-len(p.Name))) + p.Description + "\n")
		}
	}
	for _, name := range args {
		text, ok := policies.Text(name)
		if !ok {
			return fail("there is no built-in policy %q%s; jail policies lists them", name, meant(name, slices.Values(policies.Names())))
		}
		out.WriteString(text)
	}
	return print(out.String())
}
