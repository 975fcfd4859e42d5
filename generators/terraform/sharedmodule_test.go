package terraform

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// sharing returns a setup that may share its module.
func sharing(s *model.Setup) *model.Setup {
	c := *s
	c.SharedModule, c.OwnModule = true, false
	return &c
}

// Whatever a setup has, the module that it may share and its call of that are read together as the
// setup says; and as its own module again.
func TestSharedModuleMatches(t *testing.T) {
	for _, s := range fixtures(t) {
		c := sharing(s)
		if diff := differences(t, c, printed(t, c)); diff != nil {
			t.Errorf("%s:\n%s", s.Name, strings.Join(diff, "\n"))
		}
		c.SharedModule, c.OwnModule = false, true
		if diff := differences(t, c, printed(t, c)); diff != nil {
			t.Errorf("%s, own again:\n%s", s.Name, strings.Join(diff, "\n"))
		}
	}
}

// moduleFolder returns the name of the module that printed files have.
func moduleFolder(files []output.File) string {
	for _, f := range files {
		if IsSharedModule(f.Path) {
			return path.Dir(f.Path)
		}
	}
	return ""
}

// The setups of ten-setups.yaml have one module, whatever their names, values and locations are; another
// policy, path or workflow is another module.
func TestOneModule(t *testing.T) {
	var shops []*model.Setup
	for _, s := range examples(t) {
		if strings.HasPrefix(s.Name, "shop-") {
			shops = append(shops, s)
		}
	}
	if len(shops) != 10 {
		t.Fatalf("%d shops", len(shops))
	}
	folders := map[string]int{}
	for _, s := range shops {
		folders[moduleFolder(printed(t, s))]++
	}
	if len(folders) != 1 || folders[""] > 0 {
		t.Errorf("%v", folders)
	}
	one := moduleFolder(printed(t, shops[0]))
	changed := func(change func(*model.Setup)) string {
		c := *shops[0]
		c.Buckets, c.Workflows = slices.Clone(c.Buckets), slices.Clone(c.Workflows)
		change(&c)
		return moduleFolder(printed(t, &c))
	}
	same := map[string]func(*model.Setup){
		"account": func(s *model.Setup) { s.Account = "777788889999" },
		"bucket":  func(s *model.Setup) { s.Buckets[0].Name = "elsewhere" },
		"tags":    func(s *model.Setup) { s.Tags = nil },
	}
	for what, change := range same {
		if got := changed(change); got != one {
			t.Errorf("another %s is another module", what)
		}
	}
	other := map[string]func(*model.Setup){
		"path":       func(s *model.Setup) { s.Role.Path = "/other/" },
		"versioning": func(s *model.Setup) { s.Buckets[0].Versioning = !s.Buckets[0].Versioning },
		"protection": func(s *model.Setup) { s.Buckets[0].Disposable = true },
	}
	for what, change := range other {
		if got := changed(change); got == one {
			t.Errorf("another %s is the same module", what)
		}
	}
}

// A module that setups share has nothing in it of one of them.
func TestSharedModuleHasNoValues(t *testing.T) {
	for _, s := range examples(t) {
		if !s.SharedModule {
			continue
		}
		for _, f := range printed(t, s) {
			if !IsSharedModule(f.Path) {
				continue
			}
			for _, value := range []string{s.Name, model.SidSuffix(s.Name), s.Account, s.Region, s.Buckets[0].Name, s.SpecFile} {
				if bytes.Contains(f.Data, []byte(value)) {
					t.Errorf("%s has %q of %s", f.Path, value, s.Name)
				}
			}
		}
	}
}

