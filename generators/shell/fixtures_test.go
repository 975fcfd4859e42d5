package shell

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

func text(s string) policy.Text {
	t, err := policy.ParseText(s)
	if err != nil {
		panic(err)
	}
	return t
}

func texts(list ...string) policy.Texts {
	out := policy.Texts{}
	for _, s := range list {
		out.Values = append(out.Values, text(s))
	}
	return out
}

func service() *policy.Principal {
	return &policy.Principal{Types: []policy.PrincipalType{{Type: "Service", Values: policy.One(text("personalize.amazonaws.com"))}}}
}

func aws(list ...string) *policy.Principal {
	return &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: texts(list...)}}}
}

func document(statements ...policy.Statement) policy.Document {
	return policy.Document{Version: policy.Version2012, Statements: statements}
}

func allow(sid string, p *policy.Principal, action, resource string) policy.Statement {
	s := policy.Statement{Sid: sid, Effect: policy.Allow, Principal: p, Action: texts(action)}
	if resource != "" {
		s.Resource = texts(resource)
	}
	return s
}

// setup has one of everything: a created and an existing bucket and key, operators of every kind,
// uploads, a dataset group.
func setup() *model.Setup {
	s := &model.Setup{
		Name: "retail", Description: "the web shop", SpecFile: "pzgen.yaml",
		Account: "111122223333", Region: "eu-west-1", Partition: "aws", Profile: spec.LeastPrivilege,
		Tags: []spec.Tag{{Key: "team", Value: "personalization"}},
	}
	trust := allow("", service(), "sts:AssumeRole", "")
	trust.Condition = []policy.Condition{{Operator: "StringEquals", Key: "aws:SourceAccount", Values: policy.One(text("<aws.account>"))}}
	s.Role = model.Role{
		Name: "PersonalizeRetail", Path: "/personalize/", Description: "the role of the shop", Inline: true,
		Boundary:        text("arn:aws:iam::111122223333:policy/Boundary"),
		ManagedPolicies: []policy.Text{text("arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess")},
		Trust:           model.Doc{Name: "role-trust", Document: document(trust)},
		Policies: []model.Doc{{Name: "role-policy", PolicyName: "Personalize-retail", Document: document(
			allow("PersonalizeReadInputData", nil, "s3:GetObject", "<bucket.data.arn>/${aws:username}/x*"),
			allow("PersonalizeUseKeyShop", nil, "kms:Decrypt", "<key.shop.arn>"),
			allow("PersonalizeUseKeyCorp", nil, "kms:Decrypt", "<key.corp.arn>"),
		)}},
	}
	admin := allow("PersonalizeKeyAdministrationRetail", aws("arn:<aws.partition>:iam::<aws.account>:root"), "kms:*", "*")
	use := allow("PersonalizeRoleUsesKeyRetail", aws("<role.arn>"), "kms:Decrypt", "*")
	shop := document(admin, use)
	corp := document(use)
	s.Keys = []model.Key{
		{ID: "corp", ARN: "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d", Policy: model.Doc{Name: "key-corp", Document: corp, Partial: true}, Own: corp},
		{ID: "shop", Alias: "alias/retail", Rotation: true, Window: 30, Policy: model.Doc{Name: "key-shop", Document: shop}, Own: shop},
	}
	own := func(id string) policy.Document {
		tls := policy.Statement{Sid: "PersonalizeDenyPlainHTTPRetail", Effect: policy.Deny, Principal: &policy.Principal{Any: true}, Action: texts("s3:*"),
			Resource:  texts("<bucket."+id+".arn>", "<bucket."+id+".arn>/*"),
			Condition: []policy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: policy.One(text("false"))}}}
		return document(allow("PersonalizeReadInputRetail", service(), "s3:GetObject", "<bucket."+id+".arn>/in/*"), tls)
	}
	results := own("results")
	results.Statements = results.Statements[:1]
	s.Buckets = []model.Bucket{
		{ID: "data", Name: "acme-data", Key: "shop", Versioning: true, BlockPublic: true, OwnerOnly: true, ExpireDays: 30, OldDays: 30,
			Logs:   &model.Logs{Bucket: "results", Prefix: policy.NewText(model.RefBucketName("data"), policy.Lit("/"))},
			Policy: model.Doc{Name: "bucket-data", Document: own("data")}, Own: own("data")},
		{ID: "open", Name: "acme-open"},
		{ID: "results", Name: "acme-results", Existing: true, Policy: model.Doc{Name: "bucket-results", Document: results, Partial: true}, Own: results},
	}
	s.DatasetGroup = &model.DatasetGroup{Name: "retail", Domain: "ECOMMERCE", Key: "corp"}
	s.Operators = []model.Operator{
		{ID: "admins", Groups: []string{"PersonalizeAdmins"}, Users: []string{"ann", "bob"},
			Policies:        []model.Doc{{Name: "operator-admins", PolicyName: "Personalize-retail-admins", Document: document(allow("Full", nil, "personalize:*", "*"))}},
			ManagedPolicies: []policy.Text{text("arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess")}},
		{ID: "web", Roles: []string{"WebShop"},
			Policies: []model.Doc{{Name: "operator-web", PolicyName: "Personalize-retail-web", Document: document(allow("Pass", nil, "iam:PassRole", "<role.arn>"))}}},
	}
	s.Uploads = []spec.Upload{{File: "data/interactions.csv", To: spec.Location{Bucket: "data", Prefix: "in/interactions.csv"}}}
	s.OwnedSids = []string{"PersonalizeDenyPlainHTTPRetail", "PersonalizeKeyAdministrationRetail", "PersonalizeOldRetail", "PersonalizeReadInputRetail", "PersonalizeRoleUsesKeyRetail"}
	return s
}

