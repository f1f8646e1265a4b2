package systemd

import (
	"path/filepath"
	"strings"
	"testing"

	"jail/policy"
	"jail/policy/syscalls"
)

// The text of a small policy, whole.
func TestImportText(t *testing.T) {
	r := mustImport(t, []File{
		{"/usr/lib/systemd/system/web.service", []byte(`[Unit]
Description=web

[Service]
ExecStart=/usr/bin/web \
  # not a part of it
  --port 80
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET \
  AF_INET6
SystemCallArchitectures=native x86
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`)},
		{"/etc/systemd/system/web.service.d/10-less.conf", []byte("[Service]\nSystemCallFilter=~@privileged:EACCES uname:kill\n")},
	})
	want := `# Written by jail import systemd, from
#   /usr/lib/systemd/system/web.service
#   /etc/systemd/system/web.service.d/10-less.conf
#
# Other than in the unit:
# - /usr/lib/systemd/system/web.service:11: calls of other ABIs (x86) are always refused

description = "what web.service may call"
default = "deny"
errno = "EPERM"

# web.service:9: RestrictAddressFamilies=AF_INET AF_INET6
[[rule]]
syscalls = ["socket"]
when = "family not in {AF_INET, AF_INET6}"
action = "deny"
errno = "EAFNOSUPPORT"

# 10-less.conf:2: SystemCallFilter=~@privileged:EACCES uname:kill
[[rule]]
syscalls = ["uname"]
action = "kill"

# 10-less.conf:2: SystemCallFilter=~@privileged:EACCES uname:kill
[[rule]]
syscalls = ["@privileged"]
action = "deny"
errno = "EACCES"

# web.service:12: SystemCallFilter=@system-service
[[rule]]
syscalls = ["@system-service"]
action = "allow"
`
	if r.Policy != want {
		t.Errorf("got\n%s\nwant\n%s", r.Policy, want)
	}
}

// Everything that systemd would pass over is an error here, all at once.
func TestImportErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "test.service: assigns nothing in a [Service] section: not a unit that runs a program",
		"[Unit]\nDescription=x\n": "test.service: assigns nothing in a [Service] section: not a unit that runs a program",
		"[Service]\nSystemCallFilter=@system-servce opennat\nSystemCallFilter=~mount:EPREM\nSystemCallErrorNumber=EPERN\n": `test.service:2: SystemCallFilter=: unknown set "@system-servce" (did you mean "@system-service"?)
test.service:2: SystemCallFilter=: unknown call "opennat" (did you mean "openat"?)
test.service:3: SystemCallFilter=: unknown errno "EPREM" (did you mean "EPERM"?)
test.service:4: SystemCallErrorNumber=: unknown errno "EPERN" (did you mean "EPERM"?)`,
		"[Service]\nSystemCallFilter=file-system\n":             `test.service:2: SystemCallFilter=: unknown call "file-system" (did you mean "@file-system"?)`,
		"[Service]\nSystemCallFilter=read:EPERM\n":              `test.service:2: SystemCallFilter=: "read:EPERM" allows a call and names an errno; that goes with "~" only`,
		"[Service]\nSystemCallErrorNumber=0\n":                  `test.service:2: SystemCallErrorNumber=: 0 is no error`,
		"[Service]\nSystemCallErrorNumber=4096\n":               `test.service:2: SystemCallErrorNumber=: unknown errno "4096"`,
		"[Service]\nSystemCallArchitectures=nativ\n":            `test.service:2: SystemCallArchitectures=: unknown architecture "nativ" (did you mean "native"?)`,
		"[Service]\nRestrictAddressFamilies=AF_UNX\n":           `test.service:2: RestrictAddressFamilies=: unknown address family "AF_UNX" (did you mean "AF_UNIX"?)`,
		"[Service]\nRestrictNamespaces=~usr\n":                  `test.service:2: RestrictNamespaces=: unknown kind of namespace "usr" (did you mean "user"?)`,
		"[Service]\nLockPersonality=maybe\n":                    `test.service:2: LockPersonality=: "maybe" is neither yes nor no`,
		"[Service]\nSystemCallFiler=read\n":                     `test.service:2: unknown directive "SystemCallFiler" (did you mean "SystemCallFilter"?)`,
		"[Service]\nsystemcallfilter=read\n":                    `test.service:2: unknown directive "systemcallfilter" (did you mean "SystemCallFilter"?)`,
		"[Service]\nMemoryDenyWriteExec=yes\n":                  `test.service:2: unknown directive "MemoryDenyWriteExec" (did you mean "MemoryDenyWriteExecute"?)`,
		"[Unit]\nSystemCallFilter=read\n[Service]\nType=exec\n": `test.service:2: SystemCallFilter= has no effect in [Unit]: it belongs in [Service]`,
		"SystemCallFilter=read\n[Service]\nType=exec\n":         `test.service:1: "SystemCallFilter" is assigned before the first [Section]`,
		"[Service]\nSystemCallFilter read\n":                    `test.service:2: is neither Key=Value nor a [Section]: "SystemCallFilter read"`,
		"[Service\nType=exec\n": "test.service:1: is no section header: it begins with [ and does not end as one\n" +
			`test.service:2: "Type" is assigned before the first [Section]`,
		"[Service]\n=x\n":                           `test.service:2: has no key before its "="`,
		"[Service]\nType=\x00\n":                    `test.service:2: has a control character in it`,
		"\x7fELF\xff\nx\n\xff\n\xff\n":              `test.service:1: is not UTF-8 text`,
		"[Service]\nx\nType=\xff\ny\n\xff\n":        `test.service:3: is not UTF-8 text`,
		"[Service]\nSystemCallFilter=@network\n":    `test.service:2: SystemCallFilter=: unknown set "@network" (did you mean "@network-io"?)`,
		"[Service]\n\n\nType=\xff\n":                `test.service:4: is not UTF-8 text`,
		"{\"defaultAction\": \"SCMP_ACT_ALLOW\"}\n": `test.service:1: is neither Key=Value nor a [Section]: "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}"`,
	} {
		r, err := Import(file(text))
		if err == nil {
			t.Errorf("%q: no error", text)
			continue
		}
		if got := err.Error(); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		if _, ok := err.(policy.Problems); !ok || r.Policy != "" {
			t.Errorf("%q: error is a %T, and the policy %q", text, err, r.Policy)
		}
	}
}

