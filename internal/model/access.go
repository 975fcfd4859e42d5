package model

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// createsGroups reports whether an operator may create the dataset group. The guide's own document
// for full access has nothing on keys.
func (b *builder) createsGroups(o spec.Operator) bool {
	return o.Has(spec.Operate) || o.Has(spec.Build) || o.Has(spec.Deploy) && b.deploysGroup() ||
		o.Has(spec.Full) && b.spec.Profile != spec.Documented
}

// foreign reports whether an operator is nobody whom policies of IAM could be attached to here.
func foreign(o spec.Operator) bool {
	return len(o.Principals) > 0 && len(o.Users)+len(o.Groups)+len(o.Roles) == 0
}

// about gives policies a description.
func about(docs []Doc, description string) {
	for i := range docs {
		docs[i].About = description
	}
}

// reach is what an operator brings to a bucket or fetches from it: patterns of objects, none inside
// another. What is brought is named as workflows read it, one file or all that begins so, and what
// is fetched as they write it.
type reach struct{ uploads, downloads []string }

// reachOf returns what an operator does in a bucket.
func (b *builder) reachOf(o spec.Operator, bucket string) reach {
	var r reach
	for _, w := range b.spec.Workflows {
		if o.Locations == nil && w.From != nil && w.From.Bucket == bucket {
			r.uploads = append(r.uploads, objects(w.From))
		}
		if o.Locations == nil && w.To != nil && w.To.Bucket == bucket {
			r.downloads = append(r.downloads, w.To.Prefix+"*")
		}
	}
	for _, l := range o.Locations {
		if l.Bucket != bucket {
			continue
		}
		if !o.Has(spec.Downloader) || b.meets(l, func(w spec.Workflow) *spec.Location { return w.From }) {
			r.uploads = append(r.uploads, objects(&l))
		}
		if !o.Has(spec.Uploader) || b.meets(l, func(w spec.Workflow) *spec.Location { return w.To }) {
			r.downloads = append(r.downloads, l.Prefix+"*")
		}
	}
	if !o.Has(spec.Uploader) {
		r.uploads = nil
	}
	if !o.Has(spec.Downloader) {
		r.downloads = nil
	}
	r.uploads, r.downloads = outermost(r.uploads, nil), outermost(r.downloads, nil)
	return r
}

// meets reports whether a workflow works in or around a location.
func (b *builder) meets(l spec.Location, of func(spec.Workflow) *spec.Location) bool {
	return slices.ContainsFunc(b.spec.Workflows, func(w spec.Workflow) bool {
		other := of(w)
		return other != nil && other.Meets(l)
	})
}

// data adds the statements for the data that an operator brings or fetches.
func (b *builder) data(d *draft, o spec.Operator, place string) {
	for _, k := range b.spec.Buckets {
		r := b.reachOf(o, k.Name)
		b.add(d, "operator", "operator-bucket", Identifier(k.Name), place, reachFacts(r, o), b.reachHoles(r, k, o))
	}
	for _, k := range b.spec.Keys {
		n := b.needOf(o, k.Name)
		h := holes{"key.arn": {policy.NewText(RefKeyARN(k.Name))}}
		b.add(d, "operator", "operator-key", Identifier(k.Name), place, needFacts(n), h)
	}
}

func needFacts(n need) map[string]bool {
	return map[string]bool{"uploads": n == uploads, "downloads": n == downloads}
}

func (r reach) any() bool { return len(r.uploads)+len(r.downloads) > 0 }

func reachFacts(r reach, o spec.Operator) map[string]bool {
	all := slices.Concat(r.uploads, r.downloads)
	arns, services := principals(o)
	return map[string]bool{
		"uploads":    len(r.uploads) > 0,
		"downloads":  len(r.downloads) > 0,
		"by-prefix":  len(all) > 0 && !slices.Contains(all, "*"),
		"principals": len(arns) > 0,
		"services":   len(services) > 0,
	}
}

// principals returns the ARNs and the services that policies of resources let in for an operator.
func principals(o spec.Operator) (arns, services []string) {
	for _, p := range o.Principals {
		if strings.HasPrefix(p, "arn:") {
			arns = append(arns, p)
		} else {
			services = append(services, p)
		}
	}
	return arns, services
}

