// Package merge puts a setup's statements into the policy of a bucket or a key that others share,
// or into a role's trust policy, and takes them out again.
//
// What it keeps: a statement of others stays as it is, where it is. What it refuses: a policy in which somebody else uses one of pzgen's Sids, one that
// belongs to another bucket, one that AWS would not take for its size, and a key policy that nobody could change any more. What it warns of: a
// statement of others that keeps a workflow from what it needs.
package merge

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Kind is a kind of things that have a policy which others share.
type Kind string

// The kinds, by the name that a command line and names of documents have for them.
const (
	Bucket Kind = "bucket"
	Key    Kind = "key"
	Trust  Kind = "trust" // the trust policy of the service role, which has no name in a spec
)

// Kinds returns all of them.
func Kinds() []string { return []string{string(Bucket), string(Key), string(Trust)} }

// Thing is a bucket, a key or the service role of a setup.
type Thing struct {
	setup *model.Setup
	kind  Kind
	id    string
	name  calls.Document
	own   policy.Document // pzgen's statements, references filled in
	arn   string
	limit int

	created bool // by pzgen
}

// Find returns the bucket or key that has this name in the spec. arns are the ARNs, by their name
// in the spec, of keys that the spec does not know since pzgen creates them; only a statement of
// the spec that names such a key needs one.
func Find(m *model.Setup, kind Kind, id string, arns map[string]string) (*Thing, error) {
	env := m.DeployedEnv()
	var ids []string
	for _, k := range m.Keys {
		ids = append(ids, k.ID)
		if arn, ok := arns[k.ID]; ok {
			if known := env[model.RefKeyARN(k.ID)]; known != "" && known != arn {
				return nil, fmt.Errorf("key %q has the arn %q in the spec, not %q", k.ID, known, arn)
			}
			env[model.RefKeyARN(k.ID)] = arn
		}
	}
	for id := range arns {
		if !slices.Contains(ids, id) {
			return nil, fmt.Errorf("setup %q has no key %q", m.Name, id)
		}
	}
	t := &Thing{setup: m, kind: kind, id: id}
	var own policy.Document
	var names []string
	switch kind {
	case Bucket:
		t.limit, t.name = model.MaxBucketPolicy, calls.OfBucket(id)
		for _, b := range m.Buckets {
			names = append(names, b.ID)
			if b.ID == id {
				if b.Owner != nil {
					return nil, elsewhere(m, kind, id, b.Owner)
				}
				own, t.arn = b.Own, env[model.RefBucketARN(id)]
				t.created = !b.Existing
			}
		}
	case Key:
		t.limit, t.name = model.MaxKeyPolicy, calls.OfKey(id)
		for _, k := range m.Keys {
			names = append(names, k.ID)
			if k.ID == id {
				if k.Owner != nil {
					return nil, elsewhere(m, kind, id, k.Owner)
				}
				own, t.arn = k.Own, calls.DeployedEnv(m)[model.RefKeyARN(id)]
				t.created = !k.Existing()
				if arn, ok := env[model.RefKeyARN(id)]; ok {
					t.arn = arn
				}
			}
		}
	case Trust:
		t.limit, t.name = maxTrust, calls.Document{Kind: calls.Trust, Name: m.Role.Trust.Name}
		own, t.arn, t.created = m.Role.Trust.Document, env[model.RefRoleARN], !m.Role.Existing
	default:
		return nil, fmt.Errorf("kind %q is not one of %s", kind, strings.Join(Kinds(), ", "))
	}
	if t.arn == "" {
		return nil, fmt.Errorf("setup %q has no %s %q; there are: %s", m.Name, kind, id, strings.Join(names, ", "))
	}
	t.own = own.Fill(env)
	if refs := t.own.Refs(); len(refs) > 0 {
		return nil, fmt.Errorf("pzgen's statements name %s, whose value is not known before it is created", refs[0].Short())
	}
	return t, nil
}

// elsewhere refuses the policy of what another setup has, which writes it for all who use it.
func elsewhere(m *model.Setup, kind Kind, id string, o *model.Owner) error {
	return fmt.Errorf("%s %q of setup %q is setup %q's, with the statements of both: merge --setup %[4]s --%[1]s %[5]s",
		kind, id, m.Name, o.Setup, o.ID)
}

// maxTrust is the most characters of a trust policy: the quota of 2,048 can be raised to this (IAM
// User Guide, reference_iam-quotas).
const maxTrust = 4096

// MaxRead is the most bytes of a present policy that are worth reading: far above what AWS takes.
const MaxRead = policy.MaxOutput

