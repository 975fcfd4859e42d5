package shell

import (
	"maps"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

func printed(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// equal checks that a reading is what the model says under env.
func equal(t testing.TB, s *model.Setup, env policy.Env, r *model.Reading) {
	t.Helper()
	for _, d := range s.Docs() {
		want, err := d.Document.Resolve(env)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := r.Documents[d.Name]
		if !ok {
			t.Errorf("%s is missing", d.Name)
			continue
		}
		if !got.Equal(want) {
			t.Errorf("%s is\n%s\nwant\n%s", d.Name, got.JSON(), want.JSON())
		}
		if place := r.Places[d.Name]; place.Line == 0 {
			t.Errorf("%s has no place", d.Name)
		}
	}
	if len(r.Documents) != len(s.Docs()) {
		t.Errorf("%d documents, want %d", len(r.Documents), len(s.Docs()))
	}
	if want := s.Settings(env); !maps.Equal(r.Settings, want) {
		for k, v := range want {
			if got, ok := r.Settings[k]; !ok || got != v {
				t.Errorf("setting %s is %q, want %q", k, got, v)
			}
		}
		for k, v := range r.Settings {
			if _, ok := want[k]; !ok {
				t.Errorf("setting %s is %q, and the model has no such line", k, v)
			}
		}
	}
}

func TestReadGivesTheModel(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			files := printed(t, s)
			known := s.DeployedEnv()
			for _, k := range s.Keys {
				if !k.Existing() {
					known[model.RefKeyARN(k.ID)] = "arn:aws:kms:eu-west-1:111122223333:key/" + k.ID
				}
			}
			for _, env := range []policy.Env{s.SyntheticEnv(1), s.SyntheticEnv(2), known} {
				r, err := Read(s, files, env)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, s, env, r)
				for ref, v := range r.Defaults {
					if want := s.DeployedEnv()[ref]; v != want {
						t.Errorf("default of %s is %q, want %q", ref, v, want)
					}
				}
			}
		})
	}
}

func BenchmarkPrint(b *testing.B) {
	s := setup()
	for b.Loop() {
		printed(b, s)
	}
}

func BenchmarkRead(b *testing.B) {
	s := setup()
	files, env := printed(b, s), s.SyntheticEnv(1)
	for b.Loop() {
		if _, err := Read(s, files, env); err != nil {
			b.Fatal(err)
		}
	}
}
