package archtest

import (
	"fmt"
	"go/ast"
	"slices"
	"sort"
	"testing"
)

// A file is about one idea. Few of them have over 300 lines, and none has over 500; -v lists them.
func TestFilesAreShort(t *testing.T) {
	const some, most, few = 300, 500, 20
	var long []string
	total := 0
	for _, p := range packages(t) {
		if support(p.name) {
			continue
		}
		for _, f := range p.files {
			file := p.set.File(f.FileStart)
			total += file.LineCount()
			switch n := file.LineCount(); {
			case n > most:
				t.Errorf("%s has %d lines: is it about one idea?", file.Name(), n)
			case n > some:
				long = append(long, fmt.Sprintf("%d %s", n, file.Name()))
			}
		}
	}
	sort.Strings(long)
	for _, l := range long {
		t.Log(l)
	}
	t.Logf("%d lines outside tests, %d files of over %d lines", total, len(long), some)
	if len(long) > few {
		t.Errorf("%d files have over %d lines", len(long), some)
	}
}

// Whatever a package shows says what it is for.
func TestExportedIsDocumented(t *testing.T) {
	for _, p := range packages(t) {
		for _, fault := range p.undocumented() {
			t.Error(fault)
		}
	}
}

// known are methods that mean the same on every type.
var known = []string{"Error", "Unwrap", "String"}

// undocumented returns the exported declarations without a comment. Constants and variables of a group
// share that of the group; methods of types that are not exported need none.
func (p *pkg) undocumented() []string {
	var faults []string
	find := func(name *ast.Ident) {
		if name.IsExported() {
			faults = append(faults, fmt.Sprintf("%s: %s has no comment that says what it is for", p.at(name), name.Name))
		}
	}
	for _, f := range p.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && slices.Contains(known, d.Name.Name) {
					continue
				}
				if d.Doc == nil && (d.Recv == nil || exportedType(d.Recv.List[0].Type)) {
					find(d.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if d.Doc == nil && s.Doc == nil && s.Comment == nil {
							find(s.Name)
						}
					case *ast.ValueSpec:
						if d.Doc == nil && s.Doc == nil && s.Comment == nil {
							for _, name := range s.Names {
								find(name)
							}
						}
					}
				}
			}
		}
	}
	return faults
}

func exportedType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.StarExpr:
		return exportedType(e.X)
	case *ast.IndexExpr:
		return exportedType(e.X)
	case *ast.Ident:
		return e.IsExported()
	}
	return false
}

// The test above finds what it is there for.
func TestUndocumentedIsFound(t *testing.T) {
	for source, want := range map[string]int{
		"func F() {}":                         1,
		"// F.\nfunc F() {}":                  0,
		"func f() {}":                         0,
		"type T int":                          1,
		"type t int; func (t) M() {}":         0,
		"// T.\ntype T int; func (T) M() {}":  1,
		"// T.\ntype T int; func (*T) M() {}": 1,
		"// T.\ntype T int; func (*T) Error() string { return \"\" }": 0,
		"const C = 1":                       1,
		"// All.\nconst (\nC = 1\nD = 2\n)": 0,
		"var V = 1 // a number":             0,
	} {
		if got := parsed(t, "x", "package x\n"+source).undocumented(); len(got) != want {
			t.Errorf("%s: %q", source, got)
		}
	}
}
