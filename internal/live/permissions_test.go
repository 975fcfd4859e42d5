package live

import (
	"regexp"
	"slices"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

func jobARN(rest string) string { return "arn:aws:personalize:" + region + ":" + account + ":" + rest }

// asks are ways to ask; together they use all that can be asked.
var asks = map[string]Ask{
	"nothing":           {},
	"a role's ARN":      {Roles: []string{roleARN}},
	"a role's name":     {Roles: []string{roleName}},
	"a user":            {Operators: []string{"arn:aws:iam::" + account + ":user/ann"}},
	"a session":         {Operators: []string{"arn:aws:sts::" + account + ":assumed-role/" + roleName + "/s"}},
	"a role operates":   {Operators: []string{roleARN}},
	"a bucket":          {Buckets: []string{"acme-data"}},
	"a bucket's ARN":    {Buckets: []string{"arn:aws:s3:::acme-out"}},
	"a key":             {Keys: []string{keyARN}},
	"a key's ID":        {Keys: []string{lastPart(keyARN)}, Account: account, Region: region},
	"an alias":          {Keys: []string{"alias/data"}},
	"an alias' ARN":     {Keys: []string{"arn:aws:kms:" + region + ":" + account + ":alias/data"}},
	"an import":         {Jobs: []string{jobARN("dataset-import-job/j")}},
	"an export":         {Jobs: []string{jobARN("dataset-export-job/j")}},
	"batch inference":   {Jobs: []string{jobARN("batch-inference-job/j")}},
	"batch segments":    {Jobs: []string{jobARN("batch-segment-job/j")}},
	"deletion":          {Jobs: []string{jobARN("data-deletion-job/j")}},
	"metrics":           {Jobs: []string{jobARN("metric-attribution/j")}},
	"a dataset group":   {Jobs: []string{jobARN("dataset-group/shop")}},
	"the organization":  {Control: true, Account: account},
	"the account alone": {Control: true},
	"everything": {Roles: []string{roleName}, Buckets: []string{"acme-out"}, Keys: []string{"alias/data", groupKey}, Control: true,
		Operators: []string{"arn:aws:iam::" + account + ":user/ann"}, Jobs: []string{jobARN("dataset-import-job/j"), jobARN("batch-inference-job/j")}},
}

var readOnly = regexp.MustCompile(`^(Get|List|Describe|Head)[A-Z]`)

// decide decides a recorded call for the reader with the policy.
func decide(t *testing.T, c call, d policy.Document) bool {
	t.Helper()
	p := policy.Policies{Identity: []policy.Document{d}}
	request := policy.Request{Principal: "arn:aws:iam::" + account + ":user/reader", Action: c.action, Resource: c.resource, ResourceAccount: account, Context: c.context}
	if c.service == "kms" { // the default key policy lets policies of the account decide
		key, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account + `:root"},"Action":"kms:*","Resource":"*"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		p.Resource = &key
	}
	got, err := policy.Evaluate(request, p)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return got.Outcome == policy.Allowed
}

// Whatever is asked, Gather makes no call that the policy does not allow, none that changes anything, and the
// policy has no action that no call needs.
func TestPermissions(t *testing.T) {
	e, c := newEndpoint(t)
	for name, ask := range asks {
		if _, err := c.Gather(t.Context(), ask); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		calls, d := e.asked(), Permissions(ask)
		for _, problem := range d.Check(policy.Identity) {
			if len(d.Statements) > 0 {
				t.Errorf("%s: %s\n%s", name, problem.Message, d.JSON())
			}
		}
		outside, unused := against(t, calls, d)
		for _, o := range outside {
			t.Errorf("%s: the policy does not allow %s on %s:\n%s", name, o.action, o.resource, d.JSON())
		}
		for _, u := range unused {
			t.Errorf("%s: no call needs %s:\n%s", name, u, d.JSON())
		}
		for _, call := range calls {
			if !readOnly.MatchString(call.operation) {
				t.Errorf("%s: %s changes something", name, call.operation)
			}
		}
	}
}

// against returns the calls that are not allowed, and the actions of statements that no call needs.
func against(t *testing.T, calls []call, d policy.Document) (outside []call, unused []string) {
	calls = slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.operation == "GetCallerIdentity" }) // needs no permission
	for _, c := range calls {
		if !decide(t, c, d) {
			outside = append(outside, c)
		}
	}
	for i, s := range d.Statements {
		for _, action := range s.Action.Values {
			one := s
			one.Action = policy.List(action)
			alone := policy.Document{Version: d.Version, Statements: []policy.Statement{one}}
			if !slices.ContainsFunc(calls, func(c call) bool { return c.action == action.IAM() && decide(t, c, alone) }) {
				unused = append(unused, d.Statements[i].Sid+" "+action.IAM())
			}
		}
	}
	return outside, unused
}

// Any action taken out of the policy, and any call beyond it, is found.
func TestPermissionsFinds(t *testing.T) {
	e, c := newEndpoint(t)
	ask := asks["everything"]
	if _, err := c.Gather(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	calls, d := e.asked(), Permissions(ask)
	for i, s := range d.Statements {
		for j := range s.Action.Values {
			less := d
			less.Statements = slices.Clone(d.Statements)
			less.Statements[i].Action.Values = slices.Delete(slices.Clone(s.Action.Values), j, j+1)
			if len(less.Statements[i].Action.Values) == 0 {
				less.Statements = slices.Delete(less.Statements, i, i+1)
			}
			// What two statements allow is for both: keys by pattern and by alias.
			if outside, _ := against(t, calls, less); len(outside) == 0 && s.Sid != "ReadKeysOfAliases" {
				t.Errorf("without %s nothing is missing", s.Action.Values[j])
			}
		}
	}
	more := append(slices.Clone(calls), call{service: "s3", operation: "PutBucketPolicy", action: "s3:PutBucketPolicy", resource: "arn:aws:s3:::acme-data"},
		call{service: "iam", operation: "GetRole", action: "iam:GetRole", resource: "arn:aws:iam::999999999999:role/x"})
	if outside, _ := against(t, more, d); len(outside) != 2 {
		t.Errorf("%+v", outside)
	}
	d.Statements = append(d.Statements, policy.Statement{Sid: "More", Effect: policy.Allow, Action: policy.List(policy.Literal("s3:ListAllMyBuckets")), Resource: policy.List(policy.Literal("*"))})
	if _, unused := against(t, calls, d); !slices.Equal(unused, []string{"More s3:ListAllMyBuckets"}) {
		t.Errorf("%q", unused)
	}
}

// What was asked for by its ARN is allowed by that alone.
func TestPermissionsAreNarrow(t *testing.T) {
	other := "arn:aws:iam::" + account + ":role/other"
	for name, c := range map[string]struct {
		ask  Ask
		call call
	}{
		"another role":       {asks["a role's ARN"], call{action: "iam:GetRole", resource: other}},
		"a role by its name": {asks["a role's name"], call{action: "iam:GetRole", resource: other}},
		"another user":       {asks["a user"], call{action: "iam:GetUser", resource: "arn:aws:iam::" + account + ":user/bob"}},
		"another bucket":     {asks["a bucket"], call{action: "s3:GetBucketPolicy", resource: "arn:aws:s3:::other"}},
		"another key":        {asks["a key"], call{service: "kms", action: "kms:GetKeyPolicy", resource: groupKey}},
		"another alias": {asks["an alias"], call{service: "kms", action: "kms:DescribeKey", resource: keyARN,
			context: map[string][]string{"kms:ResourceAliases": {"alias/other"}}}},
		"another job":     {asks["an import"], call{action: "personalize:DescribeDatasetImportJob", resource: jobARN("dataset-import-job/k")}},
		"another account": {asks["the organization"], call{action: "organizations:ListParents", resource: "arn:aws:organizations::999999999999:account/o-example/111111111111"}},
	} {
		if decide(t, c.call, Permissions(c.ask)) {
			t.Errorf("%s is allowed:\n%s", name, Permissions(c.ask).JSON())
		}
	}
}
