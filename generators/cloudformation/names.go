package cloudformation

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// names are the logical ids of a template. They are made from the names in the spec, the first ones
// that things had, and no two are alike. Printer and reader share them and nothing else: the reader needs them to tell which
// parameter stands for which value.
type names struct {
	role         string   // resource
	roleName     string   // parameter
	roleByHand   string   // output
	rolePolicies []string // resources, as Role.Policies
	buckets      []bucketNames
	keys         []keyNames
	operators    []operatorNames
	group        string // resource of the dataset group
	groupName    string // parameter
	taken        map[string]bool
}

type bucketNames struct{ bucket, policy, name string } // two resources and a parameter

type keyNames struct{ key, alias, aliasName, arn string } // two resources and two parameters

type operatorNames struct {
	policies []string // resources, as Operator.Policies
	byHand   string   // output
}

func newNames(s *model.Setup) names {
	taken := map[string]bool{}
	take := func(id string) string {
		unique := id
		for n := 2; taken[unique]; n++ {
			unique = id + strconv.Itoa(n)
		}
		taken[unique] = true
		return unique
	}
	n := names{
		role:       take("ServiceRole"),
		roleName:   take("RoleName"),
		roleByHand: take("ServiceRoleAttachByHand"),
		group:      take("DatasetGroup"),
		groupName:  take("DatasetGroupName"),
		taken:      taken,
	}
	for range s.Role.Policies {
		n.rolePolicies = append(n.rolePolicies, take("RolePolicy"))
	}
	for _, b := range s.Buckets {
		id := camel(model.FirstName(b.ID, b.Was)) + "Bucket"
		n.buckets = append(n.buckets, bucketNames{take(id), take(id + "Policy"), take(id + "Name")})
	}
	for _, k := range s.Keys {
		id := camel(model.FirstName(k.ID, k.Was)) + "Key"
		n.keys = append(n.keys,
			keyNames{take(id), take(id + "Alias"), take(id + "AliasName"), take(id + "Arn")})
	}
	for _, o := range s.Operators {
		id := camel(model.FirstName(o.ID, o.Was)) + "Operator"
		var on operatorNames
		for range o.Policies {
			on.policies = append(on.policies, take(id+"Policy"))
		}
		on.byHand = take(id + "AttachByHand")
		n.operators = append(n.operators, on)
	}
	return n
}

// parameters returns which reference each parameter stands for.
func (n names) parameters(s *model.Setup) map[string]policy.Ref {
	m := map[string]policy.Ref{n.roleName: model.RefRoleName}
	for i, b := range s.Buckets {
		m[n.buckets[i].name] = model.RefBucketName(b.ID)
	}
	for i, k := range s.Keys {
		if isImported(k) {
			m[exportOf(k.Owner.Setup, k.Owner.ID)] = model.RefKeyARN(k.ID)
		} else if k.Existing() {
			m[n.keys[i].arn] = model.RefKeyARN(k.ID)
		} else {
			m[n.keys[i].aliasName] = model.RefKeyAlias(k.ID)
		}
	}
	if s.DatasetGroup != nil {
		m[n.groupName] = model.RefGroupName
	}
	return m
}

// isImported reports whether the ARN of a key comes from the stack of the setup that creates it.
func isImported(k model.Key) bool { return k.Owner != nil && k.ARN == "" }

// exportOf is the name under which the stack of a setup tells others the ARN of a key: letters,
// digits and hyphens (AWS CloudFormation User Guide, "Outputs", Export). No two names of keys differ
// in case, hyphens and underscores alone.
func exportOf(setup, key string) string { return "personalize-" + setup + "-" + camel(key) + "KeyArn" }

// camel makes a name fit for a logical id, which holds letters and digits only (AWS
// CloudFormation User Guide, "Resources", "Logical ID").
func camel(name string) string {
	var b strings.Builder
	up := true
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z' && up:
			b.WriteByte(c - 'a' + 'A')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			b.WriteByte(c)
		default:
			up = true
			continue
		}
		up = false
	}
	return b.String()
}
