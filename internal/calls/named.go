package calls

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Fill puts a document under its name with its references filled in, as [Documents.Set] does, and
// notes which of its statements do not depend on what things are called.
func (d *Documents) Fill(name Document, doc policy.Document, env policy.Env) {
	d.Set(name, doc.Fill(env))
	x := d.by[name]
	x.nameless = map[int]bool{}
	for i, s := range doc.Statements {
		if !named(s) {
			x.nameless[i] = true
		}
	}
}

// named reports whether some statement of the documents with these names may depend on what
// things are called.
func (d Documents) named(names []Document) bool {
	return slices.ContainsFunc(names, func(name Document) bool {
		x := d.by[name]
		return x != nil && len(x.nameless) < len(x.doc.Statements)
	})
}

// named reports whether a statement might decide otherwise when accounts, buckets, keys and roles
// have other names: unless all that it says of them, it says by reference, in the forms below. It
// errs on the side of "yes". Statements that do not are decided under made-up names once and for
// all.
func named(s policy.Statement) bool {
	if s.NotPrincipal != nil || s.NotResource.Values != nil || s.Action.Values == nil {
		return true
	}
	for _, v := range s.Resource.Values {
		if !byReference(v) {
			return true
		}
	}
	if s.Principal != nil {
		for _, t := range s.Principal.Types {
			for _, v := range t.Values.Values {
				if _, literal := v.OnlyLit(); !(t.Type == "Service" && literal) && !byReference(v) {
					return true
				}
			}
		}
	}
	for _, c := range s.Condition {
		switch c.Key {
		case "aws:SecureTransport", "iam:PassedToService", "s3:prefix":
			continue // they tell no name
		case "aws:SourceAccount", "aws:SourceArn":
		default:
			return true
		}
		for _, v := range c.Values.Values {
			if !byReference(v) {
				return true
			}
		}
	}
	return false
}

// byReference reports whether a text is "*"; a reference alone, or with a path below it; or an
// ARN of Personalize, or of the root of an account, with references for partition, region and
// account.
func byReference(t policy.Text) bool {
	parts := t.Parts()
	if len(parts) == 0 {
		return false
	}
	if _, isRef := parts[0].(policy.Ref); isRef {
		below, isLit := policy.Lit(""), true
		if len(parts) > 1 {
			below, isLit = parts[1].(policy.Lit)
		}
		return len(parts) <= 2 && isLit && (below == "" || strings.HasPrefix(string(below), "/"))
	}
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case policy.Lit:
			b.WriteString(string(p))
		case policy.Ref:
			if p != model.RefPartition && p != model.RefRegion && p != model.RefAccount {
				return false
			}
			b.WriteString(p.String())
		default:
			return false
		}
	}
	partition, region, account := model.RefPartition.String(), model.RefRegion.String(),
		model.RefAccount.String()
	s := b.String()
	if s == "*" || s == "arn:"+partition+":iam::"+account+":root" {
		return true
	}
	at, ok := strings.CutPrefix(s, "arn:"+partition+":personalize:")
	return ok && (strings.HasPrefix(at, region+":"+account+":") || strings.HasPrefix(at, "::"))
}
