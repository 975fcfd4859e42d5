package proof

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// reading is what a target was read as under an environment.
type reading struct {
	env policy.Env
	out *model.Reading
	err error
}

// read begins to read a target under its environments, which takes longer than all else that is proved; the function that it gives waits for it.
func (p *proof) read(g generators.Generator, files []output.File) func() []reading {
	envs := []policy.Env{p.m.SyntheticEnv(1), p.m.SyntheticEnv(2)}
	if g.Fixed {
		// The target has no references: it can only be read with the values that the spec gives.
		known := p.m.DeployedEnv()
		for r, v := range p.m.SyntheticEnv(1) {
			if _, ok := known[r]; !ok {
				known[r] = v
			}
		}
		envs = []policy.Env{known}
	}
	out := make([]reading, len(envs))
	var group sync.WaitGroup
	group.Go(func() {
		open, err := g.Open(p.m, files)
		for i, env := range envs {
			if out[i] = (reading{env: env, err: err}); err == nil {
				group.Go(func() { out[i].out, out[i].err = open(env) })
			}
		}
	})
	return func() []reading {
		group.Wait()
		return out
	}
}

// target holds the readings of a target against the model.
func (p *proof) target(g generators.Generator, readings []reading, files []output.File) {
	for _, read := range readings {
		r, env := read.out, read.env
		if err := read.err; err != nil {
			f := Finding{Check: Closed, Target: g.Name, Message: err.Error()}
			f.Path, f.Line = placeOf(err, files)
			for _, place := range []string{fmt.Sprintf("%s:%d: ", f.Path, f.Line), f.Path + ": "} {
				f.Message = strings.TrimPrefix(f.Message, place) // it is told with the finding
			}
			p.find(f)
			p.differs[g.Name] = differing{}
			if r == nil {
				return
			}
		}
		before := len(p.report.Findings)
		p.documents(g, r, env)
		p.settings(g, r, env)
		p.defaults(g, r)
		if len(p.report.Findings) > before {
			p.differs[g.Name] = differing{env, p.underModel(g, r, env)}
		}
		if _, wrong := p.differs[g.Name]; wrong {
			return
		}
	}
}

// differing is a target that does not equal the model: its documents, with what it has to leave to others as the model has it, and the environment under
// which they were read. Without documents it could not be read at all.
type differing struct {
	env  policy.Env
	docs map[string]policy.Document
}

// underModel keeps the documents of a target that differs, so that the report can say which calls it decides otherwise.
func (p *proof) underModel(g generators.Generator, r *model.Reading, env policy.Env) map[string]policy.Document {
	docs := map[string]policy.Document{}
	for _, d := range p.m.Docs() {
		if _, ok := r.Documents[d.Name]; !ok && !p.carried(g, r, d) {
			docs[d.Name] = d.Document.Fill(env)
		}
	}
	for name, d := range r.Documents {
		docs[name] = d
	}
	return docs
}

// documents compares what is attached to what.
func (p *proof) documents(g generators.Generator, r *model.Reading, env policy.Env) {
	want := map[string]bool{}
	for _, d := range p.m.Docs() {
		want[d.Name] = true
		if _, ok := r.Documents[d.Name]; !ok && !p.carried(g, r, d) {
			continue
		}
		due, err := d.Document.Resolve(env)
		if err != nil {
			p.find(Finding{Check: Closed, Target: g.Name, Document: d.Name, Message: err.Error()})
			continue
		}
		got, ok := r.Documents[d.Name]
		if !ok {
			p.find(p.at(r, Finding{Check: Equal, Target: g.Name, Document: d.Name, Message: fmt.Sprintf("%s is missing in target %s", d.Name, g.Name)}))
			continue
		}
		if sameGrants(got, due) {
			continue
		}
		p.find(p.difference(g, r, d.Name, got, due, env))
	}
	var extra []string
	for name := range r.Documents {
		if !want[name] {
			extra = append(extra, name)
		}
	}
	sort.Strings(extra)
	for _, name := range extra {
		p.find(p.at(r, Finding{Check: Equal, Target: g.Name, Document: name, Message: fmt.Sprintf("target %s has a document %s that the setup has not", g.Name, name)}))
	}
}

