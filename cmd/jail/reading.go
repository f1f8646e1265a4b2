package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
	"jail/sandbox"
)

// What the commands that read policies have in common.

// subFlags reads the flags of a sub-command, wherever they stand, up to "--".
// It returns the other words.
func subFlags(args []string, switches map[string]*bool, values map[string]*string) (words []string, err error) {
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if word == "--" {
			return append(words, args...), nil
		}
		if len(word) < 2 || word[0] != '-' {
			words = append(words, word)
			continue
		}
		name, value, hasValue := strings.Cut(word, "=")
		if set := switches[name]; set != nil {
			if hasValue {
				return nil, fmt.Errorf("flag %s takes no value", name)
			}
			*set = true
			continue
		}
		set := values[name]
		switch {
		case set == nil:
			return nil, fmt.Errorf("unknown flag %s", name)
		case !hasValue && len(args) == 0:
			return nil, fmt.Errorf("flag %s needs a value", name)
		case !hasValue:
			value, args = args[0], args[1:]
		}
		if value == "" {
			return nil, fmt.Errorf("flag %s needs a value", name)
		}
		*set = value
	}
	return words, nil
}

// policyABIs are the ABIs that jail runs programs of.
func policyABIs() []*syscalls.ABI { return []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} }

// abisFor returns the ABI that --arch names, or all.
func abisFor(arch string) ([]*syscalls.ABI, error) {
	switch arch {
	case "":
		return policyABIs(), nil
	case "x86_64", "amd64":
		return policyABIs()[:1], nil
	case "aarch64", "arm64":
		return policyABIs()[1:], nil
	}
	return nil, fmt.Errorf("flag --arch takes x86_64 or aarch64, not %q", arch)
}

// reading is a policy as it was written and what it means on each ABI.
type reading struct {
	ref     string
	policy  *policy.Policy
	outline *policy.Outline
	rules   []*policy.Rules // by ABI
}

// readPolicies loads policies, and resolves them for those of the ABIs that
// all are good for. The error is a *notRead.
func readPolicies(refs []string, abis []*syscalls.ABI) ([]*reading, []*syscalls.ABI, error) {
	var out []*reading
	for _, ref := range refs {
		source := policySource()
		p, err := policy.Load(ref, source)
		if err != nil {
			return nil, nil, &notRead{ref, err}
		}
		good := source.abis()
		abis = slices.DeleteFunc(slices.Clone(abis), func(a *syscalls.ABI) bool { return !slices.Contains(good, a) })
		if len(abis) == 0 {
			return nil, nil, &notRead{ref, errors.New("is a profile, which is read for this machine's architecture alone")}
		}
		out = append(out, &reading{ref: ref, policy: p, outline: p.Outline()})
	}
	for _, r := range out {
		for _, abi := range abis {
			rules, err := r.policy.Resolve(abi)
			if err != nil {
				return nil, nil, &notRead{r.ref, err}
			}
			r.rules = append(r.rules, rules)
		}
	}
	return out, abis, nil
}

// notRead says which policy cannot be read, and why.
type notRead struct {
	ref string
	err error
}

func (e *notRead) Error() string { return e.ref + ": " + e.err.Error() }

// readPolicy is readPolicies for one.
func readPolicy(ref string, abis []*syscalls.ABI) (*reading, error) {
	r, _, err := readPolicies([]string{ref}, abis)
	if err != nil {
		return nil, err
	}
	return r[0], nil
}

// unreadable says why a policy cannot be read; a *notRead knows better than
// the caller which one it is.
func unreadable(ref string, err error) int {
	var at *notRead
	var problems policy.Problems
	if errors.As(err, &at) {
		ref, err = at.ref, at.err
	}
	if errors.As(err, &problems) {
		printErr(problems.Error() + "\n")
		return fail("the policy %s has errors", ref)
	}
	return fail("%s: %v", ref, err)
}

// tooComplex says which call cannot be looked at.
func tooComplex(abi *syscalls.ABI, err error) error {
	var at compare.TooComplex
	if errors.As(err, &at) {
		return fmt.Errorf("%s on %s: %w", abi.Syscall(at.Nr), abi.Name, err)
	}
	return err
}

// answerText says a decision in words.
func answerText(d policy.Decision) string {
	switch d.Action {
	case policy.Allow:
		return "allowed"
	case policy.Log:
		return "allowed, logged"
	case policy.Kill:
		if d.Quiet {
			return "killed, not logged"
		}
		return "killed"
	}
	if d.Quiet {
		return "denied: " + errnoText(d.Errno) + ", not logged"
	}
	return "denied: " + errnoText(d.Errno)
}

func errnoText(n uint16) string {
	if name := syscalls.ErrnoName(n); name != "" {
		return name
	}
	return "errno " + strconv.Itoa(int(n))
}

// originText says which rule decides; what is no rule of a file, in words.
func originText(origin string) string {
	if origin == "restart" {
		return "always so: the kernel resumes interrupted sleeps by it"
	}
	return origin
}

func originsText(r *policy.Rules, rules []int) string {
	var out []string
	for _, i := range rules {
		if s := originText(r.Origins[i]); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

// answerJSON is a decision in JSON.
type answerJSON struct {
	Action string   `json:"action"`
	Errno  string   `json:"errno,omitempty"`
	Quiet  bool     `json:"quiet,omitempty"`
	Rules  []string `json:"rules"`
}

func toAnswerJSON(r *policy.Rules, d policy.Decision, rules ...int) answerJSON {
	a := answerJSON{Action: d.Action.String(), Quiet: d.Quiet}
	if d.Action == policy.Deny {
		a.Errno = errnoText(d.Errno)
	}
	for _, i := range rules {
		if s := r.Origins[i]; !slices.Contains(a.Rules, s) {
			a.Rules = append(a.Rules, s)
		}
	}
	return a
}

func hexArgs(args [6]uint64) []string {
	out := make([]string, len(args))
	for i, v := range args {
		out[i] = "0x" + strconv.FormatUint(v, 16)
	}
	return out
}

// printJSON prints one document.
func printJSON(v any) int {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fail("cannot write JSON: %v", err)
	}
	return print(b.String())
}

// badUsage says what is wrong with the words of a sub-command.
func badUsage(command string, err error) int {
	fail("%v (see jail %s --help)", err, command)
	return sandbox.ExitFailed
}
