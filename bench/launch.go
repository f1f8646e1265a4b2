package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

func launchPlans() []plan {
	g := &group{
		title: "Launch",
		about: "From fork to reaped. jail with its default policy; `bwrap --dev-bind / /`, `minijail0 -n` and\n" +
			"`strace -f --seccomp-bpf -e trace=none -o /dev/null`. bwrap and minijail0, called like this, install no filter;\n" +
			"of all these jail and strace alone watch the program.",
		base: "bare", subject: "jail",
	}
	var all []plan
	for _, at := range []placement{anywhere, together} {
		all = append(all, plan{g, "a static program that does nothing, " + at.String(),
			func(ctx context.Context, l *lab, r *row) error { return planLaunch(ctx, l, r, at) }})
	}
	return all
}

func planLaunch(ctx context.Context, l *lab, r *row, at placement) error {
	bins, err := l.helpers(ctx, "launch", "true")
	if err != nil {
		return err
	}
	launch, program := bins[0], bins[1]
	batch := strconv.Itoa(l.pick(10, 5))
	r.rounds = l.pick(41, 3)
	for _, p := range []struct {
		name string
		tool string // that has to be installed
		argv []string
	}{
		{"bare", "", nil},
		{"jail", "", []string{l.jail}},
		{"jail --audit", "", []string{l.jail, "--audit"}},
		{"jail --no-monitor", "", []string{l.jail, "--no-monitor"}},
		{"bwrap", "bwrap", []string{"bwrap", "--dev-bind", "/", "/"}},
		{"minijail0", "minijail0", []string{"minijail0", "-n"}},
		{"strace", "strace", []string{"strace", "-f", "--seccomp-bpf", "-e", "trace=none", "-o", "/dev/null"}},
	} {
		argv := append(append([]string{launch, batch}, p.argv...), program)
		entry := peer{name: p.name}
		if p.tool != "" {
			entry.missing = absent(p.tool)
		}
		entry.measure = func(ctx context.Context) (float64, error) { return medianLine(ctx, at, argv) }
		r.peers = append(r.peers, entry)
	}
	return nil
}

// medianLine runs a command and returns the median of the numbers that it
// prints, one a line.
func medianLine(ctx context.Context, at placement, argv []string) (float64, error) {
	out, err := output(ctx, at, argv...)
	if err != nil {
		return 0, err
	}
	var xs []float64
	for line := range strings.Lines(out) {
		x, err := number(line)
		if err != nil {
			return 0, err
		}
		xs = append(xs, x)
	}
	if len(xs) == 0 {
		return 0, fmt.Errorf("%s printed nothing", argv[0])
	}
	return summarise(xs).Median, nil
}
