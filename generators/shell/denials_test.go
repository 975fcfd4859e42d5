package shell

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/policy"
)

// foreignDenials are statements of others on the bucket acme-data-lake, as people write them.
var foreignDenials = map[string]string{
	"VPC":                         `"Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1a2b3c4d"}}`,
	"VPC, if told":                `"Condition":{"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1a2b3c4d"}}`,
	"not from a VPC":              `"Condition":{"Null":{"aws:SourceVpce":"true"}}`,
	"addresses":                   `"Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}`,
	"one address":                 `"Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.7/32"]}}`,
	"addresses, but services":     `"Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]},"Bool":{"aws:PrincipalIsAWSService":"false"}}`,
	"addresses, but via services": `"Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:ViaAWSService":false}}`,
	"data perimeter": `"Condition":{"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1a2b3c4d"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false","aws:ViaAWSService":"false"},` +
		`"ArnNotLikeIfExists":{"aws:PrincipalArn":["arn:aws:iam::*:role/aws-service-role/*","arn:aws:iam::111122223333:role/PersonalizeByHand"]}}`,
	"encryption header":          `"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`,
	"organization":               `"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`,
	"organization or services":   `"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`,
	"organization's units":       `"Condition":{"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":["o-a1b2c3d4e5/r-ab12/ou-ab12-1/*"]}}`,
	"organization of the source": `"Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-a1b2c3d4e5"},"Bool":{"aws:PrincipalIsAWSService":"true"}}`,
	"roles":                      `"Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/Warehouse"]}}`,
	"account":                    `"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}`,
	"ids of roles":               `"Condition":{"StringNotLike":{"aws:userId":["AROAEXAMPLEEXAMPLEEX:*"]}}`,
	"for nobody":                 `"Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"true"}}`,
	"for other accounts":         `"Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"},"Null":{"aws:SourceAccount":"false"}}`,
	"not TLS":                    `"Condition":{"Bool":{"aws:SecureTransport":"false"}}`,
	"no device":                  `"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`,
	"another region alone":       `"Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}`,
	"other prefixes":             `"Action":"s3:ListBucket","Condition":{"StringNotLike":{"s3:prefix":["home/*"]}}`,
	"old TLS":                    `"Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}`,
	"TLS 1.2":                    `"Condition":{"NumericLessThan":{"s3:TlsVersion":1.3}}`,
	"signed links":               `"Condition":{"StringNotEquals":{"s3:authType":"REST-HEADER"}}`,
	"deleting":                   `"Action":["s3:Delete*","s3:PutBucketPolicy"]`,
	"without a condition":        `"Sid":"Stop it's \"over\""`,
	"a folder":                   `"Action":"s3:Put?bject","Resource":"arn:aws:s3:::acme-data-lake/personalize/export/*"`,
	"another folder":             `"Resource":"arn:aws:s3:::acme-data-lake/secret/*"`,
	"all but a folder":           `"NotResource":["arn:aws:s3:::acme-data-lake/secret/*"],"Resource":null`,
	"all but listing":            `"NotAction":["s3:List*"],"Action":null`,
	"all but some":               `"Principal":null,"NotPrincipal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:role/Warehouse"]}`,
	"all but us":                 `"Principal":null,"NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/PersonalizeByHand"],"Service":"personalize.amazonaws.com"}`,
	"another role":               `"Principal":{"AWS":"arn:aws:iam::111122223333:role/Warehouse"}`,
	"this account":               `"Principal":{"AWS":["111122223333"],"Service":["lambda.amazonaws.com"]}`,
	"grants":                     `"Action":"kms:CreateGrant","Resource":"*"`,
	"other accounts":             `"Action":"kms:*","Resource":"*","Condition":{"StringNotEquals":{"kms:CallerAccount":"111122223333"}}`,
	"other roles":                `"Action":["kms:D*"],"Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/Corp*"}}`,
	"not through S3":             `"Action":"kms:Decrypt","Resource":"*","Condition":{"StringNotEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}`,
	"key deletion":               `"Action":"kms:ScheduleKeyDeletion","Resource":"*"`,
	"this service":               `"Principal":{"Service":["personalize.amazonaws.com"]}`,
}

