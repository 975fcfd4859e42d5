package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// pkg is a package of the module, without its tests.
type pkg struct {
	name  string // its path in the module: internal/model
	set   *token.FileSet
	files []*ast.File
}

// packages parses every package of the module.
func packages(t *testing.T) []*pkg {
	t.Helper()
	root := filepath.Join("..", "..")
	byName := map[string]*pkg{}
	var all []*pkg
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "out" || strings.HasPrefix(e.Name(), ".") && path != root):
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		p := byName[filepath.ToSlash(rel)]
		if p == nil {
			p = &pkg{name: filepath.ToSlash(rel), set: token.NewFileSet()}
			byName[p.name], all = p, append(all, p)
		}
		f, err := parser.ParseFile(p.set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p.files = append(p.files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

// parsed is a package of one file, for tests of the rules themselves.
func parsed(t *testing.T, name, source string) *pkg {
	t.Helper()
	p := &pkg{name: name, set: token.NewFileSet()}
	f, err := parser.ParseFile(p.set, "x.go", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p.files = []*ast.File{f}
	return p
}

// at returns a place in the package.
func (p *pkg) at(n ast.Node) token.Position { return p.set.Position(n.Pos()) }
