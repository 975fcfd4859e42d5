package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Package policy is a library for any program: nothing in it, comments and tests included, knows this one or the
// service that it is for. AWS's lists name the service, in the case of their prefixes.
func TestPolicyStandsAlone(t *testing.T) {
	files, err := filepath.Glob("../../policy/*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	own := regexp.MustCompile(`(?i:pzgen)|Personalize|personalize\.amazonaws`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			if word := own.FindString(strings.ReplaceAll(line, module, "")); word != "" {
				t.Errorf("%s:%d names %s", name, i+1, word)
			}
		}
	}
}
