package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// references are what policies and ARNs of the module refer to: partition, account and region, beside
// the guards of their data sources, among them. What nothing refers to is not declared, or shown by
// an output, so that nothing in the module is unused.
func references(s *model.Setup) map[policy.Ref]bool {
	seen := map[policy.Ref]bool{}
	spelledOut := func() { seen[model.RefPartition], seen[model.RefAccount] = true, true } // an ARN
	see := func(refs []policy.Ref, byARN bool) {
		for _, r := range refs {
			if r == model.RefRoleARN && byARN {
				spelledOut()
			}
			seen[r] = true
		}
	}
	r := s.Role
	for _, d := range s.Docs() {
		see(d.Document.Refs(), d.Name == r.Trust.Name && !r.Existing)
	}
	see(r.Boundary.Refs(), false)
	arns := r.ManagedPolicies
	if r.Existing {
		spelledOut()
	}
	for _, b := range s.Buckets {
		if b.Existing {
			seen[model.RefPartition] = true
		}
	}
	for _, o := range s.Operators {
		for _, a := range audiences(o) {
			if len(a.Names) > 0 {
				arns = append(arns[:len(arns):len(arns)], o.ManagedPolicies...)
			}
		}
	}
	for _, arn := range arns {
		see(arn.Refs(), false)
	}
	return seen
}

// placeOutput is an output with a value of a data source.
type placeOutput struct {
	name, about string
	ref         policy.Ref
}

// placeOutputs show what data sources were read for the guards alone.
func placeOutputs(s *model.Setup) []placeOutput {
	var out []placeOutput
	seen := references(s)
	for _, o := range [...]placeOutput{
		{varAccount, "Account that owns everything here.", model.RefAccount},
		{varRegion, "Region where Personalize runs.", model.RefRegion},
	} {
		if !seen[o.ref] {
			out = append(out, o)
		}
	}
	return out
}
