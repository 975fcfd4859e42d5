package diff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// Kind is the way in which something changes.
type Kind string

// The kinds of changes.
const (
	Broader   Kind = "broader"   // a request passes that did not before
	Narrower  Kind = "narrower"  // a request does not pass any more
	Breaking  Kind = "breaking"  // a thing that cannot be changed is made anew, under another name or with other properties, or is deleted
	Setting   Kind = "setting"   // neither, as far as access goes
	Undecided Kind = "undecided" // it may differ, and is not known
)

// Severity is what a change is about, the riskiest first.
type Severity string

// The severities, in their order.
const (
	Outside           Severity = "outside"            // a principal of another account, or a service on its behalf
	Public            Severity = "public"             // anybody
	PassRole          Severity = "pass-role"          // acting as the role, or handing it to a service
	KeyAdministration Severity = "key-administration" // who decides on the key, or on a policy
	Write             Severity = "write"
	Read              Severity = "read"
	Safeguard         Severity = "safeguard" // a setting that protects is weakened
	None              Severity = "none"
)

var severities = []Severity{Outside, Public, PassRole, KeyAdministration, Write, Read, Safeguard, None}

// Change is one thing that changes. Texts of it are for people; names in them come from files.
type Change struct {
	Kind       Kind     `json:"kind"`
	Severity   Severity `json:"severity"`
	Setup      string   `json:"setup,omitempty"`
	Subject    string   `json:"subject"` // what the policy or the setting is of: role "Shop"
	Principal  string   `json:"principal,omitempty"`
	Actions    []string `json:"actions,omitempty"`
	Resources  []string `json:"resources,omitempty"`
	Conditions []string `json:"conditions,omitempty"`
	Message    string   `json:"message"`       // the change in words, without its places
	Old        *Side    `json:"old,omitempty"` // where it is, or was, granted or set
	New        *Side    `json:"new,omitempty"`
	Targets    []string `json:"targets,omitempty"` // that have the change

	// Witness is a request that is decided differently, as `pzgen simulate` takes it.
	Witness     *Witness  `json:"witness,omitempty"`
	Fingerprint string    `json:"fingerprint"`
	Accepted    *Accepted `json:"accepted,omitempty"` // by the spec

	// Grant is what is granted, or denied, with all of its values: texts for people name the first of
	// many. It is empty where the change is about something else.
	Grant policy.Change `json:"-"`

	// about is what else tells the change from others: of a setting its name and its new value, of NotAction and
	// the like their values. Words for people do not count: they may be put better in a later version.
	about    string
	whom     string // all principals of a grant: Principal names the first of many
	byDenial bool   // a Deny came or went
	// who and does make up the message: changes that do the same are one line for people.
	who, join, does string

	outOf    int  // how many targets were compared
	loose    bool // it is of documents that are attached to nothing
	attached int  // and how many of them say what a policy is attached to
}

// Witness is a request, as cases of `pzgen simulate` have it.
type Witness struct {
	Principal       string              `json:"principal"`
	Action          string              `json:"action"`
	Resource        string              `json:"resource"`
	ResourceAccount string              `json:"resourceAccount,omitempty"`
	Context         map[string][]string `json:"context,omitempty"`
}

// Side is one side of a change.
type Side struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Sid    string `json:"sid,omitempty"`
	Value  string `json:"value,omitempty"` // of a setting
}

func sideAt(p deployed.Place) *Side { return &Side{File: p.Path, Line: p.Line, Column: p.Col} }

// Place returns file:line:column, as far as they are known.
func (s *Side) Place() string {
	if s == nil {
		return ""
	}
	return deployed.Place{Path: s.File, Line: s.Line, Col: s.Column}.String()
}

// say sets the message of a change.
func (c *Change) say(who, join, does string) {
	c.who, c.join, c.does = who, join, does
	c.Message = who + join + does
}

