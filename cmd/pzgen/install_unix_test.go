//go:build unix

package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

// The commands of docs/install.md that fetch an archive install the program that is in it, under the
// name that .goreleaser.yaml gives archives; one that is another file than its sum says stays where it
// is.
func TestInstallFromArchive(t *testing.T) {
	for _, tool := range []string{"bash", "tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```sh\n(VERSION=.*?)```").FindSubmatch(page)
	releases, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil || block == nil {
		t.Fatal(err, block)
	}
	template := regexp.MustCompile(`name_template: "(.*)"`).FindSubmatch(releases)
	if template == nil {
		t.Fatal("archives have no name")
	}
	name := strings.NewReplacer("{{ .ProjectName }}", "pzgen", "{{ .Version }}", "1.2.3", "{{ .Os }}", "linux",
		"{{ .Arch }}", "amd64").Replace(string(template[1])) + ".tar.gz"
	for _, spoiled := range []bool{false, true} {
		dir := t.TempDir()
		bin := filepath.Join(dir, "home", ".local", "bin")
		for _, folder := range []string{bin, filepath.Join(dir, "tools"), filepath.Join(dir, "release"), filepath.Join(dir, "here")} {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		write("release/pzgen", "#!/bin/sh\necho it is pzgen\n")
		write("release/LICENSE", "")
		archive := filepath.Join(dir, "release", name)
		if out, err := exec.Command("tar", "-czf", archive, "-C", filepath.Join(dir, "release"), "pzgen", "LICENSE").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		data, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		write("release/checksums.txt", fmt.Sprintf("%x  %s\n%x  %s\n", sha256.Sum256(data), name, 0, "pzgen_1.2.3_darwin_arm64.tar.gz"))
		if spoiled {
			write("release/"+name, string(data)+"x")
		}
		// curl takes files of the release from a folder.
		write("tools/curl", "#!/bin/sh\nset -e\n[ \"$1\" = -fsSLO ]\ncase $2 in\n"+
			"https://github.com/pzgen/pzgen/releases/download/v1.2.3/*) cp \"$RELEASE/${2##*/}\" . ;;\n*) exit 22 ;;\nesac\n")
		cmd := testtool.Command(t, "bash", "-c", string(block[1])+"\n~/.local/bin/pzgen")
		cmd.Dir = filepath.Join(dir, "here")
		cmd.Env = append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "RELEASE="+filepath.Join(dir, "release"),
			"PATH="+filepath.Join(dir, "tools")+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		_, missing := os.Stat(filepath.Join(bin, "pzgen"))
		switch {
		case spoiled && (err == nil || missing == nil):
			t.Errorf("a spoiled archive is installed: %s", out)
		case !spoiled && (err != nil || !strings.Contains(string(out), "it is pzgen")):
			t.Errorf("%v: %s", err, out)
		}
	}
}
