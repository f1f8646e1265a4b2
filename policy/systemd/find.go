package systemd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// unitDirs are where the system manager looks for units, the first first, as
// `systemd-analyze unit-paths` prints them.
var unitDirs = [...]string{
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/run/systemd/generator.late",
}

// maxSize is the most that one unit file may hold, in bytes: systemd's own
// limit for a line.
const maxSize = 1 << 20

// Find reads a unit: the file of that path if ref has a slash in it, and
// otherwise the unit of that name with its drop-ins, as systemd.unit(5) finds
// and orders them. A name without a suffix is that of a service.
func Find(ref string) ([]File, error) { return find("", ref) }

// find looks for units below another root.
func find(root, ref string) ([]File, error) {
	if strings.Contains(ref, "/") {
		f, err := load(root, ref)
		if err != nil {
			return nil, errors.New(ref + ": " + err.Error())
		}
		return []File{f}, nil
	}
	name := ref
	if filepath.Ext(name) == "" {
		name += ".service"
	}
	if strings.HasPrefix(name, ".") {
		return nil, errors.New(quote(ref) + " is no name of a unit")
	}
	main, err := fragment(root, name)
	if err != nil {
		return nil, err
	}
	files := []File{main}
	names := []string{name}
	if real, err := filepath.EvalSymlinks(root + main.Name); err == nil {
		names = appendNew(names, filepath.Base(real)) // drop-ins of an alias's unit count too
	}
	dropins, err := dropins(root, names)
	return append(files, dropins...), err
}

// fragment reads the unit's own file.
func fragment(root, name string) (File, error) {
	candidates := []string{name}
	if prefix, suffix, ok := instance(name); ok {
		candidates = append(candidates, prefix+"@"+suffix)
	}
	for _, name := range candidates {
		for _, dir := range unitDirs {
			path := dir + "/" + name
			masked, exists := masks(root + path)
			switch {
			case !exists:
				continue
			case masked:
				return File{}, errors.New(path + ": is masked: systemd does not start this unit")
			}
			f, err := load(root, path)
			if err != nil {
				err = errors.New(path + ": " + err.Error())
			}
			return f, err
		}
	}
	text := "no unit " + quote(name) + " in " + strings.Join([]string{"/etc", "/run", "/usr/local/lib", "/usr/lib"}, "/systemd/system, ") + "/systemd/system"
	if _, err := os.Stat(name); err == nil {
		text += "; for the file of that name write " + quote("./"+name)
	}
	return File{}, errors.New(text)
}

// instance splits "prefix@instance.suffix"; suffix includes the dot.
func instance(name string) (prefix, suffix string, ok bool) {
	at := strings.IndexByte(name, '@')
	dot := strings.LastIndexByte(name, '.')
	if at <= 0 || dot < at+2 {
		return "", "", false
	}
	return name[:at], name[dot:], true
}

// dropins reads the unit's drop-ins in the order of their file names. Of two
// with the same name the one in the earlier directory counts.
func dropins(root string, names []string) ([]File, error) {
	found := map[string]string{} // file name to path
	var order []string
	for _, sub := range dropinDirs(names) {
		for _, dir := range unitDirs {
			entries, err := os.ReadDir(root + dir + "/" + sub)
			if err != nil {
				continue
			}
			for _, e := range entries {
				name := e.Name()
				if filepath.Ext(name) != ".conf" || name[0] == '.' || found[name] != "" {
					continue
				}
				found[name] = dir + "/" + sub + "/" + name
				order = append(order, name)
			}
		}
	}
	slices.Sort(order)
	var out []File
	for _, name := range order {
		if masked, exists := masks(root + found[name]); masked || !exists {
			continue
		}
		f, err := load(root, found[name])
		if err != nil {
			return nil, errors.New(found[name] + ": " + err.Error())
		}
		out = append(out, f)
	}
	return out, nil
}

// dropinDirs lists the directories of a unit's drop-ins, the most specific
// first: its own, its template's, those of its name cut short after each dash,
// and that of its type.
func dropinDirs(names []string) []string {
	var out, types []string
	for _, name := range names {
		out = appendNew(out, name+".d")
		stem, suffix, ok := instance(name)
		if ok {
			out = appendNew(out, stem+"@"+suffix+".d")
		} else {
			suffix = filepath.Ext(name)
			stem = strings.TrimSuffix(name, suffix)
		}
		for i := len(stem) - 1; i > 0; i-- {
			if stem[i] == '-' && i < len(stem)-1 {
				out = appendNew(out, stem[:i+1]+suffix+".d")
			}
		}
		types = appendNew(types, suffix[1:]+".d")
	}
	return append(out, types...)
}

// masks reports whether a file exists, and whether it is empty or /dev/null,
// which masks units and drop-ins of its name.
func masks(path string) (masked, exists bool) {
	info, err := os.Stat(path)
	if err != nil {
		return false, false
	}
	return info.Mode()&fs.ModeCharDevice != 0 || info.Mode().IsRegular() && info.Size() == 0, true
}

func load(root, path string) (File, error) {
	f, err := os.Open(root + path)
	if err != nil {
		return File{}, cause(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return File{}, errors.New("is a directory")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return File{}, cause(err)
	}
	if len(data) > maxSize {
		return File{}, errors.New("is larger than 1 MiB")
	}
	return File{Name: path, Data: data}, nil
}

// cause drops the operation and the path, which the message has already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return errors.New("cannot be read: " + err.Error())
}
