package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// view is a State by what its documents are attached to.
type view struct {
	state   deployed.State
	docs    []*document
	holders []*holder

	account, region, partition string
	placed                     bool   // the account is known
	undecided                  []open // what could not be decided
}

// open is something that is not decided, and where it is.
type open struct {
	on, why string
	at      deployed.Place
}

// document is a policy document with what it is attached to.
type document struct {
	kind   policy.Kind
	on     string // role "Shop"
	names  []string
	as     policy.Document // as written, with references
	filled policy.Document // with a value for each reference
	loose  bool            // nothing says what it is attached to
	part   bool            // statements that are put into a policy that has others
	at     deployed.Place
	places []deployed.Place
}

// place returns where a statement is, or the document for -1.
func (d *document) place(statement int) deployed.Place {
	if statement >= 0 && statement < len(d.places) {
		return d.places[statement]
	}
	return d.at
}

// unknown reports whether a value of the document is known on deployment alone.
func (d *document) unknown() bool { return len(d.as.Refs()) > 0 }

// faulty reports whether AWS would not take the document, so that nobody knows what it decides.
func (d *document) faulty() bool {
	return slices.ContainsFunc(d.filled.Check(d.kind),
		func(p policy.Problem) bool { return p.Fatal })
}

// holder is who or what has policies: a principal, or one resource with the one that it has.
type holder struct {
	on        string
	names     []string
	kind      policy.Kind // Identity, Resource, Trust or KeyPolicy
	docs      []*document
	principal string   // of an identity, its ARN
	arns      []string // of a resource, of itself first
	boundary  *policy.Document
	managed   []deployed.Attachment // policies whose text is not in the State
	service   bool                  // Personalize may assume the role
	key       *deployed.Key
	bucket    *deployed.Bucket
	at        deployed.Place
	faulty    bool // one of the documents has no meaning
}

func newView(s deployed.State, kind Kind) *view {
	account, region := s.In()
	v := &view{state: s, account: cmp.Or(account, "123456789012"),
		region: cmp.Or(region, "us-east-1"), placed: account != ""}
	v.partition = spec.PartitionOf(v.region)
	if !v.placed {
		v.account, v.partition = onlyAccount(s, v.account), onlyPartition(s, v.partition)
	}
	managed := make([]*document, len(s.Policies))
	for i, p := range s.Policies {
		name := nameOf(p.Name)
		managed[i] = v.document(policy.Identity, fmt.Sprintf("policy %q", name), []string{name},
			p.Policy, nil)
	}
	for i := range s.Roles {
		v.role(&s.Roles[i], managed)
	}
	for _, p := range s.Inline {
		v.document(policy.Identity, fmt.Sprintf("%s %q", p.Kind, nameOf(p.To)),
			[]string{nameOf(p.To)},
			p.Policy, v.identity(p.Kind, nameOf(p.To), "/"))
	}
	for _, a := range s.Attachments {
		h := v.identity(a.Kind, nameOf(a.To), "/")
		if i := v.policy(a.Policy.V); i >= 0 && managed[i] != nil {
			h.docs = append(h.docs, managed[i])
		} else {
			h.managed = append(h.managed, a)
		}
	}
	for _, d := range managed { // attached to nothing: each is asked by itself
		if d != nil && d.kind == policy.Identity && !v.held(d) {
			v.holders = append(v.holders, &holder{on: d.on, names: d.names, kind: policy.Identity,
				docs: []*document{d}, principal: v.example(), at: d.at})
		}
	}
	for i := range s.Buckets {
		v.bucket(&s.Buckets[i])
	}
	for i := range s.Keys {
		v.key(&s.Keys[i])
	}
	for _, d := range s.Documents {
		v.shown(d, kind)
	}
	for _, h := range v.holders {
		h.faulty = slices.ContainsFunc(h.docs, (*document).faulty)
	}
	return v
}

