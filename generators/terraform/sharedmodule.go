package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// modulePrefix begins the names of the folders of the output with modules of setups whose spec has
// terraform: shared-modules. A checksum of its files follows. Setups whose modules are equal thus
// have one, whatever other setups there are, and the setup's own folder calls it.
const modulePrefix = "_module-"

// IsSharedModule reports whether a path of the output is in a folder of a module that setups share.
func IsSharedModule(p string) bool { return strings.HasPrefix(p, modulePrefix) }

// callName is what a setup's folder calls the module that it shares.
const callName = "personalize"

// Names of what a shared module has for values that a module of one setup spells out.
const (
	varSetup           = "setup"
	varSidSuffix       = "sid_suffix"
	varRoleDescription = "role_description"
)

// isOwnDocument reports whether a document is of a bucket or a key: its Sids end in the setup's mark.
func isOwnDocument(name string) bool {
	return strings.HasPrefix(name, "bucket-") || strings.HasPrefix(name, "key-")
}

// sidSegments returns a Sid of the document that is being printed.
func (p *printer) sidSegments(sid string) []segment {
	base, ok := strings.CutSuffix(sid, model.SidSuffix(p.setup.Name))
	if !p.shared || !p.marked || !ok {
		return []segment{{lit: sid}}
	}
	return []segment{{lit: base}, {expr: ref("var", varSidSuffix).first}}
}

// ofSetup splits a name that pzgen makes of the setup's: what is before that, and after it.
func ofSetup(s *model.Setup, name string) (before, after string, ok bool) {
	const begin = "Personalize-"
	after, ok = strings.CutPrefix(name, begin+s.Name)
	return begin, after, ok && (after == "" || after[0] == '-')
}

// named returns the name of a policy.
func (p *printer) named(name string) expr {
	before, after, ok := ofSetup(p.setup, name)
	if !p.shared || !ok {
		return p.str(name)
	}
	return p.template(segment{lit: before}, segment{expr: ref("var", varSetup).first},
		segment{lit: after})
}

// locationVar is what a workflow reads or writes in a bucket, and the variable that a shared module
// has for it.
type locationVar struct {
	name, about, bucket, prefix string
}

// locationVars returns the locations of the workflows. Where two are one, the first one's counts.
func locationVars(s *model.Setup) []locationVar {
	var out []locationVar
	taken := map[string]int{}
	for _, w := range s.Workflows {
		typ := snake(w.Type)
		if taken[typ]++; taken[typ] > 1 {
			typ = fmt.Sprintf("%s_%d", typ, taken[typ])
		}
		if w.From != nil && w.From.Prefix != "" {
			out = append(out, locationVar{typ + "_from", "What the workflow " + w.Type +
				" reads in the bucket " + w.From.Bucket + ".", w.From.Bucket, w.From.Prefix})
		}
		if w.To != nil && w.To.Prefix != "" {
			out = append(out, locationVar{typ + "_to", "Where the workflow " + w.Type +
				" writes in the bucket " + w.To.Bucket + ".", w.To.Bucket, w.To.Prefix})
		}
	}
	return out
}

// located splits what follows the ARN of a bucket at the location of a workflow.
func located(all []locationVar, bucket policy.Ref, rest string) (l locationVar, after string, ok bool) {
	for _, l := range all {
		if bucket != model.RefBucketARN(l.bucket) {
			continue
		}
		if after, ok := strings.CutPrefix(rest, "/"+l.prefix); ok && (after == "" || after == "*") {
			return l, after, true
		}
	}
	return locationVar{}, "", false
}

// locations returns the parts of a text with variables for the locations of workflows.
func (p *printer) locations(before policy.Part, lit string) []segment {
	if bucket, is := before.(policy.Ref); p.shared && is {
		if l, after, ok := located(p.places, bucket, lit); ok {
			return []segment{{lit: "/"}, {expr: ref("var", l.name).first}, {lit: after}}
		}
	}
	return []segment{{lit: lit}}
}

