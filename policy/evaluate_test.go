package policy

import (
	"reflect"
	"testing"
)

// set makes Policies out of parts: "identity", "resource", "boundary", "session", "scp", "rcp", each followed by one statement or more.
// A control policy is one level; the name alone is a policy type that is present without a document.
func set(t testing.TB, parts ...[]string) Policies {
	t.Helper()
	var p Policies
	for _, part := range parts {
		var docs []Document
		switch {
		case part[0] == "rcp": // an Allow of theirs is a policy of its own
			for _, s := range part[1:] {
				docs = append(docs, doc(t, s))
			}
		case len(part) > 1:
			docs = []Document{doc(t, part[1:]...)}
		}
		switch part[0] {
		case "identity":
			p.Identity = append(p.Identity, docs...)
		case "resource":
			p.Resource = &docs[0]
		case "boundary":
			p.PermissionsBoundaries = append(p.PermissionsBoundaries, docs...)
		case "session":
			p.Session = append(append([]Document{}, p.Session...), docs...)
		case "scp":
			p.ServiceControl = append(p.ServiceControl, docs)
		case "rcp":
			p.ResourceControl = append(p.ResourceControl, docs)
		default:
			t.Fatalf("no policy type %q", part[0])
		}
	}
	return p
}

type decided struct {
	name      string
	principal string
	policies  [][]string
	want      string
}

func run(t *testing.T, r Request, rows []decided) {
	t.Helper()
	for _, c := range rows {
		r.Principal = c.principal
		got, err := Evaluate(r, set(t, c.policies...))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got.Outcome != c.want {
			t.Errorf("%s (%s): %s, want %s; %+v", c.name, c.principal, got.Outcome, c.want, got)
		}
	}
}

func l(s ...string) []string       { return s }
func ps(p ...[]string) [][]string  { return p }
func rcpAllow() []string           { return l("rcp", grant(`"*"`)) }
func rcpDeny(cond string) []string { return l("rcp", grant(`"*"`), rcpStatement(cond)) }
func rcpStatement(cond string) string {
	return `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"` + cond + `}`
}