// What is wrong with a call, or with the module that it calls, is found.
func TestCallEdits(t *testing.T) {
	var s *model.Setup
	for _, m := range examples(t) {
		if m.Name == "shop-it" {
			s = m
		}
	}
	dir := moduleFolder(printed(t, s))
	own, shared := s.Name+"/"+folder+"/", dir+"/"
	in := func(name, old, new string) func([]output.File) []output.File {
		return func(files []output.File) []output.File {
			for i, f := range files {
				if f.Path == name {
					if !bytes.Contains(f.Data, []byte(old)) {
						t.Fatalf("%s has no %q", name, old)
					}
					files[i].Data = bytes.Replace(f.Data, []byte(old), []byte(new), 1)
				}
			}
			return files
		}
	}
	add := func(name, text string) func([]output.File) []output.File {
		return func(files []output.File) []output.File {
			return append(files, output.File{Path: name, Data: []byte(text), Mode: 0o644})
		}
	}
	without := func(name string) func([]output.File) []output.File {
		return func(files []output.File) []output.File {
			return slices.DeleteFunc(files, func(f output.File) bool { return f.Path == name })
		}
	}
	main := own + fileMain
	source := fmt.Sprintf(`"../../%s"`, dir)
	edits := map[string]func([]output.File) []output.File{
		"another account":            in(main, `"111122223333"`, `"444455556666"`),
		"another bucket":             in(main, `"acme-shop-it-data"`, `"acme-shop-nl-data"`),
		"the whole bucket":           in(main, `import_from          = "datasets/"`, `import_from = ""`),
		"another Sid":                in(main, `"ShopIt"`, `"ShopNl"`),
		"another policy's name":      in(main, `setup                = "shop-it"`, `setup = "shop-nl"`),
		"no value":                   in(main, `  sid_suffix           = "ShopIt"`+"\n", ""),
		"a value of another type":    in(main, `"ShopIt"`, `["ShopIt"]`),
		"a computed value":           in(main, `"ShopIt"`, `upper("ShopIt")`),
		"a value too many":           in(main, `  sid_suffix`, "  sids = \"x\"\n  sid_suffix"),
		"twice":                      in(main, "moved {", "module \"second\" {\n  source = "+source+"\n}\n\nmoved {"),
		"count":                      in(main, "  sid_suffix", "  count = 0\n  sid_suffix"),
		"for_each":                   in(main, "  sid_suffix", "  for_each = {}\n  sid_suffix"),
		"providers":                  in(main, "  sid_suffix", "  providers = {}\n  sid_suffix"),
		"version":                    in(main, "  sid_suffix", "  version = \"1\"\n  sid_suffix"),
		"another module":             in(main, source, `"../../_module-x"`),
		"a module from elsewhere":    in(main, source, `"git::https://example.com/m.git"`),
		"a module of the registry":   in(main, source, `"`+dir+`"`),
		"itself":                     in(main, source, `"../terraform"`),
		"a folder below":             in(main, source, `"./m"`),
		"no source":                  in(main, "  source = "+source+"\n", ""),
		"another name":               in(main, `module "personalize"`, `module "other"`),
		"a resource beside":          add(own+"x.tf", "resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n"),
		"a data source beside":       add(own+"x.tf", "data \"aws_partition\" \"current\" {}\n"),
		"a local beside":             add(own+"x.tf", "locals {\n  x = 1\n}\n"),
		"a variable beside":          add(own+"x.tf", "variable \"x\" {\n  type = string\n}\n"),
		"an override":                add(own+"override.tf", "module \"personalize\" {\n  setup = \"x\"\n}\n"),
		"values of variables":        add(own+"x.auto.tfvars", "x = 1\n"),
		"no move":                    in(main, "moved {\n  from = aws_s3_bucket.data\n  to   = module.personalize.aws_s3_bucket.data\n}\n", ""),
		"a move out of the module":   in(main, "from = aws_s3_bucket.data\n", "from = module.other.aws_s3_bucket.data\n"),
		"a move to another bucket":   in(main, "to   = module.personalize.aws_s3_bucket.data\n", "to   = module.personalize.aws_s3_bucket.out\n"),
		"an output of another":       in(own+fileOutputs, "module.personalize.data_bucket_arn", "module.personalize.out_bucket_arn"),
		"an output of none":          in(own+fileOutputs, "module.personalize.data_bucket_arn", "module.personalize.x"),
		"a constant as output":       in(own+fileOutputs, "module.personalize.data_bucket_arn", `"arn:aws:s3:::acme-shop-it-data"`),
		"an output twice":            add(own+"x.tf", "output \"x\" {\n  value = module.personalize.role_arn\n}\n"),
		"no output":                  without(own + fileOutputs),
		"an import of no resource":   in(own+fileAdopt, "module.personalize.aws_s3_bucket.data", "module.personalize.aws_s3_bucket.x"),
		"an import past the module":  in(own+fileAdopt, "module.personalize.aws_s3_bucket.data", "aws_s3_bucket.data"),
		"another value in module":    in(shared+"iam.tf", "${var.import_from}", "${var.export_to}"),
		"a wildcard in module":       in(shared+"iam.tf", "${var.import_from}*", "*"),
		"a name in module":           in(shared+"s3.tf", "${var.sid_suffix}", "ShopNl"),
		"a default unused in module": in(shared+"variables.tf", `variable "sid_suffix" {`, "variable \"x\" {\n  type = string\n  default = \"x\"\n  nullable = false\n}\n\nvariable \"sid_suffix\" {"),
		"a reserved variable":        in(shared+"variables.tf", `variable "sid_suffix" {`, "variable \"count\" {\n  type = string\n  nullable = false\n}\n\nvariable \"sid_suffix\" {"),
		"another pattern in module":  in(shared+"variables.tf", "^[0-9]{12}$", "^.*$"),
		"null in module":             in(shared+"variables.tf", "nullable    = false", "nullable    = true"),
		"no protection in module":    in(shared+"s3.tf", "prevent_destroy = true", "prevent_destroy = false"),
		"a file in module":           add(shared+"x.tf", "resource \"aws_iam_user\" \"x\" {\n  name = \"x\"\n}\n"),
		"an override in module":      add(shared+"override.tf", "resource \"aws_s3_bucket\" \"data\" {\n}\n"),
		"JSON in module":             add(shared+"x.tf.json", "{}"),
		"a provider in module":       add(shared+"x.tf", "provider \"aws\" {\n  alias = \"x\"\n}\n"),
		"a module in module":         add(shared+"x.tf", "module \"x\" {\n  source = \"../"+dir+"\"\n}\n"),
		"a backend in module":        add(shared+"x.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
		"an import in module":        add(shared+fileAdopt, "import {\n  to = aws_s3_bucket.data\n  id = \"x\"\n}\n"),
		"a move in module":           add(shared+"x.tf", "moved {\n  from = aws_s3_bucket.x\n  to   = aws_s3_bucket.data\n}\n"),
		"an output in module":        add(shared+"x.tf", "output \"x\" {\n  value = aws_iam_role.personalize.arn\n}\n"),
		"no file of the module":      without(shared + "s3.tf"),
		"no versions in module":      without(shared + "versions.tf"),
		"another release in module":  in(shared+"versions.tf", ">= 5.100, < 7.0", ">= 4.0"),
		"a fault in module":          add(shared+"x.tf", "resource {"),
	}
	for what, edit := range edits {
		files := printed(t, s)
		before := differences(t, s, slices.Clone(files))
		if before != nil {
			t.Fatal(before)
		}
		if differences(t, s, edit(files)) == nil {
			t.Errorf("%s is not found", what)
		}
	}
}
