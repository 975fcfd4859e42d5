package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// The calls that must not pass by what this setup grants. For profile documented only those are
// tried that the guide's own documents refuse: they grant whole buckets and, in identity policies,
// every key.

const (
	made   = "arn-of-nothing-else" // in names that no setup has
	nobody = "nothing needs it"    // in place of a workflow
)

// Actions on objects, buckets and keys that no workflow makes, with the neighbours of those that
// workflows make.
var (
	objectActions = []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject",
		"s3:GetObjectVersion", "s3:GetObjectAcl", "s3:PutObjectAcl", "s3:GetObjectToo",
		"s3:PutObjectToo", "s3:AbortMultipartUpload", "s3:AnyAction"}
	bucketActions = []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketToo",
		"s3:GetBucketLocation", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket",
		"s3:AnyAction"}
	otherKeyActions = []string{"kms:Encrypt", "kms:ReEncryptFrom", "kms:PutKeyPolicy",
		"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:RetireGrant", "kms:DecryptToo",
		"kms:GenerateDataKeyToo", "kms:GenerateDataKeyPair", "kms:DescribeKeyToo",
		"kms:ListGrantsToo", "kms:CreateGrantToo", "kms:GenerateDataKeyWithoutPlaintextToo",
		"kms:AnyAction"}
	anyKeyAction = slices.Concat(otherKeyActions, keyActions,
		[]string{"kms:GenerateDataKeyWithoutPlaintext"})
	elsewhereActions = []string{"cloudwatch:PutMetricData", "cloudwatch:PutMetricDataToo",
		"cloudwatch:DeleteAlarms", "iam:PassRole", "iam:CreateUser", "sts:AssumeRole",
		"personalize:CreateDatasetImportJob", "personalize:GetRecommendations", "logs:PutLogEvents",
		"any:Action"}
	trustActions = []string{"sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML",
		"sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleToo", "sts:AnyAction"}
)

// need is what a workflow needs, whichever it is.
type need struct {
	caller           Caller
	side             Side
	action, resource string
}

func (t *Table) neededBy() map[need]bool {
	out := map[need]bool{}
	for _, c := range t.Required {
		out[need{c.Caller, c.Side, c.Action, c.request.Resource}] = true
	}
	return out
}

// within reports whether an object lies under a location for which some workflow makes the call.
func (t *Table) within(action, bucket, key string) bool {
	for _, w := range t.m.Workflows {
		for _, r := range workflowRows[w.Type] {
			loc := w.From
			if r.on.isWritten() {
				loc = w.To
			}
			if r.action != action || !r.on.isObject() || loc == nil || loc.Bucket != bucket {
				continue
			}
			// Of a location that names one file, that alone is read.
			if r.on == FromObject && loc.IsFile() && key == loc.Prefix ||
				!(r.on == FromObject && loc.IsFile()) && strings.HasPrefix(key, loc.Prefix) {
				return true
			}
		}
	}
	return false
}

// locations calls each for every location that a workflow has in a bucket.
func (t *Table) locations(bucket string, each func(w spec.Workflow, prefix string)) {
	for _, w := range t.m.Workflows {
		for _, l := range []*spec.Location{w.From, w.To} {
			if l != nil && l.Bucket == bucket {
				each(w, l.Prefix)
			}
		}
	}
}

