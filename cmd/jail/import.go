package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/policy/convert"
	"jail/policy/oci"
	"jail/policy/syscalls"
)

// importFormat is a format that policies can be made from.
type importFormat struct {
	word    string
	what    string // a line for people
	convert func(files []inputFile, o *importOptions) (convert.Result, error)
	find    func(name string) ([]inputFile, error) // nil: names are those of files
}

func importFormats() []importFormat {
	return []importFormat{
		{"docker", "FILE: a seccomp profile of Docker's or OCI linux.seccomp, or a config.json", importDocker, nil},
		{"systemd", "UNIT...: nginx.service, or a path; several add up as drop-ins do", importSystemd, findUnit},
	}
}

const importUsage = `Usage: jail import FORMAT [FLAGS] FILE...

Makes a policy of what another program's file says, and says what could not be
kept. "-" is standard input.

%s
  -o, --output FILE     write the policy there; without it: to standard output
      --strict          fail, and write nothing, if anything could not be kept

What a Docker profile's conditions ask about; without flags as "docker run" on
this machine:
      --cap LIST        the container's capabilities: names, all or none
      --cap-add LIST    capabilities added to Docker's default ones
      --cap-drop LIST   capabilities taken away
      --kernel VERSION  the kernel, such as 6.1
      --arch ARCH       x86_64 or aarch64

Exit status: 0 if the policy was made, 1 if --strict forbids it, 125 if the file
has errors.
`

// importOptions are the flags of import.
type importOptions struct {
	output, cap, capAdd, capDrop, kernel, arch string
	strict                                     bool
}

// inputFile is a file to convert.
type inputFile struct {
	name string // as messages call it
	data []byte
}

// importPolicy is the sub-command import.
func importPolicy(args []string) int {
	help := formatHelp(importUsage, importFormats(), func(f importFormat) (string, string) { return f.word, f.what })
	if len(args) == 0 || isHelp(args[0]) {
		return subUsage(args, help)
	}
	for _, f := range importFormats() {
		if f.word == args[0] {
			return importFrom(f, args[1:], help)
		}
	}
	return badUsage("import", unknownFormat(args[0], importFormats(), func(f importFormat) string { return f.word }))
}

// formatHelp fills the list of formats into a usage text.
func formatHelp[F any](usage string, formats []F, words func(F) (string, string)) string {
	var b strings.Builder
	for _, f := range formats {
		word, what := words(f)
		fmt.Fprintf(&b, "  %-9s %s\n", word, what)
	}
	return fmt.Sprintf(usage, b.String())
}

// unknownFormat names the formats that there are.
func unknownFormat[F any](word string, formats []F, name func(F) string) error {
	var words []string
	for _, f := range formats {
		words = append(words, name(f))
	}
	last := len(words) - 1
	return fmt.Errorf("unknown format %q: there are %s and %s", word, strings.Join(words[:last], ", "), words[last])
}

func importFrom(f importFormat, args []string, help string) int {
	var o importOptions
	asked := false
	names, err := subFlags(args, map[string]*bool{"--strict": &o.strict, "-h": &asked, "--help": &asked}, map[string]*string{
		"-o": &o.output, "--output": &o.output, "--cap": &o.cap, "--cap-add": &o.capAdd, "--cap-drop": &o.capDrop,
		"--kernel": &o.kernel, "--arch": &o.arch,
	})
	switch {
	case err != nil:
		return badUsage("import", err)
	case asked:
		return print(help)
	case len(names) == 0:
		return badUsage("import", errors.New("no file given"))
	}
	var files []inputFile
	for _, name := range names {
		found, err := f.read(name)
		if err != nil {
			return fail("%v", err)
		}
		files = append(files, found...)
	}
	out, err := f.convert(files, &o)
	if err != nil {
		return unconvertible(err)
	}
	return deliver(out, o.output, o.strict)
}

// read finds what a name on the command line stands for.
func (f importFormat) read(name string) ([]inputFile, error) {
	if f.find != nil && name != "-" {
		return f.find(name)
	}
	file, err := readInput(name)
	return []inputFile{file}, err
}

