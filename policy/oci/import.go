package oci

import (
	"jail/policy"
	"jail/policy/convert"
)

// Import translates a profile into a policy file that people can read and
// change: a whole one of Docker's or the runtime specification's linux.seccomp,
// or a config.json that holds one. Conditions of a Docker profile on
// capabilities, kernel and architecture are decided for the target. name is
// the file's, for messages.
//
// The error, if any, is a policy.Problems with everything that is wrong with
// the profile.
func Import(data []byte, name string, t Target) (convert.Result, error) {
	m, err := parse(data, name, t, true)
	if err != nil {
		return convert.Result{}, err
	}
	out := convert.Result{Policy: m.document(), Losses: m.losses}
	if err := verify(out.Policy, name, t); err != nil {
		return convert.Result{}, err
	}
	return out, nil
}

// Inline translates a profile into a policy file that stands in for it: each
// rule has the line of the profile's element that it comes from, so that
// whatever speaks of a rule points into the profile. It means what Import's
// does, and it is made for machines.
func Inline(data []byte, name string, t Target) (convert.Result, error) {
	m, err := parse(data, name, t, false)
	if err != nil {
		return convert.Result{}, err
	}
	return convert.Result{Policy: m.inline(), Losses: m.losses}, nil
}

func parse(data []byte, name string, t Target, hints bool) (*merger, error) {
	r := newReader(data, name, t)
	r.hints = hints
	p := r.read()
	if p == nil {
		return nil, r.problems
	}
	return r.merge(p), nil
}

// verify makes sure that what is handed out can be used.
func verify(text, name string, t Target) error {
	p, err := policy.Load(name, fixed(text))
	if err == nil {
		_, err = p.Resolve(t.ABI)
	}
	return err
}

// fixed is a Source that holds one file.
type fixed string

func (f fixed) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(f)}, nil
}
