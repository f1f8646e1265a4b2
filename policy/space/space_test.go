package space

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"jail/policy"
)

// The tests draw masks and values from few bits, scattered over the word, so
// that all values of these bits can be tried.
type scatter []uint

var scatters = []scatter{
	{0, 1, 2, 3, 4, 5},
	{0, 1, 2, 29, 30, 31},
	{0, 1, 31, 32, 62, 63},
	{0, 7, 31, 32, 33, 63},
	{30, 31, 32, 33, 62, 63},
}

// spread returns the value whose bits s names are those of n.
func (s scatter) spread(n uint64) (v uint64) {
	for i, at := range s {
		v |= n >> i & 1 << at
	}
	return v
}

func (s scatter) all() uint64 { return s.spread(1<<len(s) - 1) }

// test draws a Test; the value may go beyond the bits by small steps, but
// tests that look at other bits than those of s would need more to be tried.
func (s scatter) test(r *rand.Rand, args int) policy.Test {
	t := policy.Test{Arg: uint8(r.IntN(args)), Width: 64, Signed: r.IntN(2) == 0, Op: policy.Op(r.IntN(6))}
	if r.IntN(2) == 0 {
		t.Width = 32
	}
	t.Mask = s.all()
	if r.IntN(2) == 0 {
		t.Mask &= s.spread(r.Uint64())
	}
	t.Value = s.spread(r.Uint64())
	switch r.IntN(8) {
	case 0:
		t.Value++
	case 1:
		t.Value--
	case 2:
		t.Value = r.Uint64()
	}
	if t.Width == 32 {
		t.Mask &= math.MaxUint32
		t.Value &= math.MaxUint32
	}
	return t
}

func (s scatter) expr(r *rand.Rand, args, depth int) policy.Expr {
	if depth == 0 {
		return s.test(r, args)
	}
	switch r.IntN(4) {
	case 0:
		return policy.Not{X: s.expr(r, args, depth-1)}
	case 1:
		return policy.And{s.expr(r, args, depth-1), s.expr(r, args, depth-1)}
	case 2:
		return policy.Or{s.expr(r, args, depth-1), s.expr(r, args, depth-1)}
	}
	return s.test(r, args)
}

func flatten(e policy.Expr, list []policy.Test) []policy.Test {
	switch e := e.(type) {
	case policy.And:
		for _, x := range e {
			list = flatten(x, list)
		}
	case policy.Or:
		for _, x := range e {
			list = flatten(x, list)
		}
	case policy.Not:
		list = flatten(e.X, list)
	case policy.Test:
		list = append(list, e)
	}
	return list
}

func truth(tests []policy.Test, args *[6]uint64) string {
	out := make([]byte, len(tests))
	for i, t := range tests {
		out[i] = '0'
		if t.Eval(args) {
			out[i] = '1'
		}
	}
	return string(out)
}

// TestComplete: the outcomes that Walk visits are those that occur among all
// values of the bits that the tests look at: none missing, none twice.
func TestComplete(t *testing.T) {
	rounds := 4000
	if testing.Short() {
		rounds = 400
	}
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 7))
		s := scatters[r.IntN(len(scatters))]
		args := 1
		if round%8 == 0 {
			args = 2
		}
		exprs := make([]policy.Expr, r.IntN(5))
		var tests []policy.Test
		for i := range exprs {
			exprs[i] = s.expr(r, args, 2)
			tests = flatten(exprs[i], tests)
		}
		occur := map[string]bool{}
		for n := uint64(0); n < 1<<(len(s)*args); n++ {
			occur[truth(tests, &[6]uint64{s.spread(n & 63), s.spread(n >> 6)})] = true
		}
		p, ok := New(exprs...)
		if !ok {
			t.Fatal("too many")
		}
		free := p.Free()
		walked := map[string]bool{}
		all := p.Walk(func(v *[6]uint64) bool {
			class := truth(tests, v)
			if walked[class] {
				t.Errorf("round %d: visited twice: %s by %#x", round, class, v)
			}
			walked[class] = true
			if !occur[class] {
				t.Errorf("round %d: %#x has outcome %s, which the search missed", round, v, class)
			}
			for i := range v {
				v[i] |= free[i]
			}
			if with := truth(tests, v); with != class {
				t.Errorf("round %d: %#x is not in the class of the same without the free bits", round, v)
			}
			return true
		})
		if !all || len(walked) != len(occur) || p.Count() != uint64(len(occur)) || Count(exprs...) != p.Count() {
			t.Errorf("round %d: %d walked, %d counted, %d occur", round, len(walked), p.Count(), len(occur))
		}
		if t.Failed() {
			t.Fatalf("%+v", tests)
		}
	}
}

