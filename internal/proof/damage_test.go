package proof

import (
	"slices"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// FuzzDamagedArtifact writes anything over a part of an artifact: its target is read or refused, without a panic, and every finding says something and
// where in the spec it belongs.
func FuzzDamagedArtifact(f *testing.F) {
	m := proofSetup(f, "")
	printed := printAll(f, m)
	for i := range 40 {
		f.Add(uint(i), uint(i*977), uint(i%7), []string{"", "\"", "}", "*", "${x}", "\n", "$(id)", "\x00", "<<EOT", "!Ref x"}[i%10])
	}
	f.Fuzz(func(t *testing.T, file, at, length uint, with string) {
		i := int(file % uint(len(printed)))
		data := printed[i].Data
		from := int(at % uint(len(data)+1))
		to := min(len(data), from+int(length%64))
		files := slices.Clone(printed)
		files[i].Data = slices.Concat(data[:from], []byte(with), data[to:])
		g := targetOf(m, files[i])
		if g == nil {
			return
		}
		r := Prove(m, []generators.Generator{*g}, only(files))
		if string(files[i].Data) == string(data) && !r.OK() {
			t.Errorf("nothing was changed: %+v", r.Findings)
		}
		for _, finding := range r.Findings {
			if finding.Message == "" || finding.Place.Line == 0 {
				t.Errorf("%+v says nothing, or not where", finding)
			}
		}
	})
}

// targetOf returns the target that a file belongs to.
func targetOf(m *model.Setup, f output.File) *generators.Generator {
	for _, g := range generators.Targets() {
		dir := m.Name + "/" + g.Folder + "/"
		if len(f.Path) > len(dir) && f.Path[:len(dir)] == dir {
			return &g
		}
	}
	return nil
}
