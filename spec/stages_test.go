package spec

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

const stages = `version: 1
defaults:
  region: eu-west-1
  role: {name: "Pz-<setup>", path: "/shops/<setup>/", description: of <setup>}
  permissionsBoundary: arn:aws:iam::<account>:policy/B-<setup>
  tags: {stage: <setup>, team: shops}
  keys:
    k: {alias: "alias/<setup>/<region>", admins: ["arn:aws:iam::<account>:role/<setup>-admin"]}
    old: {arn: "arn:aws:kms:<region>:<account>:key/0a1b2c3d-0000-4000-8000-000000000000", policy: policies/<setup>.json}
  buckets:
    data: {name: acme-<setup>-<account>, key: k, expireAfterDays: 7}
    out: {name: acme-<setup>-<region>-out, key: old}
  workflows:
    - {type: import, from: data/<setup>/in/}
    - {type: export, to: out/<account>/}
  datasetGroup: {name: <setup>-shop, domain: ECOMMERCE}
  operators:
    ci: {access: operate, roles: ["<setup>-ci"], users: ["<setup>@acme.example"], groups: ["<setup>"]}
  uploads:
    - {file: "data/<setup>/x.csv", to: "data/<setup>/in/x.csv"}
`

// writtenOut is what stages says for one setup.
func writtenOut(setup, account, region string) string {
	fields := strings.SplitN(stages, "defaults:\n", 2)[1]
	fields = strings.Replace(fields, "of <setup>", "of \x00", 1) // a description is text
	fields = strings.Replace(fields, "  region: eu-west-1\n", "", 1)
	fields = strings.NewReplacer("<setup>", setup, "<account>", account, "<region>", region,
		"\x00", "<setup>").Replace(fields)
	return "  " + setup + ":\n    account: \"" + account + "\"\n    region: " + region + "\n" +
		strings.ReplaceAll("  "+strings.TrimSuffix(fields, "\n"), "\n", "\n  ") + "\n"
}

func readStageFile(string) ([]byte, error) { return []byte(policyFiles["policies/key.json"]), nil }

// setupsOf loads a spec that has to be right, and returns its setups without places.
func setupsOf(t *testing.T, text string) []*Setup {
	t.Helper()
	s, ds := Parse("f", []byte(text), readStageFile)
	if s == nil {
		t.Fatalf("%s\n%s", ds, text)
	}
	for _, x := range s.Setups {
		x.Places = nil
	}
	return s.Setups
}

// What is inherited with placeholders is what is written out for each setup.
func TestFilled(t *testing.T) {
	short := stages + "setups:\n"
	long := "version: 1\nsetups:\n"
	for i := range 40 { // enough to be loaded in pieces
		name, account, region := fmt.Sprintf("s-%d", i), fmt.Sprintf("%012d", 7000+i), "eu-west-1"
		short += fmt.Sprintf("  %s:\n    account: %q\n", name, account)
		if i%3 == 0 {
			region = "us-east-1"
			short += "    region: us-east-1\n"
		}
		long += writtenOut(name, account, region)
	}
	got, want := setupsOf(t, short), setupsOf(t, long)
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%s\n%+v\n%+v", want[i].Name, got[i], want[i])
		}
	}
	if len(got) != 40 || got[0].Buckets[0].BucketName != "acme-s-0-000000007000" {
		t.Errorf("%+v", got[0])
	}
}

