package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://pzgen.invalid/pzgen.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://pzgen.invalid/pzgen.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads a spec as an editor does: YAML to the values of JSON.
func asJSON(data []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}

// TestSchemaTakesExamples: every example is valid.
func TestSchemaTakesExamples(t *testing.T) {
	schema := compileSchema(t)
	files, _ := filepath.Glob("examples/*.yaml")
	if len(files) == 0 {
		t.Fatal("no examples")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v, err := asJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// What the schema can see of the codes: a case whose only errors are among them is refused by both.
var shapeCodes = map[string]bool{
	codeUnknownField: true, codeType: true, codeMissing: true, codeValue: true, codeForm: true, codeDefaults: true, codeVersion: true,
	codeName: true, codeAccount: true, codeKeyKind: true, codeFromTo: true, codeDocument: true,
}

// unseen are the cases that Load refuses for something that a schema does not see, and why.
var unseen = map[string]string{
	"role/name-null":          "to YAML, nothing is null, which drops a name of defaults",
	"stages/drop-account":     "an account that is dropped is one that is given",
	"stages/null-in-defaults": "fields of defaults are described by those of setups",
	"role/name-yes":           "YAML 1.2 has no truth value yes",
	"role/existing-no-name":   "whether a name is needed depends on defaults too",
	"file/second-document":    "a reader of one document sees one",
	"keys/window-octal":       "010 is the number 8 to the parser",
}

// TestSchemaAgreesWithLoad runs all cases of testdata: what Load takes the schema takes, and what Load refuses by shape the schema refuses.
func TestSchemaAgreesWithLoad(t *testing.T) {
	schema := compileSchema(t)
	refused, taken := 0, 0
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			in := archive.Files[i]
			name := strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + strings.TrimSuffix(in.Name, ".yaml")
			v, err := asJSON(in.Data)
			if err != nil {
				continue // neither reads it
			}
			bySchema := schema.Validate(v)
			s, ds := Parse("f", in.Data, readCaseFile)
			shape := s == nil
			for _, d := range ds {
				if d.Severity == Error && !shapeCodes[d.Code] {
					shape = false
				}
			}
			_, known := unseen[name]
			if known && (bySchema != nil || s != nil) {
				t.Errorf("%s: is not unseen", name)
			}
			switch {
			case s != nil && bySchema != nil:
				t.Errorf("%s: Load takes it, and the schema says %v", name, bySchema)
			case s != nil:
				taken++
			case shape && bySchema == nil && !known:
				t.Errorf("%s: the schema takes it, and Load says\n%s", name, ds)
			case shape:
				refused++
			}
		}
	}
	if refused < 40 || taken < 10 {
		t.Errorf("compared %d that are refused and %d that are taken", refused, taken)
	}
}

// TestSchemaIsReadable: a description for every field, and examples and defaults that are themselves valid.
func TestSchemaIsReadable(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("$schema is %v", doc["$schema"])
	}
	fields, examples := 0, 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if props, ok := m["properties"].(map[string]any); ok && isObject(m["type"]) {
			if m["additionalProperties"] != false {
				t.Errorf("%s takes unknown fields", path)
			}
			for name, p := range props {
				fields++
				if ref, ok := p.(map[string]any)["$ref"]; ok && ref == "#/properties/setups/additionalProperties/properties/"+name {
					continue // described there
				}
				if doc, _ := p.(map[string]any)["description"].(string); doc == "" && !strings.Contains(path, "principal") {
					t.Errorf("%s.%s has no description", path, name)
				}
			}
		}
		var values []any
		if list, ok := m["examples"].([]any); ok {
			values = list
		}
		if d, ok := m["default"]; ok {
			values = append(values, d)
		}
		for _, x := range values {
			examples++
			if err := validate(t, m, x); err != nil {
				t.Errorf("example or default %v of %s: %v", x, path, err)
			}
		}
		for name, p := range m {
			switch p := p.(type) {
			case map[string]any:
				walk(path+"/"+name, p)
			case []any:
				for _, x := range p {
					walk(path+"/"+name, x)
				}
			}
		}
	}
	walk("", doc)
	if fields < 60 || examples < 30 {
		t.Errorf("saw %d fields and %d examples", fields, examples)
	}
}

// isObject reports whether a type is an object, or one that may be null.
func isObject(kind any) bool {
	list, ok := kind.([]any)
	return kind == "object" || ok && slices.Contains(list, any("object"))
}

func validate(t *testing.T, schema, value any) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://pzgen.invalid/part.json", schema); err != nil {
		return err
	}
	s, err := c.Compile("https://pzgen.invalid/part.json")
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// TestFormsAgree: the pattern of each form, which the schema shows, takes what its function takes. Length is the schema's maxLength.
func TestFormsAgree(t *testing.T) {
	forms := map[string]*form{
		"setupName": setupName, "thingName": thingName, "iamName": iamName, "groupName": groupName, "groupOfPz": groupOfPz, "sid": sidForm,
		"bucket": bucketForm, "account": accountForm, "region": regionForm, "path": pathForm, "alias": aliasForm, "arn": arnForm,
		"managed": managedForm, "roleText": roleText, "freeText": freeText, "reason": reasonText, "file": fileForm, "upload": uploadForm, "own": ownForm, "tagKey": tagKey, "fingerprint": fingerprintForm, "day": dayForm,
		"tagValue": tagValue, "policyText": policyText,
	}
	pieces := []string{
		"", "a", "A", "z9", "0", "-", "_", "/", ".", ":", "+", "=", ",", "@", "~", "\\", " ", "\n", "\t", "\x00", "\x1f", "\x7f", "\u0085", "\u00a0", "¡",
		"é", "漢", "🙂", "\u2028", "*", "$", "alias/", "arn:aws:iam::1:x", "/a/", "eu-west-1", "us-gov-west-1", "x-y-z-w-1", "111122223333",
		"a-", "-a", "aws", "٣", "Ⅷ", "2027-01-31", "0a1b2c3d4e5f", "..", "../a", "a/../", "/..", "...", "./", "a/..b",
	}
	short := len(pieces)
	for _, n := range []int{3, 11, 12, 13, 38, 39, 40, 41, 62, 63, 64, 65, 128, 129, 250, 251, 256, 257, 512, 513, 1000, 1001, 1024, 1025, 2043, 2044, 2048, 2049} {
		pieces = append(pieces, strings.Repeat("a", n), "alias/"+strings.Repeat("a", n), "/"+strings.Repeat("a", n)+"/", strings.Repeat("é", n))
	}
	for name, f := range forms {
		pattern := regexp.MustCompile(f.pattern)
		taken := 0
		for _, a := range pieces {
			for _, b := range pieces[:short] {
				s := a + b
				want := pattern.MatchString(s) && (f.max == 0 || utf8.RuneCountInString(s) <= f.max)
				if got := f.ok(s); got != want {
					t.Errorf("%s: the function says %v of %.80q (%d bytes), the pattern %q says %v", name, got, s, len(s), f.pattern, want)
				}
				if want {
					taken++
				}
			}
		}
		if taken == 0 {
			t.Errorf("%s: nothing was taken", name)
		}
	}
}
