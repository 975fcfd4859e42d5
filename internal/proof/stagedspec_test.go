package proof

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
	"gopkg.in/yaml.v3"
)

// stage is the second setup of a staged spec.
const stage = "zz-stage"

// staged turns a random spec of one setup into two stages: a random part of the setup is in
// defaults, with placeholders, and a second setup inherits it. It returns the same written out too.
// It is not ok for a spec of which there cannot be two.
func staged(seed uint64) (short, long *yaml.Node, files map[string][]byte, ok bool) {
	root, files := randomSpec(seed)
	r := rand.New(rand.NewPCG(seed, 7))
	setups := tree{root}.at("setups")
	if len(setups.Content) != 2 {
		return nil, nil, nil, false
	}
	name, body := setups.Content[0].Value, tree{setups.Content[1]}
	defaults := tree{root}.at("defaults")
	if defaults.Node == nil {
		defaults = tree{node(fields{})}
	}
	account, region := body.at("account"), body.at("region")
	if account.Node == nil {
		account, region = defaults.at("account"), defaults.at("region")
	}
	longest := max(len(name), len(stage))
	// fill puts placeholders into a name, and makes it one of the stage's own.
	fill := func(t tree, most int, behind string) bool {
		if t.Node == nil {
			return true
		}
		t.Value = strings.ReplaceAll(t.Value, account.Value, "<account>")
		grown := len(t.Value) + len(behind) + longest
		if strings.Contains(behind, "<region>") {
			grown += len(region.Value)
		}
		if strings.Contains(t.Value, "<account>") {
			grown += len(account.Value)
		}
		t.Value += behind
		return grown <= most
	}
	fine := true
	role := body.at("role")
	if role.at("existing").Node == nil {
		fine = fill(role.at("name"), 64, "<setup>")
	}
	fine = fine && fill(role.at("policy", "name"), 128, "+<setup>")
	each(body.at("buckets"), func(b tree) {
		if b.at("existing").Node == nil {
			fine = fine && fill(b.at("name"), 63, "-<setup>")
		}
	})
	each(body.at("keys"), func(k tree) {
		fine = fine && fill(k.at("alias"), 250, "/<setup>_<region>")
		if arn := k.at("arn"); arn.Node != nil {
			fill(arn, 2000, "")
		}
		each(k.at("admins"), func(a tree) { fill(a, 2000, "") })
	})
	each(body.at("workflows"), func(w tree) {
		for _, l := range []string{"from", "to"} {
			if t := w.at(l); t.Node != nil && strings.HasSuffix(t.Value, "/") {
				fill(t, 2000, "<setup>/<region>/")
			}
		}
	})
	fill(body.at("datasetGroup", "name"), 63, "")
	each(body.at("operators"), func(o tree) {
		fine = fine && fill(o.at("policy", "name"), 128, "+<setup>")
		for _, list := range []string{"users", "groups", "roles"} {
			each(o.at(list), func(t tree) { fine = fine && fill(t, 64, "+<setup>") })
		}
	})
	fill(body.at("permissionsBoundary"), 2000, "")
	if body.at("statements").Node != nil && sharesPolicy(body) {
		return nil, nil, nil, false // no Sid may be in one policy twice
	}
	if !fine {
		return nil, nil, nil, false
	}

	other := tree{node(fields{"account", account.Value, "region", region.Value})}
	written := tree{clone(body.Node)}
	if written.at("account").Node == nil {
		written.Content = append(clone(other.Node).Content, written.Content...)
	}
	if tags := defaults.at("tags"); tags.Node != nil && written.at("tags").Node == nil {
		written.Content = append(written.Content, node("tags"), clone(tags.Node))
	} else if tags.Node != nil {
		for i := 0; i < len(tags.Content); i += 2 {
			if written.at("tags", tags.Content[i].Value).Node == nil {
				t := written.at("tags")
				t.Content = append(t.Content, clone(tags.Content[i]), clone(tags.Content[i+1]))
			}
		}
	}
	long = node(fields{"version", 1, "setups", fields{}})
	list := tree{long}.at("setups")
	for _, s := range []string{name, stage} {
		filled := clone(written.Node)
		fillIn(filled, strings.NewReplacer("<setup>", s, "<account>", account.Value, "<region>", region.Value))
		list.Content = append(list.Content, node(s), filled)
	}

	// What is not in defaults stays with both, of which the second has a copy.
	kept := tree{node(fields{})}
	for i := 0; i < len(body.Content); i += 2 {
		k, v := body.Content[i], body.Content[i+1]
		switch field := k.Value; {
		case field == "account" || field == "region":
			kept.Content = append(kept.Content, k, v)
		case field != "tags" && r.IntN(4) > 0:
			defaults.set(field, "")
			*defaults.at(field).Node = *v
		case v.Kind == yaml.MappingNode && len(v.Content) > 2 &&
			!slices.Contains([]string{"datasetGroup", "tags", "permissionsBoundary"}, field):
			mine, shared := node(fields{}), node(fields{}) // some of its entries
			for j := 0; j < len(v.Content); j += 2 {
				to := []*yaml.Node{mine, shared}[r.IntN(2)]
				to.Content = append(to.Content, v.Content[j], v.Content[j+1])
			}
			defaults.set(field, "")
			*defaults.at(field).Node = *shared
			kept.Content = append(kept.Content, k, mine)
		default:
			kept.Content = append(kept.Content, k, v)
		}
	}
	second := tree{clone(kept.Node)}
	for i := 0; i < len(other.Content); i += 2 {
		if second.at(other.Content[i].Value).Node == nil {
			second.Content = append(second.Content, other.Content[i], other.Content[i+1])
		}
	}
	// An entry that nobody wants is dropped by both.
	if r.IntN(3) == 0 {
		defaults.Content = append(defaults.Content, node("ownFiles"), node([]string{"x/*"}))
		for _, s := range []tree{kept, second} {
			s.Content = append(s.Content, node("ownFiles"), node(nil))
		}
	}
	short = node(fields{"version", 1})
	short.Content = append(short.Content, node("defaults"), defaults.Node, node("setups"), &yaml.Node{
		Kind: yaml.MappingNode, Content: []*yaml.Node{node(name), kept.Node, node(stage), second.Node}})
	return short, long, files, true
}

