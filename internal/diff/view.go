// Package diff says what exactly changes from one State to another: who may do what that they could not before, the
// reverse, and which settings differ. It compares meaning: documents by [policy.Compare], all else value by value.
//
// Reading order: change.go, view.go, compare.go, settings.go, report.go.
package diff

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// view is what of a State is about access, in a form in which two tools that make the same thing say the same: what
// only a tool has, such as parameters and addresses, is left out, and a key that is yet to be created goes by its
// alias instead of the tool's address for it.
type view struct {
	settings   deployed.State // without documents
	identities map[string]*held
	resources  map[string]*held
	things     map[string]bool // what has a policy, or could have one, by the same words; true: it exists without it
	unknown    []deployed.Unknown
	destroyed  []deployed.Destroyed
	members    []deployed.Member
	controls   []deployed.Control

	account, region, partition string // where it is deployed, or of AWS's examples
	placed                     bool   // it is known for which account it is
}

// held is the policies on one principal, or the policy of one resource.
type held struct {
	what string // in words: role "Shop"
	kind policy.Kind
	docs []deployed.Document

	principal string   // ARN of who has the policies, where it is known
	arns      []string // of the resource that has the policy, and of what is in it
}

// newView returns the view of a State.
func newView(s deployed.State) view {
	v := view{identities: map[string]*held{}, resources: map[string]*held{}, things: map[string]bool{}, unknown: s.Unknown,
		destroyed: s.Destroyed, members: s.Members, controls: s.Controls}
	account, region := s.In()
	v.account, v.region, v.placed = cmp.Or(account, "123456789012"), cmp.Or(region, "us-east-1"), account != ""
	v.partition = spec.PartitionOf(v.region)
	s = s.Fill(v.keyNames(s))
	paths := map[string]string{} // of roles
	for _, r := range s.Roles {
		paths[r.Name.V.String()] = r.Path.V.String()
	}
	v.settings = deployed.State{Scope: s.Scope, DatasetGroups: s.DatasetGroups, Objects: s.Objects}
	policies := map[string]*deployed.Document{} // customer managed ones, by name
	for _, p := range s.Policies {
		policies[p.Name.V.String()] = p.Policy
		p.Policy = nil
		if p.Path.V.String() == "/" {
			p.Path = deployed.Text{At: p.Path.At}
		}
		v.settings.Policies = append(v.settings.Policies, p)
	}
	attached := map[string]bool{}
	for _, a := range s.Attachments {
		name := policyName(a.Policy.V.String())
		doc, ok := policies[name]
		if !ok || doc == nil {
			// Of AWS, or of somebody else: that it is attached is compared, and what it grants is not known.
			v.settings.Attachments = append(v.settings.Attachments, a)
			continue
		}
		attached[name] = true
		v.identity(string(a.Kind), a.To.V.String(), paths[a.To.V.String()], doc)
	}
	for _, p := range s.Inline {
		v.identity(string(p.Kind), p.To.V.String(), "", p.Policy)
	}
	for _, p := range s.Policies {
		if name := p.Name.V.String(); !attached[name] && p.Policy != nil {
			v.identity("policy", name, "", p.Policy)
		}
	}
	for _, r := range s.Roles {
		name := r.Name.V.String()
		for i, p := range r.Inline {
			v.identity("role", name, r.Path.V.String(), p.Policy)
			r.Inline[i].Policy = nil
		}
		v.things[trustOf(name)] = !r.Created
		if r.Trust != nil {
			v.resource(trustOf(name), policy.Trust, *r.Trust, v.arn("iam", "role"+pathOr(r.Path.V.String())+name))
		}
		// A policy is told by what it grants: one that is divided otherwise is no change.
		r.Inline, r.Trust = nil, nil
		// What one tool leaves to AWS another writes out (IAM API Reference, CreateRole, 2025-06).
		if r.Path.V.String() == "/" {
			r.Path = deployed.Text{At: r.Path.At}
		}
		if r.MaxSession.V == 3600 {
			r.MaxSession.V = 0
		}
		v.settings.Roles = append(v.settings.Roles, r)
	}
	for _, b := range s.Buckets {
		what := bucketOf(b.Name.V.String())
		v.things[what] = !b.Created
		if b.Policy != nil {
			arn := "arn:" + v.partition + ":s3:::" + b.Name.V.String()
			v.resource(what, policy.Resource, *b.Policy, arn, arn+"/*")
		}
		b.Policy, b.Watched = nil, nil
		v.settings.Buckets = append(v.settings.Buckets, b)
	}
	for _, k := range s.Keys {
		what := fmt.Sprintf("key %q", keyName(k))
		v.things[what] = !k.Created
		if k.Policy != nil {
			v.resource(what, policy.KeyPolicy, *k.Policy, k.ARN.V.String())
		}
		k.Policy, k.Watched = nil, nil
		if k.Created {
			k.ARN = deployed.Lit(keyName(k))
		}
		v.settings.Keys = append(v.settings.Keys, k)
	}
	for _, d := range s.Documents {
		if d.Policy == nil {
			continue
		}
		doc := *d.Policy
		doc.Document = doc.Document.MapTexts(v.placeholder)
		d.Policy = &doc
		if kind := deployed.LooksLike(d.Name, d.Policy.Document); kind == policy.Identity {
			v.identity("document", together(d.Name), "", d.Policy)
		} else {
			what := fmt.Sprintf("document %q", d.Name)
			v.things[what] = false
			v.resource(what, kind, *d.Policy)
		}
	}
	return v
}

