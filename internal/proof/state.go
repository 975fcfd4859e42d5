package proof

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// readmeTarget is the target for people: it has no documents, and is read for what people copy out of it.
const readmeTarget = "readme"

// stateReading is what a target was read as under an environment.
type stateReading struct {
	env   policy.Env
	state deployed.State
}

// parsed is a target that was parsed once and read under each environment.
type parsed struct {
	readings []stateReading
	err      error
}

// parse begins to parse and read a target; the function that it returns waits for that.
func (p *proof) parse(g generators.Generator, in Input) func() parsed {
	var out parsed
	var group sync.WaitGroup
	group.Go(func() {
		read, err := g.Parse(p.input(g, in))
		if out.err = err; err != nil {
			return
		}
		for _, env := range p.environments(g) {
			state, err := read(values(g, p.m, env))
			if err != nil {
				out.err = err
				return
			}
			out.readings = append(out.readings, stateReading{env, state})
		}
	})
	return func() parsed {
		group.Wait()
		return out
	}
}

// environments are those that a target is read under: the spec's own values, and two made-up ones that share no value with
// each other, so that a name which an artifact holds fixed, or a decision on a value, cannot agree with all of them. A
// target without names of its own can be read under the first alone.
func (p *proof) environments(g generators.Generator) []policy.Env {
	own := p.m.DeployedEnv()
	for _, k := range p.m.Keys {
		if k.ARN == "" { // it has no ARN yet, and calls are asked about one all the same
			own[model.RefKeyARN(k.ID)] = fmt.Sprintf("arn:%s:kms:%s:%s:key/made-up-%s",
				p.m.Partition, p.m.Region, p.m.Account, strings.ToLower(k.ID))
		}
	}
	if g.Fixed {
		return []policy.Env{own}
	}
	return []policy.Env{own, p.m.SyntheticEnv(1), p.m.SyntheticEnv(2)}
}

// input sorts out what a target's reader gets: the files in its folder.
func (p *proof) input(g generators.Generator, in Input) deployed.Input {
	out := deployed.Input{Dir: p.m.Name + "/" + g.Folder, Own: map[string]bool{}, Shared: in.Shared}
	for _, f := range in.Files {
		if p.ofModule(f.Path) {
			out.Shared = append(slices.Clip(out.Shared), f)
			continue
		}
		if f.Path != out.Dir && !strings.HasPrefix(f.Path, out.Dir+"/") {
			continue
		}
		out.Files = append(out.Files, f)
		if p.ownFile(f.Path) {
			out.Own[f.Path] = true
		}
	}
	return out
}

// ofModule reports whether a file is of the module that the setup shares.
func (p *proof) ofModule(name string) bool {
	return p.m.SharedModule && terraform.IsSharedModule(name)
}

// ownFile reports whether the spec says that a file is the user's own.
func (p *proof) ownFile(name string) bool {
	rest, ok := strings.CutPrefix(name, p.m.Name+"/")
	return ok && spec.OwnPattern(p.m.OwnFiles, rest) != ""
}

// values are what the names of a target's files stand for under an environment.
func values(g generators.Generator, m *model.Setup, env policy.Env) deployed.Values {
	v := deployed.Values{
		Account: env[model.RefAccount], Region: env[model.RefRegion], Partition: env[model.RefPartition],
		Named: map[string]string{},
	}
	for name, ref := range g.Names(m) {
		if value, ok := env[ref]; ok {
			v.Named[name] = value
		}
	}
	if g.Structured != nil {
		for name, text := range g.Structured(m) {
			v.Named[name] = deployed.FillJSON(text, env)
		}
	}
	return v
}

// given returns env without the ARNs of keys that are yet to be created: they are compared as the references that they
// are, whichever resource of the artifact makes the key.
func (p *proof) given(g generators.Generator, env policy.Env) policy.Env {
	named := map[policy.Ref]bool{} // for what has a name there, the value counts
	for _, ref := range g.Names(p.m) {
		named[ref] = true
	}
	out := policy.Env{}
	for ref, value := range env {
		out[ref] = value
	}
	for _, k := range p.m.Keys {
		if ref := model.RefKeyARN(k.ID); k.ARN == "" && !named[ref] {
			delete(out, ref)
		}
	}
	return out
}

// state holds what a target was read as against what the setup wants of it.
func (p *proof) state(g generators.Generator, t parsed) {
	if t.err != nil {
		p.find(p.unreadable(g, t.err))
		p.differs[g.Name] = differing{}
		return
	}
	want := g.Want(p.m)
	for i, r := range t.readings {
		differences := deployed.Match(want.Fill(p.given(g, r.env)), r.state)
		for _, d := range differences {
			p.find(p.fromDifference(g, d, r.env))
		}
		if i == 0 {
			p.fitsAsRead(g, want, r.state.MapTexts(p.created), r.env)
		}
		if len(differences) > 0 {
			p.differs[g.Name] = differing{r.env, p.asRead(g, differences, r.env)}
			return
		}
	}
}

