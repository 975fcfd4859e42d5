package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := file("one.json", `{"Name": "one", "Version": "v1.4",
		"Actions": [
			{"Name": "Get", "ActionConditionKeys": ["one:b", "one:a"], "Resources": [{"Name": "a thing"}]},
			{"Name": "Tag", "ActionConditionKeys": ["one:a"], "Resources": [{"Name": "other"}],
				"Annotations": {"Properties": {"IsTaggingOnly": true, "IsWrite": true}}},
			{"Name": "List", "Annotations": {"Properties": {"IsList": true}}},
			{"Name": "Look", "ActionConditionKeys": ["one:a", "one:b"],
				"Annotations": {"Properties": {"IsWrite": true}}}],
		"ConditionKeys": [{"Name": "one:b", "Types": ["String"]}, {"Name": "one:a"}, {"Name": "aws:ResourceTag/${TagKey}"}],
		"Resources": [{"Name": "a thing", "ARNFormats": ["arn:${Partition}:one:::${Name}"]},
			{"Name": "other", "ARNFormats": ["arn:${Partition}:one:::o/${Name}"], "ConditionKeys": ["aws:ResourceTag/${TagKey}"]}]}`)
	var out strings.Builder
	if err := write(&out, "2026-01-02", []string{one}); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(out.String(), "\ndate ")
	want := `2026-01-02
service one
type a-thing arn:${Partition}:one:::${Name}
type other arn:${Partition}:one:::o/${Name}
keys aws:ResourceTag/* one:a one:b
set 1 one:a one:b
action Get read 1 a-thing
set 2 aws:ResourceTag/* one:a
action Tag tagging 2 other
action List list 0
action Look write 1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, text := range map[string]string{"empty.json": "{}", "text.json": "x"} {
		if err := write(&out, "2026-01-02", []string{file(name, text)}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := write(&out, "2026-01-02", []string{filepath.Join(dir, "none.json")}); err == nil {
		t.Error("a file that is not there was read")
	}
}
