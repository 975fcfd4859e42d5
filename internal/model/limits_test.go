package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// crowded is a setup whose role has n statements of its own, each of a few hundred characters.
func crowded(n int) *spec.Setup {
	s := rich("shop")
	for i := range n {
		s.Statements = append(s.Statements, spec.CustomStatement{Owner: "role", Statement: bulky(fmt.Sprintf("Audit%04d", i))})
	}
	return s
}

func bulky(sid string) policy.Statement {
	return policy.Statement{Sid: sid, Effect: policy.Allow, Action: policy.List(policy.Literal("s3:ListBucket")),
		Resource: policy.List(policy.NewText(RefBucketARN("data")), policy.Literal("arn:aws:s3:::"+strings.Repeat("x", 300)+sid))}
}

// placed tells in which document each statement of the role stands.
func placed(m *Setup) map[string]string {
	at := map[string]string{}
	for _, d := range m.Role.Policies {
		for _, s := range d.Document.Statements {
			at[s.Sid] = d.Name
		}
	}
	return at
}

// size is what AWS counts, measured on its own: characters of the JSON without white space.
func size(m *Setup, d policy.Document) int {
	env := m.DeployedEnv()
	for _, k := range m.Keys {
		env[RefKeyARN(k.ID)] = corpKey
	}
	n := 0
	for _, r := range string(d.Fill(env).JSON()) {
		if !strings.ContainsRune(" \n\t\r", r) {
			n++
		}
	}
	return n
}

func TestInlineOrManaged(t *testing.T) {
	m := build(t, crowded(5))
	if !m.Role.Inline || len(m.Role.Policies) != 1 || m.Role.Policies[0].PolicyName != "Personalize-shop" {
		t.Errorf("inline %v, %v", m.Role.Inline, names(m))
	}
	last := 0
	for n := 5; ; n++ {
		m := build(t, crowded(n))
		if !m.Role.Inline {
			if got := size(m, build(t, crowded(n-1)).Role.Policies[0].Document); got > 10240 || got != last {
				t.Errorf("inline policy of %d characters", got)
			}
			if len(m.Role.Policies) < 2 {
				t.Errorf("documents %v", names(m))
			}
			break
		}
		last = size(m, m.Role.Policies[0].Document)
		if last > 10240 {
			t.Fatalf("inline policy of %d characters", last)
		}
	}
}

// A document that is split loses no statement, gains none, keeps each part within its limit, and reasons follow their statements.
func TestSplit(t *testing.T) {
	m := build(t, crowded(60))
	if m.Role.Inline {
		t.Fatal("inline")
	}
	at := placed(m)
	if len(at) != 60+len(placed(build(t, rich("shop")))) {
		t.Errorf("%d statements", len(at))
	}
	for _, d := range m.Role.Policies {
		if n := size(m, d.Document); n > 6144 {
			t.Errorf("%s has %d characters", d.Name, n)
		}
		number := strings.TrimPrefix(d.Name, "role-policy-")
		if d.PolicyName != "Personalize-shop-"+number || number == d.Name {
			t.Errorf("%s is called %s", d.Name, d.PolicyName)
		}
	}
	for _, r := range m.Reasons {
		if doc, ok := at[r.Sid]; ok && strings.HasPrefix(r.Document, "role-policy") && doc != r.Document {
			t.Errorf("%s stands in %s, and its reason says %s", r.Sid, doc, r.Document)
		}
	}
}

// A statement more or less moves no other while there is room.
func TestSplitIsStable(t *testing.T) {
	s := crowded(45)
	before := placed(build(t, s))
	for i := range s.Statements {
		less := *s
		less.Statements = slices.Delete(slices.Clone(s.Statements), i, i+1)
		for sid, doc := range placed(build(t, &less)) {
			if before[sid] != doc {
				t.Errorf("without %s, %s moves from %s to %s", s.Statements[i].Statement.Sid, sid, before[sid], doc)
			}
		}
	}
	for i := range 30 {
		more := *s
		added := bulky(fmt.Sprintf("Extra%d", i))
		more.Statements = append(slices.Clone(s.Statements), spec.CustomStatement{Owner: "role", Statement: added})
		for sid, doc := range placed(build(t, &more)) {
			if before[sid] != doc && sid != added.Sid {
				t.Errorf("with %s, %s moves from %s to %s", added.Sid, sid, before[sid], doc)
			}
		}
	}
	shuffled := *s
	shuffled.Statements = slices.Clone(s.Statements)
	slices.Reverse(shuffled.Statements)
	for sid, doc := range placed(build(t, &shuffled)) {
		if before[sid] != doc {
			t.Errorf("in another order, %s moves from %s to %s", sid, before[sid], doc)
		}
	}
}

// What AWS would refuse is refused, with what to do.
func TestTooLarge(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*spec.Setup)
		want   string
	}{
		"role that nothing splits": {func(s *spec.Setup) { s.Workflows = many(200) }, "does not fit"},
		"bucket policy":            {func(s *spec.Setup) { s.Workflows = many(300) }, "the policy of bucket plain has"},
		"role of too many policies": {func(s *spec.Setup) {
			*s = *crowded(60)
			s.Role.ManagedPolicies = strings.Fields(strings.Repeat("arn:aws:iam::aws:policy/A ", 8))
		}, "the role would have"},
		"too many statements": {func(s *spec.Setup) { *s = *crowded(200) }, "does not fit"},
		"operator": {func(s *spec.Setup) {
			for i := range 11 {
				s.Operators[0].ManagedPolicies = append(s.Operators[0].ManagedPolicies, fmt.Sprintf("arn:aws:iam::aws:policy/P%d", i))
			}
		}, "operator admins would get 12 managed policies"},
		"trust policy": {func(s *spec.Setup) {
			for i := range 6 {
				st := bulky(fmt.Sprintf("T%d", i))
				s.Statements = append(s.Statements, spec.CustomStatement{Owner: "trust", Statement: st})
			}
		}, "the trust policy has"},
		"key policy": {func(s *spec.Setup) {
			for i := range 90 {
				s.Statements = append(s.Statements, spec.CustomStatement{Owner: "key.shop", Statement: bulky(fmt.Sprintf("K%d", i))})
			}
		}, "the policy of key shop has"},
	} {
		t.Run(name, func(t *testing.T) {
			s := rich("shop")
			c.change(s)
			s.Places = spec.Places{"": {Line: 3, Col: 3}}
			ps := problems(t, s)
			i := slices.IndexFunc(ps, func(p Problem) bool { return strings.Contains(p.Message, c.want) })
			if i < 0 || ps[i].Hint == "" || ps[i].Place.Line == 0 || ps[i].Setup != "shop" {
				t.Errorf("problems %v", ps)
			}
		})
	}
}

// A policy at its limit is taken and one character more is not.
func TestLimitsAreExact(t *testing.T) {
	with := func(n int) *spec.Setup {
		s := rich("shop")
		st := bulky("Fill")
		st.Resource = policy.List(policy.Literal(strings.Repeat("x", n)))
		s.Statements = []spec.CustomStatement{{Owner: "trust", Statement: st}}
		return s
	}
	m := build(t, with(1))
	room := 2048 - size(m, m.Role.Trust.Document) + 1
	m = build(t, with(room))
	if got := size(m, m.Role.Trust.Document); got != 2048 {
		t.Errorf("trust policy of %d characters", got)
	}
	if ps := problems(t, with(room+1)); !strings.Contains(ps.Error(), "2049 characters") {
		t.Errorf("problems %v", ps)
	}
}
