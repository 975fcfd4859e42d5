package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Patterns of the validations: those of the services themselves (IAM and KMS API references; Amazon S3 User Guide, "General purpose
// bucket naming rules").
const (
	patternAccount = `^[0-9]{12}$`
	patternRegion  = `^[a-z]{2,}(-[a-z0-9]+)+$`
	patternRole    = `^[0-9A-Za-z_+=,.@-]{1,64}$`
	patternBucket  = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	patternAlias   = `^alias/[0-9A-Za-z/_-]{1,250}$`
	patternKey     = `:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+$`
	patternNames   = `^[0-9A-Za-z_+=,.@-]{1,128}$`
)

// scalar is a variable that holds one string of a known form.
type scalar struct{ name, about, value, pattern, wrong string }

func (p *printer) variables() *hclwrite.File {
	f, b := p.start("Every default is the value from the spec.")
	s := p.setup
	role := "Name of the role that Personalize assumes."
	if s.Role.Existing {
		role = "Name of the role that Personalize assumes. It exists already; only policies are added to it."
	}
	all := []scalar{
		{varAccount, "Account that owns everything here. The module refuses to run in another one.", s.Account, patternAccount, "An account is 12 digits."},
		{varRegion, "Region where Personalize runs. The module refuses to run in another one.", s.Region, patternRegion, "This is no region."},
		{varRoleName, role, s.Role.Name, patternRole, "A role name is 1 to 64 letters, digits and _+=,.@-."},
	}
	for _, bu := range s.Buckets {
		about := "Name of the bucket " + bu.ID + "."
		if bu.Existing {
			about = "Name of the bucket " + bu.ID + ", which exists already."
		}
		all = append(all, scalar{p.names.bucketVar(bu.ID), about, bu.Name, patternBucket,
			"A bucket name is 3 to 63 lower-case letters, digits, dots and hyphens."})
	}
	for _, k := range s.Keys {
		if k.Existing() {
			all = append(all, scalar{p.names.keyARN(k.ID), "ARN of the KMS key " + k.ID + ", which exists already.", k.ARN, patternKey,
				"The ARN of a KMS key is needed, not of an alias."})
			continue
		}
		all = append(all, scalar{p.names.aliasVar(k.ID), "Alias of the KMS key " + k.ID + ".", k.Alias, patternAlias,
			"An alias begins with alias/."})
	}
	for _, v := range all {
		body := p.variable(b, v.name, v.about, ref("string"), p.str(v.value))
		p.validation(body, call("can", call("regex", p.str(v.pattern), ref("var", v.name))), v.wrong)
	}
	for _, o := range s.Operators {
		for _, a := range audiences(o) {
			if len(a.members) == 0 {
				continue
			}
			name := p.names.principalVar(o.ID, a.kind)
			body := p.variable(b, name, "The IAM "+a.kind+"s that the policies of the operator "+o.ID+" are attached to.",
				call("set", ref("string")), list(p.strs(a.members)))
			p.validation(body, p.everyMatches(name), "A "+a.kind+" is named without its path: letters, digits and _+=,.@-.")
		}
	}
	tags := make([]member, len(s.Tags))
	for i, t := range s.Tags {
		tags[i] = member{name: t.Key, value: p.str(t.Value)}
	}
	p.variable(b, varTags, "Tags for everything that can carry them.", call("map", ref("string")), p.object(tags))
	return f
}

func (p *printer) variable(b *hclwrite.Body, name, about string, typ, value hclwrite.Tokens) *hclwrite.Body {
	body := block(b, "variable", name)
	body.SetAttributeRaw("description", p.str(about))
	body.SetAttributeRaw("type", typ)
	body.SetAttributeRaw("default", value)
	body.SetAttributeRaw("nullable", boolean(false))
	return body
}

func (p *printer) validation(b *hclwrite.Body, cond hclwrite.Tokens, wrong string) {
	v := inner(b, "validation")
	v.SetAttributeRaw("condition", cond)
	v.SetAttributeRaw("error_message", p.str(wrong))
}

// everyMatches is alltrue([for v in var.name : can(regex(…, v))]), the one expression that has no reference or string for its root.
func (p *printer) everyMatches(name string) hclwrite.Tokens {
	toks := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte{'['}}}
	for _, word := range strings.Fields("for v in") {
		toks = append(toks, hclwrite.TokensForIdentifier(word)...)
	}
	toks = append(toks, ref("var", name)...)
	toks = append(toks, &hclwrite.Token{Type: hclsyntax.TokenColon, Bytes: []byte{':'}})
	toks = append(toks, call("can", call("regex", p.str(patternNames), ref("v")))...)
	toks = append(toks, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte{']'}})
	return call("alltrue", toks)
}
