// Gen writes the tables of package syscalls: z*.go in the directory that -o
// names. Numbers come from github.com/elastic/go-seccomp-bpf/arch and
// golang.org/x/sys/unix, at the versions that go.mod asks for; everything else
// from the files in data.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

func main() {
	dir := flag.String("o", ".", "directory to write to")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := generate()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the generated files by name. It reads the module cache and
// the embedded data, and writes nothing.
func generate() (map[string][]byte, error) {
	unix, err := loadUnix()
	if err != nil {
		return nil, err
	}
	abis, err := loadNumbers(unix)
	if err != nil {
		return nil, err
	}
	protos, err := loadPrototypes(abis)
	if err != nil {
		return nil, err
	}
	aliases, err := loadAliases(protos)
	if err != nil {
		return nil, err
	}
	sets, err := loadGroups(abis)
	if err != nil {
		return nil, err
	}
	constants, err := loadConstants(unix)
	if err != nil {
		return nil, err
	}
	files := map[string]*file{
		"znumbers.go":   emitNumbers(unix.kernel, abis, protos, constants),
		"zargs.go":      emitPrototypes(protos, aliases),
		"zgroups.go":    emitGroups(sets),
		"zconstants.go": emitConstants(constants),
		"zerrnos.go":    emitErrnos(unix),
	}
	out := map[string][]byte{}
	for name, f := range files {
		text, err := f.format()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = text
	}
	return out, nil
}

// sortedKeys returns the keys of m, ascending.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
