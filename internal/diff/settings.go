package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// settings compares everything but documents.
func settings(old, new view) []Change {
	was := map[string]deployed.Place{}
	for _, d := range deployed.Match(new.settings, old.settings) {
		was[d.Subject+"\x00"+d.Field] = d.At
	}
	found := deployed.Match(old.settings, new.settings)
	gone, come := map[string][]deployed.Difference{}, map[string][]deployed.Difference{} // by type
	var out []Change
	if empty(old) || empty(new) {
		found = slices.DeleteFunc(found, func(d deployed.Difference) bool { return d.Subject == "" })
	}
	for _, d := range found {
		typ, _, _ := strings.Cut(d.Subject, " \"")
		switch {
		case d.Field == "" && d.Kind == deployed.Missing:
			gone[typ] = append(gone[typ], d)
		case d.Field == "" && d.Kind == deployed.Extra:
			come[typ] = append(come[typ], d)
		default:
			out = append(out, changed(d, was))
		}
	}
	lost := newLosses(old, new)
	for _, typ := range []string{"role", "bucket", "key", "dataset group", "policy", "attachment", "object"} {
		if len(gone[typ]) == 1 && len(come[typ]) == 1 && renames[typ] != "" {
			g, c := gone[typ][0], come[typ][0]
			what, about := renames[typ], g.Subject
			if d := lost.take(g.Subject); d != nil {
				what, about = fmt.Sprintf("the old one is deleted, and %s", fate(*d)), about+"\x01deleted"
			}
			out = append(out, Change{Kind: Breaking, Severity: Safeguard, Subject: c.Subject, about: about,
				Message: fmt.Sprintf("%s takes the place of %s: %s", c.Subject, g.Subject, what),
				Old:     sideAt(was[g.Subject+"\x00"]), New: sideAt(c.At)})
			continue
		}
		for _, d := range gone[typ] {
			if l := lost.take(d.Subject); l != nil {
				c := l.change(d.Subject)
				c.Old = sideAt(was[d.Subject+"\x00"])
				out = append(out, c)
			} else if c, ok := leaves(typ, d, old); ok {
				c.Old = sideAt(was[d.Subject+"\x00"])
				out = append(out, c)
			}
		}
		for _, d := range come[typ] {
			if c, ok := comes(typ, d); ok {
				c.New = sideAt(d.At)
				out = append(out, c)
			}
		}
	}
	return append(out, lost.rest()...)
}

// empty reports whether a side is not there at all: then it is for no account that could differ.
func empty(v view) bool { return len(v.settings.Roles)+len(v.identities)+len(v.resources) == 0 }

// renames says what becomes of what had the old name.
var renames = map[string]string{
	"role":          "whoever names the old role by its ARN, the dataset group's key and jobs that run among them, has to name the new one",
	"bucket":        "the data stays in the old bucket, and nothing copies it",
	"key":           "what is encrypted with the old key stays so, and is lost when that key is deleted",
	"dataset group": "datasets, solutions and campaigns stay with the old dataset group, and are not made in the new one",
}

// leaves says that something is not there any more. A policy that leaves is told by what it granted.
func leaves(typ string, d deployed.Difference, old view) (Change, bool) {
	c := Change{Kind: Setting, Severity: None, Subject: d.Subject}
	switch typ {
	case "policy":
		return c, false
	case "attachment":
		c.Kind = Narrower
		c.say(d.Subject, " ", "is detached")
		if mayDeny(d.Subject) {
			c.Kind, c.Severity = Undecided, Write
			c.say(d.Subject, " ", "is detached, and what it denied is not known")
		}
	case "bucket", "key", "dataset group":
		if slices.ContainsFunc(old.settings.Buckets, func(b deployed.Bucket) bool {
			return b.ForceDestroy.V && d.Subject == bucketOf(b.Name.V.String())
		}) {
			c.Kind, c.Severity = Breaking, Safeguard
			c.say(d.Subject, " ", "is no longer part of it: where its tool deletes it, what is in it is deleted, too")
			break
		}
		c.say(d.Subject, " ", "is no longer part of it: what is in it stays, unless somebody deletes it")
	default:
		c.say(d.Subject, " ", "is no longer part of it")
	}
	return c, true
}

