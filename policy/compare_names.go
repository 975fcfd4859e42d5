package policy

import (
	"slices"
	"strings"
)

// names is what the policies of both sides name, and what requests are made of: principals whom no
// policy names are alike, but for their account and kind.
type names struct {
	principals, services, providers, ids, accounts, partitions []string
}

// keyUse is how both sides use a condition key.
type keyUse struct {
	name string // as a policy writes it
	// multi: a set operator asks for it, so that it has any number of values. Other keys have one
	// (reference_policies_condition-single-vs-multi-valued-context-keys).
	multi bool
	// finite: numbers, dates, addresses or bytes are asked for, so that candidates has a value for
	// each case that the operators tell apart. mixed: several of these classes, or strings as well,
	// so that there may be cases which no candidate shows.
	finite, mixed bool
	candidates    []string
	operands      []operand
}

// operand is a value that a condition compares with.
type operand struct {
	class class
	value string
}

// scan collects the names and the uses of keys in all documents.
func (c *comparer) scan(docs []Document) {
	var actions [][]token
	all := false
	c.names.accounts = append(c.names.accounts, c.setting.ResourceAccount)
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
				if p != nil {
					c.scanPrincipal(p)
				}
			}
			for _, cond := range s.Condition {
				c.scanCondition(cond)
			}
			if d.Version == Version2012 {
				c.scanVariables(s)
			}
			all = all || s.NotAction.Values != nil
			for _, l := range c.actions(s).list {
				actions = append(actions, l.patterns...)
			}
			for _, t := range append(slices.Clip(s.Action.Values), s.NotAction.Values...) {
				c.spell(t.plain())
			}
			c.exceptions = c.exceptions || s.Effect == Allow && s.NotPrincipal != nil
		}
	}
	if !all {
		c.about = c.languages.of(actions...)
	}
	for _, u := range c.keys {
		u.finish()
	}
	c.scanKeys()
	n := &c.names
	for _, list := range []*[]string{
		&n.principals, &n.services, &n.providers, &n.ids, &n.accounts, &n.partitions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if len(c.names.partitions) == 0 {
		c.names.partitions = []string{"aws"}
	}
	// Somebody else, and a second one, so that neither principal nor resource need to be of an
	// account that a policy names.
	others := 0
	for i := 0; others < 2; i++ {
		account := strings.Repeat(string("9876543210"[i%10]), 12)
		if !slices.Contains(c.names.accounts, account) {
			c.names.accounts = append(c.names.accounts, account)
			others++
		}
	}
	c.home = c.names.accounts[0]
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, r := range s.Resource.Values {
				if a, ok := ParseARN(r.IAM()); ok && isAccount(a.Account) && c.anyone {
					c.home = a.Account
				}
			}
		}
	}
}

// spell notes how an action is written, since letter case does not count.
func (c *comparer) spell(action string) { c.spelling[strings.ToLower(action)] = action }

func (c *comparer) scanPrincipal(p *Principal) {
	for _, t := range p.Types {
		for _, v := range t.Values.Values {
			name, _ := v.OnlyLit()
			a, isARN := ParseARN(name)
			switch {
			case name == "*":
			case t.Type == "Service":
				c.names.services = append(c.names.services, name)
			case t.Type == "Federated":
				c.names.providers = append(c.names.providers, name)
			case t.Type != "AWS":
			case isUniqueID(name):
				c.names.ids = append(c.names.ids, name)
			case accountOf(name) != "":
				c.names.accounts = append(c.names.accounts, accountOf(name))
			case isARN && isAccount(a.Account):
				c.names.principals = append(c.names.principals, name)
				switch typ, rest := a.Type(); {
				case a.Service == "sts" && typ == "assumed-role":
					role, _, _ := strings.Cut(rest, "/")
					arn := ARN{a.Partition, "iam", "", a.Account, "role/" + role}
					c.names.principals = append(c.names.principals, arn.String())
				case typ == "user":
					arn := ARN{a.Partition, "sts", "", a.Account, "federated-user/" + a.Name()}
					c.names.principals = append(c.names.principals, arn.String())
				}
			}
			if isARN {
				c.names.partitions = append(c.names.partitions, a.Partition)
			}
		}
	}
}

