package policy

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

// What the documents and requests of the tests of Compare are made of.
var (
	someActions   = []string{"*", "s3:*", "s3:Get*", "s3:GetObject", "S3:getobject", "s3:PutObject", "s3:G?tObject", "s3:*Object", "kms:*", "kms:Decrypt", "kms:ListKeys", "kms:CreateAlias", "sts:*", "sts:AssumeRole", "sts:TagSession", "iam:PassRole"}
	someResources = []string{"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/o", "arn:aws:s3:::b/a*c", "arn:aws:s3:::*/o", "arn:aws:s3:::b", "arn:aws:s3:::b/??", "arn:aws:s3:::b/o*",
		"arn:aws:kms:us-east-1:111122223333:key/k", "arn:aws:kms:*:111122223333:*", "arn:aws:kms:us-east-1:111122223333:alias/x", roleApp, "arn:aws:iam::*:role/A*"}
	varResources = []string{"arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${k:a}/*", "arn:aws:s3:::b/${k:a, 'o'}", "arn:aws:s3:::b/${aws:username}*"}
	somePeople   = []string{userBob, userAlice, roleApp, sessApp, sessApp2, fedBob, rootAcct, userEve, roleEve, rootOther, "*", "s3.amazonaws.com", "sns.amazonaws.com", "cognito-identity.amazonaws.com", "arn:aws:iam::111122223333:saml-provider/P"}
	others       = []string{"arn:aws:sts::111122223333:federated-user/Zed", "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "arn:aws:iam::111122223333:role/Example", "arn:aws:iam::999988887777:user/p/Zed", "a.b.c.amazonaws.com.cn"}
	someIDs      = []string{"AIDAQQQQQQQQQQQQQQQQ", "AROAQQQQQQQQQQQQQQQQ"}
	someValues   = map[class][]string{
		classString:  {"a", "A", "ab", "b", "a*", "*b", "?", "*", "", "o", acct, "1111*", userBob, "arn:aws:iam::111122223333:*"},
		classNumeric: {"1", "1.5", "2", "10"},
		classDate:    {"2020-01-01", "2020-01-01T00:00:00.5Z", "2021", "1600000000"},
		classBool:    {"true", "false"},
		classBinary:  {"QQ==", "Qg=="},
		classIP:      {"10.0.0.0/8", "10.1.0.0/16", "10.0.0.1", "::/0", "fe80::/10"},
		classARN:     {userBob, "arn:aws:iam::111122223333:*", "arn:aws:iam::*:user/?ob", roleApp, "*", "arn:aws:iam::111122223333:role/A*", "arn:aws:sns:*:*:t:x", "arn:aws:sts::*:federated-user/*e*", "arn:*:iam::*:role/aws-service-role/*"},
		classNull:    {"true", "false"},
	}
	requestValues = []string{"a", "A", "ab", "b", "aab", "c", "", "o", acct, other, "1", "1.5", "1.7", "2", "3", "10.0", "2020-01-01", "2020-01-01T00:00:00.3Z", "2022", "true", "TRUE", "false", "QQ==", "B", "10.0.0.1", "10.1.2.3", "10.2.0.1", "fe80::1", "2001::1", userBob, userEve, roleApp, "arn:aws:sns:x:y:t:x", "111122223333:Zed"}
	someKeys      = []string{"k:a", "k:b", "k:n", "aws:FederatedProvider", "aws:PrincipalArn", "aws:username", "aws:PrincipalAccount", "aws:ResourceAccount", "kms:CallerAccount", "aws:userid", "aws:PrincipalServiceName", "aws:PrincipalType"}
)

// pairMaker makes policies and requests.
type pairMaker struct {
	chooser
	vars bool
}

func (c *pairMaker) condition() Condition {
	op := bases[c.n(len(bases))]
	if c.n(2) == 0 {
		op = pick(&c.chooser, bases[0], bases[1], bases[4], bases[5], bases[len(bases)-1])
	}
	name := op.name
	if op.class != classNull && c.n(4) == 3 {
		name += "IfExists"
	}
	name = pick(&c.chooser, "", "", "", "ForAllValues:", "ForAnyValue:") + name
	values := []Text{}
	for range 1 + c.n(2) {
		v := Literal(pick(&c.chooser, someValues[op.class]...))
		if c.vars && op.class == classString && c.n(6) == 5 {
			v = must(ParseIAM(pick(&c.chooser, "${aws:username}", "a${k:b}", "${k:a, 'b'}", "${k:n}*"), Version2012))
		}
		values = append(values, v)
	}
	return Condition{Operator: name, Key: pick(&c.chooser, someKeys...), Values: List(values...)}
}

func (c *pairMaker) statement(kind Kind) Statement {
	e := kind.Elements()
	s := Statement{Effect: pick(&c.chooser, Allow, Allow, Deny)}
	list := func(from []string, more []string) Texts {
		var out []Text
		for range 1 + c.n(2) {
			text := pick(&c.chooser, from...)
			if len(more) > 0 && c.n(5) == 4 {
				text = pick(&c.chooser, more...)
			}
			out = append(out, must(ParseIAM(text, Version2012)))
		}
		return List(out...)
	}
	actions := someActions
	switch {
	case kind == Trust:
		actions = []string{"sts:*", "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:TagSession"}
	case kind == KeyPolicy:
		actions = []string{"kms:*", "kms:Decrypt", "kms:List*", "kms:CreateAlias", "kms:RetireGrant"}
	case e.OnlyDeny:
		s.Effect = Deny
		actions = []string{"s3:*", "s3:Get*", "kms:*", "sts:AssumeRole"}
	}
	if a := list(actions, nil); c.n(5) == 4 && e.NotAction {
		s.NotAction = a
	} else {
		s.Action = a
	}
	if e.Resource != Never {
		var more []string
		if c.vars {
			more = varResources
		}
		if r := list(someResources, more); c.n(5) == 4 {
			s.NotResource = r
		} else {
			s.Resource = r
		}
	}
	switch {
	case e.Everybody:
		s.Principal = &Principal{Any: true}
	case e.Principal == Must:
		p := &Principal{Types: []PrincipalType{{"AWS", List(Literal(pick(&c.chooser, append(slices.Clone(somePeople[:11]), append(someIDs, acct)...)...)))}}}
		switch c.n(5) {
		case 0:
			p = &Principal{Any: true}
		case 1:
			p.Types = append(p.Types, PrincipalType{"Service", One(Literal("s3.amazonaws.com"))})
		case 2:
			p.Types = append(p.Types, PrincipalType{"Federated", One(Literal(pick(&c.chooser, somePeople[13:]...)))})
		}
		if e.NotPrincipal && (s.Effect == Deny && c.n(3) == 2 || c.n(40) == 39) {
			s.NotPrincipal = p
		} else {
			s.Principal = p
		}
	}
	seen := map[string]bool{}
	for range c.n(3) {
		if cond := c.condition(); !seen[cond.Operator+strings.ToLower(cond.Key)] {
			seen[cond.Operator+strings.ToLower(cond.Key)] = true
			s.Condition = append(s.Condition, cond)
		}
	}
	return s
}

func (c *pairMaker) document(kind Kind) Document {
	d := Document{Version: Version2012}
	for range 1 + c.n(3) {
		d.Statements = append(d.Statements, c.statement(kind))
	}
	if kind == ResourceControl && d.Check(kind) != nil {
		d.Statements = d.Statements[:1]
	}
	return d
}

func (c *pairMaker) documents(kind Kind, most int) []Document {
	var docs []Document
	for range c.n(most + 1) {
		docs = append(docs, c.document(kind))
	}
	return docs
}

// changed returns the document with one change.
func (c *pairMaker) changed(kind Kind, d Document) Document {
	d.Statements = slices.Clone(d.Statements)
	i := c.n(len(d.Statements))
	s := d.Statements[i]
	o := c.statement(kind)
	switch c.n(8) {
	case 0:
		d.Statements = slices.Delete(d.Statements, i, i+1)
		return d
	case 1:
		d.Statements = append(d.Statements, o)
		return d
	case 2:
		s.Action, s.NotAction = o.Action, o.NotAction
	case 3:
		s.Resource, s.NotResource = o.Resource, o.NotResource
	case 4:
		s.Condition = o.Condition
	case 5:
		s.Condition = nil
	case 6:
		s.Principal, s.NotPrincipal = o.Principal, o.NotPrincipal
	case 7:
		d.Statements = slices.Clone(d.Statements)
		slices.Reverse(d.Statements)
		return d
	}
	d.Statements[i] = s
	return d
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte("seed"))
	f.Add([]byte{2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4096 {
			compareHolds(t, data)
		}
	})
}

