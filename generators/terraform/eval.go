package terraform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// Bounds of an evaluation, far above what any module needs: steps and bytes of strings together,
// and how much that is not understood is told.
const (
	maxSpent   = 16 << 20
	maxUnknown = 200
)

// eval evaluates a module as Terraform does, each block once, what it refers to first.
type eval struct {
	m       *module
	values  deployed.Values
	tokens  deployed.Tokens
	done    map[string]map[string]value // what a reference sees, by name; nil: it is Unknown
	busy    map[string]bool             // what is being evaluated, to find circles
	used    map[string]bool             // what something refers to
	each    value                       // each.value, inside of a block with for_each
	spent   int
	told    map[deployed.Unknown]bool
	once    map[string]string // what sets something that can be set once, by what it sets
	roles   things[deployed.Role]
	buckets things[deployed.Bucket]
	keys    things[deployed.Key]     // by ARN and by id
	groups  map[string]deployed.Text // names of dataset groups, by address
	out     deployed.State           // without these
}

func newEval(m *module, v deployed.Values) *eval {
	return &eval{
		m: m, values: v, done: map[string]map[string]value{}, busy: map[string]bool{},
		used: map[string]bool{}, told: map[deployed.Unknown]bool{}, once: map[string]string{},
		groups: map[string]deployed.Text{},
	}
}

// evaluate evaluates the whole module.
func (m *module) evaluate(v deployed.Values) deployed.State {
	e := newEval(m, v)
	e.out.Unknown = slices.Clone(m.unknown)
	e.out.Imports = slices.Clone(m.imports)
	e.out.Moves = slices.Clone(m.moves)
	e.out.Parameters = slices.Clone(m.parameters)
	for _, name := range m.order {
		e.visit(name, e.rangeOf(name))
	}
	for _, b := range m.outputs {
		e.output(b)
	}
	e.out.Roles, e.out.Buckets, e.out.Keys = e.roles.values(), e.buckets.values(), e.keys.values()
	for _, b := range e.out.Buckets {
		if b.Created && e.once[partPublic+" of "+b.Name.V.String()] == "" {
			e.add(deployed.Unknown{Kind: "bucket", What: b.Name.V.String(), At: b.At,
				Why: "it has no " + tfBucketPublic + ", so that AWS's default counts"})
		}
	}
	e.unused()
	e.out.Unknown = sortUnknown(e.out.Unknown)
	return e.out
}

func sortUnknown(list []deployed.Unknown) []deployed.Unknown {
	slices.SortFunc(list, func(a, b deployed.Unknown) int {
		return cmp.Or(cmp.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Col, b.At.Col), cmp.Compare(a.String(), b.String()))
	})
	return list
}

// unused reports what nothing refers to: a document that is attached to nothing, a name whose place
// something else has taken, and what is read for nothing.
func (e *eval) unused() {
	for _, name := range e.m.order {
		kind, rest, _ := strings.Cut(name, ".")
		if !e.used[name] && (kind == "local" || kind == "data") {
			e.unknown(kind, rest, "nothing refers to it: remove it", e.rangeOf(name))
		}
	}
	for _, p := range e.m.parameters {
		if !e.used["var."+p.Name] {
			e.add(deployed.Unknown{Kind: "variable", What: p.Name, Why: "nothing refers to it", At: p.At})
		}
	}
}

// visit evaluates a block or a local and returns what a reference to it sees; nil when it is
// Unknown.
func (e *eval) visit(name string, from hcl.Range) map[string]value {
	if attrs, ok := e.done[name]; ok {
		return attrs
	}
	if e.busy[name] || len(e.busy) > maxDepth {
		e.unknown("reference", name, "it depends on itself, or on names without end", from)
		return nil
	}
	e.busy[name] = true
	defer delete(e.busy, name)
	var attrs map[string]value
	each := e.each
	e.each = value{}
	if b := e.m.nodes[name]; b != nil {
		attrs = e.node(name, b)
	} else if a := e.m.locals[strings.TrimPrefix(name, "local.")]; a != nil {
		attrs = map[string]value{"value": e.expr(a.Expr)}
	} else {
		e.unknown("reference", name, "it is not declared", from)
	}
	e.each = each
	e.done[name] = attrs
	return attrs
}

