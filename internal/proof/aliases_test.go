package proof

import (
	"fmt"
	"strings"
	"testing"
)

// A key that exists may have aliases or none: what an operator needs of it has to pass both ways.
func TestAliasesOfExistingKeys(t *testing.T) {
	const text = `
version: 1
setups:
  shop:
    account: "111122223333"
    region: eu-west-1
    buckets: {data: {name: acme-data}}
    workflows: [{type: import, from: data/items/}]
    datasetGroup: {name: shop, key: main}
    keys: {main: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5f6a7b8c-0000-4000-8000-00000000abed"}}
    operators: {ops: {access: %s, users: [jo]}}
    statements:
      operators:
        ops:
          - {sid: X, effect: Deny, action: "kms:GenerateDataKey", resource: "*", accepted: it is, condition: %s}
`
	for _, access := range []string{"deploy", "operate"} {
		for condition, want := range map[string]bool{
			`{"Null": {"kms:ResourceAliases": "true"}}`:                                       false,
			`{"Null": {"kms:ResourceAliases": "false"}}`:                                      false,
			`{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/of-somebody-else"}}`: true,
		} {
			r := Prove(builtSetup(t, fmt.Sprintf(text, access, condition), nil), nil, Input{})
			holds := true
			for _, f := range r.Findings {
				holds = holds && !strings.Contains(f.Message, "kms:GenerateDataKey")
			}
			if holds != want {
				t.Errorf("%s, %s: %+v", access, condition, r.Findings)
			}
		}
	}
}
