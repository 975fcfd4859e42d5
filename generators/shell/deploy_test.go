package shell

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// asked is what AWS asks a policy when the AWS CLI makes a call (Service Authorization Reference).
type asked struct {
	action, resource string
	context          map[string][]string
}

// s3Actions are the actions of operations that have another name (Amazon S3 User Guide, "Required
// permissions for Amazon S3 API operations").
var s3Actions = map[string]string{"head-bucket": "ListBucket", "get-public-access-block": "GetBucketPublicAccessBlock",
	"put-public-access-block": "PutBucketPublicAccessBlock", "get-bucket-encryption": "GetEncryptionConfiguration",
	"put-bucket-encryption": "PutEncryptionConfiguration", "delete-bucket-lifecycle": "PutLifecycleConfiguration",
	"get-bucket-lifecycle-configuration": "GetLifecycleConfiguration",
	"put-bucket-lifecycle-configuration": "PutLifecycleConfiguration", "list-object-versions": "ListBucketVersions",
	"head-object": "GetObject"}

// asks returns what policies are asked about a call.
func (w *world) asks(name string, in map[string]any) (out []asked) {
	a := w.m.Account
	str := func(name string) string { s, _ := in[name].(string); return s }
	iam := "arn:" + a.Partition + ":iam::" + a.ID + ":"
	ask := func(action, resource string, pairs ...string) {
		c := map[string][]string{"aws:SecureTransport": {"true"}}
		for i := 0; i < len(pairs); i += 2 {
			c[pairs[i]] = append(c[pairs[i]], pairs[i+1])
		}
		out = append(out, asked{action, resource, c})
	}
	service, operation, _ := strings.Cut(name, " ")
	action := ""
	for _, word := range strings.Split(operation, "-") {
		action += strings.ToUpper(word[:1]) + word[1:]
	}
	tagged := func(tags map[string]string) (pairs []string) {
		for k, v := range tags {
			pairs = append(pairs, "aws:ResourceTag/"+k, v)
		}
		return pairs
	}
	role := func(name string) (string, []string) {
		path, tags := "/", map[string]string(nil)
		if r := a.Roles[name]; r != nil {
			path, tags = r.Path, r.Tags
		} else if name == w.setup.Role.Name {
			path = w.setup.Role.Path
		}
		return iam + "role" + path + name, tagged(tags)
	}
	switch service {
	case "sts": // needs no permission (AWS STS API Reference, GetCallerIdentity)
	case "resourcegroupstaggingapi":
		ask("tag:GetResources", "*")
	case "iam":
		var pairs []string
		resource := "*"
		switch {
		case str("role-name") != "":
			resource, pairs = role(str("role-name"))
		case str("user-name") != "":
			resource = iam + "user/" + str("user-name")
		case str("group-name") != "":
			resource = iam + "group/" + str("group-name")
		case str("policy-arn") != "":
			resource = str("policy-arn")
			if p := a.Policies[resource]; p != nil {
				pairs = tagged(p.Tags)
			}
		case str("policy-name") != "":
			resource = iam + "policy/" + str("policy-name")
		}
		if strings.HasPrefix(operation, "attach-") || strings.HasPrefix(operation, "detach-") {
			pairs = append(pairs, "iam:PolicyARN", str("policy-arn"))
		}
		ask("iam:"+action, resource, pairs...)
		if operation == "create-role" || operation == "create-policy" { // with tags
			ask("iam:Tag"+strings.TrimPrefix(action, "Create"), resource)
		}
	case "kms":
		at := "arn:" + a.Partition + ":kms:" + a.Region + ":" + a.ID + ":"
		key := func(id string) (string, []string) {
			if arn, ok := a.Aliases[id]; ok {
				id = arn
			}
			var pairs []string
			for alias, arn := range a.Aliases {
				if arn == id {
					pairs = append(pairs, "kms:ResourceAliases", alias)
				}
			}
			return id, pairs
		}
		switch operation {
		case "create-key":
			ask("kms:CreateKey", "*")
			ask("kms:TagResource", at+"key/new")
		case "create-alias":
			id, pairs := key(str("target-key-id"))
			ask("kms:CreateAlias", at+str("alias-name"))
			ask("kms:CreateAlias", id, pairs...)
		default:
			if id, pairs := key(str("key-id")); strings.HasPrefix(id, "arn:") { // there is such a key
				ask("kms:"+action, id, pairs...)
			}
		}
	case "personalize":
		arn := "arn:" + a.Partition + ":personalize:" + a.Region + ":" + a.ID + ":dataset-group/" + str("name")
		if operation == "create-dataset-group" {
			ask("personalize:TagResource", arn)
			if to := str("role-arn"); to != "" {
				ask("iam:PassRole", to, "iam:PassedToService", "personalize.amazonaws.com")
				for _, action := range []string{"DescribeKey", "Decrypt", "GenerateDataKey"} {
					ask("kms:"+action, str("kms-key-arn"))
				}
			}
		} else {
			arn = str("dataset-group-arn")
		}
		ask("personalize:"+action, arn)
	case "s3": // cp, in parts where the file is large
		object := "arn:" + a.Partition + ":s3:::" + strings.TrimPrefix(str("1"), "s3://")
		ask("s3:PutObject", object)
		ask("s3:AbortMultipartUpload", object)
		for _, b := range w.setup.Buckets {
			if strings.HasPrefix(str("1"), "s3://"+b.Name+"/") && b.Key != "" {
				for _, action := range []string{"GenerateDataKey", "Decrypt"} {
					ask("kms:"+action, w.env[model.RefKeyARN(b.Key)])
				}
			}
		}
	case "s3api":
		if other, ok := s3Actions[operation]; ok {
			action = other
		}
		resource := "arn:" + a.Partition + ":s3:::" + str("bucket")
		if operation == "head-object" {
			resource += "/" + str("key")
		}
		ask("s3:"+action, resource)
	default:
		w.t.Fatalf("it is not known what aws %s asks", name)
	}
	return out
}

