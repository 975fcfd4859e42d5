package terraform

import (
	"testing"

	"github.com/pzgen/pzgen/internal/output"
)

// A source that may be in the file system is never taken for one that is fetched from elsewhere.
func TestRemoteSources(t *testing.T) {
	for source, want := range map[string]bool{
		"hashicorp/consul/aws": true, "app.terraform.io/acme/m/aws": true, "localhost.example:8443/a/b/c//sub": true,
		"github.com/acme/m": true, "git@github.com:acme/m.git": true, "git::ssh://git@example.com/m.git": true,
		"git::https://example.com/m.git?ref=v1": true, "https://example.com/m.zip": true, "s3::https://s3.example.com/m.zip": true,
		"": false, ".": false, "./m": false, "../m": false, "/m": false, "m": false, "a/b": false, "~/a/b/c": false,
		"git::/srv/m.git": false, "git::./m": false, "git::../m": false, "git::file:///srv/m": false, "file:///m": false,
		"C:/m": false, `C:\m`: false, `..\m`: false, `a/b/c//..\x`: false, "git::C:/m": false, "hg::/m": false,
	} {
		if got := isRemote(source); got != want {
			t.Errorf("%q: %t, want %t", source, got, want)
		}
	}
}

// Files that are read by functions are counted as elsewhere unless they are beside the one that says so.
func TestReadsElsewhere(t *testing.T) {
	for text, want := range map[string]bool{
		`x = 1`:                             false,
		`x = "profile"`:                     false,
		`x = file("${path.module}/a.json")`: false,
		`x = [file("${path.module}/a.json"), file("${path.module}/b-1.base.json")]`: false,
		`x = file("${path.module}/../a.json")`:                                      true,
		`x = file("${path.module}/..")`:                                             true,
		`x = file("${path.module}/a/b.json")`:                                       true,
		`x = file("/etc/x")`:                                                        true,
		`x = file("a.json")`:                                                        true,
		`x = file(var.x)`:                                                           true,
		`x = file ( "a" )`:                                                          true,
		`x = filebase64("${path.module}/a")`:                                        true,
		`x = fileset("${path.module}", "*")`:                                        true,
		`x = templatefile("${path.module}/a", {})`:                                  true,
		"x = file(\n\"${path.module}/a.json\")":                                     true,
		`x = [file("${path.module}/a.json"), file(var.x)]`:                          true,
	} {
		if got := readsElsewhere([]byte(text)); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
		if _, ok := Calls([]output.File{{Path: "x/main.tf", Data: []byte(text)}}); ok == want {
			t.Errorf("%s: the modules that it calls can be told: %t", text, ok)
		}
	}
}
