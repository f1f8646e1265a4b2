package main_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jail/policies"
	"jail/policy"
	"jail/policy/syscalls"
)

// A dry run under strict changes nothing that a program sees and names every
// call that strict would not let pass: strace, which saw the program without
// jail, is the witness.
func TestStrictAudit(t *testing.T) {
	t.Parallel()
	tool(t, "strace", "strace")
	tool(t, "git", "git")
	tool(t, "curl", "curl")
	tool(t, "/usr/bin/python3", "python3")
	rules := builtinRules(t, "strict")
	url := pageServer(t)
	for _, c := range []struct {
		name  string
		exact bool // the program makes the same calls every time
		argv  []string
	}{
		{"ls", true, []string{"ls", "-l", "/usr"}},
		{"cat", true, []string{"cat", "/etc/passwd", "/nonexistent"}},
		{"python", false, []string{"/usr/bin/python3", "-c", "import threading, subprocess\n" +
			"t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n" +
			"print(subprocess.run(['sh', '-c', 'id -u; exit 3']).returncode, flush=True)"}},
		{"git", false, []string{"bash", "../clone.sh"}},
		{"curl", false, []string{"curl", "-sS", url + "/page"}},
		{"bash", false, []string{"bash", "-c", "seq 100 | sort -rn | head -n 3; sleep 100 & kill $!; wait $!; echo $?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := ways(t, "strict")
			bare, dry := all[0], all[3]
			sees := bare.run(t, bare.workDir(t, nil), c.argv...)
			same(t, c.name, dry.run(t, dry.workDir(t, nil), c.argv...), sees)

			witness := filepath.Join(sharedDir(t), "strace")
			bare.run(t, bare.workDir(t, nil), append([]string{"strace", "-f", "-qq", "-e", "signal=none", "-e", "raw=all", "-o", witness}, c.argv...)...)
			want := refusals(t, rules, witness)
			got := reported(t, dry.log)
			if len(want) < 4 {
				t.Fatalf("strace saw only %v", want)
			}
			if names, expected := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, expected) {
				t.Errorf("logged %v, strace saw %v", names, expected)
			}
			if c.exact && !maps.Equal(got, want) {
				t.Errorf("logged %v, strace saw %v", got, want)
			}
		})
	}
}

func builtinRules(t *testing.T, name string) *policy.Rules {
	t.Helper()
	p, err := policy.Load(name, &policy.OS{Builtin: policies.Text, Names: policies.Names})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := p.Resolve(syscalls.Native())
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// pageServer is a server of the test's own.
func pageServer(t *testing.T) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		fmt.Fprintln(w, "a page")
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return "http://" + l.Addr().String()
}

// traced matches the beginning of a call in strace's record: with raw=all every
// argument is a number.
var traced = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\(([^)<]*)`)

// refusals counts the calls in strace's record that the rules refuse, by name.
func refusals(t *testing.T, rules *policy.Rules, record string) map[string]uint64 {
	t.Helper()
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]uint64{}
	launched := false
	for line := range strings.Lines(string(text)) {
		m := traced.FindStringSubmatch(line)
		if m == nil {
			if !strings.Contains(line, " resumed>") && !strings.Contains(line, " <unfinished") {
				t.Fatalf("strace says %q", line)
			}
			continue
		}
		if m[2] == "execve" && !launched {
			launched = true // by strace; jail's own is not the program's either
			continue
		}
		nr, ok := rules.ABI.Number(m[2])
		if !ok {
			t.Fatalf("strace names an unknown call: %q", line)
		}
		var args [6]uint64
		for i, word := range strings.Split(m[3], ",") {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			if args[i], err = strconv.ParseUint(word, 0, 64); err != nil {
				t.Fatalf("%v in %q", err, line)
			}
		}
		if d := rules.Decide(rules.ABI.Audit, nr, &args); d.Action != policy.Allow && !d.Quiet {
			count[m[2]]++
		}
	}
	return count
}

// reported counts what a dry run's log has, by name.
func reported(t *testing.T, log string) map[string]uint64 {
	t.Helper()
	count := map[string]uint64{}
	for _, ev := range readLog(t, log) {
		if ev.Verdict != "would-deny" || ev.Errno == "" || ev.Call == "" {
			t.Errorf("logged %+v", ev)
		}
		count[ev.Syscall] += ev.Count
	}
	return count
}
