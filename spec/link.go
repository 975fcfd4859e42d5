package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/readfile"
)

// Setups that use what others have are linked to them once all files were read: a setup may be in
// another file than the one whose bucket it uses.

// ownedBy takes `<setup>/<name>` apart.
func ownedBy(s string) Owned {
	setup, name, _ := strings.Cut(s, "/")
	return Owned{setup, name}
}

// linker links setups.
type linker struct {
	setups map[string]*Setup
	file   map[*Setup]int // which file a setup is in
	found  [][]problem    // by file
	used   map[inFile]bool
}

// inFile is a place in one of the files.
type inFile struct {
	file  int
	place Place
}

// Link links the setups of all files that were loaded, and adds to their diagnostics what is wrong
// with that: a bucket, a key or a role of a setup that is not there, or where it cannot be used. It
// takes out the warnings that nothing uses what another setup does use. When one of the files has
// errors, nothing is linked, since what seems to be missing may be in that one.
func (fs *Files) Link(ds Diagnostics) Diagnostics {
	if ds.HasErrors() {
		return ds
	}
	l := &linker{setups: map[string]*Setup{}, file: map[*Setup]int{}, found: make([][]problem, len(fs.loaded)),
		used: map[inFile]bool{}}
	links := false
	for i, o := range fs.loaded {
		for _, s := range o.spec.Setups {
			links = links || s.links()
			l.setups[s.Name], l.file[s] = s, i
		}
	}
	if !links {
		l.handOver()
		return ds
	}
	l.link()
	var out Diagnostics
	for _, d := range ds {
		i := slices.IndexFunc(fs.loaded, func(o origin) bool { return o.file == d.File })
		if d.Code != warnUnused || !l.used[inFile{i, Place{d.Line, d.Col}}] {
			out = append(out, d)
		}
	}
	for i, o := range fs.loaded {
		if len(l.found[i]) == 0 {
			continue
		}
		data := o.data
		if data == nil {
			var err error
			if data, err = readfile.File(o.file, maxBytes); err != nil {
				out = append(out, unreadable(o.file, err)...)
				continue
			}
		}
		out = append(out, finish(o.file, &source{data: trimBOM(data)}, l.found[i])...)
	}
	if !out.HasErrors() {
		l.handOver()
	}
	return out
}

// handOver makes up the owners in other accounts.
func (l *linker) handOver() {
	for _, s := range l.setups {
		s.handOver()
	}
}

// alone links a file that is the only one.
func (fs *Files) alone(s *Spec, ds Diagnostics) (*Spec, Diagnostics) {
	if ds = fs.Link(ds); ds.HasErrors() {
		return nil, ds
	}
	return s, ds
}

// links reports whether a setup uses what another one has.
func (s *Setup) links() bool {
	return s.Role.Of != "" || slices.ContainsFunc(s.Buckets, func(b Bucket) bool { return b.Of.Elsewhere() }) ||
		slices.ContainsFunc(s.Keys, func(k Key) bool { return k.Of.Elsewhere() })
}

// add notes something that is wrong with a part of a setup.
func (l *linker) add(severity Severity, code string, s *Setup, part, hint, format string, args ...any) {
	at, ok := s.Places[part]
	if !ok {
		at = s.Places[""]
	}
	file := l.file[s]
	l.found[file] = append(l.found[file], problem{code: code, severity: severity, line: max(1, at.Line),
		col: max(1, at.Col), message: fmt.Sprintf(format, args...), hint: hint, format: format})
}

func (l *linker) err(code string, s *Setup, part, hint, format string, args ...any) {
	l.add(Error, code, s, part, hint, format, args...)
}

func (l *linker) link() {
	names := make([]string, 0, len(l.setups))
	for name := range l.setups {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		l.one(l.setups[name], names)
	}
	for _, name := range names {
		l.circle(l.setups[name])
	}
}

// one links one setup. Keys come first, since buckets are under them.
func (l *linker) one(s *Setup, names []string) {
	before := len(l.found[l.file[s]])
	if s.Role.Of != "" {
		if owner := l.owner(s, s.Role.Of, "role.of", names); owner != nil {
			l.role(s, owner)
		}
	}
	for i := range s.Keys {
		if k := &s.Keys[i]; k.Of.Elsewhere() {
			if owner := l.owner(s, k.Of.Setup, "keys."+k.Name+".of", names); owner != nil {
				l.key(s, k, owner)
			}
		}
	}
	for i := range s.Buckets {
		if b := &s.Buckets[i]; b.Of.Elsewhere() {
			if owner := l.owner(s, b.Of.Setup, "buckets."+b.Name+".of", names); owner != nil {
				l.bucket(s, b, owner)
			}
		}
	}
	if len(l.found[l.file[s]]) > before {
		return // what seems to be unused may only be misspelt
	}
	for i := range s.Keys {
		if k := &s.Keys[i]; k.Of.Elsewhere() && !s.uses(k.Name) {
			l.add(Warning, warnUnused, s, "keys."+k.Name, "name it as the key of the dataset group, use a bucket under it, or leave it out",
				"nothing uses key %q", k.Name)
		}
	}
}

