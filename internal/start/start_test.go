package start

import (
	"strings"
	"testing"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/spec"
)

// Whatever is quoted comes back as it was, on one line, alone and within brackets; a comment stays one
// line of comment.
func TestQuoted(t *testing.T) {
	for _, s := range []string{"", "a", "yes", "No", "null", "~", "1", "0x1f", "1e3", "12:30", "2012-10-17", "a: b", "a #b",
		"#", "- a", "a,b", "[a]", "{a}", "'", `"`, `\`, "a\nb", "\ta", "a\u2028b", "a\u0085b", "\ufeff", "é漢🙂", " a", "a ",
		"a\u202eb", "a\u200bb", "a\u00a0b", "a\U000e0001b", "a\U0001fffeb", "a\x7fb", "a\u0000b",
		"arn:aws:iam::111122223333:role/x", "alias/a", "*", "&a", "!a", "%a", "@a", "`a", "<role.arn>", "${aws:username}", "a:"} {
		q := Quoted(s)
		if strings.ContainsAny(q, "\n\r\u0085\u2028\u2029") {
			t.Errorf("%q is written on several lines: %q", s, q)
		}
		for _, written := range []string{q, OneLine(s)} {
			if i := strings.IndexFunc(written, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
				t.Errorf("%q is written with %q in it, which nobody sees", s, written[i:])
			}
		}
		for _, text := range []string{"k: " + q + "\n", "k: [" + q + "]\n", "k: {" + q + ": 1}\n"} {
			var file map[string]yaml.Node
			if err := yaml.Unmarshal([]byte(text), &file); err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			n := file["k"]
			if n.Kind != yaml.ScalarNode {
				n = *n.Content[0]
			}
			if n.Value != s || n.Tag != "!!str" {
				t.Errorf("%q comes back as %s %q", s, n.Tag, n.Value)
			}
		}
		var file map[string]yaml.Node
		if err := yaml.Unmarshal([]byte("# "+OneLine(s)+"\nk: v\n"), &file); err != nil || len(file) != 1 {
			t.Errorf("the comment %q is no comment: %v, %v", OneLine(s), file, err)
		}
	}
}

// Every combination of answers gives a spec that is valid and laid out.
func TestSpecs(t *testing.T) {
	for _, preset := range Presets() {
		for _, encrypted := range []bool{false, true} {
			for _, workflows := range [][]string{{"import"}, {"data-deletion"}, Workflows()} {
				a := Default(preset, "shop")
				a.Encrypted, a.Workflows = encrypted, workflows
				text := []byte(Spec(a))
				if s, ds := spec.Parse(SpecFile, text, nil); s == nil {
					t.Errorf("%+v: %v", a, ds)
				}
				if out, ds := spec.Format(SpecFile, text); string(out) != string(text) {
					t.Errorf("%+v is not laid out: %v\n%s", a, ds, out)
				}
			}
		}
	}
}

func TestNameFor(t *testing.T) {
	for text, want := range map[string]string{"": "shop", "---": "shop", "Shop_2": "shop-2", "2 shops": "shops", "é": "shop",
		"a--b..c": "a-b-c", "acme.data.": "acme-data", strings.Repeat("a", 50): strings.Repeat("a", LongestName)} {
		if got := NameFor(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
