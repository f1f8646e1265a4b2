package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const unixModule = "golang.org/x/sys"

// unixPackage is what golang.org/x/sys/unix declares, by GOARCH.
type unixPackage struct {
	kernel string // the kernel its tables were made from: "7.2"
	byArch map[string]*archConstants
}

// archConstants are the exported integer constants of one GOARCH.
type archConstants struct {
	values  map[string]constant.Value
	numbers []entry           // SYS_*, by the kernel's names
	errnos  map[string]uint64 // those of type syscall.Errno
	signals map[string]uint64 // those of type syscall.Signal
}

// goarches are the architectures whose constants the tables hold.
var goarches = []string{"amd64", "386", "arm64"}

func loadUnix() (*unixPackage, error) {
	dir, err := moduleDir(unixModule)
	if err != nil {
		return nil, err
	}
	kernel, err := kernelOf(filepath.Join(dir, "unix", "linux", "Dockerfile"))
	if err != nil {
		return nil, err
	}
	p := &unixPackage{kernel: kernel, byArch: map[string]*archConstants{}}
	for _, arch := range goarches {
		if p.byArch[arch], err = loadArch(filepath.Join(dir, "unix"), arch); err != nil {
			return nil, fmt.Errorf("x/sys/unix for %s: %w", arch, err)
		}
	}
	return p, nil
}

// moduleDir returns where the module cache holds a module, at go.mod's version.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" {
		return "", fmt.Errorf("%s is not in the module cache: run go mod download", module)
	}
	return dir, nil
}

var kernelTag = regexp.MustCompile(`--branch v([0-9]+\.[0-9]+)\b.*/linux`)

// kernelOf reads which kernel x/sys checks out to make its tables.
func kernelOf(dockerfile string) (string, error) {
	text, err := os.ReadFile(dockerfile)
	if err != nil {
		return "", err
	}
	m := kernelTag.FindSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("%s names no kernel version", dockerfile)
	}
	return string(m[1]), nil
}

// loadArch type-checks the package's declarations for one GOARCH, bodies left
// out, and takes its constants. Errors of the type checker don't matter as
// long as every constant has a value.
func loadArch(dir, arch string) (*archConstants, error) {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled, ctx.Compiler = "linux", arch, false, "gc"
	pkg, err := ctx.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(set, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		f.Decls = constAndTypeDecls(f.Decls)
		files = append(files, f)
	}
	conf := types.Config{
		Importer:         syscallOnly{},
		IgnoreFuncBodies: true,
		Sizes:            types.SizesFor("gc", arch),
		Error:            func(error) {},
	}
	checked, _ := conf.Check("golang.org/x/sys/unix", set, files, nil)
	return collect(checked.Scope(), set)
}

func constAndTypeDecls(in []ast.Decl) []ast.Decl {
	var out []ast.Decl
	for _, d := range in {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok != token.VAR {
			out = append(out, g)
		}
	}
	return out
}

func collect(scope *types.Scope, set *token.FileSet) (*archConstants, error) {
	a := &archConstants{map[string]constant.Value{}, nil, map[string]uint64{}, map[string]uint64{}}
	var errs []error
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || !c.Exported() {
			continue
		}
		v := c.Val()
		if v.Kind() == constant.Unknown {
			errs = append(errs, fmt.Errorf("constant %s has no value", name))
			continue
		}
		if v.Kind() != constant.Int {
			continue
		}
		n, _ := constant.Uint64Val(v)
		if call, ok := strings.CutPrefix(name, "SYS_"); ok {
			// Names that x/sys made up for itself are in other files.
			if strings.HasPrefix(filepath.Base(set.Position(c.Pos()).Filename), "zsysnum_") {
				a.numbers = append(a.numbers, entry{uint32(n), strings.ToLower(call)})
			}
			continue
		}
		switch c.Type().String() {
		case "syscall.Errno":
			a.errnos[name] = n
		case "syscall.Signal":
			a.signals[name] = n
		}
		a.values[name] = v
	}
	return a, errors.Join(errs...)
}

// syscallOnly imports a package syscall that declares the two types that
// constants of x/sys/unix have, and nothing else.
type syscallOnly struct{}

func (syscallOnly) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := types.NewPackage(path, filepath.Base(path))
	if path == "syscall" {
		for name, kind := range map[string]types.BasicKind{"Errno": types.Uintptr, "Signal": types.Int} {
			obj := types.NewTypeName(token.NoPos, p, name, nil)
			types.NewNamed(obj, types.Typ[kind], nil)
			p.Scope().Insert(obj)
		}
	}
	p.MarkComplete()
	return p, nil
}
