package proof

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Statements of others name real accounts, buckets and roles, so they decide nothing under made-up ones. What they refuse is asked under the values
// that the setup has in AWS.

// Real gives every reference the value that it has in AWS; the ARN of a key that is yet to be created has the account's form, with an id of zeros.
func Real(m *model.Setup) policy.Env {
	env := m.DeployedEnv()
	for _, k := range m.Keys {
		if _, ok := env[model.RefKeyARN(k.ID)]; !ok {
			env[model.RefKeyARN(k.ID)] = "arn:" + m.Partition + ":kms:" + m.Region + ":" + m.Account + ":key/00000000-0000-0000-0000-000000000000"
		}
	}
	return env
}

// Obstacle is a statement of a bucket's or a key's policy that keeps workflows from what they need.
type Obstacle struct {
	Document  string // of the setup, by name
	Statement int    // its index in the policy; -1: no statement allows the calls
	Sid       string
	Calls     []Call // which it refuses; at least one

	// Doubt: it refuses them only if Personalize does not tell on whose behalf it calls (aws:SourceAccount, aws:SourceArn), which the guide documents
	// for assuming the role and for nothing else.
	Doubt bool

	// Exempt are conditions that make a statement which denies pass over these calls, and over no others of anybody else. None where none would help.
	Exempt []policy.Condition

	keys []string // condition keys of the statement, in lower case
}

// Obstacles makes each call of each workflow that concerns the bucket or key with the policy called name, and gives what in d, which stands for that policy,
// refuses it; references in d are filled in as [Real] has them. The account is taken to belong to the organization that d names, if any.
//
// It fails when a statement of d has no meaning (see [policy.Document.Check]). It does not look at control policies, VPC endpoint policies or
// permissions boundaries, which it does not have.
func Obstacles(m *model.Setup, name string, d policy.Document) ([]Obstacle, error) {
	env := Real(m)
	s := &scenario{m: m, env: env}
	s.workflows()
	docs := map[string]policy.Document{}
	for _, doc := range m.Role.Policies {
		docs[doc.Name] = doc.Document.Fill(env)
	}
	docs[name] = d.Fill(env)
	organization := organizationOf(d)
	byStatement := map[int]*Obstacle{}
	for _, c := range s.required {
		if c.over != name {
			continue
		}
		s.complete(&c, organization)
		refused, err := refusing(c, docs)
		if err != nil {
			return nil, err
		}
		doubt := false
		if len(refused) == 0 && c.Who == "service" {
			anonymous := c
			anonymous.request.Context = maps.Clone(c.request.Context)
			for k := range anonymous.request.Context {
				if strings.HasPrefix(strings.ToLower(k), "aws:source") {
					delete(anonymous.request.Context, k)
				}
			}
			// pzgen's own conditions on these keys are the user's choice (confusedDeputy); here others' are asked about.
			if refused, err = refusing(anonymous, docs); err != nil {
				return nil, err
			}
			refused = slices.DeleteFunc(refused, func(i int) bool { return i < 0 })
			doubt = true
		}
		for _, i := range refused {
			o := byStatement[i]
			if o == nil {
				o = &Obstacle{Document: name, Statement: i, Doubt: doubt}
				byStatement[i] = o
			}
			o.Doubt = o.Doubt && doubt
			o.Calls = append(o.Calls, c)
		}
	}
	var out []Obstacle
	for _, i := range slices.Sorted(maps.Keys(byStatement)) {
		o := byStatement[i]
		if i >= 0 {
			st := docs[name].Statements[i]
			o.Sid = st.Sid
			for _, c := range st.Condition {
				o.keys = append(o.keys, strings.ToLower(c.Key))
			}
			o.exempt(s, docs[name], organization)
		}
		out = append(out, *o)
	}
	return out, nil
}

// refusing gives the statements of the policy that c concerns which deny it, or -1 when nothing there allows it and something has to.
func refusing(c Call, docs map[string]policy.Document) ([]int, error) {
	d := docs[c.over]
	ps := policy.Policies{Resource: &d}
	for _, name := range c.Identity {
		ps.Identity = append(ps.Identity, docs[name])
	}
	decision, err := policy.Evaluate(c.request, ps)
	if err != nil {
		return nil, err
	}
	var out []int
	switch decision.Outcome {
	case policy.ExplicitlyDenied:
		for _, cause := range decision.Because {
			if cause.Policy == "resource" {
				out = append(out, cause.Statement)
			}
		}
	case policy.ImplicitlyDenied:
		if c.Identity == nil { // what the caller's own policies have to allow is no matter of this policy
			out = append(out, -1)
		}
	}
	return out, nil
}

