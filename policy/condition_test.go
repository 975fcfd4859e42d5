package policy

import (
	"testing"
)

// TestConditions decides one Allow with one Condition. The tables of reference_policies_elements_condition_operators,
// reference_policies_condition-single-vs-multi-valued-context-keys and reference_policies_condition-logic-multiple-context-keys-or-values
// are among the rows.
func TestConditions(t *testing.T) {
	const tag = "aws:PrincipalTag/job"
	for _, c := range []struct {
		condition string
		context   map[string][]string
		want      bool
	}{
		// String
		{`{"StringEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(tag + "=admin"), true},
		{`{"StringEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(tag + "=Admin"), false},
		{`{"StringEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(), false},
		{`{"StringEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(tag), false},
		{`{"StringEquals":{"AWS:principaltag/JOB":"admin"}}`, ctx(tag + "=admin"), true}, // keys are not case-sensitive
		{`{"StringEquals":{"aws:PrincipalTag/job":["dev","admin"]}}`, ctx(tag + "=admin"), true},
		{`{"StringEquals":{"aws:PrincipalTag/job":"adm*"}}`, ctx(tag + "=admin"), false},
		{`{"StringEquals":{"aws:PrincipalTag/job":"adm*"}}`, ctx(tag + "=adm*"), true},
		{`{"StringEquals":{"k:n":5}}`, ctx("k:n=5"), true},
		{`{"StringEquals":{"k:n":true}}`, ctx("k:n=true"), true},
		{`{"StringEquals":{"k:n":""}}`, ctx("k:n="), true},
		{`{"StringEquals":{"k:n":[]}}`, ctx("k:n="), false},
		{`{"StringNotEquals":{"k:n":[]}}`, ctx("k:n=a"), true},
		{`{"StringNotEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(tag + "=dev"), true},
		{`{"StringNotEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(tag + "=admin"), false},
		{`{"StringNotEquals":{"aws:PrincipalTag/job":"admin"}}`, ctx(), true},                        // the key is absent
		{`{"StringNotEquals":{"aws:PrincipalTag/job":["dev","admin"]}}`, ctx(tag + "=admin"), false}, // NOR
		{`{"StringNotEquals":{"aws:PrincipalTag/job":["dev","admin"]}}`, ctx(tag + "=ops"), true},
		{`{"StringEqualsIgnoreCase":{"k:n":"PreProd"}}`, ctx("k:n=preprod"), true},
		{`{"StringEqualsIgnoreCase":{"k:n":"PreProd*"}}`, ctx("k:n=preprod1"), false},
		{`{"StringNotEqualsIgnoreCase":{"k:n":"PreProd"}}`, ctx("k:n=preprod"), false},
		{`{"StringNotEqualsIgnoreCase":{"k:n":"PreProd"}}`, ctx("k:n=prod"), true},
		{`{"StringLike":{"s3:prefix":["","home/","home/a*/"]}}`, ctx("s3:prefix="), true},
		{`{"StringLike":{"s3:prefix":["","home/","home/a*/"]}}`, ctx("s3:prefix=home/abc/"), true},
		{`{"StringLike":{"s3:prefix":["","home/","home/a*/"]}}`, ctx("s3:prefix=home/abc"), false},
		{`{"StringLike":{"k:n":"a?c"}}`, ctx("k:n=abc"), true},
		{`{"StringLike":{"k:n":"a?c"}}`, ctx("k:n=ac"), false},
		{`{"StringLike":{"k:n":"A*"}}`, ctx("k:n=abc"), false},
		{`{"StringLike":{"k:n":"a:*:c*"}}`, ctx("k:n=a:b:x:c"), true}, // no structure in strings
		{`{"StringNotLike":{"k:n":"a*"}}`, ctx("k:n=abc"), false},
		{`{"StringNotLike":{"k:n":"a*"}}`, ctx("k:n=xbc"), true},
		{`{"StringNotLike":{"k:n":"a*"}}`, ctx(), true},
		// Numeric
		{`{"NumericEquals":{"k:n":"10"}}`, ctx("k:n=10.0"), true},
		{`{"NumericEquals":{"k:n":10}}`, ctx("k:n=10"), true},
		{`{"NumericEquals":{"k:n":"10"}}`, ctx("k:n=ten"), false},
		{`{"NumericEquals":{"k:n":"10"}}`, ctx("k:n="), false},
		{`{"NumericEquals":{"k:n":"0.1"}}`, ctx("k:n=0.10"), true},
		{`{"NumericEquals":{"k:n":"9007199254740993"}}`, ctx("k:n=9007199254740992"), false}, // exact
		{`{"NumericEquals":{"k:n":["1","2"]}}`, ctx("k:n=2"), true},
		{`{"NumericNotEquals":{"k:n":"10"}}`, ctx("k:n=11"), true},
		{`{"NumericNotEquals":{"k:n":"10"}}`, ctx("k:n=10"), false},
		{`{"NumericNotEquals":{"k:n":"10"}}`, ctx(), true},
		{`{"NumericLessThan":{"k:n":"10"}}`, ctx("k:n=9"), true},
		{`{"NumericLessThan":{"k:n":"10"}}`, ctx("k:n=10"), false},
		{`{"NumericLessThan":{"k:n":"10"}}`, ctx("k:n=-11"), true},
		{`{"NumericLessThan":{"k:n":"10"}}`, ctx(), false},
		{`{"NumericLessThanEquals":{"s3:max-keys":"10"}}`, ctx("s3:max-keys=10"), true},
		{`{"NumericLessThanEquals":{"s3:max-keys":"10"}}`, ctx("s3:max-keys=10.5"), false},
		{`{"NumericGreaterThan":{"k:n":"10"}}`, ctx("k:n=100"), true}, // not as text
		{`{"NumericGreaterThan":{"k:n":"10"}}`, ctx("k:n=9"), false},
		{`{"NumericGreaterThanEquals":{"k:n":"10"}}`, ctx("k:n=10"), true},
		{`{"NumericGreaterThanEquals":{"k:n":"10"}}`, ctx("k:n=9.99"), false},
		// Date
		{`{"DateEquals":{"k:d":"2020-01-01T00:00:00Z"}}`, ctx("k:d=2020-01-01T01:00:00+01:00"), true},
		{`{"DateEquals":{"k:d":"2020-01-01T00:00:00Z"}}`, ctx("k:d=1577836800"), true}, // epoch
		{`{"DateEquals":{"k:d":"1577836800"}}`, ctx("k:d=2020-01-01"), true},
		{`{"DateEquals":{"k:d":"2020"}}`, ctx("k:d=2020-01-01T00:00Z"), true},
		{`{"DateEquals":{"k:d":"2020-01"}}`, ctx("k:d=2020-01-01T00:00:00.000Z"), true},
		{`{"DateEquals":{"k:d":"2020-01-01"}}`, ctx("k:d=yesterday"), false},
		{`{"DateNotEquals":{"k:d":"2020-01-01"}}`, ctx("k:d=2020-01-02"), true},
		{`{"DateNotEquals":{"k:d":"2020-01-01"}}`, ctx("k:d=2020-01-01T00:00:00Z"), false},
		{`{"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, ctx("aws:CurrentTime=2020-06-30T23:59:58Z"), true},
		{`{"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, ctx("aws:CurrentTime=2020-06-30T23:59:59Z"), false},
		{`{"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, ctx(), false},
		{`{"DateLessThanEquals":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, ctx("aws:CurrentTime=2020-06-30T23:59:59Z"), true},
		{`{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}`, ctx("aws:TokenIssueTime=2020-01-01T00:00:02Z"), true},
		{`{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}`, ctx(), false},
		{`{"DateGreaterThan":{"aws:EpochTime":"1577836801"}}`, ctx("aws:EpochTime=1577836802"), true},
		{`{"DateGreaterThanEquals":{"k:d":"2020-01-01T00:00:00Z"}}`, ctx("k:d=2019-12-31T23:59:59.999Z"), false},
		{`{"DateGreaterThanEquals":{"k:d":"2020-01-01T00:00:00Z"}}`, ctx("k:d=2020-01-01T00:00:00Z"), true},
		// Bool
		{`{"Bool":{"aws:SecureTransport":"false"}}`, ctx("aws:SecureTransport=false"), true},
		{`{"Bool":{"aws:SecureTransport":"false"}}`, ctx("aws:SecureTransport=true"), false},
		{`{"Bool":{"aws:SecureTransport":"false"}}`, ctx(), false},
		{`{"Bool":{"aws:SecureTransport":false}}`, ctx("aws:SecureTransport=false"), true},
		{`{"Bool":{"aws:SecureTransport":"True"}}`, ctx("aws:SecureTransport=true"), true},
		{`{"Bool":{"aws:SecureTransport":"true"}}`, ctx("aws:SecureTransport=1"), false},
		{`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, ctx(), true},
		{`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, ctx("aws:MultiFactorAuthPresent=false"), false},
		// Binary
		{`{"BinaryEquals":{"k:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, ctx("k:b=QmluYXJ5VmFsdWVJbkJhc2U2NA=="), true},
		{`{"BinaryEquals":{"k:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, ctx("k:b=BinaryValueInBase64"), true},
		{`{"BinaryEquals":{"k:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, ctx("k:b=ASIAIOSFODNN7EXAMPLE"), false},
		{`{"BinaryEquals":{"k:b":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, ctx(), false},
		// IP
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, ctx("aws:SourceIp=203.0.113.1"), true},
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, ctx("aws:SourceIp=198.51.100.1"), false},
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}`, ctx("aws:SourceIp=203.0.113.7"), true},
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}`, ctx("aws:SourceIp=203.0.113.8"), false},
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.9/24"}}`, ctx("aws:SourceIp=203.0.113.77"), true},
		{`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}}`, ctx("aws:SourceIp=2001:db8:1234:5678::1"), true},
		{`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8:1234:5678::/64"]}}`, ctx("aws:SourceIp=2001:db8:1234:5679::1"), false},
		{`{"IpAddress":{"aws:SourceIp":"2001:db8::1"}}`, ctx("aws:SourceIp=2001:DB8:0:0::1"), true},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, ctx("aws:SourceIp=::1"), false},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, ctx("aws:SourceIp=not an address"), false},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, ctx(), false},
		{`{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}}`, ctx("aws:SourceIp=192.0.2.9"), false},
		{`{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}}`, ctx("aws:SourceIp=192.0.3.9"), true},
		{`{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, ctx(), true},
		{`{"NotIpAddressIfExists":{"aws:SourceIp":"10.0.0.0/8"}}`, ctx("aws:SourceIp=10.1.1.1"), false},
		// ARN
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-west-2:123456789012:T"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:123456789012:T"), true},
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-west-2:123456789012:T"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:777788889999:T"), false},
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-west-2:123456789012:T"}}`, ctx(), false},
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:123456789012:*"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:123456789012:T"), true},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:T?"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:123456789012:T1"), true},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:T"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:123456789012:T"), false},
		{`{"StringLike":{"aws:SourceArn":"arn:aws:sns:*:T"}}`, ctx("aws:SourceArn=arn:aws:sns:us-west-2:123456789012:T"), true},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"}}`, ctx("aws:SourceArn=b"), false},
		{`{"ArnNotEquals":{"aws:SourceArn":"arn:aws:s3:::b*"}}`, ctx("aws:SourceArn=arn:aws:s3:::bucket"), false},
		{`{"ArnNotLike":{"aws:SourceArn":["arn:aws:s3:::a","arn:aws:s3:::b*"]}}`, ctx("aws:SourceArn=arn:aws:s3:::c"), true},
		{`{"ArnNotLike":{"aws:SourceArn":"arn:aws:s3:::a"}}`, ctx(), true},
		// IfExists
		{`{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*","m3.*"]}}`, ctx("ec2:InstanceType=t1.micro"), true},
		{`{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*","m3.*"]}}`, ctx("ec2:InstanceType=m2.micro"), false},
		{`{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*","m3.*"]}}`, ctx(), true},
		{`{"StringNotEqualsIfExists":{"k:n":"a"}}`, ctx(), true},
		{`{"StringNotEqualsIfExists":{"k:n":"a"}}`, ctx("k:n=a"), false},
		{`{"NumericLessThanIfExists":{"k:n":"5"}}`, ctx(), true},
		{`{"DateLessThanIfExists":{"k:n":"2020"}}`, ctx("k:n=2021"), false},
		{`{"ArnEqualsIfExists":{"k:n":"arn:aws:s3:::b"}}`, ctx(), true},
		{`{"BinaryEqualsIfExists":{"k:n":"QQ=="}}`, ctx(), true},
		// Null
		{`{"Null":{"aws:TokenIssueTime":"true"}}`, ctx(), true},
		{`{"Null":{"aws:TokenIssueTime":"true"}}`, ctx("aws:TokenIssueTime=2020-01-01"), false},
		{`{"Null":{"aws:TokenIssueTime":"false"}}`, ctx("aws:TokenIssueTime=2020-01-01"), true},
		{`{"Null":{"aws:TokenIssueTime":"false"}}`, ctx(), false},
		{`{"Null":{"aws:TokenIssueTime":false}}`, ctx("aws:TokenIssueTime"), false},
		{`{"Null":{"k:n":["true","false"]}}`, ctx(), true},
		// Sets
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`, ctx("aws:TagKeys=environment"), true},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`, ctx("aws:TagKeys=environment", "aws:TagKeys=cost-center"), true},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`, ctx("aws:TagKeys=environment", "aws:TagKeys=dept"), false},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`, ctx(), false},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment"]}}`, ctx(), true},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment"]}}`, ctx("aws:TagKeys="), true}, // a null dataset
		{`{"ForAllValues:StringNotEquals":{"aws:TagKeys":["a","b"]}}`, ctx("aws:TagKeys=c", "aws:TagKeys=d"), true},
		{`{"ForAllValues:StringNotEquals":{"aws:TagKeys":["a","b"]}}`, ctx("aws:TagKeys=c", "aws:TagKeys=a"), false},
		{`{"ForAllValues:StringNotLike":{"k:paths":["o/r/m/","o/r/s/*"]}}`, ctx("k:paths=o/r/x/"), true},
		{`{"ForAllValues:StringNotLike":{"k:paths":["o/r/m/","o/r/s/*"]}}`, ctx("k:paths=o/r/s/1/"), false},
		{`{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`, ctx("aws:TagKeys=environment", "aws:TagKeys=dept"), true},
		{`{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`, ctx("aws:TagKeys=dept"), false},
		{`{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`, ctx(), false},
		{`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a","b"]}}`, ctx("aws:TagKeys=a", "aws:TagKeys=c"), true},
		{`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a","b"]}}`, ctx("aws:TagKeys=a", "aws:TagKeys=b"), false},
		{`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a","b"]}}`, ctx(), false},
		{`{"ForAnyValue:StringLike":{"aws:TagKeys":"env*"}}`, ctx("aws:TagKeys=x", "aws:TagKeys=environment"), true},
		{`{"ForAllValues:StringEqualsIgnoreCase":{"aws:TagKeys":"ENV"}}`, ctx("aws:TagKeys=env"), true},
		{`{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"env"}}`, ctx(), true},
		{`{"ForAllValues:ArnLike":{"k:arns":["arn:aws:cloudfront::123456789012:distribution/*"]}}`, ctx("k:arns=arn:aws:cloudfront::123456789012:distribution/a", "k:arns=arn:aws:cloudfront::123456789012:distribution/b"), true},
		{`{"ForAllValues:ArnLike":{"k:arns":["arn:aws:cloudfront::123456789012:distribution/*"]}}`, ctx("k:arns=arn:aws:cloudfront::777788889999:distribution/a"), false},
		{`{"ForAnyValue:ArnNotLike":{"k:arns":["arn:aws:s3:::a*"]}}`, ctx("k:arns=arn:aws:s3:::a1", "k:arns=arn:aws:s3:::b"), true},
		{`{"ForAllValues:Bool":{"k:b":"true"}}`, ctx("k:b=true", "k:b=false"), false},
		{`{"ForAnyValue:Bool":{"k:b":"true"}}`, ctx("k:b=true", "k:b=false"), true},
		{`{"ForAllValues:NumericLessThan":{"k:n":"5"}}`, ctx("k:n=1", "k:n=4"), true},
		{`{"ForAnyValue:IpAddress":{"k:i":"10.0.0.0/8"}}`, ctx("k:i=1.2.3.4", "k:i=10.2.3.4"), true},
		// several values of the request without a set operator
		{`{"StringEquals":{"k:n":"a"}}`, ctx("k:n=b", "k:n=a"), true},
		{`{"StringNotEquals":{"k:n":"a"}}`, ctx("k:n=b", "k:n=a"), false},
		// several keys and operators: all must hold
		{`{"StringEquals":{"aws:PrincipalTag/department":["finance","hr","legal"],"aws:PrincipalTag/role":["audit","security"]},"ArnLike":{"k:arn":["arn:aws:iam::222222222222:user/Ana","arn:aws:iam::222222222222:user/Mary"]}}`,
			ctx("aws:PrincipalTag/department=legal", "aws:PrincipalTag/role=audit", "k:arn=arn:aws:iam::222222222222:user/Mary"), true},
		{`{"StringEquals":{"aws:PrincipalTag/department":["finance","hr","legal"],"aws:PrincipalTag/role":["audit","security"]},"ArnLike":{"k:arn":["arn:aws:iam::222222222222:user/Ana"]}}`,
			ctx("aws:PrincipalTag/department=hr", "aws:PrincipalTag/role=audit", "k:arn=arn:aws:iam::222222222222:user/Nikki"), false},
		{`{"StringEquals":{"aws:PrincipalTag/department":["hr"],"aws:PrincipalTag/role":["audit"]},"ArnNotLike":{"k:arn":["arn:aws:iam::222222222222:user/Ana"]}}`,
			ctx("aws:PrincipalTag/department=hr", "aws:PrincipalTag/role=payroll", "k:arn=arn:aws:iam::222222222222:user/Nikki"), false},
		{`{"StringEquals":{"aws:PrincipalTag/department":["hr"],"aws:PrincipalTag/role":["audit"]},"ArnNotLike":{"k:arn":["arn:aws:iam::222222222222:user/Ana"]}}`,
			ctx("aws:PrincipalTag/department=hr", "aws:PrincipalTag/role=audit", "k:arn=arn:aws:iam::222222222222:user/Nikki"), true},
		{`{"StringEqualsIgnoreCase":{"aws:RequestTag/environment":["preprod","storage"]},"ForAnyValue:StringEquals":{"aws:TagKeys":"environment"}}`,
			ctx("aws:TagKeys=environment", "aws:TagKeys=costcenter", "aws:RequestTag/environment=PreProd"), true},
		{`{"StringEqualsIgnoreCase":{"aws:RequestTag/environment":["preprod","storage"]},"ForAnyValue:StringEquals":{"aws:TagKeys":"environment"}}`,
			ctx("aws:TagKeys=Environment", "aws:RequestTag/Environment=preprod"), false},
		{`{"StringEqualsIgnoreCase":{"aws:RequestTag/environment":["preprod","storage"]},"ForAnyValue:StringEquals":{"aws:TagKeys":"environment"}}`,
			ctx("aws:RequestTag/environment=storage"), false},
		{`{}`, ctx(), true},
		{`{"StringEquals":{}}`, ctx(), true},
	} {
		d := doc(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+c.condition+`}`)
		got := decide(t, Request{Principal: roleApp, Action: "x:Y", Resource: "*", Context: c.context}, Policies{Identity: []Document{d}})
		if (got.Outcome == yes) != c.want {
			t.Errorf("%s of %v: %s, want %v", c.condition, c.context, got.Outcome, c.want)
		}
	}
}

func TestVariables(t *testing.T) {
	const b = "arn:aws:s3:::b/"
	for _, c := range []struct {
		statement string // the part behind Action
		resource  string
		context   map[string][]string
		want      bool
	}{
		{`"Resource":"arn:aws:s3:::b/${aws:username}/*"`, b + "Bob/x", nil, true},
		{`"Resource":"arn:aws:s3:::b/${aws:username}/*"`, b + "Eve/x", nil, false},
		{`"Resource":"arn:aws:s3:::b/${AWS:UserName}/*"`, b + "Bob/x", nil, true},
		{`"Resource":"arn:aws:s3:::b/${aws:username}/*"`, b + "Zed/x", ctx("aws:username=Zed"), true}, // what is given counts
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "red/x", ctx("aws:PrincipalTag/team=red"), true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "/x", nil, false}, // no value fits no resource
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "${aws:PrincipalTag/team}/x", nil, false},
		{`"Resource":["arn:aws:s3:::b/${aws:PrincipalTag/team}/*","arn:aws:s3:::b/all"]`, b + "all", nil, true}, // but only its own value
		{`"NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "red/x", nil, false},
		{`"NotResource":["arn:aws:s3:::c/*","arn:aws:s3:::b/${aws:PrincipalTag/team}/*"]`, b + "blue/x", nil, false},
		{`"NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "blue/x", ctx("aws:PrincipalTag/team=red"), true},
		{`"NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'red'}/*"`, b + "blue/x", nil, true},
		{`"NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`, b + "red/x", ctx("aws:PrincipalTag/team=red"), false},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'company-wide'}/x"`, b + "company-wide/x", nil, true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'company-wide'}/x"`, b + "yellow/x", ctx("aws:PrincipalTag/team=yellow"), true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'company-wide'}/x"`, b + "company-wide/x", ctx("aws:PrincipalTag/team=yellow"), false},
		{`"Resource":"arn:aws:s3:::b/${aws:TagKeys}"`, b + "a", ctx("aws:TagKeys=a", "aws:TagKeys=b"), false}, // several values
		{`"Resource":"arn:aws:s3:::b/${aws:TagKeys, 'd'}"`, b + "d", ctx("aws:TagKeys=a", "aws:TagKeys=b"), true},
		{`"Resource":"arn:aws:s3:::b/${*}"`, b + "*", nil, true},
		{`"Resource":"arn:aws:s3:::b/${*}"`, b + "x", nil, false},
		{`"Resource":"arn:aws:s3:::b/${?}"`, b + "?", nil, true},
		{`"Resource":"arn:aws:s3:::b/${?}"`, b + "x", nil, false},
		{`"Resource":"arn:aws:s3:::b/${$}x"`, b + "$x", nil, true},
		{`"Resource":"arn:aws:s3:::b/$x"`, b + "$x", nil, true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/t}"`, b + "anything", ctx("aws:PrincipalTag/t=*"), false}, // a value has no wildcards
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/t}"`, b + "*", ctx("aws:PrincipalTag/t=*"), true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/t}"`, b + "${aws:username}", ctx("aws:PrincipalTag/t=${aws:username}"), true},
		{`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/t}/x"`, b + "/x", ctx("aws:PrincipalTag/t="), true},
		{`"Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/owner":"${aws:PrincipalTag/owner}"}}`, b + "x", ctx("s3:ExistingObjectTag/owner=a", "aws:PrincipalTag/owner=a"), true},
		{`"Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/owner":"${aws:PrincipalTag/owner}"}}`, b + "x", ctx("s3:ExistingObjectTag/owner=a", "aws:PrincipalTag/owner=b"), false},
		{`"Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/owner":"${aws:PrincipalTag/owner}"}}`, b + "x", ctx("s3:ExistingObjectTag/owner="), false},
		{`"Resource":"*","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/owner":"${aws:PrincipalTag/owner}"}}`, b + "x", ctx("s3:ExistingObjectTag/owner=a"), true},
		{`"Resource":"*","Condition":{"StringLike":{"s3:prefix":["home/","home/${aws:username}/*"]}}`, b + "x", ctx("s3:prefix=home/Bob/a"), true},
		{`"Resource":"*","Condition":{"StringLike":{"s3:prefix":["home/","home/${aws:username}/*"]}}`, b + "x", ctx("s3:prefix=home/Eve/a"), false},
		{`"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a${*}b*"}}`, b + "x", ctx("s3:prefix=a*bc"), true},
		{`"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a${*}b*"}}`, b + "x", ctx("s3:prefix=axbc"), false},
		{`"Resource":"*","Condition":{"ArnLike":{"k:a":"arn:aws:iam::*:user/${aws:username}"}}`, b + "x", ctx("k:a=arn:aws:iam::1:user/Bob"), true},
		{`"Resource":"*","Condition":{"Bool":{"k:b":"${k:c}"}}`, b + "x", ctx("k:b=true", "k:c=true"), true},
	} {
		d := doc(t, `{"Effect":"Allow","Action":"s3:*",`+c.statement+`}`)
		got := decide(t, Request{Principal: userBob, Action: "s3:GetObject", Resource: c.resource, Context: c.context}, Policies{Identity: []Document{d}})
		if (got.Outcome == yes) != c.want {
			t.Errorf("%s of %s, %v: %s, want %v", c.statement, c.resource, c.context, got.Outcome, c.want)
		}
	}
}

