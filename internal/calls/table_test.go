package calls

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// examples builds every setup of the examples.
func examples(t testing.TB) []*model.Setup {
	t.Helper()
	files, err := filepath.Glob("../../spec/examples/*.yaml")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	var out []*model.Setup
	for _, f := range files {
		s, ds := spec.Load(f)
		if s == nil {
			t.Fatal(ds)
		}
		for _, setup := range s.Setups {
			m, err := model.Build(f, setup, lib)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, m)
		}
	}
	return out
}

// filled returns the documents of a setup under an environment, of policies that others have a
// part in pzgen's own statements.
func filled(m *model.Setup, env policy.Env) Documents {
	var out Documents
	for _, d := range Parts(m) {
		out.Fill(d.Document, d.Own, env)
	}
	return out
}

// The calls of the examples, required and to be refused. A number that falls means that something
// is not asked any more.
func TestEveryCallIsAsked(t *testing.T) {
	want := map[string][2]int{
		"china": {81, 974}, "documented-batch": {75, 345}, "documented-export": {15, 200},
		"documented-import": {11, 122}, "documented-metrics": {6, 200}, "documented-not": {5, 231},
		"encrypted": {286, 2950}, "existing-known": {33, 418}, "existing-unknown": {15, 319},
		"existing-alias": {63, 740}, "deputy-account": {5, 230}, "deputy-none": {5, 227}, "retail": {176, 1961}, "hostile": {135, 1577}, "minimal": {5, 231}, "many-accounts": {37, 566}, "pipeline": {483, 5816},
		"lake": {20, 389}, "lake-news": {25, 628}, "lake-shop": {61, 1112}, "lake-us": {57, 558},
		"web-dev": {105, 1173}, "web-stage": {122, 1136}, "web-prod": {106, 998},
		"delivery": {513, 2973}, "lake-reader": {83, 1406},
	}
	for _, shop := range []string{"at", "be", "ch", "de", "es", "fr", "it", "nl", "pl", "us"} {
		want["shop-"+shop] = [2]int{19, 602}
	}
	for _, m := range examples(t) {
		table := New(m, m.SyntheticEnv(1))
		_, tried := table.Refused(filled(m, m.SyntheticEnv(1)))
		if got := [2]int{len(table.Required), tried}; got != want[m.Name] {
			t.Errorf("%s: %d calls required and %d refused, not %d", m.Name, got[0], got[1], want[m.Name])
		}
		delete(want, m.Name)
	}
	if len(want) > 0 {
		t.Errorf("no setups %v", want)
	}
}