// deployer decides calls by the policies of whoever deploys the setup, where the policies of keys
// leave them to those.
type deployer struct {
	docs []policy.Document
	used map[string]bool // actions
}

func (w *world) deployer() *deployer {
	d := &deployer{used: map[string]bool{}}
	for _, k := range w.setup.Keys {
		if !k.Existing() { // one that the account makes is of the setup's region
			w.env[model.RefKeyARN(k.ID)] = "arn:" + w.setup.Partition + ":kms:" + w.setup.Region + ":" + w.setup.Account + ":key/" + k.ID
		}
	}
	for _, o := range w.setup.Operators {
		if o.Has(spec.Deploy) {
			for _, doc := range o.Policies {
				d.docs = append(d.docs, doc.Document.Fill(w.env))
			}
		}
	}
	return d
}

// listen returns which calls of the scripts the policies refuse. Those on old things, whose names
// nobody knows any more, are answered as denied.
func (d *deployer) listen(w *world) *[]string {
	refused := &[]string{}
	m := policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.List(policy.Literal(w.setup.Account))}}},
		Action:    policy.List(policy.Literal("kms:*")), Resource: policy.List(policy.Literal("*"))}}}
	w.m.Account.Asked = func(name string, in map[string]any) {
		for _, a := range w.asks(name, in) {
			ps := policy.Policies{Identity: d.docs}
			if strings.HasPrefix(a.action, "kms:") && strings.Contains(a.resource, ":key/") {
				ps.Resource = &m
			}
			got, err := policy.Evaluate(policy.Request{Principal: "arn:" + w.setup.Partition + ":iam::" + w.setup.Account + ":role/Deployer",
				Action: a.action, Resource: a.resource, ResourceAccount: w.setup.Account, Context: a.context}, ps)
			if err != nil || got.Outcome != policy.Allowed {
				*refused = append(*refused, fmt.Sprintf("%s: %s on %s %v: %v", name, a.action, a.resource, a.context, err))
			}
			d.used[a.action] = true
		}
	}
	return refused
}

// deployedExamples builds the setups of all examples with somebody who deploys them.
func deployedExamples(t testing.TB) []*model.Setup {
	t.Helper()
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../spec/examples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	var out []*model.Setup
	for _, f := range files {
		loaded, problems := spec.Load(f)
		if loaded == nil {
			t.Fatalf("%s: %v", f, problems)
		}
		for _, s := range loaded.Setups {
			if s.StackSet || !slices.Contains(s.Targets, "shell") {
				continue
			}
			s.Operators = slices.DeleteFunc(s.Operators, func(o spec.Operator) bool { return o.Has(spec.Deploy) })
			s.Operators = append(s.Operators, spec.Operator{Name: "deployer", Access: []string{spec.Deploy}, Roles: []string{"Deployer"}})
			m, err := model.Build(filepath.Base(f), s, lib)
			if err != nil {
				t.Errorf("%s, %s: %v", f, s.Name, err)
				continue
			}
			out = append(out, m)
		}
	}
	return out
}

