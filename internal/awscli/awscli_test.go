package awscli

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
)

const (
	allow    = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}]}`
	trust    = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`
	onBucket = `{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"personalize.amazonaws.com\"}, \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::acme-data/*\"}]}`
	onKey    = `{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:root\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}]}`
	keyID    = "0a1b2c3d-0000-4000-8000-00000000000a"
	keyARN   = "arn:aws:kms:eu-west-1:111122223333:key/" + keyID
)

// whole is the answers about one setup, under names that say little.
func whole() map[string]string {
	return map[string]string{
		"1.json":                       `{"Role": {"RoleName": "Shop", "Path": "/ml/", "Arn": "arn:aws:iam::111122223333:role/ml/Shop", "AssumeRolePolicyDocument": ` + trust + `, "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Edge"}}}`,
		"2.json":                       `{"PolicyNames": ["Extra"]}`,
		"3.json":                       `{"RoleName": "Shop", "PolicyName": "Extra", "PolicyDocument": ` + allow + `}`,
		"4.json":                       `{"AttachedPolicies": [{"PolicyName": "AmazonS3FullAccess", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}]}`,
		"AmazonS3FullAccess.json":      `{"PolicyVersion": {"Document": ` + allow + `, "VersionId": "v2", "IsDefaultVersion": true}}`,
		"Edge v1.json":                 `{"PolicyVersion": {"Document": ` + allow + `, "VersionId": "v1"}}`,
		"5.json":                       `{"Policy": "` + onBucket + `"}`,
		"6.json":                       `{"Policy": "` + onKey + `", "PolicyName": "default"}`,
		"7.json":                       `{"KeyMetadata": {"KeyId": "` + keyID + `", "Arn": "` + keyARN + `", "KeyState": "Disabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyManager": "CUSTOMER"}}`,
		"enc.json":                     `{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "` + keyARN + `"}, "BucketKeyEnabled": true}]}}`,
		"loc.json":                     `{"LocationConstraint": "eu-west-1"}`,
		"own.json":                     `{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}`,
		"get-public-access-block.json": `{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": false}}`,
	}
}

