package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jail/policy/syscalls"
)

const okRule = "[[rule]]\nsyscalls = [\"read\"]\naction = \"allow\"\n"

func ruleWith(lines string) string {
	return "[[rule]]\nsyscalls = [\"read\"]\n" + lines
}

func TestLoadReportsEachMistake(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "defualt = \"deny\"", `web.toml:1:1: unknown key "defualt" (did you mean "default"?)`},
		{"unknown table", "[server]\nport = 1", `web.toml:1:1: unknown key "server"`},
		{"unknown dotted key", "\nserver.port = 1", `web.toml:2:1: unknown key "server"`},
		{"keys are case sensitive", "Default = \"deny\"", `web.toml:1:1: unknown key "Default" (did you mean "default"?)`},
		{"description", "description = 1", `web.toml:1:15: "description" must be a string, not an integer`},
		{"default", "default = \"alow\"", `web.toml:1:11: unknown action "alow" (did you mean "allow"?)`},
		{"default far off", "default = \"permit\"", `web.toml:1:11: unknown action "permit": there are allow, log, deny and kill`},
		{"default type", "default = true", `web.toml:1:11: "default" must be one of allow, log, deny, kill, not a boolean`},
		{"errno name", "errno = \"EPREM\"", `web.toml:1:9: unknown errno "EPREM" (did you mean "EPERM"?)`},
		{"errno zero", "errno = 0", `web.toml:1:9: errno 0 is not between 1 and 4095`},
		{"errno large", "errno = 4096", `web.toml:1:9: errno 4096 is not between 1 and 4095`},
		{"errno type", "errno = 1.5", `web.toml:1:9: "errno" must be a name such as "EPERM" or an integer, not a float`},
		{"extends type", "extends = \"base\"", `web.toml:1:11: "extends" must be an array of strings, not a string`},
		{"extends element", "extends = [1979-05-27]", `web.toml:1:12: "extends" holds strings only, not a date`},
		{"extends unknown", "extends = [\"bass\"]", `web.toml:1:12: "bass" cannot be read: file does not exist`},
		{"extends twice", "extends = [\"base\",\n \"base\"]", `web.toml:2:2: "base" is extended twice`},
		{"rule table", "[rule]\nsyscalls = [\"read\"]", `web.toml:1:1: a rule's header has two brackets: "[[rule]]"`},
		{"rule scalar", "rule = 1", `web.toml:1:8: "rule" must be a table, written "[[rule]]", not an integer`},
		{"rule array", "rule = [1]", `web.toml:1:9: "rule" holds tables only, not an integer`},
		{"rule key", ruleWith("action = \"allow\"\nwhn = \"fd == 1\""), `web.toml:4:1: unknown key "whn" (did you mean "when"?)`},
		{"no syscalls", "\n[[rule]]\naction = \"allow\"", `web.toml:2:1: rule has no "syscalls"`},
		{"no action", "[[rule]]\nsyscalls = [\"read\"]", `web.toml:1:1: rule has no "action"`},
		{"action", ruleWith("action = \"alow\""), `web.toml:3:10: unknown action "alow" (did you mean "allow"?)`},
		{"quiet type", ruleWith("action = \"deny\"\nquiet = \"yes\""), `web.toml:4:9: "quiet" must be true or false, not a string`},
		{"quiet allow", ruleWith("action = \"allow\"\nquiet = true"), `web.toml:4:9: "quiet" says nothing here: what is allowed is never logged`},
		{"quiet log", ruleWith("action = \"log\"\nquiet = true"), `web.toml:4:9: "quiet" contradicts action = "log"; quiet logging is "allow"`},
		{"errno on allow", ruleWith("action = \"allow\"\nerrno = 1"), `web.toml:4:9: "errno" goes with action = "deny" only, not with "allow"`},
		{"errno on kill", ruleWith("errno = \"EPERM\"\naction = \"kill\""), `web.toml:3:9: "errno" goes with action = "deny" only, not with "kill"`},
		{"syscalls type", "[[rule]]\nsyscalls = \"read\"\naction = \"deny\"", `web.toml:2:12: "syscalls" must be an array of strings, not a string`},
		{"syscalls empty", "[[rule]]\nsyscalls = [ ]\naction = \"deny\"", `web.toml:2:12: "syscalls" is empty: the rule matches nothing`},
		{"syscalls element", "[[rule]]\nsyscalls = [ {} ]\naction = \"deny\"", `web.toml:2:14: "syscalls" holds strings only, not a table`},
		{"syscall", "[[rule]]\nsyscalls = [\n  \"opennat\",\n]\naction = \"deny\"", `web.toml:3:3: unknown syscall "opennat" (did you mean "openat"?)`},
		{"syscall far off", "[[rule]]\nsyscalls = [\"frobnicate\"]\naction = \"deny\"", `web.toml:2:13: unknown syscall "frobnicate"`},
		{"syscall empty", "[[rule]]\nsyscalls = [\"\"]\naction = \"deny\"", `web.toml:2:13: empty syscall name`},
		{"syscall escaped", "[[rule]]\nsyscalls = [\"a\\u001b[2J\"]\naction = \"deny\"", `web.toml:2:13: unknown syscall "a\x1b[2J"`},
		{"group without @", "[[rule]]\nsyscalls = [\"mount\", \"keyring\"]\naction = \"deny\"", `web.toml:2:22: unknown syscall "keyring" (did you mean "@keyring"?)`},
		{"group by its start", "[[rule]]\nsyscalls = [\"@network\"]\naction = \"deny\"", `web.toml:2:13: unknown set "@network" (did you mean "@network-io"?)`},
		{"no group", "[[rule]]\nsyscalls = [\"@\"]\naction = \"deny\"", `web.toml:2:13: unknown set "@"`},
		{"group", "[[rule]]\nsyscalls = [\"@netwrok-io\"]\naction = \"deny\"", `web.toml:2:13: unknown set "@netwrok-io" (did you mean "@network-io"?)`},
		{"named twice", "[[rule]]\nsyscalls = [\"read\", \"read\"]\naction = \"deny\"", `web.toml:2:21: "read" is named twice`},
		{"when type", ruleWith("action = \"deny\"\nwhen = 1"), `web.toml:4:8: "when" must be a string, not an integer`},
		{"when empty", ruleWith("action = \"deny\"\nwhen = \"\""), `web.toml:4:8: "when" is empty; leave it out to match every call`},
		{"syntax", "default = \"deny", `web.toml:1:15: unexpected EOF; expected '"'`},
		{"syntax below", "default = \"deny\"\nerrno = \n", `web.toml:2:9: expected value but found '\n' instead`},
		{"duplicate key", "default = \"deny\"\ndefault = \"deny\"", `web.toml:2:1: Key 'default' has already been defined.`},
		{"bad escape", "default = \"\\q\"", `web.toml:1:12: invalid escape in string '\q'`},
		{"not UTF-8", "# \xff", `web.toml:1:3: is not UTF-8 text`},
		{"UTF-16", "\xff\xfed\x00", `web.toml:1:1: is not UTF-8 text`},
		{"NUL", "default = \"deny\"\n#\x00", `web.toml:2:2: is not UTF-8 text`},
		{"deep array", "rule = " + strings.Repeat("[", 40), `web.toml:1:24: nested deeper than 16 levels`},
		{"deep table", "rule = " + strings.Repeat("{a=", 40), `web.toml:1:56: nested deeper than 16 levels`},
		{"deep key", strings.Repeat("a.", 40) + "b = 1", `web.toml:1:34: nested deeper than 16 levels`},
		{"deep header", "[" + strings.Repeat("a.", 40) + "b]", `web.toml:1:35: nested deeper than 16 levels`},
		{"large", strings.Repeat("[[a]]\n", 33000), `web.toml:32767:1: more than 32768 values`},
		{"shadowed", okRule + ruleWith("action = \"deny\""), `web.toml:4:1: rule can never match: web.toml:1 decides all its calls first`},
		{"shadowed by a group", "[[rule]]\nsyscalls = [\"@basic-io\"]\naction = \"allow\"\n" + ruleWith("action = \"log\""),
			`web.toml:4:1: rule can never match: web.toml:1 decides all its calls first`},
		{"condition shadowed", okRule + ruleWith("action = \"deny\"\nwhen = \"fd == 1\""),
			`web.toml:4:1: rule can never match: web.toml:1 decides all its calls first`},
		{"same condition", ruleWith("action = \"deny\"\nwhen = \"fd == 1\"\n") + ruleWith("action = \"allow\"\nwhen = \"arg0 == 0x1 && count > 0\""),
			`web.toml:5:1: rule can never match: web.toml:1 decides all its calls first`},
	} {
		src := texts{"web.toml": c.text, "base": okRule}
		if got := strings.Join(lines(t, src, "web.toml"), "\n"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestLoadReportsEverythingAtOnce(t *testing.T) {
	src := texts{
		"conf/web.toml": `extends = ["common.toml", "none.toml"]
defualt = "deny"

[[rule]]
syscalls = ["opennat", "socket"]
action = "alow"
when = "family == AF_INIT"

[[rule]]
syscalls = ["socket"]
when = '''
  family == AF_INET &&
  tipe == 1'''
action = "allow"
`,
		"conf/common.toml": "errno = 9999\n[[rule]]\nsyscalls = [\"read\"]\n",
	}
	want := []string{
		`conf/web.toml:1:27: "none.toml" cannot be read: file does not exist`,
		`conf/web.toml:2:1: unknown key "defualt" (did you mean "default"?)`,
		`conf/web.toml:5:13: unknown syscall "opennat" (did you mean "openat"?)`,
		`conf/web.toml:6:10: unknown action "alow" (did you mean "allow"?)`,
		`conf/web.toml:7:19: unknown constant "AF_INIT" (did you mean "AF_INET"?)`,
		`conf/web.toml:13:3: socket has no argument "tipe" (did you mean "type"?): it takes family, type, protocol`,
		`conf/common.toml:1:9: errno 9999 is not between 1 and 4095`,
		`conf/common.toml:2:1: rule has no "action"`,
	}
	if got := lines(t, src, "conf/web.toml"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLoadTakes(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"BOM and CRLF": "\ufeffdefault = \"deny\"\r\n[[rule]]\r\nsyscalls = [\r\n\"read\"]\r\naction = \"allow\"\r\n",
		"inline":       `rule = [{syscalls = ["read"], action = "allow"}, {syscalls = ["write"], action = "deny", errno = 5}]`,
		"quoted keys":  "\"default\" = 'deny'\n[[\"rule\"]]\n'syscalls' = [\"read\"]\n\"act\\u0069on\" = \"\"\"allow\"\"\"",
		"other ABIs":   "[[rule]]\nsyscalls = [\"socketcall\", \"mmap2\", \"renameat\"]\naction = \"allow\"",
	} {
		if got := lines(t, texts{"web.toml": text}, "web.toml"); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestMissingPolicy(t *testing.T) {
	got := lines(t, texts{}, "conf/web.toml")
	if want := []string{"conf/web.toml: cannot be read: file does not exist"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExtendsLoop(t *testing.T) {
	src := texts{
		"d/a.toml": `extends = ["./b.toml"]`,
		"d/b.toml": `extends = ["c.toml"]`,
		"d/c.toml": "\nextends = [\"b.toml\"]",
		"self":     `extends = ["self"]`,
	}
	for ref, want := range map[string]string{
		"d/a.toml": "d/c.toml:2:12: extends goes in a circle: d/b.toml → d/c.toml → d/b.toml",
		"self":     "self:1:12: extends goes in a circle: self → self",
	} {
		if got := strings.Join(lines(t, src, ref), "\n"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestExtendsLimits(t *testing.T) {
	deep := texts{}
	for i := range 40 {
		deep[fmt.Sprintf("%d.toml", i)] = fmt.Sprintf("extends = [\"%d.toml\"]", i+1)
	}
	if got, want := strings.Join(lines(t, deep, "0.toml"), "\n"), "15.toml:1:12: extends goes deeper than 16 files"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	wide, list := texts{}, ""
	for i := range 100 {
		wide[fmt.Sprintf("%d.toml", i)] = ""
		list += fmt.Sprintf("\n\"%d.toml\",", i)
	}
	wide["top.toml"] = "extends = [" + list + "]"
	if got, want := lines(t, wide, "top.toml")[0], "top.toml:65:1: a policy is made of more than 64 files"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBuiltinExtendsBuiltinsOnly(t *testing.T) {
	src := texts{"web": `extends = ["/etc/passwd.toml"]`, "/etc/passwd.toml": ""}
	got := lines(t, src, "web")
	if want := []string{"web:1:12: a built-in policy extends built-ins only"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	src := texts{
		"conf/web.toml":    `extends = [".//sub/x.toml", "../top.toml", "/abs.toml", "base"]`,
		"conf/sub/x.toml":  `extends = ["y.toml"]`,
		"conf/sub/y.toml":  "",
		"conf/../top.toml": "",
		"/abs.toml":        `extends = ["rel.toml"]`,
		"/rel.toml":        "",
		"base":             "",
	}
	got := mustLoad(t, src, "conf/web.toml").Files()
	want := []string{"conf/web.toml", "conf/sub/x.toml", "conf/sub/y.toml", "conf/../top.toml", "/abs.toml", "/rel.toml", "base"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A file that two others extend counts once, and after both of them: a file's
// rules come before those of all that it extends.
func TestDiamond(t *testing.T) {
	rule := func(action string) string {
		return "[[rule]]\nsyscalls = [\"read\"]\naction = \"" + action + "\"\n"
	}
	src := texts{
		"web.toml": `extends = ["a.toml", "b.toml"]`,
		"a.toml":   `extends = ["base"]`,
		"b.toml":   "extends = [\"base\"]\n" + rule("log"),
		"base":     rule("kill"),
	}
	p := mustLoad(t, src, "web.toml")
	if got, want := p.Files(), []string{"web.toml", "a.toml", "b.toml", "base"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	r := mustResolve(t, p, syscalls.X86_64)
	if got := says(r, decide(t, r, "read")); got != "log b.toml:2" {
		t.Errorf("read: %s", got)
	}
	if n := len(r.Origins); n != 2+3 {
		t.Errorf("%d origins: %q", n, r.Origins)
	}
}

func TestScalarsAreInherited(t *testing.T) {
	for _, c := range []struct {
		web, a, b string
		action    Action
		errno     uint16
	}{
		{"", "", "", Deny, 1},
		{"", "default = \"log\"", "default = \"kill\"\nerrno = 5", Log, 5},
		{"", "errno = \"EACCES\"", "default = \"kill\"\nerrno = 5", Kill, 13},
		{"default = \"deny\"", "default = \"allow\"", "", Deny, 1},
		{"errno = 4095", "default = \"allow\"\nerrno = 1", "", Allow, 4095},
	} {
		src := texts{"web.toml": "extends = [\"a\", \"b\"]\n" + c.web, "a": c.a, "b": c.b}
		action, errno := mustLoad(t, src, "web.toml").Default()
		if action != c.action || errno != c.errno {
			t.Errorf("%+v: got %v %d", c, action, errno)
		}
	}
}

func TestReplayIsTheSamePolicy(t *testing.T) {
	src := texts{
		"d/web.toml": "extends = [\"x.toml\", \"base\"]\nerrno = \"EIO\"",
		"d/x.toml":   "extends = [\"base\"]\n" + okRule,
		"base":       "default = \"deny\"\n[[rule]]\nsyscalls = [\"socket\"]\nwhen = \"family == AF_UNIX\"\naction = \"allow\"",
	}
	rec := &Recording{From: src}
	p := mustLoad(t, rec, "d/web.toml")
	var names []string
	for _, f := range rec.Files() {
		names = append(names, fmt.Sprint(f.Name, " ", f.Builtin))
	}
	if want := []string{"d/web.toml false", "d/x.toml false", "base true"}; !slices.Equal(names, want) {
		t.Fatalf("recorded %q, want %q", names, want)
	}
	again := mustLoad(t, &Replay{Files: rec.Files()}, "d/web.toml")
	a, b := mustResolve(t, p, syscalls.X86_64), mustResolve(t, again, syscalls.X86_64)
	if fmt.Sprintf("%+v", *a) != fmt.Sprintf("%+v", *b) {
		t.Error("the replayed policy differs")
	}
	if _, err := Load("d/web.toml", &Replay{Files: rec.Files()[:1]}); err == nil {
		t.Error("a recording that ends early is accepted")
	}
}

// Whatever the text, loading it ends in a policy or in problems with a place,
// and a policy that loads has an answer for every call.
func FuzzLoad(f *testing.F) {
	f.Add(okRule)
	f.Add("default = \"kill\"\nextends = [\"base\", \"f.toml\"]\nrule = [{syscalls = [\"@known\"], action = \"log\", when = \"arg0 == 1\"}]")
	f.Add("[[rule]]\nsyscalls = [\"socket\", \"clone\"]\nwhen = '''arg0 has 1 || !(arg1 & 3 in {1,\n 2})'''\naction = \"deny\"\nerrno = 5\nquiet = true")
	f.Add("[rule]\n[[rule.x]]\n'a'.b = {c = [1.5, 1979-05-27]}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		p, err := Load("f.toml", texts{"f.toml": text, "base": okRule})
		if err != nil {
			for _, x := range err.(Problems) {
				if x.Line < 1 || x.Level != LevelError || x.Text == "" {
					t.Errorf("%q: %+v", text, x)
				}
			}
			return
		}
		for _, abi := range []*syscalls.ABI{syscalls.X86_64, syscalls.AArch64} {
			p.Lint(abi)
			r, err := p.Resolve(abi)
			if err != nil {
				continue
			}
			for _, e := range abi.All() {
				d := r.Decide(abi.Audit, e.Nr, new([6]uint64))
				if d.Rule < 0 || d.Rule >= len(r.Origins) || d.Action > Kill || (d.Action == Deny) != (d.Errno != 0) {
					t.Fatalf("%q: %s gets %+v", text, e.Name, d)
				}
			}
		}
	})
}
