package terraform

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
)

// module is a parsed module. It is not written to after [Parse].
type module struct {
	dir       string
	files     map[string]output.File // the files of its folder, by name
	variables map[string]parameter
	locals    map[string]*hclsyntax.Attribute
	nodes     map[string]*hclsyntax.Block // resources and data sources, by address
	outputs   []*hclsyntax.Block
	order     []string           // addresses and names of locals, as they follow each other
	unknown   []deployed.Unknown // what is so whatever the values are
	versions  bool               // there is a terraform block that says which versions are needed
	aliases   map[string]bool    // of provider blocks
	shared    []output.File      // files of modules that setups share
	call      *calling           // of one of these
	below     []output.File      // files in folders below its own

	parameters []deployed.Parameter
	imports    []deployed.Import
	moves      []deployed.Move
	adopted    []deployed.Import // in files of the user's own
}

// Parse parses the module in a folder. The function that it returns evaluates the module as
// Terraform would plan it in an account, with the given values of variables; it may be called at
// once several times.
//
// Everything that the module brings about is in the State, by what it is: a bucket policy belongs
// to the bucket that its argument evaluates to. Whatever pzgen does not print is Unknown by its
// name: a type of resource, an argument, a block, a function or a kind of expression. So are
// files by which Terraform or OpenTofu would take something into account that is not read here
// (see load), and what would keep Terraform from planning at all, such as a circle. Files that
// Terraform ignores are passed over.
//
// An error is a [*policy.Error]: a file that is no Terraform, or no file at all. Types are not
// checked against the provider's schema, beyond what is read, nor values against the validations
// of variables.
func Parse(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
	m, err := load(in)
	if err != nil {
		return nil, err
	}
	// What is not understood may depend on files that are not among these.
	elsewhere := slices.ContainsFunc(in.Files, func(f output.File) bool {
		return path.Ext(f.Path) == ".tf" && readsElsewhere(f.Data)
	})
	all := sync.OnceValue(func() string { return checksum(in, m.call) })
	return func(v deployed.Values) (deployed.State, error) {
		evaluate := m.evaluate
		if m.call != nil {
			evaluate = m.evaluateCall
		}
		s := evaluate(v)
		for i := range s.Unknown {
			s.Unknown[i].Content = all()
			s.Unknown[i].Open = s.Unknown[i].Open || elsewhere
		}
		return s, nil
	}, nil
}

// load parses what Terraform would load from the folder: names that end in .tf, but for those
// that begin with a dot or look like an editor's leavings (terraform's source,
// configs.IsIgnoredFile). Of what else it takes into account nothing is read, so that it is
// Unknown.
func load(in deployed.Input) (*module, error) {
	m := &module{
		dir: in.Dir, files: map[string]output.File{}, variables: map[string]parameter{},
		locals: map[string]*hclsyntax.Attribute{}, nodes: map[string]*hclsyntax.Block{},
		aliases: map[string]bool{}, shared: in.Shared,
	}
	var sources []output.File
	for _, f := range in.Files {
		if path.Dir(f.Path) != in.Dir {
			m.below = append(m.below, f) // a module block reads it, and is Unknown
			continue
		}
		name := path.Base(f.Path)
		m.files[name] = f
		at := deployed.Place{Path: f.Path}
		file := func(why string) {
			m.add(deployed.Unknown{Kind: "file", What: name, Why: why, At: at})
		}
		ignored := strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") ||
			strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
		switch base, is := strings.CutSuffix(name, ".tf"); {
		case strings.HasSuffix(name, ".tfvars"), strings.HasSuffix(name, ".tfvars.json"):
			file("terraform takes values of variables from it, a hidden one too") // seen with 1.11
		case ignored:
		case is && (base == "override" || strings.HasSuffix(base, "_override")):
			file("terraform merges it over the other files")
		case is || name == fileAdopt:
			sources = append(sources, f)
		case strings.HasSuffix(name, ".tf.json"):
			file("terraform loads it, and configuration in JSON is not read")
		case strings.HasSuffix(name, ".tofu"), strings.HasSuffix(name, ".tofu.json"):
			file("OpenTofu loads it in place of the .tf file of this name")
		}
	}
	sort.Slice(sources, func(i, j int) bool { return sources[i].Path < sources[j].Path })
	loaded := func(f output.File) bool { return strings.HasSuffix(f.Path, ".tf") }
	if !slices.ContainsFunc(sources, loaded) {
		at := deployed.Place{Path: in.Dir}
		return nil, deployed.Errorf(at, "there is no .tf file: run pzgen generate")
	}
	for _, f := range sources {
		if err := m.source(f, in.Own[f.Path]); err != nil {
			return nil, err
		}
	}
	m.adopt()
	for _, i := range m.imports {
		if !m.has(i.To) {
			m.add(deployed.Unknown{
				Kind: "address", What: i.To, Why: "no resource of this module has it", At: i.At})
		}
	}
	if !m.versions {
		m.add(deployed.Unknown{
			Kind: "block", What: "terraform", At: deployed.Place{Path: in.Dir},
			Why: "it is missing, so nothing says which release of the provider is meant"})
	}
	return m, nil
}

