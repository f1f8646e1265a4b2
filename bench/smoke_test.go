package main

import (
	"regexp"
	"strings"
	"testing"

	"jail/sandbox/bpf/bpftest"
)

// The cheapest row runs from end to end, on the machine's own jail.
func TestSmoke(t *testing.T) {
	if why := absent("gcc"); why != "" {
		bpftest.Skip(t, why)
	}
	l, err := newLab(t.Context(), "", true)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	var b strings.Builder
	wanted := regexp.MustCompile(`getppid.*policy names$`)
	if err := measure(t.Context(), l, wanted, &table{w: &b}); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	for _, want := range []string{"## An allowed call\n", "| no filter | ", "| jail --no-monitor | "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	// The unit is the machine's to choose.
	if !regexp.MustCompile(` [nµm]s \| \*\*`).MatchString(b.String()) {
		t.Errorf("no ratio in:\n%s", b.String())
	}
	if n := strings.Count(b.String(), "| getppid"); n != 1 {
		t.Errorf("%d rows, 1 wanted", n)
	}
}

func TestRates(t *testing.T) {
	csv := "\"test\",\"rps\",\"avg_latency_ms\"\n\"GET\",\"61728.39\",\"0.4\"\n"
	if x, err := redisRate(csv); err != nil || x != 61728.39 {
		t.Errorf("redis-benchmark: %v, %v", x, err)
	}
	if _, err := redisRate("could not connect\n"); err == nil {
		t.Error("redis-benchmark: no error without a rate")
	}
	wrk := "  2 threads\n  61234 requests in 3.00s\nRequests/sec:  20411.33\nTransfer/sec: 1MB\n"
	if x, err := wrkRate(wrk); err != nil || x != 20411.33 {
		t.Errorf("wrk: %v, %v", x, err)
	}
	if _, err := wrkRate("  Non-2xx or 3xx responses: 5\n" + wrk); err == nil {
		t.Error("wrk: no error with bad responses")
	}
}
