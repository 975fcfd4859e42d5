package shape_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/internal/shape"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

func renderer(t testing.TB, file string, gens []generators.Generator) shape.Render {
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	return func(s *spec.Setup) (*model.Setup, []output.File, error) {
		m, err := model.Build(file, s, lib)
		if err != nil {
			return nil, nil, err
		}
		var files []output.File
		for _, g := range gens {
			fs, err := g.Print(m)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, fs...)
		}
		return m, files, nil
	}
}

func parse(t testing.TB, text string) *spec.Spec {
	t.Helper()
	s, ds := spec.Parse("pzgen.yaml", []byte(text), os.ReadFile)
	if ds.HasErrors() {
		t.Fatalf("%s\n%s", ds, text)
	}
	return s
}

// grouped sorts setups into groups, as a run does.
func grouped(s *spec.Spec) (map[string]*shape.Group, map[string][][]string, map[string][]*spec.Setup) {
	groups, values, setups := map[string]*shape.Group{}, map[string][][]string{}, map[string][]*spec.Setup{}
	for _, setup := range s.Setups {
		key, v, ok := shape.Of(setup)
		if !ok {
			continue
		}
		key += "|" + strings.Join(setup.Targets, ",")
		if groups[key] == nil {
			groups[key] = shape.NewGroup(setup)
		}
		groups[key].Add(v)
		values[key], setups[key] = append(values[key], v), append(setups[key], setup)
	}
	return groups, values, setups
}

// same requires files filled in to be those printed.
func same(t *testing.T, got, want []output.File) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d files filled in, %d printed", len(got), len(want))
	}
	for i := range got {
		if got[i].Path != want[i].Path || got[i].Mode != want[i].Mode || !bytes.Equal(got[i].Data, want[i].Data) {
			t.Fatalf("filled in %s differs from printed %s:\n%s", got[i].Path, want[i].Path,
				output.Diff(want[i].Path, want[i].Data, got[i].Data))
		}
	}
}

// check fills in every setup of a spec that has a shape, compares it with what is printed for it, and gives how many there were.
func check(t *testing.T, file string, s *spec.Spec) (filled, shapes int) {
	t.Helper()
	groups, values, setups := grouped(s)
	var b shape.Buffer
	for key, g := range groups {
		render := renderer(t, file, generators.For(setups[key][0].Targets))
		for _, v := range values[key] { // others of the shape, of other lengths
			longer := stretched(v)
			if s := g.With(longer); len(values[key]) < 30 && alike(s, key) {
				g.Add(longer)
				values[key], setups[key] = append(values[key], longer), append(setups[key], s)
			}
		}
		sh, err := shape.New(g, render)
		if err != nil {
			t.Logf("%s: no shape: %v", setups[key][0].Name, err)
			continue
		}
		shapes++
		for i, setup := range setups[key] {
			_, want, err := render(setup)
			if err != nil {
				t.Fatal(err)
			}
			same(t, sh.Fill(values[key][i], &b), want)
			filled++
		}
	}
	return filled, shapes
}

// stretched returns values that are a few characters longer, but for those of a fixed length.
func stretched(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch _, err := strconv.ParseUint(strings.ReplaceAll(v, "-", ""), 16, 64); {
		case err == nil, len(v) == 12, len(v) == 36, strings.Count(v, "-") == 2 && len(v) < 16:
			out[i] = v
		default:
			out[i] = v[:1] + "kgh"[:1+i%3] + v[1:]
		}
	}
	return out
}

// alike reports whether a setup has a shape.
func alike(s *spec.Setup, key string) bool {
	got, _, ok := shape.Of(s)
	return ok && got+"|"+strings.Join(s.Targets, ",") == key
}

