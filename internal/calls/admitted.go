package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// admitted is somebody whom the policies of buckets and keys let in for an operator of the spec: a
// role or user by ARN, an account, or a service that works for the setup's account.
type admitted struct {
	o      model.Operator
	who    string // the ARN, or the service
	actual string // the same under real names
}

// isService reports whether it is a service.
func (a admitted) isService() bool { return !strings.HasPrefix(a.who, "arn:") }

// admit makes the calls of those whom an operator of the spec has let in. Whoever is of another
// account is taken to be allowed everything there: AWS asks both accounts (IAM User Guide,
// "Cross-account policy evaluation logic").
func (t *Table) admit(o model.Operator) {
	for _, p := range o.Principals {
		a := admitted{o, p, p}
		if f := strings.SplitN(p, ":", 6); !a.isService() && len(f) == 6 {
			f[1] = t.partition()
			if f[4] == t.m.Account {
				f[4] = t.account()
			}
			a.who = strings.Join(f, ":")
		}
		t.admitted = append(t.admitted, a)
		t.admittedCalls(a)
	}
}

func (t *Table) admittedCalls(a admitted) {
	call := func(action, on, source string, in *context, by Document) {
		c := Call{Workflow: "operator " + a.o.ID + ", " + a.who, Caller: Admitted, Side: Resource,
			Action: action, On: Target{Named, on}, Source: source, Place: "operators." + a.o.ID, Resource: by,
			context: in, request: policy.Request{Principal: a.who, Resource: on}}
		if !a.isService() && !strings.Contains(a.who, ":"+t.account()+":") {
			c.theirs = t.all
		}
		t.require(c)
	}
	for _, level := range dataLevels {
		for _, l := range t.places(a.o, level.name) {
			arn, by := t.env[model.RefBucketARN(l.Bucket)], OfBucket(l.Bucket)
			for _, r := range level.rows {
				call(r.action, arn+"/"+l.object(), r.source, t.from(a), by)
			}
			call("s3:ListBucket", arn, pageS3Buckets, t.with(t.from(a), "s3:prefix", l.Prefix), by)
		}
	}
	for _, k := range t.m.Keys {
		actions, source, _ := t.keyNeeds(a.o, k)
		if real := t.real(); !a.isService() && !k.Decisive().Partial &&
			real.letsIn(real.besideOperators(k), k, a.actual, actions) {
			continue
		}
		for _, action := range actions {
			call(action, t.env[model.RefKeyARN(k.ID)], source, t.from(a), OfKey(k.ID))
		}
	}
}

// from returns the context of a request of somebody who is let in.
func (t *Table) from(a admitted) *context {
	if a.isService() {
		return t.with(t.plain, "aws:SourceAccount", t.account())
	}
	return t.plain
}

// admittedBy returns all operators of the spec that let somebody in.
func (t *Table) admittedBy(a admitted) []model.Operator {
	var out []model.Operator
	for _, other := range t.admitted {
		if other.who == a.who {
			out = append(out, other.o)
		}
	}
	return out
}

// refuseAdmitted tries what those who are let in need not do in a bucket, by its policy alone.
func (t *Table) refuseAdmitted(b model.Bucket, no refusal) {
	arn := t.env[model.RefBucketARN(b.ID)]
	for _, a := range t.admitted {
		in := t.from(a)
		r := t.reachOf(b.ID, t.admittedBy(a)...)
		for _, key := range r.keys {
			for _, action := range operatorActions {
				if !r.may(action, key) {
					no(Admitted, a.who, action, arn+"/"+key, in)
				} else if a.isService() {
					no(Admitted, a.who, action, arn+"/"+key, t.plain)
					no(Admitted, a.who, action, arn+"/"+key, t.others)
				}
			}
		}
		for _, action := range bucketActions {
			if action != "s3:ListBucket" {
				no(Admitted, a.who, action, arn, in)
			}
		}
		for _, prefix := range []string{"", made + "/"} {
			if !r.whole() {
				no(Admitted, a.who, "s3:ListBucket", arn, t.with(in, "s3:prefix", prefix))
			}
		}
		for _, l := range r.places {
			listing := t.with(in, "s3:prefix", l.Prefix)
			no(Admitted, a.who, "s3:ListBucket", "arn:"+t.partition()+":s3:::"+made, listing)
			for _, action := range bucketActions {
				if action != "s3:ListBucket" {
					no(Admitted, a.who, action, arn, listing)
				}
			}
			if a.isService() {
				no(Admitted, a.who, "s3:ListBucket", arn, t.with(t.plain, "s3:prefix", l.Prefix))
				no(Admitted, a.who, "s3:ListBucket", arn, t.with(t.others, "s3:prefix", l.Prefix))
			}
		}
	}
}

// refuseAdmittedWith tries what those who are let in need no key for, by its policy alone. Whoever
// administers the key may do that.
func (t *Table) refuseAdmittedWith(k model.Key, no refusal) {
	arn := t.env[model.RefKeyARN(k.ID)]
	for _, a := range t.admitted {
		if slices.ContainsFunc(k.Admins, func(admin policy.Text) bool { return admin.Fill(t.env).IAM() == a.who }) {
			continue
		}
		var needed []string
		for _, o := range t.admittedBy(a) {
			actions, _, _ := t.keyNeeds(o, k)
			needed = append(needed, actions...)
		}
		for _, action := range anyKeyAction {
			switch {
			case !slices.Contains(needed, action):
				no(Admitted, a.who, action, arn, t.from(a))
			case a.isService():
				no(Admitted, a.who, action, arn, t.plain)
				no(Admitted, a.who, action, arn, t.others)
			}
		}
	}
}
