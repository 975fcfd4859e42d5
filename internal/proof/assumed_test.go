package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// builtSetup builds the one setup of a spec whose files are given by name.
func builtSetup(t testing.TB, text string, files map[string]string) *model.Setup {
	t.Helper()
	sp, ds := spec.Parse("pzgen.yaml", []byte(text), func(name string) ([]byte, error) {
		return []byte(files[name]), nil
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

const assumedSpec = `version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    role: {name: ShopPersonalize, path: /ml/}
    keys: {main: {alias: alias/main}}
    buckets: {data: {name: acme-data, key: main}, out: {name: acme-out}}
    workflows:
      - {type: import, from: data/in/}
      - {type: export, to: out/out/}
    datasetGroup: {name: shop, key: main}
    operators: {ops: {access: operate, roles: [Ops], users: [ann]}}
`

// A statement of the spec that names real accounts, buckets and roles is decided by these names.
func TestStatementsOfTheSpecAreDecidedAsDeployed(t *testing.T) {
	for name, c := range map[string]struct{ statements, finds string }{
		"bucket refuses the role by name": {`
      buckets: {data: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/ml/ShopPersonalize"}, action: s3:GetObject, resource: "<data.arn>/*"}]}`, "bucket-data/NeverPZgenShop"},
		"bucket refuses the role": {`
      buckets: {data: [{sid: Never, effect: Deny, principal: {AWS: "<role.arn>"}, action: s3:GetObject, resource: "<data.arn>/*"}]}`, "bucket-data/NeverPZgenShop"},
		"bucket refuses the account": {`
      buckets: {data: [{sid: Never, effect: Deny, principal: "*", action: s3:GetObject, resource: "<data.arn>/*", condition: {StringEquals: {"aws:PrincipalAccount": "111122223333"}}}]}`, "bucket-data/NeverPZgenShop"},
		"key refuses the role by name": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/ml/ShopPersonalize"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/NeverPZgenShop"},
		"key refuses requests not via a service": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {Bool: {"aws:ViaAWSService": "false"}}}]}`, "key-main/NeverPZgenShop"},
		"key refuses the region": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {StringEquals: {"aws:RequestedRegion": eu-west-1}}}]}`, "key-main/NeverPZgenShop"},
		"key refuses one of the operator's roles": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/Ops"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/NeverPZgenShop"},
		"key refuses one of the operator's users": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:user/people/ann"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/NeverPZgenShop"},
		"key refuses users": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {StringEquals: {"aws:PrincipalType": User}}}]}`, "key-main/NeverPZgenShop"},
		"role is refused a bucket by name": {`
      role: [{sid: Never, effect: Deny, action: "s3:*", resource: "arn:aws:s3:::acme-data/*"}]`, "role-policy/Never"},
		"role is refused grants": {`
      role: [{sid: Never, effect: Deny, action: kms:CreateGrant, resource: "*"}]`, "role-policy/Never"},
		"trust refuses the account": {`
      trust: [{sid: Never, effect: Deny, principal: "*", action: sts:AssumeRole, condition: {StringEquals: {"aws:SourceAccount": "111122223333"}}}]`, "role-trust/Never"},
		"operator is refused by region": {`
      operators: {ops: [{sid: Never, effect: Deny, action: "personalize:Create*", resource: "arn:aws:personalize:eu-west-1:111122223333:*"}]}`, "operator-ops/Never"},
		"operator is refused the key": {`
      operators: {ops: [{sid: Never, effect: Deny, action: "kms:*", resource: "arn:aws:kms:eu-west-1:111122223333:key/*"}]}`, "operator-ops/Never"},
	} {
		m := builtSetup(t, assumedSpec+"    statements:"+c.statements+"\n", nil)
		r := Prove(m, nil, Input{})
		found := false
		for _, f := range r.Findings {
			found = found || f.Check == Sufficient && f.Document+"/"+f.Sid == c.finds
		}
		if !found {
			t.Errorf("%s: no finding of %s among %+v", name, c.finds, r.Findings)
		}
	}
	if r := Prove(builtSetup(t, assumedSpec, nil), nil, Input{}); !r.OK() {
		t.Errorf("%+v", r.Findings)
	}
}

// What a statement of the spec allows is found under the guide's profile too, where statements are
// not taken apart, though it names a bucket that has another name in the made-up account.
func TestLiteralGrantIsFound(t *testing.T) {
	text := strings.Replace(assumedSpec, "    region:", "    profile: documented\n    region:", 1) + `    statements:
      role: [{sid: More, effect: Allow, action: s3:DeleteObject, resource: "arn:aws:s3:::acme-data/*"}]
