package main

import (
	"errors"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	first := &group{"Launch", "From fork to reaped.", "bare", "jail"}
	second := &group{"Servers", "More is better.", "bare", "jail"}
	var b strings.Builder
	out := table{w: &b}
	r := &row{
		group: first, name: "a static program",
		peers: []peer{{name: "bare"}, {name: "jail"}, {name: "nsjail", missing: "not installed"}, {name: "strace"}},
		notes: []string{"a note."},
	}
	out.result(&result{row: r, series: [][]float64{{1000, 2000, 1000}, {3000, 8000, 2000}, nil, {8000, 16000, 4000}}})
	out.failed(&row{group: first, name: "another"}, errors.New("no\nluck"))
	out.result(&result{
		row:    &row{group: second, name: "httpd", unit: perSecond, peers: []peer{{name: "bare"}, {name: "jail"}}},
		series: [][]float64{{1000}, {50}},
	})
	out.result(&result{row: &row{group: second, name: "sshd", missing: "no keys"}})
	out.close()
	want := `
## Launch

From fork to reaped.

| | | median | ÷ bare | quartiles | jail ÷ this |
|---|---|--:|--:|--:|--:|
| a static program | bare | 1.0 µs |  |  |  |
|  | jail | 3.0 µs | **3.00** | 2.50–3.50 |  |
|  | nsjail | not installed |  |  |  |
|  | strace | 8.0 µs | **8.00** | 6.00–8.00 | 0.50 |
| another | not measured: no; luck |  |  |  |  |

a static program: a note.

## Servers

More is better.

| | | median | ÷ bare | quartiles | jail ÷ this |
|---|---|--:|--:|--:|--:|
| httpd | bare | 1000/s |  |  |  |
|  | jail | 50/s | **0.050** | 0.050–0.050 |  |
| sshd | not measured: no keys |  |  |  |  |
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestUnits(t *testing.T) {
	for _, tc := range []struct {
		u    unit
		x    float64
		want string
	}{
		{nanoseconds, 58.4, "58 ns"},
		{nanoseconds, 12345, "12.3 µs"},
		{nanoseconds, 123456, "123 µs"},
		{nanoseconds, 2.345e6, "2.35 ms"},
		{perSecond, 61234.5, "61234/s"},
	} {
		if got := tc.u.format(tc.x); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.x, got, tc.want)
		}
	}
}
