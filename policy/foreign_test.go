package policy

import (
	"slices"
	"testing"
)

func TestDeleted(t *testing.T) {
	d := doc(t,
		`{"Sid":"A","Effect":"Allow","Principal":{"AWS":["`+userBob+`","AROAAAAABBBBCCCCDDDDE"]},"Action":"s3:*","Resource":"*"}`,
		`{"Sid":"B","Effect":"Allow","Principal":{"AWS":"AIDAI","Service":"AROAAAAABBBBCCCCDDDDE.amazonaws.com"},"Action":"s3:*","Resource":"*"}`,
		`{"Sid":"C","Effect":"Deny","NotPrincipal":{"AWS":"AIDAAAAABBBBCCCCDDDDE"},"Action":"s3:*","Resource":"*"}`,
		`{"Sid":"D","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`)
	want := []Named{{0, "A", "AROAAAAABBBBCCCCDDDDE"}, {2, "C", "AIDAAAAABBBBCCCCDDDDE"}}
	if got := d.Deleted(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := d.AllowsByException(); got != nil {
		t.Errorf("%v", got)
	}
	d = doc(t, `{"Effect":"Allow","NotPrincipal":{"AWS":"`+userBob+`"},"Action":"s3:*","Resource":"*"}`)
	if got := d.AllowsByException(); len(got) != 1 || got[0].Name() != "statement 1 (without a sid)" || want[0].Name() != `statement 1 ("A")` {
		t.Errorf("%v", got)
	}
}