// setups are those that the tests go through.
func setups() map[string]*model.Setup {
	return map[string]*model.Setup{
		"one of everything": setup(),
		"hostile":           hostileSetup(),
		"existing":          existingSetup(),
		"small":             smallSetup(),
		"managed":           managedSetup(),
	}
}

// hostile are strings that break scripts which forget an escape.
const hostile = "it's \"quoted\" `id` $(id) ${HOME} $HOME \\ \\n %s %{x} !! #x <data> \n\tEOF\nEOF\r\n\x01\x7f é ü 漢 \u2028 *?[a] ~ ; & | > < ( ) '\\'' $'x'"

func hostileSetup() *model.Setup {
	s := setup()
	s.Description = hostile
	s.Role.Description = hostile
	s.Tags = []spec.Tag{{Key: "a" + hostile, Value: hostile}, {Key: "empty", Value: ""}, {Key: "url", Value: "https://example.com/x?y=z"}, {Key: "file", Value: "file:///etc/passwd"}}
	ugly := policy.NewText(policy.Lit(hostile), model.RefBucketARN("data"), policy.Lit("\\"), policy.Var{Name: "aws:username"}, model.RefRoleARN, policy.Lit("$"),
		policy.Var{Name: "aws:PrincipalTag/x", Default: "`id`\"\\", HasDefault: true}, policy.Lit(hostile))
	st := policy.Statement{Sid: "Ugly " + hostile, Effect: policy.Allow, Principal: service(), Action: texts("s3:GetObject"), Resource: policy.List(ugly, text("<bucket.data.arn>"))}
	st.Condition = []policy.Condition{{Operator: "StringEquals", Key: "aws:RequestTag/" + hostile, Values: policy.One(ugly)}}
	s.Buckets[0].Policy.Document.Statements = append(s.Buckets[0].Policy.Document.Statements, st)
	s.Buckets[0].Own = s.Buckets[0].Policy.Document
	st.Principal = nil
	s.Role.Policies[0].Document.Statements = append(s.Role.Policies[0].Document.Statements, st)
	s.OwnedSids = append(s.OwnedSids, st.Sid)
	s.Uploads = []spec.Upload{{File: "a b/it's $(id).csv", To: spec.Location{Bucket: "data", Prefix: "in/it's $(id) `x` é.csv"}}, {File: "-x", To: spec.Location{Bucket: "data", Prefix: "-x"}}}
	s.Operators[0].Users = []string{"-ann=+,.@", "=bob"}
	s.Operators[0].Policies[0].PolicyName = "-Personalize+=,.@"
	s.Buckets[0].ID, s.Keys[1].ID = "1-data", "shop"
	return renamed(s, "data", "1-data")
}

