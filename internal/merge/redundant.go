package merge

import (
	"slices"

	"github.com/pzgen/pzgen/policy"
)

// redundant returns the Sids of pzgen's statements in a policy without each of which it decides
// every request as before, by [policy.Compare], with those of pzgen's that were found so far left
// out: of two that say the same one stays. What is not decided is not redundant.
func (t *Thing) redundant(merged policy.Document) []string {
	var out []string
	mine := t.mine()
	left := merged
	for i := len(merged.Statements) - 1; i >= 0; i-- { // pzgen's follow those of others
		s := merged.Statements[i]
		if !mine(s) {
			continue
		}
		less := left
		less.Statements = slices.Delete(slices.Clone(left.Statements), i, i+1)
		c, err := policy.Compare(policy.Policies{Resource: &left}, policy.Policies{Resource: &less},
			policy.Setting{})
		if err == nil && c.Relation == policy.Same {
			left = less
			out = append(out, s.Sid)
		}
	}
	slices.Reverse(out)
	return out
}
