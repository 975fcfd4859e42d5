package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/model"
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
	Known    bool // its present policy stands in the spec's file
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
	var err error
	for _, t := range s.Targets {
		e.Shell = e.Shell || t == "shell"
		e.Hand = e.Hand || t != "shell"
	}
	add := func(kind, id, file, base string, d model.Doc, own policy.Document, get, put []any, fresh bool) {
		if d.Name == "" {
			return
		}
		m := merge{Kind: text(kind), ID: code(id), Known: !d.Partial, Base: code(base), Sids: codes(sids(own))}
		var managed []string
		if m.Known && has(s, "cloudformation") && kind == "bucket" {
			managed = append(managed, "CloudFormation")
		}
		if m.Known && has(s, "terraform") {
			managed = append(managed, "Terraform")
		}
		m.Managed = text(strings.Join(managed, " and "))
		var c, f script
		current := "current-" + d.Name + ".json"
		merged := "merged-" + d.Name + ".json"
		c.lines = append(c.lines, c.command(append(get, flag{"query", "Policy"}, flag{"output", "text"})...)+" > "+c.quote(current))
		c.lines = append(c.lines, c.command("pzgen", "merge", flag{"into", current}, flag{"kind", kind}, raw("-f"), s.SpecFile,
			flag{"setup", s.Name}, flag{kind, id})+" > "+c.quote(merged))
		c.lines = append(c.lines, c.command("diff", current, merged)+" || true")
		c.add(append(put, flag{"policy", "file://" + merged})...)
		m.Commands = c.block()
		if fresh && d.Partial && has(s, "json") {
			f.add(append(put, flag{"policy", "file://" + file})...)
			m.Fresh = f.block()
		}
		for _, e := range []error{c.err, f.err} {
			if err == nil {
				err = e
			}
		}
		e.Merges = append(e.Merges, m)
	}
	region := flag{"region", s.Region}
	for _, b := range s.Buckets {
		if b.Existing {
			get := []any{"aws", "s3api", "get-bucket-policy", region, flag{"bucket", b.Name}}
			put := []any{"aws", "s3api", "put-bucket-policy", region, flag{"bucket", b.Name}}
			add("bucket", b.ID, fileOf(b.Policy), b.BaseFile, b.Policy, b.Own, get, put, true)
		}
	}
	for _, k := range s.Keys {
		if k.Existing() {
			get := []any{"aws", "kms", "get-key-policy", region, flag{"key-id", k.ARN}, flag{"policy-name", "default"}}
			put := []any{"aws", "kms", "put-key-policy", region, flag{"key-id", k.ARN}, flag{"policy-name", "default"}}
			add("key", k.ID, fileOf(k.Policy), k.BaseFile, k.Policy, k.Own, get, put, false)
		}
	}
	if s.Role.Existing {
		var show script
		show.add("aws", "iam", "get-role", flag{"role-name", s.Role.Name}, flag{"query", "Role.AssumeRolePolicyDocument"})
		e.Role = &existingRole{Name: code(s.Role.Name), Show: show.block()}
		if s.Role.Trust.Name != "" && has(s, "json") {
			e.Role.Trust = code(fileOf(s.Role.Trust))
		}
		if err == nil {
			err = show.err
		}
	}
	e.Any = len(e.Merges) > 0 || e.Role != nil
	return e, err
}

func has(s *model.Setup, target string) bool { return slices.Contains(s.Targets, target) }

func sids(d policy.Document) []string {
	list := make([]string, len(d.Statements))
	for i, s := range d.Statements {
		list[i] = s.Sid
	}
	return list
}
