// Package prove shows that a compiled filter is its policy.
//
// A filter and a policy can tell calls apart only by the comparisons that they
// make. Those of the policy are in its rules, those of the filter are read off
// its instructions; together they divide all calls, of every architecture,
// number and arguments, into finitely many classes, within which neither can
// change its answer. One call of each class is put to both. What holds for
// these holds for all.
package prove

import (
	"fmt"
	"slices"

	"jail/policy"
	"jail/policy/space"
	"jail/policy/syscalls"
	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

// Report says what was compared, and what came out.
type Report struct {
	ABI         *syscalls.ABI
	Numbers     int    // call numbers of the ABI that were tried
	Foreign     int    // architectures other than the ABI's that were tried
	Classes     uint64 // of calls, in all architectures
	Comparisons uint64 // calls put to both: one of each class, and the same with all bits set that neither looks at

	Instructions int     // of the program
	Average      float64 // executed for a call: the mean over its classes, then over the ABI's calls, all weighing the same
	Worst        int     // executed for any call

	Counterexample *Counterexample // the first call that they answer differently; nil if the program is proven
}

// maxClasses is the most that is walked for one filter, some seconds' work.
const maxClasses = 1 << 24

// Prove compares p with what filter.Expected demands of a program for r and o.
// r must be one that filter.Compile takes.
//
// An error says why neither a proof nor a counterexample can be had: p is no
// valid filter or not of the shape that the comparisons can be read off, or
// the conditions on one call have too many outcomes to be walked.
func Prove(r *policy.Rules, o filter.Options, p bpf.Program) (Report, error) {
	v := prover{rules: r, options: o, program: p}
	v.report = Report{ABI: r.ABI, Instructions: len(p)}
	if r.ABI == syscalls.X32 {
		return v.report, fmt.Errorf("no filter has the ABI %s for its own", r.ABI.Name)
	}
	arches, err := v.arches()
	if err != nil {
		return v.report, err
	}
	for _, arch := range arches {
		if err := v.arch(arch); err != nil || v.report.Counterexample != nil {
			return v.report, err
		}
	}
	if v.calls > 0 {
		v.report.Average = v.steps / float64(v.calls)
	}
	return v.report, nil
}

type prover struct {
	rules   *policy.Rules
	options filter.Options
	program bpf.Program
	report  Report

	planned uint64 // classes of the numbers so far

	steps float64 // the calls' averages, added up
	calls int
}

// arch compares all calls through one architecture.
func (v *prover) arch(arch uint32) error {
	numbers, err := v.numbers(arch)
	if err != nil {
		return err
	}
	if arch == v.rules.ABI.Audit {
		v.report.Numbers = len(numbers)
	} else {
		v.report.Foreign++
	}
	for _, nr := range numbers {
		if err := v.number(arch, nr); err != nil || v.report.Counterexample != nil {
			return err
		}
	}
	return nil
}

// number compares all calls with one number: each class of arguments.
func (v *prover) number(arch, nr uint32) error {
	conditions, err := v.questions(arch, nr)
	if err != nil {
		return err
	}
	conditions = append(conditions, filter.Conditions(v.rules, v.options, nr)...)
	call := v.rules.Lookup(nr)
	own := arch == v.rules.ABI.Audit && !v.rules.ABI.IsForeign(nr) && call != nil
	if own {
		for i := range call.Clauses {
			conditions = append(conditions, call.Clauses[i].When)
		}
	}
	classes, ok := space.New(conditions...)
	if ok {
		v.planned += min(classes.Count(), maxClasses+1)
	}
	if !ok || v.planned > maxClasses {
		return fmt.Errorf("the conditions up to those on %s have too many outcomes to be walked, more than %d: fewer separate tests of flags, or one mask for several, would do", callName(v.rules.ABI, arch, nr), maxClasses)
	}
	free := classes.Free()
	steps := 0
	equal := classes.Walk(func(args *[6]uint64) bool {
		for range 2 {
			n, ok := v.compare(bpf.Data{Arch: arch, Nr: nr, Args: *args})
			if !ok {
				return false
			}
			steps += n
			for i := range args {
				args[i] |= free[i]
			}
		}
		v.report.Classes++
		return true
	})
	if own && equal {
		v.steps += float64(steps) / float64(2*classes.Count())
		v.calls++
	}
	return nil
}

// compare puts one call to both, and keeps it if they disagree.
func (v *prover) compare(d bpf.Data) (steps int, ok bool) {
	want := filter.Expected(v.rules, v.options, &d)
	got, steps, err := v.program.Run(&d)
	v.report.Comparisons++
	v.report.Worst = max(v.report.Worst, steps)
	if err == nil && got == want {
		return steps, true
	}
	v.report.Counterexample = &Counterexample{
		ABI: v.rules.ABI, Call: d, Want: want, Got: got, Err: err,
		Origin: v.origin(&d),
	}
	return steps, false
}

// origin returns the rule that decides d.
func (v *prover) origin(d *bpf.Data) string {
	rule := v.rules.Decide(d.Arch, d.Nr, &d.Args).Rule
	if rule < 0 || rule >= len(v.rules.Origins) {
		return ""
	}
	return v.rules.Origins[rule]
}

// arches returns one architecture of each class that the program tells apart,
// the policy's own first, and all that have a name.
func (v *prover) arches() ([]uint32, error) {
	own := v.rules.ABI.Audit
	found, err := v.comparisons(bpf.OffArch, nothing)
	if err != nil {
		return nil, err
	}
	starts, err := borders(found)
	if err != nil {
		return nil, err
	}
	starts = append(starts, 0, own-1, own+1, ^uint32(0))
	for _, abi := range syscalls.ABIs() {
		starts = append(starts, abi.Audit)
	}
	starts = slices.DeleteFunc(distinct(starts), func(a uint32) bool { return a == own })
	return slices.Insert(starts, 0, own), nil
}

// numbers returns one number of each class that the program and the policy
// tell apart, all up to 256 beyond the table, and those around the borders of
// x32 and of the negative ones.
func (v *prover) numbers(arch uint32) ([]uint32, error) {
	found, err := v.comparisons(bpf.OffNr, func(off uint32) (uint32, bool) { return arch, off == bpf.OffArch })
	if err != nil {
		return nil, err
	}
	list, err := borders(found)
	if err != nil {
		return nil, err
	}
	for nr := range v.rules.ABI.Max() + 257 {
		list = append(list, nr)
	}
	for nr := uint32(511); nr <= 548; nr++ {
		list = append(list, nr)
	}
	for i := range v.rules.Calls {
		nr := v.rules.Calls[i].Nr
		list = append(list, nr, nr+1)
	}
	for _, nr := range [...]uint32{syscalls.X32Bit, 2 * syscalls.X32Bit, 3 * syscalls.X32Bit, 1 << 31, 0} {
		list = append(list, nr-1, nr, nr+1)
	}
	return distinct(list), nil
}

func distinct(list []uint32) []uint32 {
	slices.Sort(list)
	return slices.Compact(list)
}