// Read reads a present policy: the document itself, or what `aws s3api get-bucket-policy` and `aws kms get-key-policy` print. {} stands for a bucket that has
// no policy; nothing at all does not, since a read that failed leaves nothing too.
func Read(data []byte) (policy.Document, error) { return decoded(data, policy.DecodeOutput) }

// ReadTrust is [Read] for a role's trust policy: the document, or what `aws iam get-role` prints.
func ReadTrust(data []byte) (policy.Document, error) { return decoded(data, policy.DecodeTrust) }

func decoded(data []byte, decode func([]byte) (policy.Document, error)) (policy.Document, error) {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if len(trimmed) == 0 {
		return policy.Document{}, errors.New("it is empty, as a read that failed leaves it: read the policy again, or write {} for a bucket that has none")
	}
	if inner, ok := bytes.CutPrefix(trimmed, []byte("{")); ok && string(bytes.TrimSpace(inner)) == "}" {
		return policy.Document{}, nil
	}
	return decode(data)
}

// Result is a policy to put in the place of the present one.
type Result struct {
	Document policy.Document
	Data     []byte // the document as JSON, with white space unless it is within AWS's limit without it alone; {} when no statement is left

	Added, Replaced, Removed []string // Sids of pzgen's statements
	Kept                     int      // how many statements others have

	// Redundant are Sids of pzgen's statements that change nothing beside those of others, which let
	// the same pass and deny the same, whatever else is granted.
	Redundant []string
}

// Changed reports whether the policy is another than before.
func (r *Result) Changed() bool { return len(r.Added)+len(r.Replaced)+len(r.Removed) > 0 }

// Refusal is the reason why there is no result: the policy would be wrong for its bucket or key.
type Refusal struct {
	Reasons []string
	Hint    string
}

func (r *Refusal) Error() string { return strings.Join(r.Reasons, "\n") }

// Into puts the setup's statements into the present policy: those that changed are replaced where they stand, those that are not wanted any more go, new ones
// follow at the end. Doing it twice is doing it once. An error is a [*Refusal], or says what is wrong with current itself.
func (t *Thing) Into(current policy.Document) (*Result, error) {
	if err := t.fits(current); err != nil {
		return nil, err
	}
	if t.kind == Trust {
		in, err := t.letsIn(current)
		if err != nil || in {
			return t.finishOr(err, current)
		}
	}
	merged, conflicts, err := policy.Merge(current, t.owner())
	if err != nil {
		return nil, &Refusal{Reasons: []string{err.Error()}}
	}
	return t.finish(current, merged, conflicts)
}

// OutOf takes the setup's statements out of the present policy. What is left grants what the statements of others grant.
func (t *Thing) OutOf(current policy.Document) (*Result, error) {
	if err := t.fits(current); err != nil {
		return nil, err
	}
	left, conflicts := policy.Unmerge(current, t.owner())
	return t.finish(current, left, conflicts)
}

// owner tells the setup's statements.
func (t *Thing) owner() policy.Owner {
	o := t.setup.Owner(t.own, t.created)
	if t.kind == Trust {
		// Setups may share a role, so that of one that exists nothing is a setup's own by its Sid
		// alone.
		if o.Sids = nil; t.created {
			for _, s := range t.own.Statements {
				o.Sids = append(o.Sids, s.Sid)
			}
		}
		o.Marks = nil
	}
	return o
}

// letsIn reports whether a trust policy lets Personalize in as it is, by whatever statement.
func (t *Thing) letsIn(d policy.Document) (bool, error) {
	found, err := calls.Obstacles(t.setup, t.name, d)
	return err == nil && len(found) == 0, err
}

// finishOr is finish for a policy that stays as it is, unless something is wrong with it.
func (t *Thing) finishOr(err error, current policy.Document) (*Result, error) {
	if err != nil {
		return nil, err
	}
	return t.finish(current, current, nil)
}

