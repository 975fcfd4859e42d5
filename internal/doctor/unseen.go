package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/deployed"
)

// parts are what has to be known of a bucket beside its policy.
var parts = map[string]string{"encryption": "s3:GetEncryptionConfiguration", "region": "s3:GetBucketLocation",
	"ownership": "s3:GetBucketOwnershipControls"}

// settings tells what was not seen of buckets and keys beside their policies, and of buckets whose
// objects need not be their owner's.
func (d *diagnosis) settings() {
	if d.q.Elsewhere {
		return // an artifact states what there is, and AWS's defaults are right
	}
	for _, b := range d.q.Setup.Buckets {
		there := d.world.bucket(b.Name)
		if there == nil || d.settled[d.world.bucketARN(b.Name)] {
			continue // its policy is unknown, or it is to be replaced
		}
		for _, u := range there.Unseen {
			if action := parts[u.What]; action != "" {
				d.unknown(Unknown{What: fmt.Sprintf("%s of bucket %q", u.What, b.Name), Action: action, Why: u.Why, At: u.At})
			}
		}
		d.ownership(b.Name, there)
	}
	for _, k := range d.q.Setup.Keys {
		there := d.world.key(k.ARN)
		if there == nil || d.settled[k.ARN] {
			continue
		}
		for _, u := range there.Unseen {
			if u.What == "state" {
				d.unknown(Unknown{What: fmt.Sprintf("state of key %q", k.ARN), Action: "kms:DescribeKey", Why: u.Why, At: u.At})
			}
		}
	}
}

// ownership tells of a bucket whose objects need not be its owner's.
func (d *diagnosis) ownership(name string, there *deployed.Bucket) {
	read := slices.ContainsFunc(d.asked, func(c *call) bool {
		return c.On.Kind == calls.FromObject && thing(c.Request.Resource) == d.world.bucketARN(name)
	})
	seen := !slices.ContainsFunc(there.Unseen, func(u deployed.Unseen) bool { return u.What == "ownership" })
	if o := there.Ownership.V.String(); read && seen && o != "BucketOwnerEnforced" {
		d.unknown(Unknown{Cause: causeOf(ownership), At: there.At,
			What: fmt.Sprintf("bucket %q: whose its objects are: Object Ownership is %s, and the "+
				"bucket's policy does not reach objects of other accounts", name, cmp.Or(o, "ObjectWriter")),
			Action: "s3:GetObjectAcl"})
	}
}

// controls tells that nobody looked at the policies of the organization.
func (d *diagnosis) controls() {
	if d.q.NoControls || d.q.Elsewhere || len(d.q.State.Controls) > 0 || d.q.State.NoOrganization {
		return
	}
	d.unknown(Unknown{What: "service and resource control policies of the organization: none is there " +
		"to look at (--no-controls says that there is none)", Action: "organizations:ListPoliciesForTarget"})
}

// assumed returns what the answer takes to be true.
func (d *diagnosis) assumed() []string {
	var out []string
	if d.q.NoControls {
		out = append(out, "no service or resource control policy of an organization applies")
	}
	if d.q.Elsewhere {
		out = append(out, "nothing is in the account beside what the artifact states")
	}
	return append(out, "Personalize calls from no VPC, over TLS, for account "+d.q.Setup.Account+
		" in "+d.q.Setup.Region)
}
