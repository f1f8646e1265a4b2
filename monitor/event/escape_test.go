package event

import (
	"bytes"
	"strconv"
	"testing"
	"unicode/utf8"
)

func TestAppendEscaped(t *testing.T) {
	for _, test := range []struct {
		in    string
		quote byte
		want  string
	}{
		{"", '"', ""},
		{"plain 'text' ~", '"', "plain 'text' ~"},
		{`a"b\c`, '"', `a\"b\\c`},
		{`a"b\c`, 0, `a"b\\c`},
		{"\t\n\v\f\r", '"', `\t\n\v\f\r`},
		{"\x00\x07\x1b\x7f", '"', `\0\7\33\177`},
		{"\x000\x077\x1b1\x018", '"', `\0000\0077\0331\18`}, // an octal digit behind an escape would be read as part of it
		{"\xff\xc3", '"', `\377\303`},
		{"\x01\x01" + "0", 0, `\1\0010`},
		{"grüße 日本 🙂", '"', "grüße 日本 🙂"},
		{"\u0085\u009b31m", '"', `\302\205\302\23331m`},         // C1: next line, and the one-byte CSI
		{"\u202eabc\u2066", '"', `\342\200\256abc\342\201\246`}, // bidi override and isolate
		{"\u200b\ufeff\u00ad\u2028\u00a0", '"', `\342\200\213\357\273\277\302\255\342\200\250\302\240`},
		{"\xed\xa0\x80", '"', `\355\240\200`}, // a surrogate is no UTF-8
		{"\ufffd", '"', "\ufffd"},
		{"\U000e0041", '"', `\363\240\201\201`}, // a tag
	} {
		if got := string(AppendEscaped(nil, test.in, test.quote)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
		if got := string(AppendEscaped([]byte("x"), []byte(test.in), test.quote)); got != "x"+test.want {
			t.Errorf("%q as bytes: got %s, want %s", test.in, got, test.want)
		}
	}
}

// unescaped reads s as a C string literal is read.
func unescaped(t *testing.T, s []byte) []byte {
	var out []byte
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			out = append(out, s[i])
			i++
			continue
		}
		i++
		if s[i] < '0' || s[i] > '7' {
			if c := bytes.IndexByte([]byte("tnvfr"), s[i]); c >= 0 {
				out = append(out, byte('\t'+c))
			} else {
				out = append(out, s[i])
			}
			i++
			continue
		}
		n := i
		for n < len(s) && n < i+3 && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		v, err := strconv.ParseUint(string(s[i:n]), 8, 8)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, byte(v))
		i = n
	}
	return out
}

func FuzzAppendEscaped(f *testing.F) {
	f.Add([]byte("a\x1b\"\\9\xff\u202e"), byte('"'))
	f.Add([]byte("\xe2\x80"), byte(0))
	f.Fuzz(func(t *testing.T, in []byte, quote byte) {
		if quote != 0 {
			quote = '"'
		}
		got := AppendEscaped(nil, in, quote)
		if !utf8.Valid(got) || len(got) > 4*len(in) {
			t.Errorf("%q: %q", in, got)
		}
		for _, r := range string(got) {
			if !strconv.IsPrint(r) {
				t.Errorf("%q: %q has %U", in, got, r)
			}
		}
		if back := unescaped(t, got); !bytes.Equal(back, in) {
			t.Errorf("%q: %s reads as %q", in, got, back)
		}
	})
}

func TestVerdictNames(t *testing.T) {
	for v := range Verdict(NumVerdicts) {
		if v.String() == "" || v.String() == "invalid" {
			t.Errorf("verdict %d has no name", v)
		}
	}
	if got := Verdict(NumVerdicts).String(); got != "invalid" {
		t.Error(got)
	}
}
