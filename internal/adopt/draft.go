package adopt

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

const service = "personalize.amazonaws.com"

// letsServiceIn reports whether a statement names Amazon Personalize as a principal: it itself,
// not what only has its name in it.
func letsServiceIn(s policy.Statement) bool {
	if s.Effect != policy.Allow || s.Principal == nil {
		return false
	}
	return slices.ContainsFunc(s.Principal.Types, func(t policy.PrincipalType) bool {
		return t.Type == "Service" && slices.ContainsFunc(t.Values.Written(), func(w string) bool {
			return w == service || w == service+".cn"
		})
	})
}

func (d *draft) take(owner string, doc *deployed.Document, there bool) {
	if doc == nil {
		return
	}
	if doc.Unread {
		d.note("%s: a policy whose text is not known", doc.At)
		return
	}
	for i, s := range doc.Document.Statements {
		at := doc.At
		if i < len(doc.Statements) {
			at = doc.Statements[i]
		}
		d.given = append(d.given, given{owner: owner, statement: s.MapTexts(d.named), at: at, there: there,
			vars: doc.Document.Version == policy.Version2012})
	}
}

// named returns a text in which the keys that the artifact creates go by their names in the
// spec. What else the artifact calls by a name of its own, data.arn for example, is nothing that
// the spec calls so.
func (d *draft) named(t policy.Text) policy.Text {
	parts := slices.Clone(t.Parts())
	for i, part := range parts {
		r, ok := part.(policy.Ref)
		if !ok || r.ID == model.RefAccount.ID {
			continue
		}
		k := slices.IndexFunc(d.keys, func(k *key) bool { return k.arn == "" && r == k.ref })
		if k >= 0 {
			parts[i] = model.RefKeyARN(d.keys[k].id)
		} else {
			parts[i] = policy.Ref{ID: "input." + r.ID, Attr: r.Attr}
		}
	}
	return policy.NewText(parts...)
}

// takeRole takes the first role that Amazon Personalize can assume, and its policies. Several
// inputs may tell of it.
func (d *draft) takeRole(st deployed.State) {
	for _, r := range st.Roles {
		if r.Trust != nil && slices.ContainsFunc(r.Trust.Document.Statements, letsServiceIn) {
			d.role, d.hasRole = r, true
			break
		}
	}
	for _, r := range st.Roles {
		if !d.isRole(deployed.RoleP, r.Name.V) {
			d.takeOthers("role "+r.Name.V.String(), append([]deployed.Inline{{Policy: r.Trust}}, r.Inline...))
			continue
		}
		for _, of := range []struct {
			what     string
			one, now *deployed.Text
		}{{"path", &d.role.Path, &r.Path}, {"permissions boundary", &d.role.Boundary, &r.Boundary}} {
			switch one, now := of.one.V.String(), of.now.V.String(); {
			case one == "":
				*of.one = *of.now
			case now != "" && now != one:
				d.note("%s: the role has another %s here, %s", r.At, of.what, now)
			}
		}
		d.take("trust", r.Trust, false)
		for _, in := range r.Inline {
			d.take("role", in.Policy, false)
		}
	}
	for _, a := range st.Attachments {
		if !d.isRole(a.Kind, a.To.V) {
			continue
		}
		if doc := policyOf(st, a); doc != nil {
			d.take("role", doc, false)
		} else {
			d.note("%s: policy %s is attached to the role, and its text is not known: "+
				"name it under managedPolicies of role", a.At, a.Policy.V)
		}
	}
}

// policyOf returns the text of an attached policy, where it was read. A policy of AWS is not one of
// those that are read, whatever their names.
func policyOf(st deployed.State, a deployed.Attachment) *deployed.Document {
	if arn, ok := policy.ParseARN(a.Policy.V.IAM()); ok && arn.Account == "aws" {
		return nil
	}
	for _, p := range st.Policies {
		if name := p.Name.V.String(); name != "" && strings.HasSuffix(a.Policy.V.String(), "/"+name) {
			return p.Policy
		}
	}
	return nil
}

