package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompareFirst(t *testing.T) {
	files, _ := filepath.Glob("../out/*/policies/*.json")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, n := range []string{"group", "input", "null", "output", "shop"} {
			text = strings.ReplaceAll(text, "<"+n+".arn>", "arn:aws:kms:us-east-1:111122223333:key/"+n)
		}
		d, err := DecodeJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p := Policies{Identity: []Document{d}}
		if len(d.Statements) > 0 && d.Statements[0].Principal != nil {
			p = Policies{Resource: &d}
		}
		for i := range d.Statements {
			e := d
			e.Statements = append(append([]Statement{}, d.Statements[:i]...), d.Statements[i+1:]...)
			q := Policies{Identity: []Document{e}}
			if p.Resource != nil {
				q = Policies{Resource: &e}
			}
			c, err := Compare(p, q, Setting{})
			if err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			t.Logf("%s %d: %s %v", f, i, c.Relation, c.Undecided)
			for _, x := range c.Changes {
				t.Logf("   %+v", x)
			}
		}
	}
}
