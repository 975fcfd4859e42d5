//go:build unix

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// The account of docs/existing.md before its first step. The role's policy and the bucket's statement of that Sid are what people make with the guide in hand.
const (
	lakePolicy = `{"Version":"2012-10-17","Id":"lake","Statement":[
  {"Sid":"LakeIngestWrites","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/LakeIngest"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-data-lake/*"},
  {"Sid":"PersonalizeS3BucketAccessPolicy","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::acme-data-lake","arn:aws:s3:::acme-data-lake/*"]},
  {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-data-lake","arn:aws:s3:::acme-data-lake/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	corpPolicy = `{"Version":"2012-10-17","Statement":[
  {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
  {"Sid":"Allow use by the data lake","Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111122223333"}}}]}`
	lakeTrust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	pageKey    = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-4333-8444-555555555555"
	pageBucket = "acme-data-lake"
)

// section is a part of a page, with the commands in it.
type section struct {
	title    string
	commands []string
}

var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// sections takes a page apart.
func sections(t *testing.T, text string) []section {
	t.Helper()
	var out []section
	at := heading.FindAllStringSubmatchIndex(blank(text), -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		s := section{title: text[m[2]:m[3]]}
		rest := text[m[1]:end]
		for {
			_, after, ok := strings.Cut(rest, "\n```sh\n")
			if !ok {
				break
			}
			block, more, ok := strings.Cut(after, "\n```\n")
			if !ok {
				t.Fatalf("a block of %q has no end", s.title)
			}
			s.commands, rest = append(s.commands, block), "\n"+more
		}
		out = append(out, s)
	}
	return out
}

// blank replaces the lines of code blocks, in which a # begins no heading.
func blank(text string) string {
	lines := strings.SplitAfter(text, "\n")
	in := false
	for i, l := range lines {
		fence := strings.HasPrefix(l, "```")
		if in && !fence {
			lines[i] = strings.Repeat(" ", len(l)-1) + "\n"
		}
		in = in != fence
	}
	return strings.Join(lines, "")
}

// TestRealExistingPage runs every command of docs/existing.md, in each of its ways, in an account like the page's, and looks at what is lost: nothing.
func TestRealExistingPage(t *testing.T) {
	testtool.Need(t, "python3", "-c", "import moto.server, boto3, awscli.clidriver")
	testtool.Need(t, "bash")
	testtool.Need(t, "jq")
	testtool.Need(t, "awk", "BEGIN {}")
	text, err := os.ReadFile("../docs/existing.md")
	if err != nil {
		t.Fatal(err)
	}
	pzgen := filepath.Join(t.TempDir(), "pzgen")
	if out, err := testtool.Command(t, "go", "build", "-o", pzgen, "../cmd/pzgen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	socket := startAWS(t)
	page := sections(t, string(text))
	ways := []string{"With the script", "By hand", "With Terraform", "With CloudFormation"}
	blocks := 0
	for _, s := range page {
		blocks += len(s.commands)
		for _, w := range ways {
			if s.title == w && len(s.commands) == 0 {
				t.Errorf("section %q has no commands", w)
			}
		}
	}
	if n := strings.Count(string(text), "```sh\n"); n != blocks || n < 12 {
		t.Fatalf("%d blocks of commands stand on the page, %d in its sections", n, blocks)
	}
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			var env []string
			if way == "With Terraform" {
				env = testtool.NeedTerraform(t).Env()
			}
			p := newPage(t, socket, pzgen)
			seen := false
			for _, s := range page {
				other := false
				for _, w := range ways {
					other = other || s.title == w && w != way
				}
				if other {
					continue
				}
				if s.title == way && way == "With Terraform" {
					p.write("lake/out/lake/terraform/provider.tf", []byte(provider))
				}
				for _, c := range s.commands {
					p.run(t, s.title, c, env)
				}
				if s.title == way {
					seen = true
					if way == "With CloudFormation" {
						p.stack(t)
					}
					p.holds(t, "after "+way)
				}
			}
			if !seen {
				t.Fatalf("the page has no section %q", way)
			}
			p.restored(t)
		})
	}
}

// page is the account that the page speaks of, and the folder that its commands run in.
type page struct {
	*cloud
	key    string
	folder string
}

func newPage(t *testing.T, socket, pzgen string) *page {
	t.Helper()
	p := &page{cloud: newCloud(t, socket, "111122223333", "eu-central-1")}
	if err := os.Symlink(pzgen, filepath.Join(p.bin, "pzgen")); err != nil {
		t.Fatal(err)
	}
	p.aws("s3api", "create-bucket", "--bucket", pageBucket, "--create-bucket-configuration", "LocationConstraint=eu-central-1")
	p.aws("s3api", "put-bucket-policy", "--bucket", pageBucket, "--policy", lakePolicy)
	p.aws("kms", "create-key", "--policy", corpPolicy)
	for arn := range p.state().Keys {
		p.key = arn // AWS makes up its id
	}
	p.aws("iam", "create-role", "--role-name", "PersonalizeByHand", "--assume-role-policy-document", lakeTrust)
	p.aws("iam", "put-role-policy", "--role-name", "PersonalizeByHand", "--policy-name", "MadeByHand", "--policy-document", theirs)
	p.folder = p.dir
	return p
}

