package adopt

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// findFlows takes what Amazon Personalize and its role may read and write for workflows: what they read
// is imported, what they write is exported. Which other workflow it is for, policies do not tell.
func (d *draft) findFlows() {
	for i := range d.given {
		g := &d.given[i]
		s := g.statement
		toUs := g.owner == "role" || strings.HasPrefix(g.owner, "buckets.") && letsServiceIn(s)
		if s.Effect != policy.Allow || !toUs {
			continue
		}
		d.findKeys(s)
		for _, r := range s.Resource.Values {
			location, ok := d.locationOf(r)
			if !ok {
				continue
			}
			if s.CoversAction("s3:GetObject") {
				d.addFlow(Flow{Type: "import", From: location})
				g.flows = true
			}
			if s.CoversAction("s3:PutObject") && strings.HasSuffix(location, "/") {
				d.addFlow(Flow{Type: "export", To: location})
				g.flows = true
			}
		}
	}
	d.dropInner()
}

// findKeys takes in the keys that a statement of the role names.
func (d *draft) findKeys(s policy.Statement) {
	if s.CoversAction("kms:Decrypt") {
		for _, r := range s.Resource.Values {
			d.keyOf(r)
		}
	}
}

// locationOf returns the bucket and prefix, or the one object, that a resource is. It is not ok for
// anything else, such as several buckets, and where the spec takes text for a placeholder.
func (d *draft) locationOf(r policy.Text) (string, bool) {
	text, ok := r.OnlyLit()
	name, object, valid := d.bucketIn(text)
	if !ok || !valid || object == "" {
		return "", false
	}
	prefix, all := strings.CutSuffix(object, "*")
	if strings.ContainsAny(prefix, "*?<") || all && prefix != "" && !strings.HasSuffix(prefix, "/") {
		return "", false
	}
	return name + "/" + prefix, true
}

// bucketIn returns the bucket of an ARN in S3, and the objects if it has some. Access points are
// none, nor are buckets of another partition: the setup is not there.
func (d *draft) bucketIn(arn string) (name, object string, ok bool) {
	a, ok := policy.ParseARN(arn)
	name, object, _ = strings.Cut(a.Resource, "/")
	return name, object, ok && a.Service == "s3" && a.Region == "" && a.Account == "" &&
		a.Partition == spec.PartitionOf(d.region) && name != "" && !strings.ContainsAny(name, "*?$<")
}

// addFlow adds a workflow unless it is there; its locations begin with the name of a bucket in S3.
func (d *draft) addFlow(f Flow) {
	for _, l := range []*string{&f.From, &f.To} {
		if name, prefix, ok := strings.Cut(*l, "/"); ok {
			*l = d.bucketOf(name).id + "/" + prefix
		}
	}
	if !slices.ContainsFunc(d.flows, func(e *element) bool { return e.flow == f }) {
		d.flows = append(d.flows, &element{flow: f})
	}
}

// dropInner drops workflows within the location of another one of their type.
func (d *draft) dropInner() {
	d.flows = slices.DeleteFunc(slices.Clone(d.flows), func(e *element) bool {
		return slices.ContainsFunc(d.flows, func(o *element) bool {
			within := func(a, b string) bool {
				return strings.HasSuffix(b, "/") && strings.HasPrefix(a, b) || a == b
			}
			return e.flow != o.flow && e.flow.Type == o.flow.Type &&
				within(e.flow.From, o.flow.From) && within(e.flow.To, o.flow.To)
		})
	})
}

// nameKeys says of buckets that exist, and of which nobody said how they are encrypted, that they are
// under the one key that the role may use.
func (d *draft) nameKeys() {
	if len(d.keys) != 1 {
		return
	}
	for _, b := range d.buckets {
		if !b.created && b.key == "" {
			b.key = d.keys[0].id
			d.note("how bucket %s is encrypted is not known: key %s is the only one that was read",
				b.name, d.keys[0].id)
		}
	}
}
