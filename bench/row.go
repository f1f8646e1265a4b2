package main

import (
	"context"
	"fmt"
)

// A row is one thing that is measured, once for each of several peers that do
// it.
type row struct {
	group   *group
	name    string
	missing string // why nothing of it can be measured here; "" if something can
	unit    unit
	rounds  int
	peers   []peer
	notes   []string // what a reader has to know beside the figures

	remarked map[string]bool // peers of which a note tells already
}

// A peer is one way of doing what a row measures.
type peer struct {
	name    string
	missing string // why it can't be measured here; "" if it can
	measure func(context.Context) (float64, error)
}

// result is a row with its measurements, a series for each peer; a missing
// peer's is empty.
type result struct {
	row    *row
	series [][]float64
}

// run measures all peers in turn, round after round. Each round starts with
// another peer, so that none always comes after the same other one.
func (r *row) run(ctx context.Context) (*result, error) {
	res := &result{row: r, series: make([][]float64, len(r.peers))}
	if r.missing != "" {
		return res, nil
	}
	for round := range r.rounds {
		for i := range r.peers {
			at := (round + i) % len(r.peers)
			p := &r.peers[at]
			if p.missing != "" {
				continue
			}
			x, err := p.measure(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			res.series[at] = append(res.series[at], x)
		}
	}
	return res, nil
}

// find returns the index of a peer, or -1.
func (r *row) find(name string) int {
	for i := range r.peers {
		if r.peers[i].name == name {
			return i
		}
	}
	return -1
}
