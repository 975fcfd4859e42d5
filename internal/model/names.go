package model

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// Identifier returns a name of the spec as a part of a Sid or of an identifier: letters and digits
// only. The names of one map of a setup stay distinct.
func Identifier(name string) string {
	var b strings.Builder
	up := true
	for _, c := range name {
		switch {
		case c == '-' || c == '_':
			up = true
		case up:
			b.WriteString(strings.ToUpper(string(c)))
			up = false
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// SidSuffix returns the name of a setup as the end of the Sids that it owns in policies it may
// share with others. Two names never have the same mark: a capital stands for a hyphen and the
// letter after it, "Zd" for a hyphen before anything else, "Zz" for a z at such a place, and "Zs" for
// a slash.
func SidSuffix(setup string) string {
	var b strings.Builder
	up := true
	for i := 0; i < len(setup); i++ {
		c := setup[i]
		letter := c >= 'a' && c <= 'z'
		switch {
		case up && c == 'z':
			b.WriteString("Zz")
		case up && letter:
			b.WriteByte(c - 'a' + 'A')
		case c == '-' && i+1 < len(setup) && setup[i+1] >= 'a' && setup[i+1] <= 'z':
			up = true
			continue
		case c == '-':
			b.WriteString("Zd")
		case c == '/': // of what an owner in another account applies
			b.WriteString("Zs")
			up = true
			continue
		default:
			b.WriteByte(c)
		}
		up = false
	}
	return b.String()
}

// sidMarker comes between what a Sid says and the end that tells whose it is, in statements that
// are not of the closed list of pzgen's own. It is in no Sid of a spec.
const sidMarker = spec.SidMarker

// markSid returns the Sid of a statement in a policy that others may share, marked as a setup's.
func markSid(sid, setup string) string { return sid + sidMarker + SidSuffix(setup) }

// ownedSids returns every Sid of the closed list that setups of these names can have given to a
// statement in the policy of a bucket or a key.
func ownedSids(lib *templates.Library, setups []string) []string {
	var sids []string
	for _, base := range lib.OwnedBases() {
		for _, name := range setups {
			sids = append(sids, base+SidSuffix(name))
		}
	}
	slices.Sort(sids)
	return slices.Compact(sids)
}

// Names returns the names that the setup has and had.
func (s *Setup) Names() []string { return append([]string{s.Name}, s.Was...) }

// SidMarks returns the ends, behind [SidMarker], of the Sids that are the setup's own.
func (s *Setup) SidMarks() []string {
	var marks []string
	for _, name := range s.Names() {
		marks = append(marks, SidSuffix(name))
	}
	return marks
}

// SidMarker is in the Sids that carry a mark.
const SidMarker = sidMarker

// Owner tells pzgen's statements from foreign ones in the policy of a bucket or a key of this
// setup. created: pzgen created the bucket or key, so that what is in its policy under a Sid of the
// guide is pzgen's too.
func (s *Setup) Owner(own policy.Document, created bool) policy.Owner {
	o := policy.Owner{Name: "pzgen", Own: own, Sids: s.OwnedSids, Marker: sidMarker,
		Marks: s.SidMarks(), Service: service}
	if created {
		o.Sids = slices.Concat(s.OwnedSids, templates.GuideSids())
	}
	return o
}

// service is the service principal of Personalize, the same in every partition.
const service = "personalize.amazonaws.com"