// A variable without a value in a NotResource: the page says that it matches nothing, and not whether the
// statement then applies (reference_policies_variables, "Policy variables with no value"). Less is allowed
// where a Deny does and an Allow does not.
func TestUnsetVariableInNotResource(t *testing.T) {
	own := `"Action":"s3:*","NotResource":["arn:aws:s3:::b/${aws:PrincipalTag/team}/*","arn:aws:s3:::b/all/*"]`
	for _, c := range []struct {
		key   string
		tags  map[string][]string
		allow string // what an Allow and a Deny beside an Allow of everything come to
		deny  string
	}{
		{"x", nil, no, deny},
		{"all/x", nil, no, yes}, // excepted by the pattern that has no variable
		{"red/x", ctx("aws:PrincipalTag/team=red"), no, yes},
		{"x", ctx("aws:PrincipalTag/team=red"), yes, deny},
		{"x", ctx("aws:PrincipalTag/team=red", "aws:PrincipalTag/team=blue"), no, deny}, // of two values AWS takes none
	} {
		r := Request{Principal: userBob, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/" + c.key, Context: c.tags}
		got := decide(t, r, Policies{Identity: []Document{doc(t, `{"Effect":"Allow",`+own+`}`)}})
		if got.Outcome != c.allow {
			t.Errorf("Allow, %s, %v: %s, want %s", c.key, c.tags, got.Outcome, c.allow)
		}
		got = decide(t, r, Policies{Identity: []Document{doc(t, allowAll, `{"Effect":"Deny",`+own+`}`)}})
		if got.Outcome != c.deny {
			t.Errorf("Deny, %s, %v: %s, want %s", c.key, c.tags, got.Outcome, c.deny)
		}
	}
}

// Documents of version 2008-10-17, and those without one, have no variables.
func TestNoVariablesIn2008(t *testing.T) {
	for _, version := range []string{"", Version2008} {
		for _, c := range []struct {
			resource string
			want     string
		}{
			{"arn:aws:s3:::b/${aws:username}", yes},
			{"arn:aws:s3:::b/Bob", no},
		} {
			d := docOf(t, version, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}`)
			got := decide(t, Request{Principal: userBob, Action: "s3:GetObject", Resource: c.resource}, Policies{Identity: []Document{d}})
			if got.Outcome != c.want {
				t.Errorf("version %q, %s: %s, want %s", version, c.resource, got.Outcome, c.want)
			}
		}
		star := docOf(t, version, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${*}"}`)
		if got := decide(t, Request{Principal: userBob, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/${any}"}, Policies{Identity: []Document{star}}); got.Outcome != yes {
			t.Errorf("version %q: ${*} is %s, want the wildcard in braces", version, got.Outcome)
		}
	}
}

// Values that the policy gives are checked; the error tells where.
func TestConditionValueErrors(t *testing.T) {
	for _, condition := range []string{
		`{"NumericEquals":{"k:n":"ten"}}`, `{"NumericEquals":{"k:n":"1e3"}}`, `{"NumericEquals":{"k:n":"${k:m}"}}`,
		`{"DateEquals":{"k:d":"yesterday"}}`, `{"DateEquals":{"k:d":"2020-13-01"}}`, `{"DateEquals":{"k:d":"2020-01-01T00:00:00"}}`,
		`{"DateLessThan":{"k:d":"${aws:CurrentTime}"}}`, `{"Bool":{"k:b":"yes"}}`, `{"Null":{"k:b":"maybe"}}`, `{"Null":{"k:b":"${k:c}"}}`,
		`{"BinaryEquals":{"k:b":"%%"}}`, `{"IpAddress":{"k:i":"10.0.0.0/33"}}`, `{"IpAddress":{"k:i":"10.0.0"}}`, `{"NotIpAddress":{"k:i":"*"}}`,
	} {
		d, err := DecodeJSON([]byte("{\"Version\":\"2012-10-17\",\n \"Statement\":[" + allowAll + ",\n  {\"Sid\":\"x\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":" + condition + "}]}"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Evaluate(Request{Principal: userBob, Action: "x:Y", Resource: "*"}, Policies{Identity: []Document{d}})
		if err == nil {
			t.Errorf("%s: no error", condition)
			continue
		}
		const want = `3:3: identity[0]: statement 1 ("x"): `
		if len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("%s: %v", condition, err)
		}
	}
}
