package proof

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
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
      buckets: {data: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/ml/ShopPersonalize"}, action: s3:GetObject, resource: "<data.arn>/*"}]}`, "bucket-data/Never"},
		"bucket refuses the role": {`
      buckets: {data: [{sid: Never, effect: Deny, principal: {AWS: "<role.arn>"}, action: s3:GetObject, resource: "<data.arn>/*"}]}`, "bucket-data/Never"},
		"bucket refuses the account": {`
      buckets: {data: [{sid: Never, effect: Deny, principal: "*", action: s3:GetObject, resource: "<data.arn>/*", condition: {StringEquals: {"aws:PrincipalAccount": "111122223333"}}}]}`, "bucket-data/Never"},
		"key refuses the role by name": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/ml/ShopPersonalize"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/Never"},
		"key refuses requests not via a service": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {Bool: {"aws:ViaAWSService": "false"}}}]}`, "key-main/Never"},
		"key refuses the region": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {StringEquals: {"aws:RequestedRegion": eu-west-1}}}]}`, "key-main/Never"},
		"key refuses one of the operator's roles": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:role/Ops"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/Never"},
		"key refuses one of the operator's users": {`
      keys: {main: [{sid: Never, effect: Deny, principal: {AWS: "arn:aws:iam::111122223333:user/people/ann"}, action: kms:Decrypt, resource: "*"}]}`, "key-main/Never"},
		"key refuses users": {`
      keys: {main: [{sid: Never, effect: Deny, principal: "*", action: kms:Decrypt, resource: "*", condition: {StringEquals: {"aws:PrincipalType": User}}}]}`, "key-main/Never"},
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

func TestOperatorNeedsTheKeyItself(t *testing.T) {
	existing := strings.Replace(assumedSpec, "{alias: alias/main}", `{arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-4333-8444-555555555555", policy: key.json}`, 1)
	files := map[string]string{"key.json": `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/KeyAdmins"},"Action":"kms:*","Resource":"*"}]}`}
	finds(t, Prove(builtSetup(t, existing, files), nil, Input{}), Sufficient, "key-main", "operator ops")
	created := strings.Replace(assumedSpec, "{alias: alias/main}", `{alias: alias/main, admins: ["arn:aws:iam::111122223333:role/KeyAdmins"]}`, 1)
	finds(t, Prove(builtSetup(t, created, nil), nil, Input{}), Sufficient, "key-main", "operator ops")
}
