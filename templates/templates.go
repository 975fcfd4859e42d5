// Package templates is the single source of every policy statement that pzgen emits: YAML data
// with typed holes, checked as a whole when it is loaded.
//
// A statement names the documents it may be in, the facts of a setup under which it applies, and
// why it is there. Its strings hold references in angle brackets, from a closed list, and become
// [policy.Text] at once, so that no later step can mistake a value for syntax.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/policy"
)

//go:embed policies/*.yaml
var embedded embed.FS

// Library is a checked set of templates. It is not changed after it was loaded.
type Library struct {
	Templates []Template
	files     map[string][]byte // by base name
	bases     []string
}

// Template is one statement.
type Template struct {
	Sid       string // without the names that the model adds; "" where the documented policy has none
	ID        string // the Id of the document that it is in, profile documented
	Profile   string // the profile that it belongs to; "" for both
	For       string // what it is repeated for, one of the scopes
	In        []string
	When      []string // facts that must all hold
	Unless    []string // facts of which none may hold
	Statement policy.Statement
	Extra     []Conditional // conditions that only some setups want
	More      []MoreActions // actions that only some setups want
	Why       string
	Source    string // page#section of the guide, or <other guide>:page#section; see sources.txt
	Edition   string // month or year of the version that says so
	Breaks    string // what fails without it
	Accepted  string // why it is wanted although no workflow needs it; "" when it is not accepted
	BuiltIn   bool   // its Sid is one of the templates that are built in, for the same profile
	File      string // base name of its file
	Line      int
}

// Conditional is a set of conditions that a statement carries only under some facts and in some
// documents.
type Conditional struct {
	When       []string
	In         []string // nil: every document of the template
	Conditions []policy.Condition
}

// MoreActions are actions that a statement has beside its own under some facts. One that it has
// already is not there twice.
type MoreActions struct {
	When, Unless []string
	Actions      []policy.Text
}

// What a template may be repeated for, and the documents that it may be in.
var (
	scopes    = []string{"setup", "bucket", "key", "operator", "operator-bucket", "operator-key", "logged-bucket"}
	documents = []string{"trust", "role", "role-s3", "role-kms", "role-cloudwatch", "role-access", "bucket", "key", "operator"}
)

// Facts returns what templates can ask of a setup, a bucket, a key or an operator, whichever scope
// is. The model decides each of them.
func Facts(scope string) []string { return slices.Clone(facts[scope]) }

var facts = map[string][]string{
	"setup":  {"metrics", "bucket-keys", "source-account", "source-arn"},
	"bucket": {"lists", "reads", "writes", "results", "gets", "puts", "exports-alone", "require-tls", "guarded", "admits-role", "list-by-prefix"},
	"key": {"created", "used", "encrypts-bucket", "encrypts-dataset-group", "exports-dataset-group", "role-needs-key", "guarded", "names-creators", "names-uploaders", "names-downloaders",
		"admits-uploading-services", "admits-downloading-services", "names-role", "admits-role"},
	"operator": {"full", "operate", "build", "read", "runtime", "passes-role", "imports", "exports", "batch-inference",
		"batch-segment", "data-deletion", "metrics", "uses-datasets", "uses-solutions", "dataset-group", "tags",
		"creates-groups", "encrypted-dataset-group", "deploy", "by-shell", "by-terraform", "by-cloudformation",
		"makes-role", "bounds-role", "inline-role", "attaches-users", "attaches-groups", "attaches-roles", "lists-roles",
		"expires-buckets", "logs-buckets", "removes-buckets", "makes-keys", "removes-keys", "lists-aliases", "key-policies", "makes-group", "describes-group-key"},
	"operator-bucket": {"uploads", "downloads", "by-prefix", "principals", "services"},
	"operator-key":    {"uploads", "downloads"},
	"logged-bucket":   {},
}