// deliver writes what a conversion made, and says what it lost.
func deliver(out convert.Result, path string, strict bool) int {
	if out.Notice != "" {
		printErr("jail: " + out.Notice + "\n")
	}
	printErr(out.Report("jail: not kept: "))
	if strict && (len(out.Losses) > 0 || out.Notice != "") {
		printErr("jail: --strict: nothing was written\n")
		return unsound
	}
	if path == "" || path == "-" {
		return print(out.Policy)
	}
	if err := writeWhole(path, out.Policy); err != nil {
		return fail("%v; nothing was written", err)
	}
	return 0
}

// unconvertible says why there is no conversion.
func unconvertible(err error) int {
	var problems policy.Problems
	if errors.As(err, &problems) {
		printErr(problems.Error() + "\n")
		return fail("nothing was written")
	}
	return fail("%v; nothing was written", err)
}

// mostInput is the most that a file to convert may hold, in bytes.
const mostInput = 1 << 20

func readInput(name string) (inputFile, error) {
	f, shown := os.Stdin, "standard input"
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return inputFile{}, err
		}
		defer f.Close()
		shown = name
	}
	data, err := io.ReadAll(io.LimitReader(f, mostInput+1))
	if err != nil {
		return inputFile{}, err
	}
	if len(data) > mostInput {
		return inputFile{}, fmt.Errorf("%s is larger than 1 MiB", shown)
	}
	return inputFile{shown, data}, nil
}

// writeWhole writes a file in one step: until it is complete, what was there
// stays.
func writeWhole(path, text string) error {
	target, mode, write := path, fs.FileMode(0o644), replaceFile
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		target = whole // what a link points at is replaced, not the link
	}
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
		if !info.Mode().IsRegular() {
			write = writeInto // a device or pipe
		}
	}
	if err := write(target, text, mode); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, cause(err))
	}
	return nil
}

func writeInto(path, text string, mode fs.FileMode) error {
	return os.WriteFile(path, []byte(text), mode)
}

func replaceFile(path, text string, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".jail-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// cause drops the operation and the name of a file: a temporary one's says
// nothing to anybody.
func cause(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}

func importDocker(files []inputFile, o *importOptions) (convert.Result, error) {
	if len(files) > 1 {
		return convert.Result{}, errors.New("give one profile at a time")
	}
	t, err := containerTarget(o)
	if err != nil {
		return convert.Result{}, err
	}
	return oci.Import(files[0].data, files[0].name, t)
}

// containerTarget is what a profile's conditions are decided for.
func containerTarget(o *importOptions) (t oci.Target, err error) {
	t = machineTarget()
	if o.arch != "" {
		abi, known := oci.ABIByArch(o.arch)
		if !known {
			return t, fmt.Errorf("flag --arch takes x86_64 or aarch64, not %q", o.arch)
		}
		t.ABI = abi
	}
	if o.kernel != "" {
		if t.Kernel, err = oci.ParseKernel(o.kernel); err != nil {
			return t, fmt.Errorf("flag --kernel: %q %w", o.kernel, err)
		}
	}
	if o.cap != "" {
		if t.Caps, err = oci.ParseCaps(o.cap); err != nil {
			return t, fmt.Errorf("flag --cap: %w", err)
		}
	}
	added, err := oci.ParseCaps(o.capAdd)
	if err != nil {
		return t, fmt.Errorf("flag --cap-add: %w", err)
	}
	dropped, err := oci.ParseCaps(o.capDrop)
	if err != nil {
		return t, fmt.Errorf("flag --cap-drop: %w", err)
	}
	t.Caps = oci.ChangeCaps(t.Caps, added, dropped)
	return t, nil
}

// machineTarget is a container of "docker run" on this machine.
func machineTarget() oci.Target {
	t := oci.Target{Caps: oci.DockerCaps(), ABI: syscalls.Native()}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		t.Kernel, _ = oci.ParseKernel(unix.ByteSliceToString(u.Release[:]))
	}
	return t
}
