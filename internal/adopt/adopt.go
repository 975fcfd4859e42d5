// Package adopt makes a first spec of what is there: of the State of templates, modules, plans,
// policies and what the AWS CLI prints. What Amazon Personalize may do by it, it may do by the spec
// too: by workflows, and where these do not do, by statements of the spec's own. What has no place
// in a spec is a comment in it, and nothing is passed over.
//
// Reading order: adopt.go, solution.go, join.go, draft.go, things.go, locations.go, covered.go,
// leftout.go, text.go.
package adopt

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/start"
	"github.com/pzgen/pzgen/policy"
)

// Source is what was read for one setup.
type Source struct {
	Name            string // of the setup
	Account, Region string // what the user says, where what was read does not
	Else            Place  // where nothing says anything
	State           deployed.State
	Flows           []Flow // in addition to those that policies show
	Group           string // name of the dataset group, where the State has none
	Bucket          string // of flows, where what was read names none
}

// Place is an account and a region.
type Place struct{ Account, Region string }

// Flow is a workflow: its type, and locations, with a prefix behind the name of the bucket in S3;
// those of a [Source] that has a Bucket are prefixes of that one.
type Flow struct{ Type, From, To string }

// Spec returns the text of a spec for sources, behind head. It is valid, builds and is proved; what
// would keep it from that is a comment in it, and what is wrong with names that were read is one to
// put right. templates is as in engine.Source. The error is that of reading templates, or of the
// context.
func Spec(ctx context.Context, head, templates string, sources []Source) ([]byte, error) {
	var drafts []*draft
	for _, s := range sources {
		drafts = append(drafts, newDraft(s))
	}
	d := &document{head: head, drafts: drafts, templates: templates}
	if err := d.settle(ctx, nil); err != nil {
		return nil, err
	}
	for {
		// What the workflows do not grant is granted by statements.
		without := d.without()
		for i, one := range drafts {
			if err := d.keep(ctx, i, one); err != nil {
				return nil, err
			}
		}
		if err := d.settle(ctx, proved); err != nil {
			return nil, err
		}
		if d.without() == without {
			return d.text(), nil
		}
		// A workflow went that grants what was held against it.
		for _, one := range drafts {
			one.kept = nil
		}
	}
}

// draft is a setup of the spec that is being made.
type draft struct {
	name, account, region string
	role                  deployed.Role
	hasRole               bool
	called, bounded       element // the lines with the name of the role and its boundary
	buckets               []*bucket
	keys                  []*key
	flows                 []*element
	group                 group
	given                 []given // statements of documents, as they were read
	kept                  []*element
	notes                 []string

	madeBucket bool   // it has one that was made up
	madeIn     string // the bucket that has a made-up workflow
}

// bucket and key are the things of a draft, by the name that they have in the spec.
type bucket struct {
	element
	id, name string
	created  bool
	key      string
}

type key struct {
	element
	id, alias, arn string
	ref            policy.Ref // how the artifact calls the ARN of one that it creates
}

// group is the dataset group of a draft.
type group struct {
	element
	name, domain, key string
}

// given is a statement of a document of the role, of its trust policy, of a bucket or of a key.
type given struct {
	owner     string // role, trust, buckets.data, keys.main
	statement policy.Statement
	vars      bool // the document has variables
	at        deployed.Place
	there     bool // it is in the policy of something that exists, and stays there
	flows     bool // there are workflows for it
}

// element is a part of the spec that can be left out: then it is a comment.
type element struct {
	flow   Flow
	given  *given
	sid    string
	out    bool
	reason string
}

