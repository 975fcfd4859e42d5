package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// moved takes out what is granted on both sides alike once the policies of a principal and of a resource are taken
// together: within an account either may allow it.
func (o *once) moved(account string, identities, resources []compared) {
	for i := range identities {
		id := &identities[i]
		principal := id.principal()
		if principal == "" || len(id.changes) == 0 || id.old.unread() || id.new.unread() {
			continue
		}
		for r := range resources {
			res := &resources[r]
			on := res.patterns()
			if len(on) == 0 || res.old.unread() || res.new.unread() || !slices.ContainsFunc(res.changes, func(c Change) bool { return c.Principal == principal }) {
				continue
			}
			join := func(h, of *held) policy.Policies {
				p := h.policies()
				p.Resource = of.policies().Resource
				return p
			}
			whole, err := o.compare(join(id.old, res.old), join(id.new, res.new),
				policy.Setting{Principal: principal, ResourceAccount: account, Resources: on})
			if err != nil || whole.Relation != policy.Same || len(whole.Undecided) > 0 {
				continue
			}
			res.changes = slices.DeleteFunc(res.changes, func(c Change) bool { return c.Principal == principal })
			id.changes = slices.DeleteFunc(id.changes, func(c Change) bool {
				// A trust policy decides nothing but who assumes the role.
				if res.kind() == policy.Trust && slices.ContainsFunc(c.Actions, func(a string) bool {
					return !strings.HasPrefix(strings.ToLower(a), "sts:")
				}) {
					return false
				}
				return len(c.Resources) > 0 && !slices.ContainsFunc(c.Resources, func(p string) bool { return !within(p, on) })
			})
			id.changes = append(id.changes, Change{Kind: Setting, Severity: None, Subject: res.what(), Principal: principal,
				Message: fmt.Sprintf("what %s may do there is granted by another policy than before, and is the same", id.what()),
				Old:     id.old.place(), New: id.new.place()})
		}
	}
}

func (c compared) what() string {
	if c.new != nil {
		return c.new.what
	}
	return c.old.what
}

func (c compared) kind() policy.Kind {
	if c.new != nil {
		return c.new.kind
	}
	return c.old.kind
}

// principal returns the ARN of who has the policies, where both sides know it.
func (c compared) principal() string {
	switch {
	case c.old == nil:
		return c.new.principal
	case c.new == nil || c.new.principal == c.old.principal:
		return c.old.principal
	}
	return ""
}

// patterns returns the ARNs of a resource and of what is in it.
func (c compared) patterns() []string {
	h := c.new
	if h == nil {
		h = c.old
	}
	return h.arns
}

// within reports whether a pattern of a resource begins as one of others does.
func within(p string, of []string) bool {
	return slices.ContainsFunc(of, func(o string) bool {
		return p == o || strings.HasSuffix(o, "*") && strings.HasPrefix(p, strings.TrimSuffix(o, "*"))
	})
}
