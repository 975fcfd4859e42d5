package awscli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// getPolicy notes a managed policy, whose document is in another answer.
func (r *reader) getPolicy(a answer) error {
	var out struct{ Policy named }
	if err := a.decode(&out); err != nil {
		return err
	}
	r.managed(out.Policy.Arn, nil, a.at())
	return nil
}

// managed notes a managed policy and, where it is known, its document.
func (r *reader) managed(arn string, d *deployed.Document, at deployed.Place) {
	name := nameOf(arn)
	i := slices.IndexFunc(r.state.Policies, func(p deployed.Policy) bool { return p.Name.V.String() == name })
	if i < 0 {
		p := "/"
		if a, ok := policy.ParseARN(arn); ok {
			p = strings.TrimSuffix(strings.TrimPrefix(a.Resource, "policy"), name)
		}
		r.state.Policies = append(r.state.Policies, deployed.Policy{Name: deployed.Lit(name), Path: deployed.Lit(p), At: at})
		i = len(r.state.Policies) - 1
	}
	if before := r.state.Policies[i].Policy; d != nil && before != nil && before.Document.Normal() != d.Document.Normal() {
		r.unknown(answer{path: at.Path}, fmt.Sprintf("it says something else of policy %q than %q does: keep the newer one",
			name, before.At.Path))
		return
	}
	if d != nil {
		r.state.Policies[i].Policy, r.state.Policies[i].At = d, at
	}
}

// version keeps the document of a managed policy, which does not say which: see attachVersions.
func (r *reader) version(a answer) error {
	var out struct {
		PolicyVersion struct{ IsDefaultVersion *bool }
	}
	if err := a.decode(&out); err != nil {
		return err
	}
	if is := out.PolicyVersion.IsDefaultVersion; is != nil && !*is {
		r.unknown(a, "it is not the policy's default version, which is the one that counts")
		return nil
	}
	r.versions = append(r.versions, a)
	_, err := a.document("PolicyVersion", "Document")
	return err
}

// attachVersions tells which managed policies the documents are that do not say it: by the names of
// their files, or where one policy and one document are left.
func (r *reader) attachVersions() {
	for pass := range 2 {
		var left []answer
		for _, a := range r.versions {
			missing := r.withoutDocument()
			name := inPath(a.path, missing)
			if name == "" && pass == 1 && len(missing) == 1 && len(r.versions) == 1 {
				name = missing[0]
			}
			if name == "" || strings.HasPrefix(r.arnOf(name), ambiguous) {
				left = append(left, a)
				continue
			}
			d, _ := a.document("PolicyVersion", "Document")
			r.managed(r.arnOf(name), d, a.at())
		}
		r.versions = left
	}
	for _, a := range r.versions {
		r.unknown(a, "it does not say which policy it is a version of: put the policy's name into the name of the file")
	}
}

// withoutDocument returns the names of managed policies that are attached or bound something, and
// whose document is not known yet.
func (r *reader) withoutDocument() []string {
	var arns, out []string
	for _, a := range r.state.Attachments {
		arns = append(arns, a.Policy.V.String())
	}
	for _, name := range sortedKeys(r.roles) {
		if b := r.roles[name].Boundary.V.String(); b != "" {
			arns = append(arns, b)
		}
	}
	for _, arn := range arns {
		name := nameOf(arn)
		known := slices.ContainsFunc(r.state.Policies, func(p deployed.Policy) bool {
			return p.Name.V.String() == name && p.Policy != nil
		})
		if !known && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// ambiguous is the ARN of a name that two managed policies have, one of AWS and one of the account: a
// document of that name may be either's.
const ambiguous = "?"

// arnOf returns the ARN of a managed policy that is attached or bounds something.
func (r *reader) arnOf(name string) string {
	arn := ""
	add := func(a string) {
		switch {
		case nameOf(a) != name || a == arn:
		case arn == "":
			arn = a
		default:
			arn = ambiguous + name
		}
	}
	for _, a := range r.state.Attachments {
		add(a.Policy.V.String())
	}
	for _, role := range sortedKeys(r.roles) {
		add(r.roles[role].Boundary.V.String())
	}
	return arn
}