// sharesPolicy reports whether something that exists, whose policy both stages then write into, is
// in a setup.
func sharesPolicy(body tree) bool {
	shared := false
	each(body.at("buckets"), func(b tree) { shared = shared || b.at("existing").Node != nil })
	each(body.at("keys"), func(k tree) { shared = shared || k.at("arn").Node != nil })
	return shared
}

// each calls f for the values of a mapping or list.
func each(t tree, f func(tree)) {
	if t.Node == nil {
		return
	}
	for i, c := range t.Content {
		if t.Kind == yaml.SequenceNode || i%2 == 1 {
			f(tree{c})
		}
	}
}

func clone(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out.Content[i] = clone(c)
	}
	return &out
}

func fillIn(n *yaml.Node, with *strings.Replacer) {
	if n.Kind == yaml.ScalarNode {
		n.Value = with.Replace(n.Value)
	}
	for _, c := range n.Content {
		fillIn(c, with)
	}
}

var inSpec = regexp.MustCompile(`the spec, line \d+`)

// Two stages that inherit a random part of a spec are what they are written out, in every target.
func TestStagedSpecs(t *testing.T) {
	lib, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	print := func(text []byte, files map[string][]byte) ([]output.File, string) {
		s, ds := spec.Parse("pzgen.yaml", text, readFiles(files))
		if s == nil {
			return nil, ds.String()
		}
		var all []output.File
		for _, setup := range s.Setups {
			m, err := model.Build("pzgen.yaml", setup, lib)
			if err != nil {
				return nil, err.Error()
			}
			for _, g := range generators.For(m.Targets) {
				fs, err := g.Print(m)
				if err != nil {
					return nil, err.Error()
				}
				all = append(all, fs...)
			}
		}
		for i := range all { // a README says where a statement of the spec's own is
			all[i].Data = inSpec.ReplaceAll(all[i].Data, []byte("the spec"))
		}
		return all, ""
	}
	tried, printed, filled := 0, 0, 0
	all := seeds(t, 120, 1000)
	for _, seed := range all {
		short, long, files, ok := staged(seed)
		if !ok {
			continue
		}
		tried++
		text, plain := yamlText(t, short), yamlText(t, long)
		got, refused := print(text, files)
		want, alsoRefused := print(plain, files)
		switch {
		case (refused == "") != (alsoRefused == ""):
			t.Errorf("PZGEN_SEED=%d: inherited: %q, written out: %q\n%s\n%s", seed, refused, alsoRefused, text, plain)
			continue
		case len(got) != len(want):
			t.Errorf("PZGEN_SEED=%d: %d files, and %d written out", seed, len(got), len(want))
			continue
		case refused == "":
			printed++
		}
		if bytes.Contains(text, []byte("<setup>")) {
			filled++
		}
		for i := range want {
			if got[i].Path != want[i].Path || !bytes.Equal(got[i].Data, want[i].Data) {
				t.Errorf("PZGEN_SEED=%d: %s differs:\n%s\n%s", seed, want[i].Path,
					output.Diff(want[i].Path, want[i].Data, got[i].Data), text)
				break
			}
		}
	}
	t.Logf("%d of %d specs in stages, %d printed, %d with names of their own", tried, len(all), printed, filled)
	if len(all) > 1 && (tried < len(all)/8 || printed < tried/2 || filled < tried/2) {
		t.Error("that is too little")
	}
}