// holes are the references that a template of a scope may hold. Those marked true are for a list:
// the string that holds one is repeated for each element.
var holes = map[string]map[string]bool{
	"setup":  {"aws.partition": false, "aws.account": false, "aws.region": false, "role.arn": false, "role.name": false, "trust.regions": true},
	"bucket": {"bucket.arn": false, "bucket.name": false, "bucket.reads": true, "bucket.writes": true, "bucket.results": true, "bucket.lists": true},
	"key": {"key.arn": false, "key.admins": true, "key.creators": true, "key.uploaders": true, "key.downloaders": true,
		"key.uploading-services": true, "key.downloading-services": true},
	"operator": {"group.name": false, "groupkey.arn": false, "operator.tags": true,
		"deploy.setups": true, "deploy.stacks": true, "deploy.policies": true, "deploy.findable": true, "deploy.begun": true,
		"deploy.kinds": true, "deploy.members": true, "deploy.listed": true, "deploy.attachable": true, "deploy.detachable": true,
		"deploy.buckets": true, "deploy.expiring-buckets": true, "deploy.logged-buckets": true, "deploy.looked-at-buckets": true, "deploy.removed-buckets": true, "deploy.existing-buckets": true, "deploy.bucket-policies": true, "deploy.objects": true,
		"deploy.aliases": true, "deploy.existing-keys": true, "deploy.found-keys": true},
	"operator-bucket": {"bucket.arn": false, "access.uploads": true, "access.downloads": true, "access.lists": true,
		"access.principals": true, "access.services": true},
	"operator-key":  {"key.arn": false},
	"logged-bucket": {"bucket.arn": false, "logged.arn": false, "logged.prefix": false},
}

// Default returns the templates that are built in.
func Default() (*Library, error) {
	sub, err := fs.Sub(embedded, "policies")
	if err != nil {
		return nil, err
	}
	return load(sub, nil)
}

// LoadDir returns the built-in templates with the files of dir laid over them: a file replaces the
// built-in one of the same name, or adds to them. Files that do not end in .yaml are left alone.
func LoadDir(dir string) (*Library, error) {
	base, err := Default()
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no templates folder %q", dir)
	} else if err != nil {
		return nil, fmt.Errorf("templates folder: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("templates folder %q is not a folder", dir)
	}
	return load(folder(dir), base)
}

// MaxFile is the most bytes of a file of templates that are read: the built-in ones have a tenth.
const MaxFile = 1 << 20

// folder is a folder of templates that a user names, of which files are read whole.
type folder string

func (d folder) Open(name string) (fs.File, error) { return os.DirFS(string(d)).Open(name) }

func (d folder) ReadFile(name string) ([]byte, error) {
	return readfile.File(filepath.Join(string(d), filepath.FromSlash(name)), MaxFile)
}

// load reads the files of fsys, over those of base if there is one.
func load(fsys fs.FS, base *Library) (*Library, error) {
	files := map[string][]byte{}
	if base != nil {
		for name, data := range base.files {
			files[name] = data
		}
	}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("templates folder holds no .yaml file; make one with: pzgen templates export DIR")
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		files[path.Base(name)] = data
	}
	lib := &Library{files: files}
	var errs []error
	for _, name := range lib.Files() {
		parsed, err := parse(name, files[name])
		lib.Templates, errs = append(lib.Templates, parsed...), append(errs, err)
	}
	builtIn := lib
	if base != nil {
		builtIn = base
	}
	for i := range lib.Templates {
		t := &lib.Templates[i]
		t.BuiltIn = slices.ContainsFunc(builtIn.Templates,
			func(o Template) bool { return o.Sid == t.Sid && o.Profile == t.Profile })
	}
	lib.bases = builtIn.basesOf("")
	errs = append(errs, lib.check()...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return lib, nil
}

