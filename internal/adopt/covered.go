package adopt

import (
	"cmp"
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
		// Many may be wrong, so that all that are found at once go at once.
		wrong, why := map[*element]string{}, ""
		for _, m := range ds {
			if m.Severity != spec.Error {
				continue
			}
			why = cmp.Or(why, m.Message)
			if e := d.elementAt(m.Line); e != nil {
				wrong[e] = cmp.Or(wrong[e], m.Message)
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
			for _, f := range found {
				why = cmp.Or(why, f.Message)
				if e := d.named(f.Message); e != nil {
					wrong[e] = cmp.Or(wrong[e], f.Message)
				}
			}
		}
		if why == "" {
			return nil
		}
		for e, reason := range wrong {
			e.out, e.reason = true, reason
		}
		for _, one := range d.drafts {
			if one.makeUp() {
				wrong[nil] = ""
			}
		}
		if len(wrong) > 0 {
			continue
		}
		if !d.leaveOut(why, policy.Deny) && !d.leaveOut(why, policy.Allow) {
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
	size := map[string]int{} // of what is kept, by owner
	for n := range one.given {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := &one.given[n]
		now := documentOf(m, g.owner).Fill(env)
		if one.leftOut(g.owner) {
			one.lost(g.at, "its bucket or key is left out", g.statement)
			continue
		}
		s := filled(g.statement, env)
		if hasSame(now, s) {
			continue
		}
		is := covered(now, s, g.owner, m)
		if is && covered(policy.Document{Version: now.Version}, s, g.owner, m) {
			one.lost(g.at, "grants nothing by itself", g.statement)
			continue
		}
		if (is || g.flows) && s.Effect == policy.Allow && len(s.Condition) > 0 {
			one.lost(g.at, "granted by the workflows without its condition", g.statement)
		}
		if is {
			continue
		}
		if g.there && !letsServiceIn(g.statement) {
			one.lost(g.at, "of others, and stays in the policy that is there", g.statement)
			continue
		}
		kind, _, _ := strings.Cut(g.owner, ".")
		size[g.owner] += len(g.statement.JSON())
		if size[g.owner] > roomOf(kind) {
			one.lost(g.at, "left out: AWS has no room for it beside the others", g.statement)
			continue
		}
		e := &element{given: g, sid: "Kept" + fmt.Sprintf("%03d", len(one.kept)+1)}
		one.kept = append(one.kept, e)
	}
	return nil
}

// roomOf returns how many bytes the policies of an owner can have: those of a role are counted in the
// proof as they are written, and no more than these come to it.
func roomOf(owner string) int {
	kinds := map[string]policy.Kind{"role": policy.Identity, "trust": policy.Trust, "buckets": policy.Resource, "keys": policy.KeyPolicy}
	return 2 * kinds[owner].Elements().Size.Max // JSON has spaces that do not count
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

// hasSame reports whether a document has a statement, whatever its Sid.
func hasSame(now policy.Document, s policy.Statement) bool {
	return slices.ContainsFunc(now.Statements, func(o policy.Statement) bool {
		o.Sid, s.Sid = "", ""
		return o.Normal() == s.Normal()
	})
}

// covered reports whether a statement adds nothing to those of a document that has none like it. A
// Deny does: what it denies may be granted elsewhere.
func covered(now policy.Document, s policy.Statement, owner string, m *model.Setup) bool {
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

// named returns the kept statement that a message names by its Sid, or nil.
func (d *document) named(message string) *element {
	for _, l := range d.lines {
		if l.element.sid != "" && strings.Contains(message, strconv.Quote(l.element.sid)) {
			return l.element
		}
	}
	return nil
}
