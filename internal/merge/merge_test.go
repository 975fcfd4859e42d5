package merge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

const (
	account = "111122223333"
	keyARN  = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555"
)

const specText = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  shop:
    keys:
      corp: {arn: "` + keyARN + `"}
      made: {alias: alias/made}
    buckets:
      lake: {name: acme-lake, existing: true, key: corp}
      own: {name: acme-own, key: made}
      idle: {name: acme-idle, existing: true}
    workflows:
      - {type: import, from: lake/in/}
      - {type: export, to: lake/out/}
      - {type: import, from: own/in/}
  shop2:
    buckets:
      lake: {name: acme-lake, existing: true, key: corp}
    keys:
      corp: {arn: "` + keyARN + `"}
    workflows: [{type: export, to: lake/second/}]
  refers:
    keys: {made: {alias: alias/second}}
    buckets: {lake: {name: acme-refers, existing: true}}
    workflows: [{type: import, from: lake/in/}]
    statements:
      buckets:
        lake:
          - {sid: RefersToKey, effect: Deny, principal: "*", action: ["s3:PutObject"], resource: ["<lake.arn>/in/*"], accepted: because,
             condition: {StringNotEquals: {"s3:x-amz-server-side-encryption-aws-kms-key-id": "<made.arn>"}}}
