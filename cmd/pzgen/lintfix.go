package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/lint"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/policy"
)

// fix puts policy documents right, those named and those in folders that are named, and says what
// it did. What is no policy document in JSON is left as it is.
func (e *env) fix(args []string, kind lint.Kind) error {
	for _, arg := range args {
		files := []string{arg}
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(globbed(arg), "*.json")); err != nil {
				return err
			}
		}
		fixable := false
		for _, name := range files {
			is, err := e.fixFile(name, kind)
			if err != nil {
				return err
			}
			fixable = fixable || is
		}
		if !fixable && !e.quiet {
			fmt.Fprintf(e.stderr, "%s: --fix is for policy documents in JSON\n",
				findings.Plain(arg))
		}
	}
	return nil
}

// globbed returns a name in which nothing is a pattern.
func globbed(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// fixFile puts one file right, and reports whether it is a policy document.
func (e *env) fixFile(name string, kind lint.Kind) (bool, error) {
	if name == "-" || strings.HasPrefix(name, "git:") {
		return false, nil
	}
	data, err := readfile.File(name, policy.MaxOutput)
	if err != nil {
		return false, nil // reading it again says why
	}
	doc, err := policy.DecodeJSON(data)
	if err != nil {
		return false, nil
	}
	fixed, done := lint.Fix(doc, kind, filepath.Base(name))
	if len(done) == 0 {
		return true, nil
	}
	out := fixed.JSON()
	if bytes.HasSuffix(data, []byte("\n")) && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	if err := replaceFile(name, out); err != nil {
		return true, err
	}
	for _, what := range done {
		fmt.Fprintf(e.stderr, "%s: fixed: %s\n", findings.Plain(name), findings.Plain(what))
	}
	return true, nil
}

// maxParameters is the most bytes of a file of parameters.
const maxParameters = 4 << 20

// readParameters reads values of parameters: the list of objects that `aws cloudformation
// create-stack` takes, the list of NAME=VALUE or the object with Parameters that `deploy` takes,
// or an object of values, as of Terraform.
func (e *env) readParameters(name string) (map[string]string, error) {
	const hint = `write {"Name": "value"}, or [{"ParameterKey": "Name", "ParameterValue": "value"}]`
	data, shown, err := e.readNamed(name, maxParameters, hint)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	wrong := func() error { return usagef(hint, "%q does not hold values of parameters", shown) }
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil {
		for _, item := range list {
			var pair string
			var object struct{ ParameterKey, ParameterValue *string }
			if json.Unmarshal(item, &pair) == nil {
				key, value, ok := strings.Cut(pair, "=")
				if !ok {
					return nil, wrong()
				}
				out[key] = value
			} else if json.Unmarshal(item, &object) == nil && object.ParameterKey != nil &&
				object.ParameterValue != nil {
				out[*object.ParameterKey] = *object.ParameterValue
			} else {
				return nil, wrong()
			}
		}
		return out, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		return nil, wrong()
	}
	if inner, ok := object["Parameters"]; ok && len(object) == 1 {
		if object = nil; json.Unmarshal(inner, &object) != nil {
			return nil, wrong()
		}
	}
	for key, value := range object {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out[key] = text
	}
	return out, nil
}