// What is none of our business is passed over in silence.
func TestImportIgnores(t *testing.T) {
	text := "\ufeff; comment\n[X-Mine]\nSystemCallFilter=nonsense\n[Service]\r\nExecStart=/bin/a \\\r\n  b=c\r\nProtectProc=invisible\n" +
		"RestrictFileSystems=ext4\nX-SystemCallFilter=x\nEnvironment=\"A=" + strings.Repeat("x", 5000) + "\"\nNoNewPrivileges=1\n" +
		"SystemCallArchitectures=native\nProtectHostname=private\nRestrictNamespaces=no\nPrivateDevices=off\n[Install]\nWantedBy=x\n"
	r := mustImport(t, file(text))
	if got := r.Report(""); got != "" {
		t.Errorf("losses:\n%s", got)
	}
	const notice = `test.service restricts no system call: this policy allows everything (the built-in "web" may be what you want)`
	if r.Notice != notice || !strings.HasPrefix(r.Policy, "# "+notice+"\n#\n# Written by ") {
		t.Errorf("notice %q of the policy\n%s", r.Notice, r.Policy)
	}
	if !strings.HasSuffix(r.Policy, "\ndefault = \"allow\"\n\n") && !strings.HasSuffix(r.Policy, "\ndefault = \"allow\"\n") {
		t.Errorf("policy:\n%s", r.Policy)
	}
}

// Each loss, and the line it stands for.
func TestImportLosses(t *testing.T) {
	const quiet = "[Service]\nNoNewPrivileges=yes\nSystemCallArchitectures=native\n"
	for text, want := range map[string]string{
		quiet + "SystemCallFilter=@system-service\n":                                               "",
		quiet + "SystemCallFilter=~@sync:0\n":                                                      "test.service:4: @sync:0 reports success without making the call; a policy cannot, so it fails with EPERM",
		quiet + "SystemCallFilter=read\nPersonality=x86\n":                                         "test.service:5: Personality= is not set: jail starts the program with the one that it has itself",
		quiet + "ProtectClock=yes\nProtectKernelLogs=no\n":                                         "test.service:4: ProtectClock= is more than a filter: CAP_SYS_TIME and CAP_WAKE_ALARM are not dropped, and /dev/rtc stays accessible",
		quiet + "SystemCallArchitectures=x32 arm64\nSystemCallFilter=read\n":                       "test.service:4: calls of other ABIs (x32) are always refused",
		"[Service]\nSystemCallFilter=read\nNoNewPrivileges=yes\n":                                  "the unit has no SystemCallArchitectures=native; here calls of 32-bit ABIs and of x32 are always refused",
		"[Service]\nSystemCallFilter=read\nSystemCallArchitectures=native\nNoNewPrivileges=no\n":   "the unit has no NoNewPrivileges=yes; here set-user-ID programs and file capabilities never have an effect",
		"[Service]\nSystemCallFilter=read\nSystemCallArchitectures=native\nDynamicUser=yes\n":      "",
		"[Socket]\nNoNewPrivileges=yes\nSystemCallArchitectures=x86-64\nSystemCallFilter=@mount\n": "",
	} {
		r := mustImport(t, file(text))
		if got := strings.TrimSuffix(r.Report(""), "\n"); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		for _, l := range r.Losses {
			if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(r.Policy, "\n#", " ")), " "), l.Text) {
				t.Errorf("%q: the policy does not say: %s", text, l.Text)
			}
		}
	}
}