`
	finds(t, Prove(builtSetup(t, text, nil), nil, Input{}), Extra, "role-policy", "More", "s3:DeleteObject")
}

// A key of another account is used only if the role's own policy allows it as well.
func TestKeyOfAnotherAccount(t *testing.T) {
	text := `version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    keys: {main: {arn: "arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-4333-8444-555555555555"}}
    buckets: {data: {name: acme-data, key: main}}
    workflows: [{type: import, from: data/in/}]
`
	finds(t, Prove(builtSetup(t, text, nil), nil, Input{}), Sufficient, "role", "kms:Decrypt")
}

const admitsAdmins = `{"Sid":"A","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/KeyAdmins"},"Action":"kms:*","Resource":"*"}`

// existingKey is the spec with a key that exists.
func existingKey(known bool) string {
	file := ""
	if known {
		file = ", policy: key.json"
	}
	return strings.Replace(assumedSpec, "{alias: alias/main}", `{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555"`+file+`}`, 1)
}

// closedKeys are setups whose key leaves nothing to the policies of the account and names nobody.
func closedKeys() map[string]struct{ spec, key string } {
	created := strings.Replace(assumedSpec, "{alias: alias/main}", `{alias: alias/main, admins: ["arn:aws:iam::111122223333:role/KeyAdmins"]}`, 1)
	return map[string]struct{ spec, key string }{
		"an existing key that admits its administrators alone": {existingKey(true), admitsAdmins},
		"a created key with administrators":                    {created, ""},
		"a key that lets the account do something else": {existingKey(true), admitsAdmins + `,{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},` +
			`"Action":["kms:Describe*","kms:List*"],"Resource":"*"}`},
		"a key that lets another role in": {existingKey(true), admitsAdmins + `,{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/Opsi","arn:aws:iam::111122223333:user/ann"]},` +
			`"Action":"kms:*","Resource":"*"}`},
		"a key that lets the account in through S3 alone": {existingKey(true), admitsAdmins + `,{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},` +
			`"Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}`},
	}
}

const namesCreators = "PersonalizeCreatorsUseKey"