// deployAll runs the scripts of a setup by the policies of whoever deploys it: from nothing, again,
// and to the end.
func (d *deployer) deployAll(t testing.TB, w *world) (refused []string) {
	t.Helper()
	heard := d.listen(w)
	if err := w.apply(); err != nil {
		t.Fatalf("%s: %v", w.setup.Name, err)
	}
	if err := w.apply(); err != nil {
		t.Fatalf("%s: %v", w.setup.Name, err)
	}
	clear(w.m.Account.Datasets)
	if err := w.run(destroyPath(w.setup), "--yes"); err != nil {
		t.Fatalf("%s: %v", w.setup.Name, err)
	}
	return *heard
}

// TestDeploy runs the scripts of every example and requires the policies of whoever deploys it to
// allow each call.
func TestDeploy(t *testing.T) {
	used, n := map[string]bool{}, 0
	for _, s := range deployedExamples(t) {
		w := newWorld(t, s)
		d := w.deployer()
		for _, r := range d.deployAll(t, w) {
			t.Errorf("%s: %s", s.Name, r)
		}
		maps.Copy(used, d.used)
		n++
	}
	maps.Copy(used, changed(t))
	for _, action := range calls.DeployActions(calls.Scripts) {
		if !used[action] {
			t.Errorf("no script calls %s", action)
		}
	}
	t.Logf("%d setups, %d actions", n, len(used))
}

// changed runs apply.sh where the account is not as the spec has it: with what the setup had under
// other names, versions of policies to the limit, other settings of keys and buckets.
func changed(t testing.TB) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../spec/examples/deploy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	first := specified(t, strings.NewReplacer("    tags:", "    role: {name: Former, description: before}\n    tags:",
		"analysts:", "people:", "key: shop}\n    dataset", "key: shop, expireAfterDays: 9, versioning: false}\n    dataset").Replace(string(text)))
	second := specified(t, strings.NewReplacer("    tags:", "    role: {description: after}\n    permissionsBoundary: arn:aws:iam::111122223333:policy/B\n    tags:",
		"personalize}\n", "personalize, rotation: false}\n").Replace(string(text)))
	w := newWorld(t, first)
	if err := w.apply(); err != nil {
		t.Fatal(err)
	}
	w.m.Account.Asked = nil
	n := w.moved(second)
	for _, p := range n.m.Account.Policies {
		for len(p.Versions) < 5 {
			p.Next++
			p.Versions = append(p.Versions, account.Version{ID: fmt.Sprintf("v%d", p.Next), Document: p.Versions[0].Document})
		}
	}
	n.m.Account.Roles["Personalize-delivery"] = &account.Role{Path: "/", Trust: nobody, Description: "x",
		Inline: map[string]string{}, Tags: map[string]string{"pzgen:setup": "delivery"}}
	bucket := n.m.Account.Buckets["acme-delivery-personalize-data"] // as an interrupted run leaves it
	bucket.Tags, bucket.Policy, bucket.Block, bucket.Ownership = nil, "", nil, ""
	clear(n.m.Account.Datasets)
	d := n.deployer()
	heard := d.listen(n)
	if err := n.apply(); err != nil {
		t.Error(err)
	}
	for _, r := range *heard {
		t.Errorf("changed: %s", r)
	}
	return d.used
}

// TestDeployBroken takes each action out of the policies of whoever deploys the example, and
// requires some call of apply.sh or destroy.sh to be refused, or another tool to need it.
func TestDeployBroken(t *testing.T) {
	s := modeltest.Load(t, "../../spec/examples/deploy.yaml")[0]
	scripts := calls.DeployActions(calls.Scripts)
	found := 0
	whole := newWorld(t, s)
	d := whole.deployer()
	if refused := d.deployAll(t, whole); len(refused) > 0 {
		t.Fatal(refused)
	}
	for action := range d.used {
		w := newWorld(t, s)
		broken := w.deployer()
		for i, doc := range broken.docs {
			again, err := policy.DecodeJSON(doc.JSON())
			if err != nil {
				t.Fatal(err)
			}
			for j := range again.Statements {
				a := &again.Statements[j].Action
				a.Values = slices.DeleteFunc(a.Values, func(v policy.Text) bool { return v.IAM() == action })
			}
			again.Statements = slices.DeleteFunc(again.Statements, func(s policy.Statement) bool { return len(s.Action.Values) == 0 })
			broken.docs[i] = again
		}
		if refused := broken.deployAll(t, w); len(refused) == 0 {
			t.Errorf("nothing is refused without %s", action)
		} else if slices.Contains(scripts, action) {
			found++
		}
	}
	if found < 30 {
		t.Errorf("%d actions are missed, which is few", found)
	}
}
