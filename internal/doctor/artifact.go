package doctor

import (
	"cmp"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Assumed returns the State of an artifact with a value for each name that is known on deployment
// alone: an ARN that nothing else has, of what the artifact says that it is. account and region are
// where it is to be deployed.
func Assumed(s deployed.State, account, region string) deployed.State {
	at := "arn:" + spec.PartitionOf(region) + ":"
	arns := map[string]string{} // by the ID of the reference
	only := func(t policy.Text, format string) {
		if ref, ok := t.OnlyRef(); ok {
			arns[ref.ID] = format + assumedName(ref.ID)
		}
	}
	for _, k := range s.Keys {
		only(k.ARN.V, at+"kms:"+region+":"+account+":key/")
	}
	for _, r := range s.Roles {
		only(r.Name.V, at+"iam::"+account+":role/")
	}
	for _, b := range s.Buckets {
		only(b.Name.V, at+"s3:::")
	}
	for _, p := range s.Policies {
		only(p.Name.V, at+"iam::"+account+":policy/")
	}
	return s.MapTexts(func(t policy.Text) policy.Text {
		env := policy.Env{}
		for _, r := range t.Refs() {
			env[r] = assumedName(r.ID)
			if strings.EqualFold(r.Attr, "arn") || strings.HasSuffix(strings.ToLower(r.ID), "arn") {
				env[r] = cmp.Or(arns[r.ID], at+"deployment:::"+assumedName(r.ID))
			}
		}
		return t.Fill(env)
	})
}

// assumedName returns a name that can be in an ARN.
func assumedName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, id)
}