// Single answers, by the words of systemd.exec(5).
func TestImportAnswers(t *testing.T) {
	for _, c := range []struct{ unit, call, want string }{
		{"SystemCallFilter=read", "execve", "allow"},
		{"SystemCallFilter=read", "write", "kill"},
		{"SystemCallFilter=@system-service\nSystemCallFilter=", "mount", "allow"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=EACCES", "write", "deny EACCES"},
		{"SystemCallFilter=~@mount:0", "mount", "deny EPERM"},
		{"DynamicUser=yes", "openat2", "deny ENOSYS"},
		{"RestrictAddressFamilies=none\nRestrictAddressFamilies=AF_INET", "socket 1", "deny EAFNOSUPPORT"},
		{"RestrictAddressFamilies=none\nRestrictAddressFamilies=AF_INET", "socket 2", "allow"},
		{"RestrictAddressFamilies=none\nRestrictAddressFamilies=~AF_INET", "socket 1", "allow"},
		{"RestrictAddressFamilies=AF_UNIX AF_INET\nRestrictAddressFamilies=~AF_LOCAL", "socket 1", "deny EAFNOSUPPORT"},
		{"RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=~AF_INET", "socket 2", "deny EAFNOSUPPORT"},
		{"RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=", "socket 1", "allow"},
		{"RestrictAddressFamilies=AF_INET", "socketpair 1", "allow"},
		{"RestrictNamespaces=yes\nRestrictNamespaces=net", "unshare 0x40000000", "allow"},
		{"RestrictNamespaces=yes\nRestrictNamespaces=net", "unshare 0x20000", "deny EPERM"},
		{"RestrictNamespaces=net\nRestrictNamespaces=~net", "unshare 0x40000000", "deny EPERM"},
		{"RestrictNamespaces=net ipc\nRestrictNamespaces=no", "unshare 0x20000", "allow"},
		{"RestrictNamespaces=yes\nRestrictNamespaces=", "unshare 0x20000", "allow"},
		{"RestrictNamespaces=~time", "unshare 0x80", "deny EPERM"},
		{"RestrictNamespaces=~user", "clone3", "deny ENOSYS"},
		{"LockPersonality=yes\nPersonality=x86", "personality 8", "allow"},
		{"LockPersonality=yes\nPersonality=x86", "personality 0", "deny EPERM"},
		{"ProtectHostname=yes:box", "sethostname", "deny EPERM"},
		{"ProtectHostname=private", "sethostname", "allow"},
		{"ProtectClock=yes\nProtectClock=no", "settimeofday", "allow"},
	} {
		rules := imported(t, "[Service]\n"+c.unit)
		call, arg, _ := strings.Cut(c.call, " ")
		var args [6]uint64
		if arg != "" {
			v, err := parseHex(arg)
			if err != nil {
				t.Fatal(err)
			}
			args[0] = v
		}
		nr, _ := syscalls.X86_64.Number(call)
		d := rules.Decide(rules.ABI.Audit, nr, &args)
		got := d.Action.String()
		if d.Action == policy.Deny {
			got += " " + syscalls.ErrnoName(d.Errno)
		}
		if got != c.want {
			t.Errorf("%q: %s gets %s, want %s", c.unit, c.call, got, c.want)
		}
	}
}

// Every unit on this machine imports, or says that it runs nothing; and every
// policy made of one is sound on both ABIs.
func TestImportUnitsOfThisMachine(t *testing.T) {
	units, _ := filepath.Glob("/usr/lib/systemd/system/*.service")
	sound := 0
	for _, path := range units {
		files, err := Find(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		r, err := Import(files)
		if err != nil {
			if !strings.HasSuffix(err.Error(), "not a unit that runs a program") {
				t.Errorf("%v", err)
			}
			continue
		}
		if _, err := resolve(r.Policy); err != nil {
			t.Errorf("%s: %v\n%s", path, err, r.Policy)
		}
		sound++
	}
	t.Logf("%d of %d units", sound, len(units))
}