// run runs one block, in the folder in which the one before it ended.
func (p *page) run(t *testing.T, title, block string, env []string) {
	t.Helper()
	script := "set -euo pipefail\n" + strings.ReplaceAll(block, pageKey, p.key) + "\npwd > \"$PZGEN_TEST_FOLDER\"\n"
	where := filepath.Join(p.dir, "folder")
	cmd := testtool.Command(t, "bash", "-c", script)
	cmd.Dir = p.folder
	cmd.Env = append(append(p.env(p.front), "AWS_REGION="+p.region, "AWS_DEFAULT_REGION="+p.region, "PZGEN_TEST_FOLDER="+where), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", title, err, block, out.String())
	}
	folder, err := os.ReadFile(where)
	if err != nil {
		t.Fatal(err)
	}
	p.folder = strings.TrimSpace(string(folder))
}

// stack does what moto leaves out: it has neither AWS::S3::BucketPolicy nor AWS::IAM::RolePolicy. The template's documents are those of the JSON target, which
// the tests of that target show.
func (p *page) stack(t *testing.T) {
	t.Helper()
	out := filepath.Join(p.dir, "lake", "out", "lake", "policies")
	if p.state().Buckets[pageBucket].Policy == "" || p.state().Roles["PersonalizeByHand"].Inline["Personalize-lake"] != nil {
		t.Fatal("moto makes stacks of more types than it did: look at what it makes")
	}
	p.aws("s3api", "put-bucket-policy", "--bucket", pageBucket, "--policy", "file://"+filepath.Join(out, "bucket-data.json"))
	p.aws("iam", "put-role-policy", "--role-name", "PersonalizeByHand", "--policy-name", "Personalize-lake", "--policy-document", "file://"+filepath.Join(out, "role-policy.json"))
}

// holds requires every statement of others to be in the policies as it did.
func (p *page) holds(t *testing.T, when string) {
	t.Helper()
	s := p.state()
	check := func(what, before, now string) {
		was, err := policy.DecodeJSON([]byte(before))
		if err != nil {
			t.Fatal(err)
		}
		is, err := policy.DecodeJSON([]byte(now))
		if err != nil {
			t.Fatalf("%s, the policy of the %s: %v", when, what, err)
		}
		there := map[string]bool{}
		for _, st := range is.Statements {
			there[st.Sid+" "+st.Normal()] = true
		}
		for _, st := range was.Statements {
			if !there[st.Sid+" "+st.Normal()] {
				t.Errorf("%s, the policy of the %s lacks %s:\n%s", when, what, st.JSON(), now)
			}
		}
		if !strings.Contains(now, "Lake\"") {
			t.Errorf("%s, the policy of the %s has nothing of pzgen's:\n%s", when, what, now)
		}
	}
	check("bucket", lakePolicy, s.Buckets[pageBucket].Policy)
	check("key", corpPolicy, s.Keys[p.key].Policy)
	if role := s.Roles["PersonalizeByHand"]; !same(t, role.Trust, []byte(lakeTrust)) || !same(t, role.Inline["MadeByHand"], []byte(theirs)) {
		t.Errorf("%s, the role is %+v", when, role)
	}
}

// restored requires the end of the page to be its beginning, but for what was made by hand and taken out.
func (p *page) restored(t *testing.T) {
	t.Helper()
	s := p.state()
	was, err := policy.DecodeJSON([]byte(lakePolicy))
	if err != nil {
		t.Fatal(err)
	}
	was.Statements = append(was.Statements[:1:1], was.Statements[2:]...)
	is, err := policy.DecodeJSON([]byte(s.Buckets[pageBucket].Policy))
	if err != nil || !is.Equal(was) || is.ID != was.ID {
		t.Errorf("at the end the bucket's policy is %s, %v", s.Buckets[pageBucket].Policy, err)
	}
	key, err := policy.DecodeJSON([]byte(s.Keys[p.key].Policy))
	before, _ := policy.DecodeJSON([]byte(corpPolicy))
	if err != nil || !key.Equal(before) {
		t.Errorf("at the end the key's policy is %s, %v", s.Keys[p.key].Policy, err)
	}
	if role := s.Roles["PersonalizeByHand"]; len(role.Inline) > 0 || !same(t, role.Trust, []byte(lakeTrust)) {
		t.Errorf("at the end the role is %+v", role)
	}
}
