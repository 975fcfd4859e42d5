package calls

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Obstacle is why required calls do not pass: a statement that denies them, or a document in which
// no statement allows them.
type Obstacle struct {
	Document  Document
	Statement int // its index in the document; -1: no statement allows the calls
	Sid       string
	Calls     []Call // which it refuses; at least one

	// Doubt: it refuses them only if Personalize does not tell on whose behalf it calls
	// (aws:SourceAccount, aws:SourceArn), which the guide documents for assuming the role and for
	// nothing else.
	Doubt bool

	// Exempt are conditions that make a statement which denies pass over these calls, and over no
	// others of anybody else. None where none would help.
	Exempt []policy.Condition

	keys []string // condition keys of the statement, in lower case
}

// Obstacles makes each required call that concerns the bucket or key with the policy called name,
// and returns what in d, which stands for that policy, refuses it; references in d are filled in
// as [DeployedEnv] has them. The account is taken to belong to the organization that d names, if
// any.
//
// It fails when a statement of a document has no meaning (see [policy.Document.Check]), with a
// [*policy.DocumentError]. It does not look at control policies, VPC endpoint policies or
// permissions boundaries, which it does not have.
func Obstacles(m *model.Setup, name Document, d policy.Document) ([]Obstacle, error) {
	t := deployedWith(m, name, d)
	docs := DeployedDocuments(m).With(name, d.Fill(t.env))
	for _, part := range Parts(m) {
		for _, problem := range docs.Get(part.Document).Check(part.Kind.Grammar()) {
			if problem.Fatal {
				return nil, &policy.DocumentError{Policy: part.Name, Problem: problem}
			}
		}
	}
	ours := func(c *Call) bool { return c.Resource == name }
	found, err := t.obstacles(docs, t.Decide(docs), ours, true)
	return slices.DeleteFunc(found, func(o Obstacle) bool { return o.Document != name }), err
}

// Obstacles returns what in docs keeps required calls from passing, and the error of the first
// call that is no request. The table is one of [Deployed], and the answers are those of
// [Table.Decide].
func (t *Table) Obstacles(docs Documents, answers []Answer) ([]Obstacle, error) {
	return t.obstacles(docs, answers, func(*Call) bool { return true }, false)
}

// hurdle is where calls fail: a statement or, with -1, a document that has none. What an operator
// lacks is told for each by itself.
type hurdle struct {
	document  Document
	statement int
	operator  string
}

// obstacles returns what refuses the required calls that are asked about. With doubts, it tries
// calls of the service as it might make them too, without saying on whose behalf.
func (t *Table) obstacles(docs Documents, answers []Answer, asked func(*Call) bool, doubts bool) (
	[]Obstacle, error) {
	found := map[hurdle]*Obstacle{}
	var failed error
	note := func(c *Call, h hurdle, doubt bool) {
		o := found[h]
		if o == nil {
			o = &Obstacle{Document: h.document, Statement: h.statement, Doubt: true}
			found[h] = o
		}
		o.Doubt = o.Doubt && doubt
		o.Calls = append(o.Calls, *c)
	}
	for i, a := range answers {
		c := &t.Required[i]
		switch {
		case !asked(c):
		case a.Err != nil:
			failed = cmp.Or(failed, a.Err)
		case !a.Passes():
			for _, h := range c.hurdles(a.Decision) {
				note(c, h, false)
			}
		case doubts && c.Caller == Service:
			silent := c.withoutSource()
			d, err := silent.Decide(docs)
			failed = cmp.Or(failed, err)
			// pzgen's own conditions on these keys are the user's choice (confusedDeputy); here others'
			// are asked about.
			if d.Outcome == policy.ExplicitlyDenied {
				for _, h := range silent.hurdles(d) {
					note(silent, h, true)
				}
			}
		}
	}
	var out []Obstacle
	for _, h := range slices.SortedFunc(maps.Keys(found), hurdle.compare) {
		o := found[h]
		if h.statement >= 0 {
			st := docs.Get(h.document).Statements[h.statement]
			o.Sid = st.Sid
			for _, c := range st.Condition {
				o.keys = append(o.keys, strings.ToLower(c.Key))
			}
			if k := h.document.Kind; k == BucketPolicy || k == KeyPolicy {
				o.exempt(docs)
			}
		}
		out = append(out, *o)
	}
	return out, failed
}

func (h hurdle) compare(other hurdle) int {
	return cmp.Or(cmp.Compare(h.document.Kind, other.document.Kind),
		cmp.Compare(h.document.Name, other.document.Name), cmp.Compare(h.statement, other.statement),
		cmp.Compare(h.operator, other.operator))
}

// hurdles returns where the call fails by a decision.
func (c *Call) hurdles(d policy.Decision) []hurdle {
	var out []hurdle
	for _, cause := range d.Because {
		out = append(out, hurdle{document: c.Blamed(cause), statement: cause.Statement})
	}
	if d.Outcome == policy.ImplicitlyDenied {
		h := hurdle{document: c.AtFault(d), statement: -1}
		if c.Caller == Operator {
			h.operator = c.Place
		}
		out = append(out, h)
	}
	return out
}

// withoutSource returns the call as the service might make it too.
func (c *Call) withoutSource() *Call {
	out := *c
	out.prepared, out.anonymous = nil, true
	return &out
}

// exempt looks for conditions under which the statement refuses none of the calls any more, and
// takes those that do.
func (o *Obstacle) exempt(docs Documents) {
	var who []string
	var add []policy.Condition
	byService := false
	for _, c := range o.Calls {
		switch {
		case c.Caller == Service:
			byService = true
		case strings.Contains(c.request.Principal, ":user/"+memberOf):
			return // a group has no ARN that a condition could name
		case !slices.Contains(who, c.request.Principal):
			who = append(who, c.request.Principal)
		}
	}
	if who != nil {
		var values []policy.Text
		for _, arn := range who {
			values = append(values, policy.Literal(arn))
		}
		add = append(add, policy.Condition{Operator: "ArnNotEquals", Key: "aws:PrincipalArn",
			Values: policy.Texts{Values: values, Scalar: len(values) == 1}})
	}
	if byService {
		add = append(add, policy.Condition{Operator: "Bool", Key: "aws:PrincipalIsAWSService",
			Values: policy.One(policy.Literal("false"))})
	}
	d := docs.Get(o.Document)
	d.Statements = slices.Clone(d.Statements)
	st := &d.Statements[o.Statement]
	for _, c := range add {
		if slices.ContainsFunc(st.Condition, func(old policy.Condition) bool {
			return old.Operator == c.Operator && strings.EqualFold(old.Key, c.Key)
		}) {
			return // the key is asked about in another way already; a person has to look
		}
	}
	st.Condition = append(slices.Clone(st.Condition), add...)
	docs = docs.With(o.Document, d)
	for _, c := range o.Calls {
		decision, err := c.Decide(docs)
		if err != nil || slices.ContainsFunc(decision.Because, func(cause policy.Cause) bool {
			return cause.Effect == policy.Deny && cause.Statement == o.Statement &&
				c.Blamed(cause) == o.Document
		}) {
			return
		}
	}
	o.Exempt = add
}