func (b *builder) reachHoles(r reach, k spec.Bucket, o spec.Operator) holes {
	arns, services := principals(o)
	return holes{
		"access.principals": b.arns(arns),
		"access.services":   literals(services),
		"bucket.arn":        {policy.NewText(RefBucketARN(k.Name))},
		"access.uploads":    literals(r.uploads),
		"access.downloads":  literals(r.downloads),
		"access.lists":      literals(outermost(slices.Concat(r.uploads, r.downloads), nil)),
	}
}

// need is what an operator needs a key for, by what that allows: more comes later.
type need int

const (
	nothing need = iota
	downloads
	uploads
	groups // creating the encrypted dataset group
)

// facts by which the policy of a key names those who have a need.
var namedBy = map[need]string{
	downloads: "names-downloaders", uploads: "names-uploaders", groups: "names-creators",
}

// keyActions returns what the policy of a key lets those do whom it names for a need.
func (b *builder) keyActions(n need) []string {
	var out []string
	for _, t := range b.lib.Templates {
		if t.For == "key" && slices.Contains(t.When, namedBy[n]) {
			for _, a := range t.Statement.Action.Values {
				out = append(out, a.IAM())
			}
		}
	}
	return out
}

// needOf returns what an operator needs a key for.
func (b *builder) needOf(o spec.Operator, key string) need {
	n := nothing
	for _, k := range b.spec.Buckets {
		if k.Key != key {
			continue
		}
		switch r := b.reachOf(o, k.Name); {
		case len(r.uploads) > 0:
			n = max(n, uploads)
		case len(r.downloads) > 0:
			n = max(n, downloads)
		}
	}
	if o.Has(spec.Deploy) && n < uploads && slices.ContainsFunc(b.uploads(), func(u spec.Upload) bool {
		return b.keyName(u.To.Bucket) == key
	}) {
		n = uploads
	}
	if g := b.spec.DatasetGroup; g != nil && g.Key == key && b.createsGroups(o) {
		n = groups
	}
	return n
}

// named are those whom the policy of a key has to name, for what.
type named struct{ principals, services map[need][]policy.Text }

// namedIn returns whom the policy of a key has to name for what. AWS KMS looks at policies of IAM
// only where the key's policy leaves that to the account (AWS KMS Developer Guide, "Key policies in
// AWS KMS"); whom it does not leave it to for what he needs, it has to let in itself. Where the
// policy of an existing key is not known, only those are named whom no policy of IAM lets in here.
func (b *builder) namedIn(k spec.Key) named {
	if known, ok := b.named[k.Name]; ok {
		return known
	}
	out := named{map[need][]policy.Text{}, map[need][]policy.Text{}}
	needs := map[string]need{} // by ARN or name
	var order []string
	add := func(who string, n need) {
		if needs[who] == nothing {
			order = append(order, who)
		}
		needs[who] = max(needs[who], n)
	}
	for _, o := range b.spec.Operators {
		n := b.needOf(o, k.Name)
		if n == nothing {
			continue
		}
		arns, services := principals(o)
		if b.knowsPolicy(k) {
			arns = append(arns, b.members(o)...)
		}
		for _, arn := range arns {
			if !b.letsIn(k, arn, n) {
				add(arn, n)
			}
		}
		for _, name := range services {
			add(name, n)
		}
	}
	for _, who := range order {
		n := needs[who]
		if strings.HasPrefix(who, "arn:") {
			out.principals[n] = append(out.principals[n], b.arn(who))
		} else {
			out.services[n] = append(out.services[n], policy.Literal(who))
		}
	}
	if b.named == nil {
		b.named = map[string]named{}
	}
	b.named[k.Name] = out
	return out
}

// members returns the ARNs of an operator's users and roles. A name is one's alone within an
// account, whatever its path (IAM User Guide, "IAM and AWS STS quotas"), so one that the spec names
// somewhere by a path has it. A group cannot be named.
func (b *builder) members(o spec.Operator) []string {
	known := b.paths()
	var out []string
	for _, list := range []struct {
		kind  string
		names []string
	}{{"user/", o.Users}, {"role/", o.Roles}} {
		for _, name := range list.names {
			arn := b.iam(list.kind + name)
			if with, ok := known[list.kind+name]; ok {
				arn = with
			}
			out = append(out, arn)
		}
	}
	return out
}

