package main

import (
	"errors"
	"fmt"
	"go/constant"
	"strconv"
	"strings"
)

// constants maps each name to its values by GOARCH; an architecture that
// lacks the name has no entry.
type constants map[string]map[string]uint64

// loadConstants merges x/sys's constants with those of data/constants-more.tsv.
func loadConstants(u *unixPackage) (constants, error) {
	out := constants{}
	var errs []error
	for _, goarch := range goarches {
		for name, v := range u.byArch[goarch].values {
			if !isConstant(name) {
				continue
			}
			n, err := bits64(v)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
				continue
			}
			errs = append(errs, out.add(name, goarch, n))
		}
	}
	errs = append(errs, out.addMore())
	return out, errors.Join(errs...)
}

// isConstant tells the kernel's names from Go's.
func isConstant(name string) bool {
	for _, c := range name {
		if c != '_' && !('A' <= c && c <= 'Z') && !('0' <= c && c <= '9') {
			return false
		}
	}
	return true
}

// bits64 returns the value as 64 bits, a negative one sign-extended.
func bits64(v constant.Value) (uint64, error) {
	if n, exact := constant.Uint64Val(v); exact {
		return n, nil
	}
	if n, exact := constant.Int64Val(v); exact {
		return uint64(n), nil
	}
	return 0, fmt.Errorf("%s does not fit in 64 bits", v)
}

func (c constants) add(name, goarch string, value uint64) error {
	if c[name] == nil {
		c[name] = map[string]uint64{}
	}
	if old, ok := c[name][goarch]; ok && old != value {
		return fmt.Errorf("%s on %s is both %#x and %#x", name, goarch, old, value)
	}
	c[name][goarch] = value
	return nil
}

// addMore reads constants that x/sys lacks: GOARCHes or *, name, value. Where
// x/sys has another value than the kernel, a fourth field gives x/sys's, and
// the kernel's replaces it.
func (c constants) addMore() error {
	records, err := readTSV("constants-more.tsv")
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range records {
		if err := c.addRecord(r.fields); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.where, err))
		}
	}
	return errors.Join(errs...)
}

func (c constants) addRecord(fields []string) error {
	if len(fields) < 3 {
		return errors.New("want architectures, name, value")
	}
	name := fields[1]
	value, err := strconv.ParseInt(fields[2], 0, 64)
	if err != nil {
		return err
	}
	arches := goarches
	if fields[0] != "*" {
		arches = strings.Split(fields[0], ",")
	}
	for _, goarch := range arches {
		if len(fields) > 3 {
			wrong, err := strconv.ParseUint(fields[3], 0, 64)
			if err != nil {
				return err
			}
			if old, ok := c[name][goarch]; !ok || old != wrong {
				return fmt.Errorf("%s on %s is not %#x but %#x", name, goarch, wrong, old)
			}
			delete(c[name], goarch)
		}
		if err := c.add(name, goarch, uint64(value)); err != nil {
			return err
		}
	}
	return nil
}
