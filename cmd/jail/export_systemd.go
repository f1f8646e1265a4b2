package main

import (
	"jail/policy/convert"
	"jail/policy/minijail"
	"jail/policy/systemd"
)

func exportSystemd(p *exported) (convert.Result, error) {
	return systemd.Export(p.policy, writerOf)
}

func exportMinijail(p *exported) (convert.Result, error) {
	return minijail.Export(p.policy, p.rules.ABI, writerOf)
}
