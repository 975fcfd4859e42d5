package policy

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

var reference = regexp.MustCompile(`<([a-z]+)\.arn>`)

// example reads a policy of ../out, whose references are keys.
func example(t testing.TB, name string) Document {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../out", name))
	if err != nil {
		t.Fatal(err)
	}
	d, err := DecodeJSON(reference.ReplaceAll(data, []byte("arn:aws:kms:eu-west-1:111122223333:key/$1")))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// edited returns a document with a statement less, an action more and another resource.
func edited(d Document) Document {
	d = d.MapTexts(func(t Text) Text { return t })
	d.Statements = d.Statements[1:]
	s := &d.Statements[0]
	s.Action.Values = append(s.Action.Values, Literal("kms:ListAliases"))
	s = &d.Statements[len(d.Statements)-1]
	s.Resource = List(Literal(s.Resource.Values[0].IAM() + "/more"))
	return d
}

// examples returns the policies of ../out by their names, each text once.
func examples(t testing.TB) map[string]Document {
	t.Helper()
	files, err := filepath.Glob("../out/*/policies/*.json")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d policies, %v", len(files), err)
	}
	seen := map[string]bool{}
	docs := map[string]Document{}
	for _, f := range files {
		name, err := filepath.Rel("../out", f)
		if err != nil {
			t.Fatal(err)
		}
		if d := example(t, name); !seen[d.Normal()] {
			seen[d.Normal()] = true
			docs[name] = d
		}
	}
	return docs
}

// alone returns a policy as the only one that there is.
func alone(d Document) Policies {
	if s := d.Statements[0]; s.Principal != nil || s.NotPrincipal != nil {
		return Policies{Resource: &d}
	}
	return Policies{Identity: []Document{d}}
}

// each calls f with the statements of a copy of d.
func each(d Document, f func(*Statement)) Document {
	d = d.MapTexts(func(t Text) Text { return t })
	for i := range d.Statements {
		f(&d.Statements[i])
	}
	return d
}

// covered returns patterns that together are the pattern that ends in "*".
func covered(t Texts) Texts {
	var out []Text
	for _, v := range t.Values {
		text := v.IAM()
		if prefix, ok := strings.CutSuffix(text, "*"); ok && len(prefix) > 3 && !strings.HasSuffix(prefix, "}") {
			more := must(ParseIAM(prefix+"?*", Version2012))
			out = append(out, more)
			if strings.HasSuffix(prefix, ":") && strings.Count(prefix, ":") == 1 {
				continue // an action has a name
			}
			out = append(out, must(ParseIAM(prefix, Version2012)))
			continue
		}
		out = append(out, v)
	}
	if t.Values == nil {
		return t
	}
	return List(out...)
}

