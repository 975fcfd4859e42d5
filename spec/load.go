package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/internal/readfile"
	"gopkg.in/yaml.v3"
)

// Load reads a spec and the policy files that it names, which are relative to it. The Spec is nil when there is an error among the diagnostics.
func Load(path string) (*Spec, Diagnostics) {
	var fs Files
	s, ds := fs.Load(path)
	return fs.alone(s, ds)
}

// Parse reads a spec from data. The file is its path: messages begin with it, and policy files are read relative to its folder, by readFile,
// which may be called from several goroutines at once.
func Parse(file string, data []byte, readFile func(path string) ([]byte, error)) (*Spec, Diagnostics) {
	var fs Files
	s, ds := fs.add(origin{file: file, data: data, readFile: readFile}, data)
	return fs.alone(s, ds)
}

// parse reads a spec and notes in claims, which is empty, what its setups claim.
func parse(file string, data []byte, readFile func(path string) ([]byte, error), claims *claimed) (*Spec, Diagnostics) {
	data = trimBOM(data)
	r := &reader{}
	l := &loader{file: file, readFile: readFile}
	setups, warnings, ok := l.quickly(data, claims)
	if r.problems = warnings; !ok {
		r.problems = nil
		l = &loader{file: file, readFile: readFile}
		var results []result
		setups, results = l.load(r, data)
		clear(claims.all)
		for i := range results {
			claims.take(&results[i]) // what contradicts was found
		}
	}
	ds := finish(file, &source{data: data}, r.problems)
	if ds.HasErrors() {
		return nil, ds
	}
	for _, s := range setups {
		s.SharedModule = l.terraform.v == TerraformSharedModules
		s.OwnModule = l.terraform.v == TerraformOwnModules
	}
	return &Spec{File: file, Setups: setups, Root: l.root.v}, ds
}

func trimBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\uFEFF")) }

// unreadable is what is said of a file that cannot be read.
func unreadable(path string, err error) Diagnostics {
	r := &reader{}
	var size *readfile.SizeError
	if errors.As(err, &size) {
		r.at(codeTooLarge, 1, 1, "split it into several files", "file has more than %d bytes, which is the limit", size.Max)
	} else {
		r.at(codeRead, 1, 1, meantFile(path), "cannot be read: %s", reason(err))
	}
	return finish(path, &source{}, r.problems)
}

// meantFile returns a hint with the spec that a path which cannot be read was probably meant to be.
func meantFile(path string) string {
	dir, name := filepath.Dir(path), filepath.Base(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		dir, name = path, "pzgen.yaml"
	}
	entries, _ := os.ReadDir(dir) // what was read is enough
	var candidates []string
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if (ext == ".yaml" || ext == ".yml") && e.Name() != filepath.Base(path) &&
			strconv.Quote(e.Name()) == `"`+e.Name()+`"` && !strings.Contains(e.Name(), "`") {
			candidates = append(candidates, e.Name())
		}
	}
	if found := nearest(name, candidates); found != "" {
		return didYouMean(filepath.Join(dir, found))
	}
	return "give the path of a spec with -f"
}

// loader is what all setups of a file have in common. It does not change while they are loaded.
type loader struct {
	file          string
	readFile      func(path string) ([]byte, error)
	defaults      setupDraft // values with placeholders are given and not ok
	inherited     *yaml.Node // the mapping of defaults; nil without one
	fills         bool       // there are placeholders in it
	size          int        // how many values are in it
	defaultsWrong bool
	root          text
	terraform     text
}

// declared is a setup as it is in the file.
type declared struct {
	name      string
	key, body *yaml.Node
	span      span
}

func (l *loader) load(r *reader, data []byte) ([]*Setup, []result) {
	root := r.parseYAML(data)
	if root == nil {
		return nil, nil
	}
	list := l.loadRoot(r, root)
	results := make([]result, len(list))
	parallel(len(list), func(i int) { results[i] = l.loadSetup(list[i]) })
	for i := range results {
		r.problems = append(r.problems, results[i].problems...)
	}
	acrossSetups(r, results)
	r.problems = nameSetups(r.problems, len(results), l.fills)
	setups := make([]*Setup, len(results))
	for i := range results {
		setups[i] = results[i].setup
	}
	slices.SortFunc(setups, func(a, b *Setup) int { return strings.Compare(a.Name, b.Name) })
	return setups, results
}

// The fields of a file.
var rootFields = []string{"version", "root", "terraform", "defaults", "setups"}