// renamed returns a setup in which references to a bucket name another one.
func renamed(s *model.Setup, from, to string) *model.Setup {
	bind := func(t policy.Text) policy.Text {
		return t.Bind(func(r policy.Ref) (policy.Text, bool) {
			if r.ID == "bucket."+from {
				return policy.NewText(policy.Ref{ID: "bucket." + to, Attr: r.Attr}), true
			}
			return policy.Text{}, false
		})
	}
	change := func(d policy.Document) policy.Document { return d.MapTexts(bind) }
	for i := range s.Buckets {
		if l := s.Buckets[i].Logs; l != nil {
			own := *l
			if own.Prefix = bind(l.Prefix); own.Bucket == from {
				own.Bucket = to
			}
			s.Buckets[i].Logs = &own
		}
	}
	for i := range s.Role.Policies {
		s.Role.Policies[i].Document = change(s.Role.Policies[i].Document)
	}
	for i := range s.Buckets {
		s.Buckets[i].Policy.Document, s.Buckets[i].Own = change(s.Buckets[i].Policy.Document), change(s.Buckets[i].Own)
	}
	for i := range s.Buckets {
		if s.Buckets[i].Policy.Name != "" {
			s.Buckets[i].Policy.Name = "bucket-" + s.Buckets[i].ID
		}
	}
	for i := range s.Uploads {
		if s.Uploads[i].To.Bucket == from {
			s.Uploads[i].To.Bucket = to
		}
	}
	return s
}

// foundSetup is existingSetup with its first key told by an alias.
func foundSetup() *model.Setup {
	s := existingSetup()
	s.Keys[0].ARN, s.Keys[0].Alias, s.Keys[0].Found = "", "alias/corp", true
	return s
}

// existingSetup adds to what is there: a role, and a bucket and a key whose policies are known.
func existingSetup() *model.Setup {
	s := setup()
	s.Role.Existing = true
	s.Role.Trust.Partial = true
	s.DatasetGroup = nil
	old := allow("PersonalizeOldRetail", service(), "s3:PutObject", "arn:aws:s3:::acme-results/*")
	theirs := policy.Statement{Sid: "Enable IAM User Permissions", Effect: policy.Allow, Principal: aws("arn:aws:iam::111122223333:root"), Action: texts("kms:*"), Resource: texts("*")}
	base := document(old, foreign())
	base.ID = "theirs"
	keyBase := document(theirs)
	b, k := &s.Buckets[2], &s.Keys[0]
	merged := func(base, own policy.Document) policy.Document {
		d, conflicts, err := policy.Merge(base, s.Owner(own, false))
		if err != nil || len(conflicts) > 0 {
			panic(fmt.Sprint(err, conflicts))
		}
		return d
	}
	b.Base, b.Policy.Partial, b.Policy.Document = &base, false, merged(base, b.Own)
	k.Base, k.Policy.Partial, k.Policy.Document = &keyBase, false, merged(keyBase, k.Own)
	return s
}

// smallSetup has next to nothing, in the region that S3 treats in its own way.
func smallSetup() *model.Setup {
	s := setup()
	return &model.Setup{Name: "small", SpecFile: "pzgen.yaml", Account: "111122223333", Region: "us-east-1", Partition: "aws",
		Role: model.Role{Name: "Personalize-small", Path: "/", Trust: s.Role.Trust, Inline: true,
			Policies: []model.Doc{{Name: "role-policy", PolicyName: "Personalize-small", Document: document(allow("ReadData", nil, "s3:GetObject", "<bucket.data.arn>/*"))}}},
		Buckets:      []model.Bucket{{ID: "data", Name: "small-data", BlockPublic: true, OwnerOnly: true, Policy: s.Buckets[0].Policy, Own: s.Buckets[0].Own}},
		DatasetGroup: &model.DatasetGroup{Name: "small"}, OwnedSids: s.OwnedSids}
}

// managedSetup is one whose role has customer managed policies, and which has no buckets and keys.
func managedSetup() *model.Setup {
	s := smallSetup()
	s.Name, s.Buckets, s.DatasetGroup, s.Role.Inline, s.Partition, s.Region = "managed", nil, nil, false, "aws-cn", "cn-north-1"
	s.Role.Policies = []model.Doc{
		{Name: "role-policy-1", PolicyName: "Personalize-managed-1", Document: document(allow("A", nil, "s3:GetObject", "arn:<aws.partition>:s3:::x/*"))},
		{Name: "role-policy-4", PolicyName: "Personalize-managed-4", Document: document(allow("B", nil, "s3:PutObject", "arn:<aws.partition>:s3:::x/*"))}}
	s.Role.ManagedPolicies = []policy.Text{text("arn:<aws.partition>:iam::aws:policy/CloudWatchFullAccess")}
	return s
}
