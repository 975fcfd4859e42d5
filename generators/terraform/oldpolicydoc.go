package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// origin is where a document was written.
type origin struct {
	place model.FilePlace
	sids  map[string]model.FilePlace
}

func oldPlace(r hcl.Range) model.FilePlace {
	return model.FilePlace{Path: r.Filename, Line: r.Start.Line}
}

// note remembers where a document was written, by its JSON: nothing else goes with a string through Terraform. The first place stays.
func (e *evaluator) note(json string, r hcl.Range) {
	if _, ok := e.origs[json]; !ok {
		e.origs[json] = origin{place: oldPlace(r)}
	}
}

// policyDocument gives the JSON of an aws_iam_policy_document: the source documents merged, the data source's own statements merged into
// them, the override documents merged into all that. (Registry documentation of the data source, "source_policy_documents" and
// "override_policy_documents"; what it does not say was seen with hashicorp/aws 5.100.)
func (e *evaluator) policyDocument(c content) (string, error) {
	own := policy.Document{Version: policy.Version2012}
	if v, ok := c.str("version"); ok {
		if v != policy.Version2012 && v != policy.Version2008 {
			return "", at(c.ranges["version"], "version %q: write %q", v, policy.Version2012)
		}
		own.Version = v
	}
	own.ID, _ = c.str("policy_id")
	where := origin{place: oldPlace(c.line), sids: map[string]model.FilePlace{}}
	for _, b := range c.blocks["statement"] {
		s, err := ownStatement(b, own.Version)
		if err != nil {
			return "", err
		}
		if s.Sid != "" {
			if _, ok := where.sids[s.Sid]; ok {
				return "", at(b.line, "sid %q stands twice", s.Sid)
			}
			where.sids[s.Sid] = oldPlace(b.line)
		}
		own.Statements = append(own.Statements, s)
	}
	sources, err := c.strs("source_policy_documents")
	if err != nil {
		return "", err
	}
	overrides, err := c.strs("override_policy_documents")
	if err != nil {
		return "", err
	}
	// The newest version among them is the version of all, which turns dollar signs of older ones into variables.
	version := own.Version
	for _, text := range slices.Concat(sources, overrides) {
		d, err := policy.DecodeJSON([]byte(text))
		if err != nil {
			return "", at(c.line, "source or override document: %w", err)
		}
		version = max(version, d.Version)
	}
	merged := policy.Document{Version: version}
	for _, text := range sources {
		if err := e.merge(&merged, text, c.line, &where); err != nil {
			return "", err
		}
	}
	if merged, err = mergeStatements(merged, own, own.Version); err != nil {
		return "", at(c.line, "%w", err)
	}
	for _, text := range overrides {
		if err := e.merge(&merged, text, c.line, &where); err != nil {
			return "", err
		}
	}
	out := string(merged.Compact())
	if _, ok := e.origs[out]; !ok {
		e.origs[out] = where
	}
	return out, nil
}

// merge merges a document that stands in JSON.
func (e *evaluator) merge(into *policy.Document, text string, r hcl.Range, where *origin) error {
	if err := oldCarried(text); err != nil {
		return at(r, "source or override document: %w", err)
	}
	d, err := policy.DecodeJSON([]byte(text))
	if err != nil {
		return at(r, "source or override document: %w", err)
	}
	sids := map[string]bool{}
	for _, s := range d.Statements {
		if s.Sid != "" && sids[s.Sid] {
			return at(r, "sid %q stands twice in a source or override document", s.Sid)
		}
		sids[s.Sid] = true
		for name, data := range e.files {
			if s.Sid != "" && string(data) == text {
				where.sids[s.Sid] = model.FilePlace{Path: e.dir + name[1:], Line: s.Pos.Line}
			}
		}
	}
	*into, err = mergeStatements(*into, d, d.Version)
	if err != nil {
		return at(r, "%w", err)
	}
	return nil
}

// mergeStatements puts the statements of d into m: in the place of the one with the same Sid, else at the end.
func mergeStatements(m, d policy.Document, version string) (policy.Document, error) {
	if version != m.Version {
		d.Version = version
		var err error
		if d, err = reread(d, m.Version); err != nil {
			return m, err
		}
	}
	if d.ID != "" {
		m.ID = d.ID
	}
	for _, s := range d.Statements {
		i := -1
		if s.Sid != "" {
			i = slices.IndexFunc(m.Statements, func(o policy.Statement) bool { return o.Sid == s.Sid })
		}
		if i < 0 {
			m.Statements = append(m.Statements, s)
		} else {
			m.Statements[i] = s
		}
	}
	return m, nil
}

// reread gives d as it reads under another version of the policy language, its letters unchanged.
func reread(d policy.Document, version string) (policy.Document, error) {
	var members map[string]json.RawMessage
	if len(d.Statements) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(d.Compact(), &members); err != nil {
		return d, err
	}
	members["Version"] = json.RawMessage(policy.JSONString(version))
	text, err := json.Marshal(members)
	if err != nil {
		return d, err
	}
	return policy.DecodeJSON(text)
}

// carried refuses what the provider drops from a source document, or cannot read, without the policy language forbidding it: condition values that
// are numbers, empty lists, and a Statement that is an object.
func oldCarried(text string) error {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var d struct {
		Statement []struct{ Condition map[string]map[string]any }
	}
	if bytes.HasPrefix(bytes.TrimSpace([]byte(text)), []byte("[")) {
		return fmt.Errorf("it is a list, not a policy document")
	}
	if err := dec.Decode(&d); err != nil {
		return fmt.Errorf("the provider cannot read it: %w", err)
	}
	for _, s := range d.Statement {
		for _, keys := range s.Condition {
			for key, v := range keys {
				list, ok := v.([]any)
				if !ok {
					list = []any{v}
				}
				for _, v := range list {
					if _, ok := v.(json.Number); ok || v == nil {
						return fmt.Errorf("the provider drops the condition on %q: put %v in quotes", key, v)
					}
				}
			}
		}
	}
	return nil
}
