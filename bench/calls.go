package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strconv"
	"strings"
)

//go:embed names.toml
var namesPolicy []byte

func callPlans() []plan {
	g := &group{
		title: "An allowed call",
		about: "The same policy through jail's compiler and through libseccomp's, as it is by default and optimised (a binary tree,\n" +
			"`SCMP_FLTATR_CTL_OPTIMIZE` 2). Policy names: some hundred calls by name, socket by its argument. The kernel keeps a list\n" +
			"of the calls that a filter allows by their number alone, and does not run it for them.",
		base: "no filter", subject: "jail --no-monitor",
	}
	var all []plan
	for _, policy := range []string{"names", "web", "default"} {
		for _, kind := range []struct{ name, calls string }{
			{"getppid, allowed by its number", "number"},
			{"socket(AF_UNIX, 0xf, 0), allowed by its first argument", "argument"},
		} {
			all = append(all, plan{g, kind.name + ", policy " + policy,
				func(ctx context.Context, l *lab, r *row) error { return planCalls(ctx, l, r, policy, kind.calls) }})
		}
	}
	return all
}

func planCalls(ctx context.Context, l *lab, r *row, policy, kind string) error {
	calls, err := l.helper(ctx, "calls")
	if err != nil {
		return err
	}
	ref := policy
	if policy == "names" {
		ref = l.file("names.toml")
		if err := os.WriteFile(ref, namesPolicy, 0o644); err != nil {
			return err
		}
	}
	p, rules, err := loadPolicy(ref)
	if err != nil {
		return err
	}
	told := translate(p, rules)
	file := l.file("libseccomp.rules")
	if err := os.WriteFile(file, []byte(told.text()), 0o644); err != nil {
		return err
	}
	scmp, missing := l.scmp(ctx)
	work := []string{calls, kind, strconv.Itoa(l.pick(400_000, 50_000))}
	add := func(name, missing string, prefix ...string) {
		argv := append(prefix, work...)
		r.peers = append(r.peers, peer{name: name, missing: missing, measure: func(ctx context.Context) (float64, error) {
			return measured(ctx, anywhere, argv)
		}})
	}
	r.rounds = l.pick(31, 3)
	add("no filter", "")
	add("jail --no-monitor", "", l.jail, "--policy", ref, "--no-monitor")
	add("jail", "", l.jail, "--policy", ref)
	add("libseccomp", missing, scmp, "1", file)
	add("libseccomp, optimised", missing, scmp, "2", file)
	if len(told.loose) > 0 && kind == "argument" {
		r.notes = append(r.notes, fmt.Sprintf("libseccomp can't express all that the policy says of %s and is told the nearest that it can.",
			strings.Join(told.loose, ", ")))
	}
	return nil
}

// scmp builds the helper that installs libseccomp's filters; missing says why
// it can't be had.
func (l *lab) scmp(ctx context.Context) (path, missing string) {
	if _, err := os.Stat("/usr/include/seccomp.h"); err != nil {
		return "", "libseccomp-dev is not installed"
	}
	path, err := l.helper(ctx, "scmp", "-lseccomp")
	if err != nil {
		return "", "the helper does not build: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return path, ""
}

// measured runs a command and reads the one number that it prints.
func measured(ctx context.Context, at placement, argv []string) (float64, error) {
	out, err := output(ctx, at, argv...)
	if err != nil {
		return 0, err
	}
	return number(out)
}
