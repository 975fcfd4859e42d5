package terraform

import (
	"strings"
	"testing"
)

func TestOnlyBackend(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                      true,
		"# to come\n":                           true,
		"terraform {\n  backend \"s3\" {}\n}\n": true,
		"terraform {\n  cloud {\n    workspaces {\n      tags = [\"a\"]\n    }\n  }\n}\n":             true,
		"terraform {\n  backend \"s3\" {\n    a = { b = -1, \"c\" = <<-E\n  x\n  E\n }\n  }\n}\n":     false,
		"terraform {\n  backend \"s3\" {\n    a = { b = 1, \"c\" = <<-E\n  x\n  E\n }\n  }\n}\n":      true,
		"terraform {\n  backend \"http\" {\n    address = \"https://a/${file(\"b\")}\"\n  }\n}\n":     false,
		"terraform {\n  backend \"s3\" {\n    x {\n      bucket = filebase64(\"b\")\n    }\n  }\n}\n": false,
		"terraform {\n  backend \"s3\" {\n    bucket = var.profiles\n  }\n}\n":                        false,
		"terraform {\n  backend \"s3\" {\n    bucket = [for x in [1] : x]\n  }\n}\n":                  false,
		"terraform {\n  cloud {}\n}\nterraform {\n  required_providers {}\n}\n":                       false,
		"terraform {\n  backend \"s3\" {}\n  required_version = \"1\"\n}\n":                           false,
		"terraform {\n  backend \"s3\" {}\n  encryption {}\n}\n":                                      false,
		"terraform {\n  backend \"s3\" \"b\" {}\n}\n":                                                 false,
		"terraform \"a\" {\n  backend \"s3\" {}\n}\n":                                                 false,
		"terraform {}\n":                        false,
		"provider \"aws\" {}\n":                 false,
		"module \"a\" {\n  source = \"b\"\n}\n": false,
		"a = 1\n":                               false,
		"terraform {":                           false,
		strings.Repeat("(", 1000):               false,
	} {
		if got := OnlyBackend([]byte(text)); got != want {
			t.Errorf("%v, expected %v, for\n%s", got, want, text)
		}
	}
}
