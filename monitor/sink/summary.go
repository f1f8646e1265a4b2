package sink

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jail/monitor/event"
)

// summaryRows bounds the rows of a Summary that a program can cause.
const summaryRows = 4096

// Summary keeps exact totals by verdict, syscall and rule, and of each the
// first call as an example. Memory is bounded: calls beyond 4,096 rows are
// counted in one row a verdict, whose syscall and rule read "(other)". The zero
// value is ready. Not for concurrent use.
type Summary struct {
	rows map[rowKey]*row
}

type rowKey struct {
	verdict event.Verdict
	syscall string
	rule    string
}

type row struct {
	rowKey
	count   uint64
	example string
	order   int // of first occurrence
}

// Add counts ev for as many calls as its Count says, and at least one.
func (s *Summary) Add(ev *event.Event) {
	key := rowKey{ev.Verdict, ev.Syscall, ev.Rule}
	r := s.rows[key]
	if r == nil {
		r = s.insert(key, ev.Call)
	}
	r.count += max(ev.Count, 1)
}

func (s *Summary) insert(key rowKey, example string) *row {
	if s.rows == nil {
		s.rows = make(map[rowKey]*row)
	}
	if len(s.rows) >= summaryRows {
		key = rowKey{key.verdict, "(other)", "(other)"}
		if r := s.rows[key]; r != nil {
			return r
		}
	}
	// The strings may be cut from larger ones, which would stay alive.
	key.syscall, key.rule = strings.Clone(key.syscall), strings.Clone(key.rule)
	r := &row{rowKey: key, example: strings.Clone(example), order: len(s.rows)}
	s.rows[key] = r
	return r
}

// Total returns the number of calls counted.
func (s *Summary) Total() uint64 {
	var n uint64
	for _, r := range s.rows {
		n += r.count
	}
	return n
}

// sorted returns the rows by count descending, then as they first occurred.
func (s *Summary) sorted() []*row {
	rows := make([]*row, 0, len(s.rows))
	for _, r := range s.rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *row) int {
		if a.count != b.count {
			return cmp.Compare(b.count, a.count)
		}
		return cmp.Compare(a.order, b.order)
	})
	return rows
}

// AppendSummary appends s in the given format: JSON as one object a line,
//
//	{"type":"summary","verdict":"denied","syscall":"openat","rule":"web.toml:14","count":7,"example":"openat(...)"}
//
// and text as a table of which each line starts with "jail: ". Where no call
// was counted, both say so: JSON as {"type":"summary","count":0}.
func AppendSummary(dst []byte, f Format, s *Summary) []byte {
	rows := s.sorted()
	if f == JSON {
		if len(rows) == 0 {
			return append(dst, `{"type":"summary","count":0}`+"\n"...)
		}
		for _, r := range rows {
			dst = appendRowJSON(dst, r)
		}
		return dst
	}
	if len(rows) == 0 {
		return append(dst, "jail: summary: no calls\n"...)
	}
	return appendTable(dst, rows)
}

func appendRowJSON(dst []byte, r *row) []byte {
	dst = append(dst, `{"type":"summary","verdict":"`...)
	dst = append(dst, r.verdict.String()...)
	dst = appendField(append(dst, '"'), "syscall", r.syscall)
	dst = appendField(dst, "rule", r.rule)
	dst = appendNumber(dst, "count", r.count)
	dst = appendField(dst, "example", r.example)
	return append(dst, "}\n"...)
}

// appendTable appends the rows with their columns aligned.
func appendTable(dst []byte, rows []*row) []byte {
	table := make([][5]string, 1, len(rows)+1)
	table[0] = [5]string{"count", "verdict", "syscall", "rule", "first example"}
	for _, r := range rows {
		table = append(table, [5]string{
			strconv.FormatUint(r.count, 10), verdictWords(r.verdict),
			escaped(r.syscall), escaped(r.rule), r.example,
		})
	}
	var width [5]int
	for _, cells := range table {
		for i, c := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, cells := range table {
		dst = append(dst, "jail: "...)
		dst = pad(dst, width[0]-utf8.RuneCountInString(cells[0]))
		for i, c := range cells {
			dst = append(dst, c...)
			if i == len(cells)-1 {
				break
			}
			if i > 0 { // the first is aligned to the right
				dst = pad(dst, width[i]-utf8.RuneCountInString(c))
			}
			dst = pad(dst, 2)
		}
		dst = append(dst, '\n')
	}
	return dst
}

func escaped(s string) string { return string(event.AppendEscaped(nil, s, 0)) }

func pad(dst []byte, n int) []byte {
	for ; n > 0; n-- {
		dst = append(dst, ' ')
	}
	return dst
}
