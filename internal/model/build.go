package model

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// Problem is a setup that cannot be built: a document over AWS's limit, or an existing policy that pzgen's statements do not fit into.
type Problem struct {
	Setup   string
	Place   spec.Place // in the spec file
	Message string
	Hint    string
}

func (p Problem) Error() string { return "setup " + p.Setup + ": " + p.Message }

// Problems are all problems of one setup; there is at least one.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Build makes the model of a setup from the templates. file is the spec's name, of which artifacts show the last element. An error is
// [Problems]. It looks at no file and no clock: equal input gives an equal model.
func Build(file string, s *spec.Setup, lib *templates.Library) (*Setup, error) {
	b := newBuilder(s, lib)
	*b.out = Setup{
		Name: s.Name, Description: s.Description, SpecFile: filepath.Base(file),
		Account: s.Account, Region: s.Region, Partition: s.Partition, Profile: s.Profile, Targets: s.Targets, OwnFiles: s.OwnFiles,
		Deputy: s.ConfusedDeputy, ListByPrefix: s.ListByPrefix, StackSet: s.StackSet,
		Uploads: s.Uploads, Workflows: s.Workflows, Tags: s.Tags, Places: s.Places,
		Was: s.Was, SharedModule: s.SharedModule, OwnModule: s.OwnModule,
	}
	b.out.OwnedSids = ownedSids(lib, b.out.Names())
	if g := s.DatasetGroup; g != nil {
		b.out.DatasetGroup = &DatasetGroup{Name: g.Name, Domain: g.Domain, Key: g.Key, Existing: g.Existing, Disposable: g.Disposable}
	}
	b.keys()
	b.buckets()
	if s.Asker == nil {
		b.role()
	} else {
		b.out.Role = Role{Existing: true, Inline: true, Path: "/"}
	}
	b.operators()
	b.measure()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	b.order()
	for _, o := range s.Handed() {
		handed, err := Build(file, o, lib)
		if err != nil {
			return nil, err // of its own part, which is told at the place in the spec
		}
		handed.Asker = b.out
		b.out.Handed = append(b.out.Handed, handed)
	}
	return b.out, nil
}

// newBuilder returns a builder that can make policies of a setup.
func newBuilder(s *spec.Setup, lib *templates.Library) *builder {
	b := &builder{spec: s, lib: lib, uses: inUse(s), out: &Setup{Name: s.Name, Was: s.Was}}
	b.out.OwnedSids = ownedSids(lib, b.out.Names())
	return b
}

// order puts the reasons into the order of the documents. Within a document they stand as its statements do.
func (b *builder) order() {
	at := map[string]int{}
	for i, d := range b.out.Docs() {
		at[d.Name] = i
	}
	slices.SortStableFunc(b.out.Reasons, func(x, y Reason) int { return at[x.Document] - at[y.Document] })
}

type builder struct {
	spec     *spec.Setup
	lib      *templates.Library
	uses     map[string]*use
	named    map[string]named // see namedIn
	out      *Setup
	values   policy.Env // of references, for measuring; see assumed
	problems Problems
}

