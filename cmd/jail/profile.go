package main

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/oci"
	"jail/policy/syscalls"
)

// profileSource is a source of policies that takes seccomp profiles of
// container engines for policies: what it hands out is a policy whose rules
// stand on the lines of the profile, and nothing behind it knows of JSON.
type profileSource struct {
	policy.OS
	profiles bool           // one was read
	losses   []convert.Loss // of the profiles read
}

// Read implements policy.Source.
func (s *profileSource) Read(name string) (policy.File, error) {
	f, err := s.OS.Read(name)
	if isUnit(name, f, err) {
		return policy.File{}, errors.New(`is a systemd unit: make a policy of it with "jail import systemd ` + name + `"`)
	}
	if err != nil || f.Builtin || !isProfile(f) {
		return f, err
	}
	made, err := oci.Inline(f.Data, f.Name, machineTarget())
	if err != nil {
		return policy.File{}, err
	}
	s.profiles, s.losses = true, append(s.losses, made.Losses...)
	f.Data = []byte(made.Policy)
	return f, nil
}

// abis are those that what was read is good for: a profile's conditions are
// decided for this machine.
func (s *profileSource) abis() []*syscalls.ABI {
	if s.profiles {
		return []*syscalls.ABI{syscalls.Native()}
	}
	return policyABIs()
}

// notes says what of the profiles was not kept.
func (s *profileSource) notes() (out policy.Problems) {
	for _, l := range s.losses {
		p := policy.Problem{File: l.Where, Level: policy.LevelNote, Text: "not kept: " + l.Text}
		if i := strings.LastIndexByte(l.Where, ':'); i >= 0 {
			p.File = l.Where[:i]
			p.Line, _ = strconv.Atoi(l.Where[i+1:])
		}
		out = append(out, p)
	}
	return out
}

// isProfile reports whether a file is JSON: no policy starts with a brace.
func isProfile(f policy.File) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Data, []byte("\ufeff")), " \t\r\n")
	return strings.HasSuffix(f.Name, ".json") || len(text) > 0 && text[0] == '{'
}

// isUnit reports whether a name is that of a systemd unit, or of a file that
// is one.
func isUnit(name string, f policy.File, err error) bool {
	if !strings.HasSuffix(name, ".service") {
		return false
	}
	return !policy.IsPath(name) || err == nil && bytes.Contains(f.Data, []byte("[Service]"))
}