// rewrites are ways to write the same policy.
var rewrites = map[string]func(Document) Policies{
	"order": func(d Document) Policies {
		return alone(each(reversed([]Document{d})[0], func(s *Statement) {
			slices.Reverse(s.Action.Values)
			slices.Reverse(s.Resource.Values)
			slices.Reverse(s.Condition)
		}))
	},
	"split": func(d Document) Policies { return alone(split(d)) },
	"merge": func(d Document) Policies {
		out := d
		out.Statements = nil
		for _, s := range d.Statements {
			i := slices.IndexFunc(out.Statements, func(o Statement) bool {
				o.Action = s.Action
				return o.Normal() == s.Normal()
			})
			if i < 0 {
				out.Statements = append(out.Statements, s)
				continue
			}
			out.Statements[i].Action = List(append(slices.Clone(out.Statements[i].Action.Values), s.Action.Values...)...)
		}
		return alone(out)
	},
	"scalar or list": func(d Document) Policies {
		return alone(each(d, func(s *Statement) {
			for _, t := range []*Texts{&s.Action, &s.Resource} {
				t.Scalar = len(t.Values) == 1 && !t.Scalar
			}
		}))
	},
	"duplicate": func(d Document) Policies {
		d.Statements = append(slices.Clone(d.Statements), d.Statements...)
		return alone(each(d, func(s *Statement) { s.Action.Values = append(s.Action.Values, s.Action.Values...) }))
	},
	"case of actions": func(d Document) Policies {
		return alone(each(d, func(s *Statement) {
			for i, v := range s.Action.Values {
				s.Action.Values[i] = Literal(strings.ToUpper(v.plain()))
			}
			for i := range s.Condition {
				s.Condition[i].Key = strings.ToUpper(s.Condition[i].Key)
			}
		}))
	},
	"wildcard over its parts": func(d Document) Policies {
		return alone(each(d, func(s *Statement) { s.Action, s.Resource = covered(s.Action), covered(s.Resource) }))
	},
	"redundant statement": func(d Document) Policies {
		for _, s := range d.Statements {
			s.Sid = ""
			s.Action = List(s.Action.Values[0])
			s.Condition = append(slices.Clone(s.Condition), Condition{"NumericLessThan", "k:more", List(Literal("7"))})
			d.Statements = append(slices.Clip(d.Statements), s)
		}
		return alone(d)
	},
	"moved between documents": func(d Document) Policies {
		p := alone(d)
		if p.Resource == nil {
			a, b := d, d
			half := len(d.Statements) / 2
			a.Statements, b.Statements = d.Statements[half:], d.Statements[:half]
			p.Identity = []Document{a, b}
		}
		return p
	},
	"allow under a dead deny": func(d Document) Policies {
		a := d.Statements[0]
		a.Sid = ""
		b := a
		a.Effect = Deny
		if d.Statements[0].Principal != nil {
			// Others may have what the resource's policy denies: here it never applies.
			a.Condition = []Condition{{"StringEquals", "k:a", List(Literal("x"))}, {"StringNotEquals", "k:a", List(Literal("x"))}}
		} else {
			a.Action, b.Action = List(Literal("sqs:*")), List(Literal("sqs:SendMessage"))
			a.Resource, b.Resource = List(Literal("*")), List(Literal("*"))
			a.Condition, b.Condition = nil, nil
		}
		d.Statements = append(slices.Clip(d.Statements), a, b)
		return alone(d)
	},
	"sid": func(d Document) Policies {
		return alone(each(d, func(s *Statement) { s.Sid = "" }))
	},
	"white space": func(d Document) Policies {
		var spread bytes.Buffer
		if err := json.Indent(&spread, d.Compact(), "\t", "   "); err != nil {
			panic(err)
		}
		return alone(must(DecodeJSON(spread.Bytes())))
	},
}

// split returns the document with a statement for each action.
func split(d Document) Document {
	out := d
	out.Statements = nil
	for _, s := range d.Statements {
		for _, a := range s.Action.Values {
			s.Action = List(a)
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

func TestCompareRewrites(t *testing.T) {
	if len(rewrites) != 12 {
		t.Fatal(len(rewrites))
	}
	changed := map[string]int{}
	for name, d := range examples(t) {
		for how, rewrite := range rewrites {
			p := rewrite(d)
			if !slices.EqualFunc(p.documents(), alone(d).documents(), func(a, b Document) bool { return bytes.Equal(a.JSON(), b.JSON()) }) {
				changed[how]++
			}
			got, err := Compare(alone(d), p, Setting{})
			if err != nil || got.Relation != Same || got.Undecided != nil {
				t.Errorf("%s, %s: %s %q, %v", name, how, got.Relation, got.Undecided, err)
				for _, c := range got.Changes {
					t.Logf("%+v", c)
				}
			}
		}
	}
	for how := range rewrites {
		if changed[how] < 2 && how != "white space" {
			t.Errorf("%s: only %d policies are written in another way", how, changed[how])
		}
	}
}

// Any two policies of the same kind can be compared, and no answer is undecided.
func TestComparePairs(t *testing.T) {
	docs := examples(t)
	names := slices.Sorted(maps.Keys(docs))
	pairs := 0
	for step := 1; step <= testtool.Cases(3, len(names)); step++ {
		for i, name := range names {
			other := names[(i+7*step)%len(names)]
			a, b := alone(docs[name]), alone(docs[other])
			if (a.Resource == nil) != (b.Resource == nil) || resourceKind(a.Resource) != resourceKind(b.Resource) {
				continue
			}
			got, err := Compare(a, b, Setting{})
			if err != nil || got.Undecided != nil || got.Relation == Undecided {
				t.Errorf("%s and %s: %s %q, %v", name, other, got.Relation, got.Undecided, err)
			}
			for _, c := range got.Changes {
				checkWitness(t, c, a, b)
			}
			pairs++
		}
	}
	if pairs < 50 {
		t.Errorf("%d pairs", pairs)
	}
}
