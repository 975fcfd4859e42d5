package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// versions reads the block that says which versions are needed: those that pzgen writes and no
// others, for what a module means depends on the release of the provider, and a version that
// there is not stops all.
func (b *body) versions() {
	exactly := func(v value, want, what string) {
		if v.kind != kindNone && v.s != want {
			b.e.unknown("version", v.s, what+" is "+want+" in what pzgen writes", b.at)
		}
	}
	v, _ := b.value("required_version", required, kindString)
	exactly(v, requiredVersion, "required_version")
	providers := b.only("required_providers", required)
	if providers == nil {
		return
	}
	v, _ = providers.value("aws", required, kindObject)
	source, version := v.member("source"), v.member("version")
	exactly(source, sourceProvider, "source")
	exactly(version, providerVersion, "version")
	both := source.kind == kindString && version.kind == kindString && len(v.keys) == 2
	if v.kind == kindObject && !both {
		b.e.unknown("argument", "aws", "pzgen writes source and version", providers.at)
	}
	providers.done()
}

// What a provider block of the user's own may say: as whom and where AWS is called, which the
// module's guards then hold against its account and region. Left out is all that keeps the guards
// from being true (endpoints, skip_credentials_validation, skip_requesting_account_id, insecure),
// and what changes resources that pzgen writes (default_tags, ignore_tags, s3_use_path_style).
var ownProvider = [...]string{
	"alias", "region", "profile", "access_key", "secret_key", "token",
	"allowed_account_ids", "forbidden_account_ids", "max_retries", "retry_mode",
	"sts_region", "use_fips_endpoint", "use_dualstack_endpoint",
}

// ownBlock reads a block in a file of the user's own: where Terraform keeps its state, as whom it
// calls AWS, and what exists. A backend and HCP Terraform may give variables other values than
// their defaults, as a command line may.
func (m *module) ownBlock(b *hclsyntax.Block) {
	switch label := strings.Join(b.Labels, " "); b.Type + " " + label {
	case "terraform ":
		m.read(b, func(in *body) {
			in.value("required_version", optional, kindString)
			in.blocks = append(in.blocks, "backend", "cloud") // what is in them is about the state alone
		})
	case "provider aws":
		m.read(b, m.ownProvider)
	case "import ":
		m.read(b, func(in *body) { m.adopted = append(m.adopted, in.imported()...) })
	default:
		m.unknownBlock(b, "a file of your own may hold backend, provider \"aws\" and import blocks")
	}
}

func (m *module) ownProvider(b *body) {
	for _, name := range ownProvider {
		if a, ok := b.take(name, optional); ok {
			b.constant(a, a.Expr)
		}
	}
	for _, typ := range [...]string{"assume_role", "assume_role_with_web_identity"} {
		for _, assume := range b.inner(typ) {
			for _, a := range assume.b.Attributes {
				assume.args = append(assume.args, a.Name)
				assume.constant(a, a.Expr)
			}
			assume.done()
		}
	}
	alias := ""
	if a := b.b.Attributes["alias"]; a != nil {
		alias = b.e.source(a.Expr.Range())
	}
	if m.aliases[alias] {
		b.e.unknown("block", b.what, "there is one of this alias already", b.at)
	}
	m.aliases[alias] = true
}

// constant reports an expression that is no string, number, boolean, list of them or variable.
func (b *body) constant(a *hclsyntax.Attribute, x hclsyntax.Expression) {
	switch x := x.(type) {
	case *hclsyntax.TupleConsExpr:
		for _, element := range x.Exprs {
			b.constant(a, element)
		}
		return
	case *hclsyntax.LiteralValueExpr:
		return
	case *hclsyntax.TemplateExpr:
		if x.IsStringLiteral() {
			return
		}
	case *hclsyntax.ScopeTraversalExpr:
		if x.Traversal.RootName() == "var" {
			return
		}
	}
	b.bad(a, "write a plain string or a variable")
}

// adopt holds the import blocks in files of the user's own against those of adopt.tf.example,
// which is copied for them: a block is one of these, with the id of a key filled in. Any other
// brings something else under Terraform's control, and so is part of what the module brings
// about.
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

// isKeyID reports whether a text can be the id of a KMS key (AWS KMS Developer Guide, "Key
// identifiers").
func isKeyID(t policy.Text) bool {
	s, ok := t.OnlyLit()
	return ok && s != "" && strings.Trim(s, "0123456789abcdef-mrk") == ""
}
