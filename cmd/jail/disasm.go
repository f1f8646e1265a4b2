package main

import (
	"fmt"
	"strings"

	"jail/sandbox/bpf"
	"jail/sandbox/filter"
)

const disasmUsage = `Usage: jail disasm FILE

Lists a seccomp filter, instruction by instruction, with the names of calls,
arguments and constants. FILE holds struct sock_filter after struct sock_filter,
as jail compile --raw and libseccomp's seccomp_export_bpf write them; - is stdin.
Exit status: 0 if the kernel would take the filter, 1 if not.
`

// disasm lists any filter.
func disasm(args []string) int {
	if len(args) > 0 && isHelp(args[0]) {
		return print(disasmUsage)
	}
	if len(args) != 1 {
		return subUsage(nil, disasmUsage)
	}
	if len(args[0]) > 1 && args[0][0] == '-' {
		return badUsage("disasm", fmt.Errorf("unknown flag %s", args[0]))
	}
	file, err := readInput(args[0])
	if err != nil {
		return fail("%v", err)
	}
	program, err := bpf.Decode(file.data)
	if err != nil {
		return fail("%s is no filter: %s", file.name, strings.TrimPrefix(err.Error(), "bpf: "))
	}
	invalid := program.Validate()
	if code := print(list(program, nil, filter.Options{})); code != 0 {
		return code
	}
	if invalid != nil {
		printErr("jail: the kernel refuses this filter: " + strings.TrimPrefix(invalid.Error(), "bpf: ") + "\n")
		return unsound
	}
	return 0
}
