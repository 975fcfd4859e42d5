package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

const header = "version: 1\nsetups:\n  s:\n    account: \"111122223333\"\n    region: eu-west-1\n"

// loadFine loads a spec that is to have no errors.
func loadFine(t *testing.T, data string) *Spec {
	t.Helper()
	s, ds := Parse("pzgen.yaml", []byte(data), readCaseFile)
	if s == nil {
		t.Fatalf("spec has errors:\n%s", ds)
	}
	return s
}

// TestExamples loads every example: none has an error, and setups have names of their own across all of them.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	where := map[string]string{}
	for _, file := range files {
		s, ds := Load(file)
		if s == nil {
			t.Errorf("%s has errors:\n%s", file, ds)
			continue
		}
		for _, setup := range s.Setups {
			if other := where[setup.Name]; other != "" {
				t.Errorf("setup %q is in %s and in %s", setup.Name, other, file)
			}
			where[setup.Name] = file
		}
	}
}

// TestFull looks at every field of the full example.
func TestFull(t *testing.T) {
	s, _ := Load("examples/full.yaml")
	if s == nil {
		t.Fatal("does not load")
	}
	got := *s.Setups[0]
	results := got.Buckets[2].Policy
	if results == nil || len(results.Statements) != 4 {
		t.Errorf("policy file: %v", results)
	}
	got.Buckets[2].Policy = nil
	for path, want := range map[string]Place{
		"": {9, 3}, "role": {11, 11}, "role.name": {11, 18}, "keys.corp": {14, 7}, "buckets.data": {16, 7}, "workflows[1]": {21, 9},
		"workflows[1].to": {21, 62}, "datasetGroup": {26, 19}, "operators.web": {30, 7}, "uploads[0]": {32, 9},
	} {
		if got.Places[path] != want {
			t.Errorf("place of %q is %v, want %v", path, got.Places[path], want)
		}
	}
	got.Places = nil
	at := func(bucket, prefix string) *Location { return &Location{bucket, prefix} }
	want := Setup{
		Name: "retail", Description: "Product recommendations of the web shop",
		Account: "111122223333", Region: "eu-west-1", Partition: "aws", Profile: LeastPrivilege, ConfusedDeputy: DeputyTrust,
		Role: Role{Name: "PersonalizeRetail", Path: "/personalize/"},
		Keys: []Key{
			{Name: "corp", ARN: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"},
			{Name: "shop", Alias: "alias/retail-personalize", DeletionWindow: 30, Rotation: true},
		},
		Buckets: []Bucket{
			{Name: "data", BucketName: "acme-retail-personalize-data", Key: "shop", Versioning: true, SecureTransport: true},
			{Name: "plain", BucketName: "acme-retail-deletions", Versioning: true, SecureTransport: true},
			{Name: "results", BucketName: "acme-retail-results", Existing: true, PolicyFile: "policies/acme-retail-results.json"},
		},
		Workflows: []Workflow{
			{Import, at("data", "datasets/"), nil},
			{BatchInference, at("data", "batch/in/"), at("results", "batch/out/")},
			{BatchSegment, at("data", "segment/in/"), at("results", "segment/out/")},
			{Export, nil, at("results", "export/")},
			{MetricAttribution, nil, at("results", "metrics/")},
			{DataDeletion, at("plain", "deletions/"), nil},
		},
		DatasetGroup: &DatasetGroup{Name: "retail", Key: "corp"},
		Operators: []Operator{
			{Name: "admins", Access: []string{Full}, Groups: []string{"PersonalizeAdmins"}, ManagedPolicies: []string{"arn:aws:iam::aws:policy/CloudWatchFullAccess"}},
			{Name: "analysts", Access: []string{Operate}, Roles: []string{"PersonalizeAnalyst"}},
			{Name: "web", Access: []string{Runtime}, Roles: []string{"WebShop"}},
		},
		Uploads: []Upload{{"data/interactions.csv", Location{"data", "datasets/interactions.csv"}}},
		Targets: []string{"json", "cloudformation", "terraform", "shell"},
		Tags:    []Tag{{"team", "personalization"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// TestDefaults: mappings are merged, all else is replaced, and the file's order does not matter.
func TestDefaults(t *testing.T) {
	s := loadFine(t, `version: 1
defaults:
  account: "111122223333"
  region: eu-west-1
  profile: documented
  role: {path: /a/, managedPolicies: [CloudWatchFullAccess]}
  targets: [shell, json]
  permissionsBoundary: arn:aws:iam::111122223333:policy/B
  tags: {b: "1", a: "2"}
  statements: {role: [{sid: D, effect: Deny, action: "s3:*", resource: "*"}]}
setups:
  z: {role: {name: Z, managedPolicies: []}, tags: {b: "3", c: "4"}, profile: least-privilege}
  a: {region: cn-north-1, permissionsBoundary: "arn:aws-cn:iam::111122223333:policy/B", statements: {role: []}, targets: [terraform]}
  e: {role: {name: E, existing: true}}
`)
	if names := []string{s.Setups[0].Name, s.Setups[1].Name, s.Setups[2].Name}; !reflect.DeepEqual(names, []string{"a", "e", "z"}) {
		t.Fatalf("setups are %v", names)
	}
	a, e, z := s.Setups[0], s.Setups[1], s.Setups[2]
	b := "arn:aws:iam::111122223333:policy/B"
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"z.tags", z.Tags, []Tag{{"a", "2"}, {"b", "3"}, {"c", "4"}}},
		{"a.tags", a.Tags, []Tag{{"a", "2"}, {"b", "1"}}},
		{"z.role", z.Role, Role{Name: "Z", Path: "/a/", PermissionsBoundary: b}},
		{"a.role", a.Role, Role{Name: "Personalize-a", Path: "/a/", PermissionsBoundary: "arn:aws-cn:iam::111122223333:policy/B", ManagedPolicies: []string{"arn:aws-cn:iam::aws:policy/CloudWatchFullAccess"}}},
		{"e.role", e.Role, Role{Name: "E", Path: "/a/", Existing: true, ManagedPolicies: []string{"arn:aws:iam::aws:policy/CloudWatchFullAccess"}}},
		{"a.partition", a.Partition, "aws-cn"},
		{"z.profile", z.Profile, LeastPrivilege},
		{"a.deputy", a.ConfusedDeputy, DeputyNone},
		{"z.deputy", z.ConfusedDeputy, DeputyTrust},
		{"z.targets", z.Targets, []string{"json", "shell"}},
		{"a.targets", a.Targets, []string{"terraform"}},
		{"z.statements", len(z.Statements), 1},
		{"a.statements", len(a.Statements), 0},
		{"z.boundary", z.PermissionsBoundary, b},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s is %+v, want %+v", c.what, c.got, c.want)
		}
	}
}

// TestStatements: references get the names that documents use, elements keep their order and whether they are lists.
func TestStatements(t *testing.T) {
	s := loadFine(t, header+`    keys: {data: {alias: alias/x}, k: {alias: alias/y}}
    buckets: {data: {name: acme-data, key: data}, out: {name: acme-out, key: k}}
    workflows: [{type: import, from: data/in/}, {type: export, to: out/}]
    statements:
      keys:
        k:
          - sid: B
            effect: Deny
            principal: {Service: s3.amazonaws.com, AWS: ["<role.arn>", "arn:<aws.partition>:iam::<aws.account>:root"]}
            notAction: kms:Decrypt
            resource: "*"
            condition:
              StringLike: {"aws:PrincipalArn": ["${aws:username}*"], "aws:SourceArn": "<<x>"}
            accepted: for a test
      buckets:
        out: [{sid: A, effect: Allow, principal: "*", action: ["s3:GetObject"], resource: ["<data.name>", "<out.arn>/*", "<bucket.out.arn>", "<key.data.arn>", "<k.arn>"]}]
`)
	got := s.Setups[0].Statements
	if len(got) != 2 || got[0].Owner != "bucket.out" || got[1].Owner != "key.k" || got[1].Accepted != "for a test" {
		t.Fatalf("statements are %+v", got)
	}
	text := func(s string) policy.Text {
		x, err := policy.ParseText(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	a := policy.Statement{
		Sid: "A", Effect: "Allow", Principal: &policy.Principal{Any: true},
		Action: policy.List(text("s3:GetObject")),
		Resource: policy.List(text("<bucket.data.name>"), text("<bucket.out.arn>/*"), text("<bucket.out.arn>"),
			text("<key.data.arn>"), text("<key.k.arn>")),
		Pos: got[0].Statement.Pos,
	}
	b := policy.Statement{
		Sid: "B", Effect: "Deny",
		Principal: &policy.Principal{Types: []policy.PrincipalType{
			{Type: "Service", Values: policy.One(text("s3.amazonaws.com"))},
			{Type: "AWS", Values: policy.List(text("<role.arn>"), text("arn:<aws.partition>:iam::<aws.account>:root"))},
		}},
		NotAction: policy.One(text("kms:Decrypt")), Resource: policy.One(text("*")),
		Condition: []policy.Condition{
			{Operator: "StringLike", Key: "aws:PrincipalArn", Values: policy.List(text("${aws:username}*"))},
			{Operator: "StringLike", Key: "aws:SourceArn", Values: policy.One(text("<<x>"))},
		},
		Pos: policy.Pos{Line: 12, Col: 13},
	}
	if !reflect.DeepEqual(got[0].Statement, a) {
		t.Errorf("got\n%+v\nwant\n%+v", got[0].Statement, a)
	}
	if !reflect.DeepEqual(got[1].Statement, b) {
		t.Errorf("got\n%+v\nwant\n%+v", got[1].Statement, b)
	}
}

// TestLoad: files that cannot be read, and paths that are relative to the spec and not to the working directory.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "none.yaml"), dir} {
		s, ds := Load(path)
		if s != nil || len(ds) != 1 || ds[0].Code != codeRead || ds[0].File != path || strings.Contains(ds[0].Message, path) {
			t.Errorf("Load(%q) says %v", path, ds)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const give = "give the path of a spec with -f"
	write("pzgen.yaml", "")
	write("a`b.yaml", "")
	for path, want := range map[string]string{"pzgn.yaml": "pzgen.yaml", "pzgen.yml": "pzgen.yaml", ".": "pzgen.yaml",
		"shop.yaml": "", "a_b.yaml": "", filepath.Join("none", "pzgen.yaml"): ""} {
		_, ds := Load(filepath.Join(dir, path))
		hint := give
		if want != "" {
			hint = "did you mean `" + filepath.Join(dir, want) + "`?"
		}
		if len(ds) != 1 || ds[0].Hint != hint {
			t.Errorf("%s: %q, want %q", path, ds, hint)
		}
	}
	write("key.json", policyFiles["policies/key.json"])
	write("large.json", strings.Repeat(" ", maxPolicyFile+10))
	spec := func(policy string) string {
		write("pzgen.yaml", header+`    keys: {k: {arn: "arn:aws:kms:eu-west-1:111122223333:key/a", policy: `+policy+`}}
    buckets: {data: {name: acme-data, key: k}}
    workflows: [{type: import, from: data/in/}]
`)
		s, ds := Load(filepath.Join(dir, "pzgen.yaml"))
		if s == nil {
			return ds.String()
		}
		return string(s.Setups[0].Keys[0].Policy.Compact())
	}
	if got := spec("key.json"); got != policyFiles["policies/key.json"] {
		t.Errorf("policy is %s", got)
	}
	for policy, want := range map[string]string{
		"large.json": "more than 1048576 bytes", ".": "not a regular file", "../none.json": "no such file",
	} {
		if got := spec(policy); !strings.Contains(got, want) {
			t.Errorf("policy %s: %s, want %q", policy, got, want)
		}
	}
}

// TestDiagnostics: how findings are counted, made strict, and given to other programs.
func TestDiagnostics(t *testing.T) {
	_, ds := Parse("a b.yaml", []byte(header+"    listByPrefix: true\n"), nil)
	if ds.HasErrors() || ds.Count(Warning) != 2 || ds.Count(Error) != 0 {
		t.Errorf("findings are %v", ds)
	}
	if strict := ds.Strict(); !strict.HasErrors() || strict.Count(Error) != 2 || ds.HasErrors() {
		t.Errorf("strict findings are %v, the others %v", strict, ds)
	}
	got, err := json.Marshal(ds[1])
	want := `{"code":"PZ063","severity":"warning","file":"a b.yaml","line":6,"column":19,` +
		`"message":"AWS does not document by which prefix Personalize lists a bucket; it may be refused",` +
		`"hint":"try an import before you rely on it","source":"    listByPrefix: true"}`
	if err != nil || string(got) != want {
		t.Errorf("JSON is %s, %v; want %s", got, err, want)
	}
	seen := map[string]bool{}
	for _, c := range Checks() {
		if seen[c.Code] || c.Title == "" || c.Code >= "PZ100" {
			t.Errorf("check %+v", c)
		}
		seen[c.Code] = true
	}
}

// TestParallel: many setups are loaded on all cores, and the result is that of one core.
func TestParallel(t *testing.T) {
	data := specOf(200)
	many, ds := Parse("f", data, nil)
	if many == nil {
		t.Fatal(ds)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _ := Parse("f", data, nil)
	if !reflect.DeepEqual(one, many) {
		t.Error("specs differ")
	}
	broken := bytes.ReplaceAll(data, []byte("type: import"), []byte("type: imprt"))
	_, single := Parse("f", broken, nil)
	runtime.GOMAXPROCS(8)
	_, several := Parse("f", broken, nil)
	if !reflect.DeepEqual(single, several) || len(single) == 0 {
		t.Error("findings differ")
	}
}
