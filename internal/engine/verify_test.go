package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
)

// Whatever pzgen did not write in a setup's folder is found, wherever it is, and what is in place
// of its own files; a target that is not whole is not proved.
func TestVerifyFolder(t *testing.T) {
	plain := func(g generators.Generator) generators.Generator { return g }
	for _, test := range []struct {
		name   string
		change func(shop string) error
		want   string // of the first finding
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"file", func(shop string) error { return os.WriteFile(shop+"/install.sh", nil, 0o755) },
			"closed setup shop: pzgen does not write a file \"install.sh\" here"},
		{"hidden file", func(shop string) error {
			return os.WriteFile(shop+"/policies/.x", nil, 0o644)
		}, "closed setup shop: pzgen does not write a file \".x\" here"},
		{"folder", func(shop string) error { return os.MkdirAll(shop+"/shell/lib/x", 0o755) },
			"closed setup shop: it is a folder that pzgen did not write"},
		{"link", func(shop string) error { return os.Symlink("apply.sh", shop+"/shell/more.sh") },
			"closed setup shop: target shell is not read: it is a symbolic " +
				"link"},
		{"link outside of targets", func(shop string) error {
			return os.Symlink("shell/apply.sh", shop+"/go")
		}, "closed setup shop: it is a symbolic link"},
		{"folder of a target that is a link", func(shop string) error {
			if err := os.Rename(shop+"/shell", shop+"/../elsewhere"); err != nil {
				return err
			}
			return os.Symlink("../elsewhere", shop+"/shell")
		}, "closed setup shop: target shell is not read: it is a symbolic link"},
		{"setup that is a link", func(shop string) error {
			if err := os.Rename(shop, shop+"/../elsewhere"); err != nil {
				return err
			}
			return os.Symlink("elsewhere", shop)
		}, "closed setup shop: it is a symbolic link"},
		{"file that is a folder", func(shop string) error {
			if err := os.Remove(shop + "/shell/apply.sh"); err != nil {
				return err
			}
			return os.Mkdir(shop+"/shell/apply.sh", 0o755)
		}, "closed setup shop: it is a folder that pzgen did not write"},
		{"large file",
			func(shop string) error {
				return os.Truncate(shop+"/policies/role-policy.json", 1<<30)
			}, "closed setup shop: target json is not read: " +
				"it has 1073741824 bytes"},
		{"missing file", func(shop string) error { return os.Remove(shop + "/shell/apply.sh") },
			"missing setup shop: file of target shell is missing"},
		{"mode", func(shop string) error { return os.Chmod(shop+"/shell/apply.sh", 0o644) },
			"closed setup shop: file has mode 644, and pzgen writes it with 755"},
		{"set-user-id", func(shop string) error {
			return os.Chmod(shop+"/shell/apply.sh", 0o755|os.ModeSetuid)
		}, "closed setup shop: file has mode 4755, and pzgen writes " +
			"it with 755"},
		{"umask", func(shop string) error { return os.Chmod(shop+"/shell/apply.sh", 0o700) }, ""},
		{"two names", func(shop string) error {
			return os.Link(shop+"/shell/apply.sh", shop+"/../second")
		}, "closed setup shop: it has 2 names"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := t.TempDir()
			generate(t, runOf(t, twoSetups, Selection{}, plain), out)
			if err := test.change(filepath.Join(out, "shop")); err != nil {
				t.Skip(err)
			}
			got := proved(t, runOf(t, twoSetups, Selection{}, plain), out)
			first := ""
			if len(got) > 0 {
				first = strings.ReplaceAll(filepath.ToSlash(got[0]), filepath.ToSlash(out), "OUT")
			}
			if !strings.HasPrefix(first, test.want) || (test.want == "") != (first == "") {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
