package policy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func sample(t *testing.T) Document {
	t.Helper()
	text := func(s string) Text {
		x, err := ParseText(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	return Document{Version: Version2012, Statements: []Statement{{
		Sid: "Read", Effect: Allow,
		Principal: &Principal{Types: []PrincipalType{{"Service", One(text("rds.amazonaws.com"))}, {"AWS", List(text("<role.arn>"))}}},
		Action:    List(text("s3:GetObject"), text("s3:ListBucket")),
		Resource:  List(text("<data.arn>"), text("<data.arn>/*")),
		Condition: []Condition{{"StringEquals", "aws:SourceAccount", One(text("<aws.account>"))}, {"ArnLike", "aws:SourceArn", One(text("*"))}},
	}}}
}

func TestResolve(t *testing.T) {
	d := sample(t)
	if got := d.Refs(); !reflect.DeepEqual(got, []Ref{{"aws", "account"}, {"data", "arn"}, {"role", "arn"}}) {
		t.Errorf("Refs: %v", got)
	}
	env := Env{{"aws", "account"}: acct, {"data", "arn"}: "arn:aws:s3:::b"}
	if _, err := d.Resolve(env); err == nil || !strings.Contains(err.Error(), "<role.arn>") {
		t.Errorf("%v", err)
	}
	filled := d.Fill(env)
	if got := filled.Refs(); !reflect.DeepEqual(got, []Ref{{"role", "arn"}}) {
		t.Errorf("Refs after Fill: %v", got)
	}
	env[Ref{"role", "arn"}] = roleApp
	full, err := d.Resolve(env)
	if err != nil || len(full.Refs()) != 0 || full.Statements[0].Resource.Values[1].IAM() != "arn:aws:s3:::b/*" ||
		full.Statements[0].Principal.Types[1].Values.Values[0].IAM() != roleApp {
		t.Errorf("%+v, %v", full, err)
	}
	if !d.Equal(sample(t)) {
		t.Error("the document was changed")
	}
}

func TestNormal(t *testing.T) {
	base := sample(t)
	change := func(f func(*Statement)) Document {
		d := base.MapTexts(func(t Text) Text { return t })
		f(&d.Statements[0])
		return d
	}
	two := base
	two.Statements = []Statement{base.Statements[0], {Effect: Deny, Action: One(Literal("a:b")), Resource: One(Literal("*"))}}
	swapped := base
	swapped.Statements = []Statement{two.Statements[1], two.Statements[0]}
	if !two.Equal(swapped) {
		t.Error("the order of statements counts")
	}
	for name, d := range map[string]Document{
		"sid":       change(func(s *Statement) { s.Sid = "Other" }),
		"place":     change(func(s *Statement) { s.Pos = Pos{1, 2} }),
		"order":     change(func(s *Statement) { s.Action.Values[0], s.Action.Values[1] = s.Action.Values[1], s.Action.Values[0] }),
		"repeated":  change(func(s *Statement) { s.Action.Values = append(s.Action.Values, s.Action.Values[0]) }),
		"list":      change(func(s *Statement) { s.Condition[0].Values.Scalar = false }),
		"condition": change(func(s *Statement) { s.Condition[0], s.Condition[1] = s.Condition[1], s.Condition[0] }),
		"types": change(func(s *Statement) {
			s.Principal.Types[0], s.Principal.Types[1] = s.Principal.Types[1], s.Principal.Types[0]
		}),
		"id":     func() Document { d := base; d.ID = "x"; return d }(),
		"single": func() Document { d := base; d.Single = true; return d }(),
	} {
		if !d.Equal(base) {
			t.Errorf("%s counts:\n%s\n%s", name, d.Normal(), base.Normal())
		}
	}
	for name, d := range map[string]Document{
		"version":   func() Document { d := base; d.Version = Version2008; return d }(),
		"effect":    change(func(s *Statement) { s.Effect = Deny }),
		"action":    change(func(s *Statement) { s.Action.Values[0] = Literal("s3:PutObject") }),
		"element":   change(func(s *Statement) { s.NotAction, s.Action = s.Action, Texts{} }),
		"resource":  change(func(s *Statement) { s.Resource.Values = s.Resource.Values[:1] }),
		"absent":    change(func(s *Statement) { s.Resource = Texts{} }),
		"operator":  change(func(s *Statement) { s.Condition[0].Operator = "StringLike" }),
		"key":       change(func(s *Statement) { s.Condition[0].Key = "aws:ResourceAccount" }),
		"fewer":     change(func(s *Statement) { s.Condition = s.Condition[:1] }),
		"principal": change(func(s *Statement) { s.Principal = &Principal{Any: true} }),
		"not":       change(func(s *Statement) { s.Principal, s.NotPrincipal = nil, s.Principal }),
		"type":      change(func(s *Statement) { s.Principal.Types[1].Type = "Federated" }),
		"two":       two,
	} {
		if d.Equal(base) {
			t.Errorf("%s does not count", name)
		}
	}
}

func TestEncode(t *testing.T) {
	d := sample(t)
	d.ID = "i"
	want := `{
  "Version": "2012-10-17",
  "Id": "i",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Principal": {
        "Service": "rds.amazonaws.com",
        "AWS": [
          "<role.arn>"
        ]
      },
      "Action": [
        "s3:GetObject",
        "s3:ListBucket"
      ],
      "Resource": [
        "<data.arn>",
        "<data.arn>/*"
      ],
      "Condition": {
        "StringEquals": {
          "aws:SourceAccount": "<aws.account>"
        },
        "ArnLike": {
          "aws:SourceArn": "*"
        }
      }
    }
  ]
}
`
	if got := string(d.JSON()); got != want {
		t.Errorf("got\n%s", got)
	}
	// Conditions of one operator that stand apart are one member.
	s := Statement{Effect: Deny, Condition: []Condition{{"Bool", "a", One(Literal("true"))}, {"Null", "c", One(Literal("true"))}, {"Bool", "b", List(Literal("x"), Literal("y"))}}}
	if got := string((Document{Statements: []Statement{s}, Single: true}).Compact()); got !=
		`{"Statement":{"Effect":"Deny","Condition":{"Bool":{"a":"true","b":["x","y"]},"Null":{"c":"true"}}}}` {
		t.Errorf("%s", got)
	}
	if got := string((Document{}).JSON()); got != "{\n  \"Statement\": []\n}\n" {
		t.Errorf("%q", got)
	}
}

// A dollar sign is written as each version reads it.
func TestEncodeVersions(t *testing.T) {
	for version, want := range map[string]string{
		Version2012: `"Resource":"a${$}b${*}"`,
		Version2008: `"Resource":"a$b${*}"`,
		"":          `"Resource":"a$b${*}"`,
	} {
		d := Document{Version: version, Statements: []Statement{{Effect: Allow, Resource: One(NewText(Lit("a$b"), Var{Name: "*"}))}}}
		if got := string(d.Compact()); !strings.Contains(got, want) {
			t.Errorf("%q: %s", version, got)
		}
	}
}

func TestJSONString(t *testing.T) {
	for _, s := range []string{"", "plain", `q"b\`, "\n\r\t\b\f\x00\x1f\x7f", "é😀\u2028\u2029", "</script>&'`$(x)${y}%{z}", "a\xffb", "\xc3", "\ufffd"} {
		j := JSONString(s)
		var back string
		if err := json.Unmarshal([]byte(j), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") {
			t.Errorf("%q: %s, %q, %v", s, j, back, err)
		}
	}
}

func TestSize(t *testing.T) {
	d, err := DecodeJSON([]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"a b","Effect":"Allow","Action":"é:x","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if with, without := d.Size(true), d.Size(false); with != without+1 || with != len([]rune(string(d.Compact()))) {
		t.Errorf("%d, %d", with, without)
	}
}