// node evaluates a resource or data source. What each of them is follows from its arguments,
// never from its label.
func (e *eval) node(addr string, block *hclsyntax.Block) map[string]value {
	b := e.body(addr, block.Body, block.TypeRange)
	var after []deployed.Text
	if block.Type == "resource" {
		after = e.dependsOn(b)
	}
	attrs := map[string]value{}
	typ := strings.TrimSuffix(addr, "."+block.Labels[1])
	switch typ {
	case "data." + dataPartition:
		attrs["partition"] = stringValue(e.values.Partition)
	case "data." + dataIdentity:
		attrs["account_id"] = stringValue(e.values.Account)
		b.guard("account_id", &e.out.Scope.Account)
	case "data." + dataRegion:
		attrs["id"] = stringValue(e.values.Region)
		b.guard("id", &e.out.Scope.Region)
	case "data." + tfKeyAlias:
		e.foundKey(b, attrs)
	case "data." + dataPolicy:
		attrs["json"] = e.policyDocument(b)
	case tfRole:
		e.role(b, attrs)
	case tfRolePolicy:
		e.rolePolicy(b)
	case tfPolicy:
		e.managedPolicy(b, attrs)
	case tfRoleAttach:
		e.attachment(b, deployed.RoleP)
	case tfUserAttach:
		e.attachment(b, deployed.User)
	case tfGroupAtt:
		e.attachment(b, deployed.Group)
	case tfKey:
		e.key(b, attrs)
	case tfKeyAlias:
		e.keyAlias(b)
	case tfKeyPolicy:
		e.keyPolicy(b)
	case tfBucket:
		e.bucket(b, attrs)
	case tfBucketPublic:
		e.publicAccess(b)
	case tfBucketOwner:
		e.ownership(b)
	case tfBucketVers:
		e.versioning(b)
	case tfBucketSSE:
		e.encryption(b)
	case tfBucketLife:
		e.expiration(b)
	case tfBucketLogs:
		e.logging(b)
	case tfBucketPolicy:
		e.bucketPolicy(b)
	case tfCloud:
		e.group(b, attrs)
	default:
		e.unknown(block.Type, addr, "pzgen writes none of this type", block.TypeRange)
		return nil
	}
	if block.Type == "resource" {
		e.out.Resources = append(e.out.Resources, deployed.Resource{Address: addr, Type: typ,
			ID: e.identity(typ, addr, block), After: after, At: place(b.at)})
	}
	b.done()
	return attrs
}

// identities returns the arguments by which a resource is told from others of its type: under
// another address it is another one to Terraform, which destroys what it had there and makes it
// anew.
func identities(typ string) []string {
	switch typ {
	case tfRole, tfPolicy, tfKeyAlias:
		return []string{"name"}
	case tfRolePolicy:
		return []string{"role", "name"}
	case tfRoleAttach, tfUserAttach, tfGroupAtt:
		return []string{"policy_arn"}
	}
	return []string{"bucket"}
}

// identity returns what a resource is: the values of those arguments, or the ARN of a key.
func (e *eval) identity(typ, addr string, block *hclsyntax.Block) deployed.Text {
	at := place(block.TypeRange)
	switch typ {
	case tfKey:
		return e.text(e.tokens.Token(policy.Ref{ID: addr, Attr: "arn"}), at)
	case tfCloud:
		return e.groups[addr]
	case tfKeyPolicy:
		if a := block.Body.Attributes["key_id"]; a != nil {
			if k := e.keys.by[e.knownKey(e.expr(a.Expr).s)]; k != nil {
				return k.ARN
			}
		}
		return deployed.Text{At: at}
	}
	var parts []string
	for _, name := range identities(typ) {
		if a := block.Body.Attributes[name]; a != nil {
			parts = append(parts, e.expr(a.Expr).s)
		}
	}
	return e.text(strings.Join(parts, ":"), at)
}