func (b *builder) problem(place, hint, format string, args ...any) {
	at, ok := b.spec.Places[place]
	if !ok {
		at = b.spec.Places[""]
	}
	b.problems = append(b.problems, Problem{Setup: b.spec.Name, Place: at, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// draft is a document while its statements are collected.
type draft struct {
	doc     policy.Document
	reasons []Reason
	owner   string // the setup that writes the document, when that is another one
}

// newDraft returns a document without statements; it has its version already, which counts when it
// is measured.
func newDraft() *draft { return &draft{doc: policy.Document{Version: policy.Version2012}} }

// add appends the statements of all templates that apply to the document under the facts, their Sids ended by suffix.
func (b *builder) add(d *draft, doc, scope, suffix, place string, facts map[string]bool, h holes) {
	for i := range b.lib.Templates {
		t := &b.lib.Templates[i]
		if t.For != scope || !t.Applies(b.spec.Profile, doc, facts) {
			continue
		}
		s := statement(t, doc, facts, h)
		if s.Action.Values == nil && s.NotAction.Values == nil ||
			t.Statement.Resource.Values != nil && len(s.Resource.Values) == 0 {
			continue // nothing here is asked for, or there is nothing that it could be asked of
		}
		switch shared := doc == "bucket" || doc == "key"; {
		case t.Sid == "":
		case d.owner != "":
			s.Sid = lentSid(t, scope, suffix, b.spec.Name, d.owner)
		case shared && (scope == "operator-bucket" || scope == "logged-bucket"):
			s.Sid = markSid(t.Sid+suffix, b.spec.Name)
		case shared && b.marked(t, doc, place):
			s.Sid = markSid(t.Sid, b.spec.Name)
		case t.Profile != spec.Documented:
			s.Sid += suffix
		}
		if t.ID != "" {
			d.doc.ID = t.ID
		}
		d.doc.Statements = append(d.doc.Statements, s)
		d.reasons = append(d.reasons, Reason{Sid: s.Sid, Template: t.Sid, Why: t.Why, Source: t.Source, Edition: t.Edition,
			Breaks: t.Breaks, Accepted: t.Accepted, Place: b.spec.Places[place]})
	}
}

// finish turns a draft into a document under its name; an empty draft gives the zero Doc.
func (b *builder) finish(d *draft, name, policyName string) Doc {
	if len(d.doc.Statements) == 0 {
		return Doc{}
	}
	for _, r := range d.reasons {
		r.Document = name
		b.out.Reasons = append(b.out.Reasons, r)
	}
	return Doc{Name: name, PolicyName: policyName, Document: d.doc}
}

func (b *builder) keys() {
	for _, k := range b.spec.Keys {
		out := Key{ID: k.Name, Was: k.Was, ARN: k.ARN, Found: k.Found, Alias: k.Alias, Rotation: k.Rotation, Window: k.DeletionWindow,
			Disposable: k.Disposable, Base: k.Policy, BaseFile: k.PolicyFile}
		if k.Of.Elsewhere() {
			out.Own, out.Owner = b.keyOf(k)
		} else {
			out.Admins = b.admins(k)
			out.Policy, out.Own, out.Lent = b.keyPolicy(k)
		}
		b.out.Keys = append(b.out.Keys, out)
	}
}

// keyPolicy returns the policy of a key, pzgen's own statements in it, and those that are for other
// setups.
func (b *builder) keyPolicy(k spec.Key) (doc Doc, own, lent policy.Document) {
	d := b.keyDraft(k)
	lent = b.lend(d, func(u *builder) []*draft { return u.keysOf(b.spec.Name, k.Name) })
	doc = b.finish(d, "key-"+k.Name, "default")
	own = doc.Document
	if k.Existing() && doc.Name != "" {
		doc = b.merged(doc, k.Policy, "keys."+k.Name)
	}
	return doc, own, lent
}

// keyDraft is what the setup itself has in the policy of a key.
func (b *builder) keyDraft(k spec.Key) *draft {
	d := newDraft()
	d.owner = k.Of.Setup
	b.add(d, "key", "key", SidSuffix(b.spec.Name), "keys."+k.Name, b.keyFacts(k), b.keyHoles(k))
	b.custom(d, "key."+k.Name)
	return d
}

func (b *builder) buckets() {
	for _, k := range b.spec.Buckets {
		out := Bucket{ID: k.Name, Was: k.Was, Name: k.BucketName, Existing: k.Existing, Key: k.Key,
			OldDays: k.ExpireOldVersionsAfterDays, Logs: logsOf(k), Disposable: k.Disposable,
			Versioning: k.Versioning, BlockPublic: !k.PublicAccess, OwnerOnly: !k.ACLs, TLSOnly: k.SecureTransport, ExpireDays: k.ExpireAfterDays,
			Base: k.Policy, BaseFile: k.PolicyFile}
		if k.Of.Elsewhere() {
			out.Own, out.Owner = b.bucketOf(k)
		} else {
			out.Policy, out.Own, out.Lent = b.bucketPolicy(k)
		}
		b.out.Buckets = append(b.out.Buckets, out)
	}
}

// bucketPolicy is keyPolicy for a bucket.
func (b *builder) bucketPolicy(k spec.Bucket) (doc Doc, own, lent policy.Document) {
	d := b.bucketDraft(k)
	lent = b.lend(d, func(u *builder) []*draft { return u.bucketsOf(b.spec.Name, k.Name) })
	doc = b.finish(d, "bucket-"+k.Name, "")
	own = doc.Document
	if k.Existing && doc.Name != "" {
		doc = b.merged(doc, k.Policy, "buckets."+k.Name)
	}
	return doc, own, lent
}

// bucketDraft is keyDraft for a bucket.
func (b *builder) bucketDraft(k spec.Bucket) *draft {
	d := newDraft()
	d.owner = k.Of.Setup
	b.deliveries(d, k)
	b.add(d, "bucket", "bucket", SidSuffix(b.spec.Name), "buckets."+k.Name, b.bucketFacts(k), b.bucketHoles(k))
	for _, o := range b.spec.Operators {
		if r := b.reachOf(o, k.Name); len(o.Principals) > 0 && r.any() {
			b.add(d, "bucket", "operator-bucket", Identifier(o.Name), "operators."+o.Name, reachFacts(r, o),
				b.reachHoles(r, k, o))
		}
	}
	b.custom(d, "bucket."+k.Name)
	return d
}

// merged puts the statements of doc into the present policy of an existing thing. Where that policy is not known, they are marked as statements
// to merge.
func (b *builder) merged(doc Doc, base *policy.Document, place string) Doc {
	if base == nil {
		doc.Partial = true
		return doc
	}
	out, conflicts, err := policy.Merge(*base, b.out.Owner(doc.Document, false))
	if err != nil {
		b.problem(place, "", "%v", err)
	}
	for _, c := range conflicts {
		b.problem(place, "rename the statement in the present policy, or remove it there if it is an old one of pzgen's", "%v", c)
	}
	doc.Document = out
	return doc
}

func (b *builder) role() {
	r := b.spec.Role
	trust := newDraft()
	b.add(trust, "trust", "setup", "", "role", b.setupFacts(), holes{"trust.regions": b.regions()})
	b.custom(trust, "trust")
	b.out.Role = Role{
		Name: r.Name, Path: r.Path, Description: r.Description, Existing: r.Existing,
		ManagedPolicies: b.arns(r.ManagedPolicies), Trust: b.finish(trust, "role-trust", ""), Inline: true,
	}
	b.out.Role.Of, b.out.Role.Users, b.out.Role.Regions = r.Of, b.roleUsers(), b.otherRegions()
	b.out.Role.Limits = r.BoundaryPolicy
	b.out.Role.Bounded = r.BoundaryPolicy != nil || r.PermissionsBoundary != ""
	if r.PermissionsBoundary != "" {
		b.out.Role.Boundary = b.arn(r.PermissionsBoundary)
	}
	b.out.Role.Trust.Partial = r.Existing
	prefix := cmp.Or(r.Policy.Name, "Personalize-"+b.spec.Name)
	docs, names := b.roleDrafts()
	b.out.Role.Inline = b.sizeOfAll(docs)+b.sizeOfOthers() <= InlineRoleLimit && !r.Policy.Managed
	for i, d := range docs {
		policyName := prefix
		if names[i] != "role-policy" {
			policyName += "-" + strings.TrimPrefix(names[i], "role-")
		}
		if b.out.Role.Inline {
			b.out.Role.Policies = append(b.out.Role.Policies, b.finish(d, names[i], policyName))
		} else {
			b.out.Role.Policies = append(b.out.Role.Policies, b.split(d, names[i], policyName, "role")...)
		}
	}
	if r.Policy.Managed {
		about(b.out.Role.Policies, r.Policy.Description)
	}
}

// roleDrafts returns the documents of what the service role may do for this setup, with their names.
func (b *builder) roleDrafts() (docs []*draft, names []string) {
	put := func(name string, d *draft) {
		if len(d.doc.Statements) > 0 {
			docs, names = append(docs, d), append(names, name)
		}
	}
	if b.spec.Profile == spec.Documented {
		for _, k := range b.spec.Buckets {
			d := newDraft()
			b.add(d, "role-s3", "bucket", "", "buckets."+k.Name, b.bucketFacts(k), b.bucketHoles(k))
			put("role-s3-"+k.Name, d)
		}
		for _, doc := range []string{"role-kms", "role-cloudwatch", "role-access"} {
			d := newDraft()
			b.add(d, doc, "setup", "", "role", b.setupFacts(), nil)
			put(doc, d)
		}
	}
	d := newDraft()
	b.add(d, "role", "setup", "", "role", b.setupFacts(), nil)
	for _, k := range b.spec.Buckets {
		b.add(d, "role", "bucket", Identifier(k.Name), "buckets."+k.Name, b.bucketFacts(k), b.bucketHoles(k))
	}
	for _, k := range b.spec.Keys {
		b.add(d, "role", "key", Identifier(k.Name), "keys."+k.Name, b.keyFacts(k), b.keyHoles(k))
	}
	b.custom(d, "role")
	put("role-policy", d)
	return docs, names
}