// statement returns a Deny of everything on acme-data-lake with elements in place of its own.
func denial(t *testing.T, elements string) string {
	t.Helper()
	s := map[string]string{"Effect": `"Deny"`, "Principal": `"*"`, "Action": `"s3:*"`,
		"Resource": `["arn:aws:s3:::acme-data-lake","arn:aws:s3:::acme-data-lake/*"]`, "Sid": `"Theirs"`}
	n := members(t, elements)
	for name, value := range n {
		s[name] = value
	}
	var parts []string
	for _, name := range []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"} {
		if v := s[name]; v != "" && v != "null" {
			parts = append(parts, `"`+name+`":`+v)
		}
	}
	return `{"Version":"2012-10-17","Statement":[{` + strings.Join(parts, ",") + `}]}`
}

// What apply.sh says of a Deny in the policy of a bucket that exists is, word for word, what
// `pzgen merge` says, and it says that the setup is up to date only where nothing is denied.
func TestForeignDenials(t *testing.T) {
	denied := 0
	for name, elements := range foreignDenials {
		t.Run(name, func(t *testing.T) {
			s := examples(t)["existing existing-known"]
			w := newWorld(t, s)
			text, on := denial(t, elements), calls.OfBucket("lake")
			if key := w.m.Account.Keys[0]; strings.Contains(elements, "kms:") {
				on = calls.OfKey("corp")
				text = strings.Replace(text, `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},`, 1)
				key.Policy = text
			} else {
				w.m.Account.Buckets["acme-data-lake"].Policy = text
			}
			d, err := policy.DecodeJSON([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			own := s.Buckets[0].Own
			if on.Kind == calls.KeyPolicy {
				own = s.Keys[0].Own
			}
			d.Statements = append(d.Statements, own.Fill(w.env).Statements...)
			found, err := calls.Obstacles(s, on, d)
			if err != nil {
				t.Fatal(err)
			}
			w.must(w.apply())
			said := w.m.Out.String() + w.m.Err.String()
			certain := false
			for _, o := range found {
				certain = certain || !o.Doubt
				if !strings.Contains(said, "warning: "+o.String()+"\n") {
					t.Errorf("no %q in\n%s", o, said)
				}
			}
			if n := strings.Count(said, "denies it"); n != len(found) {
				t.Errorf("%d are said, and %d found: %v\n%s", n, len(found), found, said)
			}
			if up := strings.Contains(said, "is up to date"); up == certain {
				t.Errorf("up to date: %t, denied: %t", up, certain)
			}
			if certain {
				denied++
			}
			for why := range hints(found) {
				if !strings.Contains(said, why) {
					t.Errorf("no %q in\n%s", why, said)
				}
			}
			// It is said on a second run too, which has nothing to change.
			w.must(w.apply())
			if again := w.m.Out.String() + w.m.Err.String(); strings.Count(again, "denies it") != len(found) || !strings.Contains(again, "nothing to change") {
				t.Errorf("the second run says\n%s", again)
			}
		})
	}
	if denied < 15 {
		t.Errorf("only %d of them deny something", denied)
	}
}

// hints returns the reasons that the hints of obstacles have.
func hints(found []calls.Obstacle) map[string]bool {
	out := map[string]bool{}
	for _, o := range found {
		for _, why := range calls.Reasons() {
			if strings.Contains(o.Hint(), why) {
				out[why] = true
			}
		}
	}
	return out
}

// The library has the reasons that hints have.
func TestReasons(t *testing.T) {
	text := libraryText()
	for key, why := range calls.Reasons() {
		if !strings.Contains(text, policy.JSONString(key)+":\n    "+policy.JSONString(why)) {
			t.Errorf("the library does not say of %s: %s", key, why)
		}
	}
}

// members returns the members of an object without its braces.
func members(t *testing.T, text string) map[string]string {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+text+"}"), &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, value := range raw {
		out[name] = string(value)
	}
	return out
}

// A bucket that exists and is encrypted with a key which the spec does not name for it stops the
// script before anything is changed; the message names the key and the fields to fill in.
func TestKeyOfExistingBucket(t *testing.T) {
	const corp = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-4333-8444-555555555555"
	const other = "arn:aws:kms:eu-central-1:111122223333:key/99999999-2222-4333-8444-555555555555"
	for name, c := range map[string]struct {
		algorithm, key string // of the bucket
		stops          string // "" where it goes on
	}{
		"S3's own keys":          {"AES256", "", ""},
		"KMS without a key":      {"aws:kms", "", ""},
		"the alias of S3's key":  {"aws:kms", "alias/aws/s3", ""},
		"its ARN":                {"aws:kms", "arn:aws:kms:eu-central-1:111122223333:alias/aws/s3", ""},
		"a key that AWS manages": {"aws:kms", "arn:aws:kms:eu-central-1:111122223333:key/managed", ""},
		"the key of the spec":    {"aws:kms", corp, ""},
		"its ID":                 {"aws:kms:dsse", "11111111-2222-4333-8444-555555555555", ""},
		"its alias":              {"aws:kms", "alias/corp", ""},
		"another key":            {"aws:kms", other, other},
		"another by its ID":      {"aws:kms:dsse", "99999999-2222-4333-8444-555555555555", other},
		"another by its alias":   {"aws:kms", "arn:aws:kms:eu-central-1:111122223333:alias/other", other},
		"of another account":     {"aws:kms", "arn:aws:kms:eu-central-1:999988887777:key/x", "999988887777:key/x"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, examples(t)["existing existing-known"])
			a := w.m.Account
			a.Keys = append(a.Keys, &account.Key{ARN: other, State: "Enabled", Policy: "{}"},
				&account.Key{ARN: "arn:aws:kms:eu-central-1:111122223333:key/managed", State: "Enabled", Manager: "AWS"})
			a.Aliases["alias/corp"], a.Aliases["alias/other"] = corp, other
			b := a.Buckets["acme-data-lake"]
			b.Algorithm, b.Key = c.algorithm, c.key
			err := w.apply()
			if c.stops == "" {
				w.must(err)
				return
			}
			w.refuses(err, "acme-data-lake is encrypted with the key ")
			for _, says := range []string{c.stops, "under keys of the spec", "as key of the bucket"} {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("no %q in %v", says, err)
				}
			}
		})
	}
	// One without a key in the spec.
	m := examples(t)["existing existing-known"]
	m.Buckets[0].Key = ""
	w := newWorld(t, m)
	b := w.m.Account.Buckets["acme-data-lake"]
	b.Algorithm, b.Key = "aws:kms", corp
	w.refuses(w.apply(), "which the spec does not name for it")
}

