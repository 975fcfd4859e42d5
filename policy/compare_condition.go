package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// test is one condition of a statement, as a question to the values of its key.
type test struct {
	id   int
	key  string // in lower case
	op   operator
	cond Condition
	w    words     // with the variables of the values that are known
	lang *language // the values that fit, where they are a language
	vars []string  // variables in the values
	// unknown: what the policy variable in it does is not known, so that it may hold or not.
	unknown bool
}

// newTest takes the condition. The context of w has the keys whose values are known; variables of
// others stay open.
func (c *comparer) newTest(cond Condition, w words) *test {
	op, _ := parseOperator(cond.Operator)
	t := &test{key: strings.ToLower(cond.Key), op: op, cond: cond}
	t.w = words{w.version, requestContext{}}
	var patterns [][]token
	content := []string{}
	for _, v := range cond.Values.Values {
		content = append(content, v.IAM())
		t.w.bind(v, w.context)
		switch op.class {
		case classString, classARN, classBool:
			lit := literal
			if op.how == likePattern {
				lit = glob
			}
			p, open, ok := c.tokens(v, w, lit)
			if !ok {
				continue
			}
			t.vars = append(t.vars, open...)
			switch {
			case op.class == classARN:
				p, ok = arnOperand(p)
				t.unknown = t.unknown || !ok
			case op.class == classBool || op.how == equalFold:
				for i := range p {
					p[i].fold = true
				}
			}
			if p != nil {
				patterns = append(patterns, p)
			}
		}
	}
	slices.Sort(content)
	id := fmt.Sprintf("%s %s %q %s", cond.Operator, t.key, slices.Compact(content), w.version)
	switch op.class {
	case classString, classARN, classBool:
		t.lang = c.languages.of(patterns...)
		// The language says what the values are, as the names of operators and values do not.
		op.name = ""
		id = fmt.Sprint(op.class, op.base, op.set, op.ifExists, t.key, t.lang.id, t.unknown)
	}
	if known, ok := c.tests[id]; ok {
		return known
	}
	t.id = len(c.tests)
	c.tests[id] = t
	return t
}

// arnOperand restricts the wildcards of a pattern as matchARN does. The pattern is nil when no ARN
// can fit, and ok is false when a variable before the fifth colon leaves open where the parts are.
func arnOperand(p []token) (out []token, ok bool) {
	if len(p) == 1 && p[0].wild == '*' {
		return glob("arn:*:*:*:*:*"), true
	}
	colons := 0
	for i, t := range p {
		switch {
		case t.char == ':':
			colons++
		case colons < 5 && t.char < 0:
			return nil, false
		case colons < 5 && t.wild != 0:
			p[i].noColon = true
		}
	}
	if colons < 5 {
		return nil, true
	}
	return p, true
}

// tokens returns the pattern that a text writes, in which a variable that w does not know is a
// character of its own; open has those, as they are written. It answers false when a variable has
// no value.
func (c *comparer) tokens(t Text, w words, lit func(string) []token) (
	p []token, open []string, ok bool) {
	if w.version != Version2012 {
		return lit(t.plain()), nil, true
	}
	for _, part := range t.Parts() {
		v, isVar := part.(Var)
		if isVar && (v.HasDefault || !strings.Contains("$*?", v.Name)) {
			if _, known := w.context[strings.ToLower(v.Name)]; !known {
				p = append(p, token{char: c.languages.letter(v)})
				open = append(open, v.String())
				c.variables[v.String()] = v
				continue
			}
		}
		one, ok := w.build(Text{parts: []Part{part}}, lit)
		if !ok {
			return nil, nil, false
		}
		p = append(p, one...)
	}
	return p, open, true
}

// bind takes over the values of the variables in a text.
func (w words) bind(t Text, from requestContext) {
	for _, p := range t.Parts() {
		if v, ok := p.(Var); ok {
			if values, known := from[strings.ToLower(v.Name)]; known {
				w.context[strings.ToLower(v.Name)] = values
			}
		}
	}
}

// holds decides the test for values of its key.
func (t *test) holds(values []string) bool {
	w := words{t.w.version, requestContext{}}
	maps.Copy(w.context, t.w.context)
	w.context[t.key] = values
	return t.cond.holds(w)
}

// open reports whether the test depends on more than the values of its key.
func (t *test) open() bool { return len(t.vars) > 0 || t.unknown }
