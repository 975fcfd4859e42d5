package terraform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// policyDocument reads an aws_iam_policy_document: its source documents merged, its own
// statements merged into them. (Registry documentation of the data source,
// "source_policy_documents"; what it does not say was seen with hashicorp/aws 5.100.)
func (e *eval) policyDocument(b *body) value {
	out := &deployed.Document{At: place(b.at)}
	d := &out.Document
	d.Version = policy.Version2012
	if v, at := b.value("version", optional, kindString); v.kind == kindString {
		if d.Version = v.s; v.s != policy.Version2012 && v.s != policy.Version2008 {
			e.add(deployed.Unknown{Kind: "version", What: v.s, Why: "write " + policy.Version2012, At: at})
		}
	}
	if a, ok := b.take("source_policy_documents", optional); ok {
		e.sources(out, a)
	}
	if id, _ := b.str("policy_id", optional); id != "" {
		d.ID = id
	}
	own := map[string]bool{}
	for _, st := range b.inner("statement") {
		s := e.statement(st, d.Version)
		st.done()
		if s.Sid != "" && own[s.Sid] {
			e.unknown("statement", s.Sid, "the provider refuses a Sid that is there twice", st.at)
		}
		own[s.Sid] = true
		put(out, s, place(st.at))
	}
	return value{kind: kindDocument, doc: out}
}

// put puts a statement into a document: in the place of the one with the same Sid, else at the
// end.
func put(d *deployed.Document, s policy.Statement, at deployed.Place) {
	if s.Sid != "" {
		for i, o := range d.Document.Statements {
			if o.Sid == s.Sid {
				d.Document.Statements[i], d.Statements[i] = s, at
				return
			}
		}
	}
	d.Document.Statements, d.Statements = append(d.Document.Statements, s), append(d.Statements, at)
}

// sources merges the documents in files of the module: [file("${path.module}/<name>")].
func (e *eval) sources(into *deployed.Document, a *hclsyntax.Attribute) {
	l, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		e.reject("argument", a.Expr, "write a list of files")
		return
	}
	for _, x := range l.Exprs {
		name, ok := moduleFile(x)
		f, there := e.m.files[name]
		if !ok || !there {
			e.reject("argument", x, `write file("${path.module}/<name>"), a file beside this one`)
			continue
		}
		at := deployed.Place{Path: f.Path}
		text := norm.NFC.String(string(f.Data)) // as every string of Terraform
		if deployed.HasToken(text) || !utf8.ValidString(text) || !e.spend(len(text)) {
			why := "it is not UTF-8, or has characters for private use"
			e.add(deployed.Unknown{Kind: "file", What: name, Why: why, At: at})
			continue
		}
		v := e.decode(text, at)
		if v.kind == kindNone {
			continue
		}
		if err := carried(text, v.doc.Document, into.Document.Version); err != nil {
			e.add(deployed.Unknown{Kind: "file", What: name, Why: err.Error(), At: at})
		}
		if v.doc.Document.ID != "" {
			into.Document.ID = v.doc.Document.ID
		}
		for _, s := range v.doc.Document.Statements {
			put(into, s, deployed.Place{Path: f.Path, Line: s.Pos.Line, Col: s.Pos.Col})
		}
	}
}

// moduleFile reads file("${path.module}/<name>").
func moduleFile(x hclsyntax.Expression) (string, bool) {
	args, ok := called(x, "file", 1)
	if !ok {
		return "", false
	}
	t, ok := args[0].(*hclsyntax.TemplateExpr)
	if !ok || len(t.Parts) != 2 || !isName(t.Parts[0], "path.module") {
		return "", false
	}
	l, ok := t.Parts[1].(*hclsyntax.LiteralValueExpr)
	if !ok {
		return "", false
	}
	name, ok := strings.CutPrefix(l.Val.AsString(), "/")
	return name, ok && !strings.Contains(name, "/")
}

