package cloudformation

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// The types of resources that are understood.
const (
	typeRole          = "AWS::IAM::Role"
	typeRolePolicy    = "AWS::IAM::RolePolicy"
	typeManagedPolicy = "AWS::IAM::ManagedPolicy"
	typeBucket        = "AWS::S3::Bucket"
	typeBucketPolicy  = "AWS::S3::BucketPolicy"
	typeKey           = "AWS::KMS::Key"
	typeAlias         = "AWS::KMS::Alias"
	typeGroup         = "AWS::Personalize::DatasetGroup"
)

// build resolves the properties of all resources, and reads first those that others are joined to.
// Of what can be imported, the policies of buckets alone are understood.
func (t *template) build() {
	type types map[string]func(*resource, *fields) deployed.Text // to what identifies a resource
	joined := types{typeRolePolicy: t.rolePolicy, typeBucketPolicy: t.bucketPolicy, typeAlias: t.alias}
	first := types{typeRole: t.role, typeManagedPolicy: t.managedPolicy, typeBucket: t.bucket,
		typeKey: t.key, typeGroup: t.datasetGroup}
	switch {
	case t.prefix == groupFile+" ":
		first, joined = types{typeGroup: t.datasetGroup}, nil
	case t.prefix != "":
		first, joined = nil, types{typeBucketPolicy: t.bucketPolicy}
	}
	for _, r := range t.order {
		if t.current = r; r.properties != nil {
			t.resolve(r.properties)
		}
		if first[r.kind] == nil && joined[r.kind] == nil {
			t.refuse(r.key, "resource type", r.kind, "what it grants here is not known: remove it")
		}
	}
	t.current = nil
	t.cycles()
	for _, known := range []types{first, joined} {
		for _, r := range t.order {
			if read := known[r.kind]; read != nil {
				t.read(r, read)
			}
		}
	}
}

// read enters what a resource is.
func (t *template) read(r *resource, read func(*resource, *fields) deployed.Text) {
	f := t.fields("resource "+r.id, r.properties)
	out := deployed.Resource{Address: t.prefix + r.id, Type: r.kind,
		Protected: t.protected(r), OnceMade: deployed.Bool{V: r.onceMade, At: t.at(r.key)},
		At: t.at(r.key)}
	slices.Sort(r.needs)
	for _, id := range slices.Compact(r.needs) {
		out.After = append(out.After, t.text(r.key, t.prefix+id))
	}
	out.ID = read(r, f)
	f.done()
	t.state.Resources = append(t.state.Resources, out)
}

// protected reports whether a resource stays when the stack goes.
func (t *template) protected(r *resource) deployed.Bool {
	return deployed.Bool{V: r.protected, At: t.at(r.key)}
}

// name returns the name of a resource; one without gets it when it is made.
func (t *template) name(r *resource, f *fields, property string) deployed.Text {
	if !f.has(property) {
		return t.text(r.key, t.token(r.id, attrName))
	}
	return f.text(property)
}

func (t *template) role(r *resource, f *fields) deployed.Text {
	out := deployed.Role{
		Name: t.name(r, f, "RoleName"), Created: true,
		Path: f.text("Path"), Description: f.text("Description"),
		Boundary: f.text("PermissionsBoundary"), MaxSession: f.number("MaxSessionDuration"),
		Trust: f.document("AssumeRolePolicyDocument"), Tags: f.tags(),
		Protected: t.protected(r), At: t.at(r.key),
	}
	f.each("Policies", func(p *fields) {
		out.Inline = append(out.Inline, inline(p, p.n))
	})
	for _, arn := range f.texts("ManagedPolicyArns") {
		t.state.Attachments = append(t.state.Attachments,
			deployed.Attachment{Policy: arn, Kind: deployed.RoleP, To: out.Name, At: arn.At})
	}
	t.roles[out.Name.V.String()] = len(t.state.Roles)
	t.state.Roles = append(t.state.Roles, out)
	return out.Name
}

