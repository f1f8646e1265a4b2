package filter

import (
	"testing"

	"golang.org/x/sys/unix"

	"jail/policy"
	"jail/sandbox/bpf"
)

// constantlyAllowed is what the kernel does once for every number when it
// takes a filter (seccomp_is_const_allow of kernel/seccomp.c): it follows the
// program as long as that depends on number and architecture alone.
func constantlyAllowed(p bpf.Program, arch, nr uint32) bool {
	a := uint32(0)
	for pc := 0; pc < len(p); pc++ {
		i := p[pc]
		taken := false
		switch i.Code {
		case ld:
			switch i.K {
			case 0:
				a = nr
			case 4:
				a = arch
			default:
				return false
			}
			continue
		case unix.BPF_RET | unix.BPF_K:
			return i.K == unix.SECCOMP_RET_ALLOW
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(i.K)
			continue
		case unix.BPF_ALU | unix.BPF_AND:
			a &= i.K
			continue
		case jeq:
			taken = a == i.K
		case jge:
			taken = a >= i.K
		case jgt:
			taken = a > i.K
		case jset:
			taken = a&i.K != 0
		default:
			return false
		}
		if taken {
			pc += int(i.Jt)
		} else {
			pc += int(i.Jf)
		}
	}
	return false
}

// TestCache: what is allowed whatever its arguments is in the kernel's cache,
// and nothing else is.
func TestCache(t *testing.T) {
	for name, r := range map[string]*policy.Rules{"server": hundredNames(), "docker": dockerLike(), "busy": busy(), "large": manyConditions(400)} {
		for _, o := range allOptions() {
			p, err := Compile(r, o)
			if err != nil {
				t.Fatal(err)
			}
			for nr := range r.ABI.Max() + 50 {
				plain := Answer(r.Decide(r.ABI.Audit, nr, new([6]uint64)), o) == retAllow
				if c := r.Lookup(nr); c != nil && len(c.Clauses) > 0 {
					plain = false
				}
				if call := r.ABI.Syscall(nr); o.Monitor && (call == "seccomp" || call == "clone" || call == "clone3") {
					plain = false
				}
				if got := constantlyAllowed(p, r.ABI.Audit, nr); got != plain {
					t.Errorf("%s, %+v: %s (%d) cached: %v, want %v", name, o, r.ABI.Syscall(nr), nr, got, plain)
				}
			}
		}
	}
}
