package engine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/output"
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
