package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"jail/policy/syscalls"
)

const versionUsage = `Usage: jail version

Prints the version, the kernel whose system calls the tables hold, and what the
running kernel offers.
`

// versionDetails prints what a report of a problem should begin with.
func versionDetails(args []string) int {
	if len(args) > 0 && isHelp(args[0]) {
		return print(versionUsage)
	}
	if len(args) > 0 {
		return badUsage("version", fmt.Errorf("version takes no arguments, not %q", args[0]))
	}
	var b strings.Builder
	b.WriteString("jail " + version() + "\n")
	table(&b, "  ", [][]string{
		{"runs on", abiList(policyABIs())},
		{"system calls", tableSizes()},
		{"kernel", kernelText()},
		{"seccomp", seccompText()},
		{"ptrace", ptraceText()},
	})
	return print(b.String())
}

func abiList(abis []*syscalls.ABI) string {
	var out []string
	for _, a := range abis {
		out = append(out, a.Name)
	}
	return strings.Join(out, ", ")
}

// tableSizes says how many calls are known by name.
func tableSizes() string {
	var out []string
	for _, a := range syscalls.ABIs() {
		out = append(out, fmt.Sprintf("%s %d", a.Name, len(a.All())))
	}
	return strings.Join(out, ", ") + ", as of Linux " + syscalls.TableKernel
}

func kernelText() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown: " + err.Error()
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Machine[:])
}

// neededActions are those of the filters that jail installs.
var neededActions = [...]string{"kill_process", "errno", "trace", "log", "allow"}

// seccompText tells which answers of a filter the kernel carries out,
// seccomp(2).
func seccompText() string {
	const file = "/proc/sys/kernel/seccomp/actions_avail"
	data, err := os.ReadFile(file)
	if err != nil {
		return "not told: " + err.Error()
	}
	actions := strings.Fields(string(data))
	var missing []string
	for _, a := range neededActions {
		if !slices.Contains(actions, a) {
			missing = append(missing, a)
		}
	}
	if len(missing) > 0 {
		return strings.Join(actions, " ") + "; jail needs " + strings.Join(missing, " ") + " as well"
	}
	return strings.Join(actions, " ")
}

// ptraceText tells whom Yama lets trace (Documentation/admin-guide/LSM/Yama.rst).
func ptraceText() string {
	data, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err != nil {
		return "not restricted by Yama"
	}
	switch scope := strings.TrimSpace(string(data)); scope {
	case "0":
		return "not restricted by Yama (ptrace_scope 0)"
	case "1":
		return "descendants and by leave (Yama's ptrace_scope 1): a monitor works"
	case "2":
		return "by administrators only (Yama's ptrace_scope 2): a monitor needs CAP_SYS_PTRACE"
	case "3":
		return "by nobody (Yama's ptrace_scope 3): no monitor, use --no-monitor"
	default:
		return "Yama's ptrace_scope " + scope
	}
}
