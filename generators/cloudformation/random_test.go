package cloudformation

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/output"
)

// spot is a node of a template with its path and what it is in.
type spot struct {
	n, parent *yaml.Node
	at        int // in the parent's content
	path      string
}

// spots returns the values below a node for which want holds.
func spots(root *yaml.Node, want func(spot) bool) []spot {
	var out []spot
	var walk func(s spot)
	walk = func(s spot) {
		if s.parent != nil && want(s) {
			out = append(out, s)
		}
		for i, c := range s.n.Content {
			switch {
			case s.n.Kind == yaml.SequenceNode:
				walk(spot{c, s.n, i, fmt.Sprintf("%s/%d", s.path, i)})
			case i%2 == 1:
				walk(spot{c, s.n, i, s.path + "/" + s.n.Content[i-1].Value})
			}
		}
	}
	walk(spot{n: root})
	return out
}

func anywhere(spot) bool  { return true }
func scalar(s spot) bool  { return s.n.Kind == yaml.ScalarNode }
func mapping(s spot) bool { return s.n.Kind == yaml.MappingNode }

func inMapping(s spot) bool { return s.parent.Kind == yaml.MappingNode }
func inList(s spot) bool    { return !inMapping(s) }

// computed are values that become what they are when the template is deployed.
func computed(s spot) bool {
	property := strings.HasPrefix(s.path, "/Resources/") && strings.Contains(s.path, "/Properties/")
	return property || strings.HasPrefix(s.path, "/Outputs/") && strings.HasSuffix(s.path, "/Value")
}

func untagged(s spot) bool { return scalar(s) && s.n.Style&yaml.TaggedStyle == 0 }

func needsQuotes(s spot) bool {
	return scalar(s) && s.n.Tag == "!!str" && plainScalar(s.n.Value) != kindString
}

func firstOfStatements(s spot) bool {
	return strings.HasSuffix(s.path, "/Statement/0") && len(s.parent.Content) > 1
}

// literal is a node that reads as it is written here.
func literal(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		panic(err)
	}
	return doc.Content[0]
}

func plain(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// pick is a random edit of one kind: where may take a spot, and do changes it and returns what it
// did, in the notation of mutants.
type pick struct {
	kind, name string
	where      func(spot) bool
	do         func(r *rand.Rand, s spot) string
}

// wrapped puts a function around a value, which stays what it was where the function is kept
// simple.
func wrapped(name, before, after string) pick {
	return pick{decides, name, computed, func(_ *rand.Rand, s spot) string {
		inner := "x"
		if s.n.Kind == yaml.ScalarNode {
			c := *s.n
			c.HeadComment, c.LineComment, c.FootComment = "", "", ""
			b, err := yaml.Marshal(&c)
			if err != nil {
				panic(err)
			}
			inner = strings.TrimSpace(string(b))
		}
		*s.n = *literal(before + inner + after)
		return s.path + "?"
	}}
}

// picks are the kinds of random edits. Each changes the meaning, or is spared.
func picks() []pick {
	return []pick{
		wrapped("If", `{"Fn::If": [Here, `, `, other]}`),
		wrapped("Select", `{"Fn::Select": [0, [`, `]]}`),
		wrapped("ImportValue", `{"Fn::ImportValue": `, `}`),
		wrapped("FindInMap", `{"Fn::FindInMap": [A, `, `, B]}`),
		wrapped("Split", `{"Fn::Split": [",", `, `]}`),
		wrapped("Base64", `{"Fn::Base64": `, `}`),
		wrapped("unknown function", `{"Fn::Unheard": `, `}`),
		{decides, "condition", mapping, func(_ *rand.Rand, s spot) string {
			s.n.Content = append(s.n.Content, plain("Condition"), plain("Here"))
			return s.path + "/Condition+"
		}},
		{decides, "dynamic reference", computed, func(_ *rand.Rand, s spot) string {
			*s.n = *str("{{resolve:ssm:x}}")
			return s.path + "?"
		}},
		{settings, "member more", mapping, func(r *rand.Rand, s spot) string {
			names := []string{"Extra", "Policies", "Properties", "Metadata", "DependsOn"}
			s.n.Content = append(s.n.Content, str(names[r.IntN(len(names))]), plain("x"))
			return s.path + "/+"
		}},
		{settings, "value changed", scalar, func(_ *rand.Rand, s spot) string {
			s.n.Value = otherValue(s.n)
			return s.path + "~"
		}},
		{settings, "member left out", inMapping, func(_ *rand.Rand, s spot) string {
			value := ""
			if s.n.Tag == "!!bool" {
				value = "=" + s.n.Value
			}
			s.parent.Content = slices.Delete(s.parent.Content, s.at-1, s.at+1)
			return s.path + value + "-"
		}},
		{settings, "element left out", inList, func(_ *rand.Rand, s spot) string {
			s.parent.Content = slices.Delete(s.parent.Content, s.at, s.at+1)
			return s.path + "-"
		}},
		{documents, "element twice", inList, func(_ *rand.Rand, s spot) string {
			s.parent.Content = slices.Insert(s.parent.Content, s.at, s.n)
			return s.path + "+"
		}},
		{documents, "sids exchanged", firstOfStatements, func(r *rand.Rand, s spot) string {
			i := 1 + r.IntN(len(s.parent.Content)-1)
			a, b := member(s.parent.Content[0], "Sid"), member(s.parent.Content[i], "Sid")
			if a == nil || b == nil {
				return ""
			}
			a.Value, b.Value = b.Value, a.Value
			return s.path + "?"
		}},
		{addresses, "key renamed", inMapping, func(_ *rand.Rand, s spot) string {
			s.parent.Content[s.at-1].Value += "x"
			return s.path + "!"
		}},
		{addresses, "key in other letters", inMapping, func(_ *rand.Rand, s spot) string {
			k := s.parent.Content[s.at-1]
			if old := k.Value; strings.ToUpper(old) != old {
				k.Value = strings.ToUpper(old)
			} else if k.Value = strings.ToLower(old); k.Value == old {
				return ""
			}
			return s.path + "!"
		}},
		{forms, "key twice", inMapping, func(_ *rand.Rand, s spot) string {
			s.parent.Content = append(s.parent.Content, s.parent.Content[s.at-1], s.n)
			return s.path + "?"
		}},
		{forms, "anchor", anywhere, func(_ *rand.Rand, s spot) string {
			s.n.Anchor = "a"
			return s.path + "?"
		}},
		{forms, "tag", untagged, func(_ *rand.Rand, s spot) string {
			s.n.Tag, s.n.Style = "!!str", s.n.Style|yaml.TaggedStyle
			return s.path + "?"
		}},
		{forms, "no quotes", needsQuotes, func(_ *rand.Rand, s spot) string {
			*s.n = *plain(s.n.Value)
			return s.path + "=" + s.n.Value + "?"
		}},
		{forms, "word of YAML", scalar, func(r *rand.Rand, s spot) string {
			words := strings.Fields("yes No on OFF y 012 0x1f 1_000 12:30 1e3 .5 ~ null 0o17 -1 =")
			*s.n = *plain(words[r.IntN(len(words))])
			return s.path + "?"
		}},
	}
}

var randomEdits = flag.Int("edits", 3, "random edits of each kind in each template")

// TestRandomEdits makes random edits of each kind in every template of the examples.
func TestRandomEdits(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 2))
	n := *randomEdits
	if testing.Short() {
		n = 1
	}
	tried, same := map[string]int{}, map[string]int{}
	for _, s := range append(examples(t), setups(t)...) {
		files, judge := printed(t, s), newJudge(s)
		for i, file := range files {
			if strings.HasSuffix(file.Path, ".yaml") {
				x := trial{r, judge, files, i, n, tried, same}
				x.edits(t)
				x.text(t)
			}
		}
	}
	all, equal := 0, 0
	for kind := range tried {
		t.Logf("%s: %d random edits, %d of them equal in meaning", kind, tried[kind], same[kind])
		all, equal = all+tried[kind], equal+same[kind]
	}
	t.Logf("%d random edits, %d found, %d equal in meaning", all, all-equal, equal)
	if all < 300*n {
		t.Errorf("only %d edits", all)
	}
}

