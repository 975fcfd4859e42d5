package proof

import (
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// The calls that must not pass by what this setup grants. For profile documented only those are tried that the guide's own documents refuse: they
// grant whole buckets and, in identity policies, every key.

const made = "arn-of-nothing-else" // in names that no setup has

// objectActions and bucketActions are actions on objects and buckets that no workflow makes, with the neighbours of those that workflows make.
var (
	objectActions = []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:GetObjectAcl", "s3:PutObjectAcl",
		"s3:GetObjectToo", "s3:PutObjectToo", "s3:AbortMultipartUpload", "s3:AnyAction"}
	bucketActions = []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketToo", "s3:GetBucketLocation", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy",
		"s3:DeleteBucket", "s3:AnyAction"}
	otherKeyActions = []string{"kms:Encrypt", "kms:ReEncryptFrom", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:RetireGrant",
		"kms:DecryptToo", "kms:GenerateDataKeyToo", "kms:GenerateDataKeyPair", "kms:DescribeKeyToo", "kms:ListGrantsToo", "kms:CreateGrantToo",
		"kms:GenerateDataKeyWithoutPlaintextToo", "kms:AnyAction"}
)

// needs reports whether some workflow makes the call: who, action and the kind of thing that it works on.
func (s *scenario) needs(who, action, resource, grantedBy string) bool {
	return slices.ContainsFunc(s.required, func(c Call) bool {
		return c.Who == who && c.Action == action && c.request.Resource == resource && (grantedBy == "identity") == (c.Identity != nil)
	})
}

// within reports whether an object lies under a location for which some workflow makes the call.
func (s *scenario) within(action, bucket, key string) bool {
	for _, w := range s.m.Workflows {
		for _, r := range workflowRows[w.Type] {
			if r.action != action {
				continue
			}
			loc := w.From
			if r.on == toObject {
				loc = w.To
			}
			if (r.on == toObject || r.on == fromObject) && loc != nil && loc.Bucket == bucket && strings.HasPrefix(key, loc.Prefix) {
				return true
			}
		}
	}
	return false
}

