package spec

import (
	"github.com/pzgen/pzgen/policy"
	"gopkg.in/yaml.v3"
)

// Drafts are what is in the file, each value with its place, before anything is checked across
// fields. A value whose own form is wrong is given but not ok: it was reported, and nothing else is
// to be said of it.

type text struct {
	v  string
	n  *yaml.Node // nil: not given
	ok bool
}

func (t text) given() bool { return t.n != nil }

// or returns the value, or another one where it is not given or not ok.
func (t text) or(other string) string {
	if t.ok {
		return t.v
	}
	return other
}

type toggle struct {
	v bool
	n *yaml.Node
}

func (f toggle) or(other bool) bool {
	if f.n != nil {
		return f.v
	}
	return other
}

type number struct {
	v int
	n *yaml.Node
}

func (x number) or(other int) int {
	if x.n != nil {
		return x.v
	}
	return other
}

// item is an element of a list, named a member of a mapping.
type item[T any] struct {
	n *yaml.Node
	v T
}

type named[T any] struct {
	name string
	n    *yaml.Node // its key
	val  *yaml.Node // what v was read from
	v    T
}

type setupDraft struct {
	description, account, region, partition, profile, deputy text
	boundary                                                 boundaryDraft
	allowUnknownRegion, listByPrefix, stackSet, protect      toggle
	role                                                     item[roleDraft]
	keys                                                     []named[keyDraft]
	buckets                                                  []named[bucketDraft]
	workflows                                                []item[workflowDraft]
	group                                                    item[groupDraft]
	operators                                                []named[operatorDraft]
	uploads                                                  []item[uploadDraft]
	statements                                               item[statementsDraft]
	targets, ownFiles, was                                   []text
	tags                                                     []named[text]
	accept                                                   []item[approvalDraft]
	ignore                                                   []item[ignoredDraft]
}

type roleDraft struct {
	name, path, description text
	of                      text
	boundary                boundaryDraft
	managedPolicies         []text
	policy                  item[policyDraft]
	existing                toggle
}

type boundaryDraft struct {
	n           *yaml.Node
	arn, policy text
}

type policyDraft struct {
	name, description text
	managed           toggle
}

type keyDraft struct {
	alias, arn, policy text
	of, account        text
	admins, was        []text
	deletionWindow     number
	rotation, existing toggle
	protect            toggle
}

type bucketDraft struct {
	was                                    []text
	name, key, policy, of, account         text
	existing, versioning, secureTransport  toggle
	blockPublicAccess, bucketOwnerEnforced toggle
	protect                                toggle
	expireAfterDays, expireOldVersions     number
	logs                                   item[logsDraft]
}

type logsDraft struct{ bucket, prefix text }

type workflowDraft struct{ kind, from, to text }

type groupDraft struct {
	name, domain, key text
	existing          toggle
}

type operatorDraft struct {
	access, locations, principals, was    []text
	policy                                item[policyDraft]
	accessAt                              *yaml.Node
	users, groups, roles, managedPolicies []text
}

type uploadDraft struct{ file, to text }

type statementsDraft struct {
	role, trust              []item[statementDraft]
	buckets, keys, operators []named[[]item[statementDraft]]
}

type statementDraft struct {
	sid, effect, accepted                    text
	principal                                principalDraft
	action, notAction, resource, notResource textsDraft
	condition                                []conditionDraft
}

// textsDraft is one string or a list of them.
type textsDraft struct {
	n      *yaml.Node
	values []text
	scalar bool
}

type principalDraft struct {
	n     *yaml.Node
	any   bool
	types []named[textsDraft]
}

type conditionDraft struct {
	operator, key string
	n             *yaml.Node
	values        textsDraft
}

// place returns the place of a node.
func place(n *yaml.Node) Place { return Place{n.Line, n.Column} }

func pos(n *yaml.Node) policy.Pos { return policy.Pos{Line: n.Line, Col: n.Column} }