// arn returns the ARN of something of the account that has no region.
func (v *view) arn(service, resource string) string {
	return "arn:" + v.partition + ":" + service + "::" + v.account + ":" + resource
}

// pathOr returns the path of a principal; the root where it has none.
func pathOr(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

func (v *view) identity(kind, name, path string, doc *deployed.Document) {
	if doc == nil {
		return
	}
	what := fmt.Sprintf("%s %q", kind, name)
	h := v.identities[what]
	if h == nil {
		h = &held{what: what, kind: policy.Identity}
		if kind == string(deployed.RoleP) || kind == string(deployed.User) {
			h.principal = v.arn("iam", kind+pathOr(path)+name)
		}
		v.identities[what] = h
	}
	h.docs = append(h.docs, spelled(*doc))
}

// spelled returns a document in which a value that is known on deployment is a text of its own, <Data.arn>, which no
// ARN and no name has: it is the same on both sides where it has the same name, and like nothing else. A resource that
// begins with one is an ARN of no service.
func spelled(d deployed.Document) deployed.Document {
	if len(d.Document.Refs()) == 0 {
		return d
	}
	d.Document.Statements = slices.Clone(d.Document.Statements)
	for i := range d.Document.Statements {
		s := &d.Document.Statements[i]
		for _, of := range []*policy.Texts{&s.Resource, &s.NotResource} {
			of.Values = slices.Clone(of.Values)
			for j, v := range of.Values {
				if parts := v.Parts(); len(parts) > 0 {
					if _, ok := parts[0].(policy.Ref); ok {
						of.Values[j] = policy.NewText(append([]policy.Part{policy.Lit("arn:aws:deployment:::")}, parts...)...)
					}
				}
			}
		}
	}
	d.Document = d.Document.MapTexts(func(t policy.Text) policy.Text {
		return t.Bind(func(r policy.Ref) (policy.Text, bool) { return policy.Literal(r.String()), true })
	})
	return d
}

func bucketOf(name string) string { return fmt.Sprintf("bucket %q", name) }

func trustOf(role string) string { return fmt.Sprintf("trust policy of role %q", role) }

func (v *view) resource(what string, grammar policy.Kind, doc deployed.Document, arns ...string) {
	if v.resources[what] == nil {
		v.resources[what] = &held{what: what, kind: grammar, arns: arns}
	}
	h := v.resources[what]
	h.docs = append(h.docs, spelled(doc))
}

// placeholder returns the ARN that a key which is yet to be created goes by in the place of what JSON has for it.
func (v *view) placeholder(t policy.Text) policy.Text {
	l, ok := t.OnlyLit()
	name, is := strings.CutSuffix(strings.TrimPrefix(l, "<"), ".arn>")
	if !ok || !is || !strings.HasPrefix(l, "<") {
		return t
	}
	return policy.Literal(fmt.Sprintf("arn:%s:kms:%s:%s:key/%s", v.partition, v.region, v.account, name))
}

var numbered = regexp.MustCompile(`-[0-9]+\.json$`)

// together returns the name that documents of one principal have in common: a role's policies are documents whose
// names begin with role-, and the parts of an operator's end in a number.
func together(name string) string {
	if strings.HasPrefix(name, "role-") {
		return "role-*.json"
	}
	return numbered.ReplaceAllString(name, ".json")
}

// policyName returns the name of a customer managed policy by its ARN.
func policyName(arn string) string {
	a, ok := policy.ParseARN(arn)
	if !ok || a.Account == "aws" {
		return ""
	}
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}
