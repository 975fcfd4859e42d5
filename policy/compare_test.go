package policy

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestCompare compares two policies of an identity, or of a resource where they have principals.
func TestCompare(t *testing.T) {
	allow := func(rest string) string {
		return `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"` + rest + `}`
	}
	when := func(condition string) string { return allow(`,"Condition":` + condition) }
	bucket := func(principal, rest string) string {
		return `{"Effect":"Allow","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"` + rest + `}`
	}
	on := func(r string) string { return `{"Effect":"Allow","Action":"s3:GetObject","Resource":` + r + `}` }
	does := func(a string) string { return `{"Effect":"Allow","Action":` + a + `,"Resource":"*"}` }
	none := `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`
	for name, c := range map[string]struct {
		old, new string
		want     Relation
	}{
		"nothing changes": {allowAll, allowAll, Same},
		// Actions.
		"letter case of actions":       {does(`"s3:GetObject"`), does(`"S3:getobject"`), Same},
		"an action more":               {does(`"s3:GetObject"`), does(`["s3:GetObject","s3:PutObject"]`), Broader},
		"a wildcard over an action":    {does(`["s3:Get*","s3:GetObject"]`), does(`"s3:Get*"`), Same},
		"a wildcard and its parts":     {does(`"s3:*"`), does(`["s3:?","s3:??*"]`), Same},
		"wildcards that overlap":       {does(`"s3:Get*"`), does(`"s3:*Object"`), Different},
		"a wildcard in another":        {does(`"s3:*Get*"`), does(`"s3:Get*"`), Narrower},
		"NotAction":                    {`{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}`, allowAll, Broader},
		"NotAction and what it leaves": {`{"Effect":"Allow","NotAction":"s3:*","Resource":"*"},` + allowS3, allowAll, Same},
		// Resources.
		"letter case of resources": {on(`"arn:aws:s3:::b/A"`), on(`"arn:aws:s3:::b/a"`), Different},
		"a prefix":                 {on(`"arn:aws:s3:::b/*"`), on(`"arn:aws:s3:::b/a*"`), Narrower},
		"an incomplete ARN":        {on(`"arn:aws:sqs"`), on(`"arn:aws:sqs:*:*:*"`), Same},
		"a wildcard within its part": {on(`"arn:aws:sqs:us-*-1:1:q"`), on(`["arn:aws:sqs:us-*-1:1:q","arn:aws:sqs:us-x:y-1:1:q"]`),
			Broader},
		"a wildcard at the end of its part": {on(`"arn:aws:sqs:us-*:1:q"`), on(`["arn:aws:sqs:us-*:1:q","arn:aws:sqs:us-x:y:1:q"]`),
			Same},
		"NotResource": {on(`"*"`), `{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/*"}`, Narrower},
		"the two halves": {on(`"*"`), `{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/*"},` +
			on(`"arn:aws:s3:::b/*"`), Same},
		// Deny.
		"a deny":                    {allowAll, allowAll + "," + none, Narrower},
		"a deny lost":               {allowAll + "," + none, allowAll, Broader},
		"an allow under a deny":     {none, none + "," + when(`{"StringEquals":{"k:a":"x"}}`), Same},
		"a deny of nothing":         {allowSQS, allowSQS + "," + none, Same},
		"a deny in place of a gap":  {`{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"}`, allowAll + "," + none, Same},
		"a deny with a condition":   {allowAll + "," + none, allowAll + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"k:b":"true"}}}`, Broader},
		"two denies that are one":   {allowAll + "," + none, allowAll + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"k:b":"true"}}},{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEqualsIgnoreCase":{"k:b":"true"}}}`, Same},
		"what a deny leaves":        {allowAll + `,{"Effect":"Deny","NotAction":"s3:GetObject","Resource":"*"}`, allow(""), Same},
		"a condition on both sides": {when(`{"StringEquals":{"k:a":"x"}}`) + "," + when(`{"StringNotEquals":{"k:a":"x"}}`), allow(""), Same},
		// Conditions on strings.
		"a condition lost":            {when(`{"StringEquals":{"k:a":"x"}}`), allow(""), Broader},
		"a value more":                {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringEquals":{"k:a":["x","y"]}}`), Broader},
		"a value more under Not":      {when(`{"StringNotEquals":{"k:a":"x"}}`), when(`{"StringNotEquals":{"k:a":["x","y"]}}`), Narrower},
		"letter case of keys":         {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringEquals":{"K:A":"x"}}`), Same},
		"letter case of values":       {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringEqualsIgnoreCase":{"k:a":"X"}}`), Broader},
		"both cases":                  {when(`{"StringEquals":{"k:a":["x","X"]}}`), when(`{"StringEqualsIgnoreCase":{"k:a":"X"}}`), Same},
		"Equals has no wildcards":     {when(`{"StringEquals":{"k:a":"x*"}}`), when(`{"StringLike":{"k:a":"x*"}}`), Broader},
		"Like without wildcards":      {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringLike":{"k:a":"x"}}`), Same},
		"IfExists":                    {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringEqualsIfExists":{"k:a":"x"}}`), Broader},
		"IfExists and that it exists": {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"StringEqualsIfExists":{"k:a":"x"},"Null":{"k:a":"false"}}`), Same},
		"Not and IfExists":            {when(`{"StringNotEquals":{"k:a":"x"}}`), when(`{"StringNotEqualsIfExists":{"k:a":"x"}}`), Same},
		"Null and its opposite":       {when(`{"Null":{"k:a":"true"}}`) + "," + when(`{"Null":{"k:a":"false"}}`), allow(""), Same},
		"an empty text is no value":   {when(`{"Null":{"k:a":"true"}}`), when(`{"StringNotLike":{"k:a":"?*"}}`), Same},
		"what cannot be":              {when(`{"StringEquals":{"k:a":"x"},"StringLike":{"k:a":"y*"}}`), none, Same},
		"conditions in one statement": {when(`{"StringLike":{"k:a":"x*"},"StringNotLike":{"k:a":"xy*"}}`), when(`{"StringLike":{"k:a":"x*"}}`), Broader},
		// Sets.
		"ForAnyValue":           {when(`{"StringEquals":{"k:a":"x"}}`), when(`{"ForAnyValue:StringEquals":{"k:a":"x"}}`), Same},
		"ForAllValues":          {when(`{"ForAnyValue:StringEquals":{"k:a":"x"}}`), when(`{"ForAllValues:StringEquals":{"k:a":"x"}}`), Different},
		"ForAllValues and Null": {when(`{"ForAllValues:StringEquals":{"k:a":"x"},"Null":{"k:a":"false"}}`), when(`{"ForAnyValue:StringEquals":{"k:a":"x"}}`), Broader},
		"several values": {when(`{"ForAnyValue:StringEquals":{"k:a":"x"},"ForAllValues:StringLike":{"k:a":"?"}}`),
			when(`{"ForAnyValue:StringEquals":{"k:a":"x"},"ForAnyValue:StringLike":{"k:a":"?"},"ForAllValues:StringLike":{"k:a":"?"}}`), Same},
		"one value is both":    {when(`{"StringLike":{"k:a":"x*"},"StringEquals":{"k:a":"y"}}`), none, Same},
		"two values are both":  {when(`{"ForAnyValue:StringLike":{"k:a":"x*"},"ForAnyValue:StringEquals":{"k:a":"y"}}`), none, Narrower},
		"ForAllValues and Not": {when(`{"ForAllValues:StringNotEquals":{"k:a":"x"}}`), when(`{"ForAnyValue:StringNotEquals":{"k:a":"x"}}`), Different},
		// ARNs.
		"ArnEquals is ArnLike":       {when(`{"ArnEquals":{"k:a":"arn:aws:sns:*:1:t*"}}`), when(`{"ArnLike":{"k:a":"arn:aws:sns:*:1:t*"}}`), Same},
		"ARNs have parts":            {when(`{"ArnLike":{"k:a":"arn:aws:sns:*:1:t"}}`), when(`{"StringLike":{"k:a":"arn:aws:sns:*:1:t"}}`), Broader},
		"any ARN":                    {when(`{"ArnLike":{"k:a":"*"}}`), when(`{"StringLike":{"k:a":"arn:*:*:*:*:*"}}`), Same},
		"ArnNotLike and its absence": {when(`{"ArnNotLike":{"k:a":"arn:aws:sns:*:1:t"}}`) + "," + when(`{"ArnLike":{"k:a":"arn:aws:sns:*:1:t"}}`), allow(""), Same},
		// Numbers, dates, addresses, booleans, bytes.
		"numbers meet":           {when(`{"NumericLessThan":{"k:a":"5"}}`), when(`{"NumericLessThanEquals":{"k:a":"5"}}`), Broader},
		"numbers by another way": {when(`{"NumericLessThanEquals":{"k:a":"5"}}`), when(`{"NumericLessThan":{"k:a":"5.0"}}`) + "," + when(`{"NumericEquals":{"k:a":"5.00"}}`), Same},
		"all numbers":            {when(`{"NumericLessThan":{"k:a":"5"}}`) + "," + when(`{"NumericGreaterThanEquals":{"k:a":"5"}}`), allow(""), Broader},
		"exact numbers":          {when(`{"NumericEquals":{"k:a":"9007199254740993"}}`), when(`{"NumericEquals":{"k:a":"9007199254740992"}}`), Different},
		"dates meet":             {when(`{"DateLessThan":{"k:a":"2024-01-01"}}`), when(`{"DateLessThan":{"k:a":"2024-01-01T00:00:00Z"}}`), Same},
		"a nanosecond":           {when(`{"DateLessThan":{"k:a":"2024-01-01"}}`), when(`{"DateLessThanEquals":{"k:a":"2023-12-31T23:59:59.999999999Z"}}`), Same},
		"epoch":                  {when(`{"DateEquals":{"k:a":"1704067200"}}`), when(`{"DateEquals":{"k:a":"2024-01-01"}}`), Same},
		"the halves of a range":  {when(`{"IpAddress":{"k:a":"10.0.0.0/8"}}`), when(`{"IpAddress":{"k:a":["10.0.0.0/9","10.128.0.0/9"]}}`), Same},
		"an address less":        {when(`{"IpAddress":{"k:a":"10.0.0.0/30"}}`), when(`{"IpAddress":{"k:a":["10.0.0.0/31","10.0.0.2"]}}`), Narrower},
		"not an address":         {when(`{"NotIpAddress":{"k:a":"0.0.0.0/0"}}`), when(`{"NotIpAddress":{"k:a":["0.0.0.0/0","::/0"]}}`), Narrower},
		"Bool":                   {when(`{"Bool":{"k:a":"true"}}`), when(`{"Bool":{"k:a":"TRUE"}}`), Same},
		"both booleans":          {when(`{"Bool":{"k:a":"true"}}`) + "," + when(`{"BoolIfExists":{"k:a":"false"}}`), allow(""), Broader},
		"bytes":                  {when(`{"BinaryEquals":{"k:a":"QQ=="}}`), when(`{"BinaryEquals":{"k:a":["QQ==","Qg=="]}}`), Broader},
		// Principals.
		"a principal more":         {bucket(aws(userBob), ""), bucket(aws(userBob, roleEve), ""), Broader},
		"everybody":                {bucket(aws(userBob), ""), bucket(`"*"`, ""), Broader},
		"two ways of everybody":    {bucket(`{"AWS":"*"}`, ""), bucket(`"*"`, ""), Same},
		"two names of an account":  {bucket(aws(acct), ""), bucket(aws(rootAcct), ""), Same},
		"an account and its user":  {bucket(aws(acct, userBob), ""), bucket(aws(acct), ""), Narrower},
		"a role and its session":   {bucket(aws(roleApp), ""), bucket(aws(sessApp), ""), Narrower},
		"a session under its role": {bucket(aws(roleApp), ""), bucket(aws(roleApp, sessApp), ""), Same},
		"a service":                {bucket(`{"Service":"s3.amazonaws.com"}`, ""), bucket(`{"Service":["s3.amazonaws.com","sns.amazonaws.com"]}`, ""), Broader},
		"everybody, by account":    {bucket(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`), bucket(`"*"`, ""), Broader},
		"everybody, by ARN":        {bucket(aws(userBob), ""), bucket(`"*"`, `,"Condition":{"ArnEquals":{"aws:PrincipalArn":"`+userBob+`"}}`), Same},
		"others, by ARN":           {bucket(aws(userBob), ""), bucket(aws(userBob), `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`), Same},
		"users of an account":      {bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/*"}}`), bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:user/?*","arn:aws:iam::111122223333:user/a*"]}}`), Same},
		"an Example":               {bucket(aws("arn:aws:iam::111122223333:role/Example"), ""), bucket(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`), Broader},
		"federated users":          {bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::111122223333:federated-user/a*"}}`), bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::111122223333:federated-user/?*"}}`), Broader},
		"another partition":        {bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws-cn:iam::*:role/*","arn:aws:iam::1*:role/*"]}}`), bucket(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::1*:role/*"}}`), Narrower},
		"an excepted principal": {bucket(`"*"`, "") + `,{"Effect":"Deny","NotPrincipal":` + aws(userBob, acct) + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`,
			bucket(`"*"`, "") + `,{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`, Narrower},
		"an ID of a deleted user": {bucket(aws(userBob), ""), bucket(aws(userBob, "AIDAQQQQQQQQQQQQQQQQ"), ""), Broader},
		"trust":                   {`{"Effect":"Allow","Principal":` + aws(acct) + `,"Action":"sts:AssumeRole"}`, `{"Effect":"Allow","Principal":` + aws(acct) + `,"Action":["sts:AssumeRole","sts:TagSession"]}`, Broader},
		"a provider": {`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/P"},"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}`,
			`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/P"},"Action":"sts:AssumeRoleWithSAML"}`, Broader},
		"a key's account": {`{"Effect":"Allow","Principal":` + aws(acct) + `,"Action":"kms:*","Resource":"*"}`, `{"Effect":"Allow","Principal":` + aws(roleApp) + `,"Action":"kms:*","Resource":"*"}`, Different},
		// Variables.
		"a variable and a wildcard":         {on(`"arn:aws:s3:::b/${aws:username}/*"`), on(`"arn:aws:s3:::b/*"`), Broader},
		"a variable twice":                  {on(`["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::b/${aws:username}/a"]`), on(`"arn:aws:s3:::b/${aws:username}/*"`), Same},
		"a variable and a value":            {on(`"arn:aws:s3:::b/${aws:username}"`), on(`["arn:aws:s3:::b/${aws:username}","arn:aws:s3:::b/admin"]`), Broader},
		"a deny with a variable":            {on(`"arn:aws:s3:::b/*"`), on(`"arn:aws:s3:::b/*"`) + `,{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b/${aws:username}/*"}`, Narrower},
		"a deny with a variable, elsewhere": {on(`"arn:aws:s3:::b/in/*"`), on(`"arn:aws:s3:::b/in/*"`) + `,{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/out/${aws:username}"}`, Same},
		"a deny of one value":               {on(`"arn:aws:s3:::b/${aws:username}"`), on(`"arn:aws:s3:::b/${aws:username}"`) + `,{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/admin"}`, Narrower},
		"a variable in front":               {when(`{"ArnLike":{"k:a":"arn:aws:sns:${k:b}:1:t"}}`), allow(""), Broader},
		"NotResource with a variable":       {on(`"*"`), `{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/${aws:username}"},` + on(`"arn:aws:s3:::b/${aws:username}"`), Narrower},
		"a value that is a variable":        {when(`{"StringEquals":{"k:a":"${k:b}"}}`), allow(""), Broader},
		"a known value":                     {on(`"arn:aws:s3:::b/${*}${$}"`), on(`"arn:aws:s3:::b/*"`), Broader},
	} {
		a, b := alone(doc(t, c.old)), alone(doc(t, c.new))
		got, err := Compare(a, b, Setting{})
		if err != nil || got.Relation != c.want || got.Undecided != nil {
			t.Errorf("%s: %s %q, %v; want %s", name, got.Relation, got.Undecided, err, c.want)
			for _, x := range got.Changes {
				t.Logf("%+v", x)
			}
		}
		for _, x := range got.Changes {
			checkWitness(t, x, a, b)
		}
		back, err := Compare(b, a, Setting{})
		if err != nil || back.Relation != inverse(c.want) {
			t.Errorf("%s, the other way around: %s, %v", name, back.Relation, err)
		}
	}
}

// TestCompareWhole compares all policies that apply to one principal.
func TestCompareWhole(t *testing.T) {
	bucket := func(principal string) *Document {
		d := doc(t, `{"Effect":"Allow","Principal":`+principal+`,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`)
		return &d
	}
	own := []Document{doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`)}
	nothing := []Document{doc(t, `{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:us-east-1:111122223333:q"}`)}
	here := Setting{Principal: roleApp, Resources: []string{"arn:aws:s3:::b", "arn:aws:s3:::b/*"}}
	there := here
	there.ResourceAccount = other
	decrypts := []Document{doc(t, `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`)}
	key := func(name string) *Document {
		d := doc(t, `{"Effect":"Allow","Principal":`+aws(name)+`,"Action":"kms:*","Resource":"*"}`)
		return &d
	}
	control := func(s ...string) [][]Document { return [][]Document{{doc(t, s...)}} }
	for name, c := range map[string]struct {
		old, new Policies
		in       Setting
		want     Relation
	}{
		"moved to the bucket": {Policies{Identity: own, Resource: bucket(aws(userBob))}, Policies{Identity: nothing, Resource: bucket(aws(userBob, roleApp))}, here, Same},
		"moved to another account's bucket": {Policies{Identity: own, Resource: bucket(aws(userBob))},
			Policies{Identity: nothing, Resource: bucket(aws(userBob, roleApp))}, there, Same}, // neither is enough
		"the second half, in another account": {Policies{Identity: own, Resource: bucket(aws(userBob))}, Policies{Identity: own, Resource: bucket(aws(roleApp))}, there, Broader},
		"the second half, in the account":     {Policies{Identity: own, Resource: bucket(aws(userBob))}, Policies{Identity: own, Resource: bucket(aws(roleApp))}, here, Same},
		"to the account, not the role":        {Policies{Identity: own, Resource: bucket(aws(userBob))}, Policies{Identity: nothing, Resource: bucket(aws(acct))}, here, Narrower},
		"a policy of the bucket":              {Policies{Identity: nothing}, Policies{Identity: nothing, Resource: bucket(aws(roleApp))}, here, Broader},
		"a boundary": {Policies{Identity: own}, Policies{Identity: own, PermissionsBoundaries: []Document{doc(t, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/x*"}`)}},
			here, Narrower},
		"a boundary that is wide enough": {Policies{Identity: own}, Policies{Identity: own, PermissionsBoundaries: []Document{doc(t, allowS3)}}, here, Same},
		"a boundary and a role's grant":  {Policies{Resource: bucket(aws(roleApp))}, Policies{Resource: bucket(aws(roleApp)), PermissionsBoundaries: nothing}, here, Narrower},
		"a boundary and a user's grant": {Policies{Resource: bucket(aws(userBob))}, Policies{Resource: bucket(aws(userBob)), PermissionsBoundaries: nothing},
			Setting{Principal: userBob}, Same},
		"a session policy":         {Policies{Identity: own}, Policies{Identity: own, Session: nothing}, here, Narrower},
		"a control policy":         {Policies{Identity: own, ServiceControl: control(allowAll)}, Policies{Identity: own, ServiceControl: control(allowSQS)}, here, Narrower},
		"a deny for all":           {Policies{Identity: own, ServiceControl: control(allowAll)}, Policies{Identity: own, ServiceControl: control(allowAll, `{"Effect":"Deny","Action":"s3:Get*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"`+roleApp+`"}}}`)}, here, Same},
		"a deny for others":        {Policies{Identity: own, ServiceControl: control(allowAll)}, Policies{Identity: own, ServiceControl: control(allowAll, `{"Effect":"Deny","Action":"s3:Get*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"`+roleEve+`"}}}`)}, here, Narrower},
		"a control of resource":    {Policies{Identity: own}, Policies{Identity: own, ResourceControl: control(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"BoolIfExists":{"aws:SecureTransport":"false"}}}`)}, here, Narrower},
		"outside of the scope":     {Policies{Identity: own}, Policies{Identity: append(slices.Clone(own), doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/*"}`))}, here, Same},
		"several documents":        {Policies{Identity: own}, Policies{Identity: append(slices.Clone(own), doc(t, allowSQS), doc(t, none2))}, Setting{}, Different},
		"a known name":             {Policies{Identity: []Document{doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}`)}}, Policies{Identity: []Document{doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/Bob"}`)}}, Setting{Principal: userBob}, Same},
		"a known key":              {Policies{Identity: []Document{doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/t":"x"}}}`)}}, Policies{Identity: []Document{doc(t, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`)}}, Setting{Context: ctx("aws:PrincipalTag/t=x")}, Same},
		"a key's policy decides":   {Policies{Identity: decrypts, Resource: key(userBob)}, Policies{Identity: nothing, Resource: key(userBob)}, Setting{Principal: roleApp}, Same},
		"a key's policy delegates": {Policies{Identity: decrypts, Resource: key(acct)}, Policies{Identity: nothing, Resource: key(acct)}, Setting{Principal: roleApp}, Narrower},
		"no key": {Policies{Identity: []Document{doc(t, `{"Effect":"Allow","Action":"kms:CreateKey","Resource":"*"}`)}, Resource: key(userBob)},
			Policies{Identity: nothing, Resource: key(userBob)}, Setting{Principal: roleApp}, Narrower},
		"a federated user without a session policy": {Policies{Identity: own}, Policies{}, Setting{Principal: fedBob}, Same},
		"a Deny of NotPrincipal and a boundary on one side": {
			Policies{Resource: denyBut(t, roleApp), Identity: own},
			Policies{Resource: denyBut(t, roleApp), Identity: own, PermissionsBoundaries: []Document{doc(t, allowS3)}}, here, Narrower},
		"a Deny of NotPrincipal and a boundary": {
			Policies{Resource: denyBut(t, roleApp), Identity: own, PermissionsBoundaries: []Document{doc(t, allowS3)}},
			Policies{Resource: bucket(aws(userBob)), Identity: own, PermissionsBoundaries: []Document{doc(t, allowS3)}}, here, Broader},
		"a Deny of NotPrincipal":      {Policies{Resource: denyBut(t, roleApp), Identity: own}, Policies{Resource: bucket(aws(userBob)), Identity: own}, here, Same},
		"root under a control policy": {Policies{}, Policies{ServiceControl: control(allowSQS)}, Setting{Principal: rootAcct}, Narrower},
		"root has all":                {Policies{Identity: nothing}, Policies{Identity: own}, Setting{Principal: rootAcct}, Same},
	} {
		got, err := Compare(c.old, c.new, c.in)
		if err != nil || got.Relation != c.want || got.Undecided != nil {
			t.Errorf("%s: %s %q, %v; want %s", name, got.Relation, got.Undecided, err, c.want)
		}
		for _, x := range got.Changes {
			checkWitness(t, x, c.old, c.new)
		}
	}
}

// denyBut is a bucket's policy for all but a role and its account.
func denyBut(t testing.TB, role string) *Document {
	d := doc(t, `{"Effect":"Deny","NotPrincipal":`+aws(role, acct)+`,"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`)
	return &d
}

const none2 = `{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a"}`

// What a change tells.
func TestCompareChange(t *testing.T) {
	before := alone(doc(t, `{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/in/*"]}`))
	after := alone(doc(t, `{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::b/in/*","arn:aws:s3:::b/in/x*"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`))
	got, err := Compare(before, after, Setting{})
	if err != nil || got.Relation != Different || len(got.Changes) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	more, less := got.Changes[0], got.Changes[1]
	read := []Cause{{"identity[0]", "Read", 0, Allow}}
	if more.Kind != Broader || !slices.Equal(more.Actions, []string{"s3:PutObject"}) || len(more.Resources) != 2 || len(more.Conditions) != 1 ||
		!reflect.DeepEqual(more.New, read) || more.Old != nil || more.Witness.Action != "s3:PutObject" || !slices.Equal(more.Witness.Context["aws:SecureTransport"], []string{"true"}) {
		t.Errorf("%+v", more)
	}
	if less.Kind != Narrower || !slices.Equal(less.Actions, []string{"s3:GetObject"}) || !slices.Equal(less.Resources, []string{"arn:aws:s3:::b/in/*"}) ||
		!reflect.DeepEqual(less.Old, read) || !reflect.DeepEqual(less.New, read) || len(less.Witness.Context) != 0 {
		t.Errorf("%+v", less)
	}
	a := Policies{Resource: &Document{Version: Version2012}}
	b := alone(doc(t, `{"Effect":"Allow","Principal":{"AWS":["`+userBob+`"],"Service":"s3.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Principal":`+aws(userBob)+`,"Action":"*","Resource":"*"}`))
	if got, err = Compare(a, b, Setting{ResourceAccount: acct}); err != nil || got.Relation != Different || len(got.Changes) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if more := got.Changes[0]; !slices.Equal(more.Principals, []string{"s3.amazonaws.com"}) || more.Witness.Principal != "s3.amazonaws.com" {
		t.Errorf("%+v", more)
	}
	// What a Deny takes away from whatever others allow.
	if less := got.Changes[1]; !slices.Equal(less.Principals, []string{userBob}) || !slices.Equal(less.Actions, []string{"*"}) || len(less.Assumed.Identity) != 1 ||
		!reflect.DeepEqual(less.New, []Cause{{"resource", "", 1, Deny}}) || less.Old != nil {
		t.Errorf("%+v", less)
	}
}

func TestCompareRefuses(t *testing.T) {
	good := doc(t, allowAll)
	bucket := doc(t, grant(`"*"`))
	trust := doc(t, `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)
	bad := doc(t, `{"Effect":"Allow","Action":"s3","Resource":"*"}`)
	for want, c := range map[string]struct {
		old, new Policies
		in       Setting
	}{
		`old policies: 1:38: identity[0]: statement 0: Action "s3"`: {Policies{Identity: []Document{bad}}, Policies{}, Setting{}},
		`new policies: 1:38: identity[1]: statement 0: Action "s3"`: {Policies{}, Policies{Identity: []Document{good, bad}}, Setting{}},
		`compared for one principal; name it`:                       {Policies{Identity: []Document{good}}, Policies{Resource: &bucket}, Setting{}},
		`principal "Bob"`:                                           {Policies{}, Policies{}, Setting{Principal: "Bob"}},
		`account of the resource`:                                   {Policies{}, Policies{}, Setting{ResourceAccount: "1"}},
		`twice`:                                                     {Policies{}, Policies{}, Setting{Context: ctx("a:b=c", "A:b=c")}},
		`has neither Resource nor`:                                  {Policies{Resource: &trust}, Policies{Resource: &bucket}, Setting{}},
		`resource "b/*" is no ARN`:                                  {Policies{}, Policies{}, Setting{Resources: []string{"b/*"}}},
		`reference <bucket.x.arn>`:                                  {Policies{Identity: []Document{{Statements: []Statement{{Effect: Allow, Action: One(Literal("s3:*")), Resource: One(NewText(Ref{"bucket.x", "arn"}))}}}}}, Policies{}, Setting{}},
		`Version is "2020-01-01"; A`:                                {Policies{Identity: []Document{{Version: "2020-01-01"}}}, Policies{}, Setting{}},
	} {
		if got, err := Compare(c.old, c.new, c.in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v; want %s", got, err, want)
		}
	}
}

// The account of the resource is one whose principals are compared, though no policy names it.
func TestCompareAccount(t *testing.T) {
	deny := `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`
	a, b := alone(doc(t, deny+`,"Condition":{"StringLike":{"k:a":"b"}}}`)), alone(doc(t, deny+"}"))
	got, err := Compare(a, b, Setting{ResourceAccount: acct})
	if err != nil || got.Relation != Narrower || !strings.Contains(got.Changes[0].Witness.Principal, acct) {
		t.Errorf("%+v, %v", got, err)
	}
	b = alone(doc(t, deny+`,"Condition":{"StringLike":{"k:a":"b"},"StringEquals":{"aws:ResourceAccount":"`+acct+`"}}}`))
	if got, err = Compare(a, b, Setting{ResourceAccount: acct}); err != nil || got.Relation != Same {
		t.Errorf("%+v, %v", got, err)
	}
	// Control policies that allow nothing leave what they do not guard.
	guard := [][]Document{nil}
	a = Policies{ResourceControl: guard, Resource: &Document{Version: Version2012}}
	open := doc(t, `{"Effect":"Allow","Principal":`+aws(acct)+`,"Action":["s3:Get*","iam:PassRole"],"Resource":"*","Condition":{"Bool":{"k:b":"true"}}}`)
	if got, err := Compare(a, Policies{ResourceControl: guard, Resource: &open}, Setting{}); err != nil || got.Relation != Broader ||
		got.Changes[0].Witness.Action != "iam:PassRole" {
		t.Errorf("%+v, %v", got, err)
	}
	a = alone(doc(t, deny+`,"Condition":{"StringLike":{"k:a":"b"}}}`))
	if got, err = Compare(a, b, Setting{ResourceAccount: other}); err != nil || got.Relation != Broader {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whom a canonical ID stands for no request shows: what is only about such is open, unless it is the
// same on both sides and nothing that is denied differs.
func TestCompareCanonical(t *testing.T) {
	user := `{"Effect":"Allow","Principal":{"CanonicalUser":"79a59df9"},"Action":"s3:GetObject","Resource":"*"}`
	list := `{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"*"}`
	deny := `{"Effect":"Deny","Principal":{"AWS":"` + userBob + `"},"Action":"s3:PutObject","Resource":"*"}`
	for name, c := range map[string]struct {
		old, new string
		want     Relation
		open     bool
	}{
		"a grant":              {list, list + "," + user, Undecided, true},
		"a grant that is gone": {list + "," + user, list, Undecided, true},
		"another user":         {user, strings.Replace(user, "79", "80", 1), Undecided, true},
		"a Deny":               {list, list + "," + strings.Replace(user, "Allow", "Deny", 1), Undecided, true},
		"a Deny beside":        {user, user + "," + deny, Undecided, true},
		"a Deny that spares":   {list, list + "," + strings.NewReplacer("Allow", "Deny", "Principal", "NotPrincipal").Replace(user), Undecided, true},
		"the same":             {user, strings.Replace(user, "{", `{"Sid":"A",`, 1), Same, false},
		"more beside":          {user, user + "," + list, Broader, false},
		"a Deny, nobody":       {list, list + "," + deny, Narrower, false},
	} {
		got, err := Compare(alone(doc(t, c.old)), alone(doc(t, c.new)), Setting{})
		if err != nil || got.Relation != c.want || slices.Contains(got.Undecided, "CanonicalUser") != c.open {
			t.Errorf("%s: %s %q, %v", name, got.Relation, got.Undecided, err)
		}
	}
}

// What is left open is named.
func TestCompareUndecided(t *testing.T) {
	exception := `{"Effect":"Allow","NotPrincipal":` + aws(userBob) + `,"Action":"s3:GetObject","Resource":"*"}`
	exception2 := strings.Replace(exception, "GetObject", "PutObject", 1)
	for name, c := range map[string]struct{ old, new, want string }{
		"an Allow with NotPrincipal":             {exception, `{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"s3:GetObject","Resource":"*"}`, "NotPrincipal in an Allow"},
		"an Allow with NotPrincipal and nothing": {exception, exception2, "NotPrincipal in an Allow"},
		"two classes": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"NumericEquals":{"k:a":"5"},"StringLike":{"k:a":"5.?"}}}`,
			`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, "condition key k:a under operators of several classes"},
		"a variable": {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"k:a":"${k:b}"},"StringLike":{"k:a":"x*","k:b":"y*"}}}`,
			`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, "policy variable ${k:b}"},
	} {
		a, b := alone(doc(t, c.old)), alone(doc(t, c.new))
		got, err := Compare(a, b, Setting{})
		if err != nil || got.Relation != Undecided || !slices.Contains(got.Undecided, c.want) || len(got.Changes) > 0 {
			t.Errorf("%s: %s %q, %v", name, got.Relation, got.Undecided, err)
		}
	}
}
