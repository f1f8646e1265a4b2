package filter

import (
	"testing"

	"jail/policy"
	"jail/sandbox/bpf"
	"jail/sandbox/bpf/bpftest/libseccomp"
)

// BenchmarkCompile is what compiling adds to the start of every program.
func BenchmarkCompile(b *testing.B) {
	for _, bench := range []struct {
		name  string
		rules *policy.Rules
	}{{"server", hundredNames()}, {"docker", dockerLike()}, {"busy", busy()}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			o := Options{Monitor: true, LaunchNonce: launchNonce, KillNonce: killNonce}
			for b.Loop() {
				p, err := Compile(bench.rules, o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(p)), "instructions")
			}
		})
	}
}

// BenchmarkShape compares the programs with libseccomp's for the same policy:
// their length, and the instructions that a call takes on average over all
// numbers, and over those that the kernel can't answer from its cache of
// allowed numbers. The time is that of one round through all numbers.
func BenchmarkShape(b *testing.B) {
	l := libseccomp.New(b)
	names := []string{"server", "docker"}
	rules := []*policy.Rules{hundredNames(), dockerLike()}
	plainPrograms := l.Compile(b, libseccompFilters(b, libseccomp.Plain, rules)...)
	treePrograms := l.Compile(b, libseccompFilters(b, libseccomp.Tree, rules)...)
	for i, r := range rules {
		ours, err := Compile(r, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, bench := range []struct {
			name string
			p    bpf.Program
		}{{"jail", ours}, {"libseccomp", plainPrograms[i]}, {"libseccomp-tree", treePrograms[i]}} {
			b.Run(names[i]+"/"+bench.name, func(b *testing.B) { shape(b, r, bench.p) })
		}
	}
}

func shape(b *testing.B, r *policy.Rules, p bpf.Program) {
	round := func(visit func(nr uint32, steps int)) {
		for i := range r.Calls {
			_, steps, err := p.Run(&bpf.Data{Arch: r.ABI.Audit, Nr: r.Calls[i].Nr})
			if err != nil {
				b.Fatal(err)
			}
			visit(r.Calls[i].Nr, steps)
		}
	}
	for b.Loop() {
		round(func(uint32, int) {})
	}
	var all, uncached, worst, calls int
	round(func(nr uint32, steps int) {
		all += steps
		worst = max(worst, steps)
		if !constantlyAllowed(p, r.ABI.Audit, nr) {
			uncached += steps
			calls++
		}
	})
	b.ReportMetric(float64(len(p)), "instructions")
	b.ReportMetric(float64(all)/float64(len(r.Calls)), "steps/call")
	b.ReportMetric(float64(uncached)/float64(calls), "steps/uncached")
	b.ReportMetric(float64(worst), "steps/worst")
}
