package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// State is in values that functions take and return, never in packages: there is no function init, no
// exported variable whose elements can be changed, and no function that changes a package's variable.
func TestNoPackageState(t *testing.T) {
	for _, p := range packages(t) {
		for _, fault := range p.state() {
			t.Error(fault)
		}
	}
}

// state returns where a package has state of its own.
func (p *pkg) state() []string {
	var faults []string
	find := func(n ast.Node, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s: %s", p.at(n), fmt.Sprintf(format, args...)))
	}
	vars, uses := p.variables()
	for _, f := range p.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					find(d, "there is a function init")
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					v, ok := s.(*ast.ValueSpec)
					if !ok || d.Tok != token.VAR {
						continue
					}
					for i, name := range v.Names {
						if name.IsExported() && !(i < len(v.Values) && fixed(v.Values[i])) {
							find(name, "the elements of %s can be changed from outside: make it a function", name.Name)
						}
					}
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			for _, target := range changed(n) {
				name := root(target)
				if name == nil {
					continue
				}
				_, other := uses[name].(*types.PkgName)
				if other || vars[uses[name]] {
					find(n, "%s is changed, which is or holds a package's variable", name.Name)
				}
			}
			return true
		})
	}
	return faults
}

// fixed reports whether a variable's first value is one without elements that can be changed: a structure
// of named fields, or an error.
func fixed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		switch e.Type.(type) {
		case *ast.Ident, *ast.SelectorExpr:
			return true
		}
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		return ok && f.Sel.Name == "New"
	}
	return false
}

// variables returns the package's variables, and what each identifier means. What the package imports
// is not looked at.
func (p *pkg) variables() (map[types.Object]bool, map[*ast.Ident]types.Object) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Error: func(error) {}, Importer: nothing{}}
	checked, _ := config.Check(p.name, p.set, p.files, info)
	vars := map[types.Object]bool{}
	for _, name := range checked.Scope().Names() {
		if v, ok := checked.Scope().Lookup(name).(*types.Var); ok {
			vars[v] = true
		}
	}
	return vars, info.Uses
}

// nothing is an importer of empty packages.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndexByte(path, '/')+1:])
	p.MarkComplete()
	return p, nil
}

// changed returns what a node assigns to, or takes elements from.
func changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") {
			return n.Args[:1]
		}
	}
	return nil
}

// root returns the variable that an expression is a part of: x for x.f[i].
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// The test above finds what it is there for.
func TestStateIsFound(t *testing.T) {
	for source, want := range map[string]int{
		"func init() {}":                                             1,
		"type T int; func (T) init() {}":                             0,
		"var Table = map[string]int{}":                               1,
		"var Names []string":                                         1,
		"var Names = make([]string, 3)":                              1,
		"import \"errors\"; var ErrNone = errors.New(\"x\")":         0,
		"type t struct{ n int }; var Ref = t{1}; const Max = 2":      0,
		"import \"a/model\"; func f() { model.Ref = 1 }":             1,
		"import \"a/model\"; func f() { model.Table[1] = 1 }":        1,
		"var n int; func f() { n = 1 }":                              1,
		"var n int; func f() { n++ }":                                1,
		"var n int; func f() { n := 1; n = 2; _ = n }":               0,
		"var n int; func f(n int) { n = 2 }":                         0,
		"var m = map[int]int{}; func f() { m[1] = 2 }":               1,
		"var m = map[int]int{}; func f() { delete(m, 1) }":           1,
		"var m = map[int]int{}; func f() { clear(m) }":               1,
		"var m = map[int]int{}; func f() int { return m[1] }":        0,
		"var s []int; func f() { s = append(s, 1) }":                 1,
		"var s struct{ a []int }; func f() { s.a[0] = 1 }":           1,
		"var p *int; func f() { *p = 1 }":                            1,
		"var i int; func f() { for i = range 3 { } }":                1,
		"var m = map[int]int{}; func f() { for range m { } }":        0,
		"var i int; func f() { for i := range 3 { i = 2 } }":         0,
		"type t struct{ n int }; func (t *t) f() { t.n = 1 }":        0,
		"var n int; type t struct{ n int }; func f(x t) { x.n = 1 }": 0,
	} {
		if got := parsed(t, "x", "package x\n"+source).state(); len(got) != want {
			t.Errorf("%s: %q", source, got)
		}
	}
}
