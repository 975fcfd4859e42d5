package cloudformation

import "github.com/pzgen/pzgen/internal/deployed"

// The types of resources that pzgen does not write, and that are read.
const (
	typeIAMPolicy   = "AWS::IAM::Policy"
	typeUserPolicy  = "AWS::IAM::UserPolicy"
	typeGroupPolicy = "AWS::IAM::GroupPolicy"
	typeIAMUser     = "AWS::IAM::User"
	typeIAMGroup    = "AWS::IAM::Group"
)

// iamPolicy reads an inline policy of several principals.
func (t *template) iamPolicy(r *resource, f *fields) deployed.Text {
	name, doc := f.text("PolicyName"), f.document("PolicyDocument")
	for _, role := range f.texts("Roles") {
		i, ok := t.roles[role.V.String()]
		if !ok {
			i = len(t.state.Roles)
			t.roles[role.V.String()] = i
			t.state.Roles = append(t.state.Roles, deployed.Role{Name: role, At: t.at(r.key)})
		}
		t.state.Roles[i].Inline = append(t.state.Roles[i].Inline,
			deployed.Inline{Name: name, Policy: doc, At: t.at(r.key)})
	}
	for _, user := range f.texts("Users") {
		t.principalInline(deployed.User, user, name, doc, t.at(r.key))
	}
	for _, group := range f.texts("Groups") {
		t.principalInline(deployed.Group, group, name, doc, t.at(r.key))
	}
	return name
}

func (t *template) principalInline(kind deployed.PrincipalKind, to, name deployed.Text, doc *deployed.Document,
	at deployed.Place) {
	t.state.Inline = append(t.state.Inline,
		deployed.PrincipalInline{Kind: kind, To: to, Name: name, Policy: doc, At: at})
}

func (t *template) userPolicy(r *resource, f *fields) deployed.Text {
	name := f.text("PolicyName")
	t.principalInline(deployed.User, f.text("UserName"), name, f.document("PolicyDocument"), t.at(r.key))
	return name
}

func (t *template) groupPolicy(r *resource, f *fields) deployed.Text {
	name := f.text("PolicyName")
	t.principalInline(deployed.Group, f.text("GroupName"), name, f.document("PolicyDocument"), t.at(r.key))
	return name
}

func (t *template) iamUser(r *resource, f *fields) deployed.Text {
	f.get("LoginProfile") // a password
	f.tags()
	return t.principal(r, f, deployed.User, "UserName")
}

func (t *template) iamGroup(r *resource, f *fields) deployed.Text {
	return t.principal(r, f, deployed.Group, "GroupName")
}

// principal reads the policies of a user or group. Its groups and its boundary are not read, and so are Unknown.
func (t *template) principal(r *resource, f *fields, kind deployed.PrincipalKind, property string) deployed.Text {
	name := t.name(r, f, property)
	f.get("Path")
	f.each("Policies", func(p *fields) {
		in := inline(p, p.n)
		t.principalInline(kind, name, in.Name, in.Policy, in.At)
	})
	for _, arn := range f.texts("ManagedPolicyArns") {
		t.state.Attachments = append(t.state.Attachments,
			deployed.Attachment{Policy: arn, Kind: kind, To: name, At: arn.At})
	}
	return name
}
