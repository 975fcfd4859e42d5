package terraform

import (
	"slices"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Patterns of the validations: those of the services themselves (IAM and KMS API references;
// Amazon S3 User Guide, "General purpose bucket naming rules").
const (
	patternAccount = `^[0-9]{12}$`
	patternRegion  = `^[a-z]{2,}(-[a-z0-9]+)+$`
	patternRole    = `^[0-9A-Za-z_+=,.@-]{1,64}$`
	patternBucket  = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	patternAlias   = `^alias/[0-9A-Za-z/_-]{1,250}$`
	patternKey     = `:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9A-Za-z-]+$`
	patternGroup   = `^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$`
	patternNames   = `^[0-9A-Za-z_+=,.@-]{1,128}$`
)

// scalar is a variable that holds one string of a known form.
type scalar struct {
	name, about, value, pattern, wrong string
	ref                                policy.Ref // what it stands for
}

// scalars are the variables of a setup that hold one string, in their order.
func scalars(s *model.Setup, n names) []scalar {
	role := "Name of the role that Personalize assumes."
	if s.Role.Existing {
		role += " It exists already; only policies are added to it."
	}
	all := []scalar{
		{varAccount, "Account that owns everything here. The module refuses to run in another one.",
			s.Account, patternAccount, "An account is 12 digits.", model.RefAccount},
		{varRegion, "Region where Personalize runs. The module refuses to run in another one.",
			s.Region, patternRegion, "This is no region.", model.RefRegion},
		{varRoleName, role, s.Role.Name, patternRole,
			"A role name is 1 to 64 letters, digits and _+=,.@-.", model.RefRoleName},
	}
	for _, bu := range s.Buckets {
		about := "Name of the bucket " + bu.ID + "."
		if bu.Existing {
			about = "Name of the bucket " + bu.ID + ", which exists already."
		}
		all = append(all, scalar{n.bucketVar(bu.ID), about, bu.Name, patternBucket,
			"A bucket name is 3 to 63 lower-case letters, digits, dots and hyphens.",
			model.RefBucketName(bu.ID)})
	}
	for _, k := range s.Keys {
		if k.ARN != "" {
			all = append(all, scalar{
				n.keyARN(k.ID), "ARN of the KMS key " + k.ID + ", which exists already.", k.ARN,
				patternKey, "The ARN of a KMS key is needed, not of an alias.", model.RefKeyARN(k.ID)})
			continue
		}
		all = append(all, scalar{n.aliasVar(k.ID), "Alias of the KMS key " + k.ID + ".", k.Alias,
			patternAlias, "An alias begins with alias/.", model.RefKeyAlias(k.ID)})
	}
	if g := s.DatasetGroup; g != nil && (!g.Existing || references(s)[model.RefGroupName]) {
		all = append(all, scalar{varGroup, "Name of the dataset group.", g.Name, patternGroup,
			"A dataset group is named by 1 to 63 letters, digits, hyphens and underscores.",
			model.RefGroupName})
	}
	return all
}

func (p *printer) variables() *lines {
	b := p.start("Every default is the value from the spec.")
	if p.shared {
		b = p.start("The values are in the calls.")
	}
	s := p.setup
	for _, v := range allScalars(s, p.names) {
		body := p.variable(b, v.name, v.about, ref(typeString), p.str(v.value))
		if v.pattern != "" {
			p.validation(body, call("can", call("regex", p.str(v.pattern), ref("var", v.name))), v.wrong)
		}
	}
	for _, o := range s.Operators {
		for _, a := range audiences(o) {
			if len(a.Names) == 0 {
				continue
			}
			name := p.names.principalVar(o.ID, a.Kind)
			body := p.variable(b, name, "The IAM "+string(a.Kind)+"s that the policies of the operator "+o.ID+" are attached to.",
				ref(typeSet), list(p.strs(a.Names)))
			p.validation(body, p.everyMatches(name), "A "+string(a.Kind)+" is named without its path: letters, digits and _+=,.@-.")
		}
	}
	if taggable(s) {
		p.variable(b, varTags, "Tags for everything that can carry them.", ref(typeMap), p.tags())
	}
	return b
}

func (p *printer) tags() expr {
	tags := make(lines, len(p.setup.Tags))
	for i, t := range p.setup.Tags {
		tags[i] = line{p.str(t.Key).first, p.str(t.Value)}
	}
	return object(tags)
}

// taggable reports whether the module makes something that carries tags.
func taggable(s *model.Setup) bool {
	managed := func(o model.Operator) bool { return len(o.Policies) > 0 }
	return !s.Role.Existing || !s.Role.Inline && len(s.Role.Policies) > 0 ||
		slices.ContainsFunc(s.Operators, managed) ||
		slices.ContainsFunc(s.Keys, func(k model.Key) bool { return !k.Existing() }) ||
		slices.ContainsFunc(s.Buckets, func(b model.Bucket) bool { return !b.Existing })
}

func (p *printer) variable(b *lines, name, about string, typ, value expr) *lines {
	body := b.block("variable", name)
	body.set("description", p.str(about))
	body.set("type", typ)
	if !p.shared {
		body.set("default", value)
	}
	body.set("nullable", boolean(false))
	return body
}

func (p *printer) validation(b *lines, cond expr, wrong string) {
	v := b.inner("validation")
	v.set("condition", cond)
	v.set("error_message", p.str(wrong))
}

// everyMatches is alltrue([for v in var.name : can(regex(…, v))]), the one loop of a module.
func (p *printer) everyMatches(name string) expr {
	matches := call("can", call("regex", p.str(patternNames), ref("v")))
	return call("alltrue", expr{first: "[for v in " + ref("var", name).first + " : " + matches.first + "]"})
}