func (t *Thing) finish(before, after policy.Document, conflicts []policy.Conflict) (*Result, error) {
	if len(conflicts) > 0 {
		r := &Refusal{Hint: "rename the statement in the present policy, or remove it there if it is an old one of pzgen's"}
		for _, c := range conflicts {
			r.Reasons = append(r.Reasons, c.Error())
		}
		return nil, r
	}
	out := &Result{Document: after}
	t.compare(out, before)
	out.Data = []byte("{}\n")
	if len(after.Statements) == 0 && t.kind == Trust {
		return nil, &Refusal{Reasons: []string{"no statement would be left, and a role always has a trust policy"}, Hint: "delete the role if nobody is to use it any more"}
	}
	if len(after.Statements) > 0 {
		for _, problem := range after.Check(t.policyKind()) {
			if problem.Fatal {
				return nil, errors.New(problem.String())
			}
		}
		if out.Data = after.JSON(); len(out.Data) > t.limit {
			out.Data = append(after.Compact(), '\n')
		}
	}
	if n := len(out.Data) - 1; n > t.limit {
		return nil, &Refusal{Reasons: []string{fmt.Sprintf("the policy of %s %q would have %d bytes without white space, and AWS takes %d", t.kind, t.id, n, t.limit)},
			Hint: "use fewer and shorter prefixes, have statements of others shortened, or take another " + string(t.kind)}
	}
	if gone := after.Deleted(); len(gone) > 0 {
		r := &Refusal{Hint: "take it out of the present policy, as it stands for nobody"}
		for _, p := range gone {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%s names %s, which stands for a user or role that was deleted: AWS refuses the whole policy when it is put back", p.Name(), p.Principal))
		}
		return nil, r
	}
	if t.kind == Key && len(calls.Administrators(after, t.arn)) == 0 {
		return nil, &Refusal{Reasons: []string{fmt.Sprintf("the policy of key %q would leave nobody in the key's account who could change it (kms:PutKeyPolicy) or delete the key", t.id)},
			Hint: "is this the present policy of this key, whole? It has to keep a statement that allows the account, or an administrator, kms:PutKeyPolicy"}
	}
	out.Redundant = t.redundant(after)
	return out, nil
}

// Warnings returns what in a merged policy keeps workflows from what they need, decided call by
// call; see [calls.Obstacles].
func (t *Thing) Warnings(r *Result) ([]calls.Obstacle, error) {
	return calls.Obstacles(t.setup, t.name, r.Document)
}

func (t *Thing) policyKind() policy.Kind {
	switch t.kind {
	case Key:
		return policy.KeyPolicy
	case Trust:
		return policy.Trust
	}
	return policy.Resource
}

// compare counts what came and went. Statements are told apart by what is in them, not by how it is
// ordered.
func (t *Thing) compare(r *Result, before policy.Document) {
	mine := t.mine()
	old := map[string]policy.Statement{}
	for _, s := range before.Statements {
		if mine(s) {
			old[s.Sid] = s
		}
	}
	for _, s := range r.Document.Statements {
		if !mine(s) {
			r.Kept++
			continue
		}
		switch was, ok := old[s.Sid]; {
		case !ok:
			r.Added = append(r.Added, s.Sid)
		case was.Normal() != s.Normal():
			r.Replaced = append(r.Replaced, s.Sid)
		}
		delete(old, s.Sid)
	}
	for _, s := range before.Statements {
		if _, gone := old[s.Sid]; gone && s.Sid != "" {
			r.Removed = append(r.Removed, s.Sid)
			delete(old, s.Sid)
		}
	}
}

// mine tells pzgen's statements by their Sids.
func (t *Thing) mine() func(policy.Statement) bool {
	owner := t.owner()
	return func(s policy.Statement) bool {
		return s.Sid != "" && (owner.Owns(s.Sid) || slices.ContainsFunc(owner.Own.Statements,
			func(o policy.Statement) bool { return o.Sid == s.Sid }))
	}
}

// fits refuses a policy that cannot be the one of this thing.
func (t *Thing) fits(current policy.Document) error {
	switch {
	case t.kind == Key && len(current.Statements) == 0:
		return errors.New("it has no statement, and every key has a policy: read it again")
	case t.kind == Trust && len(current.Statements) == 0:
		return errors.New("it has no statement, and every role has a trust policy: read it again")
	}
	for i, s := range current.Statements {
		if s.Principal == nil && s.NotPrincipal == nil {
			return fmt.Errorf("statement %d has no Principal: this is the policy of a user or role, not of a %s", i+1, t.kind)
		}
		if t.kind != Bucket {
			continue
		}
		for _, text := range s.Resource.Values {
			if arn := text.IAM(); other(arn, t.arn) {
				return &Refusal{Reasons: []string{fmt.Sprintf("statement %d (%q) is about %q, and the bucket is %q", i+1, s.Sid, arn, t.arn)},
					Hint: "S3 takes no statement about another bucket: is this the policy of another one?"}
			}
		}
	}
	return nil
}

// other reports whether a resource is for certain neither the bucket nor an object in it. S3 takes a bucket's policy only when its resources are the bucket's
// own (Amazon S3 User Guide, "Bucket policies").
func other(resource, bucket string) bool {
	fixed := resource
	open := false
	if i := strings.IndexAny(resource, "*?$"); i >= 0 {
		fixed, open = resource[:i], true
	}
	if open && len(fixed) <= len(bucket) {
		return !strings.HasPrefix(bucket, fixed)
	}
	rest, ok := strings.CutPrefix(fixed, bucket)
	return !ok || rest != "" && rest[0] != '/'
}
