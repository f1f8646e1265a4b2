package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
	"jail/sandbox"
	"jail/sandbox/filter"
)

// run is the main command: it returns only when the program was not started.
func run(args []string) int {
	o, err := parseOptions(args)
	switch {
	case errors.Is(err, errNoProgram):
		printErr("jail: no program given\n\n" + usage)
		return sandbox.ExitFailed
	case err != nil:
		return fail("%v (see jail --help)", err)
	case o.help:
		return print(usage)
	case o.version:
		return print("jail " + version() + "\n")
	}
	if err := launch(o); err != nil {
		return report(err)
	}
	return sandbox.ExitFailed
}

// report prints why nothing was started.
func report(err error) int {
	var problems policy.Problems
	if errors.As(err, &problems) {
		printErr(problems.Error() + "\n")
		return fail("the policy has errors; nothing was started")
	}
	return fail("%v", err)
}

// launch turns this process into the program. What takes long runs side by
// side: the monitor starts while the policy is read and compiled.
func launch(o *options) error {
	log, err := openLog(o.log)
	if err != nil {
		return err
	}
	dispositions := async(func() (sandbox.Dispositions, error) {
		d, _ := sandbox.InheritedDispositions()
		return d, nil
	})
	var monitor func() (*aside, error)
	if o.listening() {
		monitor = async(func() (*aside, error) { return startMonitor(log) })
	}
	p, err := prepare(o)
	if err != nil {
		return err
	}
	if monitor != nil {
		a, err := monitor()
		if err != nil {
			return fmt.Errorf("cannot start the monitor: %w", err)
		}
		if p.monitored {
			if err := a.handOver(&p.handoff); err != nil {
				return fmt.Errorf("cannot watch the program: %w", err)
			}
		} else {
			unix.Close(a.socket) // nothing to watch: the monitor ends
		}
	}
	p.launch.Dispositions, _ = dispositions()
	return p.launch.Exec()
}

// prepared is all that a launch needs, made from the options alone.
type prepared struct {
	launch    sandbox.Launch
	monitored bool
	handoff   handoff
}

func prepare(o *options) (*prepared, error) {
	source := &policy.Recording{From: policySource()}
	pol, err := policy.Load(o.policy, source)
	if err != nil {
		return nil, err
	}
	rules, err := pol.Resolve(syscalls.Native())
	if err != nil {
		return nil, err
	}
	p := &prepared{monitored: o.listening() && filter.NeedsMonitor(rules, o.audit)}
	nonces, err := randomNonces()
	if err != nil {
		return nil, err
	}
	opt := filter.Options{Audit: o.audit, Monitor: p.monitored, LaunchNonce: nonces.launch}
	if p.monitored {
		opt.KillNonce = nonces.kill
	}
	program, err := filter.Compile(rules, opt)
	if err != nil {
		return nil, err
	}
	p.launch = sandbox.Launch{Hint: hint(o.program[0]), Argv: o.program, Env: sandbox.Environ(), Filter: program, Nonce: nonces.launch}
	p.handoff = handoff{
		PID:   uint32(unix.Getpid()),
		Audit: o.audit, JSON: o.json, Summary: o.summary, Quiet: o.quiet,
		KillNonce: nonces.kill, Policy: o.policy, Files: source.Files(),
	}
	return p, nil
}

// policySource is where policies come from: the files that this user may
// trust, and the built-ins.
func policySource() *profileSource {
	return &profileSource{OS: policy.OS{
		Builtin: policies.Text,
		Names:   policies.Names,
		Owners:  policy.Owners(os.Geteuid(), os.Getenv("SUDO_UID")),
	}}
}

type nonces struct {
	launch uint64
	kill   uint32
}

// randomNonces draws the numbers that only this launch knows; neither is 0.
func randomNonces() (n nonces, err error) {
	var b [12]byte
	for n.launch == 0 || n.kill == 0 {
		if got, err := unix.Getrandom(b[:], 0); err != nil || got != len(b) {
			return n, fmt.Errorf("cannot draw a random number: %w", err)
		}
		n.launch = binary.LittleEndian.Uint64(b[:])
		n.kill = binary.LittleEndian.Uint32(b[8:])
	}
	return n, nil
}

// async runs f on another thread and returns what waits for its result.
func async[T any](f func() (T, error)) func() (T, error) {
	type result struct {
		value T
		err   error
	}
	c := make(chan result, 1)
	go func() {
		v, err := f()
		c <- result{v, err}
	}()
	return func() (T, error) {
		r := <-c
		return r.value, r.err
	}
}

// hint is what to say of a program that is not there: its name may have been
// meant for jail itself.
func hint(program string) string {
	switch {
	case strings.Contains(program, "/"):
		return ""
	case program == "help":
		return " (did you mean jail --help?)"
	case policy.IsPath(program):
		return " (did you mean jail --policy " + program + "?)"
	}
	near := syscalls.Nearest(program, func(yield func(string) bool) {
		for _, c := range subcommands {
			if !yield(c.name) {
				return
			}
		}
	})
	if near == "" {
		return ""
	}
	return " (did you mean jail " + near + "?)"
}
