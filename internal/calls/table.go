package calls

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Table is the calls of one setup under one environment.
type Table struct {
	Required []Call // that must pass

	// Unproved says what cannot be decided, since it depends on a policy that is not known.
	Unproved []Unproved

	m        *model.Setup
	env      policy.Env
	deployed bool // see Deployed

	contexts
	asked        map[question]int // index in Required of what is asked
	organization map[string]string
	whole        Document          // a policy that is known as a whole, though the spec does not give it
	all          []policy.Document // see everything
	openKey      *policy.Document  // see delegating
	openAway     *policy.Document  // the same of anything in another account
	boundary     []policy.Document // of the service role; one that is not known allows everything
	byOperators  []operatorCalls
	admitted     []admitted
	tried        Call                // the last call that must not pass
	tell         func(*Call)         // of calls that must not pass
	named        map[string][]string // ARNs of the users and roles that documents name, by "role/Name"
	actual       *Table              // see real
}

// Unproved is something on which the proof of a setup is silent.
type Unproved struct {
	Place   string // path of the spec's part that it comes from, a key of spec.Places
	Message string
	Hint    string
}

// New returns the calls of a setup with the names that env gives. It looks at the setup's spec,
// never at its documents. The names are to be made-up ones, which no statement of others knows:
// calls are decided by pzgen's own statements then. What depends on names that are real is for
// [Deployed].
func New(m *model.Setup, env policy.Env) *Table {
	t := &Table{m: m, env: env}
	t.make()
	return t
}

func (t *Table) make() {
	t.makeContexts()
	t.asked, t.all = map[question]int{}, []policy.Document{everything()}
	open := delegating(t.partition(), t.account())
	away := delegating(t.partition(), t.account())
	away.Statements[0].Action = policy.List(policy.Literal("*"))
	t.openKey, t.openAway = &open, &away
	if t.m.Asker == nil {
		t.trust()
	}
	t.workflows()
	t.administration()
	t.operators()
	t.logs()
}

// Refused makes calls of every kind that must not pass. It returns those that could pass by docs,
// as far as can be told without deciding them, and how many were made. Of a table of [Deployed]
// it returns those alone that may depend on what things are called.
func (t *Table) Refused(docs Documents) (possible []Call, tried int) {
	if t.deployed && !docs.named(slices.Collect(maps.Keys(docs.by))) {
		return nil, 0
	}
	t.refusals(func(c *Call) {
		tried++
		side := c.side()
		if t.deployed && !(docs.named(side) && docs.cover(side, c.Action).named) {
			return
		}
		if c.possible(docs) {
			possible = append(possible, *c)
		}
	})
	return possible, tried
}

// refusals makes calls of every kind that must not pass, and tells of each before it makes the
// next.
func (t *Table) refusals(tell func(*Call)) {
	t.tell = tell
	needed := t.neededBy()
	for i := range t.byOperators {
		if o := &t.byOperators[i]; !o.again {
			o.mustNot()
		}
	}
	if t.m.Asker == nil {
		t.refuseRole(needed)
	}
	t.refuseOnBuckets(needed)
	t.refuseOnKeys(needed)
	t.refuseTrust()
}

func (t *Table) account() string   { return t.env[model.RefAccount] }
func (t *Table) region() string    { return t.env[model.RefRegion] }
func (t *Table) partition() string { return t.env[model.RefPartition] }
func (t *Table) roleARN() string   { return t.env[model.RefRoleARN] }

// iam returns the ARN of a user or a role of the setup's account.
func (t *Table) iam(resource string) string {
	return "arn:" + t.partition() + ":iam::" + t.account() + ":" + resource
}

// Who calls, and who must not.
const (
	service      = "personalize.amazonaws.com"
	otherService = "lambda.amazonaws.com"
)

// otherAccount returns an account that is not the setup's, and that it does not let in.
func (t *Table) otherAccount() string {
	for n := 999900001111; ; n += 1111 {
		other := strconv.Itoa(n)
		let := func(o model.Operator) bool {
			return slices.ContainsFunc(o.Principals, func(p string) bool { return strings.Contains(p, other) })
		}
		if t.account() != other && !slices.ContainsFunc(t.m.Operators, let) {
			return other
		}
	}
}

// personalize returns the ARN of a Personalize resource; those of AWS carry no region and no
// account (Service Authorization Reference, "Resource types defined by Amazon Personalize").
func (t *Table) personalize(kind, name string) string {
	at := t.region() + ":" + t.account()
	switch kind {
	case "algorithm", "feature-transformation", "recipe":
		at = ":"
	}
	return "arn:" + t.partition() + ":personalize:" + at + ":" + kind + "/" + name
}

