package spec

import "slices"

// Formed reports whether the names that a setup has and had are names of setups, and whether its
// account and region, where it has any, are of the form that the spec asks for. Nothing else of the
// setup is looked at.
func (s *Setup) Formed() bool {
	return setupName.ok(s.Name) && (s.Account == "" || accountForm.ok(s.Account)) &&
		(s.Region == "" || regionForm.ok(s.Region)) &&
		!slices.ContainsFunc(s.Was, func(was string) bool { return !setupName.ok(was) })
}