// A user or role that was deleted is named before AWS refuses the policy, and nothing is waited
// for.
func TestDeletedPrincipals(t *testing.T) {
	for name, policy := range map[string]string{
		"a role": `{"Version":"2012-10-17","Statement":[{"Sid":"Gone","Effect":"Allow","Principal":{"AWS":["210987654321","AROAEXAMPLEEXAMPLEEX"]},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-data-lake/*"}]}`,
		"a user": `{"Version":"2012-10-17","Statement":{"Sid":"Gone","Effect":"Deny","NotPrincipal":{"AWS":"AIDAEXAMPLEEXAMPLEEX"},"Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::acme-data-lake"}}`,
	} {
		w := newWorld(t, examples(t)["existing existing-known"])
		w.m.Account.Buckets["acme-data-lake"].Policy = policy
		err := w.apply()
		w.refuses(err, "EXAMPLEEXAMPLEEX in the statement Gone")
		if err != nil && !strings.Contains(err.Error(), "deleted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whether the trust policy of a role that exists lets Personalize in is said; where it does not,
// the command that is printed puts it right.
func TestTrustOfExistingRole(t *testing.T) {
	allow := func(elements string) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"},` +
			`{"Effect":"Allow",` + elements + `}]}`
	}
	const service = `"Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"`
	for name, c := range map[string]struct{ trust, says string }{
		"the guide's":        {allow(service), "lets Personalize in"},
		"one of several":     {allow(`"Principal":{"Service":["personalize.amazonaws.com","ec2.amazonaws.com"]},"Action":["sts:AssumeRole","sts:TagSession"]`), "lets Personalize in"},
		"any action":         {allow(`"Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:*"`), "lets Personalize in"},
		"this account":       {allow(service + `,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:personalize:*:111122223333:*"}}`), "lets Personalize in"},
		"two regions":        {allow(service + `,"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:personalize:us-east-1:111122223333:*","arn:aws:personalize:eu-central-1:111122223333:*"]}}`), "lets Personalize in"},
		"nobody":             {`{"Version":"2012-10-17","Statement":{"Sid":"Theirs","Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}}`, "does not let Personalize in"},
		"another action":     {allow(`"Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:TagSession"`), "does not let Personalize in"},
		"another account":    {allow(service + `,"Condition":{"StringEquals":{"aws:SourceAccount":"999988887777"}}`), "does not let Personalize in"},
		"another region":     {allow(service + `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:personalize:us-east-1:111122223333:*"}}`), "does not let Personalize in"},
		"a key of no call":   {allow(service + `,"Condition":{"StringEquals":{"sts:ExternalId":"it's"}}`), "does not let Personalize in"},
		"denied":             {allow(service + `},{"Sid":"No","Effect":"Deny","Principal":"*","Action":"sts:*"`), "denies it to Personalize"},
		"denied in a region": {allow(service + `},{"Sid":"No","Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}`), "denies it to Personalize"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, examples(t)["existing existing-known"])
			role := w.m.Account.Roles["PersonalizeByHand"]
			role.Trust = c.trust
			w.must(w.apply())
			said := w.m.Out.String() + w.m.Err.String()
			if !strings.Contains(said, c.says) {
				t.Fatalf("no %q in\n%s", c.says, said)
			}
			if right := strings.Contains(c.says, "lets"); strings.Contains(said, "is up to date") != right {
				t.Errorf("it says\n%s", said)
			}
			if role.Trust != c.trust {
				t.Error("the trust policy was changed")
			}
			_, command, printed := strings.Cut(said, "\naws iam update-assume-role-policy ")
			if printed != (c.says == "does not let Personalize in") {
				t.Fatalf("a command is printed: %t\n%s", printed, said)
			}
			if !printed {
				return
			}
			command, _, _ = strings.Cut(command, "\n")
			w.m.Files["/fix.sh"] = []byte("aws iam update-assume-role-policy " + command + "\n")
			w.must(w.m.Run("/fix.sh"))
			w.must(w.apply())
			if said := w.m.Out.String(); !strings.Contains(said, "lets Personalize in") || !strings.Contains(said, "is up to date") {
				t.Errorf("after the command it says\n%s", said)
			}
			if !strings.Contains(role.Trust, "glue.amazonaws.com") {
				t.Errorf("a statement of others is gone: %s", role.Trust)
			}
		})
	}
}

