package cloudformation

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gopkg.in/yaml.v3"
)

// harmless are the places where a change grants nothing, loses nothing and shows nothing that
// people copy.
var harmless = []*regexp.Regexp{
	regexp.MustCompile(`^/(Description|Metadata)(/|[~-]$)`),
	regexp.MustCompile(`^/AWSTemplateFormatVersion-$`), // optional
	regexp.MustCompile(`^/Parameters/\w+/(Description|ConstraintDescription)[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace/Assertions/\d/AssertDescription[~-]$`),
	regexp.MustCompile(`^/Rules/RightPlace!$`),               // the name of a rule
	regexp.MustCompile(`^/Resources/\w+/Metadata(/|-$)`),     // for cfn-lint
	regexp.MustCompile(`^/Resources/\w+/DependsOn(/\d)?\+$`), // said twice
	regexp.MustCompile(`^/Outputs/\w+/Description[~-]$`),
	// The default of each is false.
	regexp.MustCompile(`^/Resources/\w+/Properties/PublicAccessBlockConfiguration/\w+=false-$`),
	regexp.MustCompile(`^/Resources/\w+/Properties/EnableKeyRotation=false-$`),
	regexp.MustCompile(`/(Action|NotAction|Resource|NotResource)/\d+\+$`), // said twice
	regexp.MustCompile(`/(Principal|Condition)/.*/\d+\+$`),
	regexp.MustCompile(`/Condition/.*=(true|false)\?$`), // the same with and without quotes
}

// mutants calls f with the text of a template after each single change: each scalar changed (~),
// each member and element left out (-), each key renamed (!), each element doubled (+). The path
// is that of the change; a boolean that is left out is told with its value.
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
