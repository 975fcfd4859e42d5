package cloudformation

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// The files of this target.
const (
	templateFile = "template.yaml"
	valuesFile   = "parameters.json"
	groupFile    = "dataset-group.yaml"
	importFile   = "import.yaml"
	importList   = "resources-to-import.json"
)

var files = []string{templateFile, valuesFile, groupFile, importFile, importList}

// maxFilled bounds what a template comes to when its parameters have their values.
const maxFilled = 64 << 20

// Parse reads template.yaml in the folder, and parameters.json, dataset-group.yaml, import.yaml
// with resources-to-import.json if they are there. What it returns is called with
// values, and returns the State that deploying them brings about; both can be called at once.
//
// It is told nothing of what to expect. What CloudFormation can do and is not understood is in
// State.Unknown by its name, also where its value happens to do no harm: every section, function,
// property and attribute beyond those that are read may grant access or decide what the others
// mean. It does not check values against the schemas of the types, which cfn-lint does. The
// policies in import.yaml are in State.Documents, and its parameters, outputs and resources are
// under its name. The comment at the top of a template, which people copy commands from, is a
// page. What dataset-group.yaml makes is in the State like the rest, its names under the file's.
//
// An error is a [*policy.Error]: a file is missing, or is no YAML, or holds characters that are
// not read alike.
func Parse(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
	r := &reader{defaults: map[policy.Ref]parameterDefault{}, imported: map[string]bool{}}
	found := map[string][]byte{}
	for _, f := range in.Files {
		name := strings.TrimPrefix(f.Path, in.Dir+"/")
		_, twice := found[name]
		switch {
		case !twice && slices.Contains(files, name):
			found[name] = f.Data
		case in.Own[f.Path] && path.Ext(name) == ".md":
		default:
			r.refuseFile(f.Path, name, "it is not one of this target's: remove it, or move it elsewhere")
		}
	}
	if _, ok := found[templateFile]; !ok {
		return nil, deployed.Errorf(deployed.Place{Path: in.Dir + "/" + templateFile}, "file is missing")
	}
	for _, name := range []string{templateFile, groupFile, importFile} {
		if data, ok := found[name]; ok {
			if err := r.template(in.Dir, name, data); err != nil {
				return nil, err
			}
		}
	}
	if data, ok := found[valuesFile]; ok {
		if err := r.values(in.Dir+"/"+valuesFile, data); err != nil {
			return nil, err
		}
	}
	if data, ok := found[importList]; ok {
		if _, ok := found[importFile]; !ok {
			r.refuseFile(in.Dir+"/"+importList, importList,
				"there is no "+importFile+" beside it: remove it")
		}
		if err := r.imports(in.Dir+"/"+importList, data); err != nil {
			return nil, err
		}
	}
	return r.under(in.Dir), nil
}

// reader gathers the State of all files, in which what is known only on deployment is a
// reference.
type reader struct {
	state    deployed.State
	defaults map[policy.Ref]parameterDefault
	imported map[string]bool // what templates take from other stacks
}

// parameterDefault is the value that a parameter has unless it is given another one by its name.
type parameterDefault struct{ name, value string }

func (r *reader) refuseFile(path, what, why string) {
	r.state.Unknown = append(r.state.Unknown,
		deployed.Unknown{Kind: "file", What: what, Why: why, At: deployed.Place{Path: path}})
}

// under returns the function that puts values in the places of references. Parse has decided
// everything that does not depend on them; a brace or a dollar sign in a value could make a
// policy variable or a dynamic reference of what is around it, and so is refused.
func (r *reader) under(dir string) func(deployed.Values) (deployed.State, error) {
	used := refs(r.state)
	return func(v deployed.Values) (deployed.State, error) {
		env := policy.Env{}
		for name, value := range map[string]string{
			"AWS::AccountId": v.Account, "AWS::Region": v.Region, "AWS::Partition": v.Partition,
			"AWS::URLSuffix": urlSuffix(v.Partition)} {
			env[policy.Ref{ID: name, Attr: attrPseudo}] = value
		}
		for ref, p := range r.defaults {
			env[ref] = p.value
			if own, ok := v.Named[p.name]; ok {
				env[ref] = own
			}
		}
		for export := range r.imported {
			if value, ok := v.Named[export]; ok {
				env[policy.Ref{ID: export, Attr: attrImport}] = value
			}
		}
		size := 0
		var unknown []deployed.Unknown
		for ref, value := range env {
			size += used[ref] * len(value)
			if strings.ContainsAny(value, "${}") || deployed.HasToken(value) {
				why := "the value of " + ref.ID +
					" may mean something else in its place: write it without $, { and }"
				unknown = append(unknown,
					deployed.Unknown{Kind: "value", What: value, Why: why, At: deployed.Place{Path: dir}})
			}
		}
		if size > maxFilled {
			return deployed.State{}, deployed.Errorf(deployed.Place{Path: dir},
				"templates come to more than %d bytes with their parameters: use shorter ones", maxFilled)
		}
		slices.SortFunc(unknown, func(a, b deployed.Unknown) int { return strings.Compare(a.Why, b.Why) })
		// Not Fill: an attachment that is there twice stays so.
		out := r.state.MapTexts(func(t policy.Text) policy.Text { return t.Fill(env) })
		out.Unknown = append(out.Unknown, unknown...)
		return out, nil
	}
}

