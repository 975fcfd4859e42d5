package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// resource returns the policy of what a call works on; nil for what has none.
func (w *world) resource(action, resource string) *document {
	a, ok := policy.ParseARN(resource)
	switch {
	case !ok:
		return nil
	case action == "sts:AssumeRole":
		return w.trust(a.Name())
	case strings.HasPrefix(action, "s3:"):
		return w.ofBucket(thing(resource))
	case strings.HasPrefix(action, "kms:"):
		return w.ofKey(resource)
	}
	return nil
}

func (w *world) ofBucket(arn string) *document {
	if d, ok := w.policies[arn]; ok {
		return d
	}
	a, _ := policy.ParseARN(arn)
	on := fmt.Sprintf("bucket %q", a.Resource)
	u := Unknown{What: "policy of " + on, Action: "s3:GetBucketPolicy"}
	var d *document
	if b := w.bucket(a.Resource); b == nil {
		d = hidden(policy.Resource, on, "", u)
	} else if d = w.make(policy.Resource, on, "", b.Policy, target{name: a.Resource}); d == nil {
		d = &document{kind: policy.Resource, on: on, target: target{name: a.Resource}}
		if slices.ContainsFunc(b.Unseen, func(u deployed.Unseen) bool { return u.What == "policy" }) {
			d = hidden(policy.Resource, on, "", w.reason(u, b.Unseen, "policy"))
		}
	}
	if b := w.bucket(a.Resource); b != nil && b.Created && d.doc != nil {
		d.unseen = nil // the artifact makes it, so that there are no others' statements
	}
	w.policies[arn] = d
	return d
}

func (w *world) ofKey(arn string) *document {
	if d, ok := w.policies[arn]; ok {
		return d
	}
	on := fmt.Sprintf("key %q", arn)
	u := Unknown{What: "policy of " + on, Action: "kms:GetKeyPolicy"}
	if strings.Contains(arn, ":alias/") {
		u = Unknown{What: "which key has the alias " + arn, Action: "kms:ListAliases"}
	}
	var d *document
	if k := w.key(arn); k == nil {
		d = hidden(policy.KeyPolicy, on, "", u)
	} else if d = w.make(policy.KeyPolicy, on, "", k.Policy, target{name: arn}); d == nil {
		d = hidden(policy.KeyPolicy, on, "", w.reason(u, k.Unseen, "policy"))
	}
	if k := w.key(arn); k != nil && k.Created && d.doc != nil {
		d.unseen = nil
	}
	w.policies[arn] = d
	return d
}
