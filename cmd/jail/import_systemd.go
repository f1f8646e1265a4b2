package main

import (
	"errors"

	"jail/policy/convert"
	"jail/policy/systemd"
)

// findUnit reads a unit and its drop-ins by the unit's name, or one file by
// its path.
func findUnit(name string) ([]inputFile, error) {
	files, err := systemd.Find(name)
	var out []inputFile
	for _, f := range files {
		out = append(out, inputFile{f.Name, f.Data})
	}
	return out, err
}

func importSystemd(files []inputFile, o *importOptions) (convert.Result, error) {
	if o.cap+o.capAdd+o.capDrop+o.kernel+o.arch != "" {
		return convert.Result{}, errors.New("--cap, --cap-add, --cap-drop, --kernel and --arch are for container profiles")
	}
	var units []systemd.File
	for _, f := range files {
		units = append(units, systemd.File{Name: f.name, Data: f.data})
	}
	return systemd.Import(units)
}
