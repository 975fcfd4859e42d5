package policy

import (
	"errors"
	"strings"
	"testing"
)

// TestPrincipals decides with a resource's policy alone, so that what is allowed is what the Principal gives without help. In the account of the
// resource an account gives nothing by itself; from another account the identity's policy is needed too.
func TestPrincipals(t *testing.T) {
	const (
		slashRole = "arn:aws:iam::111122223333:role/team/App"
		service   = "rds.amazonaws.com"
		oidc      = "arn:aws:iam::111122223333:oidc-provider/tokens.actions.githubusercontent.com"
	)
	for _, c := range []struct {
		principal, request string
		context            map[string][]string
		want               string
	}{
		{`"*"`, userBob, nil, yes},
		{`"*"`, "*", nil, yes},
		{`"*"`, service, nil, yes},
		{`"*"`, rootAcct, nil, yes},
		{`{"AWS":"*"}`, userBob, nil, yes},
		{`{"AWS":"*"}`, "*", nil, yes}, // the same for anonymous requests
		{aws(userBob), userBob, nil, yes},
		{aws(userBob), "*", nil, no},
		{aws(userBob), userAlice, nil, no},
		{aws("arn:aws:iam::111122223333:user/bob"), userBob, nil, no}, // names are case-sensitive
		{aws("arn:aws:iam::444455556666:user/Bob"), userBob, nil, no},
		{aws(userEve, userBob), userBob, nil, yes},
		{aws(userAlice), userAlice, nil, yes},
		{aws("arn:aws:iam::111122223333:user/Alice"), userAlice, nil, no}, // the path is part of the ARN
		{aws(acct), userBob, nil, no},                                     // delegates to the account
		{aws(rootAcct), userBob, nil, no},
		{aws(acct), rootAcct, nil, yes},
		{aws(rootAcct), acct, nil, yes},
		{aws(roleApp), roleApp, nil, yes},
		{aws(roleApp), sessApp, nil, yes},
		{aws(sessApp), sessApp, nil, yes},
		{aws(sessApp), sessApp2, nil, no},
		{aws(sessApp), roleApp, nil, no},
		{aws("arn:aws:iam::111122223333:role/Other"), sessApp, nil, no},
		{aws("arn:aws:iam::444455556666:role/App"), sessApp, nil, no},
		{aws(slashRole), sessApp, nil, yes}, // the path does not show in the session
		{aws(slashRole), sessApp, ctx("aws:PrincipalArn=" + slashRole), yes},
		{aws(roleApp), sessApp, ctx("aws:PrincipalArn=" + slashRole), no}, // and here it does
		{aws(slashRole), slashRole, nil, yes},
		{aws(roleApp), slashRole, nil, no},
		{aws("arn:aws:iam::111122223333:role/Ap"), sessApp, nil, no},
		{aws(fedBob), fedBob, nil, yes},
		{aws(fedBob), userBob, nil, no},
		{aws("AROAAAAABBBBCCCCDDDDE"), sessApp, ctx("aws:userid=AROAAAAABBBBCCCCDDDDE:s1"), yes},
		{aws("AROAAAAABBBBCCCCDDDDE"), sessApp, nil, no},
		{aws("AIDAAAAABBBBCCCCDDDDE"), userBob, ctx("aws:userid=AIDAAAAABBBBCCCCDDDDE"), yes},
		{`{"Service":"rds.amazonaws.com"}`, service, nil, yes},
		{`{"Service":["s3.amazonaws.com","rds.amazonaws.com"]}`, service, nil, yes},
		{`{"Service":"s3.amazonaws.com"}`, service, nil, no},
		{`{"Service":"s3.amazonaws.com"}`, "s3.ap-east-1.amazonaws.com", nil, no}, // opt-in regions
		{`{"Service":"rds.amazonaws.com"}`, userBob, nil, no},
		{`{"AWS":"111122223333","Service":"rds.amazonaws.com"}`, service, nil, yes},
		{aws(acct), service, nil, no},
		{`{"Federated":"` + oidc + `"}`, oidc, nil, yes},
		{`{"Federated":"accounts.google.com"}`, "accounts.google.com", nil, yes},
		{`{"Federated":"accounts.google.com"}`, "www.amazon.com", nil, no},
		{`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`, userBob, nil, no},
		{`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be","AWS":"` + userBob + `"}`, userBob, nil, yes},
	} {
		d := doc(t, grant(c.principal))
		r := Request{Principal: c.request, Action: "s3:GetObject", Resource: object, ResourceAccount: acct, Context: c.context}
		if c.request == rootAcct || c.request == acct {
			r.Action = "kms:Decrypt" // where the root user has no access by itself
			r.Resource = "arn:aws:kms:us-east-1:111122223333:key/k"
		}
		if got := decide(t, r, Policies{Resource: &d}); got.Outcome != c.want {
			t.Errorf("Principal %s, request by %s: %s, want %s", c.principal, c.request, got.Outcome, c.want)
		}
		// As a Deny it strikes whoever it names; an account's name strikes all its principals, whom it would not have let in.
		namesAccount := strings.Contains(c.principal, `"`+acct+`"`) || strings.Contains(c.principal, rootAcct)
		want := c.want == yes || namesAccount && strings.Contains(c.request, acct)
		struck := doc(t, strings.Replace(grant(c.principal), "Allow", "Deny", 1))
		if got := decide(t, r, Policies{Resource: &struck, Identity: []Document{doc(t, allowAll)}}); (got.Outcome == deny) != want {
			t.Errorf("Deny of %s, request by %s: %s, want it to strike: %v", c.principal, c.request, got.Outcome, want)
		}
	}
}

