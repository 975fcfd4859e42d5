package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

const (
	pageParts     = "s3:mpuoverview#mpuAndPermissions"
	pageS3Objects = "s3:using-with-s3-policy-actions#using-with-s3-policy-actions-related-to-objects"
	pageS3Buckets = "s3:using-with-s3-policy-actions#using-with-s3-policy-actions-related-to-buckets"
	pageS3Key     = "s3:UsingKMSEncryption"
)

// A dataRow is a call to Amazon S3 of an operator who brings data or fetches results (Amazon S3
// User Guide, "Required permissions for Amazon S3 API operations", and "Multipart upload API and
// permissions").
type dataRow struct{ action, source string }

var (
	uploadRows   = []dataRow{{"s3:PutObject", pageParts}, {"s3:AbortMultipartUpload", pageParts}}
	downloadRows = []dataRow{{"s3:GetObject", pageS3Objects}}
)

// operatorActions are tried on objects.
var operatorActions = append(slices.Clone(objectActions), "s3:AbortMultipartUploadToo")

// keyNeeds are the actions that a key is needed for: to encrypt what is uploaded, and to join its
// parts; to decrypt what is read; and to create what is under it. The guide of 2022 says of that
// "give your user or group permission to use your key", in its edition of May and no longer in that
// of November. It names no actions: these are an inference, the ones of the role that read and
// encrypt.
var (
	toUpload   = []string{"kms:GenerateDataKey", "kms:Decrypt"}
	toDownload = []string{"kms:Decrypt"}
	toCreate   = []string{"kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"}
)

// keyNeighbours are tried with keys that an operator has no need for.
var keyNeighbours = []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:PutKeyPolicy",
	"kms:ScheduleKeyDeletion", "kms:CreateGrant", "kms:Encrypt"}

// dataLevels are the levels of access to data, with the calls that each is for.
var dataLevels = []struct {
	name string
	rows []dataRow
}{{spec.Uploader, uploadRows}, {spec.Downloader, downloadRows}}

// place is where an operator does what a level of access to data is for. What is brought is read
// by workflows, of which one that names a file reads that alone.
type place struct {
	spec.Location
	exact bool // the file that it names alone
}

// holds reports whether an object of the place's bucket is in it.
func (p place) holds(key string) bool {
	if p.exact {
		return key == p.Prefix
	}
	return strings.HasPrefix(key, p.Prefix)
}

// object returns the key of an object in the place.
func (p place) object() string { return object(p.Prefix, p.exact) }

// places returns where an operator does what a level of access is for.
func (t *Table) places(o model.Operator, level string) []place {
	if !o.Has(level) {
		return nil
	}
	of := func(w spec.Workflow) *spec.Location { return w.From }
	other := spec.Downloader
	if level == spec.Downloader {
		of, other = func(w spec.Workflow) *spec.Location { return w.To }, spec.Uploader
	}
	var out []place
	add := func(l spec.Location) { out = append(out, place{l, level == spec.Uploader && l.IsFile()}) }
	if o.Locations == nil {
		for _, w := range t.m.Workflows {
			if l := of(w); l != nil {
				add(*l)
			}
		}
		return out
	}
	for _, l := range o.Locations {
		if !o.Has(other) || slices.ContainsFunc(t.m.Workflows, func(w spec.Workflow) bool {
			at := of(w)
			return at != nil && at.Meets(l)
		}) {
			add(l)
		}
	}
	return out
}

// reach is what operators do in a bucket.
type reach struct {
	places  []place
	allowed map[string][]place // where, by action
	keys    []string           // of objects in these places and beside them, and in and beside those of workflows
}

// reachOf returns what some operators do in a bucket, all together.
func (t *Table) reachOf(bucket string, operators ...model.Operator) reach {
	r := reach{allowed: map[string][]place{}, keys: append(t.objects(bucket), "any")}
	for _, o := range operators {
		for _, level := range dataLevels {
			for _, p := range t.places(o, level.name) {
				if p.Bucket != bucket {
					continue
				}
				r.places = append(r.places, p)
				r.keys = append(r.keys, p.object(), p.Prefix+"-"+made, made+"/"+p.Prefix+"x")
				for _, row := range level.rows {
					r.allowed[row.action] = append(r.allowed[row.action], p)
				}
			}
		}
	}
	slices.Sort(r.keys)
	r.keys = slices.Compact(r.keys)
	return r
}

// may reports whether an action on an object is among what they do.
func (r reach) may(action, key string) bool {
	return slices.ContainsFunc(r.allowed[action], func(p place) bool { return p.holds(key) })
}

// whole reports whether they do it in the whole bucket.
func (r reach) whole() bool {
	return slices.ContainsFunc(r.places, func(p place) bool { return p.Prefix == "" })
}