func read(t *testing.T, files map[string]string, names Names) deployed.State {
	t.Helper()
	s, err := Read(listed(files), names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func listed(files map[string]string) []output.File {
	var list []output.File
	for p, data := range files {
		list = append(list, output.File{Path: p, Data: []byte(data)})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}

// Everything is told by what answers say, whatever their files are called.
func TestWhole(t *testing.T) {
	s := read(t, whole(), Names{})
	if len(s.Unknown) > 0 || len(s.Roles) != 1 || len(s.Buckets) != 1 || len(s.Keys) != 1 {
		t.Fatalf("unknown %v, %d roles, %d buckets, %d keys", s.Unknown, len(s.Roles), len(s.Buckets), len(s.Keys))
	}
	r, b, k := s.Roles[0], s.Buckets[0], s.Keys[0]
	got := fmt.Sprint(r.Name.V, r.Path.V, r.Boundary.V, r.Trust != nil, len(r.Inline), r.Unseen, s.Where.Account.V,
		b.Name.V, b.Algorithm.V, b.Key.V, b.BucketKey.V, b.Region.V, b.Ownership.V, b.BlockPublicPolicy.V, b.RestrictPublicBuckets.V, b.Policy != nil, b.Unseen,
		k.ARN.V, k.Status.V, k.Spec.V, k.Manager.V, k.Policy != nil, k.Unseen, len(s.Attachments), len(s.Policies))
	want := fmt.Sprint("Shop", "/ml/", "arn:aws:iam::111122223333:policy/Edge", true, 1, "[]", "111122223333",
		"acme-data", "aws:kms", keyARN, true, "eu-west-1", "BucketOwnerEnforced", true, false, true, "[]",
		keyARN, "Disabled", "SYMMETRIC_DEFAULT", "CUSTOMER", true, "[]", 1, 2)
	if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, p := range s.Policies {
		if p.Policy == nil {
			t.Errorf("policy %s has no document", p.Name.V)
		}
	}
}

// Each answer that is taken away is something that was not seen, or is not read any more.
func TestUnseen(t *testing.T) {
	want := map[string]string{
		"2.json":                       "inline policies iam:ListRolePolicies",
		"3.json":                       `inline policy "Extra" iam:GetRolePolicy`,
		"4.json":                       "attached policies iam:ListAttachedRolePolicies",
		"AmazonS3FullAccess.json":      `policy "AmazonS3FullAccess" iam:GetPolicyVersion`,
		"5.json":                       "policy s3:GetBucketPolicy",
		"6.json":                       "policy kms:GetKeyPolicy",
		"7.json":                       "",
		"enc.json":                     "encryption s3:GetEncryptionConfiguration",
		"loc.json":                     "region s3:GetBucketLocation",
		"own.json":                     "ownership s3:GetBucketOwnershipControls",
		"get-public-access-block.json": "public access block s3:GetBucketPublicAccessBlock",
	}
	for name, unseen := range want {
		files := whole()
		delete(files, name)
		s := read(t, files, Names{Buckets: []string{"acme-data"}, Keys: []string{keyARN}})
		var got []string
		add := func(list []deployed.Unseen) {
			for _, u := range list {
				got = append(got, u.What+" "+u.Action)
			}
		}
		add(s.Roles[0].Unseen)
		add(s.Buckets[0].Unseen)
		if name == "7.json" {
			unseen = "state kms:DescribeKey"
		}
		add(s.Keys[0].Unseen)
		if strings.Join(got, ", ") != unseen {
			t.Errorf("without %s: %q, want %q", name, got, unseen)
		}
	}
}

// What AWS says is not there is known; what it does not tell is not.
func TestErrors(t *testing.T) {
	files := whole()
	files["5.json"] = "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist\n"
	files["6.json"] = "aws: [ERROR]: An error occurred (AccessDeniedException) when calling the GetKeyPolicy operation: no"
	s := read(t, files, Names{Buckets: []string{"acme-data"}})
	if b := s.Buckets[0]; b.Policy != nil || len(b.Unseen) > 0 {
		t.Error(b.Unseen)
	}
	if u := s.Keys[0].Unseen; len(u) != 1 || u[0].Why != "AccessDeniedException: no" || u[0].At.Path != "6.json" {
		t.Error(u)
	}
}

// Of two buckets an answer without a name belongs to neither.
func TestNotGuessed(t *testing.T) {
	names := Names{Buckets: []string{"acme", "acme-logs"}}
	s := read(t, map[string]string{"x.json": `{"LocationConstraint": null}`}, names)
	if len(s.Buckets) > 0 || len(s.Unknown) != 1 || !strings.Contains(s.Unknown[0].Why, "which bucket") {
		t.Error(s.Buckets, s.Unknown)
	}
	for file, bucket := range map[string]string{"loc acme-logs.json": "acme-logs", "acme/l.json": "acme", "a/acme_loc.json": "acme"} {
		s := read(t, map[string]string{file: `{"LocationConstraint": null}`}, names)
		if len(s.Buckets) != 1 || s.Buckets[0].Name.V.String() != bucket || s.Buckets[0].Region.V.String() != "us-east-1" {
			t.Errorf("%s: %v", file, s.Buckets)
		}
	}
	// Where folders are the command, the name behind them counts, also one that nothing else tells of.
	s = read(t, map[string]string{"x/s3api/get-bucket-location/other.json": `{"LocationConstraint": null}`,
		"kms/describe-key/alias%2Fgone.json": "An error occurred (NotFoundException) when calling the DescribeKey operation: gone",
		"7.json":                             whole()["7.json"]}, Names{Buckets: []string{"acme"}})
	if len(s.Buckets) != 1 || s.Buckets[0].Name.V.String() != "other" || len(s.Keys) != 2 || len(s.Keys[0].Unseen)+len(s.Keys[1].Unseen) != 3 {
		t.Error(s.Buckets, s.Keys)
	}
	// Users and groups are told by folders alone.
	s = read(t, map[string]string{"groups.json": `{"Groups": [{"GroupName": "Ops"}]}`, "iam/list-groups-for-user/ann.json": `{"Groups": [{"GroupName": "Ops"}]}`,
		"list-attached-user-policies.json":     `{"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/A"}]}`,
		"iam/list-attached-group-policies/Ops": `{"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/A"}]}`}, Names{Roles: []string{"Shop"}})
	if len(s.Unknown) != 2 || len(s.Members) != 1 || s.Members[0].User.V.String() != "ann" || len(s.Attachments) != 1 || s.Attachments[0].To.V.String() != "Ops" {
		t.Error(s.Unknown, s.Members, s.Attachments)
	}
	s = read(t, map[string]string{"empty.json": " \n", "odd.json": `{"Widgets": []}`}, names)
	if len(s.Unknown) != 2 {
		t.Error(s.Unknown)
	}
}

// The policies of a whole account, with documents that IAM encodes.
func TestAccount(t *testing.T) {
	s := read(t, map[string]string{"all.json": `{"UserDetailList": [{"UserName": "ann", "GroupList": ["Ops"],
	  "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": ` + allow + `}]}], "GroupDetailList": [{"GroupName": "Ops",
	  "AttachedManagedPolicies": [{"PolicyName": "P", "PolicyArn": "arn:aws:iam::111122223333:policy/P"}]}],
	  "RoleDetailList": [{"RoleName": "Shop", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/Shop",
	    "AssumeRolePolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22personalize.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
	    "RolePolicyList": [{"PolicyName": "in", "PolicyDocument": ` + allow + `}], "AttachedManagedPolicies": []}],
	  "Policies": [{"PolicyName": "P", "Arn": "arn:aws:iam::111122223333:policy/P", "PolicyVersionList": [
	    {"Document": ` + trust + `, "IsDefaultVersion": false}, {"Document": ` + allow + `, "IsDefaultVersion": true}]}]}`}, Names{})
	r := s.Roles[0]
	if len(r.Unseen) > 0 || r.Trust == nil || r.Trust.Document.Statements[0].Principal == nil || len(r.Inline) != 1 {
		t.Errorf("%+v", r)
	}
	if len(s.Inline) != 1 || len(s.Members) != 1 || len(s.Attachments) != 1 || len(s.Policies) != 1 ||
		s.Policies[0].Policy.Document.Statements[0].Principal != nil {
		t.Errorf("%+v", s)
	}
	if at := r.Inline[0].Policy.Statements[0]; at.Path != "all.json" || at.Line == 0 {
		t.Error(at)
	}
}

// A document that may be of AWS's policy or of the account's own, by the same name, is of neither.
func TestTwoOfOneName(t *testing.T) {
	files := whole()
	files["4.json"] = `{"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}, {"PolicyArn": "arn:aws:iam::111122223333:policy/AmazonS3FullAccess"}]}`
	s := read(t, files, Names{})
	if len(s.Unknown) != 1 || s.Unknown[0].At.Path != "AmazonS3FullAccess.json" || len(s.Roles[0].Unseen) != 2 {
		t.Error(s.Unknown, s.Roles[0].Unseen)
	}
}

// A job says which role works on what, and a control policy on which level it is.
func TestJobsAndControls(t *testing.T) {
	s := read(t, map[string]string{
		"job.json": `{"datasetImportJob": {"datasetImportJobArn": "arn:aws:personalize:eu-west-1:111122223333:dataset-import-job/j", "roleArn": "arn:aws:iam::111122223333:role/Shop",
		  "dataSource": {"dataLocation": "s3://acme-data/in/"}, "status": "CREATE FAILED", "failureReason": "Insufficient privileges"}}`,
		"scp.json": `{"Policy": {"PolicySummary": {"Id": "p-1", "Name": "Guard", "Type": "SERVICE_CONTROL_POLICY"}, "Content": "` + strings.ReplaceAll(allow, `"`, `\"`) + `"}}`,
		"organizations/list-policies-for-target/r-root.json": `{"Policies": [{"Id": "p-1", "Name": "Guard", "Type": "SERVICE_CONTROL_POLICY"}]}`,
	}, Names{})
	if len(s.Jobs) != 1 || s.Jobs[0].Kind != "import" || s.Jobs[0].From.V.String() != "s3://acme-data/in/" ||
		s.Jobs[0].Failure.V.String() == "" || s.Where.Region.V.String() != "eu-west-1" {
		t.Errorf("%+v", s.Jobs)
	}
	if len(s.Controls) != 1 || s.Controls[0].Level != "r-root" || s.Controls[0].Resource {
		t.Errorf("%+v", s.Controls)
	}
}

// A document by itself belongs to what its file says, or else what it looks like; a name that has
// "key" or "bucket" in it by chance says nothing.
func TestLoose(t *testing.T) {
	names := Names{Roles: []string{"Shop"}, Buckets: []string{"acme"}, Keys: []string{keyARN}}
	onAnything := strings.ReplaceAll(onBucket, `\"`, `"`)
	for file, c := range map[string]struct{ data, to string }{
		"monkey bucket.json": {allow, "inline"},
		"trust.json":         {trust, "trust"},
		"a.json":             {trust, "trust"},
		"b.json":             {strings.ReplaceAll(onKey, `\"`, `"`), "key"},
		"bucket-policy.json": {onAnything, "bucket"},
		"c.json":             {onAnything, "unknown"},
	} {
		s := read(t, map[string]string{file: c.data}, names)
		got := "unknown"
		switch {
		case len(s.Roles) == 1 && s.Roles[0].Trust != nil:
			got = "trust"
		case len(s.Roles) == 1 && len(s.Roles[0].Inline) == 1:
			got = "inline"
		case len(s.Buckets) == 1 && s.Buckets[0].Policy != nil:
			got = "bucket"
		case len(s.Keys) == 1 && s.Keys[0].Policy != nil:
			got = "key"
		}
		if got != c.to || (got == "unknown") != (len(s.Unknown) == 1) {
			t.Errorf("%s: %s, want %s (%v)", file, got, c.to, s.Unknown)
		}
	}
}

// A policy that is none is an error with its place.
func TestFaulty(t *testing.T) {
	for data, want := range map[string]string{
		`{"Role": `: "f.json:1:10",
		`{"RoleName": "R", "PolicyDocument": {"Statement": 1}}`: "f.json:1:",
		`{"Policy": "{"}`:                                      "f.json:1:12: in the string",
		`{"KeyMetadata": {"Arn": 1}}`:                          "f.json:1:1: it is not what the AWS CLI prints",
		`{"Role": {"Path": "/"}}`:                              "f.json:1:1: the role has no RoleName",
		`{"Policy": "%7Bx%ZZ"}`:                                "f.json:1:12: the policy is not encoded",
		`{"PolicyVersion": {"Document": {"Statement": [{}]}}}`: "f.json:1:",
	} {
		_, err := Read(listed(map[string]string{"f.json": data}), Names{Roles: []string{"R"}, Buckets: []string{"b"}})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", data, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, data := range whole() {
		f.Add([]byte(data), "acme-data.json")
	}
	f.Add([]byte("An error occurred (X) when calling the GetRole operation: y"), "r")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		files := []output.File{{Path: name, Data: data}, {Path: "1.json", Data: []byte(whole()["1.json"])}}
		s, err := Read(files, Names{Buckets: []string{"acme-data"}})
		if err == nil && len(s.Roles) == 0 {
			t.Error("the role is lost")
		}
	})
}

// Two answers that say different things of one thing are of different times or things: the second is
// told and counts for nothing. One that says the same again is no matter.
func TestTwoAnswers(t *testing.T) {
	other := strings.NewReplacer("acme-data/*", "acme-data/x/*", `"eu-west-1"`, `"us-east-1"`, "Disabled", "Enabled",
		"BucketOwnerEnforced", "ObjectWriter", `"BlockPublicAcls": true`, `"BlockPublicAcls": false`, "sts:AssumeRole", "sts:TagSession",
		`"aws:kms", "KMSMasterKeyID": "`+keyARN+`"`, `"AES256"`, "kms:*", "kms:Decrypt")
	tried := 0
	for name, text := range whole() {
		changed := other.Replace(text)
		if changed == text || strings.Contains(text, "PolicyVersion") { // of which a second one is told in any case
			continue
		}
		tried++
		for again, want := range map[string]int{text: 0, changed: 1} {
			files := whole()
			files["z "+name] = again
			s := read(t, files, Names{Buckets: []string{"acme-data"}})
			if len(s.Unknown) != want || want > 0 && !strings.Contains(s.Unknown[0].Why, "something else of") {
				t.Errorf("%s twice, changed: %v: %v", name, want > 0, s.Unknown)
			}
		}
	}
	if tried < 9 {
		t.Errorf("only %d answers", tried)
	}
	files := whole()
	files["old.json"] = `{"PolicyVersion": {"Document": ` + allow + `, "VersionId": "v1", "IsDefaultVersion": false}}`
	if s := read(t, files, Names{}); len(s.Unknown) != 1 || !strings.Contains(s.Unknown[0].Why, "default version") {
		t.Errorf("an old version: %v", s.Unknown)
	}
	files = whole()
	files["caller.json"] = `{"UserId": "AIDAEXAMPLEEXAMPLE00", "Account": "444455556666", "Arn": "arn:aws:iam::444455556666:user/Ann"}`
	if s := read(t, files, Names{}); len(s.Unknown) != 1 || !strings.Contains(s.Unknown[0].Why, "of account") {
		t.Errorf("two accounts: %v", s.Unknown)
	}
}
