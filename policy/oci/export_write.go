package oci

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// profile writes the elements as JSON for people: names in wrapped lines, one
// line for each comparison.
func (x *exporter) profile(kind Kind) string {
	var b strings.Builder
	action, errno := x.def.scmp()
	b.WriteString("{\n  \"defaultAction\": " + jsonText(string(action)) + ",\n")
	if errno != nil {
		b.WriteString("  \"defaultErrnoRet\": " + strconv.Itoa(int(*errno)) + ",\n")
	}
	arch := jsonText(scmpArch(x.rules.ABI))
	if kind == Docker {
		b.WriteString("  \"archMap\": [\n    { \"architecture\": " + arch + ", \"subArchitectures\": [] }\n  ],\n")
	} else {
		b.WriteString("  \"architectures\": [" + arch + "],\n")
	}
	b.WriteString("  \"syscalls\": [")
	// What is answered whatever its arguments are comes first.
	slices.SortStableFunc(x.elements, func(a, b specs.LinuxSyscall) int { return min(len(a.Args), 1) - min(len(b.Args), 1) })
	for i := range x.elements {
		if i > 0 {
			b.WriteByte(',')
		}
		writeElement(&b, &x.elements[i])
	}
	if len(x.elements) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("]\n}\n")
	return b.String()
}

func writeElement(b *strings.Builder, e *specs.LinuxSyscall) {
	b.WriteString("\n    {\n      \"names\": [")
	names := slices.Sorted(slices.Values(e.Names))
	line := ""
	for i, n := range names {
		item := jsonText(n)
		if i < len(names)-1 {
			item += ","
		}
		if len(line)+len(item) >= lineWidth-8 {
			b.WriteString("\n        " + line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += item
	}
	if len(line) < 60 && len(names) < 8 {
		b.WriteString(line + "],\n")
	} else {
		b.WriteString("\n        " + line + "\n      ],\n")
	}
	b.WriteString("      \"action\": " + jsonText(string(e.Action)))
	if e.ErrnoRet != nil {
		b.WriteString(",\n      \"errnoRet\": " + strconv.Itoa(int(*e.ErrnoRet)))
	}
	if len(e.Args) > 0 {
		b.WriteString(",\n      \"args\": [")
		for i, a := range e.Args {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n        { \"index\": " + strconv.Itoa(int(a.Index)) + ", \"op\": " + jsonText(string(a.Op)) +
				", \"value\": " + strconv.FormatUint(a.Value, 10))
			if a.Op == specs.OpMaskedEqual {
				b.WriteString(", \"valueTwo\": " + strconv.FormatUint(a.ValueTwo, 10))
			}
			b.WriteString(" }")
		}
		b.WriteString("\n      ]")
	}
	b.WriteString("\n    }")
}

// jsonText quotes a word of the tables, which hold nothing to escape.
func jsonText(s string) string { return `"` + s + `"` }
