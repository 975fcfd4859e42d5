package cloudformation

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

var update = flag.Bool("update", false, "write the golden files")

func printed(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// input is what the reader gets of the files of a setup.
func input(s *model.Setup, files []output.File) deployed.Input {
	return deployed.Input{Dir: s.Name + "/cloudformation", Files: files}
}

// values are what names stand for under an environment.
func values(s *model.Setup, env policy.Env) deployed.Values {
	v := deployed.Values{Account: env[model.RefAccount], Region: env[model.RefRegion],
		Partition: env[model.RefPartition], Named: map[string]string{}}
	for name, ref := range Names(s) {
		if value, ok := env[ref]; ok {
			v.Named[name] = value
		}
	}
	return v
}

// environments are the values of the spec, and two in which all values are made up.
func environments(s *model.Setup) []policy.Env {
	own := s.DeployedEnv()
	for _, k := range s.Keys {
		if isImported(k) { // from the stack of another setup
			own[model.RefKeyARN(k.ID)] = "arn:aws:kms:eu-west-1:111122223333:key/" + k.ID
		}
	}
	return []policy.Env{own, s.SyntheticEnv(1), s.SyntheticEnv(2)}
}

// judge holds files against what a setup wants of them.
type judge struct {
	dir    string
	wants  []deployed.State // under each environment
	values []deployed.Values
}

func newJudge(s *model.Setup) *judge {
	j := &judge{dir: s.Name + "/cloudformation"}
	want := Want(s)
	for _, env := range environments(s) {
		j.values = append(j.values, values(s, env))
		for _, k := range s.Keys { // a created key is known by its alias
			if !k.Existing() {
				delete(env, model.RefKeyARN(k.ID))
			}
		}
		j.wants = append(j.wants, want.Fill(env))
	}
	return j
}

// differences tells how what files bring about differs from what the setup wants, under the first
// environment in which it does.
func (j *judge) differences(t testing.TB, files []output.File) []string {
	t.Helper()
	read, err := Parse(deployed.Input{Dir: j.dir, Files: files})
	if err != nil {
		var at *policy.Error
		if !errors.As(err, &at) || at.Path == "" {
			t.Errorf("error has no place: %v", err)
		}
		return []string{err.Error()}
	}
	for i, v := range j.values {
		state, err := read(v)
		if err != nil {
			return []string{err.Error()}
		}
		var out []string
		for _, d := range deployed.Match(j.wants[i], state) {
			out = append(out, d.At.String()+": "+d.String())
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func differences(t testing.TB, s *model.Setup, files []output.File) []string {
	t.Helper()
	return newJudge(s).differences(t, files)
}

func setups(t testing.TB) []*model.Setup {
	attached := created()
	attached.Name, attached.Tags = "attached", nil
	attached.Role.Inline, attached.DatasetGroup.Key = false, ""
	return []*model.Setup{created(), existing(t), apart(), attached}
}

func TestRoundTrip(t *testing.T) {
	for _, s := range setups(t) {
		for _, d := range differences(t, s, printed(t, s)) {
			t.Errorf("%s: %s", s.Name, d)
		}
	}
}

// Places are places of the template: that of a statement is where it opens.
func TestPlaces(t *testing.T) {
	s := created()
	files := printed(t, s)
	read, err := Parse(input(s, files))
	if err != nil {
		t.Fatal(err)
	}
	state, err := read(values(s, s.SyntheticEnv(1)))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(files[0].Data, []byte("\n"))
	n := 0
	check := func(d *deployed.Document) {
		for i, st := range d.Document.Statements {
			p := d.Statements[i]
			want := []byte(`Sid: "` + st.Sid + `"`)
			if p.Path != files[0].Path || !bytes.HasPrefix(lines[p.Line-1][p.Col-1:], want) {
				t.Errorf("%s is said to be in %s", st.Sid, p)
			}
			n++
		}
	}
	for _, b := range state.Buckets {
		check(b.Policy)
	}
	for _, p := range state.Policies {
		check(p.Policy)
	}
	check(state.Roles[0].Trust)
	check(state.Roles[0].Inline[0].Policy)
	check(state.Keys[0].Policy)
	if n < 10 {
		t.Errorf("only %d statements", n)
	}
}

func TestGolden(t *testing.T) {
	for _, s := range setups(t)[:3] {
		for _, f := range printed(t, s) {
			name := path.Join("testdata", s.Name, path.Base(f.Path))
			if *update {
				if err := os.MkdirAll(path.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, f.Data) {
				t.Errorf("%s differs from what is printed; look at the difference, then run go test -update", name)
			}
		}
	}
}

func TestDeterminism(t *testing.T) {
	for _, s := range setups(t) {
		first := printed(t, s)
		for range 20 {
			for i, f := range printed(t, s) {
				if f.Path != first[i].Path || !bytes.Equal(f.Data, first[i].Data) {
					t.Fatalf("%s is not printed the same twice", f.Path)
				}
			}
		}
	}
}

func TestNamesDoNotCollide(t *testing.T) {
	s := created()
	s.Buckets = append(s.Buckets,
		model.Bucket{ID: "da-ta", Name: "x-1"},
		model.Bucket{ID: "da_ta", Name: "x-2"},
		model.Bucket{ID: "-", Name: "x-3"},
		model.Bucket{ID: "da--ta", Name: "x-4",
			Policy: model.Doc{Name: "bucket-da--ta", Document: s.Buckets[0].Policy.Document}})
	s.Keys = append(s.Keys, model.Key{ID: "data", Alias: "alias/data", Window: 7,
		Policy: model.Doc{Name: "key-data", Document: s.Keys[0].Policy.Document}})
	for _, d := range differences(t, s, printed(t, s)) {
		t.Error(d)
	}
}
