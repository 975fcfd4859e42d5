package terraform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// document prints a policy document and gives the expression of its JSON. of says what it is of, for comments.
//
// Most are an aws_iam_policy_document. What that data source would change, refuse or lose (see
// fits) is written with jsonencode, which keeps everything. foreign are the statements of somebody
// else in it: they are in a file of their own, as they are.
func (p *printer) document(b *lines, d model.Doc, foreign []policy.Statement, of string) expr {
	label := p.names.docs[d.Name]
	p.marked = isOwnDocument(d.Name)
	if !fits(d.Document, foreign) {
		body := b.block("locals")
		body.set(label+"_policy", call("jsonencode", p.encoded(d.Document)))
		return ref("local", label+"_policy")
	}
	body := b.block("data", dataPolicy, label)
	if d.Document.Version != policy.Version2012 {
		body.set("version", p.str(d.Document.Version))
	}
	if len(foreign) > 0 {
		base := d.Document
		base.Statements, base.Single = foreign, false
		name := d.Name + ".base.json"
		data := base.JSON()
		for line := range strings.Lines(string(data)) {
			if err := expressible(line, false); err != nil { // file() changes letters as every string does
				p.fail(fmt.Errorf("the policy of %s: %w", of, err))
			}
		}
		p.extra = append(p.extra, output.File{Path: p.dir + name, Data: data, Mode: 0o644})
		body.comment("The statements of others in the policy of " + of + ", as they were when this was generated.")
		body.set("source_policy_documents", list([]expr{
			call("file", p.template(segment{expr: ref("path", "module").first}, segment{lit: "/" + name})),
		}))
	} else if d.Document.ID != "" {
		body.set("policy_id", p.str(d.Document.ID))
	}
	rest := slices.Clone(foreign)
	for _, s := range d.Document.Statements {
		if i := slices.IndexFunc(rest, func(f policy.Statement) bool { return same(f, s) }); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		st := body.inner("statement")
		if why := p.why[[2]string{d.Name, s.Sid}]; why != "" {
			st.comment(why)
		}
		p.statement(st, s)
	}
	return ref("data", dataPolicy, label, "json")
}

// same reports whether two statements are one.
func same(a, b policy.Statement) bool { return a.Sid == b.Sid && a.Normal() == b.Normal() }

// foreign returns the statements of d that are not in own: those that somebody else put into a
// policy that pzgen adds to.
func foreign(d, own policy.Document) []policy.Statement {
	var out []policy.Statement
	rest := slices.Clone(own.Statements)
	for _, s := range d.Statements {
		if i := slices.IndexFunc(rest, func(o policy.Statement) bool { return same(o, s) }); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (p *printer) statement(b *lines, s policy.Statement) {
	if s.Sid != "" {
		b.set("sid", p.template(p.sidSegments(s.Sid)...))
	}
	b.set("effect", p.str(s.Effect))
	put := func(name string, t policy.Texts, n notation) {
		if t.Values != nil {
			b.set(name, p.texts(t, n))
		}
	}
	// The data source reads &{…} in resources, principals and condition values, and leaves actions as they are.
	put("actions", s.Action, dollar)
	put("not_actions", s.NotAction, dollar)
	put("resources", s.Resource, ampersand)
	put("not_resources", s.NotResource, ampersand)
	p.principals(b, "principals", s.Principal)
	p.principals(b, "not_principals", s.NotPrincipal)
	for _, c := range s.Condition {
		cond := b.inner("condition")
		cond.set("test", p.str(c.Operator))
		cond.set("variable", p.str(c.Key))
		cond.set("values", p.texts(c.Values, ampersand))
	}
}

func (p *printer) principals(b *lines, name string, pr *policy.Principal) {
	if pr == nil {
		return
	}
	types := pr.Types
	if pr.Any {
		// The type "*" is how the data source writes the principal "*", which is not {"AWS": "*"}
		// verbatim.
		types = []policy.PrincipalType{{Type: "*", Values: policy.List(policy.Literal("*"))}}
	}
	for _, t := range types {
		body := b.inner(name)
		body.set("type", p.str(t.Type))
		body.set("identifiers", p.texts(t.Values, ampersand))
	}
}

// fits reports whether aws_iam_policy_document gives d verbatim, up to what
// [policy.Document.Normal] does not see. It does not for a document without a version (it writes
// one), without statements, with a Sid twice (it refuses them, or one statement takes the place of
// the other), with an empty list (it drops it), or with a literal "&{" (it takes it for a policy
// variable).
func fits(d policy.Document, foreign []policy.Statement) bool {
	if d.Version == "" || len(d.Statements) == 0 {
		return false
	}
	sids := map[string]bool{}
	for _, s := range d.Statements {
		if s.Sid != "" && sids[s.Sid] {
			return false
		}
		sids[s.Sid] = true
		if !full(s) {
			return false
		}
		if !clear(s, d.Version) && !slices.ContainsFunc(foreign, func(f policy.Statement) bool { return same(f, s) }) {
			return false
		}
	}
	return true
}

// full reports whether no list of s is empty.
func full(s policy.Statement) bool {
	for _, t := range [...]policy.Texts{s.Action, s.NotAction, s.Resource, s.NotResource} {
		if t.Values != nil && len(t.Values) == 0 {
			return false
		}
	}
	for _, p := range [...]*policy.Principal{s.Principal, s.NotPrincipal} {
		if p == nil || p.Any {
			continue
		}
		if len(p.Types) == 0 {
			return false
		}
		for _, t := range p.Types {
			if len(t.Values.Values) == 0 {
				return false
			}
		}
	}
	for _, c := range s.Condition {
		if len(c.Values.Values) == 0 {
			return false
		}
	}
	return true
}

// clear reports whether "&{" in the strings of s that the data source rewrites stands for nothing but policy variables. In a document
// without variables it refuses the sequence.
func clear(s policy.Statement, version string) bool {
	ok := true
	s.Action, s.NotAction = policy.Texts{}, policy.Texts{}
	s.MapTexts(func(t policy.Text) policy.Text {
		for _, part := range t.Parts() {
			switch part := part.(type) {
			case policy.Lit:
				ok = ok && !strings.Contains(string(part), "&{")
			case policy.Var:
				ok = ok && !strings.Contains(part.String(), "&{") && version == policy.Version2012
			}
		}
		return t
	})
	return ok
}
