package calls

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Documents are documents of a setup with their references filled in. The zero value has none.
//
// A statement that does not cover the action of a call has no part in deciding it, so a call is
// decided by those that do. Which ones is found once for each action. Documents are not safe for
// use by several goroutines.
type Documents struct {
	by     map[Document]*indexed
	covers *covers
	edit   *edit
}

// Set puts a document under its name.
func (d *Documents) Set(name Document, doc policy.Document) {
	if d.by == nil {
		d.by = map[Document]*indexed{}
	}
	d.by[name], d.covers = &indexed{doc: doc}, &covers{}
}

// Get returns the document with a name; one without statements if there is none.
func (d Documents) Get(name Document) policy.Document {
	if x := d.by[name]; x != nil {
		return x.doc
	}
	return policy.Document{}
}

// With returns the documents with another one under a name; d is not changed.
func (d Documents) With(name Document, doc policy.Document) Documents {
	out := Documents{by: maps.Clone(d.by)}
	out.Set(name, doc)
	return out
}

// Edit returns the documents for deciding by them as if the statement at an index of one of them
// were another one, or not there when s is nil; d is not changed. The statement has to be there.
func (d Documents) Edit(name Document, at int, s *policy.Statement) Documents {
	d.edit = &edit{name, at, s}
	return d
}

// edit is one statement in the place of another.
type edit struct {
	name Document
	at   int
	s    *policy.Statement
}

// cover is what several documents, those of a caller or the one of a resource, have to say on an
// action: of each those statements that cover it.
type cover struct {
	docs   []policy.Document
	at     [][]int  // the indexes of their statements in the whole documents
	exists bool     // the first document does
	allows bool     // some statement allows something
	begins []string // how resources begin on which statements allow something
	named  bool     // some statement may depend on what things are called, see [named]
}

// covers are those that were found, and what was decided by them. Actions that the same statements
// cover share one.
type covers struct {
	byAction map[coverKey]*cover
	kept     map[string]*cover
	decided  map[alike]policy.Decision
	admitted map[admission]bool
}

// admission is somebody who is let in by what is said on an action, or not.
type admission struct {
	by        *cover
	service   string
	principal string
	theirs    bool
}

// alike is what decides a call that must not pass, all but its action.
type alike struct {
	by                           *cover
	caller                       Caller
	service, principal, resource string
	context                      *context
	theirs, instead              bool
}

// coverKey tells documents by the first of them: no two lists of documents share one.
type coverKey struct {
	first  Document
	action string
}

// cover returns what the documents with these names say on an action.
func (d Documents) cover(names []Document, action string) *cover {
	if len(names) == 0 {
		return &cover{}
	}
	if d.edit != nil && slices.Contains(names, d.edit.name) {
		return d.find(names, action)
	}
	if d.covers == nil {
		return &cover{docs: make([]policy.Document, len(names)), at: make([][]int, len(names))}
	}
	key := coverKey{names[0], action}
	c := d.covers.byAction[key]
	if c != nil {
		return c
	}
	if d.covers.byAction == nil {
		d.covers.byAction, d.covers.kept = map[coverKey]*cover{}, map[string]*cover{}
		d.covers.decided, d.covers.admitted = map[alike]policy.Decision{}, map[admission]bool{}
	}
	c = d.find(names, action)
	id := c.id(names[0])
	if kept := d.covers.kept[id]; kept != nil {
		c = kept
	} else {
		d.covers.kept[id] = c
	}
	d.covers.byAction[key] = c
	return c
}

