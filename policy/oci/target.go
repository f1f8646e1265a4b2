package oci

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"jail/policy/syscalls"
)

// Target is the container and the machine that the conditions of a Docker
// profile ask about. The zero Target has no capabilities and the oldest
// kernel; Default returns what `docker run` would have.
type Target struct {
	Caps   []string      // capabilities in the container's bounding set: "CAP_CHOWN"
	Kernel [2]int        // major and minor version: {6, 18}
	ABI    *syscalls.ABI // X86_64 or AArch64
}

// dockerCaps are the capabilities of a container that asks for none: Docker's
// and containerd's defaults (daemon/pkg/oci/caps/defaults.go of moby).
var dockerCaps = [...]string{
	"CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
	"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
}

// DockerCaps returns the capabilities that a container has without --cap-add
// and --cap-drop.
func DockerCaps() []string { return slices.Clone(dockerCaps[:]) }

// allCaps are the names of capabilities(7), by number.
var allCaps = [...]string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
	"CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN",
	"CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
	"CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
	"CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
}

// ParseCaps reads a list of capabilities as people type it: "net_admin,
// CAP_SYS_PTRACE", "all", "none" or "".
func ParseCaps(list string) ([]string, error) {
	var out []string
	for word := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		name := strings.ToUpper(word)
		switch name {
		case "ALL":
			out = append(out, allCaps[:]...)
			continue
		case "NONE":
			continue
		}
		if !strings.HasPrefix(name, "CAP_") {
			name = "CAP_" + name
		}
		if !slices.Contains(allCaps[:], name) {
			return nil, errors.New("unknown capability " + quote(word) + meant(syscalls.Nearest(name, slices.Values(allCaps[:]))))
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ParseKernel reads the version of a kernel from its start: "6.18",
// "5.10.0-28-amd64".
func ParseKernel(release string) (version [2]int, err error) {
	rest := release
	for i := range version {
		n := 0
		for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
			n++
		}
		v, err := strconv.ParseUint(rest[:n], 10, 16)
		if err != nil || i == 0 && !strings.HasPrefix(rest[n:], ".") {
			return version, errors.New("is no kernel version: write for example 6.1")
		}
		version[i] = int(v)
		rest = strings.TrimPrefix(rest[n:], ".")
	}
	return version, nil
}

// ABIByArch returns the ABI of an architecture by any of the names that are
// in use for it: "amd64", "x86_64", "SCMP_ARCH_X86_64", "arm64", "aarch64".
func ABIByArch(name string) (*syscalls.ABI, bool) {
	switch strings.ToLower(strings.TrimPrefix(name, "SCMP_ARCH_")) {
	case "amd64", "x86_64", "x86-64":
		return syscalls.X86_64, true
	case "arm64", "aarch64":
		return syscalls.AArch64, true
	}
	return nil, false
}

// dockerArch returns the name that includes.arches and excludes.arches use.
func dockerArch(a *syscalls.ABI) string {
	if a == syscalls.AArch64 {
		return "arm64"
	}
	return "amd64"
}

// scmpArch returns the name that architectures and archMap use.
func scmpArch(a *syscalls.ABI) string {
	if a == syscalls.AArch64 {
		return "SCMP_ARCH_AARCH64"
	}
	return "SCMP_ARCH_X86_64"
}

// describe says what the conditions were resolved for.
func (t *Target) describe() string {
	caps := "no capabilities"
	if len(t.Caps) > 0 {
		caps = strings.Join(t.Caps, ", ")
		if sorted := slices.Sorted(slices.Values(t.Caps)); slices.Equal(sorted, dockerCaps[:]) {
			caps = "Docker's default capabilities"
		}
	}
	return dockerArch(t.ABI) + ", Linux " + strconv.Itoa(t.Kernel[0]) + "." + strconv.Itoa(t.Kernel[1]) + ", " + caps
}

// meant returns ` (did you mean "near"?)`, or "" where nothing is near.
func meant(near string) string {
	if near == "" {
		return ""
	}
	return " (did you mean " + quote(near) + "?)"
}

// ChangeCaps returns caps with some added and others dropped, sorted.
func ChangeCaps(caps, add, drop []string) []string {
	out := slices.Concat(caps, add)
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(c string) bool { return slices.Contains(drop, c) })
}
