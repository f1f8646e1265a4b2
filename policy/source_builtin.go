package policy

import (
	"errors"
	"os"
	"slices"
	"strings"

	"jail/policy/syscalls"
)

func (o *OS) builtin(name string) (File, error) {
	if o.Builtin != nil {
		if text, ok := o.Builtin(name); ok {
			return File{Name: name, Data: []byte(text), Builtin: true}, nil
		}
	}
	return File{}, o.noBuiltin(name)
}

// noBuiltin says what else the user can have meant.
func (o *OS) noBuiltin(name string) error {
	text := "is no built-in policy"
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return errors.New(text + "; for the file of that name write " + quote("./"+name))
	}
	if info, err := os.Stat(name + ".toml"); err == nil && !info.IsDir() {
		return errors.New(text + "; for the file write " + quote(name+".toml"))
	}
	if o.Names == nil {
		return errors.New(text)
	}
	names := o.Names()
	if near := syscalls.Nearest(name, slices.Values(names)); near != "" {
		return errors.New(text + meant(near))
	}
	return errors.New(text + "; there are " + strings.Join(names, ", "))
}
