package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"jail/policy/oci"
	"jail/policy/syscalls"
	"jail/sandbox/filter"
)

const compileUsage = `Usage: jail compile [FLAGS] POLICY

Compiles a policy, a file or a built-in's name, to the seccomp filter that the
kernel runs on every call, for use without jail: no monitor, what is denied fails
without a log, what is logged is in the kernel's audit log.

      --asm        list its instructions with the names of what they compare
      --raw        write its bytes, struct sock_filter after struct sock_filter,
                   as bwrap --seccomp FD takes them
      --json       write it as the OCI's JSON (jail export oci does the same), and
                   say what that can't express
  -o, --output FILE  where to; the file is replaced as a whole. Without it: stdout
      --arch ARCH  x86_64 or aarch64; without it this machine's
      --audit      a filter that denies nothing and has the kernel log what would be

Without --asm, --raw or --json it says how long the filter is.
`

type compileFlags struct {
	asm, raw, json, audit, help bool
	arch, output                string
}

var errTwoFormats = errors.New("only one of --asm, --raw and --json, and no --audit with --json")

func compile(args []string) int {
	var f compileFlags
	words, err := subFlags(args,
		map[string]*bool{"--asm": &f.asm, "--raw": &f.raw, "--json": &f.json, "--audit": &f.audit, "--help": &f.help, "-h": &f.help},
		map[string]*string{"--arch": &f.arch, "-o": &f.output, "--output": &f.output})
	switch {
	case err != nil:
		return badUsage("compile", err)
	case f.help:
		return print(compileUsage)
	case len(words) == 0:
		return subUsage(nil, compileUsage)
	case len(words) > 1:
		return badUsage("compile", fmt.Errorf("one policy at a time, not %q as well", words[1]))
	case f.asm && f.raw || f.json && (f.asm || f.raw || f.audit):
		return badUsage("compile", errTwoFormats)
	}
	abi := syscalls.Native()
	if f.arch != "" {
		abis, err := abisFor(f.arch)
		if err != nil {
			return badUsage("compile", err)
		}
		abi = abis[0]
	}
	return f.compile(words[0], abi)
}

func (f *compileFlags) compile(ref string, abi *syscalls.ABI) int {
	r, err := readPolicy(ref, []*syscalls.ABI{abi})
	if err != nil {
		return unreadable(ref, err)
	}
	if f.json {
		out, err := oci.Export(r.rules[0], oci.OCI)
		if err != nil {
			return unconvertible(err)
		}
		return deliver(out, f.output, false)
	}
	o := filter.Options{Audit: f.audit}
	program, err := filter.Compile(r.rules[0], o)
	if err != nil {
		return fail("%s: %v", ref, err)
	}
	title := ref + " for " + abi.Name
	if f.audit {
		title += ", audit"
	}
	out := fmt.Sprintf("%s: %d instructions, %d bytes (--asm lists them, --raw writes them)\n", title, len(program), len(program.Encode()))
	switch {
	case f.asm:
		out = "; " + title + "\n" + list(program, r.rules[0], o)
	case f.raw:
		out = string(program.Encode())
	}
	if f.output != "" && f.output != "-" {
		if err := writeWhole(f.output, out); err != nil {
			return fail("%v; nothing was written", err)
		}
		return 0
	}
	if f.raw && isTerminal(os.Stdout) {
		return fail("the bytes of a filter are nothing for a terminal: redirect them, or give -o FILE")
	}
	if f.raw {
		return printBytes([]byte(out))
	}
	return print(out)
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
