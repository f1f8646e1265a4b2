package main

import (
	"fmt"
	"io"
	"strings"
)

// A group is a heading with one table below it. Its rows have the first peer in
// common, which the others are divided by, and the subject.
type group struct {
	title   string
	about   string // what a reader has to know before the figures
	base    string // name of the first peer
	subject string // name of the peer that is compared with each of the others
}

// unit says how a value reads and which way is better.
type unit int

const (
	nanoseconds unit = iota // printed as ns, µs or ms
	perSecond               // requests
)

func (u unit) format(x float64) string {
	switch {
	case u == perSecond:
		return fmt.Sprintf("%.0f/s", x)
	case x < 1000:
		return fmt.Sprintf("%.0f ns", x)
	case x < 1e5:
		return fmt.Sprintf("%.1f µs", x/1e3)
	case x < 1e6:
		return fmt.Sprintf("%.0f µs", x/1e3)
	}
	return fmt.Sprintf("%.2f ms", x/1e6)
}

// ratio prints with the digits that count.
func ratio(x float64) string {
	switch {
	case x < 0.1:
		return fmt.Sprintf("%.3f", x)
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// table writes results as Markdown while they come in.
type table struct {
	w     io.Writer
	group *group
	notes []string // of the present group's rows
}

// open starts the table of a group, unless it is the one that is open.
func (t *table) open(g *group) {
	if t.group == g {
		return
	}
	t.close()
	t.group = g
	fmt.Fprintf(t.w, "\n## %s\n\n%s\n\n", g.title, g.about)
	fmt.Fprintf(t.w, "| | | median | ÷ %s | quartiles | %s ÷ this |\n|---|---|--:|--:|--:|--:|\n", g.base, g.subject)
}

// close writes what is left to say of the group.
func (t *table) close() {
	for _, n := range t.notes {
		fmt.Fprintf(t.w, "\n%s\n", n)
	}
	t.notes, t.group = nil, nil
}

func (t *table) failed(r *row, err error) {
	t.open(r.group)
	t.line(r.name, "not measured: "+err.Error(), "", "", "", "")
}

func (t *table) result(res *result) {
	r := res.row
	t.open(r.group)
	if r.missing != "" {
		t.line(r.name, "not measured: "+r.missing, "", "", "", "")
		return
	}
	for i := range r.peers {
		t.peer(res, i)
	}
	for _, n := range r.notes {
		t.notes = append(t.notes, r.name+": "+n)
	}
}

// peer writes one line; the row's name stands in the first.
func (t *table) peer(res *result, i int) {
	p, series := &res.row.peers[i], res.series
	name := ""
	if i == 0 {
		name = res.row.name
	}
	if len(series[i]) == 0 {
		t.line(name, p.name, p.missing, "", "", "")
		return
	}
	var toBase, quartiles, toThis string
	if i > 0 {
		s := summarise(ratios(series[i], series[0]))
		toBase, quartiles = "**"+ratio(s.Median)+"**", ratio(s.Q1)+"–"+ratio(s.Q3)
	}
	if at := res.row.find(t.group.subject); i > 0 && at >= 0 && at != i {
		toThis = ratio(summarise(ratios(series[at], series[i])).Median)
	}
	t.line(name, p.name, res.row.unit.format(summarise(series[i]).Median), toBase, quartiles, toThis)
}

func (t *table) line(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.NewReplacer("\n", "; ", "|", "\\|").Replace(c)
	}
	fmt.Fprintf(t.w, "| %s |\n", strings.Join(cells, " | "))
}
