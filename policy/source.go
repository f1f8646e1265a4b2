package policy

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// maxSize is the most that one policy file may hold, in bytes.
const maxSize = 1 << 20

// File is a policy's text as a Source read it.
type File struct {
	Name    string // a path as the user wrote it, or a built-in's name
	Data    []byte
	Builtin bool
}

// Source is where Load takes its bytes from. A name that IsPath is a path,
// relative to the working directory; any other is a built-in's name. Read
// returns the same Name for the same file, however it is spelled: Load counts
// a file once and finds loops by it.
type Source interface {
	Read(name string) (File, error)
}

// IsPath reports whether a reference to a policy names a file, not a
// built-in: it contains a slash or ends in ".toml" or ".json".
func IsPath(ref string) bool {
	return strings.Contains(ref, "/") || strings.HasSuffix(ref, ".toml") || strings.HasSuffix(ref, ".json")
}

// relative returns the name under which a Source reads what `from` calls ref.
func relative(ref string, from File) string {
	if !IsPath(ref) || path.IsAbs(ref) {
		return ref
	}
	// path.Clean is not what the kernel does with ".." behind a symbolic link,
	// so a parent is left in place; "./" goes, for the sake of messages.
	dir, _ := path.Split(from.Name)
	for strings.HasPrefix(ref, "./") {
		ref = strings.TrimLeft(ref[2:], "/")
	}
	return dir + ref
}

// OS reads files from the file system and built-ins from a table. The zero
// value has no built-ins and trusts every file.
type OS struct {
	// Builtin returns the text of a built-in policy.
	Builtin func(name string) (text string, ok bool)
	// Names lists the built-ins; used for messages only.
	Names func() []string
	// Owners, if not nil, are the users whose files are trusted: a file must
	// belong to one of them, and neither its group nor others may write to it.
	Owners []uint32

	seen []inode
}

type inode struct {
	dev, ino uint64
	name     string
}

// Owners returns whose policy files a process trusts: nil, meaning anyone's,
// for an ordinary user; for root, root's own and those of the user who called
// sudo(8), whose number sudoUID is, the text of $SUDO_UID.
func Owners(euid int, sudoUID string) []uint32 {
	if euid != 0 {
		return nil
	}
	owners := []uint32{0}
	if uid, err := strconv.ParseUint(sudoUID, 10, 32); err == nil {
		owners = append(owners, uint32(uid))
	}
	return owners
}

// Read implements Source. A file is opened once; owner and mode are those of
// the open file.
func (o *OS) Read(name string) (File, error) {
	if !IsPath(name) {
		return o.builtin(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return File{}, cause(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return File{}, cause(err)
	}
	if info.IsDir() {
		return File{}, errors.New("is a directory")
	}
	st, _ := info.Sys().(*syscall.Stat_t)
	if st != nil && o.Owners != nil {
		if err := trusted(name, info.Mode(), st.Uid, o.Owners); err != nil {
			return File{}, err
		}
	}
	data, err := readAll(f, info.Size())
	if err != nil {
		return File{}, err
	}
	if st != nil {
		name = o.first(name, uint64(st.Dev), st.Ino)
	}
	return File{Name: name, Data: data}, nil
}

// first returns the name under which this very file was read before, if it
// was, and remembers it otherwise.
func (o *OS) first(name string, dev, ino uint64) string {
	for _, s := range o.seen {
		if s.dev == dev && s.ino == ino {
			return s.name
		}
	}
	o.seen = append(o.seen, inode{dev, ino, name})
	return name
}

// readAll reads a file of about the given size, up to maxSize.
func readAll(r io.Reader, size int64) ([]byte, error) {
	buf := make([]byte, 0, max(512, min(size, maxSize)+1))
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf))
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) > maxSize {
			return nil, errors.New("is larger than 1 MiB")
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, cause(err)
		}
	}
}

// cause drops the operation and the path, which the message has already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return errors.New("cannot be read: " + err.Error())
}

func trusted(name string, mode fs.FileMode, uid uint32, owners []uint32) error {
	if !slices.Contains(owners, uid) {
		return errors.New("belongs to user " + strconv.Itoa(int(uid)) +
			", and root takes policies only from root or the user who called sudo: chown root " + shellWord(name))
	}
	switch {
	case mode.Perm()&0o002 != 0:
		return errors.New("can be written by everyone, so root does not take policies from it: chmod go-w " + shellWord(name))
	case mode.Perm()&0o020 != 0:
		return errors.New("can be written by its group, so root does not take policies from it: chmod go-w " + shellWord(name))
	}
	return nil
}

// shellWord quotes a name for a command that a person may paste.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./+,:@", r)
	}
	if s != "" && s[0] != '-' && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return quote(s)
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Recording passes reads on to another Source and remembers what they gave.
type Recording struct {
	From  Source
	files []File
}

// Read implements Source.
func (r *Recording) Read(name string) (File, error) {
	f, err := r.From.Read(name)
	if err == nil {
		r.files = append(r.files, f)
	}
	return f, err
}

// Files returns what was read, in order. A Replay of it serves the same Load
// once more, in another process too.
func (r *Recording) Files() []File { return r.files }

// Replay serves what a Recording holds, in the order of the recording: Load
// reads the same names in the same order from the same bytes.
type Replay struct{ Files []File }

// Read implements Source.
func (r *Replay) Read(name string) (File, error) {
	if len(r.Files) == 0 {
		return File{}, errors.New("is not among the recorded files")
	}
	f := r.Files[0]
	r.Files = r.Files[1:]
	return f, nil
}
