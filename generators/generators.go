// Package generators is the literal list of targets.
package generators

import (
	"slices"

	"github.com/pzgen/pzgen/generators/cloudformation"
	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/generators/readme"
	"github.com/pzgen/pzgen/generators/shell"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Generator is a target: pure functions from a setup to files and back.
type Generator struct {
	Name string // as it is in a spec's targets
	Doc  string // one line for people
	// Folder is where all its files are, below the setup's folder; a file of this name where there
	// is only one.
	Folder string

	// Print renders the setup. Paths begin with the setup's name. It fails only for values that the
	// target cannot express.
	Print func(*model.Setup) ([]output.File, error)

	// Parse parses a target's files, without trust that Print wrote them, and is told nothing of the
	// setup. What it returns is called with values for the names in the files, several times, also at
	// once. An error says that a file cannot be read at all; what is not understood is in
	// State.Unknown.
	Parse func(deployed.Input) (func(deployed.Values) (deployed.State, error), error)

	// Names tells which reference each parameter or variable of the files stands for.
	Names func(*model.Setup) map[string]policy.Ref

	// Structured returns the values of the parameters or variables that hold more than one string,
	// as JSON with references in the place of strings. It is nil for a target without.
	Structured func(*model.Setup) map[string]policy.Text

	// Want returns what the files of the setup have to bring about and to show:
	// [model.Setup.Want], edited by what the target has no means for.
	Want func(*model.Setup) deployed.State

	// Shared returns files that are the same for every setup and that all setups with this target
	// use. They are in a folder of the output whose name begins with an underscore. They are
	// written once, and Parse gets them with a setup's own files. It is nil for a target without.
	Shared func() []output.File

	// Fixed: the files hold values and no names, because the language has none, so that they can only
	// be read with the values that the spec gives ([model.Setup.DeployedEnv]).
	Fixed bool
}

// Targets returns the targets in the order in which they are printed.
func Targets() []Generator {
	return []Generator{
		{Name: "json", Doc: json.Doc, Folder: "policies", Print: json.Print,
			Parse: json.Parse, Names: noNames, Want: json.Want, Fixed: true},
		{Name: "cloudformation", Doc: cloudformation.Doc, Folder: "cloudformation", Print: cloudformation.Print,
			Parse: cloudformation.Parse, Names: cloudformation.Names, Want: cloudformation.Want},
		{Name: "terraform", Doc: terraform.Doc, Folder: "terraform", Print: terraform.Print,
			Parse: terraform.Parse, Names: terraform.Names, Want: terraform.Want,
			Structured: terraform.Structured},
		{Name: "shell", Doc: shell.Doc, Folder: "shell", Print: shell.Print,
			Parse: shell.Parse, Names: shell.Names, Want: shell.Want, Shared: shell.Shared},
	}
}

// noNames is for targets without parameters.
func noNames(*model.Setup) map[string]policy.Ref { return nil }

// For returns what is printed for a setup that wants these targets: the README, which is for people
// and read as text alone, and the targets.
func For(targets []string) []Generator {
	out := []Generator{{
		Name: "readme", Doc: "what the setup is and how to apply it", Folder: "README.md",
		Print: readme.Print, Parse: readme.Parse, Names: noNames, Want: readme.Want, Fixed: true,
	}}
	for _, g := range Targets() {
		if slices.Contains(targets, g.Name) {
			out = append(out, g)
		}
	}
	return out
}

// Names returns the names of the targets.
func Names() []string {
	var names []string
	for _, g := range Targets() {
		names = append(names, g.Name)
	}
	return names
}
