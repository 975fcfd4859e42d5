package report

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// outside is what comes from outside of the account, or leaves it.
type outside struct {
	Public   []grant   // everybody
	Accounts []grant   // principals that are not known to be of the setup's account
	Services []service // of AWS
	Used     []used    // what is used and belongs to another account
}

// service is what a service of AWS may do in a setup.
type service struct {
	Setup, Name string
	May         []string // every action, sorted
	trust, rest string   // on whose behalf, to act as the role and for all else
}

// used is a bucket or a key of another account.
type used struct{ Setup, What, Account string }

// assuming are the calls that let somebody act as a role.
var assuming = []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}

// questions answers what a reviewer asks first.
func (b *builder) questions() {
	o := &b.page.Outside
	for _, r := range b.rows {
		switch {
		case r.change.Severity == diff.Public, r.who == "*", strings.HasPrefix(r.who, "all but "):
			o.Public = append(o.Public, r.grant)
		case isService(r.who):
			o.service(r)
		case r.change.Severity == diff.Outside, !inside(r.m, r.who):
			o.Accounts = append(o.Accounts, r.grant)
		}
		if r.change.Severity != diff.Read && slices.ContainsFunc(b.models, func(m *model.Setup) bool {
			return isRole(m, r.who) // that of another setup may write here too
		}) {
			b.page.Writes = append(b.page.Writes, r.grant)
		}
		if r.covers("iam:PassRole") {
			b.page.Passes = append(b.page.Passes, r.grant)
		}
		if slices.ContainsFunc(assuming, r.covers) {
			b.page.Acts = append(b.page.Acts, r.grant)
		}
	}
	for _, m := range b.models {
		for _, k := range m.Buckets {
			if account := k.Owner.Elsewhere(); account != "" {
				o.Used = append(o.Used, used{m.Name, "bucket " + k.Name, account})
			}
		}
		for _, k := range m.Keys {
			account := k.Owner.Elsewhere()
			if a, ok := policy.ParseARN(k.ARN); ok && a.Account != m.Account {
				account = a.Account
			}
			if account != "" {
				o.Used = append(o.Used, used{m.Name, "key " + keyLabel(m, k), account})
			}
		}
	}
}

// inside reports whether a principal is known to be of the setup's account.
func inside(m *model.Setup, who string) bool {
	if who == m.Account {
		return true
	}
	if a, ok := policy.ParseARN(who); ok {
		// A role of the setup has its account, which of a stack set is not known.
		return a.Account == m.Account || isRole(m, who)
	}
	// Whoever the setup's own files give policies to is of its account.
	if strings.HasPrefix(who, "operator ") {
		return true
	}
	for _, kind := range []string{"user ", "group ", "role ", "policy ", "document "} {
		if strings.HasPrefix(who, kind+`"`) {
			return true
		}
	}
	return false
}

// How a service is let in, from the widest to the narrowest.
const (
	forAny  = "any account: no condition says on whose behalf"
	forSome = "whomever its conditions name"
	forOwn  = "this account alone"
)

// service adds a grant to what a service may do in a setup.
func (o *outside) service(r row) {
	i := slices.IndexFunc(o.Services, func(s service) bool {
		return s.Setup == r.m.Name && s.Name == r.who
	})
	if i < 0 {
		i = len(o.Services)
		o.Services = append(o.Services, service{Setup: r.m.Name, Name: r.who})
	}
	s := &o.Services[i]
	for _, a := range r.May {
		if r.AllBut {
			a = "everything but " + a
		}
		if !slices.Contains(s.May, a) {
			s.May = append(s.May, a)
		}
	}
	slices.Sort(s.May)
	at := &s.rest
	if strings.HasPrefix(r.change.Subject, "trust policy of ") {
		at = &s.trust
	}
	*at = widest(*at, onBehalf(r))
}

// For returns on whose behalf the service is let in.
func (s service) For() string {
	switch {
	case s.rest == "" || s.rest == s.trust:
		return s.trust
	case s.trust == "":
		return s.rest
	}
	return "to act as the role: " + s.trust + "; buckets and keys: " + s.rest
}

// widest returns the wider of two ways; "" is none.
func widest(a, b string) string {
	for _, w := range []string{forAny, forSome, forOwn} {
		if a == w || b == w {
			return w
		}
	}
	return a
}

// names reports whether a condition on aws:SourceAccount or aws:SourceArn holds for those alone that
// it names: other operators hold for others, or where the request has no such key.
func names(key, operator string, values []string) bool {
	operator = strings.TrimPrefix(operator, "foranyvalue:")
	if !slices.Contains([]string{"stringequals", "stringequalsignorecase", "stringlike", "arnequals",
		"arnlike"}, operator) {
		return false
	}
	return !slices.ContainsFunc(values, func(v string) bool {
		if a, ok := policy.ParseARN(v); ok && key == "aws:sourcearn" {
			v = a.Account
			if v == "" { // that of a bucket has none
				v = a.Resource[:min(1, len(a.Resource))]
			}
		}
		return strings.ContainsAny(v, "*?")
	})
}

// onBehalf returns for whom a service is let in by a grant: one of the constants above.
func onBehalf(r row) string {
	out := forAny
	for _, c := range r.change.Grant.Conditions {
		key, operator := strings.ToLower(c.Key), strings.ToLower(c.Operator)
		if key != "aws:sourceaccount" && key != "aws:sourcearn" {
			continue
		}
		values := c.Values.Written()
		if !names(key, operator, values) {
			continue
		}
		if key == "aws:sourceaccount" && operator == "stringequals" && len(values) == 1 &&
			values[0] == r.m.Account {
			return forOwn
		}
		out = forSome
	}
	return out
}
