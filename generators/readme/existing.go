package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// existing is what was there before and stays other people's.
type existing struct {
	Any    bool
	Shell  bool // apply.sh merges by itself
	Hand   bool // something else than apply.sh is wanted too
	Merges []merge
	Role   *existingRole
}

// merge is a bucket or key whose policy has statements of others.
type merge struct {
	Kind     inline // bucket, key
	ID       span
	Known    bool // its present policy is in the spec's file
	Base     span
	Sids     span
	Managed  inline // the targets, beside shell, that put the policy there themselves; empty for none
	Commands block
	Fresh    block // for a bucket without any policy; empty for a key, which always has one
}

type existingRole struct {
	Name  span
	Trust span  // the file with the statements that its trust policy has to have; empty without the target json
	Show  block // the command that shows the present one
}

func newExisting(s *model.Setup) (existing, error) {
	var e existing
	for _, t := range s.Targets {
		e.Shell = e.Shell || t == "shell"
		e.Hand = e.Hand || t != "shell"
	}
	for _, b := range s.Buckets {
		if b.Existing && b.Policy.Name != "" {
			m, err := newMerge(s, owned{kind: "bucket", id: b.ID, base: b.BaseFile, doc: b.Policy, own: b.Own}, "s3api", "bucket-policy", flag{"bucket", b.Name})
			if err != nil {
				return existing{}, err
			}
			e.Merges = append(e.Merges, m)
		}
	}
	for _, k := range s.Keys {
		if k.Existing() && k.Policy.Name != "" {
			o := owned{kind: "key", id: k.ID, base: k.BaseFile, doc: k.Policy, own: k.Own}
			var id any = flag{"key-id", k.ARN}
			if k.Found { // these calls take no alias
				o.alias, id = k.Alias, raw(`--key-id "$KEY_ARN"`)
			}
			m, err := newMerge(s, o, "kms", "key-policy", id, flag{"policy-name", "default"})
			if err != nil {
				return existing{}, err
			}
			e.Merges = append(e.Merges, m)
		}
	}
	if s.Role.Existing && s.Role.Of == "" {
		var show script
		show.add("aws", "iam", "get-role", flag{"region", s.Region}, flag{"role-name", s.Role.Name}, flag{"query", "Role.AssumeRolePolicyDocument"})
		if show.err != nil {
			return existing{}, show.err
		}
		e.Role = &existingRole{Name: code(s.Role.Name), Show: show.block()}
		if s.Role.Trust.Name != "" && has(s, "json") {
			e.Role.Trust = code(fileOf(s.Role.Trust))
		}
	}
	e.Any = len(e.Merges) > 0 || e.Role != nil
	return e, nil
}

// owned is a bucket or key that exists, with its policy.
type owned struct {
	kind, id, base string
	doc            model.Doc
	own            policy.Document
	alias          string // of a key that is told by it
}

// newMerge returns the commands that put pzgen's statements into a policy: service, what and which
// are those of the AWS CLI.
func newMerge(s *model.Setup, o owned, service, what string, which ...any) (merge, error) {
	m := merge{Kind: text(o.kind), ID: code(o.id), Known: !o.doc.Partial, Base: code(o.base), Sids: codes(sids(o.own))}
	var managed []string
	if m.Known && has(s, "cloudformation") && o.kind == "bucket" { // CloudFormation has no resource for the policy of a key that exists
		managed = append(managed, "CloudFormation")
	}
	if m.Known && has(s, "terraform") {
		managed = append(managed, "Terraform")
	}
	m.Managed = text(strings.Join(managed, " and "))
	call := func(verb string, more ...any) []any {
		return slices.Concat([]any{"aws", service, verb + "-" + what, flag{"region", s.Region}}, which, more)
	}
	var c script
	if o.alias != "" {
		c.lines = append(c.lines, "KEY_ARN=$("+c.command("aws", "kms", "describe-key", flag{"region", s.Region}, flag{"key-id", o.alias},
			flag{"query", "KeyMetadata.Arn"}, flag{"output", "text"})+")")
	}
	present, merged := "current-"+o.doc.Name+".json", "merged-"+o.doc.Name+".json"
	c.lines = append(c.lines,
		c.command(call("get", flag{"query", "Policy"}, flag{"output", "text"})...)+" > "+c.quote(present),
		c.command("pzgen", "merge", flag{"into", present}, flag{"kind", o.kind}, raw("-f"), s.SpecFile,
			flag{"setup", s.Name}, flag{o.kind, o.id})+" > "+c.quote(merged),
		c.command("diff", present, merged)+" || true")
	put := func() { c.add(call("put", flag{"policy", "file://" + merged})...) }
	if namesNewRole(s, o.own) {
		c.again(put) // see hand.untilKnown
	} else {
		put()
	}
	m.Commands = c.block()
	if o.kind == "bucket" && o.doc.Partial && has(s, "json") {
		var fresh script
		fresh.add(call("put", flag{"policy", "file://" + fileOf(o.doc)})...)
		m.Fresh = fresh.block()
	}
	return m, c.err
}

func has(s *model.Setup, target string) bool { return slices.Contains(s.Targets, target) }

func sids(d policy.Document) []string {
	list := make([]string, len(d.Statements))
	for i, s := range d.Statements {
		list[i] = s.Sid
	}
	return list
}