// carried reports whether a target has to hold a document. What is only to be merged into a policy that is not known stands in the targets that have a
// place for it; the trust policy of an existing role, which nothing touches, in JSON alone.
func (p *proof) carried(g generators.Generator, r *model.Reading, d model.Doc) bool {
	if d.Partial {
		return g.Partial && (g.Fixed || d.Name != p.m.Role.Trust.Name)
	}
	return !(slices.Contains(r.ByHand, d.Name) && slices.Contains(g.Without, kindOf(d.Name)))
}

// kindOf gives the first word of a document's name.
func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, "-")
	return kind
}

// difference tells what a document grants more and less than it should.
func (p *proof) difference(g generators.Generator, r *model.Reading, name string, got, due policy.Document, env policy.Env) Finding {
	f := Finding{Check: Equal, Target: g.Name, Document: name}
	more, less := subtract(got, due), subtract(due, got)
	f.Details = inWords(g.Name, p.holder(name), got, due, env, p.m.DeployedEnv(), g.Fixed)
	switch {
	case len(more) > 0:
		f.Sid = more[0].Sid
	case len(less) > 0:
		f.Sid = less[0].Sid
	}
	if got.Version != due.Version {
		f.Details = append(f.Details, fmt.Sprintf("version %q instead of %q", got.Version, due.Version))
	}
	f.Message = fmt.Sprintf("%s of target %s is not what the setup says (%s)", name, g.Name, calls.SidName(f.Sid))
	return p.at(r, f)
}

// at fills in where the document, or its statement, stands in the artifact.
func (p *proof) at(r *model.Reading, f Finding) Finding {
	for _, key := range []string{f.Document + "/" + f.Sid, f.Document} {
		if place, ok := r.Places[key]; ok {
			f.Path, f.Line = place.Path, place.Line
			break
		}
	}
	return f
}

// subtract gives the statements of a that b has not.
func subtract(a, b policy.Document) []policy.Statement {
	have := map[string]int{}
	for _, s := range b.Statements {
		have[s.Normal()]++
	}
	var out []policy.Statement
	for _, s := range a.Statements {
		if n := s.Normal(); have[n] > 0 {
			have[n]--
		} else {
			out = append(out, s)
		}
	}
	return out
}

