package filter

import (
	"testing"

	"jail/policy"
)

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
