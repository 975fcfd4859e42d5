package proof

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
	"gopkg.in/yaml.v3"
)

// seeds returns the seeds of this run: the first ones, always the same, as many as [testtool.Cases] says
// of these; or the one of PZGEN_SEED, to see a failure again.
func seeds(t *testing.T, usual, all int) []uint64 {
	if s := os.Getenv("PZGEN_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("PZGEN_SEED: %v", err)
		}
		return []uint64{n}
	}
	out := make([]uint64, testtool.Cases(usual, all))
	for i := range out {
		out[i] = uint64(i + 1)
	}
	return out
}

func yamlText(t testing.TB, n *yaml.Node) []byte {
	t.Helper()
	data, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Whatever a spec may say, every target prints it and the proof holds. A failure prints the spec and its seed.
func TestRandomSpecs(t *testing.T) {
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	proved, declined, calls, refused := 0, 0, 0, 0
	tried := seeds(t, 50, 1000)
	for _, seed := range tried {
		tree, files := randomSpec(seed)
		text := yamlText(t, tree)
		fail := func(format string, args ...any) {
			t.Helper()
			t.Errorf("PZGEN_SEED=%d: "+format, append([]any{seed}, args...)...)
			if !t.Failed() {
				return
			}
			t.Logf("the spec:\n%s", text)
			for name, data := range files {
				t.Logf("%s: %s", name, data)
			}
		}
		s, ds := spec.Parse("pzgen.yaml", text, readFiles(files))
		if s == nil {
			fail("the spec is refused: %s", ds)
			continue
		}
		for _, setup := range s.Setups {
			m, err := model.Build("pzgen.yaml", setup, lib)
			if err != nil && strings.Contains(err.Error(), `of version "2008-10-17", which has no policy variables`) {
				declined++ // by a statement of the spec, and rightly
				continue
			}
			if err != nil {
				fail("no model: %v", err)
				continue
			}
			var printed []output.File
			for _, part := range append([]*model.Setup{m}, m.Handed...) {
				for _, g := range generators.For(part.Targets) {
					fs, err := g.Print(part)
					if err != nil {
						fail("target %s does not print setup %s: %v", g.Name, part.Name, err)
					}
					printed = append(printed, fs...)
				}
			}
			for _, f := range printed {
				if strings.HasSuffix(f.Path, ".tf") && !bytes.Equal(hclwrite.Format(f.Data), f.Data) {
					fail("%s is not as terraform fmt writes it", f.Path)
				}
			}
			if unused := modeltest.Unused(printed); unused != nil {
				fail("nothing refers to %q", unused)
			}
			if wrong := wrongMoves(m); wrong != "" {
				fail("Terraform refuses that %s", wrong)
			}
			r := Prove(m, generators.Targets(), only(printed))
			if len(r.Targets) != len(m.Targets) {
				fail("%v proved of %v", r.Targets, m.Targets)
			}
			proved++
			calls += len(r.Calls)
			refused += r.Refused
			for i, f := range r.Findings {
				if i < 4 {
					fail("setup %s: %s %s %s/%s %s:%d: %s %v", m.Name, f.Check, f.Target, f.Document, f.Sid, f.Path, f.Line, f.Message, f.Details)
				}
			}
		}
	}
	t.Logf("%d setups proved, %d cannot be built, %d calls allowed, %d refused", proved, declined, calls, refused)
	if len(tried) > 1 && (proved < len(tried) || declined > proved/20 || calls < 20*proved || refused < 200*proved) {
		t.Error("that is too little")
	}
}

// wrongMoves says what Terraform refuses of the moves of a setup: two from or to one address, or in a
// circle, or from what there still is (Terraform, "Moved object still exists", "Ambiguous move
// statements", "Cyclic dependency in move statements").
func wrongMoves(m *model.Setup) string {
	next, to, there := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, g := range generators.For([]string{"terraform"}) {
		state := g.Want(m)
		for _, r := range state.Resources {
			there[r.Address] = true
		}
		for _, move := range state.Moves {
			if next[move.From] != "" || to[move.To] || there[move.From] {
				return "it is moved from " + move.From + " to " + move.To
			}
			next[move.From], to[move.To] = move.To, true
		}
	}
	for from := range next {
		steps := 0
		for at := from; at != ""; at = next[at] {
			if steps++; steps > len(next)+1 {
				return "it is moved in a circle from " + from
			}
		}
	}
	return ""
}
