package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// existingSpec has a bucket and a key that exist, whose policies %s and %s give.
const existingSpec = `version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    role: {name: ShopPersonalize}
    keys:
      corp: {arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555", policy: key.json}
    buckets:
      lake: {name: acme-lake, existing: true, policy: bucket.json%s}
    workflows:
      - {type: import, from: lake/in/}
      - {type: export, to: lake/out/}
    datasetGroup: {name: shop, key: corp}
`

const rootStatement = `{"Sid":"Root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`

// existingSetup builds the setup of existingSpec; the bucket is encrypted with the key when encrypted.
func existingSetup(t testing.TB, encrypted bool, bucket, key []string) *model.Setup {
	t.Helper()
	more := ""
	if encrypted {
		more = ", key: corp"
	}
	return setupOf(t, fmt.Sprintf(existingSpec, more), map[string][]string{"bucket.json": bucket, "key.json": key})
}

// setupOf builds the setup of a spec, whose policy files have these statements.
func setupOf(t testing.TB, text string, files map[string][]string) *model.Setup {
	t.Helper()
	sp, ds := spec.Parse("pzgen.yaml", []byte(text), func(name string) ([]byte, error) {
		return fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":[%s]}`, strings.Join(files[name], ",")), nil
	})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Build("pzgen.yaml", sp.Setups[0], lib)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A Deny on the bucket as people write it, and who it keeps out: the service, the role, both or none.
var bucketDenies = []struct {
	name, condition string
	action          string // "" for s3:*
	encrypted       bool
	keepsOut        string // of service and role, those whose calls fail
	fails           string // one call that fails
	doubt           bool
}{
	{name: "VPC", condition: `"StringNotEquals":{"aws:SourceVpc":"vpc-1a2b3c4d"}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "VPC endpoint", condition: `"StringNotEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]}`, keepsOut: "role service", fails: "s3:ListBucket"},
	{name: "VPC, if told", condition: `"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1a2b3c4d"}`, keepsOut: "role service", fails: "s3:PutObject"},
	{name: "not from a VPC", condition: `"Null":{"aws:SourceVpce":"true"}`, keepsOut: "role service", fails: "s3:PutObject"},
	{name: "addresses", condition: `"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "one address", condition: `"IpAddress":{"aws:SourceIp":["203.0.113.7/32"]}`},
	{name: "addresses, but services", condition: `"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]},"Bool":{"aws:PrincipalIsAWSService":"false"}`, keepsOut: "role", fails: "s3:GetObject"},
	// "aws:ViaAWSService" is false for a service that uses a service role, so this exemption lets nothing of Personalize through.
	{name: "addresses, but via services", condition: `"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]},"Bool":{"aws:ViaAWSService":"false"}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "data perimeter", condition: `"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1a2b3c4d"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false","aws:ViaAWSService":"false"},` +
		`"ArnNotLikeIfExists":{"aws:PrincipalArn":["arn:aws:iam::*:role/aws-service-role/*","arn:aws:iam::111122223333:role/ShopPersonalize"]}`},
	{name: "encryption header", action: "s3:PutObject", condition: `"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`, keepsOut: "role service", fails: "s3:PutObject"},
	{name: "no encryption header", action: "s3:PutObject", condition: `"Null":{"s3:x-amz-server-side-encryption":"true"}`, keepsOut: "role service", fails: "s3:PutObject"},
	{name: "encryption header, with a key", action: "s3:PutObject", encrypted: true, condition: `"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`},
	{name: "its key", action: "s3:PutObject", encrypted: true,
		condition: `"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555"}`},
	{name: "another key", action: "s3:PutObject", encrypted: true,
		condition: `"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-4333-8444-555555555555"}`,
		keepsOut:  "role service", fails: "s3:PutObject"},
	{name: "AES256 alone", action: "s3:PutObject", encrypted: true, condition: `"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}`, keepsOut: "role service", fails: "s3:PutObject"},
	// Personalize itself belongs to no organization.
	{name: "organization", condition: `"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, keepsOut: "service", fails: "s3:GetObject"},
	{name: "organization, if told", condition: `"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, keepsOut: "service", fails: "s3:GetObject"},
	{name: "organization or services", condition: `"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`},
	{name: "organization's units", condition: `"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":["o-a1b2c3d4e5/r-ab12/ou-ab12-1/*"]}`, keepsOut: "service", fails: "s3:GetObject"},
	{name: "organization of the source", condition: `"StringNotEquals":{"aws:SourceOrgID":"o-a1b2c3d4e5"},"Bool":{"aws:PrincipalIsAWSService":"true"}`, keepsOut: "service",
		fails: "s3:GetObject", doubt: true},
	{name: "roles", condition: `"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/Warehouse"]}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "roles, this one too", condition: `"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/Warehouse","arn:aws:iam::111122223333:role/ShopPersonalize"]}`,
		keepsOut: "service", fails: "s3:GetObject"},
	{name: "account", condition: `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`, keepsOut: "service", fails: "s3:GetObject"},
	{name: "ids of roles", condition: `"StringNotLike":{"aws:userId":["AROAEXAMPLEEXAMPLEEX:*"]}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "other services", condition: `"StringNotEquals":{"aws:PrincipalServiceName":"cloudtrail.amazonaws.com"},"Bool":{"aws:PrincipalIsAWSService":"true"}`,
		keepsOut: "service", fails: "s3:GetObject"},
	{name: "for other accounts", condition: `"StringNotEquals":{"aws:SourceAccount":"111122223333"},"Null":{"aws:SourceAccount":"false"}`},
	{name: "for nobody", condition: `"StringNotEquals":{"aws:SourceAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"true"}`, keepsOut: "service", fails: "s3:GetObject", doubt: true},
	{name: "not TLS", condition: `"Bool":{"aws:SecureTransport":"false"}`},
	{name: "old signatures", condition: `"StringNotEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}`},
	{name: "the old signature", condition: `"StringEquals":{"s3:signatureversion":"AWS"}`},
	{name: "this signature", condition: `"StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "signed links", condition: `"StringNotEquals":{"s3:authType":"REST-HEADER"}`},
	{name: "headers", condition: `"StringEquals":{"s3:authType":"REST-HEADER"}`, keepsOut: "role service", fails: "s3:PutObject"},
	{name: "old TLS", condition: `"NumericLessThan":{"s3:TlsVersion":"1.2"}`},
	{name: "TLS 1.2", condition: `"NumericLessThan":{"s3:TlsVersion":"1.3"}`, keepsOut: "role service", fails: "s3:ListBucket"},
	{name: "no device", condition: `"Bool":{"aws:MultiFactorAuthPresent":"false"}`, keepsOut: "role", fails: "s3:GetObject"},
	{name: "other regions", condition: `"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}`},
	{name: "another region alone", condition: `"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}`, keepsOut: "role service", fails: "s3:GetObject"},
	{name: "buckets of other accounts", condition: `"StringNotEquals":{"s3:ResourceAccount":"111122223333"}`},
	{name: "other prefixes", action: "s3:ListBucket", condition: `"StringNotLike":{"s3:prefix":["home/*"]}`, keepsOut: "role service", fails: "s3:ListBucket"},
	{name: "deleting", action: "s3:DeleteObject", condition: `"Bool":{"aws:SecureTransport":"true"}`},
}

func denying(action, condition string) string {
	if action == "" {
		action = "s3:*"
	}
	return `{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"` + action + `","Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"],"Condition":{` + condition + `}}`
}

func who(o calls.Obstacle) string {
	set := map[string]bool{}
	for _, c := range o.Calls {
		set[c.Caller.String()] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), " ")
}

// A foreign Deny is named with the calls that it refuses; what it says to do about it helps; and the proof of a setup fails by the same statement.
func TestForeignDeny(t *testing.T) {
	for _, c := range bucketDenies {
		t.Run(c.name, func(t *testing.T) {
			m := existingSetup(t, c.encrypted, []string{denying(c.action, c.condition)}, []string{rootStatement})
			d := m.Buckets[0].Policy.Document
			found, err := calls.Obstacles(m, calls.OfBucket("lake"), d)
			if err != nil {
				t.Fatal(err)
			}
			r := Prove(m, nil, Input{})
			if c.keepsOut == "" {
				if len(found) > 0 || !r.OK() {
					t.Fatalf("%v\n%v", found, r.Findings)
				}
				return
			}
			if len(found) != 1 || found[0].Statement != 0 || found[0].Sid != "Theirs" || found[0].Doubt != c.doubt {
				t.Fatalf("found %v", found)
			}
			o := found[0]
			if got := who(o); got != c.keepsOut {
				t.Errorf("keeps out %q", got)
			}
			if !slices.ContainsFunc(o.Calls, func(call calls.Call) bool { return call.Action == c.fails }) {
				t.Errorf("%s is not among the calls %v", c.fails, o.Details())
			}
			if text := o.String(); !strings.Contains(text, `statement 1 ("Theirs") of bucket-lake denies it`) || !strings.Contains(text, " lake/") {
				t.Error(text)
			}
			if c.doubt {
				if !r.OK() || !strings.Contains(o.String(), "may be unable") || !strings.Contains(o.Hint(), "does not document") {
					t.Errorf("%s (%s): %v", o, o.Hint(), r.Findings)
				}
			} else {
				named := slices.ContainsFunc(r.Findings, func(f Finding) bool {
					return f.Check == Sufficient && f.Document == "bucket-lake" && f.Sid == "Theirs" && strings.Contains(f.Message, `("Theirs")`) && f.Hint != "" && f.Place.Line > 0
				})
				if !named || len(r.Findings) != 1 {
					t.Errorf("the proof finds %v", r.Findings)
				}
			}
			// Its owner does as the hint says, and the workflows pass; a stranger is refused as before.
			if len(o.Exempt) == 0 {
				if !slices.Contains([]string{"roles", "data perimeter", "roles, this one too", "other services", "for nobody", "organization of the source"}, c.name) &&
					!strings.Contains(c.condition, "PrincipalArn") && !strings.Contains(c.condition, "PrincipalIsAWSService") {
					t.Errorf("no exemption: %s", o.Hint())
				}
				return
			}
			d.Statements[0].Condition = append(d.Statements[0].Condition, o.Exempt...)
			if found, err = calls.Obstacles(m, calls.OfBucket("lake"), d); err != nil || len(found) > 0 {
				t.Errorf("mended as the hint says: %v, %v", found, err)
			}
			back, err := policy.DecodeJSON(d.Fill(calls.DeployedEnv(m)).JSON())
			if err != nil || len(back.Check(policy.Resource)) > 0 {
				t.Errorf("mended: %v\n%s", err, d.JSON())
			}
		})
	}
}

// Denials without conditions, by NotPrincipal, and on the key.
func TestForeignDenyOthers(t *testing.T) {
	for name, c := range map[string]struct {
		bucket, key []string
		document    string
		keepsOut    string
		check       string
	}{
		"all but some": {bucket: []string{`{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:role/Warehouse"]},"Action":"s3:*",` +
			`"Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"]}`}, document: "bucket-lake", keepsOut: "role service"},
		"a folder":         {bucket: []string{`{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-lake/out/*"}`}, document: "bucket-lake", keepsOut: "role service"},
		"another folder":   {bucket: []string{`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-lake/secret/*"}`}},
		"another bucket":   {bucket: []string{`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-lake-2/*"}`}},
		"grants":           {key: []string{rootStatement, `{"Sid":"K","Effect":"Deny","Principal":"*","Action":"kms:CreateGrant","Resource":"*"}`}, document: "key-corp", keepsOut: "role service"},
		"other accounts":   {key: []string{rootStatement, `{"Sid":"K","Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringNotEquals":{"kms:CallerAccount":"111122223333"}}}`}, document: "key-corp", keepsOut: "service"},
		"other roles":      {key: []string{rootStatement, `{"Sid":"K","Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/Corp*"}}}`}, document: "key-corp", keepsOut: "role service"},
		"deleting the key": {key: []string{rootStatement, `{"Sid":"K","Effect":"Deny","Principal":"*","Action":"kms:ScheduleKeyDeletion","Resource":"*"}`}},
		"by exception":     {bucket: []string{`{"Sid":"Old","Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/Warehouse"},"Action":"s3:*","Resource":"arn:aws:s3:::acme-lake/*"}`}},
		"a key by exception": {key: []string{`{"Sid":"Old","Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/App"},"Action":"kms:*","Resource":"*"}`},
			document: "key-corp", check: Fits},
		"a key nobody owns": {key: []string{`{"Sid":"Use","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/App"},"Action":"kms:Decrypt","Resource":"*"}`}, document: "key-corp", check: Fits},
	} {
		t.Run(name, func(t *testing.T) {
			if c.bucket == nil {
				c.bucket = []string{`{"Sid":"Ok","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-lake/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`}
			}
			if c.key == nil {
				c.key = []string{rootStatement}
			}
			m := existingSetup(t, true, c.bucket, c.key)
			r := Prove(m, nil, Input{})
			if c.document == "" {
				if !r.OK() {
					t.Fatal(r.Findings)
				}
				return
			}
			if c.check == "" {
				c.check = Sufficient
			}
			if len(r.Findings) != 1 || r.Findings[0].Document != c.document || r.Findings[0].Check != c.check {
				t.Fatalf("%+v", r.Findings)
			}
			if c.check == Fits {
				return
			}
			for _, b := range calls.Parts(m) {
				if b.Name != c.document {
					continue
				}
				found, err := calls.Obstacles(m, b.Document, b.Whole)
				if err != nil || len(found) != 1 || who(found[0]) != c.keepsOut {
					t.Errorf("%v %v", found, err)
				}
			}
		})
	}
}

// A permissions boundary whose policy is known limits what the role can do; one that is not known
// allows everything, and exposes the role to every Deny with NotPrincipal.
func TestPermissionsBoundary(t *testing.T) {
	const allows = `{"Sid":"Data","Effect":"Allow","Action":["s3:*","kms:*","cloudwatch:*"],"Resource":"*"}`
	except := `{"Sid":"NotUs","Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:role/ShopPersonalize"],"Service":"personalize.amazonaws.com"},` +
		`"Action":"s3:*","Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"]}`
	for name, c := range map[string]struct {
		boundary []string // its statements; nil: none, empty: not known
		bucket   []string
		document string // that is at fault; "" where the calls pass
		says     string
	}{
		"none":                {},
		"allows":              {boundary: []string{allows}},
		"not known":           {boundary: []string{}},
		"lacks keys":          {boundary: []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`}, document: "permissions-boundary", says: "no statement of permissions-boundary allows it"},
		"lacks the folder":    {boundary: []string{`{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject","kms:*"],"Resource":"*"}`, `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-lake/in/*"}`}, document: "permissions-boundary", says: "s3:PutObject"},
		"denies":              {boundary: []string{allows, `{"Sid":"No","Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`}, document: "permissions-boundary", says: `statement 2 ("No") of permissions-boundary denies it`},
		"excepted":            {bucket: []string{except}},
		"excepted in vain":    {boundary: []string{allows}, bucket: []string{except}, document: "bucket-lake", says: `("NotUs") of bucket-lake denies it`},
		"excepted, not known": {boundary: []string{}, bucket: []string{except}, document: "bucket-lake", says: `("NotUs") of bucket-lake denies it`},
	} {
		for _, existing := range []bool{false, true} {
			if existing && c.boundary != nil && len(c.boundary) == 0 {
				continue // of a role that exists, only a boundary that is known can be said
			}
			t.Run(fmt.Sprint(name, existing), func(t *testing.T) {
				role := "name: ShopPersonalize"
				if existing {
					role += ", existing: true"
				}
				const arn = `"arn:aws:iam::111122223333:policy/Limits"`
				switch {
				case c.boundary == nil:
				case len(c.boundary) == 0:
					role += ", permissionsBoundary: " + arn
				default:
					role += ", permissionsBoundary: {arn: " + arn + ", policy: boundary.json}"
				}
				text := strings.Replace(fmt.Sprintf(existingSpec, ", key: corp"), "name: ShopPersonalize", role, 1)
				if c.bucket == nil {
					c.bucket = []string{`{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::acme-lake"}`}
				}
				m := setupOf(t, text, map[string][]string{"boundary.json": c.boundary, "bucket.json": c.bucket, "key.json": {rootStatement}})
				r := Prove(m, nil, Input{})
				if c.document == "" {
					if !r.OK() {
						t.Fatalf("%+v", r.Findings)
					}
					return
				}
				if len(r.Findings) == 0 {
					t.Fatal("nothing was found")
				}
				said := false
				for _, f := range r.Findings {
					if f.Check != Sufficient || f.Document != c.document || f.Hint == "" {
						t.Errorf("%+v", f)
					}
					said = said || strings.Contains(f.Message, c.says)
				}
				if !said {
					t.Errorf("no %q in %+v", c.says, r.Findings)
				}
			})
		}
	}
}

// Statements of others that name real accounts and roles do not disturb the proof under made-up names, which knows neither.
func TestForeignNamesAreReal(t *testing.T) {
	m := existingSetup(t, true,
		[]string{denying("", `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"false"}`)},
		[]string{rootStatement, `{"Sid":"K","Effect":"Deny","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"false"}}}`})
	if r := Prove(m, nil, Input{}); !r.OK() {
		t.Fatalf("%+v", r.Findings)
	}
}
