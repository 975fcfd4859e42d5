package cloudformation

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// sharedSetups are those of spec/examples/shared.yaml, by their names.
func sharedSetups(t testing.TB) map[string]*model.Setup {
	t.Helper()
	all := map[string]*model.Setup{}
	for _, m := range modeltest.Load(t, "../../spec/examples/shared.yaml") {
		all[m.Name] = m
	}
	return all
}

// differs reports whether a setup's files are read as something else than it wants, after a change of
// its template.
func differsAfter(t *testing.T, m *model.Setup, old, new string) bool {
	t.Helper()
	files, err := Print(m)
	if err != nil {
		t.Fatal(err)
	}
	in := deployed.Input{Dir: m.Name + "/cloudformation"}
	for _, f := range files {
		if strings.HasSuffix(f.Path, templateFile) {
			if !strings.Contains(string(f.Data), old) {
				t.Fatalf("%s has no %q", f.Path, old)
			}
			f = output.File{Path: f.Path, Mode: f.Mode, Data: []byte(strings.Replace(string(f.Data), old, new, 1))}
		}
		in.Files = append(in.Files, f)
	}
	read, err := Parse(in)
	if err != nil {
		return true
	}
	env := m.SyntheticEnv(1)
	values := deployed.Values{Account: env[model.RefAccount], Region: env[model.RefRegion],
		Partition: env[model.RefPartition], Named: map[string]string{}}
	given := policy.Env{}
	for ref, value := range env {
		given[ref] = value
	}
	named := map[policy.Ref]bool{}
	for name, ref := range Names(m) {
		values.Named[name], named[ref] = env[ref], true
	}
	for _, k := range m.Keys {
		if ref := model.RefKeyARN(k.ID); k.ARN == "" && !named[ref] {
			delete(given, ref)
		}
	}
	state, err := read(values)
	return err != nil || len(deployed.Match(Want(m).Fill(given), state)) > 0
}

// TestSharedKey: the template of the setup that creates a key exports its ARN, that of one which uses it
// imports that and no other.
func TestSharedKey(t *testing.T) {
	all := sharedSetups(t)
	const name = "personalize-lake-MainKeyArn"
	for _, c := range []struct {
		setup, old, new string
		differs         bool
	}{
		{"lake", name, name, false},
		{"lake", `"` + name + `"`, `"personalize-lake-OtherKeyArn"`, true},
		{"lake", "    Export:\n      Name: \"" + name + "\"\n", "", true},
		{"lake", "    Export:\n", "    Export:\n      More: \"x\"\n", true},
		{"lake-shop", name, name, false},
		{"lake-shop", `!ImportValue "` + name + `"`, `!ImportValue "personalize-lake-OtherKeyArn"`, true},
		{"lake-shop", `!ImportValue "` + name + `"`, `Fn::ImportValue: "` + name + `"`, false},
		{"lake-shop", `!ImportValue "` + name + `"`, `"` + name + `"`, true},
		{"lake-shop", `!ImportValue "` + name + `"`, `!ImportValue ["` + name + `"]`, true},
		{"lake-shop", `!ImportValue "` + name + `"`, `!Sub "${` + name + `}"`, true},
	} {
		if got := differsAfter(t, all[c.setup], c.old, c.new); got != c.differs {
			t.Errorf("%s with %q for %q: found is %v", c.setup, c.new, c.old, got)
		}
	}
}
