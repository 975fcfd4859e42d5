package spec

// How what concerns all setups of a spec is generated: a root module of Terraform with one state,
// or one with a state for each setup.
const (
	RootOneState = "one-state"
	RootPerSetup = "state-per-setup"
)

// RootModes returns the values of the field root.
func RootModes() []string { return []string{RootOneState, RootPerSetup} }