// Files returns the names of the library's files, sorted.
func (l *Library) Files() []string {
	names := make([]string, 0, len(l.files))
	for n := range l.files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// File returns the text of one of the library's files.
func (l *Library) File(name string) []byte { return l.files[name] }

// OwnedBases returns the Sids, without names, of all templates that are built in and may be in the
// policy of a bucket or a key. None is the beginning of another, so that a Sid read from a policy
// tells for certain which template it came from and for which setup.
func (l *Library) OwnedBases() []string { return slices.Clone(l.bases) }

// admitsRole is the fact that a key is another setup's.
const admitsRole = "admits-role"

// marker is what the model puts between the Sid of a template that is not built in and the name of
// the setup, in policies that others may share; see model.SidMarker.
const marker = "PZgen"

// GuideSids returns the Sids that the guide's own policies of buckets and keys have. Anybody who
// follows the guide has them too.
func GuideSids() []string { return []string{"Allow use of the key", "PersonalizeS3BucketAccessPolicy"} }

// basesOf returns the Sids of a profile's templates that may be in the policy of a bucket or a key;
// "" are those that are not of profile documented.
func (l *Library) basesOf(profile string) []string {
	var bases []string
	for _, t := range l.Templates {
		shared := slices.Contains(t.In, "bucket") || slices.Contains(t.In, "key")
		if slices.Contains(t.When, admitsRole) {
			continue // what is for other setups has a mark
		}
		if t.Sid != "" && shared && (t.Profile == "documented") == (profile == "documented") {
			bases = append(bases, t.Sid)
		}
	}
	slices.Sort(bases)
	return slices.Compact(bases)
}

// check applies the rules that concern several templates at once.
func (l *Library) check() []error {
	var errs []error
	type slot struct{ sid, profile, doc string }
	seen := map[slot][]*Template{}
	for i := range l.Templates {
		t := &l.Templates[i]
		for _, doc := range t.In {
			for _, profile := range []string{"least-privilege", "documented"} {
				if t.Sid == "" || t.Profile != "" && t.Profile != profile {
					continue
				}
				s := slot{t.Sid, profile, doc}
				for _, other := range seen[s] {
					if !exclusive(t, other) {
						errs = append(errs, fmt.Errorf("%s:%d: sid %q is at %s:%d already and both can apply at once", t.File, t.Line, t.Sid, other.File, other.Line))
					}
				}
				seen[s] = append(seen[s], t)
			}
		}
	}
	bases := l.basesOf("")
	for i := 1; i < len(bases); i++ {
		if strings.HasPrefix(bases[i], bases[i-1]) {
			errs = append(errs, fmt.Errorf("sid %q begins with sid %q: in a shared policy one could be taken for the other", bases[i], bases[i-1]))
		}
	}
	return errs
}

// exclusive reports whether two templates can never apply to the same thing, because one asks for
// a fact that the other excludes.
func exclusive(a, b *Template) bool {
	for _, f := range a.When {
		if slices.Contains(b.Unless, f) {
			return true
		}
	}
	for _, f := range b.When {
		if slices.Contains(a.Unless, f) {
			return true
		}
	}
	return false
}

// Applies reports whether the template belongs to the profile and to the document, and whether the
// facts let it be there.
func (t *Template) Applies(profile, doc string, facts map[string]bool) bool {
	return (t.Profile == "" || t.Profile == profile) && slices.Contains(t.In, doc) && holds(facts, t.When) && !anyHolds(facts, t.Unless)
}

// Applies reports whether the conditions belong into the document under the facts.
func (c *Conditional) Applies(doc string, facts map[string]bool) bool {
	return (c.In == nil || slices.Contains(c.In, doc)) && holds(facts, c.When)
}

// Applies reports whether the actions belong into the statement under the facts.
func (m *MoreActions) Applies(facts map[string]bool) bool {
	return holds(facts, m.When) && !anyHolds(facts, m.Unless)
}

func holds(facts map[string]bool, names []string) bool {
	for _, n := range names {
		if !facts[n] {
			return false
		}
	}
	return true
}

func anyHolds(facts map[string]bool, names []string) bool {
	for _, n := range names {
		if facts[n] {
			return true
		}
	}
	return false
}