// TestCompareHolds tries what FuzzCompare does on data that is always the same.
func TestCompareHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rounds := testtool.Cases(400, 20000)
	count := map[Relation]int{}
	for range rounds {
		data := make([]byte, 400+r.IntN(200))
		for i := range data {
			data[i] = byte(r.UintN(256))
		}
		if t.Failed() {
			return
		}
		count[compareHolds(t, data)]++
	}
	t.Log(count)
	for _, rel := range []Relation{Same, Broader, Narrower, Different} {
		if count[rel] < rounds/50 {
			t.Errorf("%d of %d pairs are %s", count[rel], rounds, rel)
		}
	}
	if count[Undecided] > rounds/50 {
		t.Errorf("%d of %d pairs are undecided", count[Undecided], rounds)
	}
}

// compareHolds makes two sets of policies and requests from data and holds the comparison against
// the decisions.
func compareHolds(t *testing.T, data []byte) Relation {
	m := &pairMaker{chooser: chooser{data}}
	m.vars = m.n(3) == 2
	var before, after Policies
	var in Setting
	kind := pick(&m.chooser, Resource, KeyPolicy, Trust)
	people := slices.Concat(somePeople, others)
	mode := m.n(3)
	switch mode {
	case 0: // policies of an identity
		before.Identity = append(m.documents(Identity, 1), m.document(Identity))
		after.Identity = slices.Clone(before.Identity)
		after.Identity[0] = m.changed(Identity, after.Identity[0])
		people = []string{sessApp}
	case 1: // the policy of a resource
		d := m.document(kind)
		e := m.changed(kind, d)
		before.Resource, after.Resource = &d, &e
		if m.n(3) == 0 {
			in.ResourceAccount = acct
		}
		if m.n(6) == 0 {
			before.ResourceControl = [][]Document{m.documents(ResourceControl, 2)}
			after.ResourceControl = before.ResourceControl
		}
	case 2: // all of one principal
		in.Principal = pick(&m.chooser, somePeople...)
		in.ResourceAccount = pick(&m.chooser, acct, other)
		people = []string{in.Principal}
		before.Identity = append(m.documents(Identity, 1), m.document(Identity))
		d := m.document(kind)
		before.Resource = &d
		before.PermissionsBoundaries = m.documents(Boundary, 1)
		if m.n(4) == 0 {
			before.Session = append([]Document{}, m.documents(Session, 2)...)
		}
		if m.n(4) == 0 {
			before.ServiceControl = [][]Document{m.documents(ServiceControl, 2), {allowingAll(nil)}}
		}
		if m.n(4) == 0 {
			before.ResourceControl = [][]Document{m.documents(ResourceControl, 2)}
		}
		after = before
		switch m.n(4) {
		case 0:
			e := m.changed(kind, d)
			after.Resource = &e
		case 1:
			after.Resource = nil
		default:
			after.Identity = slices.Clone(before.Identity)
			after.Identity[0] = m.changed(Identity, after.Identity[0])
		}
	}
	got, err := Compare(before, after, in)
	if err != nil {
		return ""
	}
	if again, err := Compare(after, before, in); err != nil || again.Relation != inverse(got.Relation) {
		t.Errorf("%s, the other way around %s, %v\n%s", got.Relation, again.Relation, err, show(before, after))
	}
	for _, p := range []Policies{before, after} {
		if same, err := Compare(p, p, in); err != nil || same.Relation != Same {
			t.Errorf("a policy and itself are %s (%v), %v", same.Relation, same.Undecided, err)
		}
	}
	for _, c := range got.Changes {
		checkWitness(t, c, before, after)
	}
	multi := map[string]bool{}
	for _, d := range append(before.documents(), after.documents()...) {
		for _, s := range d.Statements {
			for _, c := range s.Condition {
				multi[strings.ToLower(c.Key)] = multi[strings.ToLower(c.Key)] || strings.HasPrefix(c.Operator, "For")
			}
			if s.NotPrincipal != nil && s.Effect == Allow {
				return got.Relation // Evaluate leaves open what it allows
			}
		}
	}
	if len(got.Undecided) > 0 {
		if !m.vars && !strings.Contains(got.Undecided[0], "several classes") {
			t.Errorf("undecided: %q\n%s", got.Undecided, show(before, after))
		}
		return got.Relation
	}
	if before.Resource != nil {
		kind = resourceKind(before.Resource, after.Resource)
	}
	for range 60 {
		r := m.request(people, in.ResourceAccount, multi, mode == 0)
		q, err := Prepare(r)
		if err != nil {
			continue
		}
		_, _, alias := keyOfAlias(r.Action, r.Resource)
		trust, key := isTrust(r.Action, r.Resource), strings.HasPrefix(r.Action, "kms:")
		if alias || mode > 0 && (kind == Trust) != trust || mode > 0 && kind == KeyPolicy && !key {
			continue
		}
		a, b := before, after
		if mode == 0 {
			a.Resource = delegation(q.e.subject.account, trust)
			b.Resource = a.Resource
		}
		if mode == 1 && m.n(2) == 0 {
			a.Identity, b.Identity = []Document{allowingAll(nil)}, []Document{allowingAll(nil)}
		}
		was, is := q.Decide(a).Outcome == Allowed, q.Decide(b).Outcome == Allowed
		more := got.Relation == Broader || got.Relation == Different
		less := got.Relation == Narrower || got.Relation == Different
		if is && !was && !more || was && !is && !less {
			t.Errorf("%s, but %+v was allowed: %t, is: %t (in %+v)\n%s", got.Relation, r, was, is, in, show(before, after))
			break
		}
	}
	return got.Relation
}