// urlSuffix returns the domain of a partition (AWS CloudFormation User Guide, "Pseudo parameters reference").
func urlSuffix(partition string) string {
	if partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// refs returns how often each reference is in a state.
func refs(s deployed.State) map[policy.Ref]int {
	n := map[policy.Ref]int{}
	s.MapTexts(func(t policy.Text) policy.Text {
		for _, r := range t.Refs() {
			n[r]++
		}
		return t
	})
	return n
}

// template reads a template.
func (r *reader) template(dir, name string, data []byte) error {
	t := &template{
		source: &source{path: dir + "/" + name}, reader: r,
		parameters: map[string]bool{}, resources: map[string]*resource{},
		roles: map[string]int{}, buckets: map[string]int{}, keys: map[string]int{},
	}
	if name != templateFile {
		t.prefix = name + " "
	}
	root, err := t.parse(data)
	if err != nil {
		return err
	}
	if text := header(data, t.path); text != "" {
		r.state.Pages = append(r.state.Pages,
			deployed.Page{Name: headerOf(name), Text: text, At: deployed.Place{Path: t.path, Line: 1}})
	}
	t.sections(root)
	same := func(a, b deployed.Text) bool { return a.V.String() == b.V.String() }
	switch here := r.state.Scope; {
	case t.prefix == "":
		r.state.Scope = t.scope
	case !same(t.scope.Account, here.Account), !same(t.scope.Region, here.Region):
		t.refuse(root, "rule", name, "its rules are for another place than those of "+templateFile)
	}
	r.state.Unknown = append(r.state.Unknown, t.unknown...)
	return nil
}

// headerOf is the name of the page that the comment at the top of a template is.
func headerOf(name string) string { return "comment at the top of " + name }

// header returns the comment that a template begins with: all lines before the first one that is
// not part of a comment. A template that is too large for a request says how to do without; its
// comment is returned as that of a small one, and only if it says so.
func header(data []byte, path string) string {
	var lines []string
	for line := range strings.Lines(string(data)) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			break
		}
		lines = append(lines, line)
	}
	text := strings.TrimSpace(strings.Join(lines, ""))
	if len(data) <= maxDirect || text == "" {
		return text
	}
	for _, o := range [][2]string{{deployLarge, deploySmall}, {importLarge, importSmall + path}} {
		if strings.Contains(text, o[0]) {
			return strings.Replace(text, o[0], o[1], 1)
		}
	}
	return "(too large for a request, and says nothing of it)\n" + text
}

// imports reads the list of what is imported: which resource of import.yaml takes over what
// exists. CloudFormation reads it as JSON; it is read here as YAML, which JSON is, for the
// places.
func (r *reader) imports(path string, data []byte) error {
	if !json.Valid(data) {
		return deployed.Errorf(deployed.Place{Path: path}, "not JSON: pzgen generate writes it again")
	}
	s := &source{path: path}
	root, err := s.parse(data)
	if err != nil {
		return err
	}
	t := &template{source: s, reader: r}
	list := &fields{t: t, what: importList}
	if list.is(root, kindList, importList) {
		for _, n := range root.Content {
			f := t.fields("resource to import", n)
			kind, id := f.str("ResourceType"), f.str("LogicalResourceId")
			if kind != typeBucketPolicy {
				t.refuse(n, "resource type", kind, "importing it is not understood: remove it")
			}
			f.below("ResourceIdentifier", func(by *fields) {
				r.state.Imports = append(r.state.Imports,
					deployed.Import{To: id, ID: by.text("Bucket"), At: s.at(n)})
			})
			f.done()
		}
	}
	r.state.Unknown = append(r.state.Unknown, s.unknown...)
	return nil
}
