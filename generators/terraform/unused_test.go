package terraform

import (
	"testing"

	"github.com/pzgen/pzgen/internal/modeltest"
	"github.com/pzgen/pzgen/internal/output"
)

// A module declares nothing that it does not use, as linters ask.
func TestNothingUnused(t *testing.T) {
	setups := append(fixtures(t), modeltest.Examples(t)...)
	for _, s := range setups {
		if unused := modeltest.Unused(printed(t, s)); unused != nil {
			t.Errorf("%s: nothing refers to %q", s.Name, unused)
		}
	}
}

// Each kind of declaration is found when nothing refers to it.
func TestUnusedIsFound(t *testing.T) {
	s := fixtures(t)[0]
	for text, want := range map[string]string{
		"data \"aws_region\" \"more\" {\n  lifecycle {\n    postcondition {\n      condition = self.id == \"x\"\n" +
			"      error_message = \"x\"\n    }\n  }\n}\n": "data.aws_region.more",
		"locals {\n  more = 1\n}\n": "local.more",
		"variable \"more\" {\n  validation {\n    condition     = var.more == 1\n    error_message = \"x\"\n  }\n}\n": "var.more",
		"terraform {\n  required_providers {\n    random = {}\n  }\n}\n":                                              "provider.random",
	} {
		files := append(printed(t, s), output.File{Path: s.Name + "/terraform/more.tf", Data: []byte(text)})
		if got := modeltest.Unused(files); len(got) != 1 || got[0] != want {
			t.Errorf("%s is unused, and found is %q", want, got)
		}
	}
}