func inverse(r Relation) Relation {
	switch r {
	case Broader:
		return Narrower
	case Narrower:
		return Broader
	}
	return r
}

// checkWitness decides the witness for both sides.
func checkWitness(t *testing.T, c Change, before, after Policies) {
	t.Helper()
	outcome := func(p Policies) string {
		p.Identity = append(slices.Clone(p.Identity), c.Assumed.Identity...)
		if p.Resource == nil {
			p.Resource = c.Assumed.Resource
		}
		return decide(t, c.Witness, p).Outcome
	}
	was, is := outcome(before), outcome(after)
	if c.Kind == Broader && (was == Allowed || is != Allowed) || c.Kind == Narrower && (was != Allowed || is == Allowed) {
		t.Errorf("%s, and %+v was %s, is %s\n%s", c.Kind, c.Witness, was, is, show(before, after))
	}
}

func show(before, after Policies) string {
	var b strings.Builder
	for _, p := range []Policies{before, after} {
		b.WriteString("---\n")
		for _, d := range p.documents() {
			b.Write(d.Compact())
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func (c *pairMaker) request(people []string, account string, multi map[string]bool, anyone bool) Request {
	fill := strings.NewReplacer("*", pick(&c.chooser, "", "x", "o", "ac", "abc"), "?", pick(&c.chooser, "x", "e", "o"), "${aws:username}", "Bob", "${k:a}", "a", "${k:a, 'o'}", "o")
	r := Request{Principal: pick(&c.chooser, people...), ResourceAccount: account, Context: map[string][]string{}}
	r.Action = fill.Replace(pick(&c.chooser, append(slices.Clone(someActions[1:]), "sts:AssumeRoleWithSAML", "kms:RetireGrant")...))
	r.Resource = fill.Replace(pick(&c.chooser, append(slices.Clone(someResources[1:]), varResources...)...))
	if c.n(8) == 7 {
		r.Resource = "*"
	}
	if account == "" {
		r.ResourceAccount = pick(&c.chooser, acct, other, "777788889999")
	}
	if anyone {
		r.ResourceAccount = acct
	}
	keys := []string{"k:a", "k:b", "k:n", "aws:userid", "aws:FederatedProvider"}
	if anyone {
		keys = someKeys
	}
	for _, k := range keys {
		var values []string
		for range c.n(3) {
			if len(values) == 0 || multi[strings.ToLower(k)] {
				values = append(values, pick(&c.chooser, requestValues...))
			}
		}
		if k == "aws:FederatedProvider" && c.n(2) == 1 {
			values = []string{pick(&c.chooser, somePeople[13:]...)}
		}
		if k == "aws:userid" && !anyone {
			values = [][]string{nil, {someIDs[0]}, {someIDs[1] + ":s"}, {"x"}}[c.n(4)]
			if strings.Contains(r.Principal, ":root") || strings.Contains(r.Principal, "federated-user") {
				continue
			}
			if strings.Contains(r.Principal, ":user/") != (len(values) > 0 && values[0] == someIDs[0]) {
				values = nil
			}
		}
		if len(values) > 0 {
			r.Context[k] = values
		}
	}
	maps.DeleteFunc(r.Context, func(k string, v []string) bool { return len(v) == 0 })
	return r
}