func (d Documents) find(names []Document, action string) *cover {
	c := &cover{docs: make([]policy.Document, len(names)), at: make([][]int, len(names))}
	for i, name := range names {
		x := d.by[name]
		if x == nil {
			continue
		}
		c.exists = c.exists || i == 0
		c.at[i] = x.covering(action)
		replaced := policy.Statement{}
		if e := d.edit; e != nil && e.name == name {
			c.at[i] = slices.DeleteFunc(slices.Clone(c.at[i]), func(at int) bool { return at == e.at })
			if e.s != nil && e.s.CoversAction(action) {
				c.at[i], replaced = append(c.at[i], e.at), *e.s
			}
		}
		c.docs[i] = x.doc
		c.docs[i].Statements = make([]policy.Statement, len(c.at[i]))
		for j, at := range c.at[i] {
			s := x.doc.Statements[at]
			if d.edit != nil && d.edit.name == name && d.edit.at == at {
				s = replaced
			}
			c.docs[i].Statements[j] = s
			if s.Effect == policy.Allow {
				c.allows, c.begins = true, append(c.begins, begins(s)...)
			}
			c.named = c.named || !x.nameless[at]
		}
	}
	return c
}

// begins returns how each resource begins that a statement is about, up to a wildcard or a
// variable: a resource that begins in none of these ways is not one of them.
func begins(s policy.Statement) []string {
	var out []string
	for _, v := range s.Resource.Values {
		begin := ""
		if parts := v.Parts(); len(parts) > 0 {
			if lit, ok := parts[0].(policy.Lit); ok {
				begin = string(lit)
			}
		}
		if i := strings.IndexAny(begin, "*?"); i >= 0 {
			begin = begin[:i]
		}
		out = append(out, begin)
	}
	if out == nil { // all but some, or the role whose trust policy this is
		out = []string{""}
	}
	return out
}

// may reports whether a statement that allows something may be about a resource.
func (c *cover) may(resource string) bool {
	return slices.ContainsFunc(c.begins, func(b string) bool {
		return strings.HasPrefix(resource, b)
	})
}

// relaxed returns the policy of a resource with nothing but whom its statements allow: everywhere,
// always, and nobody is denied.
func (c *cover) relaxed() *policy.Document {
	out := c.docs[0]
	out.Statements = nil
	for _, s := range c.docs[0].Statements {
		if s.Effect == policy.Allow {
			if s.Resource.Values != nil || s.NotResource.Values != nil {
				s.Resource, s.NotResource = policy.List(policy.Literal("*")), policy.Texts{}
			}
			s.Condition = nil
			out.Statements = append(out.Statements, s)
		}
	}
	return &out
}

// id tells the cover from others of the same documents.
func (c *cover) id(first Document) string {
	b := append([]byte(first.Name), byte(first.Kind))
	for _, at := range c.at {
		for _, i := range at {
			b = append(strconv.AppendInt(b, int64(i), 10), ' ')
		}
		b = append(b, ';')
	}
	return string(b)
}

// indexed is a document, and which of its statements cover which actions.
type indexed struct {
	doc      policy.Document
	nameless map[int]bool     // statements that do not depend on what things are called
	exact    map[string][]int // statements that list actions alone, by each of them, in lower case
	other    []int            // all other statements
}

// covering returns the indexes of the statements that cover an action, in their order.
func (x *indexed) covering(action string) []int {
	if x.exact == nil {
		x.index()
	}
	at := slices.Clone(x.exact[strings.ToLower(action)])
	for _, i := range x.other {
		if x.doc.Statements[i].CoversAction(action) {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

func (x *indexed) index() {
	x.exact = map[string][]int{}
	for i, s := range x.doc.Statements {
		actions, ok := plainActions(s)
		if !ok {
			x.other = append(x.other, i)
		}
		for _, a := range actions {
			x.exact[a] = append(x.exact[a], i)
		}
	}
}

// plainActions returns the actions of a statement in lower case, if it lists nothing but actions
// in ASCII, without wildcards and variables.
func plainActions(s policy.Statement) ([]string, bool) {
	if s.Action.Values == nil {
		return nil, false
	}
	special := func(r rune) bool { return r >= 0x80 || r == '*' || r == '?' }
	out := make([]string, len(s.Action.Values))
	for i, v := range s.Action.Values {
		name, ok := v.OnlyLit()
		if !ok || strings.ContainsFunc(name, special) {
			return nil, false
		}
		out[i] = strings.ToLower(name)
	}
	return out, true
}
