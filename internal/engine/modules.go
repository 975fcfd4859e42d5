package engine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
)

// Modules that setups share are printed with each of the setups, and are one folder of the output.

func isModule(p string) bool { return within(p, terraform.ModulesFolder) }

// splitModules returns the files of a setup's own folder, and those of the module that it shares.
func splitModules(files []output.File) (own, module []output.File) {
	if !slices.ContainsFunc(files, func(f output.File) bool { return isModule(f.Path) }) {
		return files, nil
	}
	for _, f := range files {
		if isModule(f.Path) {
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
	files map[string]output.File
}

// add takes the files of a module, which may change after it returns.
func (m *modules) add(files []output.File) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, f := range files {
		have, known := m.files[f.Path]
		switch {
		case known && !bytes.Equal(have.Data, f.Data):
			return fmt.Errorf("two modules would be in %q: their checksums are one", f.Path)
		case !known:
			if m.files == nil {
				m.files = map[string]output.File{}
			}
			f.Path, f.Data = strings.Clone(f.Path), bytes.Clone(f.Data)
			m.files[f.Path] = f
		}
	}
	return nil
}

// all returns the files of all modules, sorted by path.
func (m *modules) all() []output.File {
	m.lock.Lock()
	defer m.lock.Unlock()
	var out []output.File
	for _, p := range slices.Sorted(maps.Keys(m.files)) {
		out = append(out, m.files[p])
	}
	return out
}

// folderOf returns the folder of a module.
func folderOf(module []output.File) string {
	parts := strings.SplitN(module[0].Path, "/", 3)
	return parts[0] + "/" + parts[1]
}

// readModule reads the module of a setup as it is in the output folder.
func (v *verifier) readModule(expected []output.File) (reading, error) {
	if err := v.modules.add(expected); err != nil || len(expected) == 0 {
		return reading{}, err
	}
	dir := folderOf(expected)
	return v.read(terraform.ModulesFolder, expected, func(p string) bool { return within(p, dir) },
		func(string) bool { return false })
}

// besideModules finds what is in the folder of modules that is in none of them.
func (v *verifier) besideModules() ([]findings.Finding, error) {
	expected := v.modules.all()
	r, err := v.read(terraform.ModulesFolder, expected, func(string) bool { return true },
		func(string) bool { return false })
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range expected {
		known[folderOf([]output.File{f})] = true
	}
	inModule := func(p string) bool {
		parts := strings.SplitN(p, "/", 3)
		return len(parts) > 1 && known[parts[0]+"/"+parts[1]]
	}
	var out []findings.Finding
	say := func(p, problem string) {
		if !inModule(p) {
			out = append(out, findings.Finding{Rule: proof.Closed, Level: findings.Error,
				File: inFolder(v.out, p), Hint: "pzgen generate removes what it wrote, and the rest is to go by hand",
				Message: "it " + problem})
		}
	}
	for _, f := range r.faults {
		say(f.path, f.problem)
	}
	for _, f := range r.files {
		say(f.Path, "is of no module that a setup shares")
	}
	return out, nil
}
