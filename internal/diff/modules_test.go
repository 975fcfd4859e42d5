package diff

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sharedOutput returns the files of the setups of an output folder which share a module, and the
// folder of that.
func sharedOutput(t *testing.T) (files map[string]string, module string) {
	t.Helper()
	files = map[string]string{}
	main, err := os.ReadFile("../../out/shop-it/terraform/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(main), `"../../_module-`)
	if !ok {
		t.Fatal("shop-it shares no module")
	}
	sum, _, _ := strings.Cut(after, `"`)
	module = "_module-" + sum
	for _, folder := range []string{"shop-it", module, "_lib"} {
		err := filepath.WalkDir("../../out/"+folder, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				var data []byte
				data, err = os.ReadFile(p)
				files[strings.TrimPrefix(filepath.ToSlash(p), "../../out/")] = string(data)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files, module
}

// writeAll writes files below a folder. A name with an @ before it is that of a link.
func writeAll(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name, link := strings.CutPrefix(name, "@")
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		if link {
			err = os.Symlink(filepath.FromSlash(text), name)
		} else {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// public returns files whose buckets may be public.
func public(files map[string]string) map[string]string {
	out := maps.Clone(files)
	for name, text := range files {
		out[name] = strings.ReplaceAll(text, "block_public_acls       = true", "block_public_acls       = false")
	}
	return out
}

// A module that is not read, or not found among what is, is never the same in two folders where it may
// be another one: however a setup gets at it, and whichever folder is named.
func TestModulesElsewhere(t *testing.T) {
	files, module := sharedOutput(t)
	const main, more = "shop-it/terraform/main.tf", "module \"more\" {\n  source = %s\n}\n"
	call := func(source string) string { return fmt.Sprintf(more, source) }
	calling := func(source string) map[string]string { return map[string]string{main: files[main] + call(source)} }
	const role = "resource \"aws_iam_role_policy\" \"x\" {\n  role = %q\n}\n"
	other := func(at, value string) map[string]string {
		return map[string]string{at: fmt.Sprintf(role, value)}
	}
	moved := func(to string) map[string]string { // what was in the module
		out := map[string]string{}
		for name, text := range files {
			if rest, ok := strings.CutPrefix(name, to+"/"); ok {
				out["../elsewhere/"+rest], out[name] = text, ""
			}
		}
		return out
	}
	backslash := map[string]string{} // Terraform calls _module-other
	for name, text := range files {
		if rest, ok := strings.CutPrefix(name, module+"/"); ok {
			backslash[module+`\..\_module-other/`+rest] = text
		}
	}
	backslash[main] = strings.Replace(files[main], module, module+`\\..\\_module-other`, 1)
	installed := func(dir string) string {
		return fmt.Sprintf(`{"Modules":[{"Key":"personalize","Source":"../../%s","Dir":"%s"}]}`, module, dir)
	}
	type side = map[string]string
	both := func(all ...map[string]string) map[string]string {
		out := map[string]string{}
		for _, m := range all {
			maps.Copy(out, m)
		}
		return out
	}
	two := func(of map[string]string, at string) struct{ old, new side } {
		return struct{ old, new side }{both(of, other(at, "x")), both(of, other(at, "y"))}
	}
	linked := both(moved(module), map[string]string{"@" + module: "../elsewhere"})
	nested := map[string]string{module + "/x.tf": call(`"../_module-other"`)}
	below := both(calling(`"./sub"`),
		side{"shop-it/terraform/sub/main.tf": call(`"../../../_module-other"`)})
	for what, c := range map[string]struct{ old, new side }{
		"a link to the module":        {linked, public(linked)},
		"a module of the module":      two(nested, "_module-other/main.tf"),
		"a module of a module below":  two(below, "_module-other/main.tf"),
		"a module by backslashes":     two(backslash, "_module-other/main.tf"),
		"a module beside":             two(calling(`"../../more"`), "more/main.tf"),
		"a module in a hidden folder": two(calling(`"./.terraform/m"`), "shop-it/terraform/.terraform/m/main.tf"),
		"a module outside of all":     two(calling(`"../../../m"`), "../m/main.tf"),
		"a module by a variable":      two(calling("var.m"), "../m/main.tf"),
		"a module installed elsewhere": two(side{"shop-it/terraform/.terraform/modules/modules.json": installed("../../../evil")},
			"../evil/main.tf"),
		"a module by an absolute path": {calling(`"/m"`), calling(`"/m"`)},
	} {
		for _, read := range []string{"", "# a comment\n"} { // so that the files are read
			dir := t.TempDir()
			for name, change := range map[string]side{"old": c.old, "new": c.new} {
				now := both(files, change)
				for name, text := range now {
					if text == "" {
						delete(now, name)
					}
				}
				if name == "new" {
					now[main] += read
				}
				writeAll(t, filepath.Join(dir, name, "out"), now)
			}
			for _, folder := range []string{"", "shop-it", "shop-it/terraform"} {
				changes := changesOf(t, filepath.Join(dir, "old", "out", folder), filepath.Join(dir, "new", "out", folder))
				if len(changes) == 0 {
					t.Errorf("%s, in %q, with %q: it is the same", what, folder, read)
				}
			}
		}
	}
}

// The module of a setup whose folder is named by way of a link is beside the folder that this leads to.
func TestModuleBesideLink(t *testing.T) {
	files, _ := sharedOutput(t)
	dir := t.TempDir()
	writeAll(t, filepath.Join(dir, "old"), files)
	writeAll(t, filepath.Join(dir, "copy"), files)
	writeAll(t, dir, map[string]string{"@copy/shop-x": "../new/shop-it"})
	writeAll(t, filepath.Join(dir, "new"), public(files))
	changes := changesOf(t, filepath.Join(dir, "old/shop-it/terraform"), filepath.Join(dir, "copy/shop-x/terraform"))
	if len(changes) == 0 || changes[0].Severity != Public {
		t.Errorf("%v", changes)
	}
}

// Where Terraform has a module from where it is called, the folder that it keeps is no change.
func TestModuleInstalled(t *testing.T) {
	files, module := sharedOutput(t)
	dir := t.TempDir()
	writeAll(t, filepath.Join(dir, "old"), files)
	files["shop-it/terraform/.terraform/modules/modules.json"] = fmt.Sprintf(
		`{"Modules":[{"Key":"personalize","Source":"../../%s","Dir":"../../%s"}]}`, module, module)
	writeAll(t, filepath.Join(dir, "new"), files)
	if changes := changesOf(t, filepath.Join(dir, "old"), filepath.Join(dir, "new")); len(changes) > 0 {
		t.Errorf("%v", changes)
	}
}

// Two commits are the same for a setup only as far as all that it may depend on is in them.
func TestModulesOutsideOfCommits(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	files, _ := sharedOutput(t) // before the folder is another one
	for what, c := range map[string]struct {
		extra map[string]string // beside the files of the output folder
		first string            // of what changes
		same  bool
	}{
		"nothing":               {nil, "unrelated/main.tf", true},
		"a module outside":      {map[string]string{"out/shop-it/terraform/own.tf": "module \"x\" {\n  source = \"../../../mods\"\n}\n"}, "mods/main.tf", false},
		"a file outside":        {map[string]string{"out/shop-it/terraform/own.tf": "locals {\n  x = file(\"${path.module}/../../../pol/p.json\")\n}\n"}, "pol/p.json", false},
		"a template outside":    {map[string]string{"out/shop-it/terraform/own.tf": "locals {\n  x = templatefile(var.x, {})\n}\n"}, "pol/p.json", false},
		"a file beside":         {map[string]string{"out/shop-it/terraform/own.tf": "locals {\n  x = file(\"${path.module}/p.json\")\n}\n", "out/shop-it/terraform/p.json": "{}"}, "pol/p.json", true},
		"a module in a subtree": {map[string]string{"out/shop-it/terraform/own.tf": "module \"x\" {\n  source = \"./sub\"\n}\n", "out/shop-it/terraform/sub/main.tf": ""}, "mods/main.tf", true},
	} {
		dir := t.TempDir()
		git := func(args ...string) {
			t.Helper()
			cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %q: %v\n%s", args, err, out)
			}
		}
		git("init", "-q", "-b", "main")
		writeAll(t, filepath.Join(dir, "out"), files)
		writeAll(t, dir, c.extra)
		writeAll(t, dir, map[string]string{c.first: "one"})
		git("add", "-A")
		git("commit", "-q", "-m", "one")
		writeAll(t, dir, map[string]string{c.first: "two"})
		git("commit", "-q", "-a", "-m", "two")
		t.Chdir(dir)
		for _, sides := range [][2]string{{"git:HEAD~:out", "git:HEAD:out"}, {"git:HEAD:out", "out"}} {
			changes := changesOf(t, sides[0], sides[1])
			if (len(changes) == 0) != c.same {
				t.Errorf("%s, %q: %d changes", what, sides, len(changes))
			}
		}
	}
}
