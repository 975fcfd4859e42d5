package adopt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/start"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// trial is how far a spec is tried.
type trial func(context.Context, *engine.Run) ([]findings.Finding, error)

// proved builds all setups and proves what they generate.
func proved(ctx context.Context, run *engine.Run) ([]findings.Finding, error) {
	var all []findings.Finding
	err := run.Print(ctx, true, func(p engine.Printed) error {
		all = append(all, append(p.Found, p.Unproved...)...)
		return nil
	})
	var found *engine.FoundError
	if errors.As(err, &found) {
		err = nil
	}
	return slices.DeleteFunc(all, func(f findings.Finding) bool { return f.Level != findings.Error }), err
}

// load reads the spec as it is now.
func (d *document) load() (*engine.Specs, spec.Diagnostics, error) {
	text := d.text()
	return engine.Load(engine.Source{Files: []string{start.SpecFile}, Templates: d.templates,
		ReadFile: func(path string, _ int64) ([]byte, error) {
			if path != start.SpecFile {
				return nil, fs.ErrNotExist
			}
			return text, nil
		}})
}

// settle leaves out of the spec what keeps it from being valid and, if try is not nil, from being
// built and proved: the part that a message is about, or else all that can be left out.
func (d *document) settle(ctx context.Context, try trial) error {
	for {
		specs, ds, err := d.load()
		if err != nil {
			return err
		}
		line, why := 0, ""
		for _, m := range ds {
			if m.Severity == spec.Error && (why == "" || d.elementAt(line) == nil) {
				line, why = m.Line, m.Message
			}
		}
		if why == "" && try != nil {
			run, err := specs.Select(engine.Selection{})
			if err != nil {
				return err
			}
			found, err := try(ctx, run)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return nil
			}
			line, why = 0, found[0].Message
			for _, f := range found {
				if at := d.lineOf(f.Message); at > 0 {
					line, why = at, f.Message
				}
			}
		}
		if why == "" {
			return nil
		}
		if e := d.elementAt(line); e != nil {
			e.out, e.reason = true, why
			continue
		}
		left := false
		for _, one := range d.drafts {
			for _, e := range one.kept {
				if !e.out {
					e.out, e.reason, left = true, why, true
				}
			}
		}
		if !left {
			// What is wrong is what was read, such as a name that AWS does not take: a person has to look.
			for _, one := range d.drafts {
				one.note("to be put right: %s", why)
			}
			return nil
		}
	}
}

// keep adds the statements of a draft that its workflows do not grant, and those that deny.
func (d *document) keep(ctx context.Context, i int, one *draft) error {
	specs, ds, err := d.load()
	if err != nil || ds.HasErrors() {
		for _, g := range one.given {
			one.lost(g.at, "not held against the spec, which has errors", g.statement)
		}
		return err
	}
	run, err := specs.Select(engine.Selection{Setups: []string{one.name}})
	if err != nil {
		return err
	}
	m, found := run.Model(0)
	if found != nil {
		for _, g := range one.given {
			one.lost(g.at, "not held against the spec, which cannot be built", g.statement)
		}
		return nil
	}
	env := m.DeployedEnv()
	for n, k := range one.keys {
		if k.arn == "" {
			env[model.RefKeyARN(k.id)] = fmt.Sprintf("arn:%s:kms:%s:%s:key/00000000-0000-4000-8000-%012d",
				m.Partition, m.Region, m.Account, n)
		}
	}
	for n := range one.given {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := &one.given[n]
		now := documentOf(m, g.owner).Fill(env)
		if covered(now, filled(g.statement, env), g.owner, m) {
			continue
		}
		if g.there && !letsServiceIn(g.statement) {
			one.lost(g.at, "of others, and stays in the policy that is there", g.statement)
			continue
		}
		e := &element{given: g, sid: "Kept" + fmt.Sprintf("%03d", len(one.kept)+1)}
		one.kept = append(one.kept, e)
	}
	return nil
}

func filled(s policy.Statement, env policy.Env) policy.Statement {
	doc := policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
	return doc.Fill(env).Statements[0]
}

// documentOf returns the statements of the model that an owner's policy has.
func documentOf(m *model.Setup, owner string) policy.Document {
	all := policy.Document{Version: policy.Version2012}
	add := func(doc policy.Document) { all.Statements = append(all.Statements, doc.Statements...) }
	kind, id, _ := strings.Cut(owner, ".")
	switch kind {
	case "trust":
		add(m.Role.Trust.Document)
	case "role":
		for _, p := range m.Role.Policies {
			add(p.Document)
		}
	case "buckets":
		for _, b := range m.Buckets {
			if b.ID == id {
				add(b.Policy.Document)
			}
		}
	case "keys":
		for _, k := range m.Keys {
			if k.ID == id {
				add(k.Policy.Document)
			}
		}
	}
	return all
}

// covered reports whether a statement adds nothing to those of a document. A Deny does unless
// the document has the same: what it denies may be granted elsewhere.
func covered(now policy.Document, s policy.Statement, owner string, m *model.Setup) bool {
	same := func(o policy.Statement) bool {
		o.Sid, s.Sid = "", ""
		return o.Normal() == s.Normal()
	}
	if slices.ContainsFunc(now.Statements, same) {
		return true
	}
	if s.Effect != policy.Allow {
		return false
	}
	more := now
	more.Statements = append(slices.Clip(now.Statements), s)
	old, new := policy.Policies{Resource: &now}, policy.Policies{Resource: &more}
	in := policy.Setting{ResourceAccount: m.Account}
	if owner == "role" {
		old = policy.Policies{Identity: []policy.Document{now}}
		new = policy.Policies{Identity: []policy.Document{more}}
		in = policy.Setting{Principal: m.DeployedEnv()[model.RefRoleARN]}
	}
	c, err := policy.Compare(old, new, in)
	return err == nil && c.Relation == policy.Same && len(c.Undecided) == 0
}

// lineOf returns the line of the kept statement that a message names by its Sid, or 0.
func (d *document) lineOf(message string) int {
	for _, l := range d.lines {
		if l.element != nil && l.element.sid != "" && strings.Contains(message, strconv.Quote(l.element.sid)) {
			return l.number
		}
	}
	return 0
}
