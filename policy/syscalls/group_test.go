package syscalls_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

func TestGroups(t *testing.T) {
	for _, test := range []struct {
		group   string
		with    string
		without string
	}{
		{"@basic-io", "read write close lseek", "open @default"},
		{"@network-io", "socket connect accept4 socketcall", "read"},
		{"@privileged", "chown kexec_load swapon clock_settime init_module bpf", "@chown @reboot read"},
		{"@system-service", "read futex socket clone3 execve mlock", "mount ptrace init_module @default"},
		{"@mount", "mount umount2 pivot_root open_tree open_tree_attr", "read"},
		{"@file-system", "openat statmount listmount fchmodat2 setxattrat file_getattr", "open_tree"},
		{"@default", "execve mmap mseal lsm_list_modules getrandom", "seccomp lsm_set_self_attr"},
		{"@sandbox", "seccomp landlock_restrict_self", "execve"},
		{"@aio", "io_uring_setup io_submit", "read"},
		{"@known", "read rseq_slice_yield cachestat futex_wait listns uprobe set_thread_area socketcall", "opennat @obsolete"},
	} {
		members, ok := syscalls.Group(test.group)
		if !ok {
			t.Errorf("no %s", test.group)
		}
		for name := range strings.FieldsSeq(test.with) {
			if !slices.Contains(members, name) {
				t.Errorf("%s lacks %s", test.group, name)
			}
		}
		for name := range strings.FieldsSeq(test.without) {
			if slices.Contains(members, name) {
				t.Errorf("%s has %s", test.group, name)
			}
		}
	}
	for _, name := range []string{"", "@", "default", "@nosuch", "@default "} {
		if _, ok := syscalls.Group(name); ok {
			t.Errorf("there is a group %q", name)
		}
	}
}

// A group is what its direct members resolve to: sorted, each name once.
func TestGroupProperties(t *testing.T) {
	names := slices.Collect(syscalls.GroupNames())
	if !slices.IsSorted(names) || len(names) < 27 {
		t.Errorf("groups: %q", names)
	}
	known, _ := syscalls.Group("@known")
	for _, name := range names {
		all, ok := syscalls.Group(name)
		direct, ok2 := syscalls.GroupDirect(name)
		if !ok || !ok2 {
			t.Errorf("%s is not found", name)
		}
		var want []string
		for _, m := range direct {
			if m[0] == '@' {
				nested, ok := syscalls.Group(m)
				if !ok {
					t.Errorf("%s: no %s", name, m)
				}
				want = append(want, nested...)
			} else {
				want = append(want, m)
			}
		}
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(all, want) {
			t.Errorf("%s is %q, want %q", name, all, want)
		}
		for _, m := range all {
			if !slices.Contains(known, m) && m != "set_tls" { // arm's, which systemd's own list lacks
				t.Errorf("%s of %s is not in @known", m, name)
			}
		}
	}
	for name := range syscalls.Names() {
		if !slices.Contains(known, name) {
			t.Errorf("%s is not in @known", name)
		}
	}
}

// systemd itself, where it is installed. With version 252 the sets must be
// systemd's and what is newer than that; of others only the names are compared.
func TestGroupsAgainstSystemd(t *testing.T) {
	version, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil {
		skip(t, "no systemd-analyze: "+err.Error())
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", "--no-pager").Output()
	if err != nil {
		t.Fatal(err)
	}
	same := strings.HasPrefix(string(version), "systemd 252 ")
	theirs := parseSets(string(out))
	if len(theirs) < 27 {
		t.Errorf("systemd-analyze prints %d sets", len(theirs))
	}
	for name, want := range theirs {
		direct, ok := syscalls.GroupDirect(name)
		if !ok {
			t.Errorf("no %s", name)
			continue
		}
		if !same || name == "@known" {
			continue
		}
		for _, m := range want {
			if !slices.Contains(direct, m) {
				t.Errorf("%s lacks %s", name, m)
			}
		}
		for _, m := range direct {
			if !slices.Contains(want, m) && !newerThan252(m) {
				t.Errorf("%s has %s, which systemd has not", name, m)
			}
		}
	}
}

func newerThan252(call string) bool {
	nr, ok := syscalls.X86_64.Number(call)
	return ok && nr > 452 // fchmodat2
}

func parseSets(text string) map[string][]string {
	sets := map[string][]string{}
	name := ""
	for line := range strings.Lines(text) {
		word := strings.TrimSpace(line)
		switch {
		case word == "" || word[0] == '#':
		case line[0] == '@':
			name = word
			sets[name] = []string{}
		default:
			sets[name] = append(sets[name], word)
		}
	}
	return sets
}
