package cloudformation

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/output"
)

// harmless are the places where a change grants nothing, loses nothing and shows nothing that people copy.
var harmless = []*regexp.Regexp{
	regexp.MustCompile(`^/(Description|Metadata)(/|[~-]$)`),
	regexp.MustCompile(`^/AWSTemplateFormatVersion-$`), // optional
	regexp.MustCompile(`^/Parameters/\w+/(Description|ConstraintDescription)[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace/Assertions/\d/AssertDescription[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace!$`),               // the name of a rule
	regexp.MustCompile(`^/Resources/\w+/Metadata(/|-$)`),     // for cfn-lint
	regexp.MustCompile(`^/Resources/\w+/DependsOn(/\d)?\+$`), // said twice
	regexp.MustCompile(`^/Outputs/\w+/Description[~-]$`),
	regexp.MustCompile(`^/Resources/\w+/Properties/PublicAccessBlockConfiguration/\w+=false-$`), // the default of each
	regexp.MustCompile(`^/Resources/\w+/Properties/EnableKeyRotation=false-$`),                  // likewise
	regexp.MustCompile(`/(Action|NotAction|Resource|NotResource)/\d+\+$`),                       // said twice
	regexp.MustCompile(`/(Principal|Condition)/.*/\d+\+$`),
	regexp.MustCompile(`/Condition/.*=(true|false)\?$`), // the same with and without quotes
}

// mutants calls f with the text of a template after each single change: each scalar changed (~), each member and
// element left out (-), each key renamed (!), each element doubled (+). The path is that of the change; a boolean that
// is left out is told with its value.
func mutants(t *testing.T, data []byte, f func(path string, data []byte)) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	write := func(path string) { f(path, encoded(t, &root)) }
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch n.Kind {
		case yaml.ScalarNode:
			old := n.Value
			n.Value = otherValue(n)
			write(path + "~")
			n.Value = old
			return
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				whole, k := n.Content, n.Content[i]
				p, value := path+"/"+k.Value, ""
				if n.Content[i+1].Tag == "!!bool" {
					value = "=" + n.Content[i+1].Value
				}
				n.Content = slices.Delete(slices.Clone(whole), i, i+2)
				write(p + value + "-")
				n.Content = whole
				old := k.Value
				k.Value += "x"
				write(p + "!")
				k.Value = old
				walk(n.Content[i+1], p)
			}
		case yaml.SequenceNode:
			for i := range n.Content {
				whole, p := n.Content, fmt.Sprintf("%s/%d", path, i)
				n.Content = slices.Delete(slices.Clone(whole), i, i+1)
				write(p + "-")
				n.Content = slices.Insert(slices.Clone(whole), i, whole[i])
				write(p + "+")
				n.Content = whole
				walk(n.Content[i], p)
			}
		}
	}
	walk(root.Content[0], "")
}

// otherValue returns another value than that of a scalar, of the same type.
func otherValue(n *yaml.Node) string {
	switch n.Tag {
	case "!!bool":
		return strconv.FormatBool(n.Value != "true")
	case "!!int":
		return n.Value + "1"
	}
	return n.Value + "x"
}

func encoded(t testing.TB, root *yaml.Node) []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spared reports whether nobody needs to notice a change at a path.
func spared(path string) bool {
	return slices.ContainsFunc(harmless, func(h *regexp.Regexp) bool { return h.MatchString(path) })
}

func TestMutants(t *testing.T) {
	tried := 0
	var survived atomic.Int64
	for _, s := range setups(t) {
		files, judge := printed(t, s), newJudge(s)
		for i, file := range files {
			if !strings.HasSuffix(file.Path, ".yaml") {
				continue
			}
			var group sync.WaitGroup
			running := make(chan bool, runtime.GOMAXPROCS(0))
			mutants(t, file.Data, func(path string, data []byte) {
				if tried++; testing.Short() && tried%10 > 0 {
					return
				}
				running <- true
				group.Go(func() {
					defer func() { <-running }()
					changed := slices.Clone(files)
					changed[i].Data = data
					if len(judge.differences(t, changed)) > 0 {
						return
					}
					if survived.Add(1); !spared(path) {
						t.Errorf("%s: nobody notices a change of %s", file.Path, path)
					}
				})
			})
			group.Wait()
		}
	}
	t.Logf("%d changes, %d of them equal in meaning", tried, survived.Load())
	if tried < 2500 {
		t.Errorf("only %d changes", tried)
	}
}

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