`

func setup(t testing.TB, text, name string) *model.Setup {
	t.Helper()
	sp, ds := spec.Parse("pzgen.yaml", []byte(text), os.ReadFile)
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sp.Setups {
		if s.Name == name {
			m, err := model.Build("pzgen.yaml", s, lib)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
	t.Fatalf("no setup %q", name)
	return nil
}

func find(t testing.TB, name string, kind Kind, id string) *Thing {
	t.Helper()
	thing, err := Find(setup(t, specText, name), kind, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return thing
}

func doc(t testing.TB, statements ...string) policy.Document {
	t.Helper()
	d, err := policy.DecodeJSON(fmt.Appendf(nil, `{"Version":"2012-10-17","Id":"theirs","Statement":[%s]}`, strings.Join(statements, ",")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	audit  = `{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/*"}`
	nobody = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	root   = `{"Sid":"Root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
	use    = `{"Sid":"Use","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/App"},"Action":"kms:Decrypt","Resource":"*"}`
)

func into(t testing.TB, thing *Thing, d policy.Document) *Result {
	t.Helper()
	r, err := thing.Into(d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func outOf(t testing.TB, thing *Thing, d policy.Document) *Result {
	t.Helper()
	r, err := thing.OutOf(d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, data []byte) policy.Document {
	t.Helper()
	d, err := Read(data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return d
}

// letIn lets Personalize in for another account alone.
const letIn = `{"Sid":"Letting","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}}`

// A trust policy gets pzgen's statement where Personalize is not let in, and stays as it is where
// it is.
func TestTrust(t *testing.T) {
	const glue = `{"Sid":"Glue","Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}`
	thing := find(t, "shop", Trust, "")
	for name, c := range map[string]struct {
		base  policy.Document
		added int
		fails int // statements that keep it out in the end
	}{
		"nobody":          {doc(t, glue), 1, 0},
		"another account": {doc(t, glue, letIn), 1, 0},
		"the guide's":     {doc(t, glue, strings.Replace(letIn, `,"Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}`, "", 1)), 0, 0},
		"this account":    {doc(t, strings.ReplaceAll(letIn, "444455556666", account)), 0, 0},
		"denied":          {doc(t, glue, `{"Sid":"No","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`), 1, 1},
	} {
		r := into(t, thing, c.base)
		found, err := thing.Warnings(r)
		if err != nil || len(found) != c.fails || len(r.Added) != c.added || r.Kept != len(c.base.Statements) {
			t.Errorf("%s: added %v, %d kept, %v, %v", name, r.Added, r.Kept, found, err)
		}
		again, err := ReadTrust(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if into(t, thing, again).Changed() {
			t.Errorf("%s: merged twice, it changes", name)
		}
		if left := outOf(t, thing, again); left.Document.Normal() != c.base.Normal() {
			t.Errorf("%s: taken out again:\n%s", name, left.Data)
		}
	}
	if _, err := thing.OutOf(into(t, thing, doc(t, glue)).Document); err != nil {
		t.Error(err)
	}
	var refused *Refusal
	own := policy.Document{Version: policy.Version2012, Statements: into(t, thing, doc(t, glue)).Document.Statements[1:]}
	if _, err := thing.OutOf(own); !errors.As(err, &refused) {
		t.Errorf("a role is left without a trust policy: %v", err)
	}
	// Of a role that exists, a statement under pzgen's Sid may be another setup's.
	existing, err := Find(setup(t, `version: 1
setups: {other: {account: "111122223333", region: eu-west-1, role: {name: R, existing: true}, workflows: [{type: metric-attribution}]}}`, "other"), Trust, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := existing.Into(doc(t, glue, strings.ReplaceAll(letIn, "Letting", "PersonalizeAssumeRole"))); !errors.As(err, &refused) || !strings.Contains(err.Error(), "444455556666") {
		t.Errorf("another setup's statement: %v", err)
	}
	printed, err := ReadTrust(fmt.Appendf(nil, `{"Role":{"RoleName":"x","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[%s]}}}`, glue))
	if err != nil || len(printed.Statements) != 1 {
		t.Errorf("%v, %v", printed, err)
	}
}

func TestInto(t *testing.T) {
	for name, c := range map[string]struct {
		kind Kind
		id   string
		base policy.Document
		kept int
	}{
		"bucket":                {Bucket, "lake", doc(t, audit, nobody), 2},
		"allows by exception":   {Bucket, "lake", doc(t, audit, `{"Sid":"Old","Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/*"}`), 2},
		"an empty sid":          {Bucket, "lake", doc(t, strings.ReplaceAll(audit, `"Audit"`, `""`)), 1},
		"bucket without policy": {Bucket, "lake", policy.Document{}, 0},
		"key":                   {Key, "corp", doc(t, root, use), 2},
		"created key":           {Key, "made", doc(t, root), 1},
		"created bucket":        {Bucket, "own", doc(t, strings.ReplaceAll(audit, "lake", "own")), 1},
	} {
		t.Run(name, func(t *testing.T) {
			thing := find(t, "shop", c.kind, c.id)
			r := into(t, thing, c.base)
			if r.Kept != c.kept || len(r.Added) < 2 || len(r.Replaced)+len(r.Removed) > 0 || !r.Changed() {
				t.Errorf("added %v, replaced %v, removed %v, %d kept", r.Added, r.Replaced, r.Removed, r.Kept)
			}
			for i, s := range c.base.Statements {
				if got := r.Document.Statements[i]; got.Sid != s.Sid || string(got.JSON()) != string(s.JSON()) {
					t.Errorf("statement %d of others is %s", i, got.JSON())
				}
			}
			if c.base.ID != r.Document.ID {
				t.Errorf("Id %q", r.Document.ID)
			}
			for _, d := range []policy.Document{r.Document, outOf(t, thing, read(t, r.Data)).Document} {
				if got, want := strings.Count(string(d.JSON()), `"Sid": ""`), strings.Count(string(c.base.JSON()), `"Sid": ""`); got != want {
					t.Errorf("%d empty Sids, and before %d", got, want)
				}
			}
			again := into(t, thing, read(t, r.Data))
			if again.Changed() || string(again.Data) != string(r.Data) {
				t.Errorf("merged twice:\n%s", again.Data)
			}
			left := outOf(t, thing, read(t, r.Data))
			if len(left.Removed) != len(r.Added) || left.Document.Normal() != c.base.Normal() && len(c.base.Statements) > 0 {
				t.Errorf("taken out again:\n%s", left.Data)
			}
			if len(c.base.Statements) == 0 && string(left.Data) != "{}\n" {
				t.Errorf("nothing is left, and this is printed: %s", left.Data)
			}
			if back := read(t, left.Data); string(into(t, thing, back).Data) != string(r.Data) {
				t.Error("merged, taken out and merged again")
			}
		})
	}
}

// A statement of pzgen's that changed is replaced where it stands, one that is not wanted any more goes, and that of another setup is somebody else's.
func TestIntoChanges(t *testing.T) {
	thing, other := find(t, "shop", Bucket, "lake"), find(t, "shop2", Bucket, "lake")
	r := into(t, thing, doc(t, audit))
	both := into(t, other, r.Document)
	if both.Kept != 1+len(r.Added) || len(outOf(t, other, both.Document).Removed) != len(both.Added) {
		t.Fatalf("%+v", both)
	}
	if got := outOf(t, other, both.Document); string(got.Data) != string(r.Data) {
		t.Errorf("of two setups one went:\n%s", got.Data)
	}
	old := `{"Sid":"PersonalizeReadInputShop","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/old/*"}`
	stale := `{"Sid":"PersonalizeCheckOutputShop","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/old/*"}`
	r = into(t, thing, doc(t, old, audit, stale, nobody))
	if !slices.Equal(r.Replaced, []string{"PersonalizeReadInputShop"}) || !slices.Equal(r.Removed, []string{"PersonalizeCheckOutputShop"}) || r.Kept != 2 {
		t.Errorf("added %v, replaced %v, removed %v, %d kept", r.Added, r.Replaced, r.Removed, r.Kept)
	}
	if strings.Contains(string(r.Data), "/old/") || r.Document.Statements[0].Sid != "PersonalizeReadInputShop" || r.Document.Statements[1].Sid != "Audit" {
		t.Errorf("%s", r.Data)
	}
	if r := into(t, find(t, "shop", Bucket, "idle"), doc(t, strings.ReplaceAll(audit, "lake", "idle"))); r.Changed() || r.Kept != 1 {
		t.Errorf("a bucket that no workflow uses: %+v", r)
	}
}

// Two setups of profile documented meet on one bucket: each has its mark behind the Sid that the
// guide prints.
func TestIntoDocumented(t *testing.T) {
	const text = `version: 1
defaults: {account: "111122223333", region: eu-west-1, profile: documented}
setups:
  one: {buckets: {lake: {name: acme-lake, existing: true}}, workflows: [{type: import, from: lake/a/}]}
  two: {buckets: {lake: {name: acme-lake, existing: true}}, workflows: [{type: export, to: lake/b/}]}
`
	of := func(name string) *Thing {
		thing, err := Find(setup(t, text, name), Bucket, "lake", nil)
		if err != nil {
			t.Fatal(err)
		}
		return thing
	}
	r := into(t, of("one"), doc(t, audit))
	if again := into(t, of("one"), r.Document); again.Changed() {
		t.Errorf("%s", again.Data)
	}
	if left := outOf(t, of("one"), r.Document); left.Document.Normal() != doc(t, audit).Normal() {
		t.Errorf("%s", left.Data)
	}
	both := into(t, of("two"), r.Document)
	if left := outOf(t, of("one"), both.Document); left.Kept != 2 ||
		left.Document.Statements[1].Sid != "PersonalizeS3BucketAccessPolicyPZgenTwo" {
		t.Errorf("%s", left.Data)
	}
	// What an earlier version wrote has the guide's own Sid, as what others wrote may have: it is
	// replaced where nothing is lost, and else refused.
	guide := func(action string) string {
		return `{"Sid":"PersonalizeS3BucketAccessPolicy","Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":[` +
			action + `],"Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"]}`
	}
	r = into(t, of("one"), doc(t, audit, guide(`"s3:GetObject","s3:ListBucket"`)))
	if len(r.Document.Statements) != 2 || r.Document.Statements[1].Sid != "PersonalizeS3BucketAccessPolicyPZgenOne" {
		t.Errorf("%s", r.Data)
	}
	var refused *Refusal
	if lost, err := of("one").Into(doc(t, guide(`"s3:GetObject","s3:PutObject"`))); !errors.As(err, &refused) ||
		!strings.Contains(err.Error(), "s3:PutObject") {
		t.Errorf("%v %v", lost, err)
	}
}

// Whatever would lose something is refused, and says why.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("a", 1000)
	var big []string
	for i := range 20 {
		big = append(big, fmt.Sprintf(`{"Sid":"Big%d","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/%s"}`, i, long))
	}
	taken := `{"Sid":"PersonalizeReadInputShop","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/*"}`
	takenKey := `{"Sid":"PersonalizeServiceUsesKeyShop","Effect":"Deny","Principal":{"Service":"personalize.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*"}`
	guide := `{"Sid":"Allow use of the key","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/R","Service":"personalize.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*"}`
	for name, c := range map[string]struct {
		kind     Kind
		id       string
		base     policy.Document
		says     []string
		findings bool
		out      bool // OutOf is refused as well
	}{
		"a sid of pzgen's":         {Bucket, "lake", doc(t, audit, taken), []string{`"PersonalizeReadInputShop"`, "444455556666", "pzgen's own is", "acme-lake/in/*"}, true, true},
		"the same on a key":        {Key, "corp", doc(t, root, takenKey), []string{`"PersonalizeServiceUsesKeyShop"`, `"Deny"`, "pzgen's own is"}, true, true},
		"too large":                {Bucket, "lake", doc(t, big...), []string{"bytes", "20480"}, true, true},
		"nobody is left":           {Key, "corp", doc(t, use), []string{"PutKeyPolicy"}, true, true},
		"the guide's example":      {Key, "corp", doc(t, guide), []string{"PutKeyPolicy"}, true, true},
		"a key of another account": {Key, "corp", doc(t, strings.ReplaceAll(root, account, "444455556666")), []string{"nobody in the key's account"}, true, true},
		"no trust policy":          {Trust, "", policy.Document{}, []string{"every role has a trust policy"}, false, true},
		"another bucket's policy":  {Bucket, "lake", doc(t, strings.ReplaceAll(audit, "acme-lake", "acme-sea")), []string{"acme-sea", "acme-lake"}, true, true},
		"a longer bucket's policy": {Bucket, "lake", doc(t, strings.ReplaceAll(audit, "acme-lake", "acme-lake-2")), []string{"acme-lake-2"}, true, true},
		"another partition":        {Bucket, "lake", doc(t, strings.ReplaceAll(audit, "arn:aws:s3", "arn:aws-cn:s3")), []string{"aws-cn"}, true, true},
		"a key without policy":     {Key, "corp", policy.Document{}, []string{"no statement"}, false, true},
		"a role's policy":          {Bucket, "lake", doc(t, `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`), []string{"no Principal"}, false, true},
		"no meaning":               {Bucket, "lake", doc(t, `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},"Action":"s3:*","Resource":"*"}`), []string{"wildcards"}, false, true},
		"a deleted role":           {Bucket, "lake", doc(t, strings.ReplaceAll(audit, "arn:aws:iam::444455556666:root", "AROAEXAMPLEEXAMPLEEX")), []string{`statement 1 ("Audit") names AROAEXAMPLEEXAMPLEEX`, "deleted"}, true, true},
		"a deleted user":           {Key, "corp", doc(t, root, strings.ReplaceAll(use, "arn:aws:iam::111122223333:role/App", "AIDAEXAMPLEEXAMPLEEX")), []string{`statement 2 ("Use")`, "AIDAEXAMPLEEXAMPLEEX"}, true, true},
	} {
		thing := find(t, "shop", c.kind, c.id)
		for way, do := range map[string]func(policy.Document) (*Result, error){"into": thing.Into, "out of": thing.OutOf} {
			r, err := do(c.base)
			if way == "out of" && !c.out {
				continue
			}
			var refused *Refusal
			if err == nil || r != nil || errors.As(err, &refused) != c.findings {
				t.Errorf("%s, %s: %v", name, way, err)
				continue
			}
			for _, s := range c.says {
				if way == "into" && !strings.Contains(err.Error(), s) {
					t.Errorf("%s: %q lacks %q", name, err, s)
				}
			}
		}
	}
	// Our own statement is what lets the account administer a key that pzgen created: it does not go, and the key stays what it is.
	made := find(t, "shop", Key, "made")
	if _, err := made.OutOf(into(t, made, doc(t, root)).Document); err != nil {
		t.Error(err)
	}
	alone := into(t, made, doc(t, use)) // pzgen's administrators' statement makes it whole
	if _, err := made.OutOf(alone.Document); err == nil {
		t.Error("the administrators were taken out of a key's policy")
	}
}

// A large policy is printed without white space when AWS takes it so.
func TestCompactWhenLarge(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-lake/%d/*"}`, i, i))
	}
	thing := find(t, "shop", Bucket, "lake")
	r := into(t, thing, doc(t, many...))
	if len(r.Data) > model.MaxBucketPolicy || strings.Contains(string(r.Data), "\n ") || len(r.Document.JSON()) <= model.MaxBucketPolicy {
		t.Errorf("%d bytes: %.100s", len(r.Data), r.Data)
	}
	if again := into(t, thing, read(t, r.Data)); string(again.Data) != string(r.Data) {
		t.Error("another one the second time")
	}
}

func TestFind(t *testing.T) {
	m := setup(t, specText, "refers")
	if _, err := Find(m, Bucket, "lake", nil); err == nil || !strings.Contains(err.Error(), "<made.arn>") {
		t.Errorf("error %v", err)
	}
	thing, err := Find(m, Bucket, "lake", map[string]string{"made": keyARN})
	if err != nil {
		t.Fatal(err)
	}
	if r := into(t, thing, doc(t, strings.ReplaceAll(audit, "lake", "refers"))); !strings.Contains(string(r.Data), keyARN) || !slices.Contains(r.Added, "RefersToKeyPZgenRefers") {
		t.Errorf("%s", r.Data)
	}
	for _, c := range []struct {
		kind Kind
		id   string
		arns map[string]string
		says string
	}{
		{Bucket, "sea", nil, `no bucket "sea"; there are: lake`},
		{Key, "sea", nil, `no key "sea"; there are: made`},
		{"role", "x", nil, `kind "role"`},
		{Bucket, "lake", map[string]string{"corp": keyARN}, `no key "corp"`},
	} {
		if _, err := Find(m, c.kind, c.id, c.arns); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: %v", c.kind, c.id, err)
		}
	}
	if _, err := Find(setup(t, specText, "shop"), Bucket, "lake", map[string]string{"corp": keyARN + "9"}); err == nil {
		t.Error("a key got another arn than the spec's")
	}
}

// Warnings name the statement and the call.
func TestWarnings(t *testing.T) {
	thing := find(t, "shop", Bucket, "lake")
	vpc := `{"Sid":"VpcOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"],"Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}}`
	found, err := thing.Warnings(into(t, thing, doc(t, audit, vpc)))
	if err != nil || len(found) != 1 || found[0].Sid != "VpcOnly" || !strings.Contains(found[0].String(), "import lake/in/") {
		t.Errorf("%v %v", found, err)
	}
	if found, err := thing.Warnings(into(t, thing, doc(t, audit, nobody))); err != nil || len(found) > 0 {
		t.Errorf("%v %v", found, err)
	}
}

func TestRead(t *testing.T) {
	for _, in := range []string{"", " \n", "null", "[]", `"x"`, `{"Version":"2012-10-17"}`, `{"Policy":""}`, "\xff", string(doc(t, audit).JSON()[:80])} {
		if _, err := Read([]byte(in)); err == nil {
			t.Errorf("%q was read", in)
		}
	}
	for _, in := range []string{" { }\n", "\xef\xbb\xbf{}\r\n"} {
		if d := read(t, []byte(in)); len(d.Statements) > 0 {
			t.Errorf("%q: %v", in, d)
		}
	}
	if d := read(t, append([]byte("\xef\xbb\xbf"), doc(t, audit).JSON()...)); len(d.Statements) != 1 {
		t.Errorf("with a byte order mark: %v", d)
	}
	if _, err := Read([]byte("\xff\xfe{\x00}\x00")); !strings.Contains(policy.HintOf(err), "UTF-8") {
		t.Errorf("UTF-16: %v", err)
	}
}

// requests are asked of a policy before and after: by everybody, of everything.
func requests() []policy.Request {
	var out []policy.Request
	for _, who := range []string{"personalize.amazonaws.com", "cloudtrail.amazonaws.com", "*", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/Personalize-shop",
		"arn:aws:iam::111122223333:user/anna", "arn:aws:iam::444455556666:role/Partner"} {
		for _, what := range [][2]string{{"s3:GetObject", "/in/a"}, {"s3:GetObject", "/out/a"}, {"s3:PutObject", "/out/a"}, {"s3:PutObject", "/home/anna/a"}, {"s3:ListBucket", ""}, {"s3:DeleteBucket", ""}} {
			for _, ctx := range []map[string][]string{{"aws:SecureTransport": {"true"}, "aws:SourceIp": {"203.0.113.9"}}, {"aws:SecureTransport": {"false"}, "s3:prefix": {"in/"}}} {
				out = append(out, policy.Request{Principal: who, Action: what[0], Resource: "arn:aws:s3:::acme-lake" + what[1], ResourceAccount: account, Context: ctx})
			}
		}
	}
	return out
}

// random makes the policy of a bucket from bytes, as people write them.
func random(next func(int) int) string {
	of := func(list ...string) string { return list[next(len(list))] }
	var statements []string
	used := map[string]bool{}
	for range next(6) {
		sid := of("", "", "A", "B", "Audit", "PersonalizeReadInputShop2", "PersonalizeReadInputShop", "PersonalizeListBucketShop", "PersonalizeCheckOutputShop")
		if used[sid] {
			continue
		}
		used[sid] = sid != ""
		s := `{`
		if sid != "" {
			s += `"Sid":"` + sid + `",`
		}
		s += `"Effect":"` + of("Allow", "Allow", "Deny") + `","Principal":` + of(`"*"`, `{"AWS":"*"}`, `{"AWS":"arn:aws:iam::111122223333:root"}`, `{"AWS":["arn:aws:iam::444455556666:role/Partner","111122223333"]}`,
			`{"Service":"personalize.amazonaws.com"}`, `{"Service":["cloudtrail.amazonaws.com","personalize.amazonaws.com"]}`, `{"AWS":"arn:aws:iam::111122223333:user/anna"}`)
		s += `,"` + of("Action", "Action", "NotAction") + `":` + of(`"s3:*"`, `"s3:GetObject"`, `["s3:Get*","s3:List*"]`, `"s3:PutObject"`) +
			`,"Resource":` + of(`"arn:aws:s3:::acme-lake/*"`, `["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"]`, `"arn:aws:s3:::acme-lake/home/${aws:username}/*"`, `"*"`, `"arn:aws:s3:::acme-l*"`)
		s += of(``, ``, `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`, `,"Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, `,"Condition":{"StringLike":{"s3:prefix":["in/*","$x"]}}`) + `}`
		statements = append(statements, s)
	}
	if len(statements) == 0 {
		return "{}"
	}
	version := of(`"Version":"2012-10-17",`, `"Version":"2012-10-17",`, `"Version":"2008-10-17",`, ``)
	list := "[" + strings.Join(statements, ",") + "]"
	if len(statements) == 1 && next(2) == 0 {
		list = statements[0]
	}
	text := `{` + version + of(``, `"Id":"x",`) + `"Statement":` + list + `}`
	if next(3) == 0 {
		return `{"Policy":` + policy.JSONString(text) + `}`
	}
	return text
}

// hold checks what merging promises for a policy: once is as good as twice, and taken out again it decides every request as before.
func hold(t *testing.T, thing *Thing, all []policy.Request, text string) bool {
	t.Helper()
	base := read(t, []byte(text))
	r, err := thing.Into(base)
	if err != nil {
		var refused *Refusal
		if !errors.As(err, &refused) || r != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		return false
	}
	again := into(t, thing, read(t, r.Data))
	if again.Changed() || string(again.Data) != string(r.Data) {
		t.Fatalf("merged twice:\n%s\nonce:\n%s", again.Data, r.Data)
	}
	before, after := outOf(t, thing, base), outOf(t, thing, read(t, r.Data))
	whole := len(before.Removed) == 0 // else base held statements of pzgen's, and what others have in it is what is to stay
	left := read(t, after.Data)
	reference := base
	if !whole {
		reference = read(t, before.Data)
	}
	for _, q := range all {
		was, err1 := policy.Evaluate(q, policy.Policies{Resource: &reference})
		is, err2 := policy.Evaluate(q, policy.Policies{Resource: &left})
		if err1 != nil || err2 != nil || was.Outcome != is.Outcome {
			t.Fatalf("%+v was %s and is %s (%v, %v)\n%s\nmerged and taken out:\n%s", q, was.Outcome, is.Outcome, err1, err2, text, after.Data)
		}
	}
	return true
}

func TestRandom(t *testing.T) {
	thing, all := find(t, "shop", Bucket, "lake"), requests()
	r := rand.New(rand.NewPCG(1, 2))
	done, rounds := 0, testtool.Cases(300, 10_000)
	for range rounds {
		if hold(t, thing, all, random(r.IntN)) {
			done++
		}
	}
	if done < rounds/3 || done == rounds {
		t.Errorf("%d of %d were merged: the rest tells nothing", done, rounds)
	}
}

func FuzzMerge(f *testing.F) {
	thing, all := find(f, "shop", Bucket, "lake"), requests()
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		hold(t, thing, all, random(func(n int) int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b) % n
		}))
	})
}

// FuzzRead: nothing that is read makes anything panic, and what is merged can be read again.
func FuzzRead(f *testing.F) {
	bucket, key := find(f, "shop", Bucket, "lake"), find(f, "shop", Key, "corp")
	for _, s := range []string{"{}", string(doc(f, audit, nobody).JSON()), string(doc(f, root, use).JSON()), `{"Policy":"{}"}`, `{"Policy":` + policy.JSONString(string(doc(f, root).JSON())) + `}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read(data)
		if err != nil {
			return
		}
		for _, thing := range []*Thing{bucket, key} {
			if r, err := thing.Into(d); err == nil {
				if again := into(t, thing, read(t, r.Data)); string(again.Data) != string(r.Data) {
					t.Fatalf("merged twice:\n%s\nonce:\n%s", again.Data, r.Data)
				}
			}
		}
	})
}
