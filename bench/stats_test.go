package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSummarise(t *testing.T) {
	for _, tc := range []struct {
		xs             []float64
		q1, median, q3 float64
	}{
		{[]float64{7}, 7, 7, 7},
		{[]float64{2, 1}, 1.25, 1.5, 1.75},
		{[]float64{3, 1, 2}, 1.5, 2, 2.5},
		{[]float64{4, 1, 3, 2}, 1.75, 2.5, 3.25},
		{[]float64{5, 3, 1, 4, 2}, 2, 3, 4},
		{[]float64{1, 1, 1, 1000}, 1, 1, 250.75},
	} {
		before := slices.Clone(tc.xs)
		s := summarise(tc.xs)
		if s.Q1 != tc.q1 || s.Median != tc.median || s.Q3 != tc.q3 || s.Measured != len(tc.xs) {
			t.Errorf("summarise(%v) = %+v, want %v %v %v", tc.xs, s, tc.q1, tc.median, tc.q3)
		}
		if !slices.Equal(before, tc.xs) {
			t.Errorf("summarise reordered %v to %v: pairs would be lost", before, tc.xs)
		}
	}
	if s := summarise(nil); !math.IsNaN(s.Median) || s.Measured != 0 {
		t.Errorf("summarise(nil) = %+v", s)
	}
}

// Quartiles split a series at a quarter, a half and three quarters of the way
// from its least to its greatest value.
func TestQuartilesSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		xs := make([]float64, 1+r.IntN(40))
		for i := range xs {
			xs[i] = float64(r.IntN(10))
		}
		s := summarise(xs)
		for _, q := range []struct{ at, share float64 }{{s.Q1, 0.25}, {s.Median, 0.5}, {s.Q3, 0.75}} {
			var below, above float64
			for _, x := range xs {
				if x < q.at {
					below++
				}
				if x > q.at {
					above++
				}
			}
			steps := float64(len(xs) - 1)
			if below > math.Ceil(q.share*steps) || above > math.Ceil((1-q.share)*steps) {
				t.Fatalf("%v: %v below and %v above %v, the quantile %v", xs, below, above, q.at, q.share)
			}
		}
	}
}

func TestRatiosArePaired(t *testing.T) {
	// The machine gets slower by half from round to round; the ratio stays.
	under := []float64{100, 150, 225}
	over := []float64{200, 300, 450, 99}
	if got := ratios(over, under); !slices.Equal(got, []float64{2, 2, 2}) {
		t.Errorf("ratios = %v", got)
	}
	if got := ratios(nil, under); len(got) != 0 {
		t.Errorf("ratios of nothing = %v", got)
	}
}