// mayDeny reports whether an attachment is one of a policy that may be there for what it denies: one of a customer, of
// which nothing is known, or one of AWS that is named for it (AWSDenyAll, AWSCompromisedKeyQuarantine).
func mayDeny(subject string) bool {
	parts := strings.SplitN(subject, `"`, 3)
	if len(parts) < 3 {
		return true
	}
	a, ok := policy.ParseARN(parts[1])
	return !ok || a.Account != "aws" || strings.Contains(a.Resource, "Deny") || strings.Contains(a.Resource, "Quarantine")
}

func comes(typ string, d deployed.Difference) (Change, bool) {
	c := Change{Kind: Setting, Severity: None, Subject: d.Subject}
	switch typ {
	case "policy":
		return c, false
	case "attachment":
		// What a policy grants that is not in the files is not known here.
		c.Kind, c.Severity = Undecided, Write
		c.Message = d.Subject + ": a policy is attached whose text is not among what was read"
	default:
		c.say(d.Subject, " ", "is new")
	}
	return c, true
}

// safeguards are settings whose change to a value weakens what protects.
var safeguards = map[string]struct {
	weak     string // "*" for any
	kind     Kind
	severity Severity
	what     string
}{
	"BlockPublicAcls":       {"false", Broader, Public, "public ACLs are not blocked any more"},
	"IgnorePublicAcls":      {"false", Broader, Public, "public ACLs are not ignored any more"},
	"BlockPublicPolicy":     {"false", Broader, Public, "public policies are not blocked any more"},
	"RestrictPublicBuckets": {"false", Broader, Public, "a public policy lets others than the account in"},
	"Versioning":            {"false", Setting, Safeguard, "old versions are not kept any more"},
	"Rotation":              {"false", Setting, Safeguard, "the key is not rotated any more"},
	"Protected":             {"false", Setting, Safeguard, "it may be destroyed with the rest"},
	"PolicyProtected":       {"false", Setting, Safeguard, "its policy may be destroyed with the rest"},
	"ForceDestroy":          {"true", Setting, Safeguard, "its objects may be destroyed with it"},
	"Ownership":             {"*", Setting, Safeguard, "who owns objects changes"},
	"Algorithm":             {"*", Setting, Safeguard, "the encryption changes"},
	"Boundary":              {"*", Undecided, Write, "the permissions boundary changes"},
	"Window":                {"*", Setting, Safeguard, "the days between asking for deletion and deletion change"},
}

// anew are properties that a thing cannot change: it is made anew.
var anew = map[string]bool{"dataset group Domain": true, "dataset group Key": true, "dataset group Role": true, "role Path": true}

func changed(d deployed.Difference, was map[string]deployed.Place) Change {
	typ, _, _ := strings.Cut(d.Subject, " \"")
	c := Change{Kind: Setting, Severity: None, Subject: d.Subject,
		Old: sideAt(was[d.Subject+"\x00"+d.Field]), New: sideAt(d.At)}
	c.Old.Value, c.New.Value = d.Want, d.Have
	c.about = strings.Join([]string{string(d.Kind), d.Field, d.Have}, "\x01")
	name, field := d.Subject, words(d.Field)
	if name == "" {
		what, rest, _ := strings.Cut(d.Field, ".")
		c.Subject = words(what)
		name, field = c.Subject, words(rest)
	}
	switch d.Kind {
	case deployed.Changed:
		c.say(name, settingJoin, fmt.Sprintf("%s %q becomes %q", field, d.Want, d.Have))
	case deployed.Missing:
		c.say(name, settingJoin, field+" is gone")
	case deployed.Extra:
		c.say(name, settingJoin, field+" is new")
	default:
		c.Kind, c.Severity, c.Message = Undecided, Write, d.String()
	}
	if s, ok := safeguards[d.Field]; ok && d.Kind == deployed.Changed && (s.weak == "*" || s.weak == d.Have) {
		c.Kind, c.Severity = s.kind, s.severity
		c.say(c.who, c.join, c.does+": "+s.what)
	}
	if anew[typ+" "+d.Field] && d.Kind == deployed.Changed {
		c.Kind, c.Severity = Breaking, Safeguard
		c.say(c.who, c.join, c.does+": "+cmp.Or(renames[typ], "it is made anew"))
	}
	return c
}

// words returns a field's name as words: BlockPublicAcls is block public acls. What is in quotes stays.
func words(field string) string {
	var b strings.Builder
	quoted := false
	for i, r := range field {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && r >= 'A' && r <= 'Z' {
			if i > 0 && field[i-1] >= 'a' && field[i-1] <= 'z' {
				b.WriteByte(' ')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
