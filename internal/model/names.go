package model

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// Identifier returns a name of the spec as a part of a Sid or of an identifier: letters and digits only. The names of one map of a setup stay distinct.
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

// SidSuffix returns the name of a setup as the end of the Sids that it owns in policies it may share with others. Two names never have the same
// mark: a capital stands for a hyphen and the letter after it, "Zd" for a hyphen before anything else, and "Zz" for a z at such a place.
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
		default:
			b.WriteByte(c)
		}
		up = false
	}
	return b.String()
}

// ownedSids returns every Sid that a setup can have given to a statement in the policy of a bucket or a key.
func ownedSids(lib *templates.Library, setup string, custom []spec.CustomStatement) []string {
	var sids []string
	for _, base := range lib.OwnedBases() {
		sids = append(sids, base+SidSuffix(setup))
	}
	for _, c := range custom {
		if strings.HasPrefix(c.Owner, "bucket.") || strings.HasPrefix(c.Owner, "key.") {
			sids = append(sids, c.Statement.Sid)
		}
	}
	slices.Sort(sids)
	return slices.Compact(sids)
}

// Owner tells pzgen's statements from foreign ones in the policy of a bucket or a key of this setup.
func (s *Setup) Owner(own policy.Document) policy.Owner {
	return policy.Owner{Name: "pzgen", Own: own, Sids: s.OwnedSids, Service: service}
}

// service is the service principal of Personalize, the same in every partition.
const service = "personalize.amazonaws.com"
