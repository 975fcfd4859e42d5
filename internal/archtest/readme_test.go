package archtest

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var excerpt = regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```[a-z]*\n(.*?)```\n")

// What the README shows as input and output is in the files that it names, verbatim.
func TestReadmeIsTrue(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := excerpt.FindAllStringSubmatch(string(data), -1)
	if len(found) < 4 {
		t.Fatalf("%d excerpts", len(found))
	}
	for _, m := range found {
		file, err := os.ReadFile("../../" + m[1])
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(file), m[2]) {
			t.Errorf("%s does not hold\n%s", m[1], m[2])
		}
	}
}
