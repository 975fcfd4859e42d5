package proof

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
	"gopkg.in/yaml.v3"
)

// tree is a mapping of a spec.
type tree struct{ *yaml.Node }

// at returns what stands under a name; nil when nothing does.
func (t tree) at(names ...string) tree {
	n := t.Node
	for _, name := range names {
		if n == nil || n.Kind != yaml.MappingNode {
			return tree{}
		}
		var next *yaml.Node
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return tree{n}
}

// set puts a value under a name, in place of what is there.
func (t tree) set(name string, v any) {
	if old := t.at(name); old.Node != nil {
		*old.Node = *node(v)
		return
	}
	t.Content = append(t.Content, node(name), node(v))
}

func (t tree) drop(name string) {
	for i := 0; i < len(t.Content); i += 2 {
		if t.Content[i].Value == name {
			t.Content = append(t.Content[:i:i], t.Content[i+2:]...)
			return
		}
	}
}

// some returns one of the mappings in a mapping or list, and its name.
func (t tree) some(r *rand.Rand) (string, tree) {
	if t.Node == nil || len(t.Content) == 0 {
		return "", tree{}
	}
	if t.Kind == yaml.SequenceNode {
		return "", tree{t.Content[r.IntN(len(t.Content))]}
	}
	i := 2 * r.IntN(len(t.Content)/2)
	return t.Content[i].Value, tree{t.Content[i+1]}
}

// broken is a rule of the format and a way to break it. It reports false where the spec has nothing to break it on.
type broken struct {
	name string
	do   func(r *rand.Rand, root, setup tree) bool
}

// in breaks something of one thing in a part of a setup.
func in(part, name string, do func(thing tree) bool) broken {
	return broken{part + ": " + name, func(r *rand.Rand, _, setup tree) bool {
		_, thing := setup.at(part).some(r)
		return thing.Node != nil && do(thing)
	}}
}

func setting(part, field string, values ...any) []broken {
	var out []broken
	for _, v := range values {
		out = append(out, broken{part + " " + field, func(r *rand.Rand, _, setup tree) bool {
			thing := setup
			if part != "" {
				_, thing = setup.at(part).some(r)
			}
			if thing.Node == nil {
				return false
			}
			thing.set(field, v)
			return true
		}})
	}
	return out
}

func rulesToBreak() []broken {
	var out []broken
	add := func(b ...broken) { out = append(out, b...) }
	root := func(name string, do func(root tree)) {
		add(broken{name, func(_ *rand.Rand, root, _ tree) bool { do(root); return true }})
	}
	root("no version", func(t tree) { t.drop("version") })
	root("version of another build", func(t tree) { t.set("version", 2) })
	root("version as text", func(t tree) { t.set("version", "1") })
	root("unknown field", func(t tree) { t.set("setup", fields{}) })
	root("no setups", func(t tree) { t.drop("setups") })
	root("setups as a list", func(t tree) { t.set("setups", []string{"a"}) })
	inherited := func(name string, defaults fields) {
		root(name, func(t tree) { t.set("defaults", append(defaults, "account", "111122223333", "region", "eu-west-1")) })
	}
	for _, name := range []string{"x<stage>", "x<Setup>", "x<setup", "x<<setup>>", "x<setup<region>>", "x<>", "<setup>>", strings.Repeat("<account>", 21)} {
		inherited("placeholder "+name, fields{"keys", fields{"zz", fields{"alias", "alias/" + name}}})
	}
	inherited("null in defaults", fields{"description", nil})
	add(broken{"null that drops nothing", func(_ *rand.Rand, root, setup tree) bool {
		if root.at("defaults", "listByPrefix").Node != nil {
			return false
		}
		setup.set("listByPrefix", nil)
		return true
	}})
	root("setup twice", func(t tree) { s := t.at("setups"); s.Content = append(s.Content, s.Content[:2]...) })
	root("name of a setup", func(t tree) { t.at("setups").Content[0].Value = "Upper_Case" })
	root("long name of a setup", func(t tree) { t.at("setups").Content[0].Value = strings.Repeat("x", 41) })
	for _, name := range []string{"con", "nul", "aux", "com1", "LPT9", "prn.x"} {
		root("name of a device", func(t tree) { t.at("setups").Content[0].Value = name })
	}
	root("setup of nothing", func(t tree) { *t.at("setups").Content[1] = *node(fields{}); t.drop("defaults") })

	add(setting("", "account", 111122223333, "11112222333", "1111-2222-3333", "${x}")...)
	add(setting("", "region", "mars-central-1", "us-gov-west-1", "", true, "eu-west-1; rm -rf /")...)
	add(setting("", "partition", "aws-us-gov", "x")...)
	add(setting("", "profile", "documentd", "")...)
	add(setting("", "confusedDeputy", "nowhere", true)...)
	add(setting("", "listByPrefix", "yes", 1)...)
	add(setting("", "stackSet", "yes", 1, []string{"111122223333"})...)
	add(setting("", "stackset", true)...)
	add(setting("", "protect", "no", 0)...)
	add(setting("", "protected", true)...)
	add(setting("buckets", "protect", "no", 0)...)
	add(setting("buckets", "was", "old", []string{}, []string{"a b"}, []string{"x", "x"})...)
	add(setting("operators", "was", "old", []string{}, []string{"a b"}, []string{"x", "x"})...)
	add(setting("keys", "was", "old", []string{}, []string{"a b"}, []string{"x", "x"})...)
	add(setting("keys", "protect", "no", 0)...)
	add(setting("", "descripton", "x")...)
	add(setting("", "description", "a\x00b", strings.Repeat("x", 1001), fields{})...)
	add(setting("", "permissionsBoundary", "x", "arn:aws:iam::111122223333:role/x", "arn:nope:iam::aws:policy/X",
		fields{"arn", "arn:aws:iam::111122223333:policy/x"}, fields{"policy", "x.json"}, fields{"arn", "arn:aws:iam::111122223333:policy/x", "policy", "nowhere.json"},
		fields{"arn", "arn:aws:iam::111122223333:policy/x", "polcy", "x.json"}, []string{"x"})...)
	add(setting("", "targets", []string{}, []string{"jsn"}, []string{"json", "json"}, "json")...)
	add(setting("", "tags", fields{"aws:x", "y"}, fields{"pzgen:x", "y"}, fields{"a", "$"}, fields{"", "x"}, fields{"a", 1}, fields{"A", "1", "a", "2"}, []string{"a"})...)
	add(setting("", "role", fields{"name", "a b"}, fields{"name", strings.Repeat("x", 65)}, fields{"path", "x"}, fields{"path", "/" + strings.Repeat("p/", 120)}, fields{"existing", true}, fields{"managedPolicies", []string{"Nope"}},
		fields{"description", "漢"}, fields{"existing", true, "name", "x", "description", "y"}, "x", fields{"path", "/aws-service-role/"})...)
	add(setting("", "datasetGroup", fields{}, fields{"name", "-x"}, fields{"name", "x", "domain", "VIDEO"}, fields{"name", "x", "key", "nowhere"}, fields{"name", "x", "existing", "yes"})...)
	for _, file := range []string{"../x", "a/../../x", "/x", `a\x`, ".."} {
		add(in("uploads", "file "+file, func(u tree) bool { u.set("file", file); return true }))
	}
	add(setting("", "uploads", []any{fields{"file", "x"}}, []any{fields{"file", "/abs", "to", "nowhere/x"}})...)

	add(setting("buckets", "name", "Upper", "a..b", "ab", "1.2.3.4", "xn--abc", "abc-s3alias", "sthree-x", "x.mrap", "-abc", "a_b", strings.Repeat("x", 64), 12345, "")...)
	add(setting("buckets", "key", "nowhere", "", "None")...)
	add(setting("buckets", "expireAfterDays", -1, 36501, "3", true)...)
	add(setting("buckets", "expireOldVersionsAfterDays", -1, 36501, "3", true)...)
	add(setting("buckets", "accessLogs", "logs", fields{}, true, fields{"bucket", ""}, fields{"bucket", "No"},
		fields{"bucket", "acme-logs", "prefix", ""}, fields{"bucket", "acme-logs", "prefix", "a*"},
		fields{"bucket", "acme-logs", "format", "x"}, fields{"bucket", "xn--x"})...)
	add(setting("buckets", "versionning", true)...)
	add(setting("buckets", "versioning", "true")...)
	add(setting("buckets", "policy", "nowhere.json", "/etc/passwd", "a\nb")...)
	add(in("buckets", "no name", func(b tree) bool { b.drop("name"); b.drop("of"); return true }))
	for _, part := range []string{"buckets", "keys"} {
		add(setting(part, "of", "nowhere/x", "x", "Up/x", "a/b/c", "/x", "x/", "<setup>/x", "")...)
		add(in(part, "a setting of what another setup has", func(thing tree) bool {
			if thing.at("of").Node == nil {
				return false
			}
			thing.set("policy", "x.json")
			return true
		}))
	}
	add(setting("", "role", fields{"of", "nowhere"}, fields{"of", "x/y"}, fields{"of", "Up"}, fields{"of", "x", "name", "y"})...)
	add(in("buckets", "policy of a bucket that is created", func(b tree) bool { b.drop("existing"); b.set("policy", "x.json"); return true }))
	add(in("buckets", "settings of a bucket that exists", func(b tree) bool { b.set("existing", true); b.set("versioning", true); return true }))
	add(broken{"two buckets of one name", func(r *rand.Rand, _, setup tree) bool {
		b := setup.at("buckets")
		name := tree{b.Content[1]}.at("name")
		if name.Node == nil { // it is another setup's
			return false
		}
		b.set("second1", fields{"name", name.Value})
		return true
	}})
	add(broken{"names that are alike", func(r *rand.Rand, _, setup tree) bool {
		b := setup.at("buckets")
		b.set(strings.ToUpper(b.Content[0].Value)+"-", fields{"name", "something-else"})
		return true
	}})
	add(broken{"reserved name", func(r *rand.Rand, _, setup tree) bool {
		setup.at("buckets").set("aws", fields{"name", "something-else"})
		return true
	}})

	add(setting("keys", "alias", "x", "alias/", "alias/aws/s3", "alias/a b", "arn:aws:kms:eu-west-1:111122223333:alias/x")...)
	add(setting("keys", "arn", "x", "arn:aws:kms:eu-west-9:111122223333:key/x", "arn:aws:kms:eu-west-1:111122223333:alias/x", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3", "arn:aws:s3:::x")...)
	add(setting("keys", "deletionWindow", 6, 31, "7")...)
	add(setting("keys", "admins", []string{}, []string{"x"}, []string{"arn:aws:iam::111122223333:policy/x"}, "x")...)
	add(setting("keys", "rotation", "on")...)
	add(setting("keys", "existing", "yes", 1)...)
	add(setting("keys", "exist", true)...)
	add(in("keys", "neither alias nor arn", func(k tree) bool { k.drop("of"); k.drop("alias"); k.drop("arn"); return true }))
	add(in("keys", "both alias and arn", func(k tree) bool {
		k.set("alias", "alias/both")
		k.set("arn", "arn:aws:kms:eu-west-1:111122223333:key/x")
		return true
	}))

	add(setting("workflows", "type", "imports", "", true)...)
	add(setting("workflows", "form", "data/")...)
	for _, where := range []string{"nowhere/x/", "data", "", "/x", "s3://x/y", "arn:aws:s3:::x/y"} {
		add(setting("workflows", "from", where)...)
		add(setting("workflows", "to", where)...)
	}
	for _, prefix := range []string{"*", "a?", "${aws:username}/", "a//b/", "../x/", "./", "<role.arn>", "é/", "a\\b/", "a\"b/", "/", strings.Repeat("x", 300), "a\nb"} {
		add(broken{"prefix", func(r *rand.Rand, _, setup tree) bool {
			_, w := setup.at("workflows").some(r)
			for _, f := range []string{"from", "to"} {
				if l := w.at(f); l.Node != nil {
					bucket, _, _ := strings.Cut(l.Value, "/")
					l.Value = bucket + "/" + prefix
					return true
				}
			}
			return false
		}})
	}
	add(in("workflows", "no type", func(w tree) bool { w.drop("type"); return true }))
	add(in("workflows", "a location too few", func(w tree) bool {
		had := w.at("from").Node != nil || w.at("to").Node != nil && w.at("type").Value != "metric-attribution"
		w.drop("from")
		if w.at("type").Value != "metric-attribution" {
			w.drop("to")
		}
		return had
	}))
	add(in("workflows", "a location too many", func(w tree) bool {
		switch w.at("type").Value {
		case "import", "data-deletion":
			w.set("to", w.at("from").Value)
		case "export":
			w.set("from", w.at("to").Value)
		default:
			return false
		}
		return true
	}))
	add(in("workflows", "writes where it reads", func(w tree) bool {
		if !strings.HasPrefix(w.at("type").Value, "batch") {
			return false
		}
		w.set("to", w.at("from").Value)
		return true
	}))
	add(broken{"list of users under a key", func(r *rand.Rand, _, setup tree) bool {
		b := setup.at("buckets")
		for i := 0; i < len(b.Content); i += 2 {
			if k := (tree{b.Content[i+1]}).at("key"); k.Node != nil && (k.Value != "none" || setup.at("keys", "none").Node != nil) {
				w := setup.at("workflows")
				w.Content = append(w.Content, node(fields{"type", "data-deletion", "from", b.Content[i].Value + "/x/"}))
				w.Style = 0
				return true
			}
		}
		return false
	}})

	add(setting("operators", "access", "admin", "", true)...)
	add(setting("operators", "users", []string{"a b"}, []string{"x", "x"}, []string{""}, "x")...)
	add(setting("operators", "groups", []string{strings.Repeat("g", 129)})...)
	add(setting("operators", "managedPolicies", []string{"AmazonPersonalizeFulAccess"}, []string{"arn:aws:iam::999999999999:policy/x"})...)
	add(in("operators", "no access", func(o tree) bool { o.drop("access"); return true }))

	good := fields{"sid", "Good", "effect", "Allow", "action", "s3:GetObject", "resource", "<role.arn>"}
	change := func(name string, v any) fields {
		f := append(fields{}, good...)
		for i := 0; i < len(f); i += 2 {
			if f[i] == name {
				if v == nil {
					return append(f[:i], f[i+2:]...)
				}
				f[i+1] = v
				return f
			}
		}
		return append(f, name, v)
	}
	for _, s := range []fields{
		change("sid", "PersonalizeMine"), change("sid", "a b"), change("sid", nil), change("effect", "allow"), change("effect", nil), change("action", nil), change("action", []string{}), change("action", "GetObject"),
		change("action", "s3:Get Object"), change("action", "${x}:y"), change("notAction", "s3:*"), change("resource", nil), change("resource", "bucket"), change("resource", "<nowhere.arn>"), change("resource", "<role.nothing>"),
		change("resource", "<role.arn"), change("resource", "arn:aws:s3:::${aws:username"), change("notResource", "*"), change("principal", "*"), change("condition", fields{"StringEqual", fields{"a", "b"}}), change("condition", fields{"StringEquals", "x"}),
		change("condition", fields{"StringEquals", fields{"a", []string{}}}), change("accepted", ""), change("Sid", "x"), change("resource", "arn:aws:s3:::漢"),
	} {
		add(setting("", "statements", fields{"role", []any{s}})...)
	}
	add(setting("", "statements", fields{"role", []any{good, good}}, fields{"roles", []any{}}, fields{"buckets", fields{"nowhere", []any{}}}, fields{"trust", []any{good}}, fields{"role", fields{}},
		fields{"trust", []any{fields{"sid", "x", "effect", "Allow", "action", "sts:AssumeRole"}}}, fields{"trust", []any{fields{"sid", "x", "effect", "Allow", "principal", fields{"Nobody", "x"}, "action", "sts:AssumeRole"}}},
		fields{"trust", []any{fields{"sid", "x", "effect", "Allow", "principal", "me", "action", "sts:AssumeRole"}}})...)
	return out
}

// refusal checks that a refusal names places within the text.
func refusal(t *testing.T, what string, text []byte, ds spec.Diagnostics) {
	t.Helper()
	lines := bytes.Split(text, []byte("\n"))
	for _, d := range ds {
		switch {
		case d.Severity != spec.Error:
		case d.File != "pzgen.yaml" || d.Line < 1 || d.Line > len(lines):
			t.Errorf("%s: %s:%d is no place in the file: %s", what, d.File, d.Line, d.Message)
		case d.Col < 1 || d.Col > utf8.RuneCount(lines[d.Line-1])+1:
			t.Errorf("%s: column %d is not in line %d, %q: %s", what, d.Col, d.Line, lines[d.Line-1], d.Message)
		case d.Message == "" || strings.Contains(d.Message, "\n"):
			t.Errorf("%s: %q is no message", what, d.Message)
		}
	}
}

// Each rule of the format, broken in a random spec, makes Load refuse it at a place in the file.
func TestBrokenSpecs(t *testing.T) {
	rules := rulesToBreak()
	tried := make([]int, len(rules))
	all := seeds(t, 150, 1000)
	for _, seed := range all {
		for i, rule := range rules {
			if len(all) > 1 && (seed+uint64(i))%5 > 0 && tried[i] > 2 {
				continue // a few specs for each rule are enough
			}
			n, files := randomSpec(seed)
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			root := tree{n}
			_, setup := root.at("setups").some(r)
			if !rule.do(r, root, setup) {
				continue
			}
			tried[i]++
			text := yamlText(t, n)
			s, ds := spec.Parse("pzgen.yaml", text, readFiles(files))
			if s != nil || !ds.HasErrors() {
				t.Errorf("PZGEN_SEED=%d: broken, and taken: rule %d, %s\n%s", seed, i, rule.name, text)
				continue
			}
			refusal(t, rule.name, text, ds)
		}
	}
	total := 0
	for i, n := range tried {
		if total += n; n == 0 && len(all) >= 100 {
			t.Errorf("rule %d was never broken: %s", i, rules[i].name)
		}
	}
	t.Logf("%d rules, %d specs", len(rules), total)
}

// A spec in which one value is in another's place, is gone or comes twice is refused at a place in
// the file, or else it has a model that every target prints or refuses. Nothing panics.
func TestDamagedSpecs(t *testing.T) {
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	taken, refused := 0, 0
	seeds := seeds(t, 60, 1000)
	for _, seed := range seeds {
		for i := range uint64(6) {
			n, files := randomSpec(seed)
			r := rand.New(rand.NewPCG(seed, 100+i))
			var all []*yaml.Node
			var walk func(n *yaml.Node)
			walk = func(n *yaml.Node) {
				all = append(all, n)
				for _, c := range n.Content {
					walk(c)
				}
			}
			walk(n)
			a, b := all[r.IntN(len(all))], all[r.IntN(len(all))]
			switch r.IntN(4) {
			case 0:
				*a = *node(hostileTexts[r.IntN(len(hostileTexts))])
			case 1:
				if len(a.Content) > 1 {
					a.Content = a.Content[2:]
				}
			case 2:
				a.Content = append(a.Content[:len(a.Content):len(a.Content)], a.Content...)
			default: // one part in place of another; not within itself
				clone := *b
				data, err := yaml.Marshal(&clone)
				var copied yaml.Node
				if err == nil && yaml.Unmarshal(data, &copied) == nil && len(copied.Content) == 1 {
					*a = *copied.Content[0]
				}
			}
			text, err := yaml.Marshal(n)
			if err != nil {
				continue
			}
			s, ds := spec.Parse("pzgen.yaml", text, readFiles(files))
			if s == nil {
				refused++
				if !ds.HasErrors() {
					t.Errorf("PZGEN_SEED=%d: refused without a reason\n%s", seed, text)
				}
				refusal(t, "damaged", text, ds)
				continue
			}
			taken++
			for _, setup := range s.Setups {
				m, err := model.Build("pzgen.yaml", setup, lib)
				if err != nil {
					continue
				}
				for _, g := range generators.For(m.Targets) {
					if _, err := g.Print(m); err != nil && strings.Contains(err.Error(), "%!") {
						t.Errorf("PZGEN_SEED=%d: %v", seed, err)
					}
				}
			}
		}
	}
	t.Logf("%d taken, %d refused", taken, refused)
	if len(seeds) >= 50 && (taken < 50 || refused < 50) {
		t.Error("that is too little of one kind")
	}
}
