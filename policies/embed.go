// Package policies carries the built-in policies: the TOML files next to it,
// each written to be read.
package policies

import _ "embed"

// Builtin is a built-in policy as a list shows it.
type Builtin struct {
	Name        string
	Description string // the file's own, here so that a list need not parse it
}

var (
	//go:embed base.toml
	base string
	//go:embed cli.toml
	cli string
	//go:embed default.toml
	standard string
	//go:embed strict.toml
	strict string
	//go:embed web.toml
	web string
)

// All lists the built-ins.
func All() []Builtin {
	return []Builtin{
		{"default", "any program: about what containers may do"},
		{"web", "a network server: files, processes, TCP, UDP and Unix sockets"},
		{"cli", "a command-line program: files, pipes, processes, no network"},
		{"base", "what any program needs to start, allocate, run threads and end"},
		{"strict", "compute only: read and write what is open already; statically linked programs only"},
	}
}

// Names lists the names of the built-ins.
func Names() []string {
	all := All()
	names := make([]string, 0, len(all))
	for _, b := range all {
		names = append(names, b.Name)
	}
	return names
}

// Text returns the TOML of the built-in with that name.
func Text(name string) (text string, ok bool) {
	switch name {
	case "base":
		return base, true
	case "cli":
		return cli, true
	case "default":
		return standard, true
	case "strict":
		return strict, true
	case "web":
		return web, true
	}
	return "", false
}