func anywhere(spot) bool { return true }
func scalar(s spot) bool { return s.n.Kind == yaml.ScalarNode }
func mapping(s spot) bool {
	return s.n.Kind == yaml.MappingNode
}
func inMapping(s spot) bool { return s.parent.Kind == yaml.MappingNode }

// computed are values that become what they are when the template is deployed.
func computed(s spot) bool {
	return strings.HasPrefix(s.path, "/Resources/") && strings.Contains(s.path, "/Properties/") || strings.HasPrefix(s.path, "/Outputs/")
}

// literal is a scalar node that reads as it is written here.
func literal(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		panic(err)
	}
	return doc.Content[0]
}

// pick is a random edit of one kind: where may take a spot, and do changes it and reports what it did, in the notation
// of mutants.
type pick struct {
	kind, name string
	where      func(spot) bool
	do         func(r *rand.Rand, s spot) string
}

// wrapped puts a function around a value, which stays what it was where the function is kept simple.
func wrapped(name, before, after string) pick {
	return pick{decides, name, func(s spot) bool {
		return computed(s) && !strings.HasPrefix(s.path, "/Outputs/") || strings.HasSuffix(s.path, "/Value")
	},
		func(_ *rand.Rand, s spot) string {
			inner := strings.TrimSpace(string(encodedNode(s.n)))
			if s.n.Kind != yaml.ScalarNode {
				inner = "x"
			}
			*s.n = *literal(before + inner + after)
			return s.path + "?"
		}}
}

