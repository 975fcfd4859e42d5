package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
)

// parameterized are the targets whose parameters or variables people change.
func parameterized() []generators.Generator {
	return slices.DeleteFunc(generators.Targets(), func(g generators.Generator) bool {
		return g.Name != "cloudformation" && g.Name != "terraform"
	})
}

// own are the parameters of a target itself, without those of the template that imports.
func own(ps []deployed.Parameter) map[string]deployed.Parameter {
	out := map[string]deployed.Parameter{}
	for _, p := range ps {
		if !strings.Contains(p.Name, " ") {
			out[p.Name] = p
		}
	}
	return out
}

// Every parameter and variable has another value in each environment that a target is read under,
// and no two have one value in common, so that a name which is written out beside it is found. Those
// of a shared module that stand for no name of the setup have the value of the call always.
func TestEveryParameterIsVaried(t *testing.T) {
	ofCall := regexp.MustCompile(`^(setup|sid_suffix|role_description|.*_(from|to))$`)
	kinds := map[string]int{}
	for _, m := range buildAll(t, exampleSetups(t)) {
		for _, g := range parameterized() {
			values := [2]deployed.Values{values(g, m, m.SyntheticEnv(1)), values(g, m, m.SyntheticEnv(2))}
			seen := map[string]string{}
			for name, p := range own(g.Want(m).Parameters) {
				kinds[g.Name]++
				for _, v := range values {
					value, ok := v.Named[name]
					if !ok && m.SharedModule && g.Name == "terraform" && ofCall.MatchString(name) {
						continue // a constant of the call, which nobody can give another value
					}
					other := seen[value]
					switch {
					case !ok:
						t.Errorf("%s %s: %s is not varied", m.Name, g.Name, name)
					case other != "" && value != "{}":
						t.Errorf("%s %s: %s and %s are both %s", m.Name, g.Name, name, other, value)
					case value == p.Default.V.IAM() && value != "{}":
						t.Errorf("%s %s: %s has its own value %s", m.Name, g.Name, name, value)
					}
					seen[value] = name
				}
			}
			for name := range values[0].Named {
				if _, ok := own(g.Want(m).Parameters)[name]; !ok && g.Name == "terraform" {
					t.Errorf("%s %s: there is no %s", m.Name, g.Name, name)
				}
			}
		}
	}
	if kinds["cloudformation"] < 60 || kinds["terraform"] < 100 {
		t.Errorf("only %v parameters", kinds)
	}
}

// uses returns the files of a target with one use of a parameter written out in each, by what was
// changed.
func uses(g generators.Generator, files []output.File, p deployed.Parameter) map[string][]output.File {
	value := p.Default.V.IAM()
	var patterns []string // the name is %s; those in a string first
	bare := string(mustJSON(value))
	switch g.Name {
	case "cloudformation":
		patterns = []string{`\$\{%s\}`, `!Ref "?%s"?`}
	case "terraform":
		patterns = []string{`\$\{var\.%s\}`, `\bvar\.%s\b`}
		if p.Type.V.IAM() != "string" {
			bare = value // JSON's lists and maps are Terraform's
		}
	}
	out := map[string][]output.File{}
	for i, f := range files {
		if path.Base(f.Path) == "variables.tf" {
			continue // where a variable is held against its own pattern
		}
		for n, pattern := range patterns {
			find := regexp.MustCompile(fmt.Sprintf(pattern, regexp.QuoteMeta(p.Name)))
			for _, at := range find.FindAllIndex(f.Data, -1) {
				line := f.Data[bytes.LastIndexByte(f.Data[:at[0]], '\n')+1 : at[0]]
				if n == 1 && bytes.HasSuffix(line, []byte("${")) || bytes.Contains(line, []byte("error_message")) {
					continue // it is one of the first kind, or a text for people
				}
				changed := slices.Clone(files)
				text := []string{value, bare}[n]
				changed[i].Data = slices.Concat(f.Data[:at[0]], []byte(text), f.Data[at[1]:])
				n := 1 + bytes.Count(f.Data[:at[0]], []byte("\n"))
				out[fmt.Sprintf("%s:%d: %s", f.Path, n, f.Data[at[0]:at[1]])] = changed
			}
		}
	}
	return out
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// TestParameterWrittenOut puts the value of a parameter or variable in the place of each use of it
// in turn: the files then do the same under the spec's own values, and under no others.
func TestParameterWrittenOut(t *testing.T) {
	tried := map[string]int{}
	for _, m := range buildAll(t, exampleSetups(t, "full.yaml", "encrypted.yaml", "existing.yaml", "china.yaml")) {
		for _, g := range parameterized() {
			if !slices.Contains(m.Targets, g.Name) {
				continue
			}
			files, err := g.Print(m)
			if err != nil {
				t.Fatal(err)
			}
			for name, p := range own(g.Want(m).Parameters) {
				all := uses(g, files, p)
				if len(all) == 0 {
					t.Errorf("%s %s: nothing uses %s", m.Name, g.Name, name)
				}
				for _, what := range slices.Sorted(maps.Keys(all)) {
					tried[g.Name]++
					if len(read(t, m, g, all[what]).report.Findings) == 0 {
						t.Errorf("%s: written out, and nothing is found", what)
					}
				}
			}
		}
	}
	t.Logf("%v uses written out", tried)
	if tried["cloudformation"] < 60 || tried["terraform"] < 100 {
		t.Errorf("only %v uses", tried)
	}
}
