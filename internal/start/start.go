// Package start makes the files of a new platform repository: a spec with comments, its schema, and
// what git, CI, pre-commit and make need to use it. It writes nothing and asks nobody.
package start

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// The presets: the least that imports data, or everything that a shop with training, encryption and
// people needs.
const (
	Minimal = "minimal"
	Full    = "full"
)

// Presets returns the names of the presets.
func Presets() []string { return []string{Minimal, Full} }

// The systems that run CI.
const (
	GitHub = "github"
	GitLab = "gitlab"
)

// Systems returns the names of the systems that run CI.
func Systems() []string { return []string{GitHub, GitLab} }

// Answers say what the repository is for.
type Answers struct {
	Preset          string
	Setup           string // its name
	Account, Region string
	Bucket          string   // its name in S3
	Encrypted       bool     // data is under a key of its own
	Workflows       []string // types, in the order of [Workflows]
	CI              string
	Version         string // of pzgen, which CI takes: v1.2.3, or "" for a build between releases

	Spec []byte // the spec, where it is not made from the answers
}

// Workflows returns the types of workflows that can be asked for.
func Workflows() []string {
	return []string{"import", "batch-inference", "batch-segment", "export", "metric-attribution", "data-deletion"}
}

// Default returns the answers that are given when nobody is asked, for a setup of this name.
func Default(preset, setup string) Answers {
	a := Answers{Preset: preset, Setup: setup, Account: "111122223333", Region: "us-east-1", CI: GitHub,
		Workflows: []string{"import"}}
	if preset == Full {
		a.Encrypted, a.Workflows = true, []string{"import", "batch-inference", "export"}
	}
	a.Bucket = BucketFor(a)
	return a
}

// BucketFor returns the name of the bucket for answers without one. Names of buckets are taken
// by whoever comes first, anywhere, so it has the account in it, and as much of the name of the
// setup as there is room for.
func BucketFor(a Answers) string {
	const longest = 63 // of names of buckets in S3
	rest := "-personalize-" + a.Account
	setup := a.Setup[:max(0, min(len(a.Setup), longest-len(rest)))]
	return strings.TrimRight(setup, "-") + rest
}

// Files returns what belongs in the repository: the spec first. Folders are separated by slashes.
func Files(a Answers) []output.File {
	text := a.Spec
	if text == nil {
		text = []byte(Spec(a))
	}
	ci := output.File{Path: ".github/workflows/pzgen.yml", Data: []byte(workflow(a))}
	if a.CI == GitLab {
		ci = output.File{Path: ".gitlab-ci.yml", Data: []byte(pipeline(a))}
	}
	files := []output.File{
		{Path: SpecFile, Data: text},
		{Path: "pzgen.schema.json", Data: spec.Schema()},
		{Path: ".gitattributes", Data: []byte(attributes)},
		ci,
		{Path: ".pre-commit-config.yaml", Data: []byte(hooks(a))},
		{Path: "pzgen.mk", Data: []byte(fragment)},
	}
	for i := range files {
		files[i].Mode = 0o644
	}
	return files
}

// SpecFile is what the spec is called.
const SpecFile = "pzgen.yaml"

// Head is the comment at the top of a spec, with the line by which editors find the schema.
const Head = `# What Amazon Personalize is to do here. pzgen generate makes out/ of it; commit both.
# Every field: https://github.com/pzgen/pzgen/blob/main/docs/fields.md
# yaml-language-server: $schema=./pzgen.schema.json
`

// Spec returns the text of a spec for the answers. The values are those that the spec allows, or
// [spec.Parse] says what is wrong with them.
func Spec(a Answers) string {
	w := &writer{}
	w.b.WriteString(Head)
	w.line(0, "version: %d", spec.Version)
	w.line(0, "setups:")
	w.line(1, "%s:", Quoted(a.Setup))
	w.line(2, "account: %s # where all of it is, in quotes", Always(a.Account))
	w.line(2, "region: %s", Quoted(a.Region))
	if a.Preset == Full {
		w.line(2, "confusedDeputy: everywhere # Personalize gets in for jobs of this account alone")
	}
	key := ""
	if a.Encrypted {
		key = ", key: main"
		w.line(2, "keys:")
		w.line(3, "main: {alias: %s} # created; `arn: ...` names one that exists", Quoted("alias/"+a.Setup+"-personalize"))
	}
	w.line(2, "buckets:")
	w.line(3, "data: {name: %s%s} # created; with `existing: true` it only gets statements", Quoted(a.Bucket), key)
	apart := a.Encrypted && slices.Contains(a.Workflows, "data-deletion")
	if apart {
		w.line(3, "deletions: {name: %s} # Personalize refuses lists of deletions under a key", Quoted(a.Bucket+"-deletions"))
	}
	w.line(2, "workflows: # what Personalize reads and writes, by prefix")
	for _, kind := range a.Workflows {
		w.line(3, "%s", workflowLine(kind, apart))
	}
	if a.Preset == Full {
		group := "{name: " + Quoted(a.Setup) + "}"
		if a.Encrypted {
			group = "{name: " + Quoted(a.Setup) + ", key: main}"
		}
		w.line(2, "datasetGroup: %s", group)
		w.line(2, "operators: # people and programs that call Personalize; name users, groups or roles that exist")
		w.line(3, "pipeline: {access: [operate, build]}")
		w.line(3, "shop: {access: runtime}")
		w.line(2, "tags: {application: %s}", Quoted(a.Setup))
	}
	return w.b.String()
}

func workflowLine(kind string, apart bool) string {
	switch kind {
	case "import":
		return "- {type: import, from: data/datasets/}"
	case "batch-inference":
		return "- {type: batch-inference, from: data/batch/in/, to: data/batch/out/}"
	case "batch-segment":
		return "- {type: batch-segment, from: data/segments/in/, to: data/segments/out/}"
	case "export":
		return "- {type: export, to: data/export/}"
	case "metric-attribution":
		return "- {type: metric-attribution, to: data/metrics/}"
	case "data-deletion":
		if apart {
			return "- {type: data-deletion, from: deletions/}"
		}
		return "- {type: data-deletion, from: data/deletions/}"
	}
	panic(fmt.Sprintf("there is no workflow %q", kind))
}

// writer writes lines of YAML.
type writer struct{ b strings.Builder }

func (w *writer) line(depth int, format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}