func (p *proof) unreadable(g generators.Generator, err error) Finding {
	f := Finding{Check: Closed, Target: g.Name, Message: err.Error()}
	var at *policy.Error
	if errors.As(err, &at) {
		f.Path, f.Line, f.Col, f.Message, f.Hint = at.Path, at.Line, at.Col, at.Message, at.Hint
	}
	return f
}

// fromDifference says a difference as a finding.
func (p *proof) fromDifference(g generators.Generator, d deployed.Difference, env policy.Env) Finding {
	f := Finding{Check: Equal, Target: g.Name, Document: d.Document, Path: d.At.Path, Line: d.At.Line, Col: d.At.Col,
		Message: d.String()}
	if d.At.Path == "" { // else the file tells which target it is
		f.Message = fmt.Sprintf("target %s: %s", g.Name, d)
	}
	switch {
	case d.Kind == deployed.Unread:
		f.Check = Closed
	case d.WantDoc != nil && d.HaveDoc != nil:
		p.documentDiffers(g, d, env, &f)
	case d.Document != "":
		f.Message = fmt.Sprintf("%s is missing in target %s (%s)", d.Document, g.Name, d.Subject)
	}
	return f
}

// documentDiffers says in words how a document differs from the wanted one, and where.
func (p *proof) documentDiffers(g generators.Generator, d deployed.Difference, env policy.Env, f *Finding) {
	got, want := d.HaveDoc.Fill(env), d.WantDoc.Fill(env)
	if g.Fixed {
		got, want = p.withoutPlaceholders(got, env), p.withoutPlaceholders(want, env)
	}
	more, less := subtract(got, want), subtract(want, got)
	f.Details = inWords(g.Name, p.holder(d.Document), got, want, env, p.m.DeployedEnv(), g.Fixed)
	for _, s := range less {
		if r := p.reason(d.Document, s.Sid); r != nil && r.Breaks != "" && !slices.ContainsFunc(got.Statements,
			func(o policy.Statement) bool { return o.Sid == s.Sid }) {
			f.Details = append(f.Details, fmt.Sprintf("without %s: %s", calls.SidName(s.Sid), r.Breaks))
		}
	}
	switch {
	case len(more) > 0:
		f.Sid = more[0].Sid
	case len(less) > 0:
		f.Sid = less[0].Sid
	}
	if got.Version != want.Version {
		f.Details = append(f.Details, fmt.Sprintf("version %q instead of %q", got.Version, want.Version))
	}
	if got.ID != want.ID {
		f.Details = append(f.Details, fmt.Sprintf("id %q instead of %q", got.ID, want.ID))
	}
	for i, s := range got.Statements {
		if s.Sid == f.Sid && i < len(d.Places) {
			f.Path, f.Line, f.Col = d.Places[i].Path, d.Places[i].Line, d.Places[i].Col
			break
		}
	}
	what := cmp.Or(d.Document, d.Subject) // a policy that was there before is no document of the setup
	f.Message = fmt.Sprintf("%s of target %s is not what the setup says (%s)", what, g.Name, calls.SidName(f.Sid))
	if len(more)+len(less) == 0 && got.Version == want.Version && got.ID == want.ID {
		f.Message = fmt.Sprintf("%s of target %s has statements under other sids than the setup's", what, g.Name)
		for _, s := range got.Statements {
			f.Details = append(f.Details, "has "+calls.SidName(s.Sid))
		}
	}
}

// asRead returns the setup's documents, and in their place those of a target that differ, so that the report can say
// which calls the target decides otherwise.
func (p *proof) asRead(g generators.Generator, differences []deployed.Difference, env policy.Env) map[string]policy.Document {
	docs := map[string]policy.Document{}
	for _, d := range append(p.m.Docs(), p.m.Borrowed()...) {
		docs[d.Name] = d.Document.Fill(env)
	}
	for _, d := range differences {
		switch {
		case d.Document == "":
		case d.HaveDoc == nil:
			delete(docs, d.Document)
		default:
			docs[d.Document] = d.HaveDoc.Fill(env)
			if g.Fixed {
				docs[d.Document] = p.withoutPlaceholders(docs[d.Document], env)
			}
		}
	}
	return docs
}

// withoutPlaceholders fills in the ARNs of keys that are yet to be created in a document of a target
// that has no references, and so has placeholders.
func (p *proof) withoutPlaceholders(d policy.Document, env policy.Env) policy.Document {
	var pairs []string
	for _, k := range p.m.Keys {
		if ref := model.RefKeyARN(k.ID); k.ARN == "" {
			pairs = append(pairs, ref.Short(), env[ref])
		}
	}
	fill := strings.NewReplacer(pairs...)
	return d.MapTexts(func(t policy.Text) policy.Text {
		parts := slices.Clone(t.Parts())
		for i, part := range parts {
			if l, ok := part.(policy.Lit); ok {
				parts[i] = policy.Lit(fill.Replace(string(l)))
			}
		}
		return policy.NewText(parts...)
	})
}