// objects returns keys in and beside the locations of a bucket: under each prefix, under its
// like-named neighbour, and elsewhere.
func (t *Table) objects(bucket string) []string {
	keys := []string{made + "/x"}
	t.locations(bucket, func(_ spec.Workflow, prefix string) {
		if prefix != "" {
			keys = append(keys, object(prefix, false), strings.TrimSuffix(prefix, "/")+"-"+made+"/x",
				made+"/"+prefix+"x")
			if !strings.HasSuffix(prefix, "/") {
				keys = append(keys, prefix) // it may be a file
			}
		}
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

// listed returns the prefixes that are listed in a bucket, each once.
func (t *Table) listed(bucket string) []string {
	var out []string
	t.locations(bucket, func(w spec.Workflow, prefix string) {
		if w.Type != spec.MetricAttribution {
			out = append(out, prefix)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// asDocumented reports whether the documents are the guide's, which grant whole buckets.
func (t *Table) asDocumented() bool { return t.m.Profile == spec.Documented }

// wholeBuckets reports whether the guide grants an action on objects for all of a bucket.
func (t *Table) wholeBuckets(action string) bool {
	return t.asDocumented() && (action == "s3:GetObject" || action == "s3:PutObject")
}

// refuseRole tries the service role's own policies.
func (t *Table) refuseRole(needed map[need]bool) {
	call := Call{Workflow: nobody, Caller: Role, Side: Identity, Place: "role",
		Identity: t.rolePolicies(), request: policy.Request{Principal: t.roleARN()}}
	no := func(action, resource string, instead *policy.Document) {
		c := call
		c.Action, c.On, c.instead = action, Target{Named, resource}, instead
		c.request.Resource = resource
		t.refuse(c)
	}
	other := "arn:" + t.partition() + ":s3:::" + made
	for _, a := range objectActions {
		no(a, other+"/x", nil)
	}
	for _, a := range bucketActions {
		no(a, other, nil)
	}
	for _, b := range t.m.Buckets {
		arn := t.env[model.RefBucketARN(b.ID)]
		for _, a := range bucketActions {
			if !needed[need{Role, Identity, a, arn}] && (a != "s3:ListBucket" || !t.asDocumented()) {
				no(a, arn, nil)
			}
		}
		for _, key := range t.objects(b.ID) {
			for _, a := range objectActions {
				if !t.wholeBuckets(a) && !t.within(a, b.ID, key) {
					no(a, arn+"/"+key, nil)
				}
			}
		}
		if t.m.ListByPrefix && !t.asDocumented() {
			t.refuseListing(b, call, t.plain)
		}
	}
	open := t.openKey
	for _, k := range t.m.Keys {
		arn := t.env[model.RefKeyARN(k.ID)]
		for _, a := range anyKeyAction {
			if !needed[need{Role, Identity, a, arn}] && t.everyKey(a) {
				no(a, arn, open)
			}
		}
	}
	otherKey := "arn:" + t.partition() + ":kms:" + t.region() + ":" + t.account() + ":key/" + made
	for _, a := range anyKeyAction {
		if t.everyKey(a) {
			no(a, otherKey, open)
		}
	}
	for _, a := range elsewhereActions {
		if t.asDocumented() && strings.HasPrefix(a, "personalize:") {
			continue // the guide gives the role full access to Personalize
		}
		if !needed[need{Role, Identity, a, "*"}] {
			no(a, "*", nil)
		}
	}
}

// everyKey reports whether the role must not do an action with keys that no workflow needs it for:
// the guide's policy for the role names every key.
func (t *Table) everyKey(action string) bool {
	return !t.asDocumented() || slices.Contains(otherKeyActions, action)
}

// refuseListing tries to list a bucket elsewhere than under the locations in use, where listing is
// tied to prefixes.
func (t *Table) refuseListing(b model.Bucket, c Call, in *context) {
	if slices.Contains(t.listed(b.ID), "") || c.Side == Resource && b.Decisive().Name == "" {
		return
	}
	arn := t.env[model.RefBucketARN(b.ID)]
	c.Action, c.On, c.Place = "s3:ListBucket", Target{Named, arn}, "buckets."+b.ID
	c.request.Resource = arn
	for _, c.context = range []*context{t.with(in, "s3:prefix", ""),
		t.with(in, "s3:prefix", made+"/"), in} {
		t.refuse(c)
	}
}

// strangers are principals that no bucket or key of the setup lets in.
func (t *Table) strangers() []string {
	elsewhere := "arn:" + t.partition() + ":iam::" + t.otherAccount() + ":"
	all := []string{otherService, "s3.amazonaws.com", "*", elsewhere + "root",
		elsewhere + "role/" + t.env[model.RefRoleName]}
	return slices.DeleteFunc(all, func(p string) bool {
		return slices.ContainsFunc(t.admitted, func(a admitted) bool { return a.who == p })
	})
}

// refusal tries a call of somebody on something.
type refusal func(caller Caller, principal, action, resource string, in *context)

// by returns the refusal of calls that the policy of a resource decides by itself.
func (t *Table) by(resource Document, place string) refusal {
	return func(caller Caller, principal, action, on string, in *context) {
		t.refuse(Call{Workflow: nobody, Caller: caller, Side: Resource, Action: action,
			On: Target{Named, on}, Place: place, Resource: resource, context: in,
			request: policy.Request{Principal: principal, Resource: on}})
	}
}

// refuseOnBuckets tries the bucket policies by themselves.
func (t *Table) refuseOnBuckets(needed map[need]bool) {
	for _, b := range t.m.Buckets {
		if b.Decisive().Name == "" {
			continue
		}
		t.refuseOnBucket(b, needed, t.by(OfBucket(b.ID), "buckets."+b.ID))
		if t.m.ListByPrefix && !t.asDocumented() {
			t.refuseListing(b, Call{Workflow: nobody, Caller: Service, Side: Resource,
				Resource: OfBucket(b.ID), request: policy.Request{Principal: service}}, t.ours)
		}
		if b.TLSOnly {
			t.refusePlainHTTP(b)
		}
	}
}

func (t *Table) refuseOnBucket(b model.Bucket, needed map[need]bool, no refusal) {
	arn := t.env[model.RefBucketARN(b.ID)]
	ours := t.ours
	for _, a := range bucketActions {
		if !needed[need{Service, Resource, a, arn}] && !(t.asDocumented() && a == "s3:ListBucket") {
			no(Service, service, a, arn, ours)
		}
	}
	for _, p := range t.strangers() {
		for _, a := range []string{"s3:ListBucket", "s3:AnyAction"} {
			no(Stranger, p, a, arn, ours)
		}
	}
	t.refuseAdmitted(b, no)
	t.refuseLogs(b, no)
	keys := t.objects(b.ID)
	for _, key := range keys {
		for _, a := range []string{"s3:GetObject", "s3:PutObject", "s3:AnyAction"} {
			for _, p := range t.strangers() {
				no(Stranger, p, a, arn+"/"+key, ours)
			}
		}
		for _, a := range objectActions {
			if !t.wholeBuckets(a) && !t.within(a, b.ID, key) {
				no(Service, service, a, arn+"/"+key, ours)
			}
		}
	}
	if b.Owner.Elsewhere() != "" {
		t.refuseElsewhere(b, keys, needed)
	}
	if !t.guarded(b.Owner) {
		return
	}
	for _, key := range keys {
		for _, a := range []string{"s3:GetObject", "s3:PutObject"} {
			t.refuseDeputy(no, a, arn+"/"+key)
		}
	}
	t.refuseDeputy(func(caller Caller, p, action, resource string, in *context) {
		// Where listing is tied to prefixes, only a listing of one of them can tell whether it is
		// tied to the source too.
		for _, prefix := range t.listed(b.ID) {
			no(caller, p, action, resource, t.with(in, "s3:prefix", prefix))
		}
	}, "s3:ListBucket", arn)
}

// refusePlainHTTP tries to work on a bucket without TLS, as a user who may do everything, so that
// only the denial is left to refuse him.
func (t *Table) refusePlainHTTP(b model.Bucket) {
	arn := t.env[model.RefBucketARN(b.ID)]
	in := t.with(t.plain, "aws:SecureTransport", "false")
	for _, r := range []struct{ action, resource string }{{"s3:GetObject", arn + "/" + made},
		{"s3:PutObject", arn + "/" + made}, {"s3:ListBucket", arn}, {"s3:AnyAction", arn}} {
		t.refuse(Call{Workflow: "nobody without TLS", Caller: User, Side: Resource, Action: r.action,
			On: Target{Named, r.resource}, Place: "buckets." + b.ID, Resource: OfBucket(b.ID),
			theirs: t.all, context: in,
			request: policy.Request{Principal: t.iam("user/anybody"), Resource: r.resource}})
	}
}

// refuseDeputy tries the service on behalf of another account, of another account's resource, and
// without saying on whose behalf.
func (t *Table) refuseDeputy(no refusal, action, resource string) {
	t.refuseOthers(no, action, resource)
	no(ServiceForTheirs, service, action, resource, t.ourAccount)
}

// refuseOthers tries the service on behalf of another account, with a resource of this one too, and
// without saying on whose behalf.
func (t *Table) refuseOthers(no refusal, action, resource string) {
	no(ServiceForOther, service, action, resource, t.others)
	no(ServiceForNobody, service, action, resource, t.plain)
	no(ServiceForOther, service, action, resource, t.ourResource)
}
