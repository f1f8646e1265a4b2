package systemd

import (
	"strconv"
	"testing"

	"jail/policy"
	"jail/policy/convert"
)

func file(text string) []File { return []File{{Name: "test.service", Data: []byte(text)}} }

func mustImport(t testing.TB, files []File) convert.Result {
	t.Helper()
	r, err := Import(files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// imported is a unit's meaning on x86_64.
func imported(t testing.TB, text string) *policy.Rules {
	t.Helper()
	r := mustImport(t, file(text))
	rules, err := resolve(r.Policy)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.Policy)
	}
	return rules[0]
}

func parseHex(s string) (uint64, error) { return strconv.ParseUint(s, 0, 64) }