func encodedNode(n *yaml.Node) []byte {
	c := *n
	c.HeadComment, c.LineComment, c.FootComment = "", "", ""
	b, err := yaml.Marshal(&c)
	if err != nil {
		panic(err)
	}
	return b
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
			s.n.Content = append(s.n.Content, literal("Condition"), literal("Here"))
			return s.path + "/Condition+"
		}},
		{decides, "dynamic reference", func(s spot) bool { return scalar(s) && computed(s) && !strings.HasSuffix(s.path, "/Description") },
			func(_ *rand.Rand, s spot) string {
				*s.n = *str("{{resolve:ssm:x}}")
				return s.path + "?"
			}},
		{settings, "member more", mapping, func(r *rand.Rand, s spot) string {
			s.n.Content = append(s.n.Content, str([]string{"Extra", "Policies", "Properties", "Metadata", "DependsOn"}[r.IntN(5)]), literal("x"))
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
		{settings, "element left out", func(s spot) bool { return !inMapping(s) }, func(_ *rand.Rand, s spot) string {
			s.parent.Content = slices.Delete(s.parent.Content, s.at, s.at+1)
			return s.path + "-"
		}},
		{documents, "element twice", func(s spot) bool { return !inMapping(s) }, func(_ *rand.Rand, s spot) string {
			s.parent.Content = slices.Insert(s.parent.Content, s.at, s.n)
			return s.path + "+"
		}},
		{addresses, "key renamed", inMapping, func(_ *rand.Rand, s spot) string {
			s.parent.Content[s.at-1].Value += "x"
			return s.path + "!"
		}},
		{addresses, "key in other letters", inMapping, func(_ *rand.Rand, s spot) string {
			k := s.parent.Content[s.at-1]
			if k.Value = strings.ToUpper(k.Value); k.Value == strings.TrimPrefix(s.path[strings.LastIndex(s.path, "/"):], "/") {
				k.Value = strings.ToLower(k.Value)
			}
			return s.path + "!"
		}},
		{forms, "key twice", inMapping, func(_ *rand.Rand, s spot) string {
			s.parent.Content = append(s.parent.Content, s.parent.Content[s.at-1], s.n)
			return s.path + "?"
		}},
		{forms, "anchor", anywhere, func(_ *rand.Rand, s spot) string { s.n.Anchor = "a"; return s.path + "?" }},
		{forms, "tag", func(s spot) bool { return scalar(s) && s.n.Style&yaml.TaggedStyle == 0 }, func(_ *rand.Rand, s spot) string {
			s.n.Tag, s.n.Style = "!!str", s.n.Style|yaml.TaggedStyle
			return s.path + "?"
		}},
		{forms, "no quotes", func(s spot) bool { return scalar(s) && plainScalar(s.n.Value) != kindString && s.n.Tag == "!!str" },
			func(_ *rand.Rand, s spot) string {
				*s.n = yaml.Node{Kind: yaml.ScalarNode, Value: s.n.Value}
				return s.path + "=" + s.n.Value + "?"
			}},
		{forms, "word of YAML", scalar, func(r *rand.Rand, s spot) string {
			words := []string{"yes", "No", "on", "OFF", "y", "012", "0x1f", "1_000", "12:30", "1e3", ".5", "~", "null", "0o17", "-1", "="}
			*s.n = yaml.Node{Kind: yaml.ScalarNode, Value: words[r.IntN(len(words))]}
			return s.path + "?"
		}},
		{documents, "sids exchanged", func(s spot) bool { return strings.HasSuffix(s.path, "/Statement/0") && len(s.parent.Content) > 1 },
			func(r *rand.Rand, s spot) string {
				i := 1 + r.IntN(len(s.parent.Content)-1)
				a, b := member(s.parent.Content[0], "Sid"), member(s.parent.Content[i], "Sid")
				if a == nil || b == nil {
					return ""
				}
				a.Value, b.Value = b.Value, a.Value
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
				randomEditsOf(t, r, judge, files, i, n, tried, same)
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

func randomEditsOf(t *testing.T, r *rand.Rand, judge *judge, files []output.File, i, n int, tried, same map[string]int) {
	changed := slices.Clone(files)
	for _, p := range picks() {
		for range n {
			var root yaml.Node
			if err := yaml.Unmarshal(files[i].Data, &root); err != nil {
				t.Fatal(err)
			}
			all := spots(root.Content[0], p.where)
			if len(all) == 0 {
				break
			}
			path := p.do(r, all[r.IntN(len(all))])
			if path == "" {
				continue
			}
			changed[i].Data = encoded(t, &root)
			tried[p.kind]++
			if len(judge.differences(t, changed)) > 0 {
				continue
			}
			if same[p.kind]++; !spared(path) {
				t.Errorf("%s: %s at %s is not found", files[i].Path, p.name, path)
			}
		}
	}
	textEdits(t, r, judge, files, i, n, tried, same)
}

// textEdits changes the text of a template: a letter of the comment at its top, lines, and the name of a resource in
// every place at once.
func textEdits(t *testing.T, r *rand.Rand, judge *judge, files []output.File, i, n int, tried, same map[string]int) {
	changed := slices.Clone(files)
	try := func(kind, what string, data []byte, harmless bool) {
		changed[i].Data = data
		tried[kind]++
		found := judge.differences(t, changed)
		if harmless {
			same[kind]++
		}
		if harmless != (len(found) == 0) {
			t.Errorf("%s: %s: found %v", files[i].Path, what, found)
		}
	}
	data := files[i].Data
	top := bytes.Index(data, []byte("\nAWSTemplateFormatVersion"))
	lines := bytes.SplitAfter(data, []byte("\n"))
	first := bytes.Count(data[:top+1], []byte("\n"))
	var ids []string
	for id := range newTemplateIDs(t, data) {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for range n {
		at := r.IntN(top)
		if c := data[at]; letter(c) {
			other := slices.Clone(data)
			other[at] = c ^ ' ' // the other case
			try(copied, fmt.Sprintf("letter %d", at), other, false)
		}
		at = first + r.IntN(len(lines)-first)
		try(forms, "a comment", bytes.Join(slices.Insert(slices.Clone(lines), at, []byte("   # resource\n")), nil), at > first)
		id := ids[r.IntN(len(ids))]
		try(addresses, "rename "+id, regexp.MustCompile(`\b`+id+`\b`).ReplaceAll(data, []byte(id+"X")), false)
	}
}

// newTemplateIDs returns the names of the resources of a template.
func newTemplateIDs(t *testing.T, data []byte) map[string]any {
	var all struct {
		Resources map[string]any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Resources
}
