// Package generators is the literal list of targets.
package generators

import (
	"github.com/pzgen/pzgen/artifact"
	"github.com/pzgen/pzgen/model"
	"github.com/pzgen/pzgen/policy"
)

// Generator is a target: a pure function from a setup to files, and one that reads such files back.
type Generator struct {
	Name string // as it stands in a spec's targets
	Doc  string // one line for people

	// Print renders the setup. Paths begin with the setup's name. It fails only for values that the target cannot express.
	Print func(*model.Setup) ([]artifact.File, error)

	// Read runs the files in the meaning of their own language under env, which gives every reference a value. It must not trust that Print wrote them.
	Read func(*model.Setup, []artifact.File, policy.Env) (*model.Reading, error)

	// Partial: the target carries the statements to merge into policies that are not known here.
	Partial bool
}
