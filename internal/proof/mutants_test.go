package proof

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// A mutant is what a target prints for a setup in whose documents one thing was changed: the artifact then says something else than the setup.
type mutant struct {
	doc, sid, name string
	m              *model.Setup
}

// mutants returns a setup once for each change of each statement of each document, and for each
// statement deleted, doubled with another action, and moved to another account.
func mutants(m *model.Setup) []mutant {
	var out []mutant
	for di, d := range m.Docs() {
		put := func(sid, name string, doc policy.Document) {
			out = append(out, mutant{d.Name, sid, name, withDocument(m, di, doc)})
		}
		for i, s := range d.Document.Statements {
			for _, c := range changes(s) {
				doc := d.Document
				doc.Statements = slices.Clone(doc.Statements)
				c.do(&doc.Statements[i])
				if empty(doc.Statements[i]) {
					continue // no language can write a statement without an action; it is deleted below
				}
				put(s.Sid, c.name, doc)
			}
			for _, ref := range doc1(s).Refs() {
				doc := d.Document
				doc.Statements = slices.Clone(doc.Statements)
				doc.Statements[i] = s.MapTexts(func(t policy.Text) policy.Text { return t.Fill(policy.Env{ref: m.DeployedEnv()[ref]}) })
				if _, known := m.DeployedEnv()[ref]; known {
					put(s.Sid, "hold "+ref.Short()+" fixed", doc)
				}
			}
			if len(d.Document.Statements) > 1 {
				doc := d.Document
				doc.Statements = slices.Delete(slices.Clone(doc.Statements), i, i+1)
				put(s.Sid, "delete the statement", doc)
			}
			doc := d.Document
			more := s
			more.Sid, more.Action = "AddedByHand", policy.List(lit("iam:CreateUser"))
			more.NotAction = policy.Texts{}
			doc.Statements = append(slices.Clone(doc.Statements), more)
			put("AddedByHand", "add a statement", doc)
		}
	}
	return out
}

func doc1(s policy.Statement) policy.Document {
	return policy.Document{Statements: []policy.Statement{s}}
}

func empty(s policy.Statement) bool {
	none := func(t policy.Texts) bool { return t.Values != nil && len(t.Values) == 0 }
	if none(s.Action) || none(s.Resource) {
		return true
	}
	if s.Principal != nil && !s.Principal.Any {
		for _, t := range s.Principal.Types {
			if none(t.Values) {
				return true
			}
		}
	}
	return false
}

// withDocument returns a copy of m whose di-th document is d. Where the document is merged from a
// foreign one and pzgen's own, both are replaced, so that each target prints the change in its own
// way.
func withDocument(m *model.Setup, di int, d policy.Document) *model.Setup {
	out := *m
	out.Role.Policies = slices.Clone(m.Role.Policies)
	out.Buckets = slices.Clone(m.Buckets)
	out.Keys = slices.Clone(m.Keys)
	out.Operators = slices.Clone(m.Operators)
	name := m.Docs()[di].Name
	if out.Role.Trust.Name == name {
		out.Role.Trust.Document = d
	}
	for i := range out.Role.Policies {
		if out.Role.Policies[i].Name == name {
			out.Role.Policies[i].Document = d
		}
	}
	for i := range out.Buckets {
		if b := &out.Buckets[i]; b.Policy.Name == name {
			b.Own, b.Base = ownOf(b.Own, b.Base, d)
			b.Policy.Document = d
		}
	}
	for i := range out.Keys {
		if k := &out.Keys[i]; k.Policy.Name == name {
			k.Own, k.Base = ownOf(k.Own, k.Base, d)
			k.Policy.Document = d
		}
	}
	for i := range out.Operators {
		out.Operators[i].Policies = slices.Clone(out.Operators[i].Policies)
		for j := range out.Operators[i].Policies {
			if out.Operators[i].Policies[j].Name == name {
				out.Operators[i].Policies[j].Document = d
			}
		}
	}
	return &out
}

// ownOf parts a changed merged document into the foreign statements, as they are in it now, and the rest.
func ownOf(own policy.Document, base *policy.Document, merged policy.Document) (policy.Document, *policy.Document) {
	if base == nil {
		return merged, nil
	}
	foreign := *base
	foreign.Statements = nil
	mine := own
	mine.Statements = nil
	for _, s := range merged.Statements {
		if slices.ContainsFunc(own.Statements, func(o policy.Statement) bool { return o.Sid == s.Sid }) || s.Sid == "AddedByHand" {
			mine.Statements = append(mine.Statements, s)
		} else {
			foreign.Statements = append(foreign.Statements, s)
		}
	}
	return mine, &foreign
}

