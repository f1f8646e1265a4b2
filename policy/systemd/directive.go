package systemd

import (
	"slices"
	"strings"

	"jail/policy/syscalls"
)

// directives are those that make a seccomp filter, or that one depends on.
var directives = [...]string{
	"DynamicUser",
	"LockPersonality",
	"MemoryDenyWriteExecute",
	"NoNewPrivileges",
	"Personality",
	"PrivateDevices",
	"ProtectClock",
	"ProtectHostname",
	"ProtectKernelLogs",
	"ProtectKernelModules",
	"ProtectKernelTunables",
	"RestrictAddressFamilies",
	"RestrictNamespaces",
	"RestrictRealtime",
	"RestrictSUIDSGID",
	"SystemCallArchitectures",
	"SystemCallErrorNumber",
	"SystemCallFilter",
	"SystemCallLog",
}

// programSections are those of the units that run programs; all of them take
// the directives of systemd.exec(5).
var programSections = [...]string{"Service", "Socket", "Mount", "Swap"}

func runsProgram(section string) bool { return slices.Contains(programSections[:], section) }

func isDirective(key string) bool {
	_, ok := slices.BinarySearch(directives[:], key)
	return ok
}

// neighbours are directives of systemd's that look like one of ours: every key
// of systemd 252 to 262 that Nearest would take for a misspelling.
var neighbours = [...]string{"ProtectProc"}

// misspelt returns the directive that a key is probably meant to be, "" where
// it is near none or is a directive of systemd's that has nothing to do with
// seccomp.
func misspelt(key string) string {
	if strings.HasPrefix(key, "X-") || slices.Contains(neighbours[:], key) {
		return ""
	}
	return syscalls.Nearest(key, slices.Values(directives[:]))
}

// boolean reads a yes or no as systemd does (parse_boolean).
func boolean(s string) (on, ok bool) {
	for _, w := range [...]string{"1", "yes", "y", "true", "t", "on"} {
		if strings.EqualFold(s, w) {
			return true, true
		}
	}
	for _, w := range [...]string{"0", "no", "n", "false", "f", "off"} {
		if strings.EqualFold(s, w) {
			return false, true
		}
	}
	return false, false
}

// meant returns ` (did you mean "near"?)`, or "" where nothing is near.
func meant(near string) string {
	if near == "" {
		return ""
	}
	return " (did you mean " + quote(near) + "?)"
}
