package policy

import "testing"

// KMS: nothing is allowed that the key policy does not allow (KMS Developer Guide, key-policy-default and policy-evaluation).
func TestKMS(t *testing.T) {
	key := "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	lets := l("resource", `{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`)
	id := l("identity", `{"Effect":"Allow","Action":"kms:*","Resource":"*"}`)
	sp := "rds.amazonaws.com"
	run(t, Request{Action: "kms:Decrypt", Resource: key}, []decided{
		{"no key policy", userBob, ps(id), no},
		{"key policy lets the account in, identity allows", userBob, ps(lets, id), yes},
		{"key policy lets the account in by its ID", userBob, ps(l("resource", grant(aws(acct))), id), yes},
		{"key policy lets the account in, identity does not allow", userBob, ps(lets), no},
		{"key policy lets another user in, identity allows", userBob, ps(l("resource", grant(aws(userAlice))), id), no},
		{"key policy names the user", userBob, ps(l("resource", grant(aws(userBob)))), yes},
		{"key policy names everybody", userBob, ps(l("resource", grant(`"*"`))), yes},
		{"key policy names the role", sessApp, ps(l("resource", grant(aws(roleApp)))), yes},
		{"key policy names the role, boundary does not allow", sessApp, ps(l("resource", grant(aws(roleApp))), l("boundary", allowS3)), no},
		{"account let in, boundary does not allow", userBob, ps(lets, id, l("boundary", allowS3)), no},
		{"account let in, session does not allow", sessApp, ps(lets, id, l("session", allowS3)), no},
		{"account let in for other actions", userBob, ps(l("resource", `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:Encrypt","Resource":"*"}`), id), no},
		{"identity denies", userBob, ps(l("resource", grant(aws(userBob))), l("identity", denyAll)), deny},
		{"identity denies though the account is not let in", userBob, ps(l("identity", denyAll)), deny},
		{"root user, let in", rootAcct, ps(lets), yes},
		{"root user, not let in", rootAcct, ps(l("resource", grant(aws(userBob)))), no},
		{"service", sp, ps(l("resource", grant(`{"Service":"rds.amazonaws.com"}`))), yes},
		{"service, only the account let in", sp, ps(lets), no},
		{"other account, both", userEve, ps(l("resource", grant(aws(other))), id), yes},
		{"other account, key policy alone", userEve, ps(l("resource", grant(aws(userEve)))), no},
		{"other account, identity alone", userEve, ps(lets, id), no},
		{"SCP does not allow", userBob, ps(lets, id, l("scp", allowS3)), no},
	})
	// They concern no key.
	for _, action := range []string{"kms:ListKeys", "kms:CreateKey", "kms:ListAliases", "kms:GenerateRandom"} {
		run(t, Request{Action: action, Resource: "*"}, []decided{
			{action + " by identity", userBob, ps(id), yes},
			{action + " without", userBob, ps(), no},
		})
	}
	alias := "arn:aws:kms:us-east-1:111122223333:alias/shop"
	allow := func(resource, more string) []string {
		return l("identity", `{"Effect":"Allow","Action":"kms:*","Resource":"`+resource+`"`+more+`}`)
	}
	run(t, Request{Action: "kms:Decrypt", Resource: alias}, []decided{
		{"by alias, identity allows all keys", userBob, ps(lets, allow("arn:aws:kms:*:111122223333:key/*", "")), yes},
		{"by alias, identity names the alias", userBob, ps(lets, allow(alias, "")), no}, // it says nothing of the key
		{"by alias, identity names one key", userBob, ps(lets, allow(key, "")), no},
		{"by alias, with kms:RequestAlias", userBob, ps(lets, allow("*", `,"Condition":{"StringEquals":{"kms:RequestAlias":"alias/shop"}}`)), yes},
		{"by alias, with another kms:RequestAlias", userBob, ps(lets, allow("*", `,"Condition":{"StringEquals":{"kms:RequestAlias":"alias/x"}}`)), no},
		{"by alias, key policy with kms:CallerAccount", userBob, ps(
			l("resource", `{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111122223333"}}}`)), yes},
		{"by alias, key policy with another kms:CallerAccount", userBob, ps(
			l("resource", `{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"444455556666"}}}`)), no},
	})
	run(t, Request{Action: "kms:CreateAlias", Resource: alias}, []decided{
		{"alias itself by identity", userBob, ps(allow(alias, "")), yes},
		{"alias itself, identity names the key", userBob, ps(lets, allow(key, "")), no},
		{"alias itself by key policy", userBob, ps(l("resource", grant(aws(userBob)))), no},
	})
	run(t, Request{Action: "kms:CreateAlias", Resource: key}, []decided{
		{"key of an alias", userBob, ps(l("resource", grant(aws(userBob)))), yes},
		{"key of an alias by identity alone", userBob, ps(id), no},
	})
}

