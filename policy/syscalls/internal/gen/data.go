package main

import (
	"bufio"
	"embed"
	"fmt"
	"strings"
)

//go:embed data
var data embed.FS

// record is one line of a data file.
type record struct {
	where  string // "file:line", for errors
	fields []string
}

// readTSV returns the lines of a tab-separated data file. Empty lines and
// lines that begin with # are left out.
func readTSV(name string) ([]record, error) {
	f, err := data.Open("data/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []record
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		out = append(out, record{fmt.Sprintf("%s:%d", name, n), strings.Split(line, "\t")})
	}
	return out, in.Err()
}
