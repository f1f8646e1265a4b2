package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

func redisPlan(g *group, test string) plan {
	return plan{g, "redis-server under redis-benchmark -t " + test + " -P 1",
		func(_ context.Context, l *lab, r *row) error {
			r.rounds = l.pick(11, 3)
			planService(l, r, redis(l, test))
			return nil
		}}
}

func redis(l *lab, test string) *service {
	return &service{
		needs: []string{"redis-server", "redis-benchmark"},
		argv: func(port int) ([]string, error) {
			return []string{"redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port),
				"--save", "", "--appendonly", "no", "--dir", l.dir, "--loglevel", "warning"}, nil
		},
		drive: func(ctx context.Context, port int) (float64, error) {
			out, err := output(ctx, anywhere, "redis-benchmark", "-h", "127.0.0.1", "-p", strconv.Itoa(port),
				"-t", test, "-P", "1", "-n", strconv.Itoa(l.pick(60_000, 10_000)), "--csv")
			if err != nil {
				return 0, err
			}
			return redisRate(out)
		},
	}
}

// redisRate reads requests a second from redis-benchmark's CSV: a line of
// headings, then the name of the test, the rate, and latencies.
func redisRate(out string) (float64, error) {
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		return 0, err
	}
	for _, rec := range records {
		if len(rec) > 1 && rec[1] != "rps" {
			return number(rec[1])
		}
	}
	return 0, fmt.Errorf("redis-benchmark told no rate: %q", out)
}