// One account: what identity and resource policies grant, and what limits them.
func TestSameAccount(t *testing.T) {
	run(t, Request{Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, []decided{
		{"nothing", userBob, nil, no},
		{"identity allows", userBob, ps(l("identity", allowS3)), yes},
		{"identity allows something else", userBob, ps(l("identity", allowSQS)), no},
		{"identity denies", userBob, ps(l("identity", allowS3, denyAll)), deny},
		{"one of two identity policies denies", userBob, ps(l("identity", allowS3), l("identity", denyAll)), deny},
		{"one of two identity policies allows", userBob, ps(l("identity", allowSQS), l("identity", allowS3)), yes},
		{"deny alone", userBob, ps(l("identity", denyAll)), deny},
		{"resource allows the user", userBob, ps(l("resource", grant(aws(userBob)))), yes},
		{"resource allows another user", userAlice, ps(l("resource", grant(aws(userBob)))), no},
		{"resource names the account only", userBob, ps(l("resource", grant(aws(acct)))), no},
		{"resource names the account, identity allows", userBob, ps(l("resource", grant(aws(acct))), l("identity", allowS3)), yes},
		{"resource does not allow, identity does", userBob, ps(l("resource", grant(aws(userAlice))), l("identity", allowS3)), yes},
		{"resource denies", userBob, ps(l("identity", allowAll), l("resource", `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`)), deny},
		{"identity denies, resource allows", userBob, ps(l("identity", denyAll), l("resource", grant(aws(userBob)))), deny},

		{"boundary allows too", userBob, ps(l("identity", allowS3), l("boundary", allowS3)), yes},
		{"boundary does not allow", userBob, ps(l("identity", allowAll), l("boundary", allowSQS)), no},
		{"boundary grants nothing", userBob, ps(l("boundary", allowAll)), no},
		{"boundary denies", userBob, ps(l("identity", allowAll), l("boundary", allowAll, denyAll)), deny},
		{"two boundaries must both allow", userBob, ps(l("identity", allowAll), l("boundary", allowAll), l("boundary", allowSQS)), no},
		{"user named by resource, boundary does not allow", userBob, ps(l("resource", grant(aws(userBob))), l("boundary", allowSQS)), yes},
		{"user named by resource, boundary denies", userBob, ps(l("resource", grant(aws(userBob))), l("boundary", denyAll)), deny},
		{"everybody by resource, boundary does not allow", userBob, ps(l("resource", grant(`"*"`)), l("boundary", allowSQS)), yes},
		{"account by resource, identity allows, boundary does not", userBob, ps(l("resource", grant(aws(acct))), l("identity", allowAll), l("boundary", allowSQS)), no},

		{"role by identity", roleApp, ps(l("identity", allowS3)), yes},
		{"session by identity", sessApp, ps(l("identity", allowS3)), yes},
		{"session policy allows too", sessApp, ps(l("identity", allowS3), l("session", allowS3)), yes},
		{"session policy does not allow", sessApp, ps(l("identity", allowAll), l("session", allowSQS)), no},
		{"session policy grants nothing", sessApp, ps(l("session", allowAll)), no},
		{"session policies are there, but none allows", sessApp, ps(l("identity", allowAll), l("session")), no},
		{"one of two session policies allows", sessApp, ps(l("identity", allowAll), l("session", allowSQS), l("session", allowS3)), yes},
		{"session policy denies", sessApp, ps(l("identity", allowAll), l("session", allowAll, denyAll)), deny},
		{"session, boundary and identity", sessApp, ps(l("identity", allowAll), l("boundary", allowS3), l("session", allowSQS)), no},

		{"role named by resource", sessApp, ps(l("resource", grant(aws(roleApp)))), yes},
		{"role named by resource, boundary does not allow", sessApp, ps(l("resource", grant(aws(roleApp))), l("boundary", allowSQS)), no},
		{"role named by resource, boundary allows", sessApp, ps(l("resource", grant(aws(roleApp))), l("boundary", allowS3)), yes},
		{"role named by resource, session does not allow", sessApp, ps(l("resource", grant(aws(roleApp))), l("session", allowSQS)), no},
		{"role named by resource, session allows", sessApp, ps(l("resource", grant(aws(roleApp))), l("session", allowS3)), yes},
		{"role named by resource, identity without it", sessApp, ps(l("resource", grant(aws(roleApp))), l("identity", allowSQS)), yes},
		{"session named by resource, boundary does not allow", sessApp, ps(l("resource", grant(aws(sessApp))), l("boundary", allowSQS)), yes},
		{"session named by resource, session policy does not allow", sessApp, ps(l("resource", grant(aws(sessApp))), l("session", allowSQS)), yes},
		{"session named by resource, session policy denies", sessApp, ps(l("resource", grant(aws(sessApp))), l("session", denyAll)), deny},
		{"role by aws:PrincipalArn, neither boundary nor session allows", sessApp, ps(
			l("resource", `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"`+roleApp+`"}}}`),
			l("boundary", allowSQS), l("session", allowSQS)), yes},
		{"both role and session named, session policy does not allow", sessApp, ps(l("resource", grant(aws(roleApp, sessApp))), l("session", allowSQS)), yes},

		{"federated user without session policy", fedBob, ps(l("identity", allowAll)), no},
		{"federated user with session policy", fedBob, ps(l("identity", allowAll), l("session", allowS3)), yes},
		{"federated user, session policy does not allow", fedBob, ps(l("identity", allowAll), l("session", allowSQS)), no},
		{"federated user named by resource", fedBob, ps(l("resource", grant(aws(fedBob)))), yes},
		{"federated user named by resource, nothing else allows", fedBob, ps(l("resource", grant(aws(fedBob))), l("session", allowSQS), l("boundary", allowSQS)), yes},
		{"its user named by resource", fedBob, ps(l("resource", grant(aws(userBob)))), no},
		{"its user named by resource, session allows", fedBob, ps(l("resource", grant(aws(userBob))), l("session", allowS3)), yes},
		{"its user named by resource, boundary does not allow", fedBob, ps(l("resource", grant(aws(userBob))), l("session", allowS3), l("boundary", allowSQS)), no},

		{"root user", rootAcct, nil, yes},
		{"root user by account ID", acct, nil, yes},
		{"root user, resource denies", rootAcct, ps(l("resource", `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`)), deny},
		{"root user, SCP does not allow", rootAcct, ps(l("scp", allowSQS)), no},
	})
}

// Two accounts: both must allow.
func TestCrossAccount(t *testing.T) {
	resource := l("resource", grant(aws(userEve)))
	run(t, Request{Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, []decided{
		{"nothing", userEve, nil, no},
		{"identity alone", userEve, ps(l("identity", allowAll)), no},
		{"resource alone", userEve, ps(resource), no},
		{"both", userEve, ps(resource, l("identity", allowS3)), yes},
		{"resource names the account", userEve, ps(l("resource", grant(aws(other))), l("identity", allowS3)), yes},
		{"resource names the account's root", userEve, ps(l("resource", grant(aws(rootOther))), l("identity", allowS3)), yes},
		{"resource names everybody", userEve, ps(l("resource", grant(`"*"`)), l("identity", allowS3)), yes},
		{"resource names everybody, identity does not allow", userEve, ps(l("resource", grant(`"*"`))), no},
		{"resource names its own account", userEve, ps(l("resource", grant(aws(acct))), l("identity", allowS3)), no},
		{"user named, boundary does not allow", userEve, ps(resource, l("identity", allowS3), l("boundary", allowSQS)), no},
		{"session named, session policy does not allow", "arn:aws:sts::444455556666:assumed-role/Eve/s", ps(
			l("resource", grant(aws("arn:aws:sts::444455556666:assumed-role/Eve/s"))), l("identity", allowS3), l("session", allowSQS)), no},
		{"role named, all allow", "arn:aws:sts::444455556666:assumed-role/Eve/s", ps(
			l("resource", grant(aws(roleEve))), l("identity", allowS3), l("session", allowS3), l("boundary", allowS3)), yes},
		{"identity denies", userEve, ps(resource, l("identity", allowS3, denyAll)), deny},
		{"SCP of the principal's account", userEve, ps(resource, l("identity", allowS3), l("scp", allowSQS)), no},
		{"RCP of the resource's account", userEve, ps(resource, l("identity", allowS3), rcpDeny("")), deny},
		{"root of the other account", rootOther, ps(l("resource", grant(aws(other)))), yes},
		{"root of the other account, not let in", rootOther, nil, no},
		{"federated user without session policy", "arn:aws:sts::444455556666:federated-user/Eve", ps(l("resource", grant(`"*"`)), l("identity", allowS3)), no},
	})
	// The account comes from the resource's ARN where it has one.
	run(t, Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111122223333:q"}, []decided{
		{"own queue", userBob, ps(l("identity", allowSQS)), yes},
		{"queue of another account", userEve, ps(l("identity", allowSQS)), no},
		{"queue of another account that lets in", userEve, ps(l("identity", allowSQS), l("resource", grant(aws(other)))), yes},
	})
	// A bucket's does not, so it is the principal's.
	run(t, Request{Action: "s3:GetObject", Resource: object}, []decided{{"bucket", userEve, ps(l("identity", allowS3)), yes}})
}

func TestControlPolicies(t *testing.T) {
	id := l("identity", allowAll)
	full := l("scp", allowAll)
	linked := "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
	run(t, Request{Action: "s3:GetObject", Resource: object, ResourceAccount: acct}, []decided{
		{"all levels allow", userBob, ps(id, full, full, full), yes},
		{"the middle level does not", userBob, ps(id, full, l("scp", allowSQS), full), no},
		{"the last level does not", userBob, ps(id, full, full, l("scp", allowSQS)), no},
		{"one level denies", userBob, ps(id, full, l("scp", allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`)), deny},
		{"a level without policies", userBob, ps(id, full, l("scp")), no},
		{"SCP grants nothing", userBob, ps(full), no},
		{"SCP limits what a resource grants to a user", userBob, ps(l("resource", grant(aws(userBob))), l("scp", allowSQS)), no},
		{"SCP limits what a resource grants to a session", sessApp, ps(l("resource", grant(aws(sessApp))), l("scp", allowSQS)), no},
		{"SCP on a service-linked role", linked, ps(id, l("scp", denyAll)), yes},
		{"SCP on a session of one", "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s", ps(id, l("scp", allowSQS)), yes},
		{"SCP on a service", "s3.amazonaws.com", ps(l("resource", grant(`{"Service":"s3.amazonaws.com"}`)), l("scp", denyAll)), yes},
		{"SCP on an anonymous request", "*", ps(l("resource", grant(`"*"`)), l("scp", denyAll)), yes},
		{"SCP with a condition on the principal", sessApp, ps(id, l("scp", allowAll,
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Admin"}}}`)), deny},
		{"SCP with NotAction", userBob, ps(id, l("scp", allowAll,
			`{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-west-1"}}}`)), deny},
		{"SCP with NotResource", userBob, ps(id, l("scp", allowAll, `{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b/*"}`)), yes},

		{"RCP allows", userBob, ps(id, rcpAllow()), yes},
		{"RCP denies", userBob, ps(id, rcpDeny("")), deny},
		{"RCP denies at the second level", userBob, ps(id, rcpAllow(), rcpDeny("")), deny},
		{"RCP level without policies", userBob, ps(id, l("rcp")), no},
		{"RCP grants nothing", userBob, ps(rcpAllow()), no},
		{"RCP with a condition that does not hold", userBob, ps(id, rcpDeny(`,"Condition":{"StringNotEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}}`)), yes},
		{"RCP with a condition that holds", userBob, ps(id, rcpDeny(`,"Condition":{"BoolIfExists":{"aws:SecureTransport":"false"}}`)), deny},
		{"RCP on an anonymous request", "*", ps(l("resource", grant(`"*"`)), rcpDeny("")), deny},
		{"RCP on a service", "s3.amazonaws.com", ps(l("resource", grant(`{"Service":"s3.amazonaws.com"}`)), rcpDeny("")), deny},
		{"RCP that spares services", "s3.amazonaws.com", ps(l("resource", grant(`{"Service":"s3.amazonaws.com"}`)),
			rcpDeny(`,"Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`)), yes},
		{"RCP on a service-linked role", linked, ps(id, rcpDeny("")), yes},
		{"SCP and RCP", userBob, ps(id, full, rcpAllow()), yes},
	})
	// A level without RCPFullAWSAccess allows nothing, where the service takes such policies.
	rcp := l("rcp")
	for action, want := range map[string]string{
		"sqs:SendMessage": no, "kms:Decrypt": no, "secretsmanager:GetSecretValue": no, "personalize:CreateSolution": no,
		"sns:Publish": yes, "ec2:RunInstances": yes, "iam:CreateUser": yes, // services that take no RCPs
	} {
		got := decide(t, Request{Principal: userBob, Action: action, Resource: "arn:aws:x:us-east-1:111122223333:y"}, set(t, id, rcp))
		if got.Outcome != want {
			t.Errorf("no RCP for %s: %s, want %s", action, got.Outcome, want)
		}
	}
	// They have no effect on RetireGrant (orgs_manage_policies_rcps, "Resources and entities not restricted by RCPs").
	rcp = l("rcp", grant(`"*"`), `{"Effect":"Deny","Principal":"*","Action":["kms:*","sqs:*"],"Resource":"*"}`)
	for action, want := range map[string]string{"sqs:SendMessage": deny, "kms:Decrypt": deny, "kms:RetireGrant": no, "ec2:RunInstances": yes} {
		got := decide(t, Request{Principal: userBob, Action: action, Resource: "arn:aws:x:us-east-1:111122223333:y"}, set(t, id, rcp))
		if got.Outcome != want {
			t.Errorf("RCP on %s: %s, want %s", action, got.Outcome, want)
		}
	}
}

// Anonymous requests and services have no policies of their own.
func TestWithoutIdentity(t *testing.T) {
	const sp = "rds.amazonaws.com"
	toService := `{"Effect":"Allow","Principal":{"Service":"rds.amazonaws.com"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`
	confined := `{"Effect":"Allow","Principal":{"Service":"rds.amazonaws.com"},"Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`
	r := Request{Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	run(t, r, []decided{
		{"anonymous", "*", nil, no},
		{"anonymous, resource allows everybody", "*", ps(l("resource", grant(`"*"`))), yes},
		{"anonymous, resource allows the account", "*", ps(l("resource", grant(aws(acct)))), no},
		{"anonymous, identity does not count", "*", ps(l("identity", allowAll)), no},
		{"service", sp, nil, no},
		{"service, resource allows", sp, ps(l("resource", toService)), yes},
		{"service, identity does not count", sp, ps(l("identity", allowAll)), no},
		{"service, identity's deny does not count", sp, ps(l("identity", denyAll), l("resource", toService)), yes},
		{"service, boundary does not count", sp, ps(l("boundary", denyAll), l("resource", toService)), yes},
		{"another service", "s3.amazonaws.com", ps(l("resource", toService)), no},
		{"service without source account", sp, ps(l("resource", confined)), no},
		{"resource denies", sp, ps(l("resource", toService, `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`)), deny},
	})
	r.Context = ctx("aws:SourceAccount=" + acct)
	run(t, r, []decided{{"service with source account", sp, ps(l("resource", confined)), yes}})
	r.Context = ctx("aws:SourceAccount=" + other)
	run(t, r, []decided{{"service with another source account", sp, ps(l("resource", confined)), no}})
}

// The worked examples of reference_policies_evaluation-logic_policy-eval-basics and reference_policies_evaluation-logic-cross-account.
func TestGuideExamples(t *testing.T) {
	carlos := "arn:aws:iam::123456789012:user/carlossalazar"
	identity := l("identity",
		`{"Sid":"AllowS3Self","Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::mine/*","arn:aws:s3:::mine"]}`,
		`{"Sid":"DenyS3Logs","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*log*"}`)
	bucket := l("resource", `{"Effect":"Allow","Principal":{"AWS":"`+carlos+`"},"Action":"s3:*","Resource":["arn:aws:s3:::mine/*","arn:aws:s3:::mine"]}`)
	for resource, want := range map[string]string{"arn:aws:s3:::mine/x": yes, "arn:aws:s3:::mine-logs/x": deny, "arn:aws:s3:::others/x": no} {
		got := decide(t, Request{Principal: carlos, Action: "s3:PutObject", Resource: resource}, set(t, identity, bucket))
		if got.Outcome != want {
			t.Errorf("%s: %s, want %s", resource, got.Outcome, want)
		}
	}
	demo := "arn:aws:sts::111111111111:assumed-role/Demo/carlos"
	role := l("identity", `{"Effect":"Allow","Action":"s3:*Object*","Resource":"arn:aws:s3:::production/*"}`,
		`{"Effect":"Deny","Action":"s3:*","Resource":["arn:aws:s3:::*log*","arn:aws:s3:::*log*/*"]}`)
	production := l("resource", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/Demo"},"Action":["s3:GetObject*","s3:PutObject*"],"Resource":"arn:aws:s3:::production/*"}`)
	for resource, want := range map[string]string{"arn:aws:s3:::production/x": yes, "arn:aws:s3:::production-logs/x": deny} {
		got := decide(t, Request{Principal: demo, Action: "s3:PutObject", Resource: resource, ResourceAccount: "222222222222"}, set(t, role, production))
		if got.Outcome != want {
			t.Errorf("%s: %s, want %s", resource, got.Outcome, want)
		}
	}
	got := decide(t, Request{Principal: demo, Action: "s3:DeleteObject", Resource: "arn:aws:s3:::production/x", ResourceAccount: "222222222222"}, set(t, role, production))
	if got.Outcome != no {
		t.Errorf("delete: %s", got.Outcome)
	}
}

func TestCauses(t *testing.T) {
	p := set(t,
		l("identity", allowSQS), l("identity", allowSQS, `{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"}`),
		l("resource", grant(aws(acct))), l("boundary", allowS3), l("session", allowS3), l("scp", allowAll), l("scp", allowAll), rcpAllow())
	r := Request{Principal: sessApp, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	got := decide(t, r, p)
	want := []Cause{
		{"identity[1]", "Read", 1, Allow}, {"resource", "", 0, Allow}, {"permissionsBoundaries[0]", "", 0, Allow}, {"session[0]", "", 0, Allow},
		{"serviceControl[0][0]", "", 0, Allow}, {"serviceControl[1][0]", "", 0, Allow}, {"resourceControl[0][0]", "", 0, Allow},
	}
	if got.Outcome != yes || !reflect.DeepEqual(got.Because, want) {
		t.Errorf("%+v", got)
	}
	p.ServiceControl[1] = []Document{doc(t, allowAll, `{"Sid":"Stop","Effect":"Deny","Action":"s3:*","Resource":"*"}`)}
	p.Identity = append(p.Identity, doc(t, denyAll))
	got = decide(t, r, p)
	want = []Cause{{"identity[2]", "", 0, Deny}, {"serviceControl[1][0]", "Stop", 1, Deny}}
	if got.Outcome != deny || !reflect.DeepEqual(got.Because, want) {
		t.Errorf("%+v", got)
	}
	got = decide(t, r, set(t, l("boundary", allowSQS), l("session", allowSQS), l("scp", allowAll), l("scp", allowSQS), l("rcp")))
	if missing := []string{"identity", "permissionsBoundaries[0]", "session", "serviceControl[1]", "resourceControl[0]"}; got.Outcome != no ||
		len(got.Because) != 0 || !reflect.DeepEqual(got.Missing, missing) {
		t.Errorf("%+v", got)
	}
}

// What has no meaning is refused, not decided.
func TestEvaluateRefuses(t *testing.T) {
	r := Request{Principal: userBob, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	for name, p := range map[string]Policies{
		"principal in an identity policy":   set(t, l("identity", grant(`"*"`))),
		"principal in a boundary":           set(t, l("boundary", grant(`"*"`))),
		"principal in an SCP":               set(t, l("scp", grant(`"*"`))),
		"no principal in a resource policy": set(t, l("resource", allowAll)),
		"no principal in an RCP":            set(t, l("rcp", allowAll)),
		"no resource":                       set(t, l("identity", `{"Effect":"Allow","Action":"*"}`)),
		"wildcard in a principal":           set(t, l("resource", grant(aws("arn:aws:iam::111122223333:user/*")))),
		"wildcard in a session":             set(t, l("resource", grant(aws("arn:aws:sts::111122223333:assumed-role/App/*")))),
		"wildcard account":                  set(t, l("resource", grant(aws("arn:aws:iam::*:root")))),
		"group as principal":                set(t, l("resource", grant(aws("arn:aws:iam::111122223333:group/g")))),
		"name as principal":                 set(t, l("resource", grant(aws("Bob")))),
		"any service":                       set(t, l("resource", grant(`{"Service":"*"}`))),
		"variable as principal":             set(t, l("resource", grant(aws("${aws:PrincipalArn}")))),
		"Allow with NotPrincipal":           set(t, l("resource", `{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}`)),
		"variable in an action":             set(t, l("identity", `{"Effect":"Allow","Action":"s3:${aws:username}","Resource":"*"}`)),
		"action without service":            set(t, l("identity", `{"Effect":"Allow","Action":"GetObject","Resource":"*"}`)),
		"operator":                          {Identity: []Document{{Statements: []Statement{{Effect: Allow, Action: One(Literal("*")), Resource: One(Literal("*")), Condition: []Condition{{Operator: "StringIs", Key: "a", Values: One(Literal("b"))}}}}}}},
		"effect":                            {Identity: []Document{{Statements: []Statement{{Effect: "Maybe", Action: One(Literal("*")), Resource: One(Literal("*"))}}}}},
		"version":                           {Identity: []Document{{Version: "2020-01-01"}}},
		"reference":                         {Identity: []Document{{Statements: []Statement{{Effect: Allow, Action: One(Literal("*")), Resource: One(NewText(Ref{"a", "arn"}))}}}}},
	} {
		if d, err := Evaluate(r, p); err == nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// An absent type of policy limits nothing; one that is there without a document does.
func TestAbsentAndEmpty(t *testing.T) {
	r := Request{Principal: sessApp, Action: "s3:GetObject", Resource: object}
	id := []Document{doc(t, allowAll)}
	for i, c := range []struct {
		p    Policies
		want string
	}{
		{Policies{Identity: id}, yes},
		{Policies{Identity: id, Session: []Document{}}, no},
		{Policies{Identity: id, PermissionsBoundaries: []Document{}}, yes},
		{Policies{Identity: id, ServiceControl: [][]Document{}}, yes},
		{Policies{Identity: id, ServiceControl: [][]Document{{}}}, no},
		{Policies{Identity: id, ResourceControl: [][]Document{}}, yes},
		{Policies{Identity: id, ResourceControl: [][]Document{{}}}, no},
		{Policies{Identity: []Document{}}, no},
		{Policies{Identity: []Document{{Version: Version2012}}}, no},
	} {
		if got := decide(t, r, c.p); got.Outcome != c.want {
			t.Errorf("%d: %s, want %s", i, got.Outcome, c.want)
		}
	}
}

// ARNs that lack parts are completed in the policies of identities alone (reference-arns, "Incomplete ARNs").
func TestIncompleteARNs(t *testing.T) {
	short := `"Action":"sqs:*","Resource":"arn:aws:sqs"}`
	for _, c := range []struct {
		name     string
		policies [][]string
		want     string
	}{
		{"identity", ps(l("identity", `{"Effect":"Allow",`+short)), yes},
		{"boundary", ps(l("identity", allowAll), l("boundary", `{"Effect":"Allow",`+short)), yes},
		{"SCP", ps(l("identity", allowAll), l("scp", `{"Effect":"Allow",`+short)), yes},
		{"resource", ps(l("resource", `{"Effect":"Allow","Principal":"*",`+short)), no},
		{"RCP", ps(l("identity", allowAll), l("rcp", grant(`"*"`), `{"Effect":"Deny","Principal":"*",`+short)), yes},
	} {
		r := Request{Principal: userBob, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111122223333:q"}
		if got := decide(t, r, set(t, c.policies...)); got.Outcome != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Outcome, c.want)
		}
	}
}
