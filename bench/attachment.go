package main

import (
	"context"
	"strconv"
)

func attachmentPlans() []plan {
	g := &group{
		title: "Being watched, without a call to answer",
		about: "What ptrace costs where no call is denied: a tracee stops for each signal, new thread and new process.",
		base:  "bare", subject: "jail",
	}
	var all []plan
	for _, kind := range []struct {
		name, life  string
		many, quick int // per round
	}{
		{"a signal to itself", "signals", 5000, 1000},
		{"a thread created and joined", "threads", 2500, 200},
		{"a process: vfork, exec, exit, wait", "processes", 200, 20},
	} {
		for _, at := range []placement{together, anywhere} {
			all = append(all, plan{g, kind.name + ", " + at.String(),
				func(ctx context.Context, l *lab, r *row) error {
					r.rounds = l.pick(21, 3)
					return planAttachment(ctx, l, r, kind.life, l.pick(kind.many, kind.quick), at)
				}})
		}
	}
	return all
}

func planAttachment(ctx context.Context, l *lab, r *row, kind string, count int, at placement) error {
	bins, err := l.helpers(ctx, "life", "true")
	if err != nil {
		return err
	}
	tracer, missing := l.tracer(ctx)
	add := func(name, missing string, prefix ...string) {
		argv := append(prefix, bins[0], kind, strconv.Itoa(count), bins[1])
		r.peers = append(r.peers, peer{name: name, missing: missing,
			measure: func(ctx context.Context) (float64, error) { return measured(ctx, at, argv) }})
	}
	add("bare", "")
	add("jail", "", l.jail)
	add("jail --no-monitor", "", l.jail, "--no-monitor")
	add("minimal C tracer", missing, tracer, "/dev/null")
	add("strace", absent("strace"), "strace", "-f", "--seccomp-bpf", "-e", "trace=chroot", "-e", "signal=none", "-o", "/dev/null")
	return nil
}
