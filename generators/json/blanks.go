package json

import (
	"strconv"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

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
				blanks = append(blanks, Blank{Path: file(m, d), Ref: ref, Fields: fields(d.Document, ref)})
			}
		}
	}
	return blanks
}

// fields returns the elements of d that hold ref.
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
