package terraform

import (
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// environments are the real values and two made-up ones.
func environments(s *model.Setup) []policy.Env {
	return []policy.Env{known(s, s.DeployedEnv()), known(s, s.SyntheticEnv(1)), known(s, s.SyntheticEnv(2))}
}

// known returns env without the ARNs of created keys, which are compared as the references that
// they are.
func known(s *model.Setup, env policy.Env) policy.Env {
	out := maps.Clone(env)
	for _, k := range s.Keys {
		if k.ARN == "" {
			delete(out, model.RefKeyARN(k.ID))
		}
	}
	return out
}

// valuesOf are the values of an environment by the names of the setup's variables.
func valuesOf(s *model.Setup, env policy.Env) deployed.Values {
	v := deployed.Values{Account: env[model.RefAccount], Region: env[model.RefRegion], Partition: env[model.RefPartition], Named: map[string]string{}}
	for name, ref := range Names(s) {
		v.Named[name] = env[ref]
	}
	for name, text := range Structured(s) {
		v.Named[name] = deployed.FillJSON(text, env)
	}
	return v
}

func printed(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func inputOf(s *model.Setup, files []output.File) deployed.Input {
	in := deployed.Input{Dir: s.Name + "/" + folder}
	for _, f := range files {
		if IsSharedModule(f.Path) {
			in.Shared = append(in.Shared, f)
		} else {
			in.Files = append(in.Files, f)
		}
	}
	return in
}

// differences tells how files differ from the setup, in any environment; nil when they do not.
func differences(t testing.TB, s *model.Setup, files []output.File) []string {
	t.Helper()
	return differencesUnder(t, s, inputOf(s, files), environments(s)...)
}

func differencesUnder(t testing.TB, s *model.Setup, in deployed.Input, envs ...policy.Env) []string {
	t.Helper()
	read, err := Parse(in)
	if err != nil {
		if _, ok := err.(*policy.Error); !ok {
			t.Errorf("%T has no place: %v", err, err)
		}
		return []string{err.Error()}
	}
	want := Want(s)
	for _, env := range envs {
		have, err := read(valuesOf(s, env))
		if err != nil {
			return []string{err.Error()}
		}
		var out []string
		for _, d := range deployed.Match(want.Fill(env), have) {
			out = append(out, d.At.String()+": "+d.String())
			if d.WantDoc != nil && d.HaveDoc != nil {
				out = append(out, "  have "+d.HaveDoc.Normal(), "  want "+d.WantDoc.Normal())
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

// What is read back from what was printed is what the model says, whatever the names are.
func TestPrintedMatches(t *testing.T) {
	for _, s := range fixtures(t) {
		files := printed(t, s)
		if diff := differences(t, s, files); diff != nil {
			t.Errorf("%s:\n%s", s.Name, strings.Join(diff, "\n"))
		}
		read, err := Parse(inputOf(s, files))
		if err != nil {
			t.Fatal(err)
		}
		// It may be read at once several times, and is read in one way.
		v := valuesOf(s, s.SyntheticEnv(3))
		var states [4]deployed.State
		var group sync.WaitGroup
		for i := range states {
			group.Go(func() { states[i], _ = read(v) })
		}
		group.Wait()
		for _, state := range states[1:] {
			if !reflect.DeepEqual(state, states[0]) {
				t.Errorf("%s: a module that was parsed once is read in two ways", s.Name)
			}
		}
	}
}

func moduleOf(t testing.TB, in deployed.Input) *module {
	t.Helper()
	m, err := load(in)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
