package syscalls

import "iter"

// Nearest returns the candidate that word is most likely a misspelling of,
// the first of equals, or "" where none is near: at most a third of the
// word's bytes, and at least one, may be inserted, dropped, replaced or
// swapped with their neighbour (Damerau and Levenshtein's distance, optimal
// string alignment). Upper and lower case count as the same.
func Nearest(word string, in iter.Seq[string]) string {
	if word == "" || len(word) > 128 {
		return ""
	}
	best, limit := "", max(1, len(word)/3)
	var d distance
	for candidate := range in {
		n, near := d.within(word, candidate, limit)
		if !near {
			continue
		}
		if n == 0 {
			return candidate
		}
		best, limit = candidate, n-1 // only a better one replaces it
	}
	return best
}

// distance keeps three rows of the dynamic programme for the next pair.
type distance struct{ before, last, row []int }

// within returns the distance of a and b, and whether it is at most limit.
func (d *distance) within(a, b string, limit int) (int, bool) {
	if limit < 0 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return 0, false
	}
	if len(d.row) <= len(b) {
		n := len(b) + 32
		d.before, d.last, d.row = make([]int, n), make([]int, n), make([]int, n)
	}
	for j := 0; j <= len(b); j++ {
		d.last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		d.row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if fold(a[i-1]) == fold(b[j-1]) {
				cost = 0
			}
			n := min(d.last[j]+1, d.row[j-1]+1, d.last[j-1]+cost)
			if i > 1 && j > 1 && fold(a[i-1]) == fold(b[j-2]) && fold(a[i-2]) == fold(b[j-1]) {
				n = min(n, d.before[j-2]+1)
			}
			d.row[j] = n
			least = min(least, n)
		}
		if least > limit { // rows never get smaller again
			return 0, false
		}
		d.before, d.last, d.row = d.last, d.row, d.before
	}
	n := d.last[len(b)]
	return n, n <= limit
}

// fold lowers an ASCII letter: "af_inet" is meant to be AF_INET.
func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
