package policy

import "fmt"

// Named is a principal that a statement names, or excepts.
type Named struct {
	Statement int // its index in the document
	Sid       string
	Principal string
}

// Deleted returns the principals of d that do not exist any more: AWS shows the unique ID of a user
// or role in place of its ARN once it was deleted, and takes no policy that names one (IAM User
// Guide, reference_policies_elements_principal, "IAM role principals"). It is meant for a policy as
// AWS returns it; in one that a person wrote, the ID may be that of somebody who exists.
func (d Document) Deleted() []Named {
	var out []Named
	for i, s := range d.Statements {
		for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
			if p == nil {
				continue
			}
			for _, t := range p.Types {
				for _, v := range t.Values.Values {
					if name := v.IAM(); t.Type == "AWS" && isUniqueID(name) {
						out = append(out, Named{i, s.Sid, name})
					}
				}
			}
		}
	}
	return out
}

// AllowsByException returns the statements of d that allow by NotPrincipal. They let in everybody
// whom they do not name, anonymous callers too (IAM User Guide,
// reference_policies_elements_notprincipal); [Evaluate] does not decide by them. Principal is "".
func (d Document) AllowsByException() []Named {
	var out []Named
	for i, s := range d.Statements {
		if s.Effect == Allow && s.NotPrincipal != nil {
			out = append(out, Named{Statement: i, Sid: s.Sid})
		}
	}
	return out
}

// Name returns the statement as messages have it: its number, from 1, and its Sid.
func (n Named) Name() string {
	if n.Sid == "" {
		return fmt.Sprintf("statement %d (without a sid)", n.Statement+1)
	}
	return fmt.Sprintf("statement %d (%q)", n.Statement+1, n.Sid)
}