// policy returns which policy of the State a text names, an ARN or a reference; -1 for another.
func (v *view) policy(t policy.Text) int {
	return slices.IndexFunc(v.state.Policies, func(p deployed.Policy) bool {
		if ref, ok := t.OnlyRef(); ok {
			own, ok := p.Name.V.OnlyRef()
			return ok && own.ID == ref.ID
		}
		a, ok := policy.ParseARN(t.String())
		return ok && a.Account != "aws" && a.Name() == nameOf(p.Name)
	})
}

func (v *view) example() string {
	return "arn:" + v.partition + ":iam::" + v.account + ":role/Example"
}

// document adds a document; h may be nil.
func (v *view) document(kind policy.Kind, on string, names []string, d *deployed.Document,
	h *holder) *document {
	if d == nil || d.Unread {
		return nil
	}
	doc := &document{kind: kind, on: on, names: names, at: d.At, places: d.Statements,
		part: d.Merge}
	doc.as = d.Document.MapTexts(placeholders)
	doc.filled = v.fill(doc.as)
	v.docs = append(v.docs, doc)
	if h != nil {
		h.docs = append(h.docs, doc)
	}
	return doc
}

// identity returns the holder that a user, group or role is, a new one the first time.
func (v *view) identity(kind deployed.PrincipalKind, name, path string) *holder {
	on := fmt.Sprintf("%s %q", kind, name)
	for _, h := range v.holders {
		if h.kind == policy.Identity && h.on == on {
			return h
		}
	}
	if path == "" {
		path = "/"
	}
	h := &holder{on: on, names: []string{name}, kind: policy.Identity,
		principal: fmt.Sprintf("arn:%s:iam::%s:%s%s%s", v.partition, v.account, kind, path,
			plainName(name))}
	if kind == deployed.Group {
		h.principal = "arn:" + v.partition + ":iam::" + v.account + ":user/Member"
	}
	v.holders = append(v.holders, h)
	return h
}

func (v *view) role(r *deployed.Role, managed []*document) {
	name := nameOf(r.Name)
	h := v.identity(deployed.RoleP, name, r.Path.V.String())
	h.at = r.At
	for _, p := range r.Inline {
		v.document(policy.Identity, h.on, append([]string{p.Name.V.String()}, h.names...),
			p.Policy, h)
	}
	if i := v.policy(r.Boundary.V); i >= 0 && managed[i] != nil {
		h.boundary = &managed[i].filled
		managed[i].kind = policy.Boundary
	}
	if r.Trust == nil {
		return
	}
	t := &holder{on: "trust policy of " + h.on, names: h.names, kind: policy.Trust,
		arns: []string{h.principal}, at: r.At}
	if d := v.document(policy.Trust, t.on, t.names, r.Trust, t); d != nil {
		h.service = slices.ContainsFunc(d.as.Statements, allowsPersonalize)
		v.holders = append(v.holders, t)
	}
}

// held reports whether a document is attached to somebody.
func (v *view) held(d *document) bool {
	return slices.ContainsFunc(v.holders, func(h *holder) bool {
		return slices.Contains(h.docs, d)
	})
}

func (v *view) bucket(b *deployed.Bucket) {
	name := nameOf(b.Name)
	arn := "arn:" + v.partition + ":s3:::" + v.value(b.Name.V)
	h := &holder{on: fmt.Sprintf("bucket %q", name), names: []string{name}, kind: policy.Resource,
		bucket: b,
		arns:   []string{arn, arn + "/*"}, at: b.At}
	v.holders = append(v.holders, h)
	v.document(policy.Resource, h.on, h.names, b.Policy, h)
}

func (v *view) key(k *deployed.Key) {
	name, names := nameOf(k.ARN), []string{}
	for _, a := range k.Aliases {
		names = append(names, nameOf(a))
	}
	if len(names) > 0 {
		name = names[0]
	}
	h := &holder{on: fmt.Sprintf("key %q", name), names: append(names, nameOf(k.ARN)),
		kind: policy.KeyPolicy, key: k,
		arns: []string{v.value(k.ARN.V)}, at: k.At}
	v.holders = append(v.holders, h)
	v.document(policy.KeyPolicy, h.on, h.names, k.Policy, h)
}
