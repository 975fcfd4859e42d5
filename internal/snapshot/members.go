package snapshot

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/pattern"
	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
)

var setupsLine = pattern.Lazy(`(?m)^setups\s*:`)

// outermost returns the names of the members of the object that a file holds; none for a file of another form.
func outermost(data []byte) map[string]bool {
	if setupsLine().Match(data) { // a large spec is parsed once, by its own reader
		return map[string]bool{"setups": true}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) == nil { // faster, and indented by tabs, too
		names := map[string]bool{}
		for name := range object {
			names[name] = true
		}
		return names
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
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

var yamlLine = pattern.Lazy(`line ([0-9]+): `)

// faulty returns why a file is neither YAML nor JSON, with its place; nil for one that is.
func faulty(name string, data []byte) error {
	var root yaml.Node
	err := yaml.Unmarshal(data, &root)
	if err == nil {
		return nil
	}
	at := deployed.Place{Path: name, Line: 1, Col: 1}
	if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
	}
	return deployed.Errorf(at, "it is neither YAML nor JSON: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}
