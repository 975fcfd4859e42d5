//go:build unix

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/doctor"
	"github.com/pzgen/pzgen/internal/doctor/doctortest"
	"github.com/pzgen/pzgen/internal/live"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// Each cause that moto can have is found in an account as it is, and the commands that are printed
// for it, given twice, put it right.
func TestRealDoctor(t *testing.T) {
	c := newCloud(t, startAWS(t), doctortest.ID, doctortest.Region)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": c.moto, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
		"AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "4", "AWS_SESSION_TOKEN": "",
		"AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
	p := &patient{cloud: c}
	p.fill(t, doctortest.Good())
	for _, w := range []doctortest.Workflow{doctortest.Importing, doctortest.Batch, doctortest.Exporting} {
		if r := p.diagnose(t, w, false); !r.Works() {
			t.Fatalf("%s does not work: %s", w.Type, text(r))
		}
	}
	tried := map[string]bool{}
	for _, f := range doctortest.Failures() {
		if f.Moto != "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			a := doctortest.Good()
			f.Break(a)
			p.fill(t, a)
			r := p.diagnose(t, f.Workflow, a.SCP != "")
			got := causes(r)
			if !slices.Equal(got, append([]string{f.Cause}, f.Then...)) {
				t.Fatalf("%q, expected %q %q:\n%s", got, f.Cause, f.Then, text(r))
			}
			if line, says := strings.Split(text(r), "\n")[0], strings.ReplaceAll(f.Says, doctortest.KeyARN, p.key); !strings.Contains(line, says) {
				t.Errorf("the first line does not say %q:\n%s", says, text(r))
			}
			tried[f.Cause] = true
			for range 4 { // each round puts right what shows
				if len(r.Faults) == 0 || !p.treat(t, r.Faults[0]) {
					return // nobody but a person can
				}
				before := r.Faults[0].Message
				if r = p.diagnose(t, f.Workflow, a.SCP != ""); len(r.Faults) > 0 && r.Faults[0].Message == before {
					t.Fatalf("its commands changed nothing:\n%s", text(r))
				}
			}
			t.Errorf("it is not put right:\n%s", text(r))
		})
	}
	if len(tried) < 25 {
		t.Errorf("only %d causes", len(tried))
	}
}

// built is the program itself, which is built once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pzgen")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "pzgen")
	out, err := exec.Command("go", "build", "-o", name, "../cmd/pzgen").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

// foreign are the causes for which setups do not work in these accounts, where somebody else made a
// boundary that allows nothing, and a role for another service.
var foreign = map[string]string{"encrypted": "PZ232", "existing-known": "PZ238"}

// works requires pzgen doctor --live to name nothing in an account to which a setup was applied. Of
// buckets that were there before it is said that their objects may be somebody else's.
func (w *world) works(t *testing.T) {
	t.Helper()
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := testtool.Command(t, name, "doctor", "--live", "--no-controls", "-f", w.spec, "--setup", w.setup.Name)
	cmd.Env = append(w.env(w.moto), "AWS_REGION="+w.region)
	out, _ := cmd.CombinedOutput()
	var left []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "assumed: ") && !strings.HasSuffix(line, "[PZ242]\n") {
			left = append(left, line)
		}
	}
	verdict := "works: "
	if strings.Contains(string(out), "[PZ242]") {
		verdict = "unknown: of "
	}
	if cause := foreign[w.setup.Name]; cause != "" {
		if !strings.HasSuffix(left[0], "["+cause+"]\n") || left[len(left)-1] != "does not work: 1 cause\n" &&
			left[len(left)-1] != "does not work: 1 cause; not everything was seen\n" {
			t.Errorf("%s, once applied, has the one cause %s:\n%s", w.setup.Name, cause, out)
		}
		return
	}
	if len(left) != 1 || !strings.HasPrefix(left[0], verdict) {
		t.Errorf("%s, once applied:\n%s", w.setup.Name, out)
	}
}

// patient is an account that moto makes up.
type patient struct {
	*cloud
	key string // ARN
}

func text(r doctor.Report) string {
	var b strings.Builder
	r.Text(&b)
	return b.String()
}

func causes(r doctor.Report) []string {
	var out []string
	for _, f := range r.Faults {
		out = append(out, f.Cause.ID)
	}
	for _, u := range r.Unknown {
		out = append(out, u.Cause.ID)
	}
	return out
}