// complete adds the condition keys that AWS gives every such request, which statements of others ask about and pzgen's own do not
// (IAM User Guide, "AWS global condition context keys", the section "Availability" of each; Amazon S3, "Bucket policy examples using condition keys").
//
// Left out, as nothing documents them: addresses and VPCs, which requests of Personalize do not have, the version of TLS, and what KMS says of a call
// that comes through S3.
func (s *scenario) complete(c *Call, organization map[string]string) {
	ctx := maps.Clone(c.request.Context)
	ctx["aws:RequestedRegion"] = []string{s.region()}
	// "Returns false if the service uses a service role or service-linked role to make a call"; a call by the service itself is none on behalf of a
	// principal either.
	ctx["aws:ViaAWSService"] = []string{"false"}
	if c.Who == "role" {
		// It is there for temporary credentials, and no device was asked when a service assumed the role.
		ctx["aws:MultiFactorAuthPresent"] = []string{"false"}
	}
	for key, value := range organization {
		if strings.HasPrefix(key, "aws:resource") || strings.HasPrefix(key, "aws:principal") && c.Who == "role" || strings.HasPrefix(key, "aws:source") && c.Who == "service" {
			ctx[key] = []string{value}
		}
	}
	if strings.HasPrefix(c.Action, "s3:") {
		ctx["s3:ResourceAccount"] = []string{s.account()}
	}
	if c.On == toObject && c.Action == "s3:PutObject" && c.key != "" {
		// The key is handed to the job as kmsKeyArn, with which it encrypts what it writes (Personalize API Reference, S3DataConfig). Without one
		// there is no header, and S3 encrypts as the bucket says.
		ctx["s3:x-amz-server-side-encryption"] = []string{"aws:kms"}
		ctx["s3:x-amz-server-side-encryption-aws-kms-key-id"] = []string{s.env[model.RefKeyARN(c.key)]}
	}
	c.request.Context = ctx
}

// organizationOf gives the keys of a request that tell an organization, with the first value that d asks for.
func organizationOf(d policy.Document) map[string]string {
	out := map[string]string{}
	for _, s := range d.Statements {
		for _, c := range s.Condition {
			key := strings.ToLower(c.Key)
			isOrganization := strings.HasSuffix(key, "orgid") || strings.HasSuffix(key, "orgpaths")
			if _, known := out[key]; known || !isOrganization || len(c.Values.Values) == 0 || strings.HasPrefix(c.Operator, "Null") {
				continue
			}
			if v, ok := c.Values.Values[0].OnlyLit(); ok {
				out[key] = strings.NewReplacer("*", "x", "?", "x").Replace(v)
			}
		}
	}
	return out
}

// exempt looks for conditions under which the statement refuses none of the calls any more, and takes those that do.
func (o *Obstacle) exempt(s *scenario, d policy.Document, organization map[string]string) {
	var add []policy.Condition
	for _, c := range o.Calls {
		cond := policy.Condition{Operator: "ArnNotEquals", Key: "aws:PrincipalArn", Values: policy.One(policy.Literal(s.roleARN()))}
		if c.Who == "service" {
			cond = policy.Condition{Operator: "Bool", Key: "aws:PrincipalIsAWSService", Values: policy.One(policy.Literal("false"))}
		}
		if !slices.ContainsFunc(add, func(a policy.Condition) bool { return a.Key == cond.Key }) {
			add = append(add, cond)
		}
	}
	slices.SortFunc(add, func(a, b policy.Condition) int { return cmp.Compare(a.Operator, b.Operator) })
	mended := d
	mended.Statements = slices.Clone(d.Statements)
	st := &mended.Statements[o.Statement]
	for _, c := range add {
		if slices.ContainsFunc(st.Condition, func(old policy.Condition) bool {
			return old.Operator == c.Operator && strings.EqualFold(old.Key, c.Key)
		}) {
			return // the key is asked about in another way already; a person has to look
		}
	}
	st.Condition = append(slices.Clone(st.Condition), add...)
	for _, c := range o.Calls {
		refused, err := refusing(c, map[string]policy.Document{c.over: mended})
		if err != nil || slices.Contains(refused, o.Statement) {
			return
		}
	}
	o.Exempt = add
}

// foreign tries the workflows on the policies that hold statements of others, under the names that those know.
func (p *proof) foreign() {
	check := func(name, place string, base *policy.Document) {
		if base == nil {
			return
		}
		d := p.document(name)
		found, err := Obstacles(p.m, name, d)
		if err != nil {
			p.find(Finding{Check: Fits, Document: name, Message: err.Error(), Place: p.place(place)})
		}
		for _, o := range found {
			if !o.Doubt {
				p.find(Finding{Check: Sufficient, Document: name, Sid: o.Sid, Place: p.place(place), Message: o.String(), Details: o.Details(), Hint: o.Hint()})
			}
		}
	}
	for _, b := range p.m.Buckets {
		check(b.Policy.Name, "buckets."+b.ID, b.Base)
	}
	for _, k := range p.m.Keys {
		check(k.Policy.Name, "keys."+k.ID, k.Base)
		if k.Base != nil && k.Policy.Name != "" && len(Administrators(p.document(k.Policy.Name).Fill(Real(p.m)), k.ARN)) == 0 {
			p.find(Finding{Check: Fits, Document: k.Policy.Name, Place: p.place("keys." + k.ID), Message: locked(k.Policy.Name), Hint: lockedHint})
		}
	}
}

func (p *proof) document(name string) policy.Document {
	for _, d := range p.m.Docs() {
		if d.Name == name {
			return d.Document
		}
	}
	return policy.Document{}
}

// mine gives the documents by which pzgen's own calls are decided: of policies with statements of others pzgen's alone.
func (p *proof) mine() map[string]policy.Document {
	docs := maps.Clone(p.docs)
	only := func(name string, own policy.Document, base *policy.Document) {
		if base != nil && name != "" {
			docs[name] = own.Fill(p.env)
		}
	}
	for _, b := range p.m.Buckets {
		only(b.Policy.Name, b.Own, b.Base)
	}
	for _, k := range p.m.Keys {
		only(k.Policy.Name, k.Own, k.Base)
	}
	return docs
}
