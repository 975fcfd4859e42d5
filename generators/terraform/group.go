package terraform

import (
	"slices"

	"github.com/pzgen/pzgen/internal/model"
)

// Cloud Control's name for dataset groups, and their properties and attribute that the module uses
// (AWS CloudFormation Template Reference, AWS::Personalize::DatasetGroup, read on 2026-11-27). Tags
// are among its properties as well, but a change of them replaces the dataset group with all that is
// in it, so they are left to the command of the README.
const (
	typeGroup   = "AWS::Personalize::DatasetGroup"
	groupName   = "Name"
	groupDomain = "Domain"
	groupKey    = "KmsKeyArn"
	groupRole   = "RoleArn"
	groupARN    = "DatasetGroupArn"
)

// group prints the dataset group. hashicorp/aws has no resource of its own for it, and one for
// whatever AWS Cloud Control API makes. Personalize checks at once that the role may use the key, so
// what allows that comes first.
func (p *printer) group(b *lines) {
	g := p.setup.MadeGroup()
	if g == nil {
		return
	}
	body := b.block("resource", tfCloud, groupLabel)
	body.set("type_name", p.str(typeGroup))
	var members lines
	put := func(name code, value expr) { members = append(members, line{name, value}) }
	put(groupName, ref("var", varGroup))
	if g.Domain != "" {
		put(groupDomain, p.str(g.Domain))
	}
	if g.Key != "" {
		put(groupKey, p.value(model.RefKeyARN(g.Key)))
		put(groupRole, p.value(model.RefRoleARN))
	}
	body.set("desired_state", call("jsonencode", object(members)))
	if !g.Disposable {
		p.prevent(body)
	}
	var after []expr
	for _, a := range groupAfter(p.setup, p.names) {
		after = append(after, ref(a))
	}
	if len(after) > 0 {
		body.blank()
		body.set("depends_on", list(after))
	}
}

// groupAfter returns the addresses of what is to be there before an encrypted dataset group, beside
// role and key, which it refers to: the policies of the role, and the key's where it is a resource.
func groupAfter(s *model.Setup, n names) []string {
	g := s.MadeGroup()
	if g == nil || g.Key == "" {
		return nil
	}
	var after []string
	for _, d := range s.Role.Policies {
		typ := tfRoleAttach
		if s.Role.Inline {
			typ = tfRolePolicy
		}
		after = append(after, typ+"."+n.docs[d.Name])
	}
	for _, k := range s.Keys {
		whole := k.Policy.Name != "" && !k.Policy.Partial
		if k.ID == g.Key && whole && (k.Existing() || separate(s, k)) {
			after = append(after, tfKeyPolicy+"."+n.keys[k.ID])
		}
	}
	slices.Sort(after)
	return after
}
