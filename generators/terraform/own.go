package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// terraform reads the block that says which versions are needed: those that pzgen writes and no others, for
// what a module means depends on the release of the provider, and a version that there is not stops everything.
func (m *module) terraform(b *hclsyntax.Block) {
	if m.versions {
		m.unknownBlock(b, "there is one already")
	}
	m.versions = true
	e := newEval(m, deployed.Values{})
	exactly := func(v value, want, what string, at hcl.Range) {
		if v.kind != kindNone && v.s != want {
			e.unknown("version", v.s, what+" is "+want+" in what pzgen writes", at)
		}
	}
	tf := e.body("terraform", b.Body, b.TypeRange)
	v, _ := tf.value("required_version", required, kindString)
	exactly(v, requiredVersion, "required_version", b.TypeRange)
	if providers := tf.only("required_providers", required); providers != nil {
		v, _ := providers.value("aws", required, kindObject)
		exactly(v.member("source"), sourceProvider, "source", providers.at)
		exactly(v.member("version"), providerVersion, "version", providers.at)
		if v.kind == kindObject && (len(v.keys) != 2 || v.member("source").kind == kindNone || v.member("version").kind == kindNone) {
			e.unknown("argument", "aws", "pzgen writes source and version, and nothing else", providers.at)
		}
		providers.done()
	}
	tf.done()
	m.add(e.out.Unknown...)
}

// What a provider block of the user's own may say: as whom and where AWS is called, which the module's guards
// then hold against its account and region. Left out is all that keeps the guards from being true
// (endpoints, skip_credentials_validation, skip_requesting_account_id, insecure), and what changes
// resources that pzgen writes (default_tags, ignore_tags, s3_use_path_style).
var ownProvider = [...]string{
	"alias", "region", "profile", "access_key", "secret_key", "token", "shared_config_files", "shared_credentials_files",
	"allowed_account_ids", "forbidden_account_ids", "max_retries", "retry_mode", "sts_region", "use_fips_endpoint",
	"use_dualstack_endpoint",
}

// ownBlock reads a block in a file of the user's own: where Terraform keeps its state, and as whom it calls AWS.
// A backend and HCP Terraform may give variables other values than their defaults, as a command line may.
func (m *module) ownBlock(b *hclsyntax.Block) {
	e := newEval(m, deployed.Values{})
	in := e.body(string(header(b.Type, b.Labels)), b.Body, b.TypeRange)
	switch {
	case b.Type == "terraform" && len(b.Labels) == 0:
		in.value("required_version", optional, kindString)
		in.blocks = append(in.blocks, "backend", "cloud") // what is in them is about the state alone
	case b.Type == "provider" && len(b.Labels) == 1 && b.Labels[0] == "aws":
		for _, name := range ownProvider {
			if a, ok := in.take(name, optional); ok {
				e.constant(a.Expr)
			}
		}
		for _, block := range [...]string{"assume_role", "assume_role_with_web_identity"} {
			for _, assume := range in.inner(block) {
				for _, a := range assume.b.Attributes {
					assume.args = append(assume.args, a.Name)
					e.constant(a.Expr)
				}
				assume.done()
			}
		}
		alias, _ := in.str("alias", optional)
		if m.aliases[alias] {
			e.unknown("block", in.what, "there is one of this alias already", b.TypeRange)
		}
		m.aliases[alias] = true
	case b.Type == "import" && len(b.Labels) == 0:
		m.adopted = append(m.adopted, e.imported(in)...)
	default:
		e.unknown("block", in.what, "a file of your own may hold backend, provider \"aws\" and import blocks", b.TypeRange)
		in.b = &hclsyntax.Body{}
	}
	in.done()
	m.add(e.out.Unknown...)
}

// adopt holds the import blocks in files of the user's own against those of adopt.tf.example, which is copied for them: a block is one of
// these, with the id of the key where that was not known. Any other would bring something else under Terraform's control, and
// is part of what the module brings about.
func (m *module) adopt() {
	for _, own := range m.adopted {
		if !slices.ContainsFunc(m.imports, func(i deployed.Import) bool {
			id := i.ID.V.String()
			return i.To == own.To && (id == own.ID.V.String() || id == placeholderKey && isKeyID(own.ID.V))
		}) {
			m.imports = append(m.imports, own)
		}
	}
}

// isKeyID reports whether a text can be the id of a KMS key (AWS KMS Developer Guide, "Key identifiers").
func isKeyID(t policy.Text) bool {
	s, ok := t.OnlyLit()
	return ok && s != "" && strings.Trim(s, "0123456789abcdef-mrk") == ""
}

// constant reports an expression that is no string, number, boolean, list of them or variable.
func (e *eval) constant(x hclsyntax.Expression) {
	if l, ok := x.(*hclsyntax.TupleConsExpr); ok {
		for _, element := range l.Exprs {
			e.constant(element)
		}
		return
	}
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
	case *hclsyntax.TemplateExpr:
		if x.IsStringLiteral() {
			return
		}
		e.unknown("template", e.source(x.SrcRange), "write a plain string or a variable", x.SrcRange)
	case *hclsyntax.ScopeTraversalExpr:
		if rootOf(x) != "var" {
			e.unknown("reference", e.source(x.SrcRange), "write a plain string or a variable", x.SrcRange)
		}
	default:
		e.unknown(kindOf(x), e.source(x.Range()), "write a plain string or a variable", x.Range())
	}
}