// identity is what a change is, apart from where it was read: two targets that have the same change have one of the
// same identity.
func (c Change) identity() string {
	about := c.about
	if about == "" && c.Actions == nil {
		about = c.Message
	}
	conditions := make([]string, len(c.Conditions))
	for i, cond := range c.Conditions { // operator, key and values; the letter case of a key does not count
		parts := strings.SplitN(cond, " ", 3)
		parts[1] = strings.ToLower(parts[1])
		conditions[i] = strings.Join(parts, " ")
	}
	return strings.Join([]string{string(c.Kind), c.Setup, c.Subject, cmp.Or(c.whom, c.Principal),
		asSet(folded(c.Actions)), asSet(c.Resources), asSet(conditions), about}, "\x00")
}

// asSet returns values in one order, each once: neither counts in a policy.
func asSet(values []string) string {
	values = slices.Clone(values)
	slices.Sort(values)
	return strings.Join(slices.Compact(values), "\x01")
}

// folded returns actions as they count: their letter case does not (reference_policies_elements_action).
func folded(actions []string) []string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = strings.ToLower(a)
	}
	return out
}

// accounts returns principals of which accounts are their numbers: an account can be named by it or by
// the ARN of its root user, which mean the same (IAM User Guide, "AWS JSON policy elements: Principal").
func accounts(principals []string) []string {
	out := slices.Clone(principals)
	for i, p := range out {
		if arn, ok := policy.ParseARN(p); ok && arn.Service == "iam" && arn.Resource == "root" {
			out[i] = arn.Account
		}
	}
	return out
}

// fingerprint returns a name of the change that depends on nothing but what is granted, or set: not on files, lines,
// order, Sids, targets or commits.
func (c Change) fingerprint() string {
	return checksum([]byte(c.identity()))[:12]
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// finish sorts changes, the riskiest first, makes one of those that are the same, and gives them their fingerprints.
func finish(list []Change) []Change {
	at := map[string]int{}
	out := []Change{}
	for _, c := range list {
		id := c.identity()
		if i, ok := at[id]; ok {
			for _, t := range c.Targets {
				if !slices.Contains(out[i].Targets, t) {
					out[i].Targets = append(out[i].Targets, t)
				}
			}
			continue
		}
		c.Fingerprint = c.fingerprint()
		c.Old, c.New = present(c.Old), present(c.New)
		at[id] = len(out)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			strings.Compare(a.Setup, b.Setup),
			strings.Compare(a.Subject, b.Subject),
			strings.Compare(a.identity(), b.identity()))
	})
	return out
}

// present returns a side that says something, or nil.
func present(s *Side) *Side {
	if s == nil || *s == (Side{}) {
		return nil
	}
	return s
}

// rank orders changes by what a reviewer wants to see first.
func rank(c Change) int {
	kind := slices.Index([]Kind{Broader, Undecided, Breaking, Setting, Narrower}, c.Kind)
	if c.Kind == Undecided {
		kind = 0 // it may be broader
	}
	return kind*len(severities) + slices.Index(severities, c.Severity)
}

// Relation is how the new side relates to the old.
type Relation string

// The relations.
const (
	IsSame      Relation = "same"
	IsBroader   Relation = "broader"
	IsNarrower  Relation = "narrower"
	IsDifferent Relation = "different"
	IsUndecided Relation = "undecided"
)

// RelationOf returns the relation that changes come to. Settings and what is made anew are neither broader nor
// narrower: with them it is different.
func RelationOf(changes []Change) Relation {
	has := map[Kind]bool{}
	for _, c := range changes {
		has[c.Kind] = true
	}
	switch {
	case has[Undecided]:
		return IsUndecided
	case len(changes) == 0:
		return IsSame
	case has[Breaking] || has[Setting] || has[Broader] && has[Narrower]:
		return IsDifferent
	case has[Broader]:
		return IsBroader
	}
	return IsNarrower
}