// TestCounts has what the random tests are too small for.
func TestCounts(t *testing.T) {
	whole := ^uint64(0)
	test := func(arg uint8, op policy.Op, mask, value uint64) policy.Test {
		return policy.Test{Arg: arg, Width: 64, Mask: mask, Op: op, Value: value}
	}
	var flags, flagsOrder, list, ranges, socket policy.Or
	for i := range 40 {
		flags = append(flags, test(0, policy.Eq, 1<<i, 1<<i))
		list = append(list, test(0, policy.Eq, whole, uint64(i)<<32|uint64(i*i)))
		ranges = append(ranges, test(0, policy.Gt, whole, uint64(i)*1e15))
		socket = append(socket, test(uint8(i%3), policy.Eq, whole, uint64(i/3)))
	}
	flagsOrder = append(append(flagsOrder, flags...), test(0, policy.Gt, whole, 1<<50), test(0, policy.Lt, whole, 0x5555555555))
	for _, row := range []struct {
		name string
		expr policy.Expr
		want uint64
	}{
		{"nothing", policy.And{}, 1},
		{"always", test(0, policy.Ge, whole, 0), 1},
		{"never", test(0, policy.Eq, 0xf0, 1), 1},
		{"40 flags", flags, 1 << 40},
		{"40 flags that a comparison links", flagsOrder, math.MaxUint64},
		{"40 values", list, 41},
		{"40 borders", ranges, 41},
		{"14, 13 and 13 values", socket, 15 * 14 * 14},
		{"signed and unsigned", policy.And{
			policy.Test{Width: 32, Signed: true, Mask: math.MaxUint32, Op: policy.Lt, Value: 5},
			policy.Test{Width: 32, Mask: math.MaxUint32, Op: policy.Lt, Value: 5},
			policy.Test{Width: 64, Mask: whole, Op: policy.Lt, Value: 5},
		}, 4},
	} {
		if got := Count(row.expr); got != row.want {
			t.Errorf("%s: %d classes, want %d", row.name, got, row.want)
		}
	}
	visits := 0
	if Walk([]policy.Expr{flags}, func(*[6]uint64) bool { visits++; return visits < 1000 }) || visits != 1000 {
		t.Errorf("stopped after %d visits", visits)
	}
	if Walk([]policy.Expr{flagsOrder}, func(*[6]uint64) bool { t.Error("visited"); return true }) {
		t.Error("claims to have visited all")
	}
}

// FuzzComplete lets a fuzzer choose what TestComplete draws.
func FuzzComplete(f *testing.F) {
	f.Add(uint64(0x3f), uint64(5), uint64(0x15), uint64(9), uint8(0x12), uint8(0xff))
	f.Fuzz(func(t *testing.T, m1, v1, m2, v2 uint64, kinds, scatter uint8) {
		s := scatters[int(scatter)%len(scatters)]
		tests := []policy.Test{
			{Width: 64, Mask: s.all() & m1, Value: v1, Op: policy.Op(kinds % 6), Signed: kinds&64 != 0},
			{Width: 64, Mask: s.all() & m2, Value: v2, Op: policy.Op(kinds / 6 % 6), Signed: kinds&128 != 0},
		}
		occur := map[string]bool{}
		for n := uint64(0); n < 64; n++ {
			occur[truth(tests, &[6]uint64{s.spread(n)})] = true
		}
		walked := map[string]bool{}
		Walk([]policy.Expr{tests[0], tests[1]}, func(v *[6]uint64) bool {
			walked[truth(tests, v)] = true
			return true
		})
		if fmt.Sprint(walked) != fmt.Sprint(occur) {
			t.Fatalf("%+v: walked %v, occur %v", tests, walked, occur)
		}
	})
}