// carried refuses what the provider drops from a source document, or cannot read, or lets stand
// for something else, without the policy language forbidding it: condition values that are
// numbers, a Statement that is an object, a Sid twice, and another version than the data
// source's.
func carried(text string, doc policy.Document, version string) error {
	if doc.Version != version {
		return fmt.Errorf("its version is %q, and that of the data source %q", doc.Version, version)
	}
	sids := map[string]bool{}
	for _, s := range doc.Statements {
		if s.Sid != "" && sids[s.Sid] {
			return fmt.Errorf("sid %q is there twice", s.Sid)
		}
		sids[s.Sid] = true
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var d struct {
		Statement []struct{ Condition map[string]map[string]any }
	}
	if err := dec.Decode(&d); err != nil {
		return fmt.Errorf("the provider cannot read it: %w", err)
	}
	for _, s := range d.Statement {
		for _, keys := range s.Condition {
			for key, v := range keys {
				list, ok := v.([]any)
				if !ok {
					list = []any{v}
				}
				for _, v := range list {
					if _, ok := v.(json.Number); ok || v == nil {
						return fmt.Errorf("the provider drops the condition on %q: put %v in quotes", key, v)
					}
				}
			}
		}
	}
	return nil
}

// statement reads a statement block.
func (e *eval) statement(b *body, version string) policy.Statement {
	s := policy.Statement{Effect: policy.Allow}
	if v, _ := b.value("effect", optional, kindString); v.kind == kindString {
		s.Effect = v.s
	}
	if s.Effect != policy.Allow && s.Effect != policy.Deny {
		e.unknown("effect", s.Effect, "write Allow or Deny", b.at)
	}
	s.Sid, _ = b.str("sid", optional)
	// The provider reads &{…} in all but actions.
	s.Action = b.texts("actions", version, false)
	s.NotAction = b.texts("not_actions", version, false)
	s.Resource = b.texts("resources", version, true)
	s.NotResource = b.texts("not_resources", version, true)
	s.Principal = e.principal(b, "principals", version)
	s.NotPrincipal = e.principal(b, "not_principals", version)
	for _, c := range b.inner("condition") {
		operator, _ := c.str("test", required)
		key, _ := c.str("variable", required)
		values := c.texts("values", version, true)
		c.done()
		if values.Values == nil {
			e.unknown("condition", key, "it has no values", c.at)
		}
		i := slices.IndexFunc(s.Condition, func(o policy.Condition) bool {
			return o.Operator == operator && o.Key == key
		})
		if i >= 0 {
			s.Condition[i].Values.Values = append(s.Condition[i].Values.Values, values.Values...)
		} else {
			s.Condition = append(s.Condition,
				policy.Condition{Operator: operator, Key: key, Values: values})
		}
	}
	return s
}

func (e *eval) principal(b *body, typ, version string) *policy.Principal {
	var p *policy.Principal
	for _, in := range b.inner(typ) {
		if p == nil {
			p = &policy.Principal{}
		}
		kind, _ := in.str("type", required)
		values := in.texts("identifiers", version, true)
		in.done()
		i := slices.IndexFunc(p.Types, func(t policy.PrincipalType) bool { return t.Type == kind })
		switch {
		case values.Values == nil:
			e.unknown("principal", kind, "it has no identifiers", in.at)
		case i >= 0:
			p.Types[i].Values.Values = append(p.Types[i].Values.Values, values.Values...)
		default:
			p.Types = append(p.Types, policy.PrincipalType{Type: kind, Values: values})
		}
	}
	// The type "*" is how the data source writes the principal "*".
	any := func(t policy.PrincipalType) bool { return t.Type == "*" }
	if p != nil && slices.ContainsFunc(p.Types, any) {
		first := p.Types[0].Values.Values
		if l, ok := first[0].OnlyLit(); !ok || l != "*" || len(p.Types)+len(first) > 2 {
			e.unknown("principal", "*", "this type is alone, with \"*\" for its identifier", b.at)
		}
		return &policy.Principal{Any: true}
	}
	return p
}

// texts reads a list of strings of the policy language; the data source takes an empty one for
// none.
func (b *body) texts(name, version string, vars bool) policy.Texts {
	var out policy.Texts
	for _, s := range b.strs(name) {
		at := b.b.Attributes[name].SrcRange
		if vars && strings.Contains(s, "&{") {
			if version != policy.Version2012 {
				b.e.unknown("argument", s, "it has a policy variable, and its version none", at)
			}
			s = strings.ReplaceAll(s, "&{", "${")
		}
		t, err := policy.ParseIAM(s, version)
		if err != nil {
			b.e.unknown("argument", b.e.source(at), err.Error(), at)
		}
		out.Values = append(out.Values, t)
	}
	return out
}