// trial counts the random edits in one file of a setup, by kind.
type trial struct {
	r           *rand.Rand
	judge       *judge
	files       []output.File
	at, times   int // the file, and how often each edit is made
	tried, same map[string]int
}

func (x trial) edits(t *testing.T) {
	changed := slices.Clone(x.files)
	for _, p := range picks() {
		for range x.times {
			var root yaml.Node
			if err := yaml.Unmarshal(x.files[x.at].Data, &root); err != nil {
				t.Fatal(err)
			}
			all := spots(root.Content[0], p.where)
			if len(all) == 0 {
				break
			}
			path := p.do(x.r, all[x.r.IntN(len(all))])
			if path == "" {
				continue
			}
			changed[x.at].Data = encoded(t, &root)
			x.tried[p.kind]++
			if len(x.judge.differences(t, changed)) > 0 {
				continue
			}
			if x.same[p.kind]++; !spared(path) {
				t.Errorf("%s: %s at %s is not found", x.files[x.at].Path, p.name, path)
			}
		}
	}
}

// text changes the text of a template: a letter of the comment at its top, lines, and the name of
// a resource in every place at once.
func (x trial) text(t *testing.T) {
	changed := slices.Clone(x.files)
	try := func(kind, what string, data []byte, harmless bool) {
		changed[x.at].Data = data
		x.tried[kind]++
		found := x.judge.differences(t, changed)
		if harmless {
			x.same[kind]++
		}
		if harmless != (len(found) == 0) {
			t.Errorf("%s: %s: found %v", x.files[x.at].Path, what, found)
		}
	}
	data := x.files[x.at].Data
	top := bytes.Index(data, []byte("\nAWSTemplateFormatVersion"))
	lines := bytes.SplitAfter(data, []byte("\n"))
	first := bytes.Count(data[:top+1], []byte("\n"))
	ids := resourceIDs(t, data)
	for range x.times {
		at := x.r.IntN(top)
		if c := data[at]; letter(c) {
			other := slices.Clone(data)
			other[at] = c ^ ' ' // the other case
			try(copied, fmt.Sprintf("letter %d", at), other, false)
		}
		at = first + x.r.IntN(len(lines)-first)
		commented := slices.Insert(slices.Clone(lines), at, []byte("   # resource\n"))
		try(forms, "a comment", bytes.Join(commented, nil), at > first)
		id := ids[x.r.IntN(len(ids))]
		renamed := regexp.MustCompile(`\b`+id+`\b`).ReplaceAll(data, []byte(id+"X"))
		try(addresses, "rename "+id, renamed, false)
	}
}

// resourceIDs returns the names of the resources of a template.
func resourceIDs(t *testing.T, data []byte) []string {
	var all struct {
		Resources map[string]any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(all.Resources))
}