// A key's policy that leaves nothing to the policies of the account names the operators who use the
// key, and no others. Without that statement AWS KMS takes no notice of an operator's own policy,
// and the finding names the key, the operator and what to do.
func TestOperatorIsNamedInTheKey(t *testing.T) {
	for name, c := range closedKeys() {
		files := map[string]string{"key.json": `{"Version":"2012-10-17","Statement":[` + c.key + `]}`}
		m := builtSetup(t, c.spec, files)
		if r := Prove(m, nil, Input{}); !r.OK() || len(r.Unproved) != 0 {
			t.Errorf("%s: %+v, %+v", name, r.Findings, r.Unproved)
		}
		if got := decideOnKey(t, m); got.Outcome != policy.Allowed {
			t.Errorf("%s: %+v", name, got)
		}
		k := &m.Keys[0]
		cut := func(d policy.Document) policy.Document {
			d.Statements = slices.DeleteFunc(slices.Clone(d.Statements), func(s policy.Statement) bool {
				return strings.HasPrefix(s.Sid, namesCreators)
			})
			return d
		}
		k.Own, k.Policy.Document = cut(k.Own), cut(k.Policy.Document)
		f := finds(t, Prove(m, nil, Input{}), Sufficient, "key-main", "operator ops", "no statement allows it", "kms:Decrypt")
		if f.Place != m.Places["operators.ops"] {
			t.Errorf("%s: at %v", name, f.Place)
		}
		if got := decideOnKey(t, m); got.Outcome != policy.ImplicitlyDenied {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// Nobody is named whom the key's policy lets in already.
	for name, admins := range map[string]string{
		"the account": `"arn:aws:iam::111122223333:role/KeyAdmins", "arn:aws:iam::111122223333:root"`,
		"themselves":  `"arn:aws:iam::111122223333:role/a/Ops", "arn:aws:iam::111122223333:user/ann"`,
	} {
		text := strings.Replace(assumedSpec, "{alias: alias/main}", "{alias: alias/main, admins: ["+admins+"]}", 1)
		for _, s := range builtSetup(t, text, nil).Keys[0].Own.Statements {
			if strings.HasPrefix(s.Sid, namesCreators) {
				t.Errorf("administrators are %s, and %s names %v", name, s.Sid, s.Principal)
			}
		}
	}
}

// A statement that names an operator who is let in anyway, or for more than he needs, is found.
func TestOperatorIsNamedForNothing(t *testing.T) {
	closed := closedKeys()["a created key with administrators"].spec
	for name, c := range map[string]struct {
		spec  string
		spoil func(*policy.Statement)
		says  string
	}{
		"another role": {closed, func(s *policy.Statement) {
			p := &policy.Principal{Types: slices.Clone(s.Principal.Types)}
			p.Types[0].Values = with(p.Types[0].Values, "arn:aws:iam::111122223333:role/Other")
			s.Principal = p
		}, "role/Other"},
		"more": {closed, func(s *policy.Statement) { s.Action = with(s.Action, "kms:Encrypt") }, "kms:Encrypt"},
		"wide": {closed, func(s *policy.Statement) { s.Action = with(s.Action, "kms:Generate*") }, "kms:Generate"},
	} {
		m := builtSetup(t, c.spec, nil)
		for _, d := range []*policy.Document{&m.Keys[0].Own, &m.Keys[0].Policy.Document} {
			d.Statements = slices.Clone(d.Statements)
			for i := range d.Statements {
				if strings.HasPrefix(d.Statements[i].Sid, namesCreators) {
					c.spoil(&d.Statements[i])
				}
			}
		}
		t.Log(name)
		finds(t, Prove(m, nil, Input{}), Minimal, "key-main", c.says)
	}
}

// A group cannot be named in a key's policy, and whoever gets the policy of an operator that is
// attached to nobody is not known.
func TestOperatorWhoCannotBeNamed(t *testing.T) {
	closed := closedKeys()["a created key with administrators"].spec
	groups := strings.Replace(closed, "roles: [Ops], users: [ann]", "groups: [Ops]", 1)
	m := builtSetup(t, groups, nil)
	f := finds(t, Prove(m, nil, Input{}), Sufficient, "key-main", "a member of group Ops", "no statement of key-main allows it")
	if !strings.Contains(f.Hint, "cannot name a group") || f.Place != m.Places["keys.main"] {
		t.Errorf("at %v, hint %s", f.Place, f.Hint)
	}
	nobody := strings.Replace(closed, ", roles: [Ops], users: [ann]", "", 1)
	r := Prove(builtSetup(t, nobody, nil), nil, Input{})
	if !r.OK() || len(r.Unproved) != 1 || !strings.Contains(r.Unproved[0].Message, "nobody is attached") {
		t.Errorf("%+v %+v", r.Findings, r.Unproved)
	}
}

// decideOnKey decides by the documents of the operator and the key alone.
func decideOnKey(t *testing.T, m *model.Setup) policy.Decision {
	t.Helper()
	var key, operator policy.Document
	for _, d := range m.Docs() {
		switch d.Name {
		case "key-main":
			key = d.Document.Fill(calls.DeployedEnv(m))
		case "operator-ops":
			operator = d.Document.Fill(calls.DeployedEnv(m))
		}
	}
	got, err := policy.Evaluate(policy.Request{Principal: "arn:aws:iam::111122223333:role/Ops", Action: "kms:Decrypt", Resource: calls.DeployedEnv(m)[model.RefKeyARN("main")]},
		policy.Policies{Identity: []policy.Document{operator}, Resource: &key})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The operator gets through when the key's policy leaves the key to the account, or names him; a user or role that is named by its path is the one of that
// name.
func TestOperatorIsLetToTheKey(t *testing.T) {
	const root = `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}`
	use := func(principals string) string {
		return `{"Effect":"Allow","Principal":{"AWS":[` + principals + `]},"Action":["kms:DescribeKey","kms:Decrypt","kms:Generate*"],"Resource":"*"}`
	}
	custom := func(spec string) string {
		return spec + `    statements:
      keys:
        main:
          - {sid: OpsUseKey, effect: Allow, principal: {AWS: ["arn:aws:iam::111122223333:role/Ops", "arn:<aws.partition>:iam::<aws.account>:user/ann"]},
             action: ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"], resource: "*"}
`
	}
	closed := strings.Replace(assumedSpec, "{alias: alias/main}", `{alias: alias/main, admins: ["arn:aws:iam::111122223333:role/KeyAdmins"]}`, 1)
	for name, c := range map[string]struct{ spec, key string }{
		"left to the account":             {existingKey(true), admitsAdmins + "," + root},
		"named":                           {existingKey(true), admitsAdmins + "," + use(`"arn:aws:iam::111122223333:role/Ops","arn:aws:iam::111122223333:user/ann"`)},
		"named by path":                   {existingKey(true), admitsAdmins + "," + use(`"arn:aws:iam::111122223333:role/people/Ops","arn:aws:iam::111122223333:user/x/y/ann"`)},
		"named in the spec":               {custom(existingKey(true)), admitsAdmins},
		"named in the spec, created":      {custom(closed), ""},
		"account among administrators":    {strings.Replace(closed, `role/KeyAdmins"`, `role/KeyAdmins", "arn:aws:iam::111122223333:root"`, 1), ""},
		"operators among administrators":  {strings.Replace(closed, `role/KeyAdmins"`, `role/Ops", "arn:aws:iam::111122223333:user/ann"`, 1), ""},
		"administrators of the same name": {strings.Replace(closed, `role/KeyAdmins"`, `role/deep/er/Ops", "arn:aws:iam::111122223333:user/u/ann"`, 1), ""},
	} {
		files := map[string]string{"key.json": `{"Version":"2012-10-17","Statement":[` + c.key + `]}`}
		if r := Prove(builtSetup(t, c.spec, files), nil, Input{}); !r.OK() || len(r.Unproved) != 0 {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
	// More than the operator needs is not needed, whoever is named.
	for _, more := range []string{`"kms:Encrypt", "kms:Decrypt"`, `"kms:*"`} {
		text := strings.Replace(custom(closed), `"kms:Decrypt"`, more, 1)
		finds(t, Prove(builtSetup(t, text, nil), nil, Input{}), Extra, "key-main", "OpsUseKey", "kms:Encrypt")
	}
	text := strings.Replace(custom(closed), `role/Ops",`, `role/Ops", "arn:aws:iam::111122223333:role/Other",`, 1)
	finds(t, Prove(builtSetup(t, text, nil), nil, Input{}), Extra, "key-main", "OpsUseKey", "role/Other")
}

// Where the policy of the key is not known, the proof says that it is silent, and for whom.
func TestKeyPolicyThatIsNotKnown(t *testing.T) {
	m := builtSetup(t, existingKey(false), nil)
	r := Prove(m, nil, Input{})
	if !r.OK() || len(r.Unproved) != 1 {
		t.Fatalf("%+v %+v", r.Findings, r.Unproved)
	}
	if u := r.Unproved[0]; u.Place != m.Places["operators.ops"] || u.Hint == "" || !strings.Contains(u.Message, `operator "ops"`) || !strings.Contains(u.Message, `key "main"`) {
		t.Errorf("%+v", u)
	}
	// Merging into the policy, it is known.
	base, err := policy.DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":[` + admitsAdmins + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	merged, _, err := policy.Merge(base, m.Owner(m.Keys[0].Own, false))
	if err != nil {
		t.Fatal(err)
	}
	found, err := calls.Obstacles(m, calls.OfKey("main"), merged)
	if err != nil || len(found) != 1 || !strings.Contains(found[0].String(), "operator ops, ") || found[0].Statement != -1 {
		t.Errorf("%v, %v", found, err)
	}
}

// The role has to be let in by the key's own policy, whatever its own policies are; so has Personalize.
func TestRoleIsKeptFromTheKey(t *testing.T) {
	m := builtSetup(t, assumedSpec, nil)
	for i, s := range m.Keys[0].Policy.Document.Statements {
		if strings.HasPrefix(s.Sid, "PersonalizeRoleUsesKey") {
			d := &m.Keys[0].Policy.Document
			d.Statements = append(d.Statements[:i:i], d.Statements[i+1:]...)
			break
		}
	}
	m.Keys[0].Own = m.Keys[0].Policy.Document
	r := Prove(m, nil, Input{})
	finds(t, r, Sufficient, "key-main", "role cannot kms:CreateGrant")
	for _, f := range r.Findings {
		if strings.Contains(f.Message, "operator") {
			t.Errorf("%+v", f)
		}
	}
}
