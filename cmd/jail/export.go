package main

import (
	"errors"
	"fmt"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/oci"
	"jail/policy/syscalls"
)

// exportFormat is a format that policies can be turned into.
type exportFormat struct {
	word    string
	what    string // a line for people
	convert func(p *exported) (convert.Result, error)
}

func exportFormats() []exportFormat {
	return []exportFormat{
		{"docker", "a seccomp profile for docker run --security-opt seccomp=FILE", exportDocker},
		{"oci", "linux.seccomp of an OCI config.json", exportOCI},
		{"systemd", "directives of a unit, as a drop-in: FILE in NAME.service.d/", exportSystemd},
		{"minijail", "a policy file for minijail0 -S FILE", exportMinijail},
	}
}

const exportUsage = `Usage: jail export FORMAT [FLAGS] POLICY

Turns a policy, a file or a built-in's name, into another program's format, and
says what could not be kept. Where that format can't say what the policy does,
the result is stricter; only a systemd unit, which knows little of arguments,
can let more through: those losses begin with "looser".

%s
  -o, --output FILE  write the result there; without it: to standard output
      --arch ARCH    x86_64 or aarch64; without it: this machine's
      --strict       fail, and write nothing, if anything could not be kept

Exit status: 0 if it was written, 1 if --strict forbids it, 125 if the policy
has errors.
`

// exported is a policy to be turned into another format.
type exported struct {
	ref    string // as the user named it
	policy *policy.Policy
	rules  *policy.Rules // for the architecture that was asked for
}

// exportPolicy is the sub-command export.
func exportPolicy(args []string) int {
	help := formatHelp(exportUsage, exportFormats(), func(f exportFormat) (string, string) { return f.word, f.what })
	if len(args) == 0 || isHelp(args[0]) {
		return subUsage(args, help)
	}
	for _, f := range exportFormats() {
		if f.word == args[0] {
			return exportTo(f, args[1:], help)
		}
	}
	return badUsage("export", unknownFormat(args[0], exportFormats(), func(f exportFormat) string { return f.word }))
}

func exportTo(f exportFormat, args []string, help string) int {
	var output, arch string
	var strict, asked bool
	refs, err := subFlags(args, map[string]*bool{"--strict": &strict, "-h": &asked, "--help": &asked},
		map[string]*string{"-o": &output, "--output": &output, "--arch": &arch})
	abi := syscalls.Native()
	if arch != "" {
		var known bool
		if abi, known = oci.ABIByArch(arch); !known && err == nil {
			err = fmt.Errorf("flag --arch takes x86_64 or aarch64, not %q", arch)
		}
	}
	switch {
	case err != nil:
		return badUsage("export", err)
	case asked:
		return print(help)
	case len(refs) != 1:
		return badUsage("export", errors.New("give one policy"))
	}
	p := &exported{ref: refs[0]}
	if p.policy, err = policy.Load(p.ref, policySource()); err == nil {
		p.rules, err = p.policy.Resolve(abi)
	}
	if err != nil {
		return unconvertible(err)
	}
	out, err := f.convert(p)
	if err != nil {
		return unconvertible(err)
	}
	return deliver(out, output, strict)
}

func exportDocker(p *exported) (convert.Result, error) { return oci.Export(p.rules, oci.Docker) }

func exportOCI(p *exported) (convert.Result, error) { return oci.Export(p.rules, oci.OCI) }
