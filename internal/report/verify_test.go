package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each thing that can happen to a reviewed folder is told, by the name of the file.
func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T)
		want []string
	}{
		"nothing": {func(*testing.T) {}, nil},
		"changed": {func(t *testing.T) { edit(t, "shop/README.md", "shop", "SHOP") },
			[]string{"shop/README.md: says something else"}},
		"gone": {func(t *testing.T) { must(t, os.Remove("out/shop/README.md")) },
			[]string{"shop/README.md: is gone"}},
		"new": {func(t *testing.T) { must(t, os.WriteFile("out/shop/a b.tf", nil, 0o644)) },
			[]string{`"shop/a b.tf": was not there`}},
		"new folder": {func(t *testing.T) {
			must(t, os.MkdirAll("out/other/x", 0o755))
			must(t, os.WriteFile("out/other/x/y", nil, 0o644))
		}, []string{"other/x/y: was not there"}},
		"beside": {func(t *testing.T) { must(t, os.WriteFile("out/x", nil, 0o644)) },
			[]string{"x: was not there"}},
		"mode": {func(t *testing.T) { must(t, os.Chmod("out/shop/README.md", 0o755)) },
			[]string{"shop/README.md: has mode 0755, and had 0644"}},
		"link": {func(t *testing.T) {
			must(t, os.Rename("out/shop/README.md", "README.md"))
			must(t, os.Symlink("../../README.md", "out/shop/README.md"))
		}, []string{"shop/README.md: says something else"}},
		"library": {func(t *testing.T) {
			must(t, os.WriteFile(filepath.Join("out/_lib", "x.sh"), nil, 0o644))
		}, []string{"_lib/x.sh: was not there"}},
		"leftover": {func(t *testing.T) { must(t, os.WriteFile("out/shop/terraform/terraform.tfstate", nil, 0o644)) }, nil},
		"leftover of a root module": {func(t *testing.T) {
			must(t, os.MkdirAll("out/_root/terraform/.terraform/x", 0o755))
			must(t, os.WriteFile("out/_root/terraform/.terraform/x/y", nil, 0o644))
			must(t, os.WriteFile("out/_root/terraform/shop.tf", nil, 0o644))
		}, []string{"_root/terraform/shop.tf: was not there"}},
		"dot": {func(t *testing.T) { must(t, os.WriteFile("out/.x", nil, 0o644)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder(t, shops(t))
			page, err := ReadPage([]byte(rendered(t, made(t, ""))))
			must(t, err)
			c.do(t)
			if got, err := page.Differences("out"); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A file that is no page, and a page whose list of files was changed, are refused.
func TestReadPage(t *testing.T) {
	folder(t, shops(t))
	page := rendered(t, made(t, ""))
	list := page[strings.Index(page, filesOpen):]
	line := list[strings.Index(list, "\n")+1:]
	line = line[:strings.Index(line, "\n")+1]
	digit := map[bool]string{true: "1", false: "0"}[line[0] == '0']
	sum := page[strings.Index(page, sumOpen)+len(sumOpen):][:64]
	for name, broken := range map[string]string{
		"empty":          "",
		"another page":   "<!DOCTYPE html><p>hello",
		"no list":        strings.Replace(page, filesOpen, "<pre>", 1),
		"two lists":      page + filesOpen + "</pre>",
		"no hash":        strings.Replace(page, sumOpen, "<code>", 1),
		"a line less":    strings.Replace(page, line, "", 1),
		"another sum":    strings.Replace(page, line, digit+line[1:], 1),
		"another hash":   strings.Replace(page, sum, strings.Repeat("0", 64), 1),
		"not a line":     strings.Replace(page, line, "x\n", 1),
		"another kind":   strings.Replace(page, manifestAll, manifestFolders+"../x", 1),
		"another number": strings.Replace(page, "version 1,", "version 2,", 1),
		"cut off":        page[:strings.Index(page, filesOpen)+200],
	} {
		if broken == page {
			t.Fatalf("%s: the page is not changed", name)
		}
		if _, err := ReadPage([]byte(broken)); !errors.Is(err, ErrNotReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A list of files is read back as it was written, whatever the names are.
func FuzzManifest(f *testing.F) {
	f.Add("a/b.json", "0644")
	f.Add("a  b\n\"c\"\u202e</pre>", "special")
	f.Fuzz(func(t *testing.T, path, mode string) {
		m := manifest{files: []listed{{path, "0644", strings.Repeat("a", 64)}}}
		back, ok := parseManifest(m.text())
		if !ok || len(back.files) != 1 || back.files[0] != m.files[0] {
			t.Errorf("%q is read as %+v", path, back.files)
		}
		parseManifest(mode) // any text: it is refused, or read
	})
}
