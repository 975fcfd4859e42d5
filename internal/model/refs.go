package model

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// The references that documents can hold, beside those of buckets and keys.
var (
	RefPartition = policy.Ref{ID: "aws", Attr: "partition"}
	RefAccount   = policy.Ref{ID: "aws", Attr: "account"}
	RefRegion    = policy.Ref{ID: "aws", Attr: "region"}
	RefRoleName  = policy.Ref{ID: "role", Attr: "name"}
	RefRoleARN   = policy.Ref{ID: "role", Attr: "arn"}
	RefGroupName = policy.Ref{ID: "group", Attr: "name"} // of the dataset group
)

// RefBucketName is the name of the bucket with this name in the spec.
func RefBucketName(id string) policy.Ref { return policy.Ref{ID: "bucket." + id, Attr: "name"} }

// RefBucketARN is the ARN of the bucket with this name in the spec.
func RefBucketARN(id string) policy.Ref { return policy.Ref{ID: "bucket." + id, Attr: "arn"} }

// RefKeyARN is the ARN of the key with this name in the spec.
func RefKeyARN(id string) policy.Ref { return policy.Ref{ID: "key." + id, Attr: "arn"} }

// RefKeyAlias is the alias of the key that is created under this name in the spec.
func RefKeyAlias(id string) policy.Ref { return policy.Ref{ID: "key." + id, Attr: "alias"} }

// RefMember is the name of the n-th user, group or role of an operator, counted from 0. Two
// operators that name one principal have two references.
func RefMember(operator string, kind deployed.PrincipalKind, n int) policy.Ref {
	return policy.Ref{ID: "operator." + operator, Attr: string(kind) + "-" + strconv.Itoa(n)}
}

// RefTagKey is the key of the setup's n-th tag, counted from 0.
func RefTagKey(n int) policy.Ref { return policy.Ref{ID: "tag", Attr: "key-" + strconv.Itoa(n)} }

// RefTagValue is the value of that tag.
func RefTagValue(n int) policy.Ref {
	return policy.Ref{ID: "tag", Attr: "value-" + strconv.Itoa(n)}
}

// Docs returns every document of the setup, in the order trust, role, buckets, keys, operators.
func (s *Setup) Docs() []Doc {
	docs := append([]Doc{s.Role.Trust}, s.Role.Policies...)
	for _, b := range s.Buckets {
		docs = append(docs, b.Policy)
	}
	for _, k := range s.Keys {
		docs = append(docs, k.Policy)
	}
	for _, o := range s.Operators {
		docs = append(docs, o.Policies...)
	}
	out := docs[:0]
	for _, d := range docs {
		if d.Name != "" {
			out = append(out, d)
		}
	}
	return out
}

// DeployedEnv returns every reference whose value is known before anything is deployed: all but the
// ARNs of keys that are yet to be created or looked up.
func (s *Setup) DeployedEnv() policy.Env {
	env := s.env(s.Partition, s.Account, s.Region, s.Role.Name, func(b Bucket) string { return b.Name })
	for _, k := range s.Keys {
		if k.ARN != "" {
			env[RefKeyARN(k.ID)] = k.ARN
		}
	}
	s.names(env, func(_, own string) string { return own })
	return env
}

// SyntheticEnv returns, for every reference, a value that it has nowhere else: environments with
// different n have no value in common, and within one no two references share one, so that a name
// which an artifact holds fixed agrees with at most one of them. The values have the form of AWS's.
func (s *Setup) SyntheticEnv(n int) policy.Env {
	env := s.env(
		fmt.Sprintf("aws-made%d", n),
		fmt.Sprintf("%012d", 700000000000+n*1111),
		fmt.Sprintf("xx-made-%d", n),
		fmt.Sprintf("MadeUpRole%d", n),
		func(b Bucket) string { return fmt.Sprintf("made-up-%d-%s", n, strings.ToLower(b.ID)) },
	)
	for _, k := range s.Keys {
		account := env[RefAccount]
		if k.Owner.Elsewhere() != "" {
			account = fmt.Sprintf("%012d", 600000000000+n*1111)
		}
		env[RefKeyARN(k.ID)] = fmt.Sprintf("arn:%s:kms:%s:%s:key/made-up-%d-%s",
			env[RefPartition], env[RefRegion], account, n, strings.ToLower(k.ID))
	}
	s.names(env, func(kind, _ string) string {
		return fmt.Sprintf("%s%d-%d", kind, n, len(env)) // no two have one number
	})
	return env
}

// names puts into env the names that no ARN in it is made of: dataset group, aliases, who operators
// are, tags. name returns each, from how a made-up one begins and from the setup's own.
func (s *Setup) names(env policy.Env, name func(kind, own string) string) {
	if g := s.DatasetGroup; g != nil {
		env[RefGroupName] = name("made-up-group-", g.Name)
	}
	for _, k := range s.Keys {
		if k.ARN == "" {
			env[RefKeyAlias(k.ID)] = name("alias/made-up-", k.Alias)
		}
	}
	for _, o := range s.Operators {
		for _, a := range o.Audiences() {
			for i, m := range a.Names {
				env[RefMember(o.ID, a.Kind, i)] = name("MadeUp-"+string(a.Kind)+"-", m)
			}
		}
	}
	for i, t := range s.Tags {
		env[RefTagKey(i)] = name("made-up-key-", t.Key)
		env[RefTagValue(i)] = name("made-up-value-", t.Value)
	}
}

// WrittenOut returns the setup's own values of the references that [Setup.Want] has for names
// that a target may write out, but for those that the target has names for, which are given.
func (s *Setup) WrittenOut(named ...policy.Ref) policy.Env {
	env := policy.Env{}
	s.names(env, func(_, own string) string { return own })
	for _, ref := range named {
		delete(env, ref)
	}
	return env
}

func (s *Setup) env(partition, account, region, role string, bucket func(Bucket) string) policy.Env {
	env := policy.Env{
		RefPartition: partition,
		RefAccount:   account,
		RefRegion:    region,
		RefRoleName:  role,
		RefRoleARN:   "arn:" + partition + ":iam::" + account + ":role" + s.Role.Path + role,
	}
	for _, b := range s.Buckets {
		env[RefBucketName(b.ID)] = bucket(b)
		env[RefBucketARN(b.ID)] = "arn:" + partition + ":s3:::" + bucket(b)
	}
	return env
}