// sharedVars are the variables of a shared module that a module of one setup does without.
func sharedVars(s *model.Setup) []scalar {
	setup, sids := false, false
	locations, used := locationVars(s), map[string]bool{}
	for _, d := range s.Docs() {
		_, _, of := ofSetup(s, d.PolicyName)
		setup = setup || of
		for _, st := range d.Document.Statements {
			sids = sids || isOwnDocument(d.Name) && strings.HasSuffix(st.Sid, model.SidSuffix(s.Name))
			st.MapTexts(func(t policy.Text) policy.Text {
				parts := t.Parts()
				for i := range parts {
					lit, is := parts[i].(policy.Lit)
					if !is || i == 0 {
						continue
					}
					if bucket, is := parts[i-1].(policy.Ref); is {
						l, _, _ := located(locations, bucket, string(lit))
						used[l.name] = true
					}
				}
				return t
			})
		}
	}
	setup = setup || slices.ContainsFunc(s.Keys, func(k model.Key) bool { return !k.Existing() })
	var out []scalar
	put := func(wanted bool, name, about, value string) {
		if wanted {
			out = append(out, scalar{name: name, about: about, value: value})
		}
	}
	put(setup, varSetup, "Name of the setup, which names of policies are made of.", s.Name)
	put(sids, varSidSuffix, "How Sids end in policies that others may have statements in.",
		model.SidSuffix(s.Name))
	put(!s.Role.Existing && s.Role.Description != "", varRoleDescription,
		"Description of the role.", s.Role.Description)
	for _, l := range locations {
		put(used[l.name], l.name, l.about, l.prefix)
	}
	return out
}

// allScalars are the variables that hold one string.
func allScalars(s *model.Setup, n names) []scalar {
	all := scalars(s, n)
	if s.SharedModule {
		all = append(all, sharedVars(s)...)
	}
	return all
}

// sharedModule returns the files of a module with the paths that they have as a shared one, and its
// folder. Only names and contents count, in the order of the names.
func sharedModule(files []output.File) (string, []output.File) {
	slices.SortFunc(files, func(a, b output.File) int { return strings.Compare(a.Path, b.Path) })
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%q %d\n%s", f.Path, len(f.Data), f.Data)
	}
	dir := modulePrefix + hex.EncodeToString(sum.Sum(nil)[:8])
	for i := range files {
		files[i].Path = dir + "/" + files[i].Path
	}
	return dir, files
}

// caller prints the setup's own folder where the module is a shared one. It has what a root module
// alone may have or know: the values, the former addresses, and import blocks to copy.
func (p *printer) caller(module string) []output.File {
	main := p.start("The module is shared: setups that differ from this one in these values alone " +
		"call it too.")
	m := main.block("module", callName)
	m.set("source", p.str("../../"+module))
	m.blank()
	for _, v := range allScalars(p.setup, p.names) {
		m.set(v.name, p.str(v.value))
	}
	for _, o := range p.setup.Operators {
		for _, a := range audiences(o) {
			if len(a.Names) > 0 {
				m.set(p.names.principalVar(o.ID, a.Kind), list(p.strs(a.Names)))
			}
		}
	}
	if taggable(p.setup) {
		m.set(varTags, p.tags())
	}
	p.moved(main)
	outputs := p.start()
	for _, o := range p.outputList() {
		body := outputs.block("output", o.name)
		body.set("description", p.str(o.about))
		body.set("value", ref("module", callName, o.name))
	}
	return []output.File{
		p.file(fileVersions, p.versions()), p.file(fileMain, main), p.file(fileOutputs, outputs),
		p.file(fileAdopt, p.adopt()),
	}
}

// address is that of a resource in a root module that is the setup's own folder.
func address(s *model.Setup, resource string) string {
	if s.SharedModule {
		return inCall(resource)
	}
	return resource
}

// inCall is the address of a resource of a shared module.
func inCall(resource string) string { return "module." + callName + "." + resource }
