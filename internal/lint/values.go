package lint

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/policy"
)

// placeholder is what people and the guide write for a value that the reader fills in:
// <account-id>.
var placeholder = pattern.Lazy(`<[^<>]*>`)

// placeholders returns a text in which each placeholder is a reference: a value that is not
// known.
func placeholders(t policy.Text) policy.Text {
	var parts []policy.Part
	changed := false
	for _, p := range t.Parts() {
		lit, ok := p.(policy.Lit)
		if !ok {
			parts = append(parts, p)
			continue
		}
		rest := string(lit)
		for {
			at := placeholder().FindStringIndex(rest)
			if at == nil {
				break
			}
			changed = true
			if at[0] > 0 {
				parts = append(parts, policy.Lit(rest[:at[0]]))
			}
			id, attr, _ := strings.Cut(rest[at[0]+1:at[1]-1], ".")
			parts = append(parts, policy.Ref{ID: id, Attr: attr})
			rest = rest[at[1]:]
		}
		if rest != "" {
			parts = append(parts, policy.Lit(rest))
		}
	}
	if !changed {
		return t
	}
	return policy.NewText(parts...)
}

// value returns a text with a value for each reference in it.
func (v *view) value(t policy.Text) string { return t.Fill(v.env(t.Refs())).IAM() }

// env returns a value for each reference, by what of the State it is of: the account ID where its
// name says so, an ARN of the right service where it is known.
func (v *view) env(refs []policy.Ref) policy.Env {
	env := policy.Env{}
	for _, r := range refs {
		name := plainName(r.ID)
		arn := strings.EqualFold(r.Attr, "arn")
		only := func(t policy.Text) bool { ref, ok := t.OnlyRef(); return ok && ref.ID == r.ID }
		env[r] = name
		if strings.Contains(strings.ToLower(r.ID), "account") {
			env[r] = v.account
			continue
		}
		if !arn {
			continue
		}
		env[r] = "arn:" + v.partition + ":deployment:::" + name
		for _, k := range v.state.Keys {
			if only(k.ARN.V) {
				env[r] = "arn:" + v.partition + ":kms:" + v.region + ":" + v.account + ":key/" +
					name
			}
		}
		for _, role := range v.state.Roles {
			if only(role.Name.V) {
				env[r] = "arn:" + v.partition + ":iam::" + v.account + ":role/" + name
			}
		}
		for _, b := range v.state.Buckets {
			if only(b.Name.V) {
				env[r] = "arn:" + v.partition + ":s3:::" + name
			}
		}
	}
	return env
}

// fill returns a document with a value for each reference. One that is a principal by itself is
// that of a role, and a resource that begins with one is an ARN, so that the document has a
// meaning.
func (v *view) fill(d policy.Document) policy.Document {
	refs := d.Refs()
	if len(refs) == 0 {
		return d
	}
	env := v.env(refs)
	out := d.Fill(env)
	list := func(from, to policy.Texts, change func(string) string) {
		for i, t := range from.Values {
			if len(t.Refs()) > 0 {
				to.Values[i] = policy.Literal(change(to.Values[i].IAM()))
			}
		}
	}
	resource := func(s string) string {
		if strings.HasPrefix(s, "arn:") || s == "*" {
			return s
		}
		return "arn:" + v.partition + ":deployment:::" + s
	}
	for i, s := range out.Statements {
		list(d.Statements[i].Resource, s.Resource, resource)
		list(d.Statements[i].NotResource, s.NotResource, resource)
		for j, p := range []*policy.Principal{s.Principal, s.NotPrincipal} {
			from := []*policy.Principal{d.Statements[i].Principal, d.Statements[i].NotPrincipal}[j]
			if p == nil {
				continue
			}
			for k, t := range p.Types {
				if t.Type == "AWS" {
					list(from.Types[k].Values, t.Values, v.principalOf)
				}
			}
		}
	}
	return out
}

func (v *view) principalOf(s string) string {
	if a, ok := policy.ParseARN(s); ok && (a.Service == "iam" || a.Service == "sts") ||
		isAccount(s) || s == "*" {
		return s
	}
	return "arn:" + v.partition + ":iam::" + v.account + ":role/" +
		plainName(s[strings.LastIndexAny(s, ":/")+1:])
}

// plainName returns a name that can be in an ARN.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-_.+=,@", r) {
			return r
		}
		return '-'
	}, s)
	if s == "" {
		return "unnamed"
	}
	return s
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// nameOf returns a name for people: of a value that is known on deployment, the name of the resource in the artifact.
func nameOf(t deployed.Text) string {
	if ref, ok := t.V.OnlyRef(); ok {
		return ref.ID
	}
	return t.V.String()
}

// bucketOf returns the name of the bucket that an ARN of S3 is of, or "".
func bucketOf(arn string) string {
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return ""
	}
	_, rest, ok = strings.Cut(rest, ":s3:::")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// allowsPersonalize reports whether a statement allows something to the service.
func allowsPersonalize(s policy.Statement) bool {
	return s.Effect == policy.Allow && hasFold(services(s.Principal), personalize)
}

// personalize is the service principal of Amazon Personalize, in China too.
const personalize = "personalize.amazonaws.com"

// services returns the service principals that are named.
func services(p *policy.Principal) []string {
	var out []string
	if p == nil {
		return nil
	}
	for _, t := range p.Types {
		if t.Type == "Service" {
			for _, v := range t.Values.Values {
				out = append(out, v.IAM())
			}
		}
	}
	return out
}

// named returns the principals of type AWS that are named.
func named(p *policy.Principal) []string {
	var out []string
	if p == nil {
		return nil
	}
	for _, t := range p.Types {
		if t.Type == "AWS" {
			for _, v := range t.Values.Values {
				out = append(out, v.IAM())
			}
		}
	}
	return out
}

// everybody reports whether a statement is for everybody.
func everybody(p *policy.Principal) bool {
	return p != nil && (p.Any || hasFold(named(p), "*"))
}

// hasFold reports whether a list has a name, whose letter case does not count.
func hasFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}