// What a setup has itself replaces an entry as a whole, and what it drops is gone.
func TestInherited(t *testing.T) {
	got := setupsOf(t, stages+`setups:
  dev:
    account: "111122223333"
    role: {name: Other}
    tags: {team: null, more: x}
    keys: {old: null}
    buckets:
      data: {name: other-<setup>}
      out: {name: out-<region>-<account>}
    workflows: [{type: import, from: data/<setup>/}]
    operators: {web: {access: runtime, roles: ["<setup>-web"]}}
    datasetGroup: {name: <setup>-g, key: k}
    uploads: null
  prod: {account: "444455556666"}
`)
	dev := got[0]
	for _, c := range []struct{ got, want any }{
		{dev.Role.Name, "Other"},
		{dev.Role.Path, "/shops/dev/"},
		{dev.Role.Description, "of <setup>"},
		{dev.Tags, []Tag{{"more", "x"}, {"stage", "dev"}}},
		{len(dev.Keys), 1},
		{dev.Buckets[0].BucketName, "other-dev"},
		{dev.Buckets[0].Key, ""},
		{dev.Buckets[0].ExpireAfterDays, 0},
		{dev.Buckets[1].BucketName, "out-eu-west-1-111122223333"},
		{len(dev.Workflows), 1},
		{*dev.Workflows[0].From, Location{"data", "dev/"}},
		{len(dev.Operators), 2},
		{dev.Operators[0].Roles, []string{"dev-ci"}},
		{dev.Operators[1].Roles, []string{"dev-web"}},
		{*dev.DatasetGroup, DatasetGroup{Name: "dev-g", Key: "k"}},
		{dev.Uploads == nil, true},
		{dev.PermissionsBoundary, "arn:aws:iam::111122223333:policy/B-dev"},
		{got[1].Buckets[0].BucketName, "acme-prod-444455556666"},
		{got[1].Uploads[0].File, "data/prod/x.csv"},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// A place of what is inherited is where it is written.
func TestInheritedPlaces(t *testing.T) {
	s, ds := Parse("f", []byte(stages+"setups:\n  dev: {account: \"111122223333\", buckets: {out: {name: o-<setup>}}}\n"), readStageFile)
	if s == nil {
		t.Fatal(ds)
	}
	for path, want := range map[string]Place{
		"": {22, 3}, "buckets.data": {11, 5}, "buckets.out": {22, 44}, "workflows[1].to": {15, 26},
		"operators.ci": {18, 5}, "role.name": {4, 16}, "datasetGroup": {16, 17},
	} {
		if got := s.Setups[0].Places[path]; got != want {
			t.Errorf("%q is at %v, want %v", path, got, want)
		}
	}
}

// Problems of what setups share are one for each kind, however many setups have it.
func TestManySetupsAreNamedShortly(t *testing.T) {
	text := "version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1, buckets: {data: {name: A-<setup>}}, workflows: [{type: import, from: data/}]}\nsetups:\n"
	for i := range 3000 {
		text += fmt.Sprintf("  s-%d: {}\n", i)
	}
	_, ds := Parse("f", []byte(text), nil)
	if len(ds) != 1 || !strings.Contains(ds[0].Message, `(in setup "s-0", and so in "s-1", "s-2", "s-3" and more)`) ||
		ds[0].Line != 2 || ds[0].Col != 79 {
		t.Errorf("%d: %.2000s", len(ds), ds)
	}
}

// Files that contradict each other by what they inherit say for which setup.
func TestInheritedContradicts(t *testing.T) {
	files := &Files{}
	text := "version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1, buckets: {data: {name: acme-<region>}}, workflows: [{type: import, from: data/}]}\nsetups: {%s: {}}\n"
	for _, name := range []string{"a", "b"} {
		_, ds, err := files.Read(name+".yaml", bytes.NewReader(fmt.Appendf(nil, text, name)))
		if err != nil || name == "a" && len(ds) > 0 {
			t.Fatal(err, ds)
		}
		if name == "b" && !strings.HasPrefix(ds.String(), `b.yaml:2:66: bucket "acme-eu-west-1" is created by setup "a" already, at a.yaml:2 (in setup "b") [PZ047]`) {
			t.Error(ds)
		}
	}
}

// The documentation's own example is one that loads, and says what is true of it.
func TestStagesDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("docs/spec.md has no example")
	}
	s := setupsOf(t, text)
	if len(s) != 2 || s[1].Buckets[1].BucketName != "acme-web-prod-results" || s[1].Buckets[1].ExpireAfterDays != 0 ||
		s[0].Buckets[1].BucketName != "acme-web-dev-results-eu-west-1" || len(s[0].Operators) != 2 || len(s[1].Operators) != 1 {
		t.Errorf("%+v", s)
	}
}

// A field that is a setup's own is refused in defaults, and nowhere else.
func TestOwn(t *testing.T) {
	o := &object[text]{fields: []field[text]{stringField("name", func(d *text) *text { return d }, nil, "", own)}}
	for _, inDefaults := range []bool{true, false} {
		r := &reader{inDefaults: inDefaults}
		var into text
		o.read(r, r.parseYAML([]byte("name: x\n")), "defaults", &into)
		refused := len(r.problems) == 1 && r.problems[0].code == codeDefaults
		if refused != inDefaults || into.ok == inDefaults {
			t.Errorf("in defaults: %v: %+v", inDefaults, r.problems)
		}
	}
}

// A small file that makes very much of itself by inheritance is refused, at once; so is nothing
// that is only long.
func TestInheritedTooMuch(t *testing.T) {
	file := func(buckets, setups int) string {
		var b strings.Builder
		b.WriteString("version: 1\ndefaults:\n  account: \"111122223333\"\n  region: eu-west-1\n  buckets:\n")
		for i := range buckets {
			fmt.Fprintf(&b, "    b%d: {name: acme-<setup>-%d, existing: true}\n", i, i)
		}
		b.WriteString("setups:\n")
		for i := range setups {
			fmt.Fprintf(&b, "  s%d: {description: null, buckets: {b%d: null}}\n", i, i)
		}
		return b.String()
	}
	for _, n := range [][2]int{{100_000, 2000}, {30_000, 31}, {2000, 1000}} {
		_, ds := Parse("f", []byte(file(n[0], n[1])), nil)
		if len(ds) != 1 || ds[0].Code != codeTooLarge || ds[0].Line != 3 || ds[0].Col != 3 {
			t.Errorf("%v: %d problems, %.300s", n, len(ds), ds)
		}
	}
	many := strings.Repeat("<", 1<<20)
	text := "version: 1\nsetups:\n  s:\n    account: \"111122223333\"\n    region: eu-west-1\n    uploads: [{file: \"" + many +
		"\", to: x}, {file: \"<setup" + many + "\", to: x}]\n    buckets: {b: {name: \"" + many + ">\"}}\n"
	if s, ds := Parse("f", []byte(text), nil); s != nil || len(ds) < 3 {
		t.Errorf("%.300s", ds)
	}
	if _, ds := Parse("f", []byte(file(2000, 1)), nil); ds.Count(Error) != 1 { // the null
		t.Errorf("%.300s", ds)
	}
}
