package diff

import (
	"fmt"
	"sort"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// keyNames returns the ARN that each key which is yet to be created goes by here: its first alias in the place of its
// ID, which two tools have in common.
func (v view) keyNames(s deployed.State) policy.Env {
	env := policy.Env{}
	for _, k := range s.Keys {
		parts := k.ARN.V.Parts()
		if len(parts) != 1 {
			continue
		}
		ref, ok := parts[0].(policy.Ref)
		if !ok {
			continue
		}
		name := ref.ID
		aliases := make([]string, 0, len(k.Aliases))
		for _, a := range k.Aliases {
			aliases = append(aliases, a.V.String())
		}
		if sort.Strings(aliases); len(aliases) > 0 {
			name = aliases[0]
		}
		env[ref] = fmt.Sprintf("arn:%s:kms:%s:%s:key/%s", v.partition, v.region, v.account, name)
	}
	return env
}

func keyName(k deployed.Key) string {
	if len(k.Aliases) > 0 {
		return k.Aliases[0].V.String()
	}
	return k.ARN.V.String()
}
