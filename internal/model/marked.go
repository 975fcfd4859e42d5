package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// marked reports whether a statement in the policy of a bucket or a key has a mark in its Sid:
// those of a user's own templates, and those of the guide in a policy that others share.
func (b *builder) marked(t *templates.Template, doc, place string) bool {
	if t.Profile != spec.Documented {
		return !t.BuiltIn
	}
	if !t.BuiltIn {
		return true
	}
	name := place[strings.IndexByte(place, '.')+1:]
	if doc == "bucket" {
		return slices.ContainsFunc(b.spec.Buckets,
			func(k spec.Bucket) bool { return k.Name == name && k.Existing })
	}
	return slices.ContainsFunc(b.spec.Keys,
		func(k spec.Key) bool { return k.Name == name && k.Existing() })
}

// custom appends the user's own statements for an owner. In a policy that others may share they are
// marked as the setup's.
func (b *builder) custom(d *draft, owner string) {
	n := 0
	for _, c := range b.spec.Statements {
		if c.Owner != owner {
			continue
		}
		s := c.Statement
		if strings.HasPrefix(owner, "bucket.") || strings.HasPrefix(owner, "key.") {
			s.Sid = markSid(s.Sid, b.spec.Name)
		}
		d.doc.Statements = append(d.doc.Statements, s)
		why := "added in the spec"
		if c.Accepted != "" {
			why += ": " + c.Accepted
		}
		d.reasons = append(d.reasons, Reason{Sid: s.Sid, Why: why, Custom: true, Accepted: c.Accepted,
			Place: b.spec.Places[fmt.Sprintf("statements.%s[%d]", owner, n)]})
		n++
	}
}
