package oci

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"jail/policy/syscalls"
)

// Keys of the objects of a profile.
const (
	profileKeys = "defaultAction defaultErrnoRet architectures archMap flags listenerPath listenerMetadata syscalls"
	elementKeys = "names name action errnoRet args comment includes excludes"
	argKeys     = "index value valueTwo op"
	filterKeys  = "caps arches minKernel"
	archKeys    = "architecture subArchitectures"
)

func (r *reader) profile(n node, path string) *profile {
	p := &profile{off: n.off, listOff: n.off}
	var def, arches, archMap *node
	errno := number{}
	r.fields(n, path, profileKeys, func(name, path string, v node) {
		switch name {
		case "defaultAction":
			def = &v
		case "defaultErrnoRet":
			errno = number{r.number(v, path, 64), true}
		case "architectures":
			arches = &v
			for i, w := range r.words(v, path) {
				r.arch(w, path+"["+strconv.Itoa(i)+"]")
				p.arches = append(p.arches, w)
			}
		case "archMap":
			archMap = &v
			r.archMap(p, v, path)
		case "flags":
			r.flags(v, path)
		case "listenerPath", "listenerMetadata":
			r.lose(v.off, quote(path)+" is passed over: jail hands no call to a listener")
		case "syscalls":
			p.listOff = v.off
			r.list(v, path, func(path string, v node) { p.elements = append(p.elements, r.element(v, path)) })
		}
	})
	if arches != nil && len(arches.items) > 0 && archMap != nil && len(archMap.items) > 0 {
		r.fail(archMap.off, `there are both "architectures" and "archMap": a profile has one of them`)
	}
	if def == nil {
		r.fail(n.off, quote(path+"defaultAction")+" is missing")
		return p
	}
	p.defOff = def.off
	p.def = r.action(*def, path+"defaultAction", errno)
	return p
}

// number is a number that may be missing.
type number struct {
	value uint64
	given bool
}

// actions are those of the runtime specification.
var actions = [...]specs.LinuxSeccompAction{
	specs.ActKill, specs.ActKillProcess, specs.ActKillThread, specs.ActTrap, specs.ActErrno, specs.ActTrace,
	specs.ActAllow, specs.ActLog, specs.ActNotify,
}

// action reads an action; errno is what goes with it, EPERM where there is none.
func (r *reader) action(n node, path string, errno number) action {
	text := r.text(n, path)
	a := action{word: specs.LinuxSeccompAction(text)}
	switch {
	case n.kind != jsonString:
		return a
	case !slices.Contains(actions[:], a.word):
		r.fail(n.off, quote(path)+": unknown action "+quote(text)+meant(nearestOf(text, actions[:])))
	case a.word == specs.ActNotify:
		r.fail(n.off, quote(path)+": SCMP_ACT_NOTIFY asks a listener outside of the container, and jail has none: "+
			"say what shall happen to these calls")
	case a.word == specs.ActKill:
		a.word = specs.ActKillThread // the same under its old name
	case a.word == specs.ActErrno || a.word == specs.ActTrace:
		a.data = 1
		if errno.given {
			a.data = uint16(errno.value) // runc keeps 16 bits
		}
	}
	return a
}

func nearestOf[S ~string](word string, in []S) string {
	return syscalls.Nearest(word, func(yield func(string) bool) {
		for _, s := range in {
			if !yield(string(s)) {
				return
			}
		}
	})
}

// archNames are the architectures of the runtime specification.
var archNames = [...]specs.Arch{
	specs.ArchX86, specs.ArchX86_64, specs.ArchX32, specs.ArchARM, specs.ArchAARCH64, specs.ArchMIPS, specs.ArchMIPS64,
	specs.ArchMIPS64N32, specs.ArchMIPSEL, specs.ArchMIPSEL64, specs.ArchMIPSEL64N32, specs.ArchPPC, specs.ArchPPC64,
	specs.ArchPPC64LE, specs.ArchS390, specs.ArchS390X, specs.ArchPARISC, specs.ArchPARISC64, specs.ArchRISCV64,
	specs.ArchLOONGARCH64, specs.ArchM68K, specs.ArchSH, specs.ArchSHEB,
}

// arch checks the name of an architecture.
func (r *reader) arch(w word, path string) {
	if !slices.Contains(archNames[:], specs.Arch(w.text)) {
		r.fail(w.off, quote(path)+": unknown architecture "+quote(w.text)+meant(nearestOf(w.text, archNames[:])))
	}
}

// archMap takes the architectures that go with the target's.
func (r *reader) archMap(p *profile, n node, path string) {
	r.list(n, path, func(path string, v node) {
		var main word
		var sub []word
		r.fields(v, path+".", archKeys, func(name, path string, v node) {
			switch name {
			case "architecture":
				main = word{r.text(v, path), v.off}
				r.arch(main, path)
			case "subArchitectures":
				for i, w := range r.words(v, path) {
					r.arch(w, path+"["+strconv.Itoa(i)+"]")
					sub = append(sub, w)
				}
			}
		})
		if main.text == scmpArch(r.target.ABI) && len(p.arches) == 0 {
			p.arches = append([]word{main}, sub...)
		}
	})
}

