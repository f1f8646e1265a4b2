package syscalls_test

import (
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jail/policy/syscalls"
)

// libseccomp's tables, asked through scmp_sys_resolver(1). Every name of ours
// is looked up on every ABI: the number must be the same, and a call that an
// ABI lacks must be lacking in both. Then the numbers which that leaves open.
func TestNumbersAgainstLibseccomp(t *testing.T) {
	tool, err := exec.LookPath("scmp_sys_resolver")
	if err != nil {
		skip(t, "no scmp_sys_resolver (Debian's package seccomp)")
	}
	names := slices.Collect(syscalls.Names())
	for _, test := range []struct {
		abi  *syscalls.ABI
		word string // libseccomp's for it
	}{
		{syscalls.X86_64, "x86_64"},
		{syscalls.I386, "x86"},
		{syscalls.X32, "x32"},
		{syscalls.AArch64, "aarch64"},
	} {
		confirmed := map[uint32]bool{}
		for i, text := range resolve(t, tool, test.word, names) {
			answer, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatalf("%s: %s resolves to %q", test.word, names[i], text)
			}
			nr, ok := test.abi.Number(names[i])
			switch {
			case answer >= 0 && ok && int64(nr) == answer:
				confirmed[nr] = true
			case answer >= 0:
				t.Errorf("%s.Number(%q) = %d, %v; libseccomp has %d", test.abi.Name, names[i], nr, ok, answer)
			case ok && !leavesOpen(test.abi, answer):
				t.Errorf("%s.Number(%q) = %d, libseccomp says that there is none (%d)", test.abi.Name, names[i], nr, answer)
			}
		}
		if len(confirmed) < 300 {
			t.Errorf("%s: libseccomp knows only %d of our calls", test.abi.Name, len(confirmed))
		}
		open := unconfirmed(test.abi, confirmed)
		for i, name := range resolve(t, tool, test.word, open) {
			nr, _ := strconv.ParseUint(open[i], 10, 32)
			if got := test.abi.Syscall(uint32(nr)); name != "UNKNOWN" && name != got {
				t.Errorf("%s.Syscall(%s) = %q, libseccomp has %q", test.abi.Name, open[i], got, name)
			}
		}
		t.Logf("%s: %d of %d calls by name, %d numbers left to ask", test.abi.Name, len(confirmed), len(test.abi.All()), len(open))
	}
}

// leavesOpen reports whether libseccomp's negative answer says nothing about a
// call: -1 is a name newer than it, and on i386 -101 to -120 and -201 to -224
// mark what socketcall(2) and ipc(2) carry as well (__PNR_* of <seccomp.h>).
// All others mean that the ABI has no such call.
func leavesOpen(a *syscalls.ABI, answer int64) bool {
	multiplexed := -120 <= answer && answer <= -101 || -224 <= answer && answer <= -201
	return answer == -1 || a == syscalls.I386 && multiplexed
}

// unconfirmed returns every number of the ABI's range but those confirmed, the
// holes of the table included.
func unconfirmed(a *syscalls.ABI, confirmed map[uint32]bool) []string {
	var open []string
	for nr := a.All()[0].Nr; nr <= a.Max(); nr++ {
		if !confirmed[nr] {
			open = append(open, strconv.FormatUint(uint64(nr), 10))
		}
	}
	return open
}

// resolve asks for names or numbers of one ABI. The tool takes one at a time.
func resolve(t *testing.T, tool, arch string, questions []string) []string {
	t.Helper()
	answers := make([]string, len(questions))
	errs := make([]error, len(questions))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				out, err := exec.Command(tool, "-a", arch, questions[i]).Output()
				answers[i], errs[i] = strings.TrimSpace(string(out)), err
			}
		})
	}
	for i := range questions {
		next <- i
	}
	close(next)
	workers.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatalf("%s -a %s %s: %v", tool, arch, questions[i], err)
		}
	}
	return answers
}
