package calls

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Statements of others name real accounts, buckets and roles, so they decide nothing under made-up
// ones. What they refuse is asked under the values that the setup has in AWS.

// DeployedEnv returns the value that every reference has in AWS. The ARN of a key that is yet to
// be created has the account's form, with an id of zeros and the key's place among them.
func DeployedEnv(m *model.Setup) policy.Env {
	env := m.DeployedEnv()
	for i, k := range m.Keys {
		if ref := model.RefKeyARN(k.ID); env[ref] == "" {
			env[ref] = fmt.Sprintf("arn:%s:kms:%s:%s:key/00000000-0000-0000-0000-%012d",
				m.Partition, m.Region, m.Account, i)
		}
	}
	return env
}

// Obstacle is a statement of a bucket's or a key's policy that keeps workflows from what they
// need.
type Obstacle struct {
	Document  Document
	Statement int // its index in the policy; -1: no statement allows the calls
	Sid       string
	Calls     []Call // which it refuses; at least one

	// Doubt: it refuses them only if Personalize does not tell on whose behalf it calls
	// (aws:SourceAccount, aws:SourceArn), which the guide documents for assuming the role and for
	// nothing else.
	Doubt bool

	// Exempt are conditions that make a statement which denies pass over these calls, and over no
	// others of anybody else. None where none would help.
	Exempt []policy.Condition

	keys []string // condition keys of the statement, in lower case
}

// Obstacles makes each call of each workflow that concerns the bucket or key with the policy
// called name, and returns what in d, which stands for that policy, refuses it; references in d
// are filled in as [DeployedEnv] has them. The account is taken to belong to the organization
// that d names, if any.
//
// It fails when a statement of d has no meaning (see [policy.Document.Check]). It does not look at
// control policies, VPC endpoint policies or permissions boundaries, which it does not have.
func Obstacles(m *model.Setup, name Document, d policy.Document) ([]Obstacle, error) {
	t := &Table{m: m, env: DeployedEnv(m)}
	t.workflows()
	docs := Documents{}
	for _, doc := range m.Role.Policies {
		docs[Document{RolePolicy, doc.Name}] = doc.Document.Fill(t.env)
	}
	docs[name] = d.Fill(t.env)
	organization := organizationOf(d)
	byStatement := map[int]*Obstacle{}
	for _, c := range t.Required {
		if c.Resource != name {
			continue
		}
		t.complete(&c, organization)
		refused, doubt, err := t.refusedBy(c, docs)
		if err != nil {
			return nil, err
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
			o.exempt(t, docs[name])
		}
		out = append(out, *o)
	}
	return out, nil
}

// refusedBy returns what [refusing] does; doubt: of the call as the service might make it, without
// saying on whose behalf.
func (t *Table) refusedBy(c Call, docs Documents) (refused []int, doubt bool, err error) {
	refused, err = refusing(c, docs)
	if err != nil || len(refused) > 0 || c.Caller != Service {
		return refused, false, err
	}
	c.request.Context = maps.Clone(c.request.Context)
	maps.DeleteFunc(c.request.Context, func(k string, _ []string) bool {
		return strings.HasPrefix(strings.ToLower(k), "aws:source")
	})
	refused, err = refusing(c, docs)
	// pzgen's own conditions on these keys are the user's choice (confusedDeputy); here others' are
	// asked about.
	return slices.DeleteFunc(refused, func(i int) bool { return i < 0 }), true, err
}

// refusing returns the statements of the policy that c concerns which deny it, or -1 when nothing
// there allows it and something has to.
func refusing(c Call, docs Documents) ([]int, error) {
	d := docs[c.Resource]
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
		if c.Side == Resource { // what the caller's own policies have to allow is no matter of this policy
			out = append(out, -1)
		}
	}
	return out, nil
}