// STS: the trust policy decides who assumes a role.
func TestAssumeRole(t *testing.T) {
	role := "arn:aws:iam::111122223333:role/Target"
	trust := func(principal string) []string {
		return l("resource", `{"Effect":"Allow","Principal":`+principal+`,"Action":"sts:AssumeRole"}`)
	}
	id := l("identity", `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"`+role+`"}`)
	run(t, Request{Action: "sts:AssumeRole", Resource: role}, []decided{
		{"no trust policy", userBob, ps(id), no},
		{"trusts the user", userBob, ps(trust(aws(userBob))), yes},
		{"trusts the account, identity allows", userBob, ps(trust(aws(rootAcct)), id), yes},
		{"trusts the account alone", userBob, ps(trust(aws(rootAcct))), no},
		{"trusts another user", userBob, ps(trust(aws(userAlice)), id), no},
		{"trusts everybody", userBob, ps(trust(`"*"`)), yes},
		{"trusts the role of a session", sessApp, ps(trust(aws(roleApp))), yes},
		{"trusts the role of a session, session policy does not allow", sessApp, ps(trust(aws(roleApp)), l("session", allowS3)), no},
		{"trusts the user, identity denies", userBob, ps(trust(aws(userBob)), l("identity", denyAll)), deny},
		{"trusts the user, SCP does not allow", userBob, ps(trust(aws(userBob)), l("scp", allowS3)), no},
		{"role does not trust itself", "arn:aws:sts::111122223333:assumed-role/Target/s", ps(trust(aws(userBob)), id), no},
		{"trusts a user of another account, both", userEve, ps(trust(aws(userEve)), id), yes},
		{"trusts a user of another account alone", userEve, ps(trust(aws(userEve))), no},
		{"trusts another account, identity allows", userEve, ps(trust(aws(other)), id), yes},
		{"another account, not trusted", userEve, ps(trust(aws(rootAcct)), id), no},
		{"trusts the service", "rds.amazonaws.com", ps(trust(`{"Service":"rds.amazonaws.com"}`)), yes},
		{"trusts another service", "rds.amazonaws.com", ps(trust(`{"Service":"s3.amazonaws.com"}`)), no},
		{"root user", rootAcct, ps(trust(aws(rootAcct))), no},
		{"anonymous", "*", ps(trust(aws(rootAcct))), no},
		{"trust policy denies", userBob, ps(l("resource", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`, `{"Effect":"Deny","Principal":{"AWS":"`+userBob+`"},"Action":"sts:*"}`)), deny},
		{"RCP denies", userBob, ps(trust(aws(userBob)), l("rcp", grant(`"*"`), `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`)), deny},
	})
	ext := l("resource", `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x1"}}}`)
	run(t, Request{Action: "sts:AssumeRole", Resource: role, Context: ctx("sts:ExternalId=x1")}, []decided{{"external ID", userEve, ps(ext, id), yes}})
	run(t, Request{Action: "sts:AssumeRole", Resource: role}, []decided{{"without external ID", userEve, ps(ext, id), no}})
	run(t, Request{Action: "sts:TagSession", Resource: role}, []decided{
		{"tags, trust policy does not allow", userBob, ps(trust(aws(userBob)), l("identity", allowAll)), no},
		{"tags, trust policy allows", userBob, ps(l("resource", `{"Effect":"Allow","Principal":{"AWS":"`+userBob+`"},"Action":["sts:AssumeRole","sts:TagSession"]}`)), yes},
	})
	linked := "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
	run(t, Request{Action: "sts:AssumeRole", Resource: linked}, []decided{
		{"RCP on the trust of a service-linked role", "x.amazonaws.com", ps(trust(`{"Service":"x.amazonaws.com"}`), l("rcp", `{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}`)), yes},
	})
}

// Calls with the token of an identity provider are decided by the trust policy alone.
func TestAssumeRoleWithToken(t *testing.T) {
	oidc := "arn:aws:iam::111122223333:oidc-provider/tokens.actions.githubusercontent.com"
	trust := l("resource", `{"Effect":"Allow","Principal":{"Federated":"`+oidc+`"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"tokens.actions.githubusercontent.com:sub":"repo:o/r:*"}}}`)
	r := Request{Action: "sts:AssumeRoleWithWebIdentity", Resource: "arn:aws:iam::111122223333:role/CI", Context: ctx("tokens.actions.githubusercontent.com:sub=repo:o/r:ref:refs/heads/main")}
	run(t, r, []decided{
		{"provider", oidc, ps(trust), yes},
		{"another provider", "arn:aws:iam::111122223333:oidc-provider/x", ps(trust), no},
		{"provider of another account", "arn:aws:iam::444455556666:oidc-provider/tokens.actions.githubusercontent.com", ps(trust), no},
		{"no provider", "*", ps(trust), no},
		{"identity's policies do not count", userBob, ps(l("identity", denyAll), trust), no},
		{"SCPs do not count", oidc, ps(trust, l("scp", denyAll)), yes},
	})
	r.Context["aws:FederatedProvider"] = []string{oidc}
	run(t, r, []decided{{"provider in the context", "*", ps(trust), yes}})
	r.Context["tokens.actions.githubusercontent.com:sub"] = []string{"repo:evil/r:ref:refs/heads/main"}
	run(t, r, []decided{{"another subject", oidc, ps(trust), no}})
	saml := "arn:aws:iam::111122223333:saml-provider/Corp"
	run(t, Request{Action: "sts:AssumeRoleWithSAML", Resource: "arn:aws:iam::111122223333:role/CI"}, []decided{
		{"SAML", saml, ps(l("resource", `{"Effect":"Allow","Principal":{"Federated":"`+saml+`"},"Action":"sts:AssumeRoleWithSAML"}`)), yes},
	})
}

func TestCallsWithoutPermission(t *testing.T) {
	run(t, Request{Action: "sts:GetCallerIdentity", Resource: "*"}, []decided{
		{"nothing", userBob, nil, yes},
		{"denied", userBob, ps(l("identity", denyAll)), yes},
		{"denied by SCP", sessApp, ps(l("scp", denyAll)), yes},
		{"root", rootAcct, nil, yes},
		{"anonymous", "*", nil, no},
	})
	run(t, Request{Action: "STS:getcalleridentity", Resource: "*"}, []decided{{"any case", userBob, ps(l("identity", denyAll)), yes}})
	run(t, Request{Action: "sts:GetSessionToken", Resource: "*"}, []decided{
		{"user", userBob, nil, yes},
		{"user, denied", userBob, ps(l("identity", denyAll)), yes},
	})
	run(t, Request{Action: "sts:GetFederationToken", Resource: "*"}, []decided{
		{"needs a permission", userBob, nil, no},
		{"has it", userBob, ps(l("identity", allowAll)), yes},
	})
}

// iam:PassRole is decided by the identity, with the service that gets the role in the context.
func TestPassRole(t *testing.T) {
	pass := l("identity", `{"Effect":"Allow","Action":"iam:PassRole","Resource":"`+roleApp+`","Condition":{"StringEquals":{"iam:PassedToService":"rds.amazonaws.com"}}}`)
	r := Request{Action: "iam:PassRole", Resource: roleApp, Context: ctx("iam:PassedToService=rds.amazonaws.com")}
	run(t, r, []decided{{"right service", userBob, ps(pass), yes}})
	r.Context = ctx("iam:PassedToService=lambda.amazonaws.com")
	run(t, r, []decided{{"wrong service", userBob, ps(pass), no}})
	r = Request{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/Admin", Context: ctx("iam:PassedToService=rds.amazonaws.com")}
	run(t, r, []decided{{"wrong role", userBob, ps(pass), no}})
}
