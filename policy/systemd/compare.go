package systemd

import (
	"errors"
	"strings"

	"jail/policy"
	"jail/policy/convert"
)

// oneFile is a policy.Source of a single text.
type oneFile string

// Read implements policy.Source.
func (t oneFile) Read(name string) (policy.File, error) {
	return policy.File{Name: name, Data: []byte(t)}, nil
}

// resolve reads the text of a policy for each of abis.
func resolve(text string) ([]*policy.Rules, error) {
	p, err := policy.Load("unit.toml", oneFile(text))
	if err != nil {
		return nil, err
	}
	var out []*policy.Rules
	for _, abi := range abis {
		r, err := p.Resolve(abi)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// compare imports the directives and names every difference from the policy.
func (e *exporter) compare(body string, write convert.Writer) error {
	unit, err := Import([]File{{Name: "unit", Data: []byte(body)}})
	if err != nil {
		return errors.New("the directives written cannot be read back: " + err.Error())
	}
	theirs, err := resolve(unit.Policy)
	if err != nil {
		return errors.New("the directives written cannot be read back: " + err.Error())
	}
	var pairs [][2]*policy.Rules
	for i, r := range e.rules {
		pairs = append(pairs, [2]*policy.Rules{r, theirs[i]})
	}
	e.losses = append(e.losses, convert.Losses(write, pairs...)...)
	for i, l := range e.losses {
		if strings.HasPrefix(l.Text, "looser: execve") {
			e.losses[i].Text += "; systemd itself makes this call, to start the program"
		}
	}
	return nil
}
