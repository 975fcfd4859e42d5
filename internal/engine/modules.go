package engine

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/spec"
)

// Modules that setups share are printed with each of the setups, and are in a folder of the output for
// each of them.

// splitModules returns the files of a setup's own folder, and those of the module that it shares.
func splitModules(files []output.File) (own, module []output.File) {
	if !slices.ContainsFunc(files, func(f output.File) bool { return terraform.IsSharedModule(f.Path) }) {
		return files, nil
	}
	for _, f := range files {
		if terraform.IsSharedModule(f.Path) {
			module = append(module, f)
		} else {
			own = append(own, f)
		}
	}
	return own, module
}

// modules collects the modules of a run, each once. It may be used by several goroutines.
type modules struct {
	lock  sync.Mutex
	files map[string][]output.File // by folder
}

// add takes the files of a module, which may change after it returns. Two modules of one name are an
// error.
func (m *modules) add(files []output.File) error {
	if len(files) == 0 {
		return nil
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	dir := topOf(files[0].Path)
	if have, known := m.files[dir]; known {
		if !slices.EqualFunc(have, files, func(a, b output.File) bool {
			return a.Path == b.Path && bytes.Equal(a.Data, b.Data)
		}) {
			return fmt.Errorf("two modules would be in %q: their checksums are one", dir)
		}
		return nil
	}
	kept := slices.Clone(files)
	for i, f := range kept {
		kept[i].Path, kept[i].Data = strings.Clone(f.Path), bytes.Clone(f.Data)
	}
	if m.files == nil {
		m.files = map[string][]output.File{}
	}
	m.files[strings.Clone(dir)] = kept
	return nil
}

// folders returns the files of each module, sorted by folder.
func (m *modules) folders() [][]output.File {
	m.lock.Lock()
	defer m.lock.Unlock()
	var out [][]output.File
	for _, dir := range slices.Sorted(maps.Keys(m.files)) {
		out = append(out, m.files[dir])
	}
	return out
}

// readModule reads the module of a setup as it is in the output folder.
func (v *verifier) readModule(expected []output.File) (reading, error) {
	if err := v.modules.add(expected); err != nil || len(expected) == 0 {
		return reading{}, err
	}
	return v.read(topOf(expected[0].Path), expected, func(string) bool { return true },
		func(string) bool { return false })
}

// abandons warns of a setup whose module is one that setups share in the folder out, and of which the
// spec does not say that it is its own again: Terraform would destroy what it has there. That is told
// before anything is written, for then nothing tells any more.
func (j job) abandons(out string) []findings.Finding {
	name := j.setup.Name + "/terraform/main.tf"
	prints := slices.ContainsFunc(j.gens, func(g generators.Generator) bool { return g.Name == terraformTarget })
	if j.setup.SharedModule || j.setup.OwnModule || !prints {
		return nil
	}
	data, err := readfile.File(filepath.Join(out, filepath.FromSlash(name)), maxMain)
	if err != nil {
		return nil
	}
	called, _ := terraform.Calls([]output.File{{Path: name, Data: data}})
	if !slices.ContainsFunc(called, terraform.IsSharedModule) {
		return nil
	}
	f := problem(j, "print", errors.New("it shared its Terraform module, and the spec does not say that "+
		"it has its own again: Terraform would destroy what it made, and make it anew"))
	f.Level, f.Hint = findings.Warning, "write `terraform: "+spec.TerraformOwnModules+"` at the top of "+
		"the spec, generate again, and leave it in until every state was applied"
	return []findings.Finding{f}
}

// maxMain is how much is read of a file that says which module a setup calls.
const maxMain = 1 << 20
