package spec

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// whole loads a file as one.
func whole(data []byte) ([]*Setup, Diagnostics) {
	r := &reader{}
	l := &loader{file: "f", readFile: nil}
	setups, _ := l.load(r, data)
	return setups, finish("f", &source{data: data}, r.problems)
}

// A file that is loaded in pieces gives the setups and warnings that it gives as a whole, with the same places.
func TestQuickly(t *testing.T) {
	base := string(specOf(50))
	head := "# ü\nversion: 1\ndefaults:\n  tags: {team: a}\n\n  description: |\n    of\n    setups:\n    all\nsetups:   \n\n  # first\n"
	_, setups, _ := strings.Cut(base, "setups:\n")
	for name, text := range map[string]string{
		"plain":       base,
		"head":        head + setups,
		"comments":    strings.ReplaceAll(base, "    region", "\n# c\n      # d\n    region"),
		"deep":        strings.ReplaceAll(base, "\n  ", "\n      "),
		"quoted":      strings.ReplaceAll(base, "  pz-00007:", "  \"pz-00007\":"),
		"warnings":    strings.ReplaceAll(base, "{type: import, from: data/import/}", "{type: import, from: data/import.csv}"),
		"scalars":     strings.ReplaceAll(base, "    region", "    description: >\n      folded\n\n      # no comment\n        pz-1: more\n    region"),
		"no line end": strings.TrimSuffix(base, "\n"),
		"placeholders": "version: 1\ndefaults:\n  role: {path: \"/<setup>/\", managedPolicies: [\"arn:aws:iam::<account>:policy/x\"]}\n" +
			"  buckets: {more: {name: acme-<setup>-more, existing: true}}\n" + base[len("version: 1\n"):],
		"drops": "version: 1\ndefaults: {description: x, tags: {a: b}, operators: {boss: {access: full, roles: [b]}}}\n" +
			strings.Replace(strings.Replace(base[len("version: 1\n"):], "    region", "    description: null\n    tags: {a: ~}\n    region", 20),
				"    operators:\n", "    operators:\n      boss: null\n", 10),
		"ampersand": strings.ReplaceAll(base, "    region", "    description: this & that\n    region"),
	} {
		l := &loader{file: "f"}
		setups, warnings, ok := l.quickly([]byte(text), newClaimed())
		if !ok {
			t.Errorf("%s: not loaded in pieces", name)
			continue
		}
		ds := finish("f", &source{data: []byte(text)}, warnings)
		want, wantDs := whole([]byte(text))
		if !reflect.DeepEqual(setups, want) {
			t.Errorf("%s: other setups", name)
		}
		if !reflect.DeepEqual(ds, wantDs) {
			t.Errorf("%s: other warnings:\n%s\n%s", name, ds, wantDs)
		}
	}
}

// What is not in the usual layout, or wrong, is left to the loader of whole files, which Parse then gives the findings of.
func TestNotQuickly(t *testing.T) {
	base := string(specOf(40))
	replace := func(old, new string) string {
		if !strings.Contains(base, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(base, old, new, 1)
	}
	for name, text := range map[string]string{
		"few":              string(specOf(3)),
		"tail":             base + "defaults: {}\n",
		"anchor":           replace("{name: PersonalizeServiceRole-00001}", "&r {name: PersonalizeServiceRole-00001}"),
		"alias":            replace("{name: PersonalizeServiceRole-00002}", "*r"),
		"tag":              replace("eu-west-1\n", "!!str eu-west-1\n"),
		"tab":              replace("region: eu-west-1", "region:\teu-west-1"),
		"carriage return":  replace("\n", "\r\n"),
		"second document":  base + "---\nversion: 1\n",
		"flow":             "version: 1\nsetups: {}\n",
		"open bracket":     replace("operators:\n      op: {access: operate", "operators:\n      op: {access: operate, ["),
		"open quote":       replace("region: eu-west-1", "description: \"open\n    region: eu-west-1"),
		"unknown field":    replace("region:", "regoin:"),
		"same name":        replace("pz-00002:", "pz-00001:"),
		"no version":       strings.Replace(base, "version: 1\n", "", 1),
		"other version":    strings.Replace(base, "version: 1", "version: 2", 1),
		"less indentation": replace("  pz-00020:", " pz-00020:"),
		"list":             replace("  pz-00020:", "  - pz-00020:"),
	} {
		if _, _, ok := (&loader{file: "f"}).quickly([]byte(text), newClaimed()); ok {
			t.Errorf("%s: loaded in pieces", name)
		}
	}
	same := base + strings.ReplaceAll(strings.Replace(string(specOf(1)), "version: 1\nsetups:\n", "", 1), "pz-00001:", "other:")
	if _, _, ok := (&loader{file: "f"}).quickly([]byte(same), newClaimed()); ok {
		t.Error("two setups create one role: loaded in pieces")
	}
	s, ds := Parse("f", []byte(same), nil)
	if s != nil || !strings.Contains(ds.String(), "is created by setup \"pz-00001\" already") {
		t.Errorf("two setups create one role: %s", ds)
	}
}

// FuzzQuickly changes a large file anywhere: loaded in pieces it gives what it gives as a whole, or nothing.
func FuzzQuickly(f *testing.F) {
	for _, s := range []string{"\n  x: {", "\"", "'", " |\n", "{", "}", "# ", "\n", "\n  a:\n", "? ", "- ", "\n\n    b: >\n  c", "<<: ", ": ", ", "} {
		f.Add(uint16(700), uint8(0), s)
		f.Add(uint16(1900), uint8(3), s)
	}
	base := bytes.Replace(specOf(33), []byte("setups:\n"), []byte("defaults: {description: d, buckets: {more: "+
		"{name: acme-<setup>-<region>}}, tags: {at: <account>}}\nsetups:\n"), 1)
	for i, s := range []string{"<", ">", "<x>", "null", "\n    description: null\n", "\n    buckets: {more: null}\n", "\n    account: <setup>\n"} {
		f.Add(uint16(60+9*i), uint8(i%4), s)
		f.Add(uint16(180+40*i), uint8(0), s)
	}
	f.Fuzz(func(t *testing.T, at uint16, cut uint8, in string) {
		i := int(at) % len(base)
		text := bytes.Join([][]byte{base[:i], []byte(in), base[min(len(base), i+int(cut)):]}, nil)
		setups, warnings, ok := (&loader{file: "f"}).quickly(text, newClaimed())
		if !ok {
			return
		}
		want, wantDs := whole(text)
		ds := finish("f", &source{data: text}, warnings)
		if !reflect.DeepEqual(setups, want) || fmt.Sprint(ds) != fmt.Sprint(wantDs) {
			t.Errorf("at %d %q: %s\n%s", i, in, ds, wantDs)
		}
	})
}
