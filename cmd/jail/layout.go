package main

import (
	"strconv"
	"strings"
	"unicode"
)

// How what the commands print is laid out.

// harmless replaces what a terminal would act on: names in a policy may come
// from anywhere.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return '?'
		}
		return r
	}, text)
}

// wrapped appends words, joined, in lines of at most 100 columns that start
// with the indent.
func wrapped(b *strings.Builder, indent string, words []string, sep string) {
	const most = 100
	column := 0
	for i, word := range words {
		if i < len(words)-1 {
			word += sep
		}
		switch {
		case column == 0:
			b.WriteString(indent + word)
			column = len(indent) + len(word)
		case column+1+len(word) > most:
			b.WriteString("\n" + indent + word)
			column = len(indent) + len(word)
		default:
			b.WriteString(" " + word)
			column += 1 + len(word)
		}
	}
	if column > 0 {
		b.WriteByte('\n')
	}
}

// table appends rows with aligned columns.
func table(b *strings.Builder, indent string, rows [][]string) {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", width[i]-len([]rune(cell))+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// padFirst makes the first cells of several tables equally wide.
func padFirst(tables ...[][]string) {
	width := 0
	for _, t := range tables {
		for _, row := range t {
			width = max(width, len([]rune(row[0])))
		}
	}
	for _, t := range tables {
		for _, row := range t {
			row[0] += strings.Repeat(" ", width-len([]rune(row[0])))
		}
	}
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}