func (b *builder) iam(resource string) string {
	return "arn:" + b.spec.Partition + ":iam::" + b.spec.Account + ":" + resource
}

// knowsPolicy reports whether the whole policy of a key is known here.
func (b *builder) knowsPolicy(k spec.Key) bool {
	if k.Of.Elsewhere() {
		k = *b.spec.Owner(k.Of.Setup).Key(k.Of.Name)
	}
	return !k.Existing() || k.Policy != nil
}

// besideOperators returns what is in the policy of a key beside the statements for operators, filled
// in.
func (b *builder) besideOperators(k spec.Key) policy.Document {
	d := newDraft()
	b.add(d, "key", "key", "", "", b.usesOfKey(k), holes{"key.admins": b.admins(k)})
	b.custom(d, "key."+k.Name)
	doc := policy.Document{Statements: b.filled(d.doc).Statements}
	if k.Policy != nil {
		doc.Statements = slices.Concat(k.Policy.Statements, doc.Statements)
	}
	if k.Of.Elsewhere() {
		owner := b.owner(k.Of)
		theirs := *owner.spec.Key(k.Of.Name)
		doc.Statements = slices.Concat(owner.filled(owner.keyDraft(theirs).doc).Statements, doc.Statements)
		if theirs.Policy != nil {
			doc.Statements = slices.Concat(theirs.Policy.Statements, doc.Statements)
		}
	}
	return doc
}

// letsIn reports whether the policy of a key lets somebody whose own policies allow everything do
// what he needs, by what is in it beside pzgen's statements for operators.
func (b *builder) letsIn(k spec.Key, arn string, n need) bool {
	doc := b.besideOperators(k)
	all := policy.List(policy.Literal("*"))
	mine := policy.Document{Version: policy.Version2012,
		Statements: []policy.Statement{{Effect: policy.Allow, Action: all, Resource: all}}}
	for _, action := range b.keyActions(n) {
		got, err := policy.Evaluate(policy.Request{Principal: arn, Action: action,
			Resource: b.assumed()[RefKeyARN(k.Name)], ResourceAccount: b.spec.Account},
			policy.Policies{Identity: []policy.Document{mine}, Resource: &doc})
		if err != nil || got.Outcome == policy.ImplicitlyDenied {
			return false
		}
	}
	return true
}

// paths returns the ARNs of users and roles of the account that the spec names, by "role/Name".
func (b *builder) paths() map[string]string {
	out := map[string]string{}
	learn := func(arn string) {
		rest, ok := strings.CutPrefix(arn, b.iam(""))
		kind, path, isPath := strings.Cut(rest, "/")
		if !ok || !isPath || kind != "user" && kind != "role" || strings.ContainsAny(rest, "*?$") {
			return
		}
		name := kind + "/" + path[strings.LastIndexByte(path, '/')+1:]
		if _, known := out[name]; !known {
			out[name] = arn
		}
	}
	texts := func(values policy.Texts) {
		for _, v := range values.Values {
			learn(v.Fill(b.assumed()).IAM())
		}
	}
	statements := func(list []policy.Statement) {
		for _, s := range list {
			if s.Principal != nil {
				for _, ty := range s.Principal.Types {
					texts(ty.Values)
				}
			}
			for _, c := range s.Condition {
				if strings.EqualFold(c.Key, "aws:PrincipalArn") {
					texts(c.Values)
				}
			}
		}
	}
	learn(b.assumed()[RefRoleARN])
	for _, k := range b.spec.Buckets {
		if k.Policy != nil {
			statements(k.Policy.Statements)
		}
	}
	for _, k := range b.spec.Keys {
		for _, a := range k.Admins {
			learn(a)
		}
		if k.Policy != nil {
			statements(k.Policy.Statements)
		}
	}
	for _, c := range b.spec.Statements {
		statements([]policy.Statement{c.Statement})
	}
	return out
}
