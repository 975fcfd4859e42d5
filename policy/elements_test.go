package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// placed puts a document where a policy of the kind is asked, beside others that allow the request.
func placed(t *testing.T, kind Kind, d Document) (Request, Policies) {
	t.Helper()
	everybody := doc(t, grant(`"*"`))
	r := Request{Principal: userBob, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	p := Policies{Identity: []Document{doc(t, allowAll)}}
	switch kind {
	case Identity:
		p.Identity = []Document{d}
	case Boundary:
		p.PermissionsBoundaries = []Document{d}
	case Session:
		p.Session = []Document{d}
	case Resource:
		p.Resource = &d
	case KeyPolicy:
		r.Action, r.Resource, p.Resource = "kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/k", &d
	case Trust:
		r.Action, r.Resource, p.Resource = "sts:AssumeRole", roleApp, &d
	case ServiceControl:
		p.ServiceControl = [][]Document{{d}}
	case ResourceControl:
		p.ResourceControl = [][]Document{{everybody, d}}
	}
	return r, p
}

// allowing is a statement that AWS takes in a policy of the kind and that says nothing of what is tested.
func allowing(kind Kind) string {
	switch kind {
	case Trust:
		return `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`
	case ResourceControl:
		return `{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}`
	case Resource, KeyPolicy:
		return grant(`"*"`)
	}
	return allowAll
}

// What AWS refuses in a kind of policy is neither decided by nor passed over: Evaluate and the cases of simulate
// are errors with the place, and Check says why.
func TestGrammar(t *testing.T) {
	rcp := func(with string) string {
		s := `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`
		for _, change := range strings.Split(with, ";") {
			old, new, _ := strings.Cut(change, "=>")
			if !strings.Contains(s, old) {
				t.Fatalf("%s is not in %s", old, s)
			}
			s = strings.Replace(s, old, new, 1)
		}
		return s
	}
	for _, c := range []struct {
		kind     Kind
		document string // a statement, or a whole document
		want     string // a piece of the reason
		source   string
	}{
		// Organizations User Guide, orgs_manage_policies_rcps_syntax: the page names each of these.
		{ResourceControl, rcp(`"Deny"=>"Allow"`), "only denies", "Effect: for RCPs that you create, the value must be Deny"},
		{ResourceControl, rcp(`"Deny"=>"Allow";"s3:*"=>"*"`) + "," + rcp(`"s3:*"=>"sqs:*"`), "alone in its policy", "the same, beside a Deny"},
		{ResourceControl, rcp(`"Principal":"*"=>"Principal":{"AWS":"111122223333"}`), `only be "*"`, "Principal: you can only specify *"},
		{ResourceControl, rcp(`"Principal":"*"=>"Principal":{"AWS":["*","111122223333"]}`), `only be "*"`, "the same"},
		{ResourceControl, rcp(`"Principal":"*"=>"Principal":{"Service":"s3.amazonaws.com"}`), `only be "*"`, "the same"},
		{ResourceControl, rcp(`"Principal":"*",=>`), "no Principal", "Principal: each statement must contain it"},
		{ResourceControl, rcp(`"Principal"=>"NotPrincipal"`), "no NotPrincipal", "Unsupported elements"},
		{ResourceControl, rcp(`"Action"=>"NotAction"`), "no NotAction", "Unsupported elements"},
		{ResourceControl, rcp(`"s3:*"=>"*"`), `cannot be "*"`, "Action: you cannot use * in a customer managed RCP"},
		{ResourceControl, rcp(`"s3:*"=>["s3:*","*"]`), `cannot be "*"`, "the same, in a list"},
		{ResourceControl, rcp(`"s3:*"=>"*:*"`), "name of the service", "Action: have to specify the abbreviation for the service"},
		{ResourceControl, rcp(`"s3:*"=>"s*:*"`), "name of the service", "the same"},
		{ResourceControl, rcp(`"s3:*"=>"ec2:RunInstances"`), "services only", "orgs_manage_policies_rcps, the services that support RCPs"},
		{ResourceControl, rcp(`,"Resource":"*"=>`), "neither Resource nor NotResource", "Resource: each statement must contain one"},
		{ResourceControl, `{"Version":"2008-10-17","Statement":` + rcp("=>") + `}`, "has the Version", "Version: 2012-10-17"},
		{ResourceControl, `{"Statement":` + rcp("=>") + `}`, "has the Version", "Version: every RCP must include it"},

		// Organizations User Guide, orgs_manage_policies_scps_syntax.
		{ServiceControl, `{"Version":"2008-10-17","Statement":` + allowAll + `}`, "has the Version", "Version: 2012-10-17"},
		{ServiceControl, `{"Statement":` + allowAll + `}`, "has the Version", "Version: every SCP must include it"},
		{ServiceControl, grant(`"*"`), "has a Principal", "Unsupported elements"},
		{ServiceControl, `{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}`, "has a Principal", "Unsupported elements"},
		{ServiceControl, `{"Effect":"Deny","Action":"*"}`, "neither Resource nor NotResource", "access-analyzer-reference-policy-checks, Missing resource"},
		{ServiceControl, `{"Effect":"Deny","Action":"*:*","Resource":"*"}`, "name of the service", "Action: the abbreviation for the service"},

		// IAM User Guide, reference_policies_grammar and access-analyzer-reference-policy-checks.
		{Trust, `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`, "is about its role", "Missing resource"},
		{Trust, `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","NotResource":"*"}`, "is about its role", "the same"},
		{Trust, `{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","s3:GetObject"]}`, "actions of sts", "Unsupported action in policy"},
		{Trust, `{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}`, "no NotPrincipal", "reference_policies_elements_notprincipal"},
		{Trust, `{"Effect":"Allow","Principal":{"CanonicalUser":"0123"},"Action":"sts:AssumeRole"}`, "CanonicalUser", "grammar notes: principal_map"},
		{KeyPolicy, `{"Effect":"Allow","Principal":{"CanonicalUser":"0123"},"Action":"kms:*","Resource":"*"}`, "CanonicalUser", "the same"},
		{Session, `{"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs"}`, "does not complete", "reference-arns, Incomplete ARNs"},
	} {
		refused(t, c.kind, c.document, c.want)
	}
}

// Where AWS's pages do not say what an action or a resource is, nothing is decided by it, in any kind of policy and
// in either element (reference_policies_grammar, "action_string": action names can include wildcards;
// reference_policies_elements_resource: no wildcard in the service segment).
func TestOpenTexts(t *testing.T) {
	for _, kind := range Kinds() {
		with := func(old, new string) string { return strings.Replace(allowing(kind), old, new, 1) }
		action := `"Action":"*"`
		switch kind {
		case Trust:
			action = `"Action":"sts:AssumeRole"`
		case ResourceControl:
			action = `"Action":"sqs:*"`
		}
		for text, want := range map[string]string{
			"*:*": "name of the service", "s*:Get*": "name of the service", "?3:GetObject": "name of the service", "st*:AssumeRole": "name of the service",
			"**": "form service:Name", "*?": "form service:Name", "s3": "form service:Name", ":*": "form service:Name", "s3:": "form service:Name", "s3*": "form service:Name",
			"s3:Get:Object": "character", "s3:*:*": "character", "s3: *": "character", "s3 :*": "character", "s3:GetÖbject": "character", "s3:Get/Object": "character",
			"s3:*,kms:*": "character", "ѕ3:*": "character", // the first letter is Cyrillic
		} {
			for _, element := range []string{"Action", "NotAction"} {
				if element == "NotAction" && !kind.Elements().NotAction {
					continue
				}
				refused(t, kind, with(action, fmt.Sprintf(`"%s":["sts:AssumeRole",%q]`, element, text)), want)
			}
		}
		if kind.Elements().Resource == Never {
			continue
		}
		for text, want := range map[string]string{
			"bucket": "neither an ARN", "a*": "neither an ARN", "**": "neither an ARN", "*:*": "neither an ARN", "*/x": "neither an ARN", "?": "neither an ARN", "ARN:aws:s3:::b": "neither an ARN",
			"arn*:aws:s3:::b": "neither an ARN", "arn:aws:s*:::b": "service", "arn:aws:*:::b": "service", "arn:aws::::b": "service",
			"arn:aws:s3:::${aws:username}": "", "arn:aws:s3:*:${aws:PrincipalAccount}:b": "fifth colon", "arn:aws:${aws:username}:::b": "fifth colon",
		} {
			if want == "" {
				continue
			}
			for _, element := range []string{"Resource", "NotResource"} {
				refused(t, kind, with(`"Resource":"*"`, fmt.Sprintf(`"%s":["arn:aws:s3:::b",%q]`, element, text)), want)
			}
		}
	}
}

func refused(t *testing.T, kind Kind, document, want string) {
	t.Helper()
	if !strings.HasPrefix(document, `{"Version"`) && !strings.HasPrefix(document, `{"Statement"`) {
		document = `{"Version":"2012-10-17","Statement":[` + document + `]}`
	}
	d, err := DecodeJSON([]byte(document))
	if err != nil {
		t.Errorf("%s: %v", document, err)
		return
	}
	found := false
	for _, p := range d.Check(kind) {
		found = found || p.Fatal && strings.Contains(p.Message, want)
	}
	if !found {
		t.Errorf("%s %s: %v, want …%s…", kind, document, d.Check(kind), want)
	}
	r, p := placed(t, kind, d)
	decision, err := Evaluate(r, p)
	var of *DocumentError
	if !errors.As(err, &of) {
		t.Errorf("%s %s was decided by: %+v, %v", kind, document, decision, err)
	}
}

// What AWS's pages take is decided by.
func TestGrammarTakes(t *testing.T) {
	for _, c := range []struct{ kind, document, source string }{
		{"resource control policy", grant(`"*"`), "RCPFullAWSAccess"},
		{"resource control policy", `{"Effect":"Deny","Principal":"*","Action":["s3:Get?bject*","sqs:*"],"NotResource":"arn:aws:s3:::b/*","Condition":{"BoolIfExists":{"aws:SecureTransport":"false"}}}`, "RCP syntax"},
		{"resource control policy", `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"personalize:*","Resource":"*"}`, `{"AWS": "*"} is the same as "*" (reference_policies_elements_principal)`},
		{"service control policy", `{"Effect":"Allow","NotAction":["iam:*"],"NotResource":"arn:aws:s3:::b","Condition":{"StringEquals":{"aws:PrincipalArn":"x"}}}`, "SCP syntax, Elements summary"},
		{"service control policy", `{"Effect":"Allow","Action":"s3:*Object","Resource":"arn:aws:s3:::b"}`, "the same, since September 2025"},
		{"role trust policy", `{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"]}`, ""},
		{"identity policy", `{"Effect":"Allow","Action":"aws-portal:View*","Resource":["arn:aws*:s3:::b","arn:aws:sqs","arn:aws:sqs:*:*:q?"]}`, ""},
	} {
		for _, kind := range Kinds() {
			if kind.String() != c.kind {
				continue
			}
			d := doc(t, c.document)
			if problems := d.Check(kind); len(problems) > 0 {
				t.Errorf("%s %s: %v", kind, c.document, problems)
			}
			r, p := placed(t, kind, d)
			if _, err := Evaluate(r, p); err != nil {
				t.Errorf("%s %s: %v", kind, c.document, err)
			}
		}
	}
}

// Every kind has a limit on its size, and a document over it by one character is found.
func TestSizes(t *testing.T) {
	for _, kind := range Kinds() {
		e := kind.Elements()
		d := doc(t, allowing(kind))
		pad := func(n int, with string) Document {
			c := d
			c.Statements = append([]Statement{}, d.Statements...)
			c.Statements[0].Condition = []Condition{{Operator: "StringEquals", Key: "a:b", Values: One(Literal(strings.Repeat(with, n)))}}
			return c
		}
		size := func(d Document) int { n, _ := d.sizeOf(d.Compact(), e.Size); return n }
		room := e.Size.Max - size(pad(0, ""))
		if problems := pad(room, "x").Check(kind); len(problems) > 0 {
			t.Errorf("%s of %d: %v", kind, e.Size.Max, problems)
		}
		over := pad(room+1, "x").Check(kind)
		if len(over) != 1 || over[0].Fatal || !strings.Contains(over[0].Message, fmt.Sprintf("of %d ", e.Size.Max+1)) {
			t.Errorf("%s of %d: %v", kind, e.Size.Max+1, over)
		}
		// White space, and characters of two bytes.
		if spaced := pad(room+1, " ").Check(kind); (len(spaced) == 1) != e.Size.Space {
			t.Errorf("%s with white space in a string: %v", kind, spaced)
		}
		if wide := pad(room/2+1, "é").Check(kind); (len(wide) == 1) != e.Size.Bytes {
			t.Errorf("%s with characters of two bytes: %v", kind, wide)
		}
	}
}

// Sids and characters, by kind.
func TestSidsAndCharacters(t *testing.T) {
	for _, kind := range Kinds() {
		e := kind.Elements()
		sid := func(s string) Document {
			d := doc(t, allowing(kind))
			d.Statements[0].Sid = s
			return d
		}
		for s, plain := range map[string]bool{"Plain1": true, "two words": false, "a-b": false, "Größe": false} {
			problems := sid(s).Check(kind)
			if (len(problems) == 0) != (plain || !e.PlainSids) {
				t.Errorf("Sid %q of a %s: %v", s, kind, problems)
			}
		}
		twice := sid("S")
		twice.Statements = append(twice.Statements, twice.Statements[0])
		if problems := twice.Check(kind); len(problems) != 1 || problems[0].Statement != 1 {
			t.Errorf("a Sid twice in a %s: %v", kind, problems)
		}
		named := doc(t, allowing(kind))
		named.ID = "i"
		if problems := named.Check(kind); (len(problems) == 0) != e.ID {
			t.Errorf("Id of a %s: %v", kind, problems)
		}
		wide := doc(t, allowing(kind))
		wide.Statements[0].Condition = []Condition{{Operator: "StringEquals", Key: "a:b", Values: One(Literal("€"))}}
		if problems := wide.Check(kind); (len(problems) == 0) == e.Latin1 {
			t.Errorf("a character beyond U+00FF in a %s: %v", kind, problems)
		}
	}
}

// What the reader refuses in a file, Check finds in a document that was made.
func TestMadeDocuments(t *testing.T) {
	base := func() Document { return doc(t, grant(aws(acct))) }
	for want, change := range map[string]func(*Statement){
		"twice under": func(s *Statement) {
			v := One(Literal("x"))
			s.Condition = []Condition{{"StringEquals", "a:b", v}, {"Bool", "a:b", One(Literal("true"))}, {"StringEquals", "A:b", v}}
		},
		"listed twice":                 func(s *Statement) { s.Principal.Types = append(s.Principal.Types, s.Principal.Types[0]) },
		"has no key":                   func(s *Statement) { s.Condition = []Condition{{"Bool", "", One(Literal("true"))}} },
		"do not exist":                 func(s *Statement) { s.Principal.Types[0].Type = "aws" },
		"both Principal":               func(s *Statement) { s.NotPrincipal = s.Principal },
		"not one of Action":            func(s *Statement) { s.NotAction = s.Action },
		"both Resource":                func(s *Statement) { s.NotResource = s.Resource },
		`Effect is "allow"`:            func(s *Statement) { s.Effect = "allow" },
		"reference <x.arn> has no val": func(s *Statement) { s.Resource = One(must(ParseText("<x.arn>"))) },
	} {
		d := base()
		change(&d.Statements[0])
		problems := d.Check(Resource)
		if len(problems) == 0 || !problems[0].Fatal || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%v, want …%s…", problems, want)
		}
	}
	// A variable in a document that has none, and a key without a service.
	old := docOf(t, Version2008, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"StringEquals":{"a:b":"${aws:username}","plain":"x"}}}`)
	if problems := old.Check(Identity); len(problems) != 3 {
		t.Errorf("%v", problems)
	}
}
