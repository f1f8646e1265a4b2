package systemd

import (
	"errors"
	"testing"

	"jail/policy"
)

// Whatever the files say, Import either reports problems or returns a policy
// that resolves on both ABIs; and what is exported of it can be imported.
func FuzzImport(f *testing.F) {
	for _, unit := range witnessed {
		f.Add("[Service]\n"+unit+"\n", "[Service]\nSystemCallFilter=~write\n")
	}
	f.Add("[Service]\nExecStart=a \\\n # c\n b\\\\\nSystemCallLog=\\\n~read", "[Unit]\nX=")
	f.Add("[a]b]\n[\n]=", "\ufeff\x00")
	f.Fuzz(func(t *testing.T, unit, dropin string) {
		r, err := Import([]File{{"a.service", []byte(unit)}, {"b\n\x1b.conf", []byte(dropin)}})
		var problems policy.Problems
		if err != nil {
			if !errors.As(err, &problems) || r.Policy != "" {
				t.Fatalf("%T %q", err, r.Policy)
			}
			return
		}
		if _, err := resolve(r.Policy); err != nil {
			t.Fatalf("%v\n%s", err, r.Policy)
		}
	})
}