func names(kind Kind, docs []model.Doc) []Document {
	var out []Document
	for _, d := range docs {
		out = append(out, Document{kind, d.Name})
	}
	return out
}

// rolePolicies names the documents of the service role.
func (t *Table) rolePolicies() []Document { return names(RolePolicy, t.m.Role.Policies) }

// question is what a required call asks. Calls of several workflows may ask the same.
type question struct {
	caller                      Caller
	side                        Side
	encrypted                   bool // what is written
	action, principal, resource string
	context                     *context
	policy, worked              Document
}

func (t *Table) require(c Call) {
	t.finish(&c)
	// A key may belong to another account; what has no account in its ARN is the setup's.
	if f := strings.SplitN(c.request.Resource, ":", 6); t.deployed && len(f) == 6 && f[4] != "" {
		c.request.ResourceAccount = f[4]
	}
	q := question{c.Caller, c.Side, c.On.Kind == ToObject, c.Action, c.request.Principal,
		c.request.Resource, c.context, Document{}, c.Resource}
	if len(c.Identity) > 0 {
		q.policy = c.Identity[0]
	}
	first, ok := t.asked[q]
	if !ok {
		first = len(t.Required)
		t.asked[q] = first
	}
	c.same = first
	t.Required = append(t.Required, c)
}

func (t *Table) refuse(call Call) {
	c := &t.tried
	*c = call
	t.finish(c)
	c.alone = true
	if c.Side == Identity && c.instead == nil && c.request.ResourceAccount != t.account() {
		c.instead = t.openAway // the other account allows it, so that the caller's policies alone are left
	}
	// A stranger's own policies let him do everything, so that the resource's policy alone is left
	// to refuse him. (Within the account this would pass for a bucket or a key, by design: there
	// whoever writes the policies of users decides.)
	who := c.request.Principal
	if (c.Caller == Stranger || c.Caller == Admitted) && strings.HasPrefix(who, "arn:") &&
		(c.Caller == Admitted && !strings.Contains(who, ":"+t.account()+":") || strings.Contains(who, t.otherAccount()) || c.Action == "sts:AssumeRole") {
		c.theirs = t.all
	}
	t.tell(c)
}

func (t *Table) finish(c *Call) {
	c.table, c.prepared = t, nil
	if c.context == nil {
		c.context = t.plain
	}
	c.request.Action, c.request.Context = c.Action, c.context.keys
	c.request.ResourceAccount = t.ownerOf(c.request.Resource)
}

// ownerOf returns the account that owns a resource: the setup's, or another one that the spec names.
func (t *Table) ownerOf(resource string) string {
	name := resource
	if strings.Contains(name, ":s3:::") {
		name, _, _ = strings.Cut(name, "/")
	}
	for _, k := range t.m.Keys {
		if account := k.Owner.Elsewhere(); account != "" && t.env[model.RefKeyARN(k.ID)] == name {
			return strings.Split(name, ":")[4]
		}
	}
	for _, b := range t.m.Buckets {
		if account := b.Owner.Elsewhere(); account != "" && t.env[model.RefBucketARN(b.ID)] == name {
			return account
		}
	}
	return t.account()
}

// guarded reports whether the policy of something has conditions on the source in the statements for
// the service.
func (t *Table) guarded(o *model.Owner) bool {
	return t.m.Deputy == spec.DeputyEverywhere || o.Elsewhere() != ""
}

// Answer is what is decided on a call.
type Answer struct {
	policy.Decision
	Err error // the call is no request
}

// Passes reports whether the call is one that passes.
func (a Answer) Passes() bool { return a.Err == nil && a.Outcome == policy.Allowed }

// Decide decides every required call, in their order; see [Call.Decide]. Of a table of
// [Deployed], it decides those alone that may depend on what things are called; the others are
// said to pass, without a statement because of which they do. They are for a table of [New].
func (t *Table) Decide(docs Documents) []Answer {
	out := make([]Answer, len(t.Required))
	for i := range t.Required {
		switch c := &t.Required[i]; {
		case c.same < i:
			out[i] = out[c.same]
		case t.deployed && !t.depends(c, docs):
			out[i].Outcome = policy.Allowed
		default:
			out[i].Decision, out[i].Err = c.Decide(docs)
		}
	}
	return out
}

// depends reports whether a call may be decided otherwise than under made-up names.
func (t *Table) depends(c *Call, docs Documents) bool {
	return c.OnKeyOfOperator() || c.Caller == Role && t.m.Role.Limits != nil || c.request.ResourceAccount != t.account() ||
		docs.cover(c.Identity, c.Action).named || docs.cover(c.on(), c.Action).named
}

// First reports whether the i-th required call is the first that asks what it asks.
func (t *Table) First(i int) bool { return t.Required[i].same == i }
