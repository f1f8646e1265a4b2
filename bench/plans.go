package main

import (
	"context"
	"slices"
)

// A plan makes a row ready: it builds what the row needs, and fills in the
// peers.
type plan struct {
	group   *group
	name    string
	prepare func(context.Context, *lab, *row) error
}

// plans lists all rows, in the order of the table.
func plans() []plan {
	return slices.Concat(launchPlans(), callPlans(), denialPlans(), attachmentPlans(), serverPlans())
}
