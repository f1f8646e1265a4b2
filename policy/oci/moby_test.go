package oci

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

// hostKernel is what moby's loader asks uname for.
func hostKernel(t testing.TB) [2]int {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	v, err := ParseKernel(unix.ByteSliceToString(u.Release[:]))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// mobyDefault is Docker's default profile as a file.
func mobyDefault(t testing.TB) []byte {
	t.Helper()
	data, err := json.MarshalIndent(moby.DefaultProfile(), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// profiles are files to import: Docker's own, its loader's, and ours.
func profiles(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"default": mobyDefault(t)}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = data
	}
	return out
}

// capSets are capabilities to resolve for: none, each alone, Docker's, all.
func capSets() [][]string {
	sets := [][]string{nil, DockerCaps(), allCaps[:]}
	for i := range allCaps {
		sets = append(sets, allCaps[i:i+1])
	}
	return sets
}

// ruleSet lists what a resolved profile says, one line a call and element.
func ruleSet(def specs.LinuxSeccompAction, errno *uint, arches []specs.Arch, calls []specs.LinuxSyscall) []string {
	number := func(a specs.LinuxSeccompAction, n *uint) string {
		switch {
		case a == specs.ActKill:
			return string(specs.ActKillThread) // the same
		case a != specs.ActErrno && a != specs.ActTrace:
			return string(a)
		case n == nil:
			return string(a) + " 1"
		}
		return fmt.Sprint(a, " ", *n)
	}
	out := []string{"default " + number(def, errno)}
	for _, a := range arches {
		out = append(out, string(a))
	}
	for _, c := range calls {
		for _, name := range c.Names {
			out = append(out, fmt.Sprint(name, " ", c.Args, " ", number(c.Action, c.ErrnoRet)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// theirs is what moby's loader makes of a profile on this machine.
func theirs(t testing.TB, data []byte, caps []string) *specs.LinuxSeccomp {
	t.Helper()
	spec := &specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: caps}}}
	p, err := moby.LoadProfile(string(data), spec)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ruleSetOf(p *specs.LinuxSeccomp) []string {
	return ruleSet(p.DefaultAction, p.DefaultErrnoRet, p.Architectures, p.Syscalls)
}

// ours is the same from our reader.
func ours(t testing.TB, data []byte, target Target) []string {
	t.Helper()
	r := newReader(data, "profile.json", target)
	p := r.read()
	if p == nil {
		t.Fatal(r.problems)
	}
	errno := uint(p.def.data)
	var calls []specs.LinuxSyscall
	for _, e := range p.elements {
		if e.left != "" {
			continue
		}
		n := uint(e.action.data)
		c := specs.LinuxSyscall{Action: e.action.word, ErrnoRet: &n, Args: e.args}
		for _, w := range e.names {
			c.Names = append(c.Names, w.text)
		}
		calls = append(calls, c)
	}
	var arches []specs.Arch
	for _, a := range p.arches {
		arches = append(arches, specs.Arch(a.text))
	}
	return ruleSet(p.def.word, &errno, arches, calls)
}

// TestMobyLoader compares what we read with what Docker's own loader does, for
// all sets of capabilities.
func TestMobyLoader(t *testing.T) {
	for name, data := range profiles(t) {
		if strings.HasPrefix(name, "runc-") {
			continue // not for Docker's loader
		}
		rules := 0
		for _, caps := range capSets() {
			want := ruleSetOf(theirs(t, data, caps))
			got := ours(t, data, Target{Caps: caps, Kernel: hostKernel(t), ABI: syscalls.Native()})
			if !slices.Equal(got, want) {
				t.Errorf("%s with %v: %s", name, caps, difference(got, want))
			}
			rules += len(want)
		}
		t.Logf("%s: %d rules in %d resolutions", name, rules, len(capSets()))
	}
}

func difference(got, want []string) string {
	var b strings.Builder
	for _, s := range got {
		if !slices.Contains(want, s) {
			b.WriteString("\n+ " + s)
		}
	}
	for _, s := range want {
		if !slices.Contains(got, s) {
			b.WriteString("\n- " + s)
		}
	}
	return b.String()
}

// reference resolves a profile by the rules of moby's documentation, for any
// kernel and architecture; moby's loader takes the machine's.
func reference(t testing.TB, data []byte, caps []string, kernel [2]int, goarch string) []string {
	t.Helper()
	var p moby.Seccomp
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	has := func(c string) bool { return slices.Contains(caps, c) }
	lacks := func(c string) bool { return !has(c) }
	here := func(a string) bool { return a == goarch }
	since := func(v *moby.KernelVersion) bool {
		return kernel[0] > int(v.Kernel) || kernel[0] == int(v.Kernel) && kernel[1] >= int(v.Major)
	}
	arches := p.Architectures
	for _, a := range p.ArchMap {
		if len(arches) == 0 && (goarch == "amd64" && a.Arch == specs.ArchX86_64 || goarch == "arm64" && a.Arch == specs.ArchAARCH64) {
			arches = append([]specs.Arch{a.Arch}, a.SubArches...)
		}
	}
	var calls []specs.LinuxSyscall
	for _, c := range p.Syscalls {
		in, ex := c.Includes, c.Excludes
		if in != nil && (slices.ContainsFunc(in.Caps, lacks) || len(in.Arches) > 0 && !slices.ContainsFunc(in.Arches, here) ||
			in.MinKernel != nil && !since(in.MinKernel)) {
			continue
		}
		if ex != nil && (slices.ContainsFunc(ex.Caps, has) || slices.ContainsFunc(ex.Arches, here) || ex.MinKernel != nil && since(ex.MinKernel)) {
			continue
		}
		if c.Name != "" {
			c.Names = []string{c.Name}
		}
		calls = append(calls, c.LinuxSyscall)
	}
	return ruleSet(p.DefaultAction, p.DefaultErrnoRet, arches, calls)
}

// TestTargets compares resolutions for other kernels and architectures with
// the reference, and the reference with moby's loader.
func TestTargets(t *testing.T) {
	kernels := [][2]int{{2, 6}, {3, 10}, {4, 7}, {4, 8}, {5, 10}, {6, 0}, {6, 18}, {7, 0}, {255, 255}}
	for name, data := range profiles(t) {
		if strings.HasPrefix(name, "runc-") {
			continue
		}
		for _, caps := range capSets() {
			if got, want := reference(t, data, caps, hostKernel(t), runtime.GOARCH), ruleSetOf(theirs(t, data, caps)); !slices.Equal(got, want) {
				t.Fatalf("the reference differs from moby's loader: %s with %v: %s", name, caps, difference(got, want))
			}
			for _, kernel := range kernels {
				for goarch, abi := range map[string]*syscalls.ABI{"amd64": syscalls.X86_64, "arm64": syscalls.AArch64} {
					want := reference(t, data, caps, kernel, goarch)
					got := ours(t, data, Target{Caps: caps, Kernel: kernel, ABI: abi})
					if !slices.Equal(got, want) {
						t.Fatalf("%s for %s, %v with %v: %s", name, goarch, kernel, caps, difference(got, want))
					}
				}
			}
		}
	}
}
