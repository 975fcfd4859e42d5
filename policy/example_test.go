package policy_test

import (
	"errors"
	"fmt"

	"github.com/pzgen/pzgen/policy"
)

const bucketPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "TeamReads",
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:role/Team"},
      "Action": ["s3:GetObject"],
      "Resource": ["arn:aws:s3:::acme/*"]
    },
    {
      "Sid": "NothingWithoutTLS",
      "Effect": "Deny",
      "Principal": "*",
      "Action": ["s3:*"],
      "Resource": ["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }
  ]
}`

func decode(s string) policy.Document {
	d, err := policy.DecodeJSON([]byte(s))
	if err != nil {
		panic(err)
	}
	return d
}

func ExampleDecodeJSON() {
	d := decode(bucketPolicy)
	for _, s := range d.Statements {
		fmt.Println(s.Sid, s.Effect, s.Pos.Line)
	}
	// Output:
	// TeamReads Allow 4
	// NothingWithoutTLS Deny 11
}

// What readers could take for different things is an error with its place.
func ExampleDecodeJSON_error() {
	_, err := policy.DecodeJSON([]byte("{\"Statement\": [{\n  \"Effect\": \"Deny\", \"effect\": \"Allow\"}]}"))
	fmt.Println(policy.InFile("policy.json", err))
	var e *policy.Error
	if errors.As(err, &e) {
		fmt.Println(e.Line, e.Col)
	}
	// Output:
	// policy.json:2:21: "effect" is in this object twice, first as "Effect" in line 2, column 3
	// 2 21
}

func ExampleDocument_JSON() {
	d := policy.Document{
		Version: policy.Version2012,
		Statements: []policy.Statement{{
			Sid:      "Read",
			Effect:   policy.Allow,
			Action:   policy.List(policy.Literal("s3:GetObject")),
			Resource: policy.One(policy.Literal("arn:aws:s3:::acme/*")),
		}},
	}
	fmt.Printf("%s%s\n", d.JSON(), d.Compact())
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "Read",
	//       "Effect": "Allow",
	//       "Action": [
	//         "s3:GetObject"
	//       ],
	//       "Resource": "arn:aws:s3:::acme/*"
	//     }
	//   ]
	// }
	// {"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::acme/*"}]}
}

// A request and the statements that decided it.
func ExampleEvaluate() {
	bucket := decode(bucketPolicy)
	ask := func(principal, tls string) {
		d, err := policy.Evaluate(policy.Request{
			Principal:       principal,
			Action:          "s3:GetObject",
			Resource:        "arn:aws:s3:::acme/report.csv",
			ResourceAccount: "111122223333",
			Context:         map[string][]string{"aws:SecureTransport": {tls}},
		}, policy.Policies{Resource: &bucket})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(d.Outcome)
		for _, c := range d.Because {
			fmt.Printf("; %s by %s of %s", c.Effect, c.Sid, c.Policy)
		}
		for _, m := range d.Missing {
			fmt.Printf("; no Allow in %s", m)
		}
		fmt.Println()
	}
	ask("arn:aws:iam::111122223333:role/Team", "true")
	ask("arn:aws:iam::111122223333:role/Team", "false")
	ask("arn:aws:iam::111122223333:role/Other", "true")
	// Output:
	// allowed; Allow by TeamReads of resource
	// explicitlyDenied; Deny by NothingWithoutTLS of resource
	// implicitlyDenied; no Allow in identity
}

// A policy that has no meaning where it is attached decides nothing.
func ExampleEvaluate_refused() {
	control := decode(`{"Version": "2012-10-17", "Statement":
  [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}`)
	_, err := policy.Evaluate(policy.Request{
		Principal: "111122223333", Action: "s3:ListBucket", Resource: "arn:aws:s3:::acme",
	}, policy.Policies{ResourceControl: [][]policy.Document{{control}}})
	fmt.Println(err)
	// Output:
	// 2:4: resourceControl[0][0]: statement 0: Action of a resource control policy names a service; it cannot be "*"
}

func ExampleDocument_Check() {
	d := decode(`{"Version": "2012-10-17", "Id": "mine", "Statement": [
  {"Sid": "Read it", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::acme/*"}]}`)
	for _, p := range d.Check(policy.Identity) {
		fmt.Println(p)
	}
	fmt.Println(len(d.Check(policy.Boundary)), "as a boundary;", d.Check(policy.Resource)[0])
	// Output:
	// an identity policy has no Id
	// statement 0 ("Read it"): Sid "Read it" of an identity policy has other characters than letters and digits
	// 2 as a boundary; statement 0 ("Read it"): statement of a resource policy has no Principal
}

func ExampleKind_Elements() {
	for _, k := range policy.Kinds() {
		e := k.Elements()
		if e.Principal == policy.Must && e.Resource == policy.Never {
			fmt.Println(k, e.Services, e.Size.Max)
		}
	}
	// Output:
	// role trust policy [sts] 2048
}

// A reference has its value later, a variable has it at each request.
func ExampleText() {
	t, err := policy.ParseText("<bucket.data.arn>/home/${aws:username}/*")
	if err != nil {
		panic(err)
	}
	for _, p := range t.Parts() {
		fmt.Printf("%T %v\n", p, p)
	}
	env := policy.Env{{ID: "bucket.data", Attr: "arn"}: "arn:aws:s3:::acme"}
	fmt.Println(t.IAM())
	fmt.Println(t.Fill(env).IAM())
	fmt.Println(policy.Literal("costs $5").IAM())
	// Output:
	// policy.Ref <bucket.data.arn>
	// policy.Lit /home/
	// policy.Var ${aws:username}
	// policy.Lit /*
	// <data.arn>/home/${aws:username}/*
	// arn:aws:s3:::acme/home/${aws:username}/*
	// costs ${$}5
}

// Two documents are equal when they are written alike but for order and Sids.
func ExampleDocument_Normal() {
	a := decode(`{"Version": "2012-10-17", "Statement": [
  {"Sid": "A", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}]}`)
	b := decode(`{"Version": "2012-10-17", "Statement":
  {"Effect": "Allow", "Resource": ["*"], "Action": ["s3:GetObject", "s3:PutObject"]}}`)
	fmt.Print(a.Normal())
	fmt.Println(a.Equal(b))
	// Output:
	// 2012-10-17
	// {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["*"]}
	// true
}

func ExampleMerge() {
	shared := decode(`{"Version": "2012-10-17", "Statement": [
  {"Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetBucketPolicy", "Resource": "arn:aws:s3:::acme"}]}`)
	owner := policy.Owner{Name: "the platform team", Own: decode(bucketPolicy), Sids: []string{"TeamReads", "NothingWithoutTLS"}}
	show := func(d policy.Document) {
		for _, s := range d.Statements {
			fmt.Println("-", s.Sid)
		}
	}
	merged, conflicts, err := policy.Merge(shared, owner)
	if err != nil || len(conflicts) > 0 {
		panic("somebody else has one of the Sids")
	}
	show(merged)
	again, _, _ := policy.Merge(merged, owner)
	fmt.Println(again.Equal(merged))
	left, _ := policy.Unmerge(merged, owner)
	show(left)
	// Output:
	// - Audit
	// - TeamReads
	// - NothingWithoutTLS
	// true
	// - Audit
}

func ExampleARN_Matches() {
	pattern, ok := policy.ParseARN("arn:aws:s3:::acme/*")
	fmt.Println(ok, pattern.Service, pattern.IsPattern())
	fmt.Println(pattern.Matches("arn:aws:s3:::acme/a/b"), pattern.Matches("arn:aws:s3:::acme"))
	// Output:
	// true s3 true
	// true false
}