func (l *loader) loadRoot(r *reader, root *yaml.Node) []declared {
	if !r.checkVersion(root) {
		return nil // another version has other fields
	}
	v := l.fields(r, root)
	if v == nil {
		r.err(codeMissing, root, "write `setups:` and a setup under it", "spec has no setups")
		return nil
	}
	m, ok := r.mapping(v, "setups")
	if !ok {
		return nil
	}
	entries := r.entries(m)
	if len(entries) == 0 {
		r.err(codeMissing, m, "write a setup under it", "setups is empty")
	}
	list := make([]declared, 0, len(entries)/2)
	seen := make(map[string]bool, len(entries)/2)
	for i := 0; i < len(entries); i += 2 {
		k := deref(entries[i])
		name, ok := r.key(k)
		if !ok || !r.name(k, "setups", name, setupName, nil) {
			continue
		}
		if seen[name] {
			r.err(codeTwice, k, "keep one of them", "setups.%s is given twice", name)
			continue
		}
		seen[name] = true
		list = append(list, declared{name: name, key: k, body: entries[i+1]})
	}
	setSpans(root, list)
	if l.tooMuch(len(list)) {
		r.err(codeTooLarge, l.inherited, "split the file, or write what few setups need in these",
			"%d setups inherit %d values each; the limit is %d for all of them", len(list), l.size, maxInherited)
		return nil
	}
	return list
}

// fields reads the fields of a file but its setups, which it gives as they stand, or nil.
func (l *loader) fields(r *reader, root *yaml.Node) *yaml.Node {
	fields := map[string]*yaml.Node{}
	for _, e := range r.known(root, "spec", rootFields) {
		fields[e.name] = e.v
	}
	if v := fields["root"]; v != nil {
		l.root = r.enum(v, "root", RootModes())
	}
	if v := fields["terraform"]; v != nil {
		l.terraform = r.enum(v, "terraform", TerraformModes())
	}
	if v := fields["defaults"]; v != nil {
		r.inDefaults = true
		setupObject.read(r, v, "defaults", &l.defaults)
		r.inDefaults = false
		l.defaultsWrong = r.errors > 0
		l.inherited, l.fills, l.size = deref(v), r.held > 0, expanded(v, map[*yaml.Node]int{})
	}
	return fields["setups"]
}

// checkVersion looks at the version before anything else. A spec without one is read on, so that the rest of it is checked too.
func (r *reader) checkVersion(root *yaml.Node) bool {
	entries := r.entries(root)
	for i := 0; i < len(entries); i += 2 {
		if deref(entries[i]).Value != "version" {
			continue
		}
		v := deref(entries[i+1])
		if v.Kind == yaml.ScalarNode && v.Tag == "!!int" && v.Value == strconv.Itoa(Version) {
			return true
		}
		r.err(codeVersion, v, fmt.Sprintf("write `version: %d`", Version), "version is %s; this build reads version %d", kindOf(v), Version)
		return false
	}
	r.err(codeVersion, root, fmt.Sprintf("begin with `version: %d`", Version), "spec has no version")
	return true
}

// result is a setup as it was loaded, with what the checks across setups need. Its parts are filled in as far as the file is right.
type result struct {
	setup    *Setup
	draft    *setupDraft
	at       *yaml.Node
	span     span
	problems []problem
}

// loadSetup loads one setup. It depends on nothing but the setup and what loader holds, and changes neither.
func (l *loader) loadSetup(s declared) result {
	var draft setupDraft
	const places = 14 // of a usual setup; a map made for more takes twice the memory
	c := &checker{
		loader: l,
		d:      &draft,
		at:     s.key,
		s:      &Setup{Name: s.name, Places: make(Places, places)},
	}
	c.fill, c.setup, c.span = &filler{setup: s.name, body: s.body, defaults: &l.defaults}, s.name, s.span
	c.setPlace("", s.key)
	setupObject.read(&c.reader, c.inherit(s.body), "setup", &draft)
	c.wellFormed = !l.defaultsWrong && c.errors == 0 && !c.unfilled
	c.check()
	return result{c.s, &draft, s.key, s.span, c.problems}
}

// parallel calls f for 0 to n-1, on all cores when that is worth it.
func parallel(n int, f func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	if n < 32 || workers == 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}

// maxPolicyFile is far above every policy: S3 takes 20 kB, KMS 32 kB.
const maxPolicyFile = 1 << 20

func readPolicyFile(path string) ([]byte, error) { return readfile.File(path, maxPolicyFile) }

// reason returns what an error of the file system says, without the path, which stands before it.
func reason(err error) string {
	var pe *fs.PathError
	var kind *readfile.KindError
	var size *readfile.SizeError
	switch {
	case errors.As(err, &pe):
		return pe.Err.Error()
	case errors.As(err, &kind):
		return "it is " + kind.What + ", not a regular file"
	case errors.As(err, &size):
		return fmt.Sprintf("it has more than %d bytes", size.Max)
	}
	return err.Error()
}

// beside returns the path of a file that the spec names.
func (l *loader) beside(path string) string {
	return filepath.Join(filepath.Dir(l.file), filepath.FromSlash(path))
}
