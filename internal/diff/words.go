package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/policy"
)

// wording says a grant in words.
type wording struct {
	home          string // the account, or "" where it is not known
	some          *held
	change        policy.Change
	before, after *policy.Statement // the statements that are at it in old and new; nil for none
	denied        *policy.Statement // the Deny that came or went, if it is one
}

// principal returns who the grant is for.
func (w wording) principal() string {
	switch {
	case w.some.kind == policy.Identity && w.some.principal != "":
		return w.some.principal
	case w.some.kind == policy.Identity:
		return w.some.what
	case len(w.change.NotPrincipals) > 0:
		return "everybody but " + list(w.change.NotPrincipals)
	}
	return list(w.gravestFirst())
}

// everybody is the principal of a grant to everybody.
const everybody = "*"

// gravestFirst returns the principals with everybody first, then those of other accounts: where
// there are many, the first ones alone are named.
func (w wording) gravestFirst() []string {
	grave := func(p string) int {
		switch {
		case p == everybody:
			return 0
		case w.home != "" && elsewhere(w.home, p):
			return 1
		}
		return 2
	}
	out := slices.Clone(w.change.Principals)
	slices.SortStableFunc(out, func(a, b string) int { return grave(a) - grave(b) })
	return out
}

// lost returns the conditions that a grant had and has not any more.
func (w wording) lost() []policy.Condition {
	if w.change.Kind != policy.Broader {
		return nil
	}
	return conditionsBeyond(w.before, w.after)
}

// gained returns the conditions that a grant has and had not before.
func (w wording) gained() []policy.Condition {
	if w.change.Kind != policy.Narrower {
		return nil
	}
	return conditionsBeyond(w.after, w.before)
}

// conditionsBeyond returns the conditions of an Allow that another one lacks.
func conditionsBeyond(s, other *policy.Statement) []policy.Condition {
	if s == nil || other == nil || s.Effect != policy.Allow || other.Effect != policy.Allow {
		return nil
	}
	var out []policy.Condition
	for _, c := range s.Condition {
		if !slices.ContainsFunc(other.Condition, func(o policy.Condition) bool { return wholeCondition(o) == wholeCondition(c) }) {
			out = append(out, c)
		}
	}
	return out
}

// who returns who may do it, as the beginning of a sentence.
func (w wording) who() string {
	if w.some.kind == policy.Identity {
		return w.some.what
	}
	who := w.principal()
	first, _, _ := strings.Cut(who, " ")
	if strings.TrimSuffix(first, ",") != everybody {
		return who
	}
	return "everybody" + strings.TrimPrefix(who, everybody)
}

// deny returns the Deny that came or went and that the change is by, or nil.
func (w wording) deny() *policy.Statement {
	one := w.before
	if w.change.Kind == policy.Narrower {
		one = w.after
	}
	if one == nil || one.Effect != policy.Deny {
		return nil
	}
	return one
}

// does returns what may be done on what, and when, as the rest of the sentence.
func (w wording) does() string {
	var b strings.Builder
	gained := w.gained()
	switch {
	case w.denied != nil && w.change.Kind == policy.Broader:
		b.WriteString("is no longer denied ")
	case w.denied != nil:
		b.WriteString("is denied ")
	case w.change.Kind == policy.Narrower && len(gained) == 0:
		b.WriteString("may no longer ")
	default:
		b.WriteString("may ")
	}
	what := list(w.change.Actions)
	if len(w.change.NotActions) > 0 {
		what = "do everything but " + list(w.change.NotActions)
	}
	b.WriteString(what)
	switch {
	case w.some.kind == policy.Trust:
		b.WriteString(" for " + strings.TrimPrefix(w.some.what, "trust policy of "))
	case w.some.kind == policy.KeyPolicy:
		b.WriteString(" with " + w.some.what)
	case len(w.change.NotResources) > 0:
		b.WriteString(" on everything but " + list(w.change.NotResources))
	default:
		b.WriteString(" on " + list(w.change.Resources))
	}
	switch {
	case len(gained) > 0:
		b.WriteString(" only when " + conditions(gained))
	case len(w.change.Conditions) > 0:
		b.WriteString(", when " + conditions(w.change.Conditions))
	}
	if lost := w.lost(); len(lost) > 0 {
		b.WriteString("; before, only when " + conditions(lost))
	}
	return b.String()
}

func conditions(list []policy.Condition) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = condition(c)
	}
	return strings.Join(out, " and ")
}