func newDraft(s Source) *draft {
	st := s.State
	place, told := s.Place()
	d := &draft{name: s.Name, account: place.Account, region: place.Region}
	if !told {
		d.note("no account is named in what was read: %s is AWS's example; make the spec with --account",
			d.account)
	}
	for _, of := range []struct{ what, asked, is string }{
		{"account", s.Account, place.Account}, {"region", s.Region, place.Region},
	} {
		if of.asked != "" && of.asked != of.is {
			d.note("%s %s was asked for, and what was read is for %s alone", of.what, of.asked, of.is)
		}
	}
	for _, u := range st.Unknown {
		d.note("%s: %s %q is not understood: %s", u.At, u.Kind, u.What, u.Why)
	}
	d.takeKeys(st)
	d.takeGroups(st)
	d.group.name = cmp.Or(d.group.name, s.Group)
	d.takeBuckets(st)
	d.takeRole(st)
	d.takeLoose(st)
	d.takePeople(st)
	for _, f := range s.Flows {
		if s.Bucket == "" {
			break
		}
		if strings.Contains(f.From+f.To, "<") {
			d.note("%s from %q to %q: a spec fills in what is in angle brackets", f.Type, f.From, f.To)
			continue
		}
		d.addFlow(Flow{f.Type, under(s.Bucket, f.From), under(s.Bucket, f.To)})
	}
	d.findFlows()
	d.makeUp()
	d.nameKeys()
	return d
}

// Nowhere is an account that nobody has. An artifact that is read for it shows where it leaves
// the account to AWS.
const Nowhere = "000000000000"

// Place returns where a setup is: where what was read says that it is, what the user says, what
// documents name, or else what is left. It reports whether any of the first three named the
// account.
func (s Source) Place() (place Place, told bool) {
	account, region := s.State.In()
	inDocs, near := named(s.State)
	account = cmp.Or(account, s.Account, inDocs)
	return Place{cmp.Or(account, s.Else.Account), cmp.Or(region, s.Region, near, s.Else.Region)}, account != ""
}

// named returns the account and region that documents name first, in the ARN of something that has
// both. Roles and users of other accounts, which have no region, do not count.
func named(st deployed.State) (account, region string) {
	placed := regexp.MustCompile(`^arn:[a-z-]+:[a-z0-9-]+:([a-z]{2,}-[a-z-]+-[0-9]+):([0-9]{12}):`)
	for _, shown := range st.Documents {
		if shown.Policy == nil {
			continue
		}
		shown.Policy.Document.MapTexts(func(t policy.Text) policy.Text {
			if m := placed.FindStringSubmatch(t.IAM()); m != nil && m[2] != Nowhere && account == "" {
				region, account = m[1], m[2]
			}
			return t
		})
	}
	return account, region
}

func under(bucket, prefix string) string {
	if prefix == "" {
		return ""
	}
	return bucket + "/" + prefix
}

// note adds a comment.
func (d *draft) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(d.notes, text) {
		d.notes = append(d.notes, text)
	}
}

// lost notes a statement that has no place in the spec.
func (d *draft) lost(at deployed.Place, why string, s policy.Statement) {
	d.note("%s: %s: %s", at, why, string(policy.Document{Version: policy.Version2012, Single: true,
		Statements: []policy.Statement{s}}.Compact()))
}

// bucketOf returns the bucket of a name in S3, and takes it in if it is new.
func (d *draft) bucketOf(name string) *bucket {
	for _, b := range d.buckets {
		if b.name == name {
			return b
		}
	}
	id := "data"
	if len(d.buckets) > 0 {
		id = d.freeID(name)
	}
	b := &bucket{id: id, name: name}
	d.buckets = append(d.buckets, b)
	return b
}

// freeID returns a name in the spec that nothing has yet.
func (d *draft) freeID(from string) string {
	if len(from) > start.LongestName {
		from = from[len(from)-start.LongestName:] // names of one owner differ at their ends
	}
	id := start.NameFor(from)
	taken := func(id string) bool {
		return slices.ContainsFunc(d.buckets, func(b *bucket) bool { return b.id == id }) ||
			slices.ContainsFunc(d.keys, func(k *key) bool { return k.id == id })
	}
	free := id
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", id, n)
	}
	return free
}
