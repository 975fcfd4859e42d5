package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// document is one policy that has a part in deciding calls.
type document struct {
	kind   policy.Kind
	on     string           // role "Shop": what it is attached to
	name   string           // of the policy; "" for one that has none
	doc    *policy.Document // as it is decided by, with the changes that were made in memory
	real   *policy.Document // as it is there, with what fixes add; nil where it is not there
	at     deployed.Place
	places []deployed.Place
	unseen *Unknown // it may be there, and was not seen; with doc, this is a part of it
	target target
}

// target is where the document is put by the AWS CLI.
type target struct {
	kind deployed.PrincipalKind // of an inline policy
	name string                 // of the role, user, bucket or key; of a managed policy its ARN
}

// title returns what it is called in messages.
func (d *document) title() string {
	name := ""
	if d.name != "" {
		name = fmt.Sprintf(" %q", d.name)
	}
	switch d.kind {
	case policy.Trust:
		return "trust policy of " + d.on
	case policy.Boundary:
		return "permissions boundary" + name + " of " + d.on
	case policy.ServiceControl, policy.ResourceControl:
		return d.kind.String() + name + " on " + d.on
	case policy.Identity:
		return "policy" + name + " of " + d.on
	}
	return "policy of " + d.on
}

// statement names one of its statements.
func (d *document) statement(i int) string {
	s := fmt.Sprintf("statement %d", i+1)
	if sid := d.doc.Statements[i].Sid; sid != "" {
		s += fmt.Sprintf(" (%q)", sid)
	}
	return s + " of the " + d.title()
}

// place returns where a statement is, or the document for -1.
func (d *document) place(i int) deployed.Place {
	if i >= 0 && i < len(d.places) && d.places[i].Path != "" {
		return d.places[i]
	}
	return d.at
}

// problem returns why AWS would not take the document; nil when it would.
func (d *document) problem() *policy.Problem {
	if d.doc == nil {
		return nil
	}
	for _, p := range d.doc.Check(d.kind) {
		if p.Fatal {
			return &p
		}
	}
	return nil
}

// world is what is there, by what policies are attached to.
type world struct {
	state   deployed.State
	account string
	m       *model.Setup

	elsewhere bool // the State is of an artifact

	trusts     map[string]*document   // by the name of the role
	identities map[string][]*document // by user/Name and role/Name
	boundaries map[string]*document
	policies   map[string]*document // of buckets and keys, by ARN
	scps, rcps [][]*document
}

func newWorld(q Question) *world {
	return &world{elsewhere: q.Elsewhere, state: q.State, account: cmp.Or(q.Account, q.Setup.Account), m: q.Setup,
		trusts: map[string]*document{}, identities: map[string][]*document{},
		boundaries: map[string]*document{}, policies: map[string]*document{},
		scps: levels(q.State, false), rcps: levels(q.State, true)}
}

// make returns the document of a policy; nil where there is none.
func (w *world) make(kind policy.Kind, on, name string, d *deployed.Document, t target) *document {
	if d == nil {
		return nil
	}
	out := &document{kind: kind, on: on, name: name, at: d.At, places: d.Statements, target: t}
	if d.Unread {
		out.unseen = &Unknown{What: out.title(), Why: "it could not be read", At: d.At}
		return out
	}
	doc := d.Document
	doc.Statements = slices.Clone(doc.Statements)
	out.doc = &doc
	real := d.Document
	out.real = &real
	if d.Merge { // it goes into a policy that the artifact does not know
		out.unseen = &Unknown{What: "other statements of the " + out.title(), At: d.At}
	}
	return out
}

// hidden is a document that was not seen.
func hidden(kind policy.Kind, on, name string, u Unknown) *document {
	return &document{kind: kind, on: on, name: name, unseen: &u, at: u.At}
}

func (w *world) role(name string) *deployed.Role {
	for i := range w.state.Roles {
		if strings.EqualFold(w.state.Roles[i].Name.V.String(), name) { // names of IAM: without case
			return &w.state.Roles[i]
		}
	}
	return nil
}

func (w *world) bucket(name string) *deployed.Bucket {
	for i := range w.state.Buckets {
		if w.state.Buckets[i].Name.V.String() == name {
			return &w.state.Buckets[i]
		}
	}
	return nil
}

func (w *world) key(arn string) *deployed.Key {
	for i := range w.state.Keys {
		// An error that the AWS CLI prints has what it was asked about: the ID perhaps.
		if name := w.state.Keys[i].ARN.V.String(); name == arn || strings.HasSuffix(arn, ":key/"+name) {
			return &w.state.Keys[i]
		}
	}
	return nil
}

func (w *world) bucketARN(name string) string { return "arn:" + w.m.Partition + ":s3:::" + name }

// roleARN returns the ARN of a role of the setup's account, with the path that it has.
func (w *world) roleARN(name string) string {
	path := "/"
	if r := w.role(name); r != nil && r.Path.V.String() != "" {
		path = r.Path.V.String()
	} else if name == w.m.Role.Name {
		path = cmp.Or(w.m.Role.Path, "/")
	}
	return "arn:" + w.m.Partition + ":iam::" + w.m.Account + ":role" + path + name
}

// trust returns the trust policy of a role.
func (w *world) trust(name string) *document {
	if d, ok := w.trusts[name]; ok {
		return d
	}
	on, r := fmt.Sprintf("role %q", name), w.role(name)
	var d *document
	if r != nil {
		d = w.make(policy.Trust, on, "", r.Trust, target{deployed.RoleP, name})
	}
	if d == nil {
		u := Unknown{What: "trust policy of " + on, Action: "iam:GetRole"}
		if r != nil {
			u = w.reason(u, r.Unseen, "trust policy")
		}
		d = hidden(policy.Trust, on, "", u)
	}
	w.trusts[name] = d
	return d
}

// reason adds to an unknown what was said when somebody looked.
func (w *world) reason(u Unknown, list []deployed.Unseen, what string) Unknown {
	for _, s := range list {
		if s.What == what {
			u.Action, u.Why, u.At = s.Action, s.Why, s.At
		}
	}
	return u
}

// managed returns the document of a managed policy by its ARN.
func (w *world) managed(kind policy.Kind, on, arn string) *document {
	a, _ := policy.ParseARN(arn)
	name := cmp.Or(a.Name(), arn)
	for _, p := range w.state.Policies {
		if p.Name.V.String() == name && p.Policy != nil {
			return w.make(kind, on, name, p.Policy, target{name: arn})
		}
	}
	return hidden(kind, on, name, Unknown{What: fmt.Sprintf("policy %q of %s", name, on),
		Action: "iam:GetPolicyVersion"})
}
