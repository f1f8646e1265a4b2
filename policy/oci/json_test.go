package oci

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

// TestSyntax has texts that are no JSON, and where they stop to be.
func TestSyntax(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", `p.json:1:1: is no JSON: a value is missing at the end of the file`},
		{"\n {", `p.json:2:3: is no JSON: unexpected end of file where a key in quotes must stand`},
		{`{"a" 1}`, `p.json:1:6: is no JSON: unexpected '1' behind a key, where ":" must stand`},
		{`{"a":1,}`, `p.json:1:8: is no JSON: unexpected '}' where a key in quotes must stand`},
		{`{"a":1 "b"}`, `p.json:1:8: is no JSON: unexpected '"' in an object, where "," or "}" must stand`},
		{`{"a":[1 2]}`, `p.json:1:9: is no JSON: unexpected '2' in an array, where "," or "]" must stand`},
		{`{"a":1}}`, `p.json:1:8: is no JSON: unexpected '}' behind the end of the document`},
		{`{"a":1,"a":2}`, `p.json:1:8: is no JSON: key "a" stands here twice`},
		{`{"a":01}`, `p.json:1:6: is no JSON: is no number as JSON writes them`},
		{`{"a":1.}`, `p.json:1:6: is no JSON: is no number as JSON writes them`},
		{`{"a":-}`, `p.json:1:6: is no JSON: is no number as JSON writes them`},
		{`{"a":nul}`, `p.json:1:6: is no JSON: unexpected 'n' where a value must stand`},
		{`{"a":"b`, `p.json:1:6: is no JSON: this string has no end`},
		{"{\"a\":\"\x1b\"}", `p.json:1:7: is no JSON: unexpected '\x1b' in a string`},
		{`{"a":"\x"}`, `p.json:1:7: is no JSON: unknown escape`},
		{`{"a":"\u12"}`, `p.json:1:7: is no JSON: unknown escape`},
		{"{\"a\":\"\xff\"}", `p.json:1:6: is no JSON: is not UTF-8 text`},
		{strings.Repeat("[", 40), `p.json:1:33: is no JSON: nested deeper than 32 levels`},
		{"[" + strings.Repeat("1,", 1<<16), `p.json:1:131072: is no JSON: more than 65536 values`},
		{`[]`, `p.json:1:1: a profile is an object, not an array`},
		{`{}`, `p.json:1:1: "defaultAction" is missing`},
		{`{"linux":{}}`, `p.json:1:1: this runtime configuration has no "linux.seccomp": its container is not filtered`},
		{`{"linux":{"seccomp":{"defaultAction":7}}}`, `p.json:1:38: "linux.seccomp.defaultAction" must be a string, not a number`},
		{`{"defaultAction":"SCMP_ACT_NOTIFY"}`, `p.json:1:18: "defaultAction": SCMP_ACT_NOTIFY asks a listener outside of the container, and jail has none: say what shall happen to these calls`},
	} {
		_, err := Import([]byte(test.text), "p.json", Target{ABI: syscalls.X86_64})
		problems, _ := err.(policy.Problems)
		if len(problems) != 1 || problems[0].String() != test.want {
			t.Errorf("%.40q:\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

// TestParserAgrees compares what is JSON with what encoding/json says, on
// texts close to it.
func TestParserAgrees(t *testing.T) {
	const alphabet = `{}[]:,"\ue19.-+0a truefalsn` + "\n"
	rng := rand.New(rand.NewPCG(5, 6))
	seeds := []string{`{"a":[1,-2.5e+7,"\u00e9\ud83d\ude00\n",true],"b":{"c":null}}`, `[0,{"":""},[]]`, `" \" "`, `-0.1E2`}
	valid := 0
	for range 200000 {
		b := []byte(seeds[rng.IntN(len(seeds))])
		for range 1 + rng.IntN(2) {
			b[rng.IntN(len(b))] = alphabet[rng.IntN(len(alphabet))]
		}
		_, err := parseJSON(string(b))
		want := json.Valid(b)
		if want && err != nil && strings.Contains(err.Error(), "twice") {
			continue
		}
		if (err == nil) != want {
			t.Fatalf("%s: %v, encoding/json says %v", b, err, want)
		}
		if want {
			valid++
		}
	}
	if valid < 1000 {
		t.Errorf("only %d valid texts", valid)
	}
}
