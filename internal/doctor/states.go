package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// state returns what keeps a call from working whatever policies say: that something is not there,
// is elsewhere, or is in no state to be used.
func (d *diagnosis) state(c *call) (Fault, bool) {
	a, ok := policy.ParseARN(c.Request.Resource)
	switch {
	case !ok:
		return Fault{}, false
	case c.Action == "sts:AssumeRole":
		return d.stateOfRole(c, a.Name())
	case a.Service == "s3":
		name, _, _ := strings.Cut(a.Resource, "/")
		return d.stateOfBucket(c, name)
	case a.Service == "kms":
		return d.stateOfKey(c, a)
	}
	return Fault{}, false
}

// broken is a fault of a state. For good, the thing is to be replaced by another one, of which
// nothing is known yet; else it is put right and decided on.
func (d *diagnosis) broken(c *call, id string, at deployed.Place, good bool, message string, fix Fix) (
	Fault, bool) {
	mark := id + " " + thing(c.Request.Resource)
	if d.fixed[mark] {
		return Fault{}, false
	}
	list := []*call{c}
	for _, o := range d.asked {
		if o != c && thing(o.Request.Resource) == thing(c.Request.Resource) && o.Action[:3] == c.Action[:3] {
			list = append(list, o)
		}
	}
	d.fixed[mark] = true
	d.settled[thing(c.Request.Resource)] = d.settled[thing(c.Request.Resource)] || good
	return Fault{Cause: causeOf(id), Message: message, At: at, Calls: d.shown(list), Fix: fix}, true
}

// said reports whether AWS answered with an error of this code when a part was looked at.
func said(list []deployed.Unseen, code string) bool {
	return slices.ContainsFunc(list, func(u deployed.Unseen) bool { return strings.HasPrefix(u.Why, code+":") })
}

func (d *diagnosis) stateOfRole(c *call, name string) (Fault, bool) {
	r := d.world.role(name)
	if r == nil || !said(r.Unseen, "NoSuchEntity") {
		return Fault{}, false
	}
	for _, o := range d.asked {
		d.tried[o] = d.tried[o] || o.Request.Principal == c.Request.Resource
	}
	return d.broken(c, noRole, r.At, true, fmt.Sprintf("role %q does not exist", name),
		Fix{Text: "make the role, or name the one that exists"})
}

func (d *diagnosis) stateOfBucket(c *call, name string) (Fault, bool) {
	b, m := d.world.bucket(name), d.q.Setup
	if b == nil {
		return Fault{}, false
	}
	region := b.Region.V.String()
	switch {
	case said(b.Unseen, "NoSuchBucket"):
		return d.broken(c, noBucket, b.At, true, fmt.Sprintf("bucket %q does not exist", name),
			Fix{Text: "make the bucket, or name the one that exists"})
	case said(b.Unseen, "MethodNotAllowed") && !d.elsewhere(name):
		return d.broken(c, foreignBucket, b.At, true,
			fmt.Sprintf("bucket %q belongs to another account than %s", name, d.world.account),
			Fix{Text: "have its owner let in the role and the service by the bucket's policy; AWS documents no " +
				"guarantee for a bucket of another account"})
	case region != "" && region != m.Region:
		return d.broken(c, otherRegion, b.At, true, fmt.Sprintf("bucket %q is in %s, and Personalize is called in %s",
			name, region, m.Region),
			Fix{Text: "copy the data to a bucket in " + m.Region + ", or call Personalize in " + region})
	}
	deletes := slices.ContainsFunc(m.Workflows, func(w spec.Workflow) bool {
		return w.Type == spec.DataDeletion && d.nameOf(w.From) == name
	})
	if key := b.Key.V.String(); deletes && strings.HasPrefix(c.workflow, spec.DataDeletion) &&
		strings.HasPrefix(b.Algorithm.V.String(), "aws:kms") {
		return d.broken(c, deletionKey, b.At, false, fmt.Sprintf("bucket %q has a list of a data deletion job, "+
			"and is encrypted with key %q", name, key),
			Fix{Text: "upload the list with --sse AES256, or to a bucket without a key of AWS KMS: data deletion reads " +
				"none that is encrypted with one"})
	}
	return Fault{}, false
}

// elsewhere reports whether the spec says that another account has a bucket.
func (d *diagnosis) elsewhere(name string) bool {
	return slices.ContainsFunc(d.q.Setup.Buckets, func(b model.Bucket) bool {
		return b.Name == name && b.Owner.Elsewhere() != ""
	})
}

// nameOf returns the name of the bucket of a location.
func (d *diagnosis) nameOf(l *spec.Location) string {
	for _, b := range d.q.Setup.Buckets {
		if l != nil && b.ID == l.Bucket {
			return b.Name
		}
	}
	return ""
}