// mostListed is how many values a line of text names.
const mostListed = 4

// list returns values in words; those with characters that could be misread are quoted.
func list(values []string) string { return strings.Join(listed(values), ", ") }

// listed returns values as list shows them; where there are too many, the last says how many more.
func listed(values []string) []string {
	shown := values
	if len(values) > mostListed {
		shown = values[:mostListed-1]
	}
	out := make([]string, len(shown))
	for i, v := range shown {
		out[i] = plain(v)
	}
	if more := len(values) - len(shown); more > 0 {
		out[len(out)-1] += fmt.Sprintf(" and %d more", more)
	}
	return out
}

func plain(v string) string {
	ok := v != ""
	for _, r := range v {
		ok = ok && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune(":/*?._-+=@${}<>", r))
	}
	if ok {
		return v
	}
	return fmt.Sprintf("%q", v)
}

// condition returns a condition in words: key, operator and values.
func condition(c policy.Condition) string {
	c.Key = plain(c.Key)
	return c.Words(listed(c.Values.Written()))
}

// wholeCondition returns a condition with all of its values, each quoted, in one order.
func wholeCondition(c policy.Condition) string {
	values := make([]string, len(c.Values.Values))
	for i, v := range c.Values.Values {
		values[i] = quoted(v.IAM())
	}
	slices.Sort(values)
	return fmt.Sprintf("%s %s %s", c.Operator, c.Key, strings.Join(slices.Compact(values), ", "))
}

// severity returns what a grant is about, by who gets it, by the request that shows it and by the
// actions.
func (w wording) severity() Severity {
	c := w.change
	switch {
	case w.some.kind != policy.Identity && w.home != "" && (outside(w.home, c.Witness, w.lost()) ||
		slices.ContainsFunc(c.Principals, func(p string) bool { return elsewhere(w.home, p) })):
		return Outside
	case w.some.kind != policy.Identity && (c.Witness.Principal == everybody || w.toEverybody()):
		return Public
	}
	worst := Read
	raise := func(s Severity) {
		if slices.Index(severities, s) < slices.Index(severities, worst) {
			worst = s
		}
	}
	table := actions.Default()
	if len(c.NotActions) > 0 {
		raise(PassRole)
	}
	for _, pattern := range c.Actions {
		names, known := table.Match(pattern)
		if !known || len(names) == 0 {
			raise(Write) // of a service that is not known: it may write
			if strings.Trim(pattern, "*") == "" {
				raise(PassRole)
			}
		}
		for _, name := range names {
			switch level, _ := table.Level(name); {
			case name == "iam:PassRole", strings.HasPrefix(name, "sts:AssumeRole"):
				raise(PassRole)
			case level == actions.Permissions, slices.Contains(administration, name):
				raise(KeyAdministration)
			case level == actions.Write, level == actions.Tagging:
				raise(Write)
			}
		}
	}
	return worst
}

// toEverybody reports whether everybody is among those to whom something is granted, and no
// condition limits it. The witness of such a grant need not be anonymous: a condition may be on a
// key that other requests have. A Deny that comes or goes says nothing of who was let in beside it.
func (w wording) toEverybody() bool {
	return w.denied == nil && slices.Contains(w.change.Principals, everybody) &&
		!slices.ContainsFunc(w.change.Conditions, Limits)
}

// administration are actions that AWS calls Write and that end what a key protects.
var administration = []string{"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial"}

// outside reports whether a request comes from another account than the resource's, or from a service on behalf of
// one. A service that lost the condition on who it works for may work for anybody.
func outside(account string, r policy.Request, lost []policy.Condition) bool {
	if elsewhere(account, r.Principal) {
		return true
	}
	if _, ok := policy.ParseARN(r.Principal); ok || r.Principal == "*" || isAccount(r.Principal) {
		return false
	}
	for key, values := range r.Context {
		if strings.EqualFold(key, "aws:SourceAccount") && slices.ContainsFunc(values, func(v string) bool { return v != account }) {
			return true
		}
	}
	return slices.ContainsFunc(lost, func(c policy.Condition) bool {
		return strings.HasPrefix(strings.ToLower(c.Key), "aws:source")
	})
}

// elsewhere reports whether a principal is named by another account's ID, or by an ARN of another
// account. The witness of a grant is one request; its other principals may be of other accounts.
func elsewhere(account, principal string) bool {
	if a, ok := policy.ParseARN(principal); ok {
		return a.Account != "" && a.Account != account
	}
	return isAccount(principal) && principal != account
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
