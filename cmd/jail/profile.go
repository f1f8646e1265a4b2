package main

import (
	"bytes"
	"strings"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/oci"
)

// profileSource is a source of policies that takes seccomp profiles of
// container engines for policies: what it hands out is a policy whose rules
// stand on the lines of the profile, and nothing behind it knows of JSON.
type profileSource struct {
	policy.OS
	losses []convert.Loss // of the profiles read
}

// Read implements policy.Source.
func (s *profileSource) Read(name string) (policy.File, error) {
	f, err := s.OS.Read(name)
	if err != nil || f.Builtin || !isProfile(f) {
		return f, err
	}
	made, err := oci.Inline(f.Data, f.Name, machineTarget())
	if err != nil {
		return policy.File{}, err
	}
	s.losses = append(s.losses, made.Losses...)
	f.Data = []byte(made.Policy)
	return f, nil
}

// isProfile reports whether a file is JSON: no policy starts with a brace.
func isProfile(f policy.File) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(f.Data, []byte("\ufeff")), " \t\r\n")
	return strings.HasSuffix(f.Name, ".json") || len(text) > 0 && text[0] == '{'
}
