package diff

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// once compares the same policies once: the targets of a setup have them in common. What is the same
// to the byte decides alike, and nothing less is taken for the same: names may meet patterns.
type once struct{ known map[string]answer }

type answer struct {
	policy.Comparison
	err error
}

func newOnce() *once { return &once{map[string]answer{}} }

// compare is [policy.Compare]. Policies that are the same to the byte on both sides have no
// difference, also where they have no meaning.
func (o *once) compare(old, new policy.Policies, in policy.Setting) (policy.Comparison, error) {
	before, after := text(old), text(new)
	if before == after {
		return policy.Comparison{Relation: policy.Same}, nil
	}
	key := fmt.Sprintf("%q\x00%s\x00%s", []any{in.Principal, in.ResourceAccount, in.Resources, in.Context}, before, after)
	a, ok := o.known[key]
	if !ok {
		a.Comparison, a.err = policy.Compare(old, new, in)
		o.known[key] = a
	}
	return a.Comparison, a.err
}

// text writes the policies of an identity and of a resource, each document with its place.
func text(p policy.Policies) string {
	var b strings.Builder
	for _, d := range p.Identity {
		fmt.Fprintf(&b, "identity %s\n", d.Compact())
	}
	if p.Resource != nil {
		fmt.Fprintf(&b, "resource %s\n", p.Resource.Compact())
	}
	return b.String()
}
