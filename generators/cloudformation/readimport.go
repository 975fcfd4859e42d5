package cloudformation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// outputs evaluates outputs, so that none refers to what is not there, and takes from them what is to be attached by hand.
func (t *template) outputs() error {
	byHand := map[string]string{t.names.roleByHand: "role.managedPolicies"}
	for i, o := range t.setup.Operators {
		p := "operator." + o.ID + "."
		if _, ok := t.reading.Settings[p+"users"]; ok || len(o.Policies) == 0 {
			t.reading.Settings[p+"managedPolicies"] = ""
			byHand[t.names.operators[i].byHand] = p + "managedPolicies"
		}
	}
	if t.setup.Role.Existing {
		t.reading.Settings["role.managedPolicies"] = ""
	} else {
		delete(byHand, t.names.roleByHand)
	}
	return t.section("Outputs", func(key, n *yaml.Node) error {
		v, err := t.value(n)
		if err != nil {
			return err
		}
		f := t.fields("output "+key.Value, v)
		f.optional("Description")
		arns := f.str("Value")
		if setting, ok := byHand[key.Value]; ok {
			t.reading.Settings[setting] = words(strings.Split(arns, " "))
		}
		return f.done()
	})
}

// complete looks for what only absence shows, and lists what is left to be done by hand.
func (t *template) complete() error {
	if t.setup.DatasetGroup != nil && !t.group {
		return t.errorf(t.root, "template has no dataset group %q", t.setup.DatasetGroup.Name)
	}
	for _, h := range byHand(t.setup) {
		t.reading.ByHand = append(t.reading.ByHand, h.name)
	}
	return nil
}

// readImport checks that the template for importing holds policies as they are, for the buckets whose policies come under the stack, and that
// the list beside it names the same. Importing another document would hide a change; names, account and region are those of template.yaml.
func readImport(s *model.Setup, found map[string]*output.File, env, defaults policy.Env) error {
	want := map[string]model.Bucket{}
	for _, b := range s.Buckets {
		if adopts(b) {
			want[b.ID] = b
		}
	}
	for _, name := range []string{"import.yaml", "resources-to-import.json"} {
		switch f := found[name]; {
		case f == nil && len(want) > 0:
			return fmt.Errorf("%s/cloudformation/%s: file is missing", s.Name, name)
		case f != nil && len(want) == 0:
			return fmt.Errorf("%s: setup %q has nothing to import: remove the file", f.Path, s.Name)
		}
	}
	if len(want) == 0 {
		return nil
	}
	t, err := newTemplate(s, *found["import.yaml"], env)
	if err != nil {
		return err
	}
	if err := t.bind(); err != nil {
		return err
	}
	for r, v := range t.reading.Defaults {
		if w, ok := defaults[r]; !ok || v != w {
			return t.errorf(t.root, "%s is %q here and %q in template.yaml", r, v, w)
		}
	}
	imports := map[string]string{} // bucket names by logical id
	for _, r := range t.order {
		if r.kind != "AWS::S3::BucketPolicy" || !r.active {
			return t.errorf(r.node, "resource %s is not one that is imported", r.id)
		}
	}
	for _, b := range s.Buckets {
		d, ok := t.reading.Documents[b.Policy.Name]
		if _, wanted := want[b.ID]; ok != wanted {
			return t.errorf(t.root, "policy of bucket %q is in this template or in the setup, not in both", b.ID)
		}
		if !ok {
			continue
		}
		if !bytes.Equal(d.JSON(), b.Base.JSON()) {
			return fmt.Errorf("%s:%d: policy of bucket %q is not the one that it has", t.path, t.reading.Places[b.Policy.Name].Line, b.ID)
		}
		for _, r := range t.order {
			bucket, err := t.value(member(r.properties, "Bucket"))
			if err != nil {
				return err
			}
			if bucket.text == env[model.RefBucketName(b.ID)] {
				imports[r.id] = t.reading.Defaults[model.RefBucketName(b.ID)]
			}
		}
	}
	return readImportList(*found["resources-to-import.json"], imports)
}

func readImportList(f output.File, imports map[string]string) error {
	var list []struct {
		ResourceType       string
		LogicalResourceId  string
		ResourceIdentifier map[string]string
	}
	dec := json.NewDecoder(bytes.NewReader(f.Data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return fmt.Errorf("%s: not a list of resources to import: %w", f.Path, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%s: something stands after the list", f.Path)
	}
	var left []string
	for id := range imports {
		left = append(left, id)
	}
	sort.Strings(left)
	for _, r := range list {
		bucket, ok := imports[r.LogicalResourceId]
		if !ok || r.ResourceType != "AWS::S3::BucketPolicy" || len(r.ResourceIdentifier) != 1 || r.ResourceIdentifier["Bucket"] != bucket {
			return fmt.Errorf("%s: %s %q with identifier %q is not in import.yaml", f.Path, r.ResourceType, r.LogicalResourceId, r.ResourceIdentifier)
		}
		for i, id := range left {
			if id == r.LogicalResourceId {
				left = append(left[:i], left[i+1:]...)
				break
			}
		}
	}
	if len(left) > 0 || len(list) != len(imports) {
		return fmt.Errorf("%s: resources %q of import.yaml are missing, or stand here twice", f.Path, left)
	}
	return nil
}