// use returns how a key is used.
func (c *comparer) use(key string) *keyUse {
	u := c.keys[strings.ToLower(key)]
	if u == nil {
		u = &keyUse{name: key}
		c.keys[strings.ToLower(key)] = u
	}
	return u
}

func (c *comparer) scanCondition(cond Condition) {
	op, _ := parseOperator(cond.Operator)
	u := c.use(cond.Key)
	u.multi = u.multi || op.set != anyOne && op.class != classNull
	for _, v := range cond.Values.Values {
		s := v.plain()
		u.operands = append(u.operands, operand{op.class, s})
		other := func(r rune) bool { return r < '0' || r > '9' }
		c.names.accounts = append(c.names.accounts, strings.FieldsFunc(s, other)...)
		a, _ := ParseARN(s)
		if (a.Service == "iam" || a.Service == "sts") && !strings.ContainsAny(a.Partition, "*?") {
			c.names.partitions = append(c.names.partitions, a.Partition)
		}
	}
	if len(cond.Values.Values) == 0 {
		u.operands = append(u.operands, operand{class: op.class})
	}
}

// scanVariables notes the keys that variables stand for.
func (c *comparer) scanVariables(s Statement) {
	s.MapTexts(func(t Text) Text {
		for _, p := range t.Parts() {
			if v, ok := p.(Var); ok && (v.HasDefault || !strings.Contains("$*?", v.Name)) {
				c.use(v.Name)
			}
		}
		return t
	})
}

// finish looks at all that a key is compared with.
func (u *keyUse) finish() {
	classes := map[class]bool{}
	for _, o := range u.operands {
		switch o.class {
		case classNull:
		case classString, classARN, classBool:
			classes[classString] = true
		default:
			classes[o.class] = true
			u.finite = true
		}
	}
	u.mixed = u.finite && len(classes) > 1
	if u.finite {
		u.candidates = candidates(u.operands)
	}
}

// scanKeys adds accounts and services for each case that conditions on the account of principal or
// resource, and on the name of a calling service, tell apart.
func (c *comparer) scanKeys() {
	patterns := func(keys ...string) (all []*language, values []string) {
		for _, key := range keys {
			if u := c.keys[key]; u != nil {
				for _, o := range u.operands {
					all = append(all, c.languages.of(glob(o.value)))
					values = append(values, o.value)
				}
			}
		}
		return all, values
	}
	accounts, _ := patterns("aws:principalaccount", "aws:resourceaccount", "kms:calleraccount")
	digits := slices.Repeat([]token{{wild: '?'}}, 12)
	s := space{all: c.languages.of(digits), fresh: "9876543210"}
	c.cases(s, accounts, limits{}, &c.names.accounts)
	services, values := patterns("aws:principalservicename", "aws:principalservicenameslist")
	s = space{all: c.languages.of(glob("?*.?*")), fresh: "abcdefghijklmnopqrstuvwxyz"}
	c.cases(s, services, limits{}, &c.names.services)
	for _, v := range values {
		if strings.Contains(v, ".") && !strings.ContainsAny(v, ":*?") {
			c.names.services = append(c.names.services, v)
		}
	}
	n := &c.names
	named := strings.Join(slices.Concat(n.principals, n.services, n.providers), " ")
	for c.stranger = "Example"; containsFold(named, c.stranger); {
		c.stranger += "x"
	}
	c.names.services = append(c.names.services, strings.ToLower(c.stranger)+".amazonaws.com")
	notAccount := func(s string) bool { return !isAccount(s) }
	c.names.accounts = slices.DeleteFunc(c.names.accounts, notAccount)
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// cases adds a word for each combination of patterns that some string is in.
func (c *comparer) cases(s space, patterns []*language, l limits, to *[]string) {
	w, ok := c.languages.word(s, l.in, l.out)
	switch {
	case !ok:
	case len(patterns) == 0:
		*to = append(*to, string(w))
	default:
		c.cases(s, patterns[1:], l.and(limits{in: patterns[:1]}), to)
		c.cases(s, patterns[1:], l.and(limits{out: patterns[:1]}), to)
	}
}