// reference_policies_elements_notprincipal: a Deny with NotPrincipal strikes all but those listed, who must be listed with their account.
func TestNotPrincipal(t *testing.T) {
	for _, c := range []struct {
		list    string
		request string
		want    string
	}{
		{aws(userBob, rootAcct), userBob, yes},
		{aws(userBob, acct), userBob, yes},
		{aws(userBob, rootAcct), userAlice, deny},
		{aws(userBob), userBob, deny}, // its account is not listed
		{aws(userBob, rootAcct), userEve, deny},
		{aws(userBob, rootAcct), rootAcct, yes},
		{aws(userBob, rootAcct), "*", deny},
		{aws(userBob, rootAcct), "s3.amazonaws.com", deny},
		{aws(rootAcct), userBob, yes},
		{aws(rootAcct), userEve, deny},
		{aws(roleApp, rootAcct), sessApp, yes},
		{aws(roleApp, rootAcct), roleApp, yes},
		{aws(roleApp), sessApp, deny},
		{aws(sessApp, roleApp, rootAcct), sessApp, yes},
		{aws(sessApp, roleApp, rootAcct), sessApp2, deny},
		{aws(sessApp, rootAcct), sessApp, deny},
		{aws(fedBob, rootAcct), fedBob, yes},
		{`{"Service":"s3.amazonaws.com"}`, "s3.amazonaws.com", yes},
		{`{"Service":"s3.amazonaws.com"}`, "sns.amazonaws.com", deny},
		{`{"Service":"s3.amazonaws.com"}`, userBob, deny},
		{`"*"`, userBob, yes},
		{aws("*"), userEve, yes},
	} {
		d := doc(t, grant(`"*"`), `{"Sid":"All","Effect":"Deny","NotPrincipal":`+c.list+`,"Action":"*","Resource":"*"}`)
		p := Policies{Resource: &d, Identity: []Document{doc(t, allowAll)}, Session: nil}
		if c.request == fedBob {
			p.Session = p.Identity
		}
		got := decide(t, Request{Principal: c.request, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, p)
		if got.Outcome != c.want {
			t.Errorf("NotPrincipal %s, request by %s: %s, want %s", c.list, c.request, got.Outcome, c.want)
		}
		// It always strikes a principal that has a permissions boundary.
		p.PermissionsBoundaries = []Document{doc(t, allowAll)}
		got = decide(t, Request{Principal: c.request, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, p)
		if c.request == userBob || c.request == sessApp {
			if got.Outcome != deny {
				t.Errorf("NotPrincipal %s, request by %s with a boundary: %s", c.list, c.request, got.Outcome)
			}
		}
	}
}

// An Allow with NotPrincipal, as old policies have it, decides nothing: what would pass by it alone
// is an error, and what passes or fails without it is decided.
func TestNotPrincipalAllows(t *testing.T) {
	for _, c := range []struct {
		list, request, more, want string // "" in want: an error
	}{
		{aws(userBob), userBob, "", no},
		{aws(userBob), userAlice, "", ""},
		{aws(userBob), "*", "", ""},
		{aws(rootAcct), userBob, "", ""}, // whether the account stands for its users is not said
		{aws(roleApp), sessApp, "", no},
		{`"*"`, userBob, "", no},
		{`{"Service":"s3.amazonaws.com"}`, "s3.amazonaws.com", "", no},
		{`{"Service":"s3.amazonaws.com"}`, "sns.amazonaws.com", "", ""},
		{aws(userBob), userAlice, grant(aws(userAlice)), yes},
		{aws(userBob), userAlice, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`, deny},
	} {
		statements := []string{`{"Sid":"All","Effect":"Allow","NotPrincipal":` + c.list + `,"Action":"*","Resource":"*"}`}
		if c.more != "" {
			statements = append(statements, c.more)
		}
		d := doc(t, statements...)
		r := Request{Principal: c.request, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
		got, err := Evaluate(r, Policies{Resource: &d})
		if c.want == "" {
			var bad *DocumentError
			if !errors.As(err, &bad) || bad.Problem.Sid != "All" {
				t.Errorf("NotPrincipal %s, request by %s: %s, %v", c.list, c.request, got.Outcome, err)
			}
		} else if err != nil || got.Outcome != c.want {
			t.Errorf("NotPrincipal %s, request by %s: %s, %v; want %s", c.list, c.request, got.Outcome, err, c.want)
		}
		q, err := Prepare(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Decide(Policies{Resource: &d}); c.want == "" && got.Outcome != no {
			t.Errorf("prepared, NotPrincipal %s, request by %s: %s", c.list, c.request, got.Outcome)
		}
	}
}

func TestRequestErrors(t *testing.T) {
	good := Request{Principal: userBob, Action: "s3:GetObject", Resource: object}
	for name, change := range map[string]func(*Request){
		"principal empty":       func(r *Request) { r.Principal = "" },
		"principal a name":      func(r *Request) { r.Principal = "Bob" },
		"principal a group":     func(r *Request) { r.Principal = "arn:aws:iam::111122223333:group/g" },
		"principal a wildcard":  func(r *Request) { r.Principal = "arn:aws:iam::111122223333:user/*" },
		"principal no account":  func(r *Request) { r.Principal = "arn:aws:iam:::user/Bob" },
		"principal no session":  func(r *Request) { r.Principal = "arn:aws:sts::111122223333:assumed-role/App" },
		"principal no name":     func(r *Request) { r.Principal = "arn:aws:iam::111122223333:user/" },
		"principal a bucket":    func(r *Request) { r.Principal = "arn:aws:s3:::b" },
		"action empty":          func(r *Request) { r.Action = "" },
		"action without name":   func(r *Request) { r.Action = "s3:" },
		"action a pattern":      func(r *Request) { r.Action = "s3:Get*" },
		"resource empty":        func(r *Request) { r.Resource = "" },
		"resource a name":       func(r *Request) { r.Resource = "bucket" },
		"resource too long":     func(r *Request) { r.Resource = "arn:aws:s3:::" + strings.Repeat("x", 9000) },
		"account no number":     func(r *Request) { r.ResourceAccount = "12" },
		"context key twice":     func(r *Request) { r.Context = ctx("a:b=1", "A:B=2") },
		"context value to long": func(r *Request) { r.Context = ctx("a:b=" + strings.Repeat("x", 9000)) },
	} {
		r := good
		change(&r)
		if _, err := Evaluate(r, Policies{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Evaluate(good, Policies{}); err != nil {
		t.Error(err)
	}
}

// TestDerivedKeys looks at the keys that the principal tells, by conditions on them.
func TestDerivedKeys(t *testing.T) {
	for _, c := range []struct {
		principal, key string
		want           string // "-": absent
	}{
		{userBob, "aws:PrincipalArn", userBob},
		{userBob, "aws:PrincipalAccount", acct},
		{userBob, "aws:PrincipalType", "User"},
		{userBob, "aws:username", "Bob"},
		{userAlice, "aws:username", "Alice"},
		{userBob, "aws:userid", "-"},
		{userBob, "aws:PrincipalIsAWSService", "false"},
		{userBob, "aws:PrincipalServiceName", "-"},
		{userBob, "aws:ResourceAccount", acct},
		{rootAcct, "aws:PrincipalArn", rootAcct},
		{rootAcct, "aws:PrincipalType", "Account"},
		{rootAcct, "aws:userid", acct},
		{rootAcct, "aws:username", "-"},
		{sessApp, "aws:PrincipalArn", roleApp}, // the role's, not the session's
		{sessApp, "aws:PrincipalType", "AssumedRole"},
		{sessApp, "aws:username", "-"},
		{sessApp, "aws:userid", "-"},
		{roleApp, "aws:PrincipalType", "AssumedRole"},
		{fedBob, "aws:PrincipalArn", fedBob},
		{fedBob, "aws:PrincipalType", "FederatedUser"},
		{fedBob, "aws:userid", acct + ":Bob"},
		{"*", "aws:PrincipalType", "Anonymous"},
		{"*", "aws:PrincipalAccount", "anonymous"},
		{"*", "aws:userid", "anonymous"},
		{"*", "aws:PrincipalArn", "-"},
		{"*", "aws:PrincipalIsAWSService", "-"},
		{"s3.amazonaws.com", "aws:PrincipalIsAWSService", "true"},
		{"s3.amazonaws.com", "aws:PrincipalServiceName", "s3.amazonaws.com"},
		{"s3.amazonaws.com", "aws:PrincipalArn", "-"},
	} {
		condition := `{"StringEquals":{"` + c.key + `":"` + c.want + `"}}`
		if c.want == "-" {
			condition = `{"Null":{"` + c.key + `":"true"}}`
		}
		d := doc(t, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":`+condition+`}`)
		got := decide(t, Request{Principal: c.principal, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, Policies{Resource: &d})
		if got.Outcome != deny {
			t.Errorf("%s of %s is not %q", c.key, c.principal, c.want)
		}
	}
	d := doc(t, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"Bob"}}}`)
	r := Request{Principal: userBob, Action: "s3:GetObject", Resource: object, Context: ctx("AWS:UserName=Zed")}
	if got := decide(t, r, Policies{Identity: []Document{d}}); got.Outcome != no {
		t.Error("a given key was overridden")
	}
}
