package main

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestRoundsInterleave(t *testing.T) {
	var order strings.Builder
	named := func(name string) peer {
		return peer{name: name, measure: func(context.Context) (float64, error) {
			order.WriteString(name)
			return 1, nil
		}}
	}
	gone := named("x")
	gone.missing = "not here"
	r := row{rounds: 4, peers: []peer{named("a"), named("b"), gone, named("c")}}
	res, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := order.String(); got != "abc"+"bca"+"cab"+"cab" {
		t.Errorf("order %s", got)
	}
	for i, want := range []int{4, 4, 0, 4} {
		if len(res.series[i]) != want {
			t.Errorf("peer %d: %d values, want %d", i, len(res.series[i]), want)
		}
	}
}

func TestFailureNamesThePeer(t *testing.T) {
	r := row{rounds: 1, peers: []peer{{name: "strace", measure: func(context.Context) (float64, error) {
		return 0, errors.New("no such file")
	}}}}
	if _, err := r.run(t.Context()); err == nil || err.Error() != "strace: no such file" {
		t.Errorf("err = %v", err)
	}
}