// data makes the calls by which the operator brings data and fetches results.
func (c *operatorCalls) data() {
	for _, level := range dataLevels {
		for _, l := range c.places(c.o, level.name) {
			arn := c.env[model.RefBucketARN(l.Bucket)]
			for _, r := range level.rows {
				call := c.call(r.action, arn+"/"+l.object(), nil)
				call.Source, call.Resource = r.source, OfBucket(l.Bucket)
				if r.action == "s3:PutObject" {
					call.key = c.bucket(l.Bucket).Key // he can send the header that a policy asks for
				}
				c.require(call)
			}
			call := c.call("s3:ListBucket", arn, c.with(c.plain, "s3:prefix", l.Prefix))
			call.Source, call.Resource = pageS3Buckets, OfBucket(l.Bucket)
			c.require(call)
		}
	}
}

// keyNeeds returns which actions an operator needs a key for, with the page that asks for it.
func (t *Table) keyNeeds(o model.Operator, k model.Key) (actions []string, source string, on TargetKind) {
	add := func(list []string, page string, kind TargetKind) {
		for _, a := range list {
			if !slices.Contains(actions, a) {
				actions = append(actions, a)
			}
		}
		source, on = page, kind
	}
	for _, level := range []struct {
		name    string
		actions []string
	}{{spec.Uploader, toUpload}, {spec.Downloader, toDownload}} {
		for _, l := range t.places(o, level.name) {
			if t.bucket(l.Bucket).Key == k.ID {
				add(level.actions, pageS3Key, DataKey)
			}
		}
	}
	for _, b := range t.m.Buckets {
		if o.Has(spec.Deploy) && b.Key == k.ID && t.uploaded(b.ID) != nil {
			add(toUpload, pageS3Key, DataKey)
		}
	}
	creates := o.Has(spec.Operate) || o.Has(spec.Deploy) && t.makesGroup() || o.Has(spec.Build) ||
		o.Has(spec.Full) && t.m.Profile != spec.Documented
	if g := t.m.DatasetGroup; g != nil && g.Key == k.ID && creates {
		add(toCreate, pageSetUp, GroupKey)
	}
	return actions, source, on
}

// useKeys makes the calls on keys. AWS KMS asks the key's policy first: one that does not leave the
// key to the account's IAM policies makes the operator's own policy void, unless it names him (AWS
// KMS Developer Guide, "Key policies in AWS KMS"). Under made-up names that policy cannot be asked,
// as it may be one of others; there the operator's half is asked alone, and the half of the key's
// policy where it has to name him.
func (c *operatorCalls) useKeys() {
	for _, k := range c.m.Keys {
		actions, source, on := c.keyNeeds(c.o, k)
		if actions == nil {
			continue
		}
		asked := c.deployed && c.knows(k)
		switch {
		case !c.deployed:
		case !asked:
			c.unproved(k, "the key's policy is not known", presentPolicy(k))
		case unattached(c.o) && !c.letsIn(c.besideOperators(k), k, c.who, actions):
			asked = false
			c.unproved(k, "the key's policy leaves nothing to policies of IAM, and nobody is attached whom "+
				"it could name", "name whoever gets the policy in a statement of the spec under statements.keys."+
				k.ID+", or let the account decide: "+c.iam("root")+" may do kms:*")
		}
		for _, action := range actions {
			for _, in := range c.aliasesOf(k) {
				call := c.call(action, c.env[model.RefKeyARN(k.ID)], in)
				call.Source, call.key = source, k.ID
				if asked {
					call.On, call.Resource = Target{Kind: on}, OfKey(k.ID)
				} else {
					call.instead = c.openKey
				}
				c.require(call)
			}
		}
		if !c.deployed {
			c.named(k, actions, source, on)
		}
	}
}

// aliasesOf returns what tells of the aliases of a key in calls on it, nil for none: one that exists
// may have some or none, unless it is found by one.
func (c *operatorCalls) aliasesOf(k model.Key) []*context {
	switch {
	case !k.Existing():
		return []*context{nil}
	case k.Found:
		return []*context{c.with(c.plain, keyAliases, aliasOf(k))}
	}
	return []*context{nil, c.with(c.plain, keyAliases, aliasOf(k))}
}

// unproved notes that a key's policy cannot be asked on the operator.
func (c *operatorCalls) unproved(k model.Key, why, hint string) {
	u := Unproved{Place: "operators." + c.o.ID, Hint: hint,
		Message: fmt.Sprintf("whether operator %q can use key %q is not proved: %s", c.o.ID, k.ID, why)}
	if !slices.Contains(c.Unproved, u) {
		c.Unproved = append(c.Unproved, u)
	}
}

// unattached reports whether an operator is attached to nobody, as one for a permission set of IAM
// Identity Center is.
func unattached(o model.Operator) bool { return len(o.Users)+len(o.Groups)+len(o.Roles) == 0 }

// named makes the calls that the policy of a key has to let pass by itself: those of the operator's
// users and roles whom nothing else in it lets in. Who that is, real names decide.
func (c *operatorCalls) named(k model.Key, actions []string, source string, on TargetKind) {
	if d := k.Decisive(); d.Partial || d.Name == "" {
		return
	}
	real := c.real()
	beside := real.besideOperators(k)
	for _, kind := range []struct {
		name  string
		names []string
	}{{"user", c.o.Users}, {"role", c.o.Roles}} {
		for _, who := range real.arns(kind.name, kind.names) {
			if real.letsIn(beside, k, who, actions) {
				continue
			}
			principal := c.iam(strings.TrimPrefix(who, real.iam("")))
			for _, a := range actions {
				c.require(Call{Workflow: c.workflow, Caller: Operator, Side: Resource, Action: a,
					On: Target{Kind: on}, Source: source, Place: "operators." + c.o.ID,
					Resource: OfKey(k.ID), key: k.ID, request: policy.Request{Principal: principal,
						Resource: c.env[model.RefKeyARN(k.ID)]}})
			}
		}
	}
}

