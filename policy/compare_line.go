package policy

import (
	"fmt"
	"slices"
	"strings"
)

// line is one statement as it concerns the requests of one frame.
type line struct {
	number           int // of this line
	content          int // equal for two lines that concern the same requests
	action, resource element
	tests            []*test
	reach            strength
	from             source
}

// element is a set of strings: a language, or what is not in it. Without a language it is all.
type element struct {
	lang *language
	not  bool
	// list has a language for each pattern, in the order of the statement.
	list []*language
	text []Text
}

// source is where a line is written.
type source struct {
	cause     Cause
	statement *Statement
	assumed   bool // it stands for policies that are not known
}

// allowingAll is a document that allows everything, to a principal if there is one.
func allowingAll(p *Principal) Document {
	all := List(Literal("*"))
	s := Statement{Effect: Allow, Principal: p, Action: all, Resource: all}
	return Document{Version: Version2012, Statements: []Statement{s}}
}

// lines returns the statements of a document that can concern requests of the frame.
func (c *comparer) lines(f frame, kind Kind, name string, d Document) group {
	var out group
	c.budget.step(1 + len(d.Statements)/4)
	for i := range d.Statements {
		s := &d.Statements[i]
		reach := c.reach(f, s)
		if reach == none {
			continue
		}
		if l := c.line(f, kind, lineKey{s, name, i, reach, d.Version, ""}); l != nil {
			out = append(out, l)
		}
	}
	return out
}

// reachKey is what it depends on whom a Principal reaches.
type reachKey struct {
	named            *Principal
	kind             subjectKind
	who, id, session string
	provider         string
	excepts          bool
}

// reach tells how the statement reaches the principals of the frame.
func (c *comparer) reach(f frame, s *Statement) strength {
	memo := func(p *Principal, excepts bool) strength {
		k := reachKey{named: p, kind: f.e.subject.kind, who: f.e.subject.text, excepts: excepts}
		k.id, _ = f.known.one("aws:userid")
		k.session, _ = f.known.one("aws:principalarn")
		k.provider, _ = f.known.one("aws:federatedprovider")
		reach, ok := c.reaches[k]
		switch {
		case ok:
		case !excepts:
			reach = p.reach(f.e.subject, f.known)
		case p.excepts(f.e.subject, f.known):
			reach = direct
		}
		c.reaches[k] = reach
		return reach
	}
	switch {
	case s.Principal != nil:
		if reach := memo(s.Principal, false); reach == none || s.Effect == Allow {
			return reach
		}
	case s.NotPrincipal != nil && s.Effect == Allow:
		if !f.e.exceptions || memo(s.NotPrincipal, false) > viaAccount {
			return none
		}
	case s.NotPrincipal != nil:
		if !f.e.bounded && memo(s.NotPrincipal, true) != none {
			return none
		}
	}
	return direct // a Deny strikes however it reaches
}

// assumed is the name of policies that are not known.
const assumed = "assumed"

// lineKey is what a line is made from. known has the values of the keys that the statement asks
// for, as far as they are known.
type lineKey struct {
	statement *Statement
	policy    string
	at        int
	reach     strength
	version   string
	known     string
}

// line returns the statement as a line; nil when it concerns no request of the frame.
func (c *comparer) line(f frame, kind Kind, k lineKey) *line {
	asked, ok := c.asked[k.statement]
	if !ok {
		asked = keysOf(*k.statement, k.version)
		c.asked[k.statement] = asked
	}
	for _, key := range asked {
		if values, known := f.known[key]; known {
			k.known += fmt.Sprintf("%s=%q ", key, values)
		}
	}
	if l, ok := c.made[k]; ok {
		return l
	}
	s := k.statement
	l := &line{number: len(c.made), reach: k.reach}
	l.from = source{Cause{k.policy, s.Sid, k.at, s.Effect}, s, k.policy == assumed}
	w := words{version: k.version, context: f.known}
	l.action = c.actions(*s)
	l.resource = c.resources(*s, w, kind.completesARNs())
	if !c.conditions(l, *s, f, w) {
		l = nil
	} else {
		text := l.write()
		if _, ok := c.contents[text]; !ok {
			c.contents[text] = len(c.contents)
		}
		l.content = c.contents[text]
	}
	c.made[k] = l
	return l
}

// keysOf returns the keys that a statement asks for, in lower case.
func keysOf(s Statement, version string) []string {
	var keys []string
	for _, cond := range s.Condition {
		keys = append(keys, strings.ToLower(cond.Key))
	}
	if version == Version2012 {
		s.MapTexts(func(t Text) Text {
			for _, p := range t.Parts() {
				if v, ok := p.(Var); ok {
					keys = append(keys, strings.ToLower(v.Name))
				}
			}
			return t
		})
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// write says which requests the line concerns. Places do not count.
func (l *line) write() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d", l.from.statement.Effect, l.reach)
	for _, e := range []element{l.action, l.resource} {
		if e.lang != nil {
			fmt.Fprintf(&b, " %d,%t", e.lang.id, e.not)
		} else {
			b.WriteString(" all")
		}
	}
	ids := make([]int, 0, len(l.tests))
	for _, t := range l.tests {
		ids = append(ids, t.id)
	}
	slices.Sort(ids)
	fmt.Fprint(&b, " ", slices.Compact(ids))
	return b.String()
}

func (c *comparer) actions(s Statement) element {
	e := element{not: s.Action.Values == nil, text: s.Action.Values}
	if e.not {
		e.text = s.NotAction.Values
	}
	var all [][]token
	for _, t := range e.text {
		p := glob(strings.ToLower(t.plain()))
		all = append(all, p)
		e.list = append(e.list, c.languages.of(p))
	}
	e.lang = c.languages.of(all...)
	return e
}

func (c *comparer) resources(s Statement, w words, complete bool) element {
	e := element{text: s.Resource.Values}
	if e.text == nil {
		if e.text, e.not = s.NotResource.Values, true; e.text == nil {
			return element{}
		}
	}
	var all [][]token
	for _, t := range e.text {
		p, _, ok := c.tokens(t, w, glob)
		if !ok {
			// A variable that the request is known to lack.
			e.list = append(e.list, c.languages.of())
			if e.not && s.Effect == Allow {
				return element{lang: c.languages.of(), text: e.text}
			}
			continue
		}
		if complete {
			p = completeARN(p)
		}
		p = arnPattern(p)
		all = append(all, p)
		e.list = append(e.list, c.languages.of(p))
	}
	e.lang = c.languages.of(all...)
	return e
}

// conditions adds the conditions to the line. It answers false when one of them cannot hold.
func (c *comparer) conditions(l *line, s Statement, f frame, w words) bool {
	for _, cond := range s.Condition {
		t := c.newTest(cond, w)
		if values, known := f.known[t.key]; known && !t.open() {
			if !t.holds(values) {
				return false
			}
			continue
		}
		if !slices.Contains(l.tests, t) {
			l.tests = append(l.tests, t)
		}
	}
	return true
}