// A key that exists is found by its alias, whatever its ARN is, and gets this setup's statements;
// without the alias nothing is changed.
func TestFoundKey(t *testing.T) {
	w := newWorld(t, examples(t)["existing existing-alias"])
	a := w.m.Account
	arn := a.Aliases["alias/corp"]
	w.must(w.apply())
	if !strings.Contains(a.Keys[0].Policy, "PersonalizeRoleUsesKey") || !strings.Contains(a.Roles["PersonalizeShared"].Inline["Personalize-existing-alias"], arn) {
		t.Errorf("the key has the policy %s and the role %v", a.Keys[0].Policy, a.Roles["PersonalizeShared"].Inline)
	}
	w.must(w.apply())
	if len(a.Changes) > 0 {
		t.Errorf("the second run changes %v", a.Changes)
	}
	w.must(w.run(destroyPath(w.setup), "--yes"))
	if strings.Contains(a.Keys[0].Policy, "PersonalizeRoleUsesKey") || a.Aliases["alias/corp"] != arn {
		t.Errorf("after destroy.sh the key has the policy %s", a.Keys[0].Policy)
	}
	w = newWorld(t, examples(t)["existing existing-alias"])
	clear(w.m.Account.Aliases)
	w.refuses(w.apply(), "no key with the alias alias/corp")
}