// settings compares what a target sets beside policies.
func (p *proof) settings(g generators.Generator, r *model.Reading, env policy.Env) {
	if r.Settings == nil {
		return
	}
	want := p.m.Settings(env)
	var names []string
	for k := range want {
		names = append(names, k)
	}
	for k := range r.Settings {
		if _, ok := want[k]; !ok {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	for _, k := range names {
		got, set := r.Settings[k]
		if !set && slices.Contains(g.Without, settingKind(k)) {
			continue
		}
		if due := want[k]; got != due {
			p.find(Finding{Check: Equal, Target: g.Name, Message: fmt.Sprintf("%s is %q in target %s, and the setup says %q", k, got, g.Name, due)})
		}
	}
}

// settingKind gives a setting's name without the name of the thing it belongs to: operator.managedPolicies.
func settingKind(k string) string {
	first, last := strings.IndexByte(k, '.'), strings.LastIndexByte(k, '.')
	return k[:first] + k[last:]
}

// defaults compares the values that the artifact gives to names with those of the spec: under a made-up environment they are replaced, so that a wrong
// one would not show.
func (p *proof) defaults(g generators.Generator, r *model.Reading) {
	known := p.m.DeployedEnv()
	var refs []policy.Ref
	for ref := range r.Defaults {
		refs = append(refs, ref)
	}
	sort.Slice(refs, func(i, j int) bool { return refs[i].String() < refs[j].String() })
	for _, ref := range refs {
		if due, ok := known[ref]; !ok || due != r.Defaults[ref] {
			p.find(Finding{Check: Equal, Target: g.Name, Message: fmt.Sprintf("%s is %q in target %s, and the setup says %q", ref.Short(), r.Defaults[ref], g.Name, due)})
		}
	}
	if g.Fixed {
		return
	}
	for _, ref := range p.due(g, r) {
		if _, ok := r.Defaults[ref]; !ok {
			p.find(Finding{Check: Equal, Target: g.Name, Message: fmt.Sprintf("target %s gives %s no value", g.Name, ref.Short())})
		}
	}
}

// due are the references that a target with names of its own must give a value: the account and the region that it is for, and what its documents name.
func (p *proof) due(g generators.Generator, r *model.Reading) []policy.Ref {
	used := map[policy.Ref]bool{}
	for _, d := range p.m.Docs() {
		if p.carried(g, r, d) {
			for _, ref := range d.Document.Refs() {
				used[ref] = true
			}
		}
	}
	refs := []policy.Ref{model.RefAccount, model.RefRegion}
	if role := p.m.Role; !role.Existing || len(role.Policies) > 0 || used[model.RefRoleName] || used[model.RefRoleARN] {
		refs = append(refs, model.RefRoleName)
	}
	for _, b := range p.m.Buckets {
		if !b.Existing || used[model.RefBucketName(b.ID)] || used[model.RefBucketARN(b.ID)] {
			refs = append(refs, model.RefBucketName(b.ID))
		}
	}
	for _, k := range p.m.Keys {
		if k.Existing() && used[model.RefKeyARN(k.ID)] {
			refs = append(refs, model.RefKeyARN(k.ID))
		}
	}
	return refs
}

// outcomes fills in the matrix: a target that equals the model decides as the model does; one that
// does not is asked call by call.
func (p *proof) outcomes() {
	if p.made == nil || p.made.answers == nil {
		return
	}
	asked := map[string][]calls.Answer{} // on the same calls, by a target that differs
	for _, t := range p.report.Targets {
		if other, ok := p.differs[t]; ok && other.docs != nil {
			asked[t] = calls.New(p.m, other.env).Decide(p.named(other.docs))
		}
	}
	for i, c := range p.made.table.Required {
		o := Outcome{Call: c, By: map[string]policy.Decision{}}
		for _, t := range p.report.Targets {
			if _, differs := p.differs[t]; !differs {
				o.By[t] = p.made.answers[i].Decision
				continue
			}
			if asked[t] == nil || asked[t][i].Err != nil {
				continue
			}
			d := asked[t][i]
			o.By[t] = d.Decision
			if !d.Passes() && p.made.answers[i].Passes() {
				p.find(Finding{Check: Sufficient, Target: t, Document: c.AtFault(d.Decision).Name,
					Place: p.place(c.Place), Details: c.Explain(d.Decision),
					Message: fmt.Sprintf("%s: in target %s, %s cannot %s on %s", c.Workflow, t, c.Caller,
						c.Action, c.On)})
			}
		}
		p.report.Calls = append(p.report.Calls, o)
	}
	p.keysOfOperators()
}

// keysOfOperators adds the calls that only real names decide. A target that differs was read under
// other names, so it does not decide them.
func (p *proof) keysOfOperators() {
	for i, c := range p.deployed.table.Required {
		if c.Caller != calls.Operator || c.On.Kind != calls.GroupKey {
			continue
		}
		o := Outcome{Call: c, By: map[string]policy.Decision{}}
		for _, t := range p.report.Targets {
			if _, differs := p.differs[t]; !differs {
				o.By[t] = p.deployed.answers[i].Decision
			}
		}
		p.report.Calls = append(p.report.Calls, o)
	}
}

// named returns documents by the names that calls have for them.
func (p *proof) named(docs map[string]policy.Document) calls.Documents {
	var out calls.Documents
	for _, d := range p.parts {
		if doc, ok := docs[d.Name]; ok {
			out.Set(d.Document, doc)
		}
	}
	return out
}

// placeOf finds the file that an error of a reader names.
func placeOf(err error, files []output.File) (string, int) {
	msg := err.Error()
	for _, f := range files {
		if i := strings.Index(msg, f.Path+":"); i >= 0 {
			line := 0
			fmt.Sscanf(msg[i+len(f.Path)+1:], "%d", &line)
			return f.Path, line
		}
	}
	return "", 0
}
