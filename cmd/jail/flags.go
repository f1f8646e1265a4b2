package main

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"jail/policy/syscalls"
)

const usage = `Usage: jail [FLAGS] PROGRAM [ARGUMENTS]
       jail check [--prove|--strict] POLICY...
                                   say what is wrong with a policy, all at once,
                                   or prove that its filter means what it says
       jail explain POLICY [CALL]  what a policy says, or says of a call, and why
       jail diff A B               what policy B lets through that A does not
       jail policies [NAME]        list the built-in policies, or print one
       jail import FORMAT FILE     a policy from docker's or systemd's format
       jail export FORMAT POLICY   the reverse; also to oci and minijail
       jail compile POLICY         the seccomp filter: --asm lists it, --raw writes it
       jail disasm FILE            list any seccomp filter
       jail version                versions, and what this kernel offers

Runs PROGRAM with only the system calls that a policy allows.

  -p, --policy FILE|NAME  the policy: a file (with a slash, or ending in .toml
                          or .json: a seccomp profile of Docker's) or a
                          built-in's name; without it: default
      --audit             dry run: deny nothing, log all that would be denied
      --no-monitor        leave it to the kernel: no extra process, no log of
                          denied calls
      --log DEST          where the log goes: stderr (the default), - for
                          stdout, a file (appended to), fd:N, or none
      --log-format FORMAT text (the default) or json, one object a line
      --summary           end the log with a table of what was counted
  -q, --quiet             no line per call; with --summary only the table
      --version           print the version
  -h, --help              print this

Flags end at PROGRAM; -- may stand before it. A sub-command is recognised as the
very first word only: "jail -- check" runs a program called check.

Exit status: 125 if jail itself failed, 126 if PROGRAM was found but could not be
run, 127 if it was not found; otherwise PROGRAM's own.
`

// options are the flags of the main command.
type options struct {
	policy    string
	audit     bool
	noMonitor bool
	log       string
	json      bool
	summary   bool
	quiet     bool
	version   bool
	help      bool
	program   []string // with its arguments
}

var errNoProgram = errors.New("no program given")

// parseOptions reads the flags up to the first word that is none.
func parseOptions(args []string) (*options, error) {
	o := &options{policy: "default", log: "stderr"}
	for len(args) > 0 {
		word := args[0]
		if word == "--" {
			args = args[1:]
			break
		}
		if len(word) < 2 || word[0] != '-' {
			break
		}
		args = args[1:]
		name, value, hasValue := strings.Cut(word, "=")
		if !strings.HasPrefix(word, "--") && len(word) > 2 && !hasValue {
			name, value, hasValue = word[:2], word[2:], true // -pweb
		}
		if set := o.switchFor(name); set != nil {
			if hasValue {
				return nil, fmt.Errorf("flag %s takes no value", name)
			}
			*set = true
			continue
		}
		set := o.setterFor(name)
		if set == nil {
			return nil, fmt.Errorf("unknown flag %s%s", name, meant(name, slices.Values(flagNames[:])))
		}
		if !hasValue {
			if len(args) == 0 {
				return nil, fmt.Errorf("flag %s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		if err := set(value); err != nil {
			return nil, err
		}
	}
	if o.noMonitor && o.summary {
		return nil, errors.New("--summary is the monitor's, and --no-monitor leaves it out")
	}
	o.program = args
	if len(args) == 0 && !o.help && !o.version {
		return nil, errNoProgram
	}
	return o, nil
}

// flagNames are the long forms, for suggestions.
var flagNames = [...]string{"--policy", "--audit", "--no-monitor", "--log", "--log-format", "--summary", "--quiet", "--version", "--help"}

// meant returns ` (did you mean X?)`, or "" where nothing is near.
func meant(word string, names iter.Seq[string]) string {
	if near := syscalls.Nearest(word, names); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

func (o *options) switchFor(name string) *bool {
	switch name {
	case "--audit":
		return &o.audit
	case "--no-monitor":
		return &o.noMonitor
	case "--summary":
		return &o.summary
	case "-q", "--quiet":
		return &o.quiet
	case "--version":
		return &o.version
	case "-h", "--help":
		return &o.help
	}
	return nil
}

func (o *options) setterFor(name string) func(string) error {
	switch name {
	case "-p", "--policy":
		return func(v string) error {
			o.policy = v
			return needed(name, v)
		}
	case "--log":
		return func(v string) error {
			o.log = v
			return needed(name, v)
		}
	case "--log-format":
		return func(v string) error {
			o.json = v == "json"
			if v != "json" && v != "text" {
				return fmt.Errorf("flag --log-format takes text or json, not %q", v)
			}
			return nil
		}
	}
	return nil
}

func needed(name, value string) error {
	if value == "" {
		return fmt.Errorf("flag %s needs a value", name)
	}
	return nil
}

// listening reports whether anyone wants to hear of what the monitor sees.
func (o *options) listening() bool {
	return !o.noMonitor && o.log != "none" && (!o.quiet || o.summary)
}
