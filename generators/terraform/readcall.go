package terraform

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/policy"
)

// calling is the call of a module that setups share, in a module that has nothing else which makes
// anything.
type calling struct {
	name  string
	child *module
	files []output.File // of the child
}

// calls reads the call of a module. What it hands over are constants; they become the defaults of
// the module's variables, so that the two together are read as one module with these defaults.
func (m *module) calls(b *hclsyntax.Block) error {
	name := b.Labels[0]
	var err error
	m.read(b, func(in *body) {
		source := in.text("source", required).V.String()
		dir := path.Join(m.dir, source)
		c := &calling{name: name}
		for _, f := range m.shared {
			if path.Dir(f.Path) == dir {
				c.files = append(c.files, f)
			}
		}
		why := ""
		switch {
		case m.call != nil:
			why = "there is one already"
		case !isLocal(source) || dir == m.dir || c.files == nil:
			why = "its module is not one that setups share"
		}
		if why != "" {
			in.e.add(deployed.Unknown{Kind: "block", What: in.what, Why: why, At: place(in.at),
				Open: !isRemote(source) && !m.holds(dir)})
			in.args = append(in.args, argumentNames(in.b)...)
			return
		}
		if c.child, err = load(deployed.Input{Dir: dir, Files: c.files}); err != nil {
			return
		}
		for i := range c.child.parameters {
			c.child.given(&c.child.parameters[i], in)
		}
		m.call = c
	})
	return err
}

// holds reports whether the files of a folder below that of the module are among those that were
// handed over, and those of all that is called there as well. What is not read of them then counts
// by its checksum.
func (m *module) holds(dir string) bool {
	called, ok := Calls(m.below)
	return ok && !slices.ContainsFunc(append(called, dir), func(to string) bool {
		return !slices.ContainsFunc(m.below, func(f output.File) bool { return path.Dir(f.Path) == to })
	})
}