func (d *diagnosis) stateOfKey(c *call, arn policy.ARN) (Fault, bool) {
	name, m := c.Request.Resource, d.q.Setup
	k, id := d.world.key(name), word(arn.Name())
	at := deployed.Place{}
	status, kind, manager := "", "", ""
	var unseen []deployed.Unseen
	if k != nil {
		at, status, kind, manager = k.At, k.Status.V.String(), k.Spec.V.String(), k.Manager.V.String()
		unseen = k.Unseen
	}
	switch {
	case strings.HasPrefix(arn.Resource, "alias/aws/") || manager == "AWS" || k != nil && slices.ContainsFunc(k.Aliases,
		func(a deployed.Text) bool { return strings.HasPrefix(a.V.String(), "alias/aws/") }):
		return d.broken(c, managedKey, at, true, fmt.Sprintf("key %q is a key of AWS, whose policy nobody can change",
			name), Fix{Text: "encrypt the bucket, and what is in it, with a key of your own or with AES256"})
	case arn.Region != m.Region:
		return d.broken(c, keyRegion, at, true, fmt.Sprintf("key %q is in %s, and Personalize is called in %s",
			name, arn.Region, m.Region), Fix{Text: "encrypt with a key in " + m.Region})
	case said(unseen, "NotFoundException"):
		return d.broken(c, noKey, at, true, fmt.Sprintf("key %q does not exist", name),
			Fix{Text: "encrypt with a key that exists; what a deleted key encrypted is lost"})
	case kind != "" && kind != "SYMMETRIC_DEFAULT":
		return d.broken(c, keySpec, at, true, fmt.Sprintf("key %q is %s, and data is encrypted with symmetric keys alone",
			name, kind), Fix{Text: "encrypt with a key of the spec SYMMETRIC_DEFAULT"})
	case status == "PendingDeletion":
		command := "aws kms cancel-key-deletion --key-id " + id + " && aws kms enable-key --key-id " + id
		return d.broken(c, keyDeleted, at, false, fmt.Sprintf("key %q is to be deleted", name),
			Fix{Text: command, Review: []string{command}})
	case status == "Disabled":
		command := "aws kms enable-key --key-id " + id
		return d.broken(c, keyDisabled, at, false, fmt.Sprintf("key %q is disabled", name),
			Fix{Text: command, Review: []string{command}})
	case status != "" && status != "Enabled":
		return d.broken(c, keyState, at, false, fmt.Sprintf("key %q cannot be used: its state is %s", name, status),
			Fix{Text: "see \"Key states of AWS KMS keys\" in the AWS KMS Developer Guide for what ends the state"})
	}
	return Fault{}, false
}

// faulty is the fault of a document that AWS would not take as what it is.
func (d *diagnosis) faulty(c *call, doc *document) Fault {
	p := doc.problem()
	id, why := badPolicy, p.Message
	fix := "put right what AWS refuses"
	withPrincipals := slices.ContainsFunc(doc.doc.Statements, func(s policy.Statement) bool {
		return s.Principal != nil || s.NotPrincipal != nil
	})
	uses := doc.kind.Elements().Principal
	switch {
	case uses == policy.Must && !withPrincipals:
		id, why = pasted, "no statement has a Principal: it is the policy of a role"
		fix = "attach it to the role, and give the " + doc.on + " a policy that names " + service
	case uses == policy.Never && withPrincipals:
		id, why = pasted, "it has a Principal: it is the policy of a bucket or key"
		fix = "attach it to the bucket or key, and give the " + doc.on + " one without Principal"
	}
	where := "the " + doc.title()
	if p.Statement >= 0 {
		where = doc.statement(p.Statement)
	}
	list := d.shown(d.alikeFaulty(c, doc))
	at := doc.place(p.Statement)
	doc.doc, doc.real = nil, nil // AWS does not have it
	if doc.kind == policy.Identity || doc.kind == policy.Boundary {
		doc.doc = &policy.Document{Version: policy.Version2012}
	}
	return Fault{Cause: causeOf(id), Message: fmt.Sprintf("%s is not valid: %s", where, why),
		At: at, Calls: list, Fix: Fix{Text: fix}}
}

func (d *diagnosis) alikeFaulty(c *call, doc *document) []*call {
	out := []*call{c}
	for _, o := range d.asked {
		if o != c && d.world.decide(o.Request).faulty == doc {
			out = append(out, o)
		}
	}
	return out
}

// advice returns what the guide asks for on a side that AWS does not need: AWS is content with
// one, and the guide asks for both.
func (d *diagnosis) advice() []string {
	var out []string
	lacking := map[*document][]string{}
	var order []*document
	for _, c := range d.asked {
		a := d.world.decide(c.Request)
		q, err := policy.Prepare(c.Request)
		if err != nil || a.unseen != nil {
			continue
		}
		for _, side := range c.Sides {
			docs := a.sides.identity
			if side == calls.Resource {
				docs = []*document{a.sides.resource}
			}
			docs = slices.DeleteFunc(slices.Clone(docs), func(x *document) bool { return x == nil || x.doc == nil })
			if len(docs) == 0 || slices.ContainsFunc(docs, func(x *document) bool {
				return slices.ContainsFunc(x.doc.Statements, func(s policy.Statement) bool {
					return s.Effect == policy.Allow && q.Fit(x.kind, x.doc.Version, s).All()
				})
			}) {
				continue
			}
			if lacking[docs[0]] == nil {
				order = append(order, docs[0])
			}
			if !slices.Contains(lacking[docs[0]], c.Action) {
				lacking[docs[0]] = append(lacking[docs[0]], c.Action)
			}
		}
	}
	for _, doc := range order {
		who := doc.title()
		if doc.kind == policy.Identity {
			who = "policies of " + doc.on
		}
		out = append(out, fmt.Sprintf("the Developer Guide asks for %s in the %s too; what AWS documents of "+
			"evaluation does not need it", strings.Join(lacking[doc], ", "), cmp.Or(who, doc.on)))
	}
	return out
}
