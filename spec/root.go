package spec

// How what concerns all setups of a spec is generated: a root module of Terraform with one state,
// or one with a state for each setup.
const (
	RootOneState = "one-state"
	RootPerSetup = "state-per-setup"
)

// RootModes returns the values of the field root.
func RootModes() []string { return []string{RootOneState, RootPerSetup} }

// How the Terraform of the setups of a spec is generated: a module for each setup, or modules that
// setups of one shape share, and a call for each setup.
const (
	TerraformOwnModules    = "own-modules"
	TerraformSharedModules = "shared-modules"
)

// TerraformModes returns the values of the field terraform, the usual one first.
func TerraformModes() []string { return []string{TerraformOwnModules, TerraformSharedModules} }