// dependsOn reads an order of work, which counts in a circle as any reference does, and returns the
// addresses in it.
func (e *eval) dependsOn(b *body) []deployed.Text {
	a, ok := b.take("depends_on", optional)
	if !ok {
		return nil
	}
	var after []deployed.Text
	l, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	for i := 0; ok && i < len(l.Exprs); i++ {
		var addr string
		addr, ok = nameOf(l.Exprs[i])
		if ok = ok && e.m.nodes[addr] != nil; ok {
			e.visit(addr, a.SrcRange)
			after = append(after, deployed.Text{V: policy.Literal(addr), At: place(a.SrcRange)})
		}
	}
	if !ok {
		b.bad(a, "it is not a list of resources of this module")
	}
	return after
}

// spend counts n of what an evaluation may cost and reports whether it may go on.
func (e *eval) spend(n int) bool {
	if e.spent > maxSpent {
		return false
	}
	if e.spent += 1 + n; e.spent > maxSpent {
		at := deployed.Place{Path: e.m.dir}
		e.add(deployed.Unknown{Kind: "module", What: e.m.dir, Why: "it is too much work", At: at})
		return false
	}
	return true
}

// unknown takes note of what is not understood, each once.
func (e *eval) unknown(kind, what, why string, r hcl.Range) {
	if e.spent <= maxSpent { // after that nothing is evaluated any more
		e.add(deployed.Unknown{Kind: kind, What: what, Why: why, At: place(r)})
	}
}

// reject is unknown for an expression.
func (e *eval) reject(kind string, x hclsyntax.Expression, why string) {
	e.unknown(kind, e.source(x.Range()), why, x.Range())
}

func (e *eval) add(u deployed.Unknown) {
	if !e.told[u] && len(e.told) < maxUnknown {
		e.told[u] = true
		e.out.Unknown = append(e.out.Unknown, u)
	}
}

// source returns the text of a range, on one line and not at length.
func (e *eval) source(r hcl.Range) string {
	f := e.m.files[r.Filename[strings.LastIndexByte(r.Filename, '/')+1:]]
	return short(string(r.SliceBytes(f.Data)))
}

func short(s string) string {
	if s = strings.Join(strings.Fields(s), " "); len(s) > 80 {
		s = s[:77] + "..."
	}
	return strings.ToValidUTF8(s, "")
}

func (e *eval) rangeOf(name string) hcl.Range {
	if b := e.m.nodes[name]; b != nil {
		return b.TypeRange
	}
	return e.m.locals[strings.TrimPrefix(name, "local.")].SrcRange
}

// text returns a string with its references.
func (e *eval) text(s string, at deployed.Place) deployed.Text {
	return deployed.Text{V: e.tokens.Text(s), At: at}
}

// arn begins an ARN of a service whose ARNs have no region.
func (e *eval) arn(service, account, rest string) value {
	return stringValue("arn:" + e.values.Partition + ":" + service + "::" + account + rest)
}

// settled takes note that a resource sets what, and reports whether none did before.
func (e *eval) settled(what string, b *body) bool {
	if other, ok := e.once[what]; ok {
		e.unknown("resource", b.what, what+" is set by "+other+" already", b.at)
		return false
	}
	e.once[what] = b.what
	return true
}

// decode reads a policy document in JSON.
func (e *eval) decode(text string, at deployed.Place) value {
	d, err := policy.DecodeJSON([]byte(text))
	escaped := strings.Contains(text, `\u`) && strings.Contains(strings.ToLower(text), `\udb80`)
	if err == nil && escaped {
		err = deployed.Errorf(at, "it escapes a character of a plane for private use")
	}
	if err != nil {
		e.add(deployed.Unknown{Kind: "document", What: short(text), Why: err.Error(), At: at})
		return value{}
	}
	return value{kind: kindDocument, doc: &deployed.Document{Document: d, At: at}}
}