// source parses one file.
func (m *module) source(f output.File, own bool) error {
	if err := parsable(f); err != nil {
		return err
	}
	parsed, diags := hclsyntax.ParseConfig(f.Data, f.Path, hcl.InitialPos)
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			at := deployed.Place{Path: f.Path}
			if d.Subject != nil {
				at = place(*d.Subject)
			}
			return deployed.Errorf(at, "%s: %s", d.Summary, d.Detail)
		}
	}
	body := parsed.Body.(*hclsyntax.Body)
	for _, a := range body.Attributes {
		m.add(deployed.Unknown{
			Kind: "argument", What: a.Name, Why: "it is outside of a block", At: place(a.SrcRange)})
	}
	for _, b := range body.Blocks {
		switch {
		case own:
			m.ownBlock(b)
		case (b.Type == "import") != (path.Base(f.Path) == fileAdopt):
			m.unknownBlock(b, "import blocks are in "+fileAdopt+", and nothing else is")
		case b.Type == "module" && len(b.Labels) == 1 && hclsyntax.ValidIdentifier(b.Labels[0]):
			if err := m.calls(b); err != nil {
				return err
			}
		default:
			m.block(b)
		}
	}
	return nil
}

// has reports whether an address is that of a resource of the module, or of the one that it calls.
func (m *module) has(addr string) bool {
	if m.call != nil {
		rest, in := strings.CutPrefix(addr, "module."+m.call.name+".")
		return in && m.call.child.nodes[rest] != nil
	}
	return m.nodes[addr] != nil
}

// Bounds of a file. Parsing nests as deep as brackets do, and Go ends a program that nests too
// deep.
const (
	maxFile  = 8 << 20
	maxDepth = 1000
	maxSigns = 50000
)

// parsable refuses files that would cost more than they can mean: size, brackets that nest
// without end, and what hclsyntax nests without brackets, which are prefix operators, indexes,
// splats, conditionals and directives. It also refuses the characters that stand for what is
// known on deployment only.
func parsable(f output.File) error {
	depth, run, signs := 0, 0, 0
	for i, c := range f.Data {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		case '!', '-':
			run++
		case ' ', '\t', '\n', '\r':
			continue
		}
		if c != '!' && c != '-' {
			run = 0
		}
		if depth > maxDepth || run > maxDepth {
			at := deployed.Place{Path: f.Path, Line: 1 + bytes.Count(f.Data[:i], []byte("\n"))}
			return deployed.Errorf(at, "expressions are nested deeper than %d levels", maxDepth)
		}
	}
	for _, sign := range [...]string{"[", ".*", "?", "%{"} {
		signs += bytes.Count(f.Data, []byte(sign))
	}
	at := deployed.Place{Path: f.Path}
	if len(f.Data) > maxFile || signs > maxSigns {
		return deployed.Errorf(at, "the file has more than %d bytes or %d lists", maxFile, maxSigns)
	}
	lower := []byte{}
	if bytes.Contains(f.Data, []byte(`\U`)) {
		lower = bytes.ToLower(f.Data)
	}
	if deployed.HasToken(string(f.Data)) || bytes.Contains(lower, []byte(`\u000f0000`)) ||
		bytes.Contains(lower, []byte(`\u000f0001`)) {
		return deployed.Errorf(at, "the file has %q or %q, which are for private use: take them out",
			"\U000f0000", "\U000f0001")
	}
	return nil
}