func (r *reader) flags(n node, path string) {
	for _, w := range r.words(n, path) {
		switch w.text {
		case "SECCOMP_FILTER_FLAG_TSYNC", string(specs.LinuxSeccompFlagWaitKillableRecv):
		case string(specs.LinuxSeccompFlagLog):
			r.lose(w.off, w.text+" is not set: jail's own log tells of refused calls")
		case string(specs.LinuxSeccompFlagSpecAllow):
			r.lose(w.off, w.text+" is not set: the kernel's mitigation of speculative store bypass stays as it is")
		default:
			r.fail(w.off, quote(path)+": unknown flag "+quote(w.text))
		}
	}
}

func (r *reader) element(n node, path string) element {
	e := element{off: n.off, path: path}
	var act, name, names *node
	errno := number{}
	r.fields(n, path+".", elementKeys, func(key, path string, v node) {
		switch key {
		case "names":
			names = &v
			e.names = append(e.names, r.words(v, path)...)
		case "name":
			if v.text != "" || v.kind != jsonString { // Docker takes "" for none
				name = &v
				e.names = append(e.names, word{r.text(v, path), v.off})
			}
		case "action":
			act = &v
		case "errnoRet":
			errno = number{r.number(v, path, 64), true}
		case "args":
			r.list(v, path, func(path string, v node) { e.args = append(e.args, r.arg(v, path)) })
		case "comment":
			e.comment = r.text(v, path)
		case "includes":
			e.left = join(e.left, r.filter(v, path, false))
		case "excludes":
			e.left = join(e.left, r.filter(v, path, true))
		}
	})
	if n.kind != jsonObject {
		return e
	}
	if name != nil && names != nil && len(names.items) > 0 {
		r.fail(name.off, quote(path)+` has both "name" and "names": an element has one of them`)
	}
	for _, w := range e.names {
		if w.text == "" && r.src[w.off] == '"' {
			r.fail(w.off, quote(path)+": empty name of a call")
		}
	}
	if act == nil {
		r.fail(n.off, quote(path+".action")+" is missing")
		return e
	}
	e.action = r.action(*act, path+".action", errno)
	return e
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// ops are the comparisons of the runtime specification.
var ops = [...]specs.LinuxSeccompOperator{
	specs.OpNotEqual, specs.OpLessThan, specs.OpLessEqual, specs.OpEqualTo, specs.OpGreaterEqual, specs.OpGreaterThan,
	specs.OpMaskedEqual,
}

func (r *reader) arg(n node, path string) (a specs.LinuxSeccompArg) {
	var op *node
	r.fields(n, path+".", argKeys, func(name, path string, v node) {
		switch name {
		case "index":
			a.Index = uint(r.number(v, path, 32))
			if a.Index > 5 {
				r.fail(v.off, quote(path)+": a call has the arguments 0 to 5, not "+v.text)
			}
		case "value":
			a.Value = r.number(v, path, 64)
		case "valueTwo":
			a.ValueTwo = r.number(v, path, 64)
		case "op":
			op = &v
		}
	})
	if n.kind != jsonObject {
		return a
	}
	if op == nil {
		r.fail(n.off, quote(path+".op")+" is missing")
		return a
	}
	a.Op = specs.LinuxSeccompOperator(r.text(*op, path+".op"))
	if op.kind == jsonString && !slices.Contains(ops[:], a.Op) {
		r.fail(op.off, quote(path+".op")+": unknown comparison "+quote(op.text)+meant(nearestOf(op.text, ops[:])))
	}
	return a
}

// filter evaluates includes or excludes as moby does (setupSeccomp of
// profiles/seccomp/seccomp_linux.go): all of includes must hold and, of the
// capabilities, all; of excludes nothing may hold and, of the capabilities,
// none. It returns why the element is left out, "" where it is not.
func (r *reader) filter(n node, path string, excludes bool) (left string) {
	not := func(why string) { left = join(left, why) }
	has := func(c word) bool { return slices.Contains(r.target.Caps, c.text) }
	r.fields(n, path+".", filterKeys, func(name, path string, v node) {
		switch name {
		case "caps":
			for _, c := range r.words(v, path) {
				if has(c) == excludes {
					not(map[bool]string{true: "not with ", false: "needs "}[excludes] + c.text)
				}
			}
		case "arches":
			list := r.words(v, path)
			of := slices.ContainsFunc(list, func(w word) bool { return w.text == dockerArch(r.target.ABI) })
			if of == excludes && len(list) > 0 {
				not("not for " + dockerArch(r.target.ABI))
			}
		case "minKernel":
			min := r.minKernel(v, path)
			newer := r.target.Kernel[0] > min[0] || r.target.Kernel[0] == min[0] && r.target.Kernel[1] >= min[1]
			if newer == excludes {
				not(map[bool]string{true: "not from Linux ", false: "needs Linux "}[excludes] + v.text + map[bool]string{true: " on"}[excludes])
			}
		}
	})
	return left
}

func (r *reader) minKernel(n node, path string) (v [2]int) {
	text := r.text(n, path)
	if text == "" {
		return v
	}
	parts := strings.Split(text, ".")
	for i := range v {
		if len(parts) != 2 {
			break
		}
		x, err := strconv.ParseUint(parts[i], 10, 8)
		if err != nil {
			parts = nil
			break
		}
		v[i] = int(x)
	}
	if len(parts) != 2 || v == [2]int{} {
		r.fail(n.off, quote(path)+`: a kernel version is two numbers with a dot, such as "4.8", not `+quote(text))
	}
	return v
}
