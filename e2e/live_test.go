//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/live"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// What is read from an account is what the AWS CLI prints for the same commands, the errors too.
func TestRealLive(t *testing.T) {
	const account, region = "111122223333", "eu-west-1"
	c := newCloud(t, startAWS(t), account, region)
	trust := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}}`
	grant := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/a b/*"}]}`
	const managed = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"
	var key struct{ KeyMetadata struct{ Arn, KeyId string } }
	unmarshal(t, c.aws("kms", "create-key", "--description", "für Personalize"), &key)
	for _, args := range [][]string{
		{"kms", "create-alias", "--alias-name", "alias/data", "--target-key-id", key.KeyMetadata.KeyId},
		{"iam", "create-policy", "--policy-name", "Limit", "--policy-document", grant},
		{"iam", "create-role", "--path", "/service/", "--role-name", "Data", "--assume-role-policy-document", trust, "--description", "reads",
			"--permissions-boundary", "arn:aws:iam::" + account + ":policy/Limit", "--tags", "Key=a,Value=b"},
		{"iam", "put-role-policy", "--role-name", "Data", "--policy-name", "S3", "--policy-document", grant},
		{"iam", "attach-role-policy", "--role-name", "Data", "--policy-arn", managed},
		{"iam", "create-role", "--role-name", "Empty", "--assume-role-policy-document", trust},
		{"iam", "create-user", "--user-name", "ann"},
		{"iam", "create-group", "--group-name", "team"},
		{"iam", "add-user-to-group", "--group-name", "team", "--user-name", "ann"},
		{"iam", "put-group-policy", "--group-name", "team", "--policy-name", "S3", "--policy-document", grant},
		{"iam", "put-user-policy", "--user-name", "ann", "--policy-name", "S3", "--policy-document", grant},
		{"s3api", "create-bucket", "--bucket", "acme-data", "--create-bucket-configuration", "LocationConstraint=" + region},
		{"s3api", "create-bucket", "--bucket", "acme-plain", "--create-bucket-configuration", "LocationConstraint=" + region},
		{"s3api", "put-bucket-policy", "--bucket", "acme-data", "--policy", strings.Replace(grant, `"Effect"`, `"Principal": "*", "Effect"`, 1)},
		{"s3api", "put-bucket-encryption", "--bucket", "acme-data", "--server-side-encryption-configuration",
			`{"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "` + key.KeyMetadata.Arn + `"}, "BucketKeyEnabled": true}]}`},
		{"s3api", "put-public-access-block", "--bucket", "acme-data", "--public-access-block-configuration", "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false"},
		{"s3api", "put-bucket-ownership-controls", "--bucket", "acme-data", "--ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerEnforced}]"},
		{"organizations", "create-organization", "--feature-set", "ALL"},
	} {
		c.aws(args...)
	}
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": c.moto, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "1", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
	client, err := live.Open(t.Context(), live.Options{Region: region})
	if err != nil {
		t.Fatal(err)
	}
	g, err := client.Gather(t.Context(), live.Ask{Roles: []string{"Data", "Empty", "gone"}, Operators: []string{"arn:aws:iam::" + account + ":user/ann"},
		Buckets: []string{"acme-data", "acme-plain", "acme-gone"}, Keys: []string{"alias/data", "alias/gone"}, Control: true})
	if err != nil {
		t.Fatal(err)
	}
	var files []output.File
	for _, f := range g.Files {
		files = append(files, output.File{Path: f.Name, Data: f.Data})
	}
	understood(t, files)
	commands, failed, version := map[string]bool{}, 0, ""
	for _, f := range g.Files {
		if strings.HasPrefix(f.Name, "iam/get-policy/") {
			var p struct {
				Policy struct{ DefaultVersionId string }
			}
			unmarshal(t, f.Data, &p)
			version = p.Policy.DefaultVersionId // that of the file after it
		}
		args := command(t, f.Name, managed, account, version)
		commands[args[0]+" "+args[1]] = true
		if args[0] == "s3control" { // the AWS CLI puts the account before the name of the endpoint
			if !strings.Contains(string(f.Data), "(NoSuchPublicAccessBlockConfiguration) when calling the GetPublicAccessBlock") {
				t.Errorf("%s: %s", f.Name, f.Data)
			}
			continue
		}
		cmd := testtool.Command(t, filepath.Join(c.bin, "aws"), append(args, "--output=json", "--region="+region)...)
		cmd.Env = c.env(c.moto)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if cmd.Run() != nil {
			failed++
			if want := strings.TrimSpace(errs.String()); strings.TrimSpace(string(f.Data)) != want {
				t.Errorf("%s: %s\nnot %s", f.Name, f.Data, want)
			}
			continue
		}
		var got, want any
		unmarshal(t, f.Data, &got)
		unmarshal(t, out.Bytes(), &want)
		if got, want = untimed(got), untimed(want); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\nnot %v", f.Name, got, want)
		}
	}
	if len(commands) < 22 || failed < 4 {
		t.Errorf("only %d commands, %d that failed: %v", len(commands), failed, commands)
	}
}