// plainly decides a call by whole documents, with nothing found beforehand.
func plainly(t *testing.T, c *Call, docs Documents, identity, resource []Document) policy.Decision {
	t.Helper()
	r := c.request
	if c.table.deployed {
		r.Context = c.table.completed(c)
	}
	ps := policy.Policies{Identity: slices.Clone(c.theirs), Resource: c.instead}
	for _, name := range identity {
		ps.Identity = append(ps.Identity, docs.Get(name))
	}
	if len(resource) > 0 && docs.by[resource[0]] != nil {
		d := docs.Get(resource[0])
		ps.Resource = &d
	}
	if c.Caller == Role && !c.alone {
		ps.PermissionsBoundaries = c.table.boundary
	}
	d, err := policy.Evaluate(r, ps)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func describe(c *Call) string {
	return fmt.Sprintf("%s: %s %s on %s", c.Workflow, c.request.Principal, c.Action, c.request.Resource)
}

// What is decided by the statements that cover an action, and told from what was decided before,
// is what the evaluator decides on the request and the whole documents. A call that is passed
// over as impossible does not pass. The documents are tried as they are, without their first
// statements, and with one more that grants or denies much.
func TestDecisionsAreTheEvaluators(t *testing.T) {
	tried, skipped := 0, 0
	for _, m := range examples(t) {
		if strings.HasPrefix(m.Name, "shop-") && m.Name != "shop-at" || testing.Short() && m.Name != "encrypted" {
			continue // they are alike
		}
		for _, table := range []*Table{New(m, m.SyntheticEnv(1)), Deployed(m)} {
			for name, docs := range spoiled(m, table) {
				for i := range table.Required {
					c := &table.Required[i]
					got := c.mustDecide(t, docs)
					// One that AWS lets pass, or leaves to whoever asks less, may lack what the guide asks for.
					want := plainly(t, c, docs, c.Identity, c.on())
					if lacks := got.Outcome == policy.ImplicitlyDenied; lacks && want.Outcome == policy.ExplicitlyDenied ||
						!lacks && !reflect.DeepEqual(got, want) {
						t.Fatalf("%s, %s: %s\n%+v\nnot\n%+v", m.Name, name, describe(c), got, want)
					}
					alone := want // a key's policy is asked whatever the caller's are
					switch {
					case c.Side == Resource:
						alone = plainly(t, c, docs, nil, c.on())
					case !c.On.Kind.isKey() && c.request.ResourceAccount == table.account(): // else both have to
						alone = plainly(t, c, docs, c.Identity, nil)
					}
					if got.Outcome == policy.Allowed && alone.Outcome != policy.Allowed {
						t.Fatalf("%s, %s: %s passes by the other side", m.Name, name, describe(c))
					}
					tried++
				}
				possible, _ := table.Refused(docs)
				left := map[string]bool{}
				for i := range possible {
					c := &possible[i]
					left[describe(c)+fmt.Sprint(c.context)] = true
					sides := [2][]Document{c.Identity, nil}
					if c.Side == Resource {
						sides = [2][]Document{nil, c.on()}
					}
					got, want := c.mustDecide(t, docs), plainly(t, c, docs, sides[0], sides[1])
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("%s, %s: %s\n%+v\nnot\n%+v", m.Name, name, describe(c), got, want)
					}
					tried++
				}
				if table.deployed {
					continue
				}
				table.refusals(func(c *Call) {
					if left[describe(c)+fmt.Sprint(c.context)] {
						return
					}
					skipped++
					sides := [2][]Document{c.Identity, nil}
					if c.Side == Resource {
						sides = [2][]Document{nil, c.on()}
					}
					if plainly(t, c, docs, sides[0], sides[1]).Outcome == policy.Allowed {
						t.Errorf("%s, %s: %s passes, and was passed over", m.Name, name, describe(c))
					}
				})
			}
		}
	}
	t.Logf("%d decisions compared, %d calls passed over", tried, skipped)
	if least := 5000; tried < least || skipped < least {
		t.Errorf("only %d decisions, and %d calls passed over", tried, skipped)
	}
}

func (c *Call) mustDecide(t *testing.T, docs Documents) policy.Decision {
	t.Helper()
	d, err := c.Decide(docs)
	if err != nil {
		t.Fatal(describe(c), err)
	}
	return d
}