// block files a block of the top level.
func (m *module) block(b *hclsyntax.Block) {
	labels := map[string]int{
		"terraform": 0, "locals": 0, "import": 0, "moved": 0, "variable": 1, "output": 1, "resource": 2, "data": 2,
	}
	n, ok := labels[b.Type]
	odd := func(label string) bool { return !hclsyntax.ValidIdentifier(label) }
	if !ok || n != len(b.Labels) || slices.ContainsFunc(b.Labels, odd) {
		m.unknownBlock(b, "pzgen writes no such block")
		return
	}
	addr := strings.Join(b.Labels, ".")
	switch b.Type {
	case "terraform":
		if m.versions {
			m.unknownBlock(b, "there is one already")
		}
		m.versions = true
		m.read(b, (*body).versions)
	case "locals":
		m.localValues(b)
	case "variable":
		if _, twice := m.variables[addr]; twice {
			m.unknownBlock(b, "it is declared twice")
		}
		m.read(b, func(in *body) { m.variables[addr] = in.variable(addr) })
		m.parameters = append(m.parameters, m.variables[addr].Parameter)
	case "output":
		m.outputs = append(m.outputs, b)
	case "resource", "data":
		if b.Type == "data" {
			addr = "data." + addr
		}
		if m.nodes[addr] != nil {
			m.unknownBlock(b, "it is declared twice")
			return
		}
		m.nodes[addr] = b
		m.order = append(m.order, addr)
	case "moved":
		m.read(b, func(in *body) {
			if move, ok := in.moved(); ok {
				m.moves = append(m.moves, move)
			}
		})
	case "import":
		m.read(b, func(in *body) { m.imports = append(m.imports, in.imported()...) })
	}
}

func (m *module) localValues(b *hclsyntax.Block) {
	for _, inner := range b.Body.Blocks {
		m.unknownBlock(inner, "locals hold values alone")
	}
	for _, a := range arguments(b.Body) {
		if m.locals[a.Name] != nil {
			m.unknownBlock(b, a.Name+" is declared twice")
		}
		m.locals[a.Name] = a
		m.order = append(m.order, "local."+a.Name)
	}
}

// imported reads an import block: an address and an id, which is a string without names, as in
// Terraform 1.5.
func (b *body) imported() []deployed.Import {
	id := b.text("id", required)
	to, ok := b.take("to", required)
	if !ok {
		return nil
	}
	if addr, ok := nameOf(to.Expr); ok && isAddress(addr) {
		return []deployed.Import{{To: addr, ID: id, At: place(b.at)}}
	}
	b.bad(to, "an import block names a resource of this module, or of the one that it calls")
	return nil
}

// read reads a block whose meaning depends on no value. There are no names in it.
func (m *module) read(b *hclsyntax.Block, f func(*body)) {
	e := newEval(&module{dir: m.dir, files: m.files}, deployed.Values{})
	in := e.body(string(header(b.Type, b.Labels)), b.Body, b.TypeRange)
	f(in)
	in.done()
	m.add(e.out.Unknown...)
}

// add takes note of what is not understood, whatever the values are.
func (m *module) add(list ...deployed.Unknown) {
	m.unknown = append(m.unknown, list[:min(len(list), max(0, maxUnknown-len(m.unknown)))]...)
}

func (m *module) unknownBlock(b *hclsyntax.Block, why string) {
	m.add(deployed.Unknown{
		Kind: "block", What: string(header(b.Type, b.Labels)), Why: why, At: place(b.TypeRange)})
}

// arguments returns the arguments of a body as they follow each other.
func arguments(b *hclsyntax.Body) []*hclsyntax.Attribute {
	out := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte)
	})
	return out
}

func place(r hcl.Range) deployed.Place {
	return deployed.Place{Path: r.Filename, Line: r.Start.Line, Col: r.Start.Column}
}
