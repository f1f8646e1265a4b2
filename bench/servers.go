package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

func serverPlans() []plan {
	g := &group{
		title: "Servers",
		about: "Requests a second over the loopback interface: more is better. jail with the policy web; strace with one call to trace.",
		base:  "bare", subject: "jail",
	}
	return []plan{redisPlan(g, "get"), redisPlan(g, "set"), nginxPlan(g)}
}

// A service is a server that can be started anew for every measurement, and
// what drives it.
type service struct {
	needs []string                                             // tools
	argv  func(port int) ([]string, error)                     // the server
	drive func(ctx context.Context, port int) (float64, error) // requests a second
}

// planService makes the row of a server without jail, under it, and under
// strace.
func planService(l *lab, r *row, s *service) {
	for _, tool := range s.needs {
		if why := absent(tool); why != "" {
			r.missing = why
		}
	}
	r.unit = perSecond
	add := func(name, why string, watcher func(log string) []string) {
		r.peers = append(r.peers, peer{name: name, missing: why,
			measure: func(ctx context.Context) (float64, error) {
				log := l.file("log")
				defer os.Remove(log)
				x, err := s.once(ctx, watcher(log))
				r.remark(name, log)
				return x, err
			}})
	}
	jail := []string{l.jail, "--policy", "web"}
	add("bare", "", func(string) []string { return nil })
	add("jail", "", func(log string) []string { return append(jail[:3:3], "--log", log) })
	add("jail --audit", "", func(log string) []string { return append(jail[:3:3], "--audit", "--log", log) })
	add("jail --no-monitor", "", func(string) []string { return append(jail[:3:3], "--no-monitor") })
	add("strace", absent("strace"), func(string) []string {
		return []string{"strace", "-f", "--seccomp-bpf", "-e", "trace=chroot", "-e", "signal=none", "-o", "/dev/null"}
	})
}

// once starts the server, drives it and stops it.
func (s *service) once(ctx context.Context, watcher []string) (float64, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	argv, err := s.argv(port)
	if err != nil {
		return 0, err
	}
	running, err := serve(ctx, port, append(watcher, argv...)...)
	if err != nil {
		return 0, err
	}
	x, err := s.drive(ctx, port)
	return x, errors.Join(err, running.stop())
}

// remark notes, once for each peer, that jail had something to log: a server
// that is denied something is not the same server.
func (r *row) remark(name, log string) {
	text, err := os.ReadFile(log)
	if err != nil || len(text) == 0 || r.remarked[name] {
		return
	}
	if r.remarked == nil {
		r.remarked = make(map[string]bool)
	}
	r.remarked[name] = true
	first, _, _ := bytes.Cut(text, []byte("\n"))
	r.notes = append(r.notes, fmt.Sprintf("%s logged %d lines, the first: `%s`", name, bytes.Count(text, []byte("\n")), first))
}
