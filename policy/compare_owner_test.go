package policy

import "testing"

// The principals of the account that owns a resource are compared though no policy names it: a Deny that goes lets
// them in again.
func TestCompareOwnerNobodyNames(t *testing.T) {
	deny, err := DecodeJSON([]byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
		"Action": "s3:*", "Resource": "arn:aws:s3:::acme/*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []Policies{{}, {Resource: &Document{Version: Version2012}}} {
		c, err := Compare(Policies{Resource: &deny}, after, Setting{ResourceAccount: "111122223333"})
		if err != nil || c.Relation != Broader {
			t.Errorf("%s, %v", c.Relation, err)
		}
	}
}
