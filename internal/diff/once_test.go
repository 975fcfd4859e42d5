package diff

import (
	"reflect"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// The answer about one pair of policies is never that about another: each pair of these differs from another one in
// a single thing, and is decided in another way.
func TestOnce(t *testing.T) {
	const ann, bob = "arn:aws:iam::111122223333:user/Ann", "arn:aws:iam::111122223333:user/Bob"
	doc := func(statements string) policy.Document { return document(t, statements).Document }
	identity := func(statements ...string) (p policy.Policies) {
		for _, s := range statements {
			p.Identity = append(p.Identity, doc(s))
		}
		return p
	}
	both := func(identity, resource string) policy.Policies {
		p, r := policy.Policies{Identity: []policy.Document{doc(identity)}}, doc(resource)
		p.Resource = &r
		return p
	}
	const denied = `{"Effect": "Deny", "Action": "*", "Resource": "*"}`
	const nothing = `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"}`
	when := func(condition string) string {
		return `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": ` + condition + `}`
	}
	onlyAnn := when(`{"ArnEquals": {"aws:PrincipalArn": "` + ann + `"}}`)
	secure := when(`{"Bool": {"aws:SecureTransport": "true"}}`)
	lets := `{"Effect": "Allow", "Principal": {"AWS": "` + ann + `"}, "Action": "s3:GetObject", "Resource": "*"}`
	other := `{"Effect": "Allow", "Principal": {"AWS": "` + bob + `"}, "Action": "s3:GetObject", "Resource": "*"}`
	a, b := allow("s3:GetObject", "arn:aws:s3:::acme/*"), allow("s3:PutObject", "arn:aws:s3:::acme/*")
	account := func(id string) policy.Setting {
		return policy.Setting{Principal: ann, ResourceAccount: id, Resources: []string{"arn:aws:s3:::acme/*"}}
	}
	cases := []struct {
		name     string
		old, new policy.Policies
		in       policy.Setting
		want     policy.Relation
	}{
		{"by Ann", identity(onlyAnn), identity(denied), policy.Setting{Principal: ann}, policy.Narrower},
		{"by Bob", identity(onlyAnn), identity(denied), policy.Setting{Principal: bob}, policy.Same},
		{"in the account", both(a, lets), both(nothing, lets), account("111122223333"), policy.Same},
		{"in another account", both(a, lets), both(nothing, lets), account("444455556666"), policy.Narrower},
		{"on the bucket", identity(a), identity(b), policy.Setting{Resources: []string{"arn:aws:s3:::acme/*"}}, policy.Different},
		{"on another bucket", identity(a), identity(b), policy.Setting{Resources: []string{"arn:aws:s3:::other/*"}}, policy.Same},
		{"by TLS", identity(secure), identity(denied), policy.Setting{Context: map[string][]string{"aws:SecureTransport": {"true"}}}, policy.Narrower},
		{"without TLS", identity(secure), identity(denied), policy.Setting{Context: map[string][]string{"aws:SecureTransport": {"false"}}}, policy.Same},
		{"forwards", identity(a), identity(a, b), policy.Setting{}, policy.Broader},
		{"backwards", identity(a, b), identity(a), policy.Setting{}, policy.Narrower},
		{"divided otherwise", identity(a, b), identity(b, a), policy.Setting{}, policy.Same},
		{"two beside none", identity(a, denied), identity(), policy.Setting{}, policy.Same},
		{"one beside one", identity(a), identity(denied), policy.Setting{}, policy.Narrower},
		{"the bucket's is of Ann", both(nothing, lets), both(nothing, other), account("111122223333"), policy.Narrower},
		{"the bucket's is of Bob", both(nothing, other), both(nothing, lets), account("111122223333"), policy.Broader},
		{"the same", identity(a), identity(a), policy.Setting{}, policy.Same},
	}
	o := newOnce()
	for range 2 { // what is known already is the same
		for _, c := range cases {
			want, wantErr := policy.Compare(c.old, c.new, c.in)
			got, err := o.compare(c.old, c.new, c.in)
			if want.Relation != c.want || wantErr != nil {
				t.Errorf("%s: Compare answers %s, %v; expected %s", c.name, want.Relation, wantErr, c.want)
			}
			if !reflect.DeepEqual(got, want) || err != nil {
				t.Errorf("%s: %s, %v; expected %s", c.name, got.Relation, err, want.Relation)
			}
		}
	}
	if len(o.known) != len(cases)-1 {
		t.Errorf("%d pairs are known, of %d that are not the same", len(o.known), len(cases)-1)
	}
}