// complete adds the condition keys that AWS gives every such request, which statements of others
// ask about and pzgen's own do not (IAM User Guide, "AWS global condition context keys", the
// section "Availability" of each; Amazon S3, "Bucket policy examples using condition keys").
//
// Left out, as nothing documents them: addresses and VPCs, which requests of Personalize do not
// have, the version of TLS, and what KMS says of a call that comes through S3.
func (t *Table) complete(c *Call, organization map[string]string) {
	ctx := maps.Clone(c.request.Context)
	ctx["aws:RequestedRegion"] = []string{t.region()}
	// "Returns false if the service uses a service role or service-linked role to make a call"; a
	// call by the service itself is none on behalf of a principal either.
	ctx["aws:ViaAWSService"] = []string{"false"}
	if c.Caller == Role {
		// It is there for temporary credentials, and no device was asked when a service assumed the
		// role.
		ctx["aws:MultiFactorAuthPresent"] = []string{"false"}
	}
	for key, value := range organization {
		if strings.HasPrefix(key, "aws:resource") || strings.HasPrefix(key, "aws:principal") && c.Caller == Role ||
			strings.HasPrefix(key, "aws:source") && c.Caller == Service {
			ctx[key] = []string{value}
		}
	}
	if strings.HasPrefix(c.Action, "s3:") {
		ctx["s3:ResourceAccount"] = []string{t.account()}
	}
	if c.On.Kind == ToObject && c.Action == "s3:PutObject" && c.key != "" {
		// The key is handed to the job as kmsKeyArn, with which it encrypts what it writes (Personalize
		// API Reference, S3DataConfig). Without one there is no header, and S3 encrypts as the bucket
		// says.
		ctx["s3:x-amz-server-side-encryption"] = []string{"aws:kms"}
		ctx["s3:x-amz-server-side-encryption-aws-kms-key-id"] = []string{t.env[model.RefKeyARN(c.key)]}
	}
	c.request.Context = ctx
}

// organizationOf returns the keys of a request that tell an organization, with the first value
// that d asks for.
func organizationOf(d policy.Document) map[string]string {
	out := map[string]string{}
	for _, s := range d.Statements {
		for _, c := range s.Condition {
			key := strings.ToLower(c.Key)
			isOrganization := strings.HasSuffix(key, "orgid") || strings.HasSuffix(key, "orgpaths")
			if _, known := out[key]; known || !isOrganization || len(c.Values.Values) == 0 ||
				strings.HasPrefix(c.Operator, "Null") {
				continue
			}
			if v, ok := c.Values.Values[0].OnlyLit(); ok {
				out[key] = strings.NewReplacer("*", "x", "?", "x").Replace(v)
			}
		}
	}
	return out
}

// exempt looks for conditions under which the statement of d refuses none of the calls any more,
// and takes those that do.
func (o *Obstacle) exempt(t *Table, d policy.Document) {
	var add []policy.Condition
	for _, c := range o.Calls {
		cond := policy.Condition{Operator: "ArnNotEquals", Key: "aws:PrincipalArn",
			Values: policy.One(policy.Literal(t.roleARN()))}
		if c.Caller == Service {
			cond = policy.Condition{Operator: "Bool", Key: "aws:PrincipalIsAWSService",
				Values: policy.One(policy.Literal("false"))}
		}
		if !slices.ContainsFunc(add, func(a policy.Condition) bool { return a.Key == cond.Key }) {
			add = append(add, cond)
		}
	}
	slices.SortFunc(add, func(a, b policy.Condition) int { return cmp.Compare(a.Operator, b.Operator) })
	fixed := d
	fixed.Statements = slices.Clone(d.Statements)
	st := &fixed.Statements[o.Statement]
	for _, c := range add {
		if slices.ContainsFunc(st.Condition, func(old policy.Condition) bool {
			return old.Operator == c.Operator && strings.EqualFold(old.Key, c.Key)
		}) {
			return // the key is asked about in another way already; a person has to look
		}
	}
	st.Condition = append(slices.Clone(st.Condition), add...)
	for _, c := range o.Calls {
		refused, err := refusing(c, Documents{c.Resource: fixed})
		if err != nil || slices.Contains(refused, o.Statement) {
			return
		}
	}
	o.Exempt = add
}
