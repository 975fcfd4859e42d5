package snapshot

import (
	"bytes"

	"github.com/pzgen/pzgen/internal/pattern"
	"gopkg.in/yaml.v3"
)

var setupsLine = pattern.Lazy(`(?m)^setups\s*:`)

// outermost returns the names of the members of the object that a file holds; none for a file of another form. JSON
// is read as the YAML that it is.
func outermost(data []byte) map[string]bool {
	if setupsLine().Match(data) { // a large spec is parsed once, by its own reader
		return map[string]bool{"setups": true}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &root); err != nil || len(root.Content) == 0 {
		return nil
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil
	}
	names := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		names[top.Content[i].Value] = true
	}
	return names
}