func (t *template) rolePolicy(r *resource, f *fields) deployed.Text {
	role, in := f.text("RoleName"), inline(f, r.key)
	i, ok := t.roles[role.V.String()]
	if !ok {
		i = len(t.state.Roles)
		t.roles[role.V.String()] = i
		t.state.Roles = append(t.state.Roles, deployed.Role{Name: role, At: t.at(r.key)})
	}
	t.state.Roles[i].Inline = append(t.state.Roles[i].Inline, in)
	return rolePolicyOf(role, in.Name)
}

// inline reads an inline policy of a role, which is at n.
func inline(f *fields, n *yaml.Node) deployed.Inline {
	return deployed.Inline{Name: f.text("PolicyName"), Policy: f.document("PolicyDocument"),
		At: f.t.at(n)}
}

// rolePolicyOf identifies an inline policy of a role (AWS CloudFormation Template Reference,
// AWS::IAM::RolePolicy, its primary identifier).
func rolePolicyOf(role, name deployed.Text) deployed.Text {
	parts := append([]policy.Part{}, name.V.Parts()...)
	parts = append(append(parts, policy.Lit("|")), role.V.Parts()...)
	return deployed.Text{V: policy.NewText(parts...)}
}

func (t *template) managedPolicy(r *resource, f *fields) deployed.Text {
	out := deployed.Policy{
		Name: t.name(r, f, "ManagedPolicyName"), Path: f.text("Path"), Description: f.text("Description"),
		Policy: f.document("PolicyDocument"), At: t.at(r.key),
	}
	t.state.Policies = append(t.state.Policies, out)
	arn, _ := t.attribute(r.key, r.id, "PolicyArn")
	for _, to := range []struct {
		property string
		kind     deployed.PrincipalKind
	}{{"Users", deployed.User}, {"Groups", deployed.Group}, {"Roles", deployed.RoleP}} {
		for _, name := range f.texts(to.property) {
			t.state.Attachments = append(t.state.Attachments,
				deployed.Attachment{Policy: t.text(r.key, arn), Kind: to.kind, To: name, At: name.At})
		}
	}
	return out.Name
}

func (t *template) key(r *resource, f *fields) deployed.Text {
	arn, id := t.token(r.id, attrARN), t.token(r.id, attrID)
	t.keys[arn], t.keys[id] = len(t.state.Keys), len(t.state.Keys)
	out := deployed.Key{
		ARN: t.text(r.key, arn), Created: true, Description: f.text("Description"),
		Rotation: f.flag("EnableKeyRotation"), Window: f.number("PendingWindowInDays"),
		Policy: f.document("KeyPolicy"), Tags: f.tags(), Protected: t.protected(r), At: t.at(r.key),
	}
	if t.any != nil { // what it is for, and not who may use it
		f.get("KeyUsage")
		f.get("MultiRegion")
		if spec := f.text("KeySpec"); spec.V.String() != "SYMMETRIC_DEFAULT" {
			out.Spec = spec
		}
	}
	t.state.Keys = append(t.state.Keys, out)
	return out.ARN
}

func (t *template) alias(r *resource, f *fields) deployed.Text {
	name, target := f.text("AliasName"), f.str("TargetKeyId")
	i, ok := t.keys[target]
	if !ok {
		i = len(t.state.Keys)
		t.keys[target] = i
		t.state.Keys = append(t.state.Keys, deployed.Key{ARN: f.text("TargetKeyId"), At: t.at(r.key)})
	}
	t.state.Keys[i].Aliases = append(t.state.Keys[i].Aliases, name)
	return name
}

func (t *template) datasetGroup(r *resource, f *fields) deployed.Text {
	out := deployed.DatasetGroup{
		Name: t.name(r, f, "Name"), Domain: f.text("Domain"),
		Key: f.text("KmsKeyArn"), Role: f.text("RoleArn"), Protected: t.protected(r), At: t.at(r.key),
	}
	t.state.DatasetGroups = append(t.state.DatasetGroups, out)
	return out.Name
}
