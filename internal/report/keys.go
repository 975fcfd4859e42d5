package report

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
)

// key is who decides on a key, and who uses it.
type key struct {
	Setup, Name string
	About       []string // in words: created or existing, rotation
	Admins      []string // who may change its policy
	Users       []string // who else may use it
	Locked      string   // why it may lock everybody out, or why that is not known
}

// keyLabel names a key: by its alias, or by its ARN.
func keyLabel(m *model.Setup, k model.Key) string {
	switch {
	case k.ARN != "":
		return k.ARN
	case k.Alias != "":
		return k.Alias
	case k.Owner != nil:
		return k.ID + " of setup " + k.Owner.Setup
	}
	return m.Name + " " + k.ID
}

// keys lists for each key who may change its policy: whoever may can let others use the key, and
// where nobody may, nobody can take anything back.
func (b *builder) keys() {
	for _, m := range b.models {
		for _, k := range m.Keys {
			if k.Owner != nil && k.Owner.Elsewhere() == "" {
				continue // it is listed with the setup that has it
			}
			out := key{Setup: m.Name, Name: keyLabel(m, k)}
			switch {
			case k.Owner.Elsewhere() != "":
				out.About = append(out.About, "belongs to account "+k.Owner.Elsewhere())
			case k.Existing():
				out.About = append(out.About, "exists already")
			default:
				out.About = append(out.About, "created")
				if k.Rotation {
					out.About = append(out.About, "rotated")
				} else {
					out.About = append(out.About, "not rotated")
				}
			}
			if k.Disposable {
				out.About = append(out.About, "destroyed with the rest")
			}
			for _, r := range b.rows {
				if r.m != m || !isKey(r, k) {
					continue
				}
				who := r.Who
				if len(r.When) > 0 {
					who += ", with conditions"
				}
				list := &out.Users
				if r.covers("kms:PutKeyPolicy") {
					list = &out.Admins
				}
				if !slices.Contains(*list, who) {
					*list = append(*list, who)
				}
			}
			out.Users = slices.DeleteFunc(out.Users, func(u string) bool {
				return slices.Contains(out.Admins, u)
			})
			switch {
			case len(out.Admins) > 0:
			case k.Owner.Elsewhere() != "":
				out.Locked = "its owner administers it: what else its policy says is not known"
			case k.Existing() && k.Base == nil:
				out.Locked = "its present policy is not among what was read: " +
					"who administers it is not known"
			default:
				out.Locked = "nobody may change its policy: it is locked"
			}
			b.page.Keys = append(b.page.Keys, out)
		}
	}
}

// isKey reports whether a grant is one of the policy of a key.
func isKey(r row, k model.Key) bool {
	rest, ok := strings.CutPrefix(r.change.Subject, "key ")
	return ok && (k.Alias != "" && rest == `"`+k.Alias+`"` || k.ARN != "" && rest == `"`+k.ARN+`"`)
}
