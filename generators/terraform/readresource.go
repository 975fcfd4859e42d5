package terraform

import (
	"cmp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// things are roles, buckets or keys as they are read: by what names them, in the order in which
// they were met.
type things[T any] struct {
	by  map[string]*T
	all []*T
}

// of returns what has a name; it is made when there is nothing.
func (t *things[T]) of(name string) *T {
	if t.by == nil {
		t.by = map[string]*T{}
	}
	if t.by[name] == nil {
		t.by[name] = t.more()
	}
	return t.by[name]
}

// more makes another one, under no name.
func (t *things[T]) more() *T {
	t.all = append(t.all, new(T))
	return t.all[len(t.all)-1]
}

func (t *things[T]) values() []T {
	var out []T
	for _, p := range t.all {
		out = append(out, *p)
	}
	return out
}

func (e *eval) role(b *body, attrs map[string]value) {
	s, name := b.str("name", required)
	path, pathText := b.str("path", optional)
	r := deployed.Role{
		Name: name, Created: true, Path: pathText, Description: b.text("description", optional),
		Boundary:    b.text("permissions_boundary", optional),
		MaxSession:  b.int("max_session_duration", optional),
		ForceDetach: b.bool("force_detach_policies", optional),
		Trust:       b.document("assume_role_policy", required),
		Tags:        b.tags(), Protected: b.protected(), At: place(b.at),
	}
	attrs["name"], attrs["id"] = stringValue(s), stringValue(s)
	attrs["arn"] = e.arn("iam", e.values.Account, ":role"+cmp.Or(path, "/")+s)
	to := e.roles.of(s)
	if to.Created {
		to = e.roles.more() // a second one of this name
	}
	r.Inline = to.Inline
	*to = r
}

func (e *eval) rolePolicy(b *body) {
	role, roleText := b.str("role", required)
	in := deployed.Inline{
		Name: b.text("name", required), Policy: b.document("policy", required), At: place(b.at)}
	r := e.roles.of(role)
	if !r.Created {
		r.Name, r.At = roleText, in.At
	}
	r.Inline = append(r.Inline, in)
}

func (e *eval) managedPolicy(b *body, attrs map[string]value) {
	name, nameText := b.str("name", required)
	path, pathText := b.str("path", optional)
	e.out.Policies = append(e.out.Policies, deployed.Policy{
		Name: nameText, Path: pathText, Description: b.text("description", optional),
		Policy: b.document("policy", required), Tags: b.tags(), At: place(b.at),
	})
	attrs["arn"] = e.arn("iam", e.values.Account, ":policy"+cmp.Or(path, "/")+name)
}

// attachment reads an attachment, or one for each member of a set.
func (e *eval) attachment(b *body, kind deployed.PrincipalKind) {
	attach := func() deployed.Attachment {
		arn, to := b.text("policy_arn", required), b.text(string(kind), required)
		return deployed.Attachment{Policy: arn, Kind: kind, To: to, At: place(b.at)}
	}
	a, ok := b.take("for_each", optional)
	if !ok {
		e.out.Attachments = append(e.out.Attachments, attach())
		return
	}
	names := e.members(a.Expr)
	for _, name := range names {
		e.each = name
		e.out.Attachments = append(e.out.Attachments, attach())
	}
	e.each = stringValue("nobody")
	attach() // so that it is read where there is nobody, too
	e.each = value{}
}

// members returns the members of a set that a block stands for: those of a variable, or of one
// without those of others.
func (e *eval) members(x hclsyntax.Expression) []value {
	if args, ok := called(x, "setsubtract", 2); ok {
		var left []value
		gone := map[string]bool{}
		l, ok := args[1].(*hclsyntax.TupleConsExpr)
		if ok && len(l.Exprs) == 1 && isName(l.Exprs[0], "var."+varRoleName) {
			gone[e.expr(l.Exprs[0]).s] = true // the service role, which has the policy already
		} else {
			for _, v := range e.members(args[1]) {
				gone[v.s] = true
			}
		}
		for _, v := range e.members(args[0]) {
			if !gone[v.s] {
				left = append(left, v)
			}
		}
		return left
	}
	if isVariable(x) {
		if v := e.expr(x); v.kind == kindList || v.kind == kindNone {
			return v.list
		}
	}
	e.reject("for_each", x, "write a variable that is a set, without those of another")
	return nil
}

// isVariable reports whether an expression is the name of a variable.
func isVariable(x hclsyntax.Expression) bool {
	name, ok := nameOf(x)
	return ok && strings.HasPrefix(name, "var.")
}

// key reads a KMS key. AWS makes up its id, so its ARN is a reference by the address of the
// resource.
func (e *eval) key(b *body, attrs map[string]value) {
	k := deployed.Key{
		Created: true, Description: b.text("description", optional),
		Rotation: b.bool("enable_key_rotation", optional),
		Window:   b.int("deletion_window_in_days", optional),
		Policy:   b.document("policy", optional),
		Tags:     b.tags(), Protected: b.protected(), At: place(b.at),
	}
	arn := e.tokens.Token(policy.Ref{ID: b.what, Attr: "arn"})
	id := e.tokens.Token(policy.Ref{ID: b.what, Attr: "key_id"})
	attrs["arn"], attrs["key_id"] = stringValue(arn), stringValue(id)
	k.ARN = e.text(arn, k.At)
	*e.keys.of(arn) = k
	e.keys.by[id] = e.keys.by[arn]
	if k.Policy != nil {
		e.settled("the policy of "+k.ARN.V.String(), b)
	}
}

// foundKey reads the data source of a key that is there: its ARN is known on deployment, as that of
// a key which is created.
func (e *eval) foundKey(b *body, attrs map[string]value) {
	k := deployed.Key{Aliases: []deployed.Text{b.text("name", required)}, At: place(b.at)}
	arn := e.tokens.Token(policy.Ref{ID: b.what, Attr: "arn"})
	id := e.tokens.Token(policy.Ref{ID: b.what, Attr: "key_id"})
	attrs["target_key_arn"], attrs["target_key_id"] = stringValue(arn), stringValue(id)
	k.ARN = e.text(arn, k.At)
	*e.keys.of(arn) = k
	e.keys.by[id] = e.keys.by[arn]
}

// keyOf returns the key that an argument names, by ARN or by the last part of one, which is a key
// of this account and region.
func (e *eval) keyOf(b *body, arg string) *deployed.Key {
	id, _ := b.str(arg, required)
	id = e.knownKey(id)
	k := e.keys.of(id)
	if !k.Created && k.Aliases == nil {
		k.ARN, k.At = e.text(id, place(b.at)), place(b.at)
	}
	return k
}

// knownKey returns the name under which a key is known that an argument has by its ARN or its id.
func (e *eval) knownKey(id string) string {
	if e.keys.by[id] == nil && !strings.HasPrefix(id, "arn:") {
		v := e.values
		id = "arn:" + v.Partition + ":kms:" + v.Region + ":" + v.Account + ":key/" + id
	}
	return id
}

func (e *eval) keyAlias(b *body) {
	name := b.text("name", required)
	k := e.keyOf(b, "target_key_id")
	k.Aliases = append(k.Aliases, name)
}

func (e *eval) keyPolicy(b *body) {
	d := b.document("policy", required)
	k := e.keyOf(b, "key_id")
	if e.settled("the policy of "+k.ARN.V.String(), b) {
		k.Policy, k.PolicyProtected = d, b.protected()
	}
}

// group reads a dataset group, the one type of resource that is made by way of Cloud Control. Its
// properties are written out as JSON is: by jsonencode of an object.
func (e *eval) group(b *body, attrs map[string]value) {
	typ, _ := b.str("type_name", required)
	if typ != typeGroup {
		e.unknown("resource type", typ, "pzgen makes "+typeGroup+" alone in this way", b.at)
	}
	g := deployed.DatasetGroup{At: place(b.at), Protected: b.protected()}
	a, ok := b.take("desired_state", required)
	if !ok {
		return
	}
	args, ok := called(a.Expr, "jsonencode", 1)
	if !ok {
		b.bad(a, "write jsonencode of an object")
		return
	}
	state := e.expr(args[0])
	if state.kind != kindObject {
		b.bad(a, "write jsonencode of an object")
		return
	}
	known := map[string]*deployed.Text{
		groupName: &g.Name, groupDomain: &g.Domain, groupKey: &g.Key, groupRole: &g.Role}
	for i, name := range state.keys {
		to := known[name]
		if to == nil || state.list[i].kind != kindString {
			e.unknown("property", name, "pzgen writes no such property of "+typeGroup, a.SrcRange)
			continue
		}
		*to = e.text(state.list[i].s, place(a.SrcRange))
	}
	name := state.member(groupName)
	if name.kind != kindString {
		e.unknown("property", groupName, "it is missing in "+b.what, a.SrcRange)
		return
	}
	e.groups[b.what] = g.Name
	e.out.DatasetGroups = append(e.out.DatasetGroups, g)
	v := e.values
	arn := "arn:" + v.Partition + ":personalize:" + v.Region + ":" + v.Account + ":dataset-group/" + name.s
	attrs["properties"] = value{kind: kindObject, keys: []string{groupARN},
		list: []value{stringValue(arn)}}
}