// Every example gives the same bytes filled in and printed; most setups have a shape.
func TestExamples(t *testing.T) {
	names, err := filepath.Glob("../../spec/examples/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	setups, filled := 0, 0
	for _, name := range names {
		s, ds := spec.Load(name)
		if ds.HasErrors() {
			t.Fatal(ds)
		}
		n, _ := check(t, name, s)
		t.Logf("%s: %d of %d", filepath.Base(name), n, len(s.Setups))
		setups, filled = setups+len(s.Setups), filled+n
	}
	if filled < setups {
		t.Errorf("only %d of %d setups have a shape", filled, setups)
	}
}

const stages = `version: 1
defaults:
  region: eu-west-1
  description: Recommendations of the shop
  role: {name: "Role-<setup>", path: "/shops/<setup>/<region>/", managedPolicies: ["arn:aws:iam::<account>:policy/more"]}
  permissionsBoundary: arn:aws:iam::<account>:policy/Boundary-<setup>
  tags: {stage: <setup>, where: <region>-<account>}
  keys:
    k: {alias: alias/<setup>/<region>, admins: ["arn:aws:iam::<account>:role/admins/<setup>-admin", "arn:aws:iam::<account>:user/<setup>", "arn:aws:iam::<account>:root"]}
    old: {arn: "arn:aws:kms:<region>:<account>:key/0a1b2c3d-0000-4000-8000-000000000000"}
  buckets:
    data: {name: acme-<setup>-data, key: k}
    out: {name: acme-<account>-<region>-<setup>, key: old}
  workflows:
    - {type: import, from: data/<setup>/in/}
    - {type: batch-inference, from: data/<region>/batch/, to: out/<account>/}
  datasetGroup: {name: <setup>-shop, key: k}
  operators:
    op: {access: operate, roles: ["<setup>-ci", "x-<account>"], users: ["<setup>@acme.example"]}
`

// Setups that differ in nothing but what placeholders stand for have one shape, and its proof
// holds.
func TestStages(t *testing.T) {
	text := stages + "setups:\n"
	names := []string{"dev", "stage", "prod", "testing", "a-long-name-of-a-stage", "load0", "x1y"}
	for i, name := range names {
		text += fmt.Sprintf("  %s: {account: \"%012d\"}\n", name, 111122223333+i)
	}
	// Hyphens are marks, so the long name is of another shape.
	s := parse(t, text)
	groups, values, setups := grouped(s)
	if len(groups) != 2 {
		t.Errorf("%d shapes", len(groups))
	}
	for key, g := range groups {
		gens := generators.For(setups[key][0].Targets)
		sh, err := shape.New(g, renderer(t, "pzgen.yaml", gens))
		if err != nil {
			t.Fatal(err)
		}
		if r := proof.Prove(sh.Model, gens, whole(sh.ProbeFiles)); !r.OK() {
			t.Fatalf("the probe: %+v", r.Findings)
		}
		if want := map[bool]int{true: 1, false: len(names) - 1}[len(values[key]) == 1]; len(values[key]) != want {
			t.Errorf("%d setups of a shape", len(values[key]))
		}
	}
	if filled, _ := check(t, "pzgen.yaml", s); filled < len(names) {
		t.Errorf("%d setups filled in", filled)
	}
}

// An ARN that may name what the setup itself has is no slot: what is allowed depends on it.
func TestOwnNames(t *testing.T) {
	key := func(admin, boundary string) (string, bool) {
		text := strings.Replace(stages, "role/admins/<setup>-admin", admin, 1)
		text = strings.Replace(text, "policy/Boundary-<setup>", boundary, 1)
		key, _, ok := shape.Of(parse(t, text+"setups: {stage: {account: \"111122223333\"}}\n").Setups[0])
		return key, ok
	}
	want, ok := key("role/admins/<setup>-admin", "policy/x-<setup>")
	if other, ok2 := key("role/other/someone-else", "policy/y-else"); !ok || !ok2 || other != want {
		t.Error("two names have two shapes")
	}
	for _, c := range [][2]string{
		{"role/shops/<setup>/<region>/Role-<setup>", "policy/x-<setup>"},
		{"role/role-<setup>", "policy/x-<setup>"},
		{"role/<setup>-ci", "policy/x-<setup>"},
		{"user/p/<setup>@acme.example", "policy/x-<setup>"},
		{"role/aws-reserved/<setup>", "policy/x-<setup>"},
		{"role/admins/<setup>-admin", "policy/Personalize-<setup>"},
	} {
		if other, ok := key(c[0], c[1]); ok && other == want {
			t.Errorf("%s and %s are slots", c[0], c[1])
		}
	}
}

// random returns a spec of n setups which differ in names, and in a few other things.
func random(r *rand.Rand, n int) string {
	var b strings.Builder
	b.WriteString("version: 1\nsetups:\n")
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	name := func(letters, inside string, least, most int) string {
		n := least + r.IntN(most-least+1)
		out := make([]byte, n)
		for i := range out {
			set := letters
			if i > 0 && i < n-1 && r.IntN(4) == 0 && strings.IndexByte(letters, out[i-1]) >= 0 {
				set = inside
			}
			out[i] = set[r.IntN(len(set))]
		}
		return string(out)
	}
	const lower, upper = "abcdefghijklmnopqrstuvwxyz0123456789", "abcXYZpersonalize0189"
	region := pick("us-east-1", "eu-west-1", "ap-southeast-2", "cn-north-1")
	kind := r.IntN(1 << 10)
	has := func(bit int) bool { return kind&(1<<bit) != 0 }
	iamSpecial, prefixSpecial := pick("-", "_", ".", "+", "@"), pick("/", "-", "_", "=")
	// What most setups of one spec have in common.
	setupSpecial, bucketSpecial, slash, access := pick("-a", "-9z", "a"), pick("-", ".", "-."), pick("/", "/", ""), pick("operate", "full")
	rich, end := r.IntN(4) == 0, pick("", ".", "..", " (all)")
	for i := range n {
		account := fmt.Sprintf("%012d", r.Int64N(1e12))
		fmt.Fprintf(&b, "  \"%s%d\":\n    account: %q\n    region: %s\n", name(lower, setupSpecial, 6, 30), i, account, region)
		if has(0) {
			b.WriteString("    description: Recommendations of the ${web} \"shop\"\n    tags: {team: a, 'x:y': \"b + c@d\"}\n")
		} else {
			fmt.Fprintf(&b, "    description: \"%s\"\n    tags: {team: \"%s\", cost: \"%s\"}\n", words(r, rich, end), name(upper, iamSpecial, 6, 30), name(upper, "-a", 3, 9))
		}
		if has(1) {
			b.WriteString("    profile: documented\n")
		} else if has(2) {
			b.WriteString("    confusedDeputy: everywhere\n")
		}
		role := name(upper, iamSpecial, 4, 50)
		fmt.Fprintf(&b, "    role: {name: \"R%s\", path: \"/a%s/\", description: \"%s\"", role, name(upper, prefixSpecial, 2, 20), words(r, rich, end))
		if has(3) {
			partition := "aws"
			if region == "cn-north-1" {
				partition = "aws-cn"
			}
			fmt.Fprintf(&b, ", permissionsBoundary: \"arn:%s:iam::%s:policy/limit%s\"", partition, account, name(upper, "-", 2, 30))
		}
		b.WriteString("}\n    keys:\n")
		partition := map[bool]string{true: "aws-cn", false: "aws"}[region == "cn-north-1"]
		if has(4) {
			fmt.Fprintf(&b, "      k: {arn: \"arn:%s:kms:%s:%s:key/%08x-0000-4000-8000-%012x\"}\n", partition, region, account, r.Uint32(), r.Int64N(1<<40))
		} else {
			fmt.Fprintf(&b, "      k: {alias: \"alias/%s\"}\n", name(upper, "-", 1, 60))
		}
		bucket := func() string { return name(lower, bucketSpecial, 4, 40) + fmt.Sprint(i) }
		fmt.Fprintf(&b, "    buckets:\n      data: {name: \"a%s\", key: k, existing: %v}\n      out_put: {name: \"b%s\", key: k}\n", bucket(), has(5), bucket())
		fmt.Fprintf(&b, "    workflows:\n      - {type: import, from: \"data/i%s%s\"}\n", name(upper, prefixSpecial, 2, 40), slash)
		if has(6) {
			fmt.Fprintf(&b, "      - {type: batch-inference, from: \"data/n%s/\", to: \"out_put/o%s/\"}\n", name(upper, "-", 1, 20), name(upper, "-", 1, 60))
		}
		if has(7) {
			fmt.Fprintf(&b, "      - {type: export, to: \"out_put/e%s/\"}\n", name(upper, "-", 1, 20))
		}
		if has(8) {
			fmt.Fprintf(&b, "    datasetGroup: {name: \"g%s\", key: k}\n", name(upper, "_", 1, 50))
		}
		fmt.Fprintf(&b, "    operators:\n      op: {access: %s, roles: [\"O%s\", \"P%s\"]}\n", access, role, name(upper, iamSpecial, 14, 40))
		if has(9) {
			fmt.Fprintf(&b, "      web: {access: runtime, users: [\"%s\"], groups: [\"%s\"]}\n", name("abcX", iamSpecial, 1, 40), name("abcY", "-", 2, 100))
		}
	}
	return b.String()
}

// words returns a text as people write them, with what printers may look at.
func words(r *rand.Rand, rich bool, end string) string {
	list := []string{"shop", "Recommendations", "of", "all", "www", "www.acme.example", "true", "1", "12.", "3)", "team", "(EU)", "a,", "north-south", "e-mail:", "it's", "_x_", "#2", "no", "x*y*", "mail@acme"}
	if !rich {
		list = list[:5]
	}
	out := make([]string, 2+r.IntN(6))
	for i := range out {
		out[i] = list[r.IntN(len(list))]
	}
	return strings.Join(out, " ") + end
}

// Random setups give the same bytes filled in and printed, whatever their names are made of.
func TestRandom(t *testing.T) {
	specs := testtool.Cases(8, 64)
	filled, shapes := 0, 0
	for seed := range uint64(specs) {
		r := rand.New(rand.NewPCG(seed, 5))
		text := random(r, 12)
		if modes := spec.TerraformModes(); seed%3 > 0 {
			text = "terraform: " + modes[seed%3-1] + "\n" + text
		}
		s := parse(t, text)
		f, n := check(t, "pzgen.yaml", s)
		filled, shapes = filled+f, shapes+n
	}
	t.Logf("%d setups of %d shapes", filled, shapes)
	if filled < 16*specs {
		t.Errorf("only %d of %d setups have a shape", filled, 12*specs)
	}
}

// What a probe proves holds for what is filled in: it passes the same proof, and loses it with any of its files changed.
func TestProof(t *testing.T) {
	s := parse(t, random(rand.New(rand.NewPCG(3, 5)), 4))
	groups, values, setups := grouped(s)
	proved := 0
	for key, g := range groups {
		gens := generators.For(setups[key][0].Targets)
		render := renderer(t, "pzgen.yaml", gens)
		sh, err := shape.New(g, render)
		if err != nil {
			t.Fatal(err)
		}
		if r := proof.Prove(sh.Model, gens, whole(sh.ProbeFiles)); !r.OK() {
			t.Fatalf("the probe: %+v", r.Findings)
		}
		m, _, err := render(setups[key][0])
		if err != nil {
			t.Fatal(err)
		}
		var b shape.Buffer
		files := sh.Fill(values[key][0], &b)
		if r := proof.Prove(m, gens, whole(files)); !r.OK() {
			t.Fatalf("filled in: %+v", r.Findings)
		}
		proved++
		for i, f := range files {
			at := bytes.Index(f.Data, []byte("s3:GetObject"))
			if at < 0 || strings.HasSuffix(f.Path, "README.md") || strings.HasSuffix(f.Path, "destroy.sh") || strings.HasSuffix(f.Path, ".example") {
				continue
			}
			files[i].Data = slicesReplace(f.Data, at, "s3:GetObject", "s3:PutObject")
			if proof.Prove(m, gens, whole(files)).OK() {
				t.Errorf("%s: the proof holds with another action in it", f.Path)
			}
			files[i].Data = f.Data
		}
		if proved == 2 {
			break
		}
	}
	if proved == 0 {
		t.Error("nothing was proved")
	}
}

func slicesReplace(data []byte, at int, old, new string) []byte {
	return append(append(append([]byte(nil), data[:at]...), new...), data[at+len(old):]...)
}

// whole is what a proof reads when files are all that pzgen writes for the setup.
func whole(files []output.File) proof.Input {
	in := proof.Input{Files: files, Printed: files}
	for _, g := range generators.Targets() {
		if g.Shared != nil {
			in.Shared = append(in.Shared, g.Shared()...)
		}
	}
	return in
}