// uses reports whether a bucket or the dataset group of a setup is under a key.
func (s *Setup) uses(key string) bool {
	return s.DatasetGroup != nil && s.DatasetGroup.Key == key ||
		slices.ContainsFunc(s.Buckets, func(b Bucket) bool { return b.Key == key })
}

// owner returns the setup of a name, which another one needs, and notes that.
func (l *linker) owner(s *Setup, name, part string, names []string) *Setup {
	owner := l.setups[name]
	switch {
	case owner == nil:
		l.err(codeUndeclared, s, part, suggestOr(name, "setups are", names), "there is no setup %q: the "+
			"setup that has it has to be in this run, if need be by another -f", name)
		return nil
	case owner.StackSet:
		l.err(codeOf, s, part, "leave stackSet out there", "setup %q has stackSet, so that what it has is in many accounts", name)
	case owner.Account != s.Account:
		l.err(codeOf, s, part, "declare it as existing here", "setup %q is in account %s, and this one in %s",
			name, owner.Account, s.Account)
	case owner.Partition != s.Partition:
		l.err(codeOf, s, part, "", "setup %q is in partition %s, and this one in %s", name, owner.Partition, s.Partition)
	case owner.Region != s.Region && part != "role.of":
		l.err(codeOf, s, part, "give this setup one in "+s.Region, "setup %q is in region %s, and this one in %s: "+
			"Personalize, buckets and keys of a setup are in one region", name, owner.Region, s.Region)
	default:
		if !slices.Contains(s.Owners, owner) {
			s.Owners, owner.Users = append(s.Owners, owner), append(owner.Users, s) // setups come by their names
		}
		return owner
	}
	return nil
}

// itself refuses what the owner has of a third setup.
func (l *linker) itself(s *Setup, part, what, of string) {
	l.err(codeOf, s, part, "write `of: "+of+"`", "%s is of another setup there, too", what)
}

// abroad refuses what is of another account there.
func (l *linker) abroad(s *Setup, part, what string, owner *Setup, account string) {
	l.err(codeElsewhere, s, part, "write here what setup "+owner.Name+" says of it, with `account`",
		"the %s is of account %s, whose owner is asked by each setup for itself", what, account)
}

func (l *linker) role(s, owner *Setup) {
	if owner.Role.Of != "" {
		l.itself(s, "role.of", "the role", owner.Role.Of)
		return
	}
	s.Role.Name, s.Role.Path, s.Role.BoundaryPolicy = owner.Role.Name, owner.Role.Path, owner.Role.BoundaryPolicy
	s.Role.PermissionsBoundary = owner.Role.PermissionsBoundary
}

func (l *linker) key(s *Setup, k *Key, owner *Setup) {
	part, of := "keys."+k.Name+".of", owner.Key(k.Of.Name)
	switch {
	case of == nil:
		l.err(codeUndeclared, s, part, suggestOr(k.Of.Name, "keys of "+owner.Name+" are", namesIn(owner.Keys, func(k Key) string { return k.Name })),
			"setup %q has no key %q", owner.Name, k.Of.Name)
	case of.Of.Elsewhere():
		l.itself(s, part, "the key", of.Of.String())
	case of.Account != "":
		l.abroad(s, part, "key", owner, of.Account)
	default:
		l.isUsed(owner, "keys."+of.Name)
		k.ARN, k.Alias, k.Found = of.ARN, of.Alias, of.ARN == ""
		l.needARN(s, k, owner, of)
		for _, other := range s.Keys {
			if other.Name != k.Name && other.Of == k.Of {
				l.err(codeTwice, s, part, "keep one of them", "keys %q and %q are the same key", other.Name, k.Name)
				break
			}
		}
	}
}

// needARN refuses targets that have no way to the ARN of a key: a template takes it from the stack of
// the owner, which has it if it creates the key.
func (l *linker) needARN(s *Setup, k *Key, owner *Setup, of *Key) {
	part := "keys." + k.Name + ".of"
	switch {
	case k.ARN != "":
	case of.Found && (slices.Contains(s.Targets, "json") || slices.Contains(s.Targets, "cloudformation")):
		l.err(codeNeedsARN, s, part, "write `arn:` in place of alias there, or `targets: [terraform, shell]` here",
			"key %q of setup %q exists and is told by its alias, and json and cloudformation would have to know its ARN", of.Name, owner.Name)
	case slices.Contains(s.Targets, "cloudformation") && !slices.Contains(owner.Targets, "cloudformation"):
		l.err(codeNeedsARN, s, part, "add cloudformation to the targets of setup "+owner.Name+", or take it out here",
			"the template takes the ARN of key %q from the stack of setup %q, which has no target cloudformation", of.Name, owner.Name)
	}
}

// uses notes that something of a setup is used by another one.
func (l *linker) isUsed(s *Setup, part string) { l.used[inFile{l.file[s], s.Places[part]}] = true }

func namesIn[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = name(t)
	}
	return out
}