// diagnose reads the account as --live does.
func (p *patient) diagnose(t *testing.T, w doctortest.Workflow, controls bool) doctor.Report {
	t.Helper()
	client, err := live.Open(t.Context(), live.Options{Region: p.region})
	if err != nil {
		t.Fatal(err)
	}
	g, err := client.Gather(t.Context(), live.Ask{Roles: []string{"Shop"}, Buckets: []string{"acme-data"},
		Operators: []string{doctortest.UserARN}, Control: controls})
	if err != nil {
		t.Fatal(err)
	}
	var files []output.File
	for _, f := range g.Files {
		files = append(files, output.File{Path: f.Name, Data: f.Data})
	}
	s, err := awscli.Read(files, awscli.Names{Roles: []string{"Shop"}, Buckets: []string{"acme-data"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := doctor.Target{Workflow: w.Type, From: w.From, To: w.To, Role: "Shop", Region: p.region}.Setup(s)
	if err != nil {
		t.Fatal(err)
	}
	return doctor.Diagnose(doctor.Question{Setup: m, State: s, Caller: doctortest.UserARN, NoControls: !controls})
}

// treat runs what is printed for a fault, twice; false where nothing is.
func (p *patient) treat(t *testing.T, f doctor.Fault) bool {
	t.Helper()
	list := f.Fix.Commands
	for _, c := range f.Fix.Review {
		if strings.HasPrefix(c, "aws ") {
			list = append(list, c)
		}
	}
	for _, c := range list {
		for range 2 {
			cmd := testtool.Command(t, "bash", "-c", c)
			cmd.Env = append(p.env(p.moto), "AWS_DEFAULT_REGION="+p.region)
			out, err := cmd.CombinedOutput()
			if err != nil && !strings.Contains(string(out), "KMSInvalidStateException") { // it is no more to be deleted
				t.Fatalf("%s: %v\n%s", c, err, out)
			}
		}
	}
	return len(list) > 0
}

// fill makes the account anew.
func (p *patient) fill(t *testing.T, a *doctortest.Account) {
	t.Helper()
	answer, err := http.Post(p.moto+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(p.region))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	k := kms.NewFromConfig(cfg)
	p.key = doctortest.KeyARN
	spec, use := kmstypes.KeySpec(a.Spec), kmstypes.KeyUsageTypeEncryptDecrypt
	if !a.NoKey {
		key, err := k.CreateKey(ctx, &kms.CreateKeyInput{KeySpec: spec, KeyUsage: use})
		must(key, err)
		p.key = *key.KeyMetadata.Arn
	}
	real := func(s string) *string { return aws.String(strings.ReplaceAll(s, doctortest.KeyARN, p.key)) }
	if !a.NoKey {
		must(k.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: &p.key, PolicyName: aws.String("default"), Policy: real(a.Key)}))
		id := aws.String(p.key[strings.LastIndexByte(p.key, '/')+1:]) // moto takes no ARN here
		switch a.Status {
		case "Disabled":
			must(k.DisableKey(ctx, &kms.DisableKeyInput{KeyId: id}))
		case "PendingDeletion":
			must(k.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: id}))
		}
	}
	p.people(t, ctx, iam.NewFromConfig(cfg), a, real, must)
	if !a.NoBucket {
		makeBucket(ctx, s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle, o.Region = true, a.Region }), a, real, must)
	}
	if a.SCP != "" {
		o := organizations.NewFromConfig(cfg)
		must(o.CreateOrganization(ctx, &organizations.CreateOrganizationInput{}))
		roots, err := o.ListRoots(ctx, &organizations.ListRootsInput{})
		must(roots, err)
		must(o.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: roots.Roots[0].Id,
			PolicyType: orgtypes.PolicyTypeServiceControlPolicy}))
		made, err := o.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: aws.String("Guard"), Description: aws.String(""),
			Type: orgtypes.PolicyTypeServiceControlPolicy, Content: real(a.SCP)})
		must(made, err)
		must(o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: made.Policy.PolicySummary.Id,
			TargetId: aws.String(doctortest.ID)}))
	}
}

// people makes the user and the role.
func (p *patient) people(t *testing.T, ctx context.Context, c *iam.Client, a *doctortest.Account, real func(string) *string,
	must func(any, error)) {
	user, role := aws.String("Ann"), aws.String("Shop")
	must(c.CreateUser(ctx, &iam.CreateUserInput{UserName: user}))
	must(c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: aws.String("Begin"), PolicyDocument: real(a.User)}))
	if a.NoRole {
		return
	}
	in := &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: real(a.Trust)}
	if a.Boundary != "" {
		made, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("Edge"), PolicyDocument: real(a.Boundary)})
		must(made, err)
		in.PermissionsBoundary = made.Policy.Arn
	}
	must(c.CreateRole(ctx, in))
	must(c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("Data"), PolicyDocument: real(a.Role)}))
}

// makeBucket makes the bucket.
func makeBucket(ctx context.Context, c *s3.Client, a *doctortest.Account, real func(string) *string, must func(any, error)) {
	name := aws.String("acme-data")
	must(c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{
		LocationConstraint: s3types.BucketLocationConstraint(a.Region)}}))
	must(c.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: name, OwnershipControls: &s3types.OwnershipControls{
		Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnership(a.Ownership)}}}}))
	must(c.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: name, PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true)}}))
	by := &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAes256}
	if a.Encryption != "" {
		by = &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAwsKms, KMSMasterKeyID: real(a.Encryption)}
	}
	must(c.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: name, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
		Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: by}}}}))
	if a.Bucket != "" {
		must(c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: real(a.Bucket)}))
	}
}
