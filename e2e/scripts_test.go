//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/pzgen/pzgen/generators/shell"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// distinct leaves one out of the setups of an example that differ in names alone.
func distinct(all []*model.Setup) []*model.Setup {
	seen := map[string]int{}
	return slices.DeleteFunc(slices.Clone(all), func(m *model.Setup) bool {
		seen[m.SpecFile]++
		return m.SpecFile == "ten-setups.yaml" && seen[m.SpecFile] > 1
	})
}

// TestRealScripts holds the scripts of every example against bash's own parser, shellcheck and shfmt.
func TestRealScripts(t *testing.T) {
	dir := t.TempDir()
	var files, few []string
	write := func(folder string, f output.File) string {
		name := filepath.Join(dir, folder, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o755); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
		return name
	}
	for _, f := range shell.Shared() {
		few = append(few, write("library", f))
	}
	all := everySetup(t)
	handed := 0
	for _, m := range all {
		for _, part := range m.Handed {
			for _, f := range printed(t, part, "json") {
				if filepath.Ext(f.Path) == ".sh" {
					few, handed = append(few, write(m.SpecFile, f)), handed+1
				}
			}
		}
		for _, f := range printed(t, m, "shell") {
			name := write(m.SpecFile, f)
			if slices.Contains(distinct(all), m) {
				few = append(few, name)
			}
		}
	}
	if handed == 0 {
		t.Error("no script for the owner of another account")
	}
	for _, c := range []struct {
		args  []string
		files []string
		each  int // files that one run takes
	}{
		{[]string{"bash", "-n"}, files, 1},
		{[]string{"shfmt", "-i", "2", "-ci", "-d"}, files, len(files)},
		{[]string{"shellcheck"}, few, (len(few) + 1) / 2}, // a second for each script, so two runs at a time
	} {
		t.Run(c.args[0], func(t *testing.T) {
			path := testtool.Need(t, c.args[0])
			var group sync.WaitGroup
			for part := range slices.Chunk(c.files, c.each) {
				run := func() {
					testtool.Clean(t, testtool.Command(t, path, append(slices.Clone(c.args[1:]), part...)...))
				}
				if c.each == 1 {
					run()
				} else {
					group.Go(run)
				}
			}
			group.Wait()
			t.Logf("%s finds nothing in %d scripts", c.args[0], len(c.files))
		})
	}
}