// spoiled returns the documents of a setup as they are and changed in some ways.
func spoiled(m *model.Setup, table *Table) map[string]Documents {
	any := policy.List(policy.Literal("*"))
	with := func(change func(Document, *policy.Document)) Documents {
		var out Documents
		for _, d := range Parts(m) {
			doc := d.Own.Fill(table.env)
			doc.Statements = slices.Clone(doc.Statements)
			change(d.Document, &doc)
			out.Set(d.Document, doc)
		}
		return out
	}
	all := policy.Statement{Effect: policy.Allow, Action: any, Resource: any}
	only := func(identity bool, resource *policy.Principal) Documents {
		return with(func(name Document, d *policy.Document) {
			s := all
			switch g := name.Kind.Grammar(); {
			case g == policy.Identity && identity:
			case g == policy.Identity:
				d.Statements = nil
				return
			case g == policy.KeyPolicy || g == policy.Resource:
				s.Principal = resource
			default:
				return
			}
			d.Statements = []policy.Statement{s}
		})
	}
	root := &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS",
		Values: policy.List(policy.Literal(table.iam("root")))}}}
	add := func(effect string, actions policy.Texts, condition ...policy.Condition) Documents {
		return with(func(name Document, d *policy.Document) {
			s := policy.Statement{Effect: effect, Action: actions, Resource: any, Condition: condition}
			switch g := name.Kind.Grammar(); {
			case g == policy.Trust:
				s.Resource = policy.Texts{}
				fallthrough
			case g != policy.Identity:
				s.Principal = &policy.Principal{Any: true}
			}
			e := *d
			e.Statements = append([]policy.Statement{s}, d.Statements...)
			if !slices.ContainsFunc(e.Check(name.Kind.Grammar()), func(p policy.Problem) bool { return p.Fatal }) {
				*d = e // else it has no meaning: a role's trust policy is about actions of sts
			}
		})
	}
	is := func(operator, key, value string) policy.Condition {
		return policy.Condition{Operator: operator, Key: key, Values: policy.List(policy.Literal(value))}
	}
	return map[string]Documents{
		"resources alone":     only(false, &policy.Principal{Any: true}),
		"left to the account": only(true, root),
		"as it is":            with(func(Document, *policy.Document) {}),
		"by reference":        filled(m, table.env),
		"the rest":            with(func(_ Document, d *policy.Document) { d.Statements = d.Statements[1:] }),
		"allow all":           add(policy.Allow, any),
		"deny some":           add(policy.Deny, policy.List(policy.Literal("s3:Get*"), policy.Literal("KMS:decrypt"))),
		"deny TLS":            add(policy.Deny, any, is("Bool", "aws:SecureTransport", "true")),
		"allow the account":   add(policy.Allow, any, is("StringEquals", "aws:SourceAccount", table.account())),
		"allow the source":    add(policy.Allow, any, is("StringLike", "aws:SourceArn", "*:"+table.account()+":*")),
		"allow a prefix":      add(policy.Allow, any, is("StringLike", "s3:prefix", "arn-of*")),
		"allow some":          add(policy.Allow, policy.List(policy.Literal("s3:*"), policy.Literal("kms:?ecrypt*"), policy.Literal("iam:PassRole"))),
	}
}

// A call of a deployed setup that is not decided again is decided as under made-up names.
func TestNamesDecideNothing(t *testing.T) {
	skipped := 0
	for _, m := range examples(t) {
		made, real := New(m, m.SyntheticEnv(1)), Deployed(m)
		docs, deployed := filled(m, made.env), DeployedDocuments(m)
		passes := map[string]bool{}
		for i := range made.Required {
			c := &made.Required[i]
			passes[c.Place+c.Action+c.Side.String()+c.Caller.String()] = c.mustDecide(t, docs).Outcome == policy.Allowed
		}
		for i := range real.Required {
			c := &real.Required[i]
			if real.depends(c, deployed) {
				continue
			}
			skipped++
			want, ok := passes[c.Place+c.Action+c.Side.String()+c.Caller.String()]
			if got := plainly(t, c, deployed, c.Identity, c.on()).Outcome == policy.Allowed; !ok || got != want {
				t.Errorf("%s: %s passes: %v", m.Name, describe(c), got)
			}
		}
	}
	if skipped < 500 {
		t.Errorf("only %d calls", skipped)
	}
}

// A type of workflow that the table does not know would be granted nothing, and what its operators call
// would be tried by nothing.
func TestEveryWorkflowHasCalls(t *testing.T) {
	for _, typ := range spec.WorkflowTypes() {
		if len(workflowRows[typ]) == 0 {
			t.Errorf("workflowRows has no call of a workflow of type %s", typ)
		}
		if len(jobRows[typ]) == 0 {
			t.Errorf("jobRows has no call of an operator of a workflow of type %s", typ)
		}
		if untagged := typ == spec.MetricAttribution; (jobTags[typ] == "") != untagged {
			t.Errorf("jobTags says %q of a workflow of type %s", jobTags[typ], typ)
		}
	}
	if n := len(spec.WorkflowTypes()); len(workflowRows) != n || len(jobRows) != n {
		t.Errorf("there are %d types of workflow, and calls of %d and %d", n, len(workflowRows), len(jobRows))
	}
}
