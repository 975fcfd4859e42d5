package spec

import (
	"bytes"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// sameTree compares what the parser gives but comments.
func sameTree(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Style != b.Style || a.Tag != b.Tag || a.Value != b.Value || a.Line != b.Line || a.Column != b.Column || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameTree(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// alike parses a setup after another one. known reports whether the tree of the first was used for the second, same whether it is the tree that the parser gives.
func alike(first, second string) (known, same bool) {
	var l layouts
	r := &reader{}
	for _, text := range []string{first, second} {
		if !r.checkText([]byte(text)) || unusual([]byte(text)) {
			return false, true
		}
	}
	if _, _, ok := l.parse(r, []byte(first), 7); !ok {
		return false, true
	}
	if l.read([]byte(second)) {
		have := l.all[string(l.frame)]
		known = have != nil && have.words != nil
	}
	key, body, ok := l.parse(r, []byte(second), 7)
	if !known {
		return false, true
	}
	var doc yaml.Node
	if !ok || decode(yaml.NewDecoder(bytes.NewReader([]byte(second))), &doc) != nil || len(doc.Content) != 1 || len(doc.Content[0].Content) != 2 {
		return true, false
	}
	down(&doc, 6)
	return true, sameTree(key, doc.Content[0].Content[0]) && sameTree(body, doc.Content[0].Content[1])
}

// Setups that differ in words share a tree, and it is the one that the parser gives.
func TestAlike(t *testing.T) {
	base := `  shop: # the first
    account: "111122223333"
    description: 'all of it'
    region: eu-west-1   # Ireland, of all places
    role: {name: Some.Role, path: /a/b/}
    keys: {ü: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5c0ffee5-0000-4000-8000-000000000001"}, k: {alias: alias/k}}
    buckets:
      data: {name: acme-data , key: k, versioning: true}
      "out": { name: "acme-out",expireAfterDays: 30}

    workflows:
      - {type: import, from: s3://acme-data/in/}
      - type: export
        to: out/x.csv

    operators:
      op: {access: operate, roles: [One, "Two", three], users: []}
`
	for old, changed := range map[string]string{
		"shop": "a-much-longer-name", "111122223333": "9", "all of it": "", "eu-west-1": "us-gov-east-1", "Some.Role": "R", "/x": "/ab/cd", "acme-out": "true", "One": "arn:aws:iam::1:role/x",
	} {
		if known, same := alike(base, strings.ReplaceAll(base, old, changed)); !known || !same {
			t.Errorf("%q for %q: known %v, same %v", changed, old, known, same)
		}
	}
	for old, changed := range map[string]string{
		"eu-west-1   ": "null", "Some.Role": "no", "One": "a b", "three": "x: y", "export": "export\n          more", "acme-data ": "acme-data:", "k}": "k: {}}", "true": "false",
	} {
		if known, same := alike(base, strings.Replace(base, old, changed, 1)); known || !same {
			t.Errorf("%q for %q: known %v, same %v", changed, old, known, same)
		}
	}
}

// What looks like a word without being a value of its own is never taken for one.
func TestNotAlike(t *testing.T) {
	for _, text := range []string{
		"  a:\n    d: one W two\n", "  a:\n    d: one, W\n", "  a:\n    d: |\n      W\n", "  a:\n    d: >\n      x\n      W\n", "  a:\n    d: W\n      more\n",
		"  a:\n    d: \"x\n      W\"\n", "  a:\n    d: W#x\n", "  a:\n    d: it's 'W'\n", "  a:\n    d: {x: W y}\n", "  a:\n    d: x - W\n",
	} {
		if known, same := alike(strings.ReplaceAll(text, "W", "abc"), strings.ReplaceAll(text, "W", "abcdef")); known || !same {
			t.Errorf("%q: known %v, same %v", text, known, same)
		}
	}
}

// FuzzAlike puts words into a text: the tree of one setup, with the words of another, is what the parser gives for the other.
func FuzzAlike(f *testing.F) {
	for _, text := range []string{
		"  W: {a: W, b: [W, \"W\", 'W']}\n", "  a:\n    W: W\n    b: W # W\n", "  a:\n  - W\n  - b: W\n    W: c\n", "  \"W\":\n    a: \"W\"\n", "  a: {W: W, W}\n", "  a:\n    b: W\n    c: |\n      W\n    d: W\n      W\n",
		"  a: [W, {b: W}, W: W]\n", "  a:\n    ? W\n    : W\n", "  W:W\n", "  a: W,W\n", "  a: {\"W\":W}\n", "  a:\n   - - W\n     - W\n",
	} {
		f.Add(text, "abc", "s3://x/y.z")
		f.Add(text, "a", "true")
		f.Add(text, "ab:c", "b:")
		f.Add(text, "a'", "b-")
	}
	f.Fuzz(func(t *testing.T, text, a, b string) {
		first, second := strings.ReplaceAll(text, "W", a), strings.ReplaceAll(text, "W", b)
		if len(second) > 1<<12 || len(first) > 1<<12 {
			return
		}
		if _, same := alike(first, second); !same {
			t.Errorf("%q then %q: another tree", first, second)
		}
	})
}
