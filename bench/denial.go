package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
)

func denialPlans() []plan {
	g := &group{
		title: "A call that is denied and logged",
		about: "jail with its default policy and a log of JSON lines; `strace -f --seccomp-bpf -e inject=chroot:error=EPERM`; a C tracer that\n" +
			"does as little as one can. All log to a file. Of the same call again and again jail writes the first, and then one line a\n" +
			"second with the count; of different ones a line each, with the path, who called and which rule. strace writes a line a call\n" +
			"with the path, the C tracer one with the registers. kernel errno: `jail --no-monitor`, which logs nothing.",
		base: "kernel errno", subject: "jail",
	}
	var all []plan
	for _, kind := range []struct{ name, calls string }{
		{"chroot, the same again and again", "same"},
		{"chroot, each with another path", "each"},
	} {
		for _, at := range []placement{together, anywhere} {
			all = append(all, plan{g, kind.name + ", " + at.String(),
				func(ctx context.Context, l *lab, r *row) error { return planDenial(ctx, l, r, kind.calls, at) }})
		}
	}
	return all
}

func planDenial(ctx context.Context, l *lab, r *row, kind string, at placement) error {
	calls, err := l.helper(ctx, "calls")
	if err != nil {
		return err
	}
	count := l.pick(3000, 500) // fewer than jail tells apart within a second
	work := []string{calls, kind, strconv.Itoa(count)}
	lines := 1
	if kind == "each" {
		lines = count + 1 // one more call warms up
	}
	tracer, missing := l.tracer(ctx)
	r.rounds = l.pick(21, 3)
	r.peers = []peer{
		{name: "kernel errno", measure: func(ctx context.Context) (float64, error) {
			return measured(ctx, at, append([]string{l.jail, "--no-monitor"}, work...))
		}},
		{name: "jail", measure: l.logged(at, lines, work, func(log string) []string {
			return []string{l.jail, "--log", log, "--log-format", "json"}
		})},
		{name: "minimal C tracer", missing: missing, measure: l.logged(at, count+1, work, func(log string) []string {
			return []string{tracer, log}
		})},
		{name: "strace", missing: absent("strace"), measure: l.logged(at, count+1, work, func(log string) []string {
			return []string{"strace", "-f", "--seccomp-bpf", "-e", "trace=chroot", "-e", "inject=chroot:error=EPERM", "-o", log}
		})},
	}
	return nil
}

// logged measures a command under a watcher that logs to a file, and makes sure
// that at least so many lines are in it.
func (l *lab) logged(at placement, lines int, work []string, watcher func(log string) []string) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		log := l.file("log")
		defer os.Remove(log)
		x, err := measured(ctx, at, append(watcher(log), work...))
		if err != nil {
			return 0, err
		}
		text, err := os.ReadFile(log)
		if err != nil {
			return 0, err
		}
		if n := bytes.Count(text, []byte("\n")); n < lines {
			return 0, fmt.Errorf("%d lines logged, %d expected", n, lines)
		}
		return x, nil
	}
}

// tracer builds the minimal tracer; missing says why it can't be had.
func (l *lab) tracer(ctx context.Context) (path, missing string) {
	path, err := l.helper(ctx, "tracer")
	if err != nil {
		return "", "does not build here (x86_64 only)"
	}
	return path, ""
}
