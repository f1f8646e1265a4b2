package syscalls_test

import (
	"slices"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

func TestNearest(t *testing.T) {
	constants := syscalls.ConstantNames(syscalls.X86_64)
	for _, test := range []struct {
		word string
		in   string
		want string
	}{
		{"opennat", "syscalls", "openat"},
		{"oepn", "syscalls", "open"}, // two letters swapped
		{"wirte", "syscalls", "write"},
		{"OPENAT", "syscalls", "openat"},
		{"epoll_wiat", "syscalls", "epoll_wait"},
		{"clock_getime", "syscalls", "clock_gettime"},
		{"frobnicate", "syscalls", ""},
		{"", "syscalls", ""},
		{"@netwrok-io", "groups", "@network-io"},
		{"@network_io", "groups", "@network-io"},
		{"@file-sytem", "groups", "@file-system"},
		{"network-io", "groups", "@network-io"},
		{"AF_INTE", "constants", "AF_INET"},
		{"af_inet6", "constants", "AF_INET6"},
		{"CLONE_NEWUSR", "constants", "CLONE_NEWUSER"},
		{"PR_SETNAME", "constants", "PR_SET_NAME"},
		{"syscall", "syscalls rule", "syscalls"},
		{"actoin", "action errno", "action"},
		{"ab", "cd ef", ""},
		{"ab", "ad cb", "ad"}, // the first of equals
		{strings.Repeat("x", 10000), "syscalls", ""},
	} {
		in := slices.Values(strings.Fields(test.in))
		switch test.in {
		case "syscalls":
			in = syscalls.Names()
		case "groups":
			in = syscalls.GroupNames()
		case "constants":
			in = constants
		}
		if got := syscalls.Nearest(test.word, in); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

// One slip in any name must lead back to a name that is one slip away.
func TestNearestOneSlip(t *testing.T) {
	for name := range syscalls.Names() {
		for i := range len(name) {
			slips := []string{
				name[:i] + name[i+1:],       // a letter dropped
				name[:i] + "#" + name[i:],   // added
				name[:i] + "#" + name[i+1:], // mistaken
			}
			if i > 0 {
				slips = append(slips, name[:i-1]+string(name[i])+string(name[i-1])+name[i+1:])
			}
			for _, word := range slips {
				if word == "" {
					continue
				}
				got := syscalls.Nearest(word, syscalls.Names())
				if got != name && distance(word, got) > 1 {
					t.Errorf("Nearest(%q) = %q, one slip from %q", word, got, name)
				}
			}
		}
	}
}

// Nearest must answer as a plain search by distance does.
func FuzzNearest(f *testing.F) {
	for _, seed := range []string{"opennat", "oepn", "AF_INTE", "x", "", "\xff\xfe", "clock_gettmie64x"} {
		f.Add(seed, "openat open AF_INET clock_gettime64 x y xy yx")
	}
	f.Fuzz(func(t *testing.T, word, candidates string) {
		if len(word) > 40 || len(candidates) > 200 {
			return
		}
		in := strings.Fields(candidates)
		got := syscalls.Nearest(word, slices.Values(in))
		want, best := "", max(1, len(word)/3)+1
		if word == "" {
			best = 0
		}
		for _, c := range in {
			if d := distance(word, c); d < best {
				want, best = c, d
			}
		}
		if got != want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", word, in, got, want)
		}
	})
}

// distance is optimal string alignment by the book.
func distance(a, b string) int {
	lower := func(s string) []byte {
		out := []byte(s)
		for i, c := range out {
			if 'A' <= c && c <= 'Z' {
				out[i] = c + 32
			}
		}
		return out
	}
	x, y := lower(a), lower(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
