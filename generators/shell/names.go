package shell

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// names are the shell's words for the parts of a setup. Printer and reader share them, and
// nothing else.
type names struct {
	vars      map[policy.Ref]string // the variable that holds a reference
	functions map[string]string     // the function that prints a document, by the document's name
	aliases   map[string]string     // the variable with the alias of a key that is created or found, by the key's name
}

func namesOf(s *model.Setup) names {
	n := names{
		vars: map[policy.Ref]string{
			model.RefPartition: "PARTITION",
			model.RefAccount:   "ACCOUNT",
			model.RefRegion:    "REGION",
			model.RefRoleName:  "ROLE_NAME",
			model.RefRoleARN:   "ROLE_ARN",
		},
		functions: map[string]string{},
		aliases:   map[string]string{},
	}
	taken := map[string]bool{}
	free := func(format, id string) string {
		word := identifier(id)
		name := fmt.Sprintf(format, word)
		for i := 2; taken[name]; i++ {
			name = fmt.Sprintf(format, fmt.Sprintf("%s_%d", word, i))
		}
		taken[name] = true
		return name
	}
	for _, b := range s.Buckets {
		name := free("%s_BUCKET", strings.ToUpper(b.ID))
		n.vars[model.RefBucketName(b.ID)] = name
		n.vars[model.RefBucketARN(b.ID)] = name + "_ARN"
	}
	for _, k := range s.Keys {
		name := free("%s_KEY", strings.ToUpper(k.ID))
		n.vars[model.RefKeyARN(k.ID)] = name + "_ARN"
		n.aliases[k.ID] = name + "_ALIAS"
	}
	for _, d := range append(s.Docs(), s.Borrowed()...) {
		n.functions[d.Name] = free("policy_%s", d.Name)
	}
	return n
}

// identifier returns a name of the spec as a part of the name of a variable or function;
// different names may have the same.
func identifier(id string) string {
	w := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, id)
	if w == "" || w[0] >= '0' && w[0] <= '9' {
		return "_" + w
	}
	return w
}
