package policy_test

import (
	"fmt"

	"github.com/pzgen/pzgen/policy"
)

// Two policies of a bucket: what the new one opens, with a request that shows it.
func ExampleCompare() {
	before, after := decode(bucketPolicy), decode(bucketPolicy)
	after.Statements[0].Resource = policy.List(policy.Literal("arn:aws:s3:::acme/*"), policy.Literal("arn:aws:s3:::acme-archive/*"))
	after.Statements[0].Action = policy.List(policy.Literal("s3:GetObject"), policy.Literal("s3:Get*"))
	c, err := policy.Compare(policy.Policies{Resource: &before}, policy.Policies{Resource: &after}, policy.Setting{})
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Relation)
	for _, change := range c.Changes {
		fmt.Println(change.Kind, change.Principals, change.Actions, change.Resources)
		w := change.Witness
		fmt.Println(w.Principal, w.Action, w.Resource, w.Context)
	}
	// Output:
	// broader
	// broader [arn:aws:iam::111122223333:role/Team] [s3:GetObject s3:Get*] [arn:aws:s3:::acme/* arn:aws:s3:::acme-archive/*]
	// arn:aws:iam::111122223333:role/Team s3:GetObject arn:aws:s3:::acme-archive/x map[]
}

// A grant that moves from the policy of a role to that of the bucket changes nothing within an
// account.
func ExampleCompare_whole() {
	read := decode(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}}`)
	closed := decode(`{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::acme"}}`)
	open := decode(bucketPolicy)
	open.Statements[1] = closed.Statements[0]
	role := "arn:aws:iam::111122223333:role/Team"
	for _, account := range []string{"111122223333", "444455556666"} {
		c, err := policy.Compare(
			policy.Policies{Identity: []policy.Document{read}, Resource: &closed},
			policy.Policies{Resource: &open},
			policy.Setting{Principal: role, ResourceAccount: account, Resources: []string{"arn:aws:s3:::acme", "arn:aws:s3:::acme/*"}})
		if err != nil {
			panic(err)
		}
		fmt.Println(account, c.Relation)
	}
	c, err := policy.Compare(policy.Policies{Resource: &open}, policy.Policies{Resource: &closed}, policy.Setting{Principal: role})
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Relation, c.Changes[0].Old, c.Changes[0].Witness.Resource)
	// Output:
	// 111122223333 same
	// 444455556666 same
	// narrower [{resource TeamReads 0 Allow}] arn:aws:s3:::acme/x
}

// What cannot be decided is named.
func ExampleCompare_undecided() {
	old := decode(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/${aws:username, 'x'}"}}`)
	now := decode(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::acme/${aws:username}", "arn:aws:s3:::acme/x"]}}`)
	c, err := policy.Compare(policy.Policies{Identity: []policy.Document{old}}, policy.Policies{Identity: []policy.Document{now}}, policy.Setting{})
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Relation, c.Undecided)
	// Output:
	// undecided [policy variable ${aws:username, 'x'} policy variable ${aws:username}]
}
