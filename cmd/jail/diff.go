package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"jail/policy"
	"jail/policy/compare"
	"jail/policy/syscalls"
)

// differs is the exit status where policies differ in a way that was asked for.
const differs = 1

const diffUsage = `Usage: jail diff [FLAGS] A B

Says what policy B lets through that A does not, and the reverse: by call, by
condition, and with the rules behind both answers. It compares what the policies
mean, not how they are written.

      --fail-on WHAT   exit 1 when B is: looser, stricter, or any (the default):
                       different in any way
      --arch ARCH      for x86_64 or aarch64 alone; without it for both
      --json           one JSON document

Exit status: 0 if the policies mean the same, or differ in no way that --fail-on
asks for; 1 if they do; 125 if one cannot be read.
`

type diffOptions struct {
	help, json   bool
	failOn, arch string
	refs         [2]string
}

func parseDiff(args []string) (o diffOptions, abis []*syscalls.ABI, err error) {
	o.failOn = "any"
	words, err := subFlags(args,
		map[string]*bool{"-h": &o.help, "--help": &o.help, "--json": &o.json},
		map[string]*string{"--fail-on": &o.failOn, "--arch": &o.arch})
	if err != nil || o.help {
		return o, nil, err
	}
	if !slices.Contains([]string{"any", "looser", "stricter"}, o.failOn) {
		return o, nil, fmt.Errorf("flag --fail-on takes looser, stricter or any, not %q", o.failOn)
	}
	if len(words) != 2 {
		return o, nil, errors.New("two policies are compared")
	}
	o.refs = [2]string(words)
	abis, err = abisFor(o.arch)
	return o, abis, err
}

// diff says how two policies differ in meaning.
func diff(args []string) int {
	o, abis, err := parseDiff(args)
	switch {
	case err != nil:
		return badUsage("diff", err)
	case o.help:
		return print(diffUsage)
	}
	sides, abis, err := readPolicies(o.refs[:], abis)
	if err != nil {
		return unreadable("", err)
	}
	d := &difference{a: sides[0], b: sides[1], abis: abis}
	if err := d.find(); err != nil {
		return fail("%v", err)
	}
	code := 0
	if o.json {
		code = printJSON(d.json())
	} else {
		code = print(d.text())
	}
	if code == 0 && d.fails(o.failOn) {
		code = differs
	}
	return code
}

// difference is what two policies differ in, on all ABIs that were asked for.
type difference struct {
	a, b    *reading
	abis    []*syscalls.ABI
	entries []*entry
}

// entry is one difference in one call, or in all calls of a kind.
type entry struct {
	compare.Difference
	name    string // of the call; words for a kind
	when    []string
	example string
	answers [2]string
	origins [2]string // the rules behind the answers
	rules   [2]*policy.Rules
	abis    []*syscalls.ABI
}

func (d *difference) fails(on string) bool {
	return slices.ContainsFunc(d.entries, func(e *entry) bool { return on == "any" || on == e.Change.String() })
}

// find compares on each ABI and joins what is the same on all.
func (d *difference) find() error {
	for i, abi := range d.abis {
		a, b := d.a.rules[i], d.b.rules[i]
		found, err := compare.Compare(a, b)
		if err != nil {
			return tooComplex(abi, err)
		}
		for _, x := range found {
			d.add(newEntry(abi, a, b, x))
		}
	}
	slices.SortStableFunc(d.entries, func(x, y *entry) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.name, y.name))
	})
	return nil
}

func newEntry(abi *syscalls.ABI, a, b *policy.Rules, x compare.Difference) *entry {
	e := &entry{Difference: x, abis: []*syscalls.ABI{abi}, rules: [2]*policy.Rules{a, b}}
	e.answers = [2]string{answerText(x.A), answerText(x.B)}
	e.origins = [2]string{originsText(a, x.RulesA), originsText(b, x.RulesB)}
	switch x.Kind {
	case compare.Unknown:
		e.name = "any number that no table knows"
	case compare.Foreign:
		e.name = "any call through another ABI"
	default:
		e.name = abi.Syscall(x.Nr)
		w := writerOf(abi, x.Nr)
		if w.Text(x.When) != compare.Always {
			e.when = w.Lines(x.When)
			e.example = callText(abi, x.Nr, x.Witness)
		}
	}
	return e
}

// same reports whether two entries say the same of what they are about.
func (e *entry) same(o *entry) bool {
	return e.Kind == o.Kind && e.answers == o.answers && e.origins == o.origins && slices.Equal(e.when, o.when) &&
		compare.Same(e.A, o.A) && compare.Same(e.B, o.B)
}

func (d *difference) add(e *entry) {
	for _, o := range d.entries {
		if o.name == e.name && o.same(e) {
			o.abis = append(o.abis, e.abis...)
			return
		}
	}
	d.entries = append(d.entries, e)
}

// only says for which ABIs an entry holds, "" where it does for all that have
// the call.
func (d *difference) only(e *entry) string {
	var names []string
	all := true
	for _, abi := range d.abis {
		if slices.Contains(e.abis, abi) {
			names = append(names, abi.Name)
			continue
		}
		_, has := abi.Number(e.name)
		all = all && e.Kind == compare.Table && !has
	}
	if all {
		return ""
	}
	return strings.Join(names, ", ")
}
