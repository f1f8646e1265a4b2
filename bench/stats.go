package main

import (
	"math"
	"slices"
)

// summary is what a series of measurements comes to.
type summary struct {
	Median   float64
	Q1, Q3   float64 // the quartiles: half of the series lies between them
	Measured int
}

// summarise returns the median and the quartiles of xs, interpolated linearly
// between neighbours (type 7 of Hyndman and Fan, the default of R and NumPy).
// NaN for an empty series.
func summarise(xs []float64) summary {
	sorted := slices.Sorted(slices.Values(xs))
	return summary{
		Median:   quantile(sorted, 0.5),
		Q1:       quantile(sorted, 0.25),
		Q3:       quantile(sorted, 0.75),
		Measured: len(xs),
	}
}

// quantile returns the q-th quantile of a sorted series, 0 <= q <= 1.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// ratios divides two series pair by pair. The i-th values of both were measured
// one right after the other, so that a disturbance that lasts longer than a
// round leaves the ratio as it is. A surplus at the end of one is left out.
func ratios(over, under []float64) []float64 {
	n := min(len(over), len(under))
	out := make([]float64, 0, n)
	for i := range n {
		out = append(out, over[i]/under[i])
	}
	return out
}