// same are the mutants that grant what the setup grants, with the reason.
func same(m *model.Setup, g generators.Generator, mu mutant) string {
	var s policy.Statement
	for _, d := range m.Docs() {
		for _, st := range d.Document.Statements {
			if d.Name == mu.doc && st.Sid == mu.sid {
				s = st
			}
		}
	}
	switch {
	case g.Fixed && strings.HasPrefix(mu.name, "hold "):
		return "the language has no names, only values"
	case g.Name == "shell" && mu.name == "hold "+model.RefGroupName.Short()+" fixed":
		return "a script has no name for the dataset group"
	case g.Name == "shell" && foreign(m, mu):
		return "a script holds no foreign statement: it merges into the policy that it finds"
	case strings.HasPrefix(mu.name, "open principal") && s.Principal != nil && s.Principal.Any:
		return "it is open already"
	}
	return ""
}

// foreign reports whether the changed statement is one of a policy that was there before.
func foreign(m *model.Setup, mu mutant) bool {
	own := func(d policy.Document) bool {
		return slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Sid == mu.sid })
	}
	for _, b := range m.Buckets {
		if b.Policy.Name == mu.doc && b.Base != nil {
			return !own(b.Own) && mu.sid != "AddedByHand"
		}
	}
	for _, k := range m.Keys {
		if k.Policy.Name == mu.doc && k.Base != nil {
			return !own(k.Own) && mu.sid != "AddedByHand"
		}
	}
	return false
}

// read returns the proof of a setup in which one target has been read.
func read(t *testing.T, m *model.Setup, g generators.Generator, files []output.File) *proof {
	p := &proof{m: m, report: &Report{Setup: m.Name}}
	if !p.prepare() {
		t.Error(p.report.Findings)
	}
	p.state(g, p.parse(g, only(files))())
	return p
}

// Every mutant of every target of the examples is found, and the finding names the document, and a file of the target.
func TestMutants(t *testing.T) {
	var tried, excused atomic.Int64
	type job struct {
		m *model.Setup
		g generators.Generator
		mutant
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				files, err := j.g.Print(j.mutant.m)
				if err != nil {
					continue // refused by the printer: nothing is emitted
				}
				p := read(t, j.m, j.g, files)
				tried.Add(1)
				why := same(j.m, j.g, j.mutant)
				found := slices.ContainsFunc(p.report.Findings, func(f Finding) bool { return f.Check != Fits })
				switch {
				case !found && why == "":
					t.Errorf("%s %s: nothing found in %s/%s with: %s", j.m.Name, j.g.Name, j.doc, j.sid, j.name)
				case !found:
					excused.Add(1)
				default:
					f := p.report.Findings[0]
					if f.Target != j.g.Name || f.Path == "" && f.Check == Equal && !missing(p.report.Findings) {
						t.Errorf("%s %s: %s in %s/%s is found without a file: %+v", j.m.Name, j.g.Name, j.name, j.doc, j.sid, f)
					}
				}
			}
		}()
	}
	var all []job
	for _, m := range buildAll(t, exampleSetups(t)) {
		for _, g := range generators.Targets() {
			if !slices.Contains(m.Targets, g.Name) {
				continue
			}
			files, err := g.Print(m)
			if err != nil {
				t.Fatal(err)
			}
			// Else a mutant would be found for what is found without it.
			if fs := read(t, m, g, files).report.Findings; len(fs) > 0 {
				t.Errorf("%s %s: without a change: %+v", m.Name, g.Name, fs)
			}
		}
		for _, mu := range mutants(m) {
			for _, g := range generators.Targets() {
				if slices.Contains(m.Targets, g.Name) && carries(m, g, mu.doc) {
					all = append(all, job{m, g, mu})
				}
			}
		}
	}
	// All of them take many minutes; a run tries every so-many-th, so that each target, document and kind of change is met, unless it is asked for all.
	most := testtool.Cases(2500, len(all))
	stride := max(1, len(all)/most)
	for i := 0; i < len(all); i += stride {
		jobs <- all[i]
	}
	close(jobs)
	wg.Wait()
	t.Logf("%d of %d mutants tried, %d of them grant the same", tried.Load(), len(all), excused.Load())
	if tried.Load() < int64(most)*3/4 {
		t.Errorf("only %d mutants", tried.Load())
	}
}

// missing reports whether the findings are about something that is not there, which has no place.
func missing(fs []Finding) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return strings.Contains(f.Message, "missing") })
}

// carries reports whether a target has the document at all.
func carries(m *model.Setup, g generators.Generator, name string) bool {
	is := func(d *deployed.Document) bool { return d != nil && d.Name == name }
	s := g.Want(m)
	return slices.ContainsFunc(s.Roles, func(r deployed.Role) bool {
		return is(r.Trust) || slices.ContainsFunc(r.Inline, func(i deployed.Inline) bool { return is(i.Policy) })
	}) ||
		slices.ContainsFunc(s.Policies, func(p deployed.Policy) bool { return is(p.Policy) }) ||
		slices.ContainsFunc(s.Buckets, func(b deployed.Bucket) bool { return is(b.Policy) }) ||
		slices.ContainsFunc(s.Keys, func(k deployed.Key) bool { return is(k.Policy) }) ||
		slices.ContainsFunc(s.Documents, func(d deployed.Shown) bool { return is(d.Policy) })
}