// isLocal reports whether the source of a module is a folder beside the one that calls it (Terraform
// language, "Module Sources", "Local Paths"). One with backslashes is not: Terraform takes them for
// slashes, and a folder may have them in its name.
func isLocal(source string) bool {
	return (strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")) &&
		!strings.Contains(source, `\`)
}

// isRemote reports whether the source of a module is fetched from elsewhere than the file system:
// from a registry, or by an address (Terraform language, "Module Sources"). Then it says what the
// module is, as far as configuration can.
func isRemote(source string) bool { return remote().MatchString(source) }

var remote = pattern.Lazy(`^([0-9A-Za-z-]+\.[0-9A-Za-z.-]+(:[0-9]+)?/)?[\w-]+/[\w-]+/[0-9a-z]+(//[^\\]*)?$` +
	`|^([a-z0-9]+::)?(https?|ssh|git|s3|hg)://[^\\]*$|^(git::)?[\w.-]+@[\w.-]+:[^\\]*$` +
	`|^(github\.com|bitbucket\.org)/[^\\]*$`)

// readsElsewhere reports whether a file calls a function that reads files, but for one beside it.
func readsElsewhere(data []byte) bool {
	if !bytes.Contains(data, []byte("file")) {
		return false
	}
	return len(fileCalls().FindAll(data, -1)) != len(fileBeside().FindAll(data, -1))
}

var (
	fileCalls  = pattern.Lazy(`\b(file[0-9a-z]*|templatefile)\s*\(`)
	fileBeside = pattern.Lazy(`\bfile\("\$\{path\.module\}/[0-9A-Za-z_-][0-9A-Za-z._-]*"\)`)
)

func argumentNames(b *hclsyntax.Body) []string {
	var names []string
	for name := range b.Attributes {
		names = append(names, name)
	}
	return names
}

// metaArguments are those of a module block that are no values of variables, which cannot have their
// names (Terraform language, "Module Blocks"). It is never written to.
var metaArguments = [...]string{
	"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals",
}

// given takes the value of a variable from a call.
func (m *module) given(p *deployed.Parameter, in *body) {
	v := m.variables[p.Name]
	typ := strings.TrimSuffix(v.Type.V.String(), orNull)
	kind, known := kindOfType[typ]
	if !known || slices.Contains(metaArguments[:], p.Name) {
		return // which is told as what it is
	}
	got, at := in.value(p.Name, optional, kind)
	if got.kind == kindNone {
		return
	}
	if v.value = in.ofStrings(p.Name, typ, got); v.value.kind == kindNone {
		return
	}
	v.Default = deployed.Text{V: policy.Literal(oneString(v.value)), At: at}
	m.variables[p.Name], *p = v, v.Parameter
}

// evaluateCall evaluates a module that calls one.
func (m *module) evaluateCall(v deployed.Values) deployed.State {
	s := m.call.child.evaluate(v)
	e := newEval(m, v)
	e.out.Unknown = slices.Concat(m.unknown, s.Unknown)
	beside := func(kind, what string, at deployed.Place) {
		e.add(deployed.Unknown{Kind: kind, What: what, At: at,
			Why: "beside the call of a module that setups share, pzgen writes none"})
	}
	for _, p := range m.parameters {
		beside("variable", p.Name, p.At)
	}
	for _, name := range m.order {
		beside("block", name, place(e.rangeOf(name)))
	}
	for _, i := range m.call.child.imports {
		beside("import", i.To, i.At)
	}
	for _, move := range m.call.child.moves {
		beside("moved", move.From, move.At)
	}
	within := "module." + m.call.name + "."
	for i := range s.Resources {
		r := &s.Resources[i]
		r.Address = within + r.Address
		for j, after := range r.After {
			r.After[j].V = policy.Literal(within + after.V.String())
		}
	}
	s.Imports, s.Moves = slices.Clone(m.imports), slices.Clone(m.moves)
	e.handOn(within, &s)
	s.Unknown = sortUnknown(e.out.Unknown)
	return s
}

// handOn puts the outputs of the module in the place of those of the one that it calls, each of which
// it has to show once.
func (e *eval) handOn(within string, s *deployed.State) {
	outputs, documents := map[string][]deployed.Output{}, map[string][]deployed.Shown{}
	for _, o := range s.Outputs {
		outputs[o.Name] = append(outputs[o.Name], o)
	}
	for _, d := range s.Documents {
		documents[d.Name] = append(documents[d.Name], d)
	}
	s.Outputs, s.Documents = nil, nil
	for _, block := range e.m.outputs {
		b := e.body("output "+block.Labels[0], block.Body, block.TypeRange)
		b.plainText("description", optional)
		a, ok := b.take("value", required)
		b.done()
		if !ok {
			continue
		}
		name, _ := nameOf(a.Expr)
		from, _ := strings.CutPrefix(name, within)
		switch o, d := outputs[from], documents[from]; {
		case name == from || len(o)+len(d) != 1:
			b.bad(a, "write an output of the module that is called, which has it once and shows it once")
		case len(o) == 1:
			o[0].Name, o[0].At, o[0].Value.At = block.Labels[0], place(b.at), place(a.SrcRange)
			s.Outputs = append(s.Outputs, o[0])
		default:
			d[0].Name = block.Labels[0]
			s.Documents = append(s.Documents, d[0])
		}
		delete(outputs, from)
		delete(documents, from)
	}
	hidden := slices.Concat(slices.Sorted(maps.Keys(outputs)), slices.Sorted(maps.Keys(documents)))
	for _, name := range hidden {
		e.add(deployed.Unknown{Kind: "output", What: name, At: deployed.Place{Path: e.m.call.child.dir},
			Why: "the setup's own folder does not show it"})
	}
}

// Calls returns the folders of the modules that the files of a module call, as seen from where its
// own paths are seen. It is not ok when one of them cannot be told, or when files are read that may be
// elsewhere.
func Calls(files []output.File) (folders []string, ok bool) {
	for _, f := range files {
		unread := strings.HasSuffix(f.Path, ".tf.json") || strings.Contains(path.Base(f.Path), ".tofu")
		switch {
		case unread:
			return nil, false
		case path.Ext(f.Path) == ".tf" && readsElsewhere(f.Data):
			return nil, false
		case path.Ext(f.Path) != ".tf" || !bytes.Contains(f.Data, []byte("module")):
			continue
		case parsable(f) != nil:
			return nil, false
		}
		parsed, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, false
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			if b.Type != "module" {
				continue
			}
			a := b.Body.Attributes["source"]
			if a == nil {
				return nil, false
			}
			source, diags := a.Expr.Value(nil)
			text := source.Type() == cty.String && source.IsKnown() && !source.IsNull()
			if diags.HasErrors() || !text || !isLocal(source.AsString()) {
				return nil, false
			}
			folders = append(folders, path.Join(path.Dir(f.Path), source.AsString()))
		}
	}
	return folders, true
}