func unmarshal(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
}

// untimed takes times out: versions of the AWS CLI print them in several ways.
func untimed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, m := range v {
			if strings.HasSuffix(key, "Date") {
				v[key] = "a time"
			} else {
				untimed(m)
			}
		}
	case []any:
		for _, m := range v {
			untimed(m)
		}
	}
	return v
}

// command returns the command of the AWS CLI whose output a file has.
func command(t *testing.T, name, managed, account, version string) []string {
	t.Helper()
	parts := strings.Split(strings.TrimSuffix(name, ".json"), "/")
	for i, p := range parts {
		var err error
		if parts[i], err = url.PathUnescape(p); err != nil {
			t.Fatal(err)
		}
	}
	flags := map[string][]string{
		"sts get-caller-identity": {}, "iam get-policy": {"--policy-arn"}, "iam get-policy-version": {"--version-id=" + version, "--policy-arn"},
		"iam get-role": {"--role-name"}, "iam list-role-policies": {"--role-name"}, "iam get-role-policy": {"--role-name", "--policy-name"}, "iam list-attached-role-policies": {"--role-name"},
		"iam get-user": {"--user-name"}, "iam list-user-policies": {"--user-name"}, "iam get-user-policy": {"--user-name", "--policy-name"}, "iam list-attached-user-policies": {"--user-name"},
		"iam list-groups-for-user": {"--user-name"}, "iam list-group-policies": {"--group-name"}, "iam get-group-policy": {"--group-name", "--policy-name"}, "iam list-attached-group-policies": {"--group-name"},
		"kms describe-key": {"--key-id"}, "kms get-key-policy": {"--policy-name=default", "--key-id"}, "kms list-aliases": {"--key-id"}, "s3control get-public-access-block": {"--account-id"},
		"organizations list-parents": {"--child-id"}, "organizations list-policies-for-target": {"--target-id", "--filter"}, "organizations describe-policy": {"--policy-id"},
	}
	service, subject := parts[0], parts[2:]
	want, ok := flags[service+" "+parts[1]]
	switch {
	case service == "s3api":
		want, ok = []string{"--bucket"}, true
	case service == "iam" && strings.HasPrefix(parts[1], "get-policy"):
		subject[0] = map[bool]string{true: managed, false: fmt.Sprintf("arn:aws:iam::%s:policy/%s", account, subject[0])}[strings.HasSuffix(managed, "/"+subject[0])]
	}
	if !ok {
		t.Fatalf("%s is of no known command", name)
	}
	args := parts[:2:2]
	for _, flag := range want {
		if strings.Contains(flag, "=") {
			args = append(args, flag)
			continue
		}
		args, subject = append(args, flag, subject[0]), subject[1:]
	}
	return args
}

// understood checks that what was gathered is read again as what it is.
func understood(t *testing.T, files []output.File) {
	t.Helper()
	s, err := awscli.Read(files, awscli.Names{Roles: []string{"Data", "Empty", "gone"}, Buckets: []string{"acme-data", "acme-plain", "acme-gone"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range s.Unknown {
		t.Error(u, u.At)
	}
	var got []string
	for _, r := range s.Roles {
		got = append(got, fmt.Sprintf("%s: trust %t, %d inline, %d unseen", r.Name.V, r.Trust != nil, len(r.Inline), len(r.Unseen)))
	}
	for _, b := range s.Buckets {
		got = append(got, fmt.Sprintf("%s: policy %t, %s, key %t, in %q, %d unseen", b.Name.V, b.Policy != nil, b.Algorithm.V, b.Key.V.String() != "", b.Region.V, len(b.Unseen)))
	}
	for _, k := range s.Keys {
		got = append(got, fmt.Sprintf("key: policy %t, %s, %d aliases, %d unseen", k.Policy != nil, k.Status.V, len(k.Aliases), len(k.Unseen)))
	}
	want := []string{"Data: trust true, 1 inline, 0 unseen", "Empty: trust true, 0 inline, 0 unseen", "gone: trust false, 0 inline, 3 unseen",
		"acme-data: policy true, aws:kms, key true, in \"eu-west-1\", 0 unseen", "acme-gone: policy false, , key false, in \"\", 5 unseen",
		"acme-plain: policy false, , key false, in \"eu-west-1\", 0 unseen", "key: policy false, , 0 aliases, 2 unseen", "key: policy true, Enabled, 1 aliases, 0 unseen"}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