// objects gives keys in and beside the locations of a bucket: under each prefix, under its like-named neighbour, and elsewhere.
func (s *scenario) objects(bucket string) []string {
	keys := []string{made + "/x"}
	for _, w := range s.m.Workflows {
		for _, l := range []*spec.Location{w.From, w.To} {
			if l != nil && l.Bucket == bucket && l.Prefix != "" {
				keys = append(keys, object(l.Prefix), strings.TrimSuffix(l.Prefix, "/")+"-"+made+"/x", made+"/"+l.Prefix+"x")
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// refuseRole tries the service role's own policies.
func (s *scenario) refuseRole() {
	no := func(action, resource string, open *policy.Document) {
		s.refuse(Call{Workflow: "nothing needs it", Who: "role", Action: action, On: resource, Place: "role", Identity: s.rolePolicies(),
			request: policy.Request{Principal: s.roleARN(), Resource: resource}, resource: open})
	}
	documented := s.m.Profile == spec.Documented
	other := "arn:" + s.partition() + ":s3:::" + made
	for _, a := range objectActions {
		no(a, other+"/x", nil)
	}
	for _, a := range bucketActions {
		no(a, other, nil)
	}
	for _, b := range s.m.Buckets {
		arn := s.env[model.RefBucketARN(b.ID)]
		for _, a := range bucketActions {
			if !s.needs("role", a, arn, "identity") && (a != "s3:ListBucket" || !documented) {
				no(a, arn, nil)
			}
		}
		for _, key := range s.objects(b.ID) {
			for _, a := range objectActions {
				if documented && (a == "s3:GetObject" || a == "s3:PutObject") || s.within(a, b.ID, key) {
					continue
				}
				no(a, arn+"/"+key, nil)
			}
		}
		if s.m.ListByPrefix && !documented {
			s.refuseListing(b, arn, Call{Who: "role", Identity: s.rolePolicies(), request: policy.Request{Principal: s.roleARN()}})
		}
	}
	for _, k := range s.m.Keys {
		arn := s.env[model.RefKeyARN(k.ID)]
		for _, a := range slices.Concat(otherKeyActions, keyActions, []string{"kms:GenerateDataKeyWithoutPlaintext"}) {
			if !s.needs("role", a, arn, "identity") && (!documented || slices.Contains(otherKeyActions, a)) {
				no(a, arn, s.openKey())
			}
		}
	}
	otherKey := "arn:" + s.partition() + ":kms:" + s.region() + ":" + s.account() + ":key/" + made
	for _, a := range slices.Concat(otherKeyActions, keyActions) {
		if !documented || slices.Contains(otherKeyActions, a) {
			no(a, otherKey, s.openKey())
		}
	}
	for _, a := range []string{"cloudwatch:PutMetricData", "cloudwatch:PutMetricDataToo", "cloudwatch:DeleteAlarms", "iam:PassRole", "iam:CreateUser", "sts:AssumeRole",
		"personalize:CreateDatasetImportJob", "personalize:GetRecommendations", "logs:PutLogEvents", "any:Action"} {
		if !s.needs("role", a, "*", "identity") {
			no(a, "*", nil)
		}
	}
}

// listed gives the prefixes that are listed in a bucket, each once.
func (s *scenario) listed(bucket string) []string {
	var out []string
	for _, w := range s.m.Workflows {
		for _, l := range []*spec.Location{w.From, w.To} {
			if l != nil && l.Bucket == bucket && w.Type != spec.MetricAttribution {
				out = append(out, l.Prefix)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// refuseListing tries to list a bucket elsewhere than under the locations in use, where listing is tied to prefixes.
func (s *scenario) refuseListing(b model.Bucket, arn string, c Call) {
	whole := false
	for _, w := range s.m.Workflows {
		for _, l := range []*spec.Location{w.From, w.To} {
			whole = whole || l != nil && l.Bucket == b.ID && l.Prefix == "" && w.Type != spec.MetricAttribution
		}
	}
	if whole || c.Resource != "" && b.Policy.Name == "" {
		return
	}
	c.Workflow, c.Action, c.On, c.Place = "nothing needs it", "s3:ListBucket", arn, "buckets."+b.ID
	for _, prefix := range [][]string{{""}, {made + "/"}, nil} {
		d := c
		d.request.Resource = arn
		d.request.Context = secure()
		if c.Who == "service" {
			d.request.Context = s.sourced(s.account())
		}
		if prefix != nil {
			d.request.Context["s3:prefix"] = prefix
		}
		s.refuse(d)
	}
}

// strangers are principals that no bucket or key of the setup lets in.
func (s *scenario) strangers() []string {
	return []string{otherService, "s3.amazonaws.com", "*", "arn:" + s.partition() + ":iam::" + otherAccount + ":root",
		"arn:" + s.partition() + ":iam::" + otherAccount + ":role/" + s.env[model.RefRoleName]}
}

// refuseOnBuckets tries the bucket policies by themselves.
func (s *scenario) refuseOnBuckets() {
	documented := s.m.Profile == spec.Documented
	for _, b := range s.m.Buckets {
		if b.Policy.Name == "" {
			continue
		}
		arn := s.env[model.RefBucketARN(b.ID)]
		no := func(who, principal, action, resource string, context map[string][]string) {
			s.refuse(Call{Workflow: "nothing needs it", Who: who, Action: action, On: resource, Place: "buckets." + b.ID, Resource: b.Policy.Name,
				request: policy.Request{Principal: principal, Resource: resource, Context: context}})
		}
		for _, a := range bucketActions {
			if !s.needs("service", a, arn, "resource") && !(documented && a == "s3:ListBucket") {
				no("service", service, a, arn, s.sourced(s.account()))
			}
		}
		for _, p := range s.strangers() {
			for _, a := range []string{"s3:ListBucket", "s3:AnyAction"} {
				no("stranger", p, a, arn, s.sourced(s.account()))
			}
		}
		for _, key := range s.objects(b.ID) {
			for _, a := range []string{"s3:GetObject", "s3:PutObject", "s3:AnyAction"} {
				for _, p := range s.strangers() {
					no("stranger", p, a, arn+"/"+key, s.sourced(s.account()))
				}
			}
			for _, a := range objectActions {
				if documented && (a == "s3:GetObject" || a == "s3:PutObject") || s.within(a, b.ID, key) {
					continue
				}
				no("service", service, a, arn+"/"+key, s.sourced(s.account()))
			}
		}
		for _, key := range s.objects(b.ID) {
			for _, a := range []string{"s3:GetObject", "s3:PutObject"} {
				if s.m.Deputy == spec.DeputyEverywhere {
					s.refuseDeputy(no, a, arn+"/"+key)
				}
			}
		}
		if s.m.Deputy == spec.DeputyEverywhere {
			s.refuseDeputy(func(who, principal, action, resource string, context map[string][]string) {
				// Where listing is tied to prefixes, only a listing of one of them can tell whether it is tied to the source too.
				for _, prefix := range s.listed(b.ID) {
					context = maps.Clone(context)
					context["s3:prefix"] = []string{prefix}
					no(who, principal, action, resource, context)
				}
			}, "s3:ListBucket", arn)
		}
		if s.m.ListByPrefix && !documented {
			s.refuseListing(b, arn, Call{Who: "service", Resource: b.Policy.Name, request: policy.Request{Principal: service}})
		}
		if b.TLSOnly {
			// A user who may do everything, so that only the denial is left to refuse him.
			for _, r := range []struct{ action, resource string }{{"s3:GetObject", arn + "/" + made}, {"s3:PutObject", arn + "/" + made}, {"s3:ListBucket", arn}, {"s3:AnyAction", arn}} {
				s.refuse(Call{Workflow: "nobody without TLS", Who: "user", Action: r.action, On: r.resource, Place: "buckets." + b.ID, Resource: b.Policy.Name,
					identity: []policy.Document{everything},
					request: policy.Request{Principal: "arn:" + s.partition() + ":iam::" + s.account() + ":user/anybody", Resource: r.resource,
						Context: map[string][]string{"aws:SecureTransport": {"false"}}}})
			}
		}
	}
}

// refuseDeputy tries the service on behalf of another account, of another service's resource, and without saying on whose behalf.
func (s *scenario) refuseDeputy(no func(who, principal, action, resource string, context map[string][]string), action, resource string) {
	no("service for another account", service, action, resource, s.sourced(otherAccount))
	no("service for nobody", service, action, resource, secure())
	half := s.sourced(otherAccount)
	half["aws:SourceAccount"] = []string{s.account()}
	no("service for another account's resource", service, action, resource, half)
	half = s.sourced(s.account())
	half["aws:SourceAccount"] = []string{otherAccount}
	no("service for another account", service, action, resource, half)
}

// refuseOnKeys tries the key policies by themselves.
func (s *scenario) refuseOnKeys() {
	for _, k := range s.m.Keys {
		if k.Policy.Name == "" {
			continue
		}
		arn := s.env[model.RefKeyARN(k.ID)]
		no := func(who, principal, action, resource string, context map[string][]string) {
			s.refuse(Call{Workflow: "nothing needs it", Who: who, Action: action, On: resource, Place: "keys." + k.ID, Resource: k.Policy.Name,
				request: policy.Request{Principal: principal, Resource: resource, Context: context}})
		}
		all := slices.Concat(otherKeyActions, keyActions, []string{"kms:GenerateDataKeyWithoutPlaintext"})
		for _, a := range all {
			if !s.needs("service", a, arn, "resource") {
				no("service", service, a, arn, s.sourced(s.account()))
			}
			if !s.needs("role", a, arn, "resource") {
				no("role", s.roleARN(), a, arn, nil)
			}
			if s.m.Deputy == spec.DeputyEverywhere {
				s.refuseDeputy(no, a, arn)
			}
		}
		for _, p := range append(s.strangers(), "arn:"+s.partition()+":iam::"+s.account()+":role/not-"+s.env[model.RefRoleName]) {
			for _, a := range append(slices.Clone(keyActions), "kms:GenerateDataKeyWithoutPlaintext", "kms:AnyAction") {
				no("stranger", p, a, arn, s.sourced(s.account()))
			}
		}
	}
}

// refuseTrust tries to assume the service role.
func (s *scenario) refuseTrust() {
	if s.m.Role.Trust.Name == "" {
		return
	}
	no := func(who, principal, action, resource string, context map[string][]string) {
		s.refuse(Call{Workflow: "nothing needs it", Who: who, Action: action, On: resource, Place: "role", Resource: s.m.Role.Trust.Name,
			request: policy.Request{Principal: principal, Resource: resource, Context: context}})
	}
	for _, p := range append(s.strangers(), "arn:"+s.partition()+":iam::"+s.account()+":role/other") {
		no("stranger", p, "sts:AssumeRole", s.roleARN(), s.sourced(s.account()))
	}
	for _, a := range []string{"sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleToo", "sts:AnyAction"} {
		no("service", service, a, s.roleARN(), s.sourced(s.account()))
	}
	if s.m.Deputy != spec.DeputyNowhere {
		s.refuseDeputy(no, "sts:AssumeRole", s.roleARN())
	}
}