// takeOthers notes the policies of who is not Amazon Personalize.
func (d *draft) takeOthers(who string, policies []deployed.Inline) {
	for _, in := range policies {
		d.lose("of "+who+", which operators may stand for", in.Policy)
	}
}

// lose notes all statements of a policy, if there is one.
func (d *draft) lose(why string, doc *deployed.Document) {
	if doc == nil {
		return
	}
	for i, s := range doc.Document.Statements {
		at := doc.At
		if i < len(doc.Statements) {
			at = doc.Statements[i]
		}
		d.lost(at, why, s)
	}
}

// isRole reports whether a principal is the role that Amazon Personalize can assume.
func (d *draft) isRole(kind deployed.PrincipalKind, name policy.Text) bool {
	return d.hasRole && kind == deployed.RoleP && name.String() == d.role.Name.V.String()
}

// takePeople notes what people and programs may do.
func (d *draft) takePeople(st deployed.State) {
	for _, p := range st.Policies {
		ours := slices.ContainsFunc(st.Attachments, func(a deployed.Attachment) bool {
			return d.isRole(a.Kind, a.To.V) && policyOf(st, a) == p.Policy
		})
		if !ours {
			d.takeOthers("policy "+p.Name.V.String(), []deployed.Inline{{Policy: p.Policy}})
		}
	}
	for _, a := range st.Attachments {
		if !d.isRole(a.Kind, a.To.V) {
			d.note("%s: policy %s is attached to %s %s: name who it is under operators",
				a.At, a.Policy.V, a.Kind, a.To.V)
		}
	}
	for _, p := range st.Inline {
		owner := string(p.Kind) + " " + p.To.V.String()
		if d.isRole(p.Kind, p.To.V) {
			d.take("role", p.Policy, false)
			continue
		}
		d.takeOthers(owner, []deployed.Inline{{Policy: p.Policy}})
	}
}

// takeLoose takes documents that nothing says the owner of by what is in them: with principals and
// sts:AssumeRole a trust policy, with buckets the policy of one, without principals that of the role
// unless it is about calling Amazon Personalize.
func (d *draft) takeLoose(st deployed.State) {
	for _, shown := range st.Documents {
		if shown.Policy == nil {
			continue
		}
		doc := shown.Policy.Document
		has := func(f func(policy.Statement) bool) bool { return slices.ContainsFunc(doc.Statements, f) }
		resource := has(func(s policy.Statement) bool { return s.Principal != nil || s.NotPrincipal != nil })
		switch name := d.bucketNamed(doc); {
		case resource && has(func(s policy.Statement) bool {
			return s.CoversAction("sts:AssumeRole") && s.Resource.Values == nil && s.NotResource.Values == nil
		}):
			d.take("trust", shown.Policy, false)
		case resource && name != "":
			d.take("buckets."+d.bucketOf(name).id, shown.Policy, true)
		case resource:
			d.takeOthers("a key or another resource, whose name is not in "+shown.Name,
				[]deployed.Inline{{Policy: shown.Policy}})
		case has(callsPersonalize):
			d.takeOthers(shown.Name, []deployed.Inline{{Policy: shown.Policy}})
		default:
			d.take("role", shown.Policy, false)
		}
	}
}

// callsPersonalize reports whether a statement is for who calls Amazon Personalize, or passes it a role.
func callsPersonalize(s policy.Statement) bool {
	return s.CoversAction("iam:PassRole") || s.CoversAction("personalize:DescribeDatasetGroup") ||
		slices.ContainsFunc(s.Action.Values, func(a policy.Text) bool {
			return strings.HasPrefix(strings.ToLower(a.IAM()), "personalize:")
		})
}

// bucketNamed returns the bucket that every resource of a document is of, or "".
func (d *draft) bucketNamed(doc policy.Document) string {
	found := ""
	for _, s := range doc.Statements {
		for _, r := range slices.Concat(s.Resource.Values, s.NotResource.Values) {
			name, _, ok := d.bucketIn(r.IAM())
			if !ok || found != "" && found != name {
				return ""
			}
			found = name
		}
	}
	return found
}