// besideOperators returns what is in the policy of a key beside pzgen's statements: that of whoever
// administers a created one, those of the spec, and those of an existing one's present policy.
func (t *Table) besideOperators(k model.Key) policy.Document {
	var d policy.Document
	if k.Base != nil {
		d.Statements = slices.Clone(k.Base.Statements)
	}
	if k.Owner != nil && !k.Owner.Policy.Partial {
		d.Statements = slices.Clone(without(k.Owner.Policy.Document, k.Owner.Lent).Statements)
	}
	if !k.Existing() {
		d.Statements = append(d.Statements, policy.Statement{Effect: policy.Allow,
			Principal: &policy.Principal{Types: []policy.PrincipalType{
				{Type: "AWS", Values: policy.List(k.Admins...)}}},
			Action:   policy.List(policy.Literal("kms:*")),
			Resource: policy.List(policy.Literal("*"))})
	}
	for _, s := range k.Own.Statements {
		if slices.ContainsFunc(t.m.Reasons, func(r model.Reason) bool {
			return r.Custom && r.Document == k.Decisive().Name && r.Sid == s.Sid
		}) {
			d.Statements = append(d.Statements, s)
		}
	}
	return d.Fill(t.env)
}

// letsIn reports whether the policy of a key lets somebody whose own policies allow everything do
// all of some actions. What it denies him, naming him would not give.
func (t *Table) letsIn(d policy.Document, k model.Key, who string, actions []string) bool {
	return !slices.ContainsFunc(actions, func(action string) bool {
		got, err := policy.Evaluate(policy.Request{Principal: who, Action: action,
			Resource: t.env[model.RefKeyARN(k.ID)], ResourceAccount: t.account(), Context: secure()},
			policy.Policies{Identity: []policy.Document{everything()}, Resource: &d})
		return err != nil || got.Outcome == policy.ImplicitlyDenied
	})
}

// mustNotInBuckets tries what an operator has no business with in the buckets of the setup: beside
// the places where he brings or fetches data, with other actions, and with the bucket itself.
func (c *operatorCalls) mustNotInBuckets(no func(action, resource string, in *context)) {
	for _, b := range c.m.Buckets {
		arn := c.env[model.RefBucketARN(b.ID)]
		r := c.reachOf(b.ID, c.o)
		if r.places == nil { // no statement of his is about objects
			for _, a := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
				no(a, arn+"/any", nil)
			}
			if !c.mayDeploy("s3:PutBucketPolicy", arn) {
				no("s3:PutBucketPolicy", arn, nil)
			}
			continue
		}
		for _, key := range r.keys {
			for _, a := range operatorActions {
				if !r.may(a, key) {
					no(a, arn+"/"+key, nil)
				}
			}
		}
		listing := c.with(c.plain, "s3:prefix", r.places[0].Prefix)
		for _, a := range bucketActions {
			if a != "s3:ListBucket" {
				no(a, arn, nil)
				no(a, arn, listing)
			}
		}
		no("s3:ListBucket", "arn:"+c.partition()+":s3:::"+made, listing)
		if !r.whole() {
			for _, in := range []*context{c.plain, c.with(c.plain, "s3:prefix", ""),
				c.with(c.plain, "s3:prefix", made+"/")} {
				no("s3:ListBucket", arn, in)
			}
		}
	}
}

// mustNotWithKeys tries what an operator needs no key for.
func (c *operatorCalls) mustNotWithKeys() {
	no := func(action, arn string) {
		call := c.call(action, arn, nil)
		call.instead = c.openKey
		c.refuse(call)
	}
	for _, k := range c.m.Keys {
		needed, _, _ := c.keyNeeds(c.o, k)
		tried := keyNeighbours
		if needed != nil {
			tried = slices.Concat(otherKeyActions, keyActions)
		}
		for _, a := range tried {
			if arn := c.env[model.RefKeyARN(k.ID)]; !slices.Contains(needed, a) && !c.mayDeploy(a, arn) {
				no(a, arn)
			}
		}
	}
	other := "arn:" + c.partition() + ":kms:" + c.region() + ":" + c.account() + ":key/other"
	for _, a := range toCreate {
		if !c.mayDeploy(a, other) {
			no(a, other)
		}
	}
}

// presentPolicy is the hint to save the policy of a key that exists. AWS KMS takes an ID or an ARN there,
// and no alias (AWS KMS API Reference, GetKeyPolicy).
func presentPolicy(k model.Key) string {
	id := k.ARN
	if id == "" {
		id = "ID"
	}
	return "save it with `aws kms get-key-policy --key-id " + id + " --policy-name default " +
		"--query Policy --output text`, and name the file under policy"
}
