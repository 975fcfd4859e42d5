// Package json is the target of plain policy documents: a JSON file for each, as the console, the API and every tool take it.
//
// JSON has no references, so what is known before anything is deployed stands there as its value. What is known only later, the ARN of a key that is yet to be
// created, stands as <shop.arn>, which AWS refuses wherever an ARN is due; [Unresolved] lists such places.
package json

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Doc describes the target in a line.
const Doc = "IAM, S3 and KMS policy documents, one JSON file each"

const (
	folder  = "/policies/"
	whole   = ".json"
	partial = ".statements.json" // statements to merge into a policy that is not known here
)

// Print gives a file for each document of the setup.
func Print(m *model.Setup) ([]output.File, error) {
	known := m.DeployedEnv()
	docs := m.Docs()
	files := make([]output.File, len(docs))
	for i, d := range docs {
		files[i] = output.File{Path: path(m, d), Data: d.Document.Fill(known).JSON(), Mode: 0o644}
	}
	return files, nil
}

func path(m *model.Setup, d model.Doc) string {
	if d.Partial {
		return m.Name + folder + d.Name + partial
	}
	return m.Name + folder + d.Name + whole
}

// Read decodes the files of the setup that this target consists of; other files it passes over. The values of what is known stand in the files and are
// taken as they stand, whatever env says, so the documents are to be compared under an environment that agrees with [model.Setup.DeployedEnv];
// the placeholders of the rest are filled in from env.
//
// A document goes by the name of its file, as JSON does not say what it is attached to.
func Read(m *model.Setup, files []output.File, env policy.Env) (*model.Reading, error) {
	fill := placeholders(m, env)
	r := &model.Reading{Documents: map[string]policy.Document{}, Places: map[string]model.FilePlace{}}
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Path, m.Name+folder)
		if !ok {
			continue
		}
		name, ok = strings.CutSuffix(name, whole)
		if !ok {
			return nil, fmt.Errorf("%s: a policy document is a file %q", f.Path, "*"+whole)
		}
		name = strings.TrimSuffix(name, strings.TrimSuffix(partial, whole))
		if other, ok := r.Places[name]; ok {
			return nil, fmt.Errorf("%s: document %q stands in %s as well", f.Path, name, other.Path)
		}
		doc, err := policy.DecodeJSON(f.Data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		r.Documents[name] = doc.MapTexts(fill)
		r.Places[name] = model.FilePlace{Path: f.Path, Line: 1}
		for _, s := range doc.Statements {
			if s.Sid != "" {
				r.Places[name+"/"+s.Sid] = model.FilePlace{Path: f.Path, Line: s.Pos.Line}
			}
		}
	}
	return r, nil
}

// placeholders gives a function that fills in the placeholders that [Print] leaves. Only literal parts can hold one.
func placeholders(m *model.Setup, env policy.Env) func(policy.Text) policy.Text {
	known := m.DeployedEnv()
	var pairs []string
	for ref, value := range env {
		if _, ok := known[ref]; !ok {
			pairs = append(pairs, ref.Short(), value)
		}
	}
	if pairs == nil {
		return func(t policy.Text) policy.Text { return t }
	}
	replacer := strings.NewReplacer(pairs...) // no placeholder is the beginning of another: each ends in ">"
	return func(t policy.Text) policy.Text {
		parts := make([]policy.Part, len(t.Parts()))
		for i, p := range t.Parts() {
			if l, ok := p.(policy.Lit); ok {
				p = policy.Lit(replacer.Replace(string(l)))
			}
			parts[i] = p
		}
		return policy.NewText(parts...)
	}
}

// Blank is a placeholder in a file, to be replaced by hand before the file is used.
type Blank struct {
	Path   string // of the file
	Ref    policy.Ref
	Fields []string // where: "Statement[2].Resource", counting from 0 as JSON tools do
}

// Unresolved lists the placeholders that the files of [Print] hold, in the order of the files.
func Unresolved(m *model.Setup) []Blank {
	known := m.DeployedEnv()
	var blanks []Blank
	for _, d := range m.Docs() {
		for _, ref := range d.Document.Refs() {
			if _, ok := known[ref]; !ok {
				blanks = append(blanks, Blank{Path: path(m, d), Ref: ref, Fields: fields(d.Document, ref)})
			}
		}
	}
	return blanks
}

// fields gives the elements of d in which ref stands.
func fields(d policy.Document, ref policy.Ref) []string {
	var out []string
	for i, s := range d.Statements {
		look := func(field string, t policy.Texts) {
			for _, v := range t.Values {
				for _, r := range v.Refs() {
					if r == ref {
						field = "Statement[" + strconv.Itoa(i) + "]." + field
						if len(out) == 0 || out[len(out)-1] != field {
							out = append(out, field)
						}
						return
					}
				}
			}
		}
		principal := func(field string, p *policy.Principal) {
			if p == nil {
				return
			}
			for _, t := range p.Types {
				look(field+"."+t.Type, t.Values)
			}
		}
		principal("Principal", s.Principal)
		principal("NotPrincipal", s.NotPrincipal)
		look("Action", s.Action)
		look("NotAction", s.NotAction)
		look("Resource", s.Resource)
		look("NotResource", s.NotResource)
		for _, c := range s.Condition {
			look("Condition."+c.Operator+"."+c.Key, c.Values)
		}
	}
	return out
}
