package model

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Reading is what an artifact means, read back in its own language under an environment.
type Reading struct {
	// Documents are the policy documents by [Doc] name, every reference filled in from the environment. A document goes by what it is attached
	// to in the artifact, never by the name of a file, resource or variable.
	Documents map[string]policy.Document

	// Defaults are the values that the artifact itself gives to references: parameter defaults, variable defaults, assignments.
	Defaults policy.Env

	// Settings are what the artifact sets beside policies, in the names of [Setup.Settings]. It is nil for a target that holds policies alone.
	Settings map[string]string

	// Places tells for a document, or for a statement as "document/Sid", where it stands.
	Places map[string]FilePlace

	// ByHand names the settings and documents that the artifact states, or leaves to other files, but has no means to bring about, so that a
	// person has to. Such a setting stands in Settings as the artifact states it; such a document does not stand in Documents.
	ByHand []string
}

// FilePlace is a place in an artifact; lines count from 1, and 0 means the whole file.
type FilePlace struct {
	Path string
	Line int
}

// The references that documents can hold, beside those of buckets and keys.
var (
	RefPartition = policy.Ref{ID: "aws", Attr: "partition"}
	RefAccount   = policy.Ref{ID: "aws", Attr: "account"}
	RefRegion    = policy.Ref{ID: "aws", Attr: "region"}
	RefRoleName  = policy.Ref{ID: "role", Attr: "name"}
	RefRoleARN   = policy.Ref{ID: "role", Attr: "arn"}
)

// RefBucketName is the name of the bucket with this name in the spec.
func RefBucketName(id string) policy.Ref { return policy.Ref{ID: "bucket." + id, Attr: "name"} }

// RefBucketARN is the ARN of the bucket with this name in the spec.
func RefBucketARN(id string) policy.Ref { return policy.Ref{ID: "bucket." + id, Attr: "arn"} }

// RefKeyARN is the ARN of the key with this name in the spec.
func RefKeyARN(id string) policy.Ref { return policy.Ref{ID: "key." + id, Attr: "arn"} }

// Docs gives every document of the setup, in the order trust, role, buckets, keys, operators.
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

// DeployedEnv gives every reference whose value is known before anything is deployed: all but the ARNs of keys that are yet to be created.
func (s *Setup) DeployedEnv() policy.Env {
	env := s.env(s.Partition, s.Account, s.Region, s.Role.Name, func(b Bucket) string { return b.Name })
	for _, k := range s.Keys {
		if k.Existing() {
			env[RefKeyARN(k.ID)] = k.ARN
		}
	}
	return env
}

// SyntheticEnv gives every reference a value that it has nowhere else: environments with different n have no value in common, and within one no two
// references share one, so that a name which an artifact holds fixed agrees with at most one of them. The values have the form that AWS gives them.
func (s *Setup) SyntheticEnv(n int) policy.Env {
	env := s.env(
		fmt.Sprintf("aws-made%d", n),
		fmt.Sprintf("%012d", 700000000000+n*1111),
		fmt.Sprintf("xx-made-%d", n),
		fmt.Sprintf("MadeUpRole%d", n),
		func(b Bucket) string { return fmt.Sprintf("made-up-%d-%s", n, strings.ToLower(b.ID)) },
	)
	for _, k := range s.Keys {
		env[RefKeyARN(k.ID)] = fmt.Sprintf("arn:%s:kms:%s:%s:key/made-up-%d-%s",
			env[RefPartition], env[RefRegion], env[RefAccount], n, strings.ToLower(k.ID))
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

// Settings gives what the setup decides beside policy documents, one line each, with references filled in from env. Readers of targets
// that create resources give the same lines. Lists are sorted and joined by a space; tags are key=value, sorted, joined by a newline.
func (s *Setup) Settings(env policy.Env) map[string]string {
	m := map[string]string{}
	fill := func(ts []policy.Text) string {
		out := make([]string, len(ts))
		for i, t := range ts {
			out[i] = t.Fill(env).IAM()
		}
		return words(out)
	}
	m["role.managedPolicies"] = fill(s.Role.ManagedPolicies)
	if !s.Role.Existing {
		m["role.path"] = s.Role.Path
		m["role.description"] = s.Role.Description
		m["role.boundary"] = s.Role.Boundary.Fill(env).IAM()
		m["role.tags"] = s.tags()
	}
	for _, b := range s.Buckets {
		if b.Existing {
			continue
		}
		p := "bucket." + b.ID + "."
		m[p+"name"] = env[RefBucketName(b.ID)]
		m[p+"key"] = ""
		if b.Key != "" {
			m[p+"key"] = env[RefKeyARN(b.Key)]
		}
		m[p+"versioning"] = strconv.FormatBool(b.Versioning)
		m[p+"blockPublic"] = strconv.FormatBool(b.BlockPublic)
		m[p+"ownerOnly"] = strconv.FormatBool(b.OwnerOnly)
		m[p+"expireDays"] = strconv.Itoa(b.ExpireDays)
		m[p+"tags"] = s.tags()
	}
	for _, k := range s.Keys {
		if k.Existing() {
			continue
		}
		p := "key." + k.ID + "."
		m[p+"alias"] = k.Alias
		m[p+"rotation"] = strconv.FormatBool(k.Rotation)
		m[p+"tags"] = s.tags()
	}
	for _, o := range s.Operators {
		p := "operator." + o.ID + "."
		m[p+"users"], m[p+"groups"], m[p+"roles"] = "", "", ""
		if len(o.Policies)+len(o.ManagedPolicies) > 0 { // else there is nothing to attach to anybody
			m[p+"users"], m[p+"groups"], m[p+"roles"] = words(o.Users), words(o.Groups), words(o.Roles)
		}
		m[p+"managedPolicies"] = fill(o.ManagedPolicies)
	}
	return m
}

func (s *Setup) tags() string {
	lines := make([]string, len(s.Tags))
	for i, t := range s.Tags {
		lines[i] = t.Key + "=" + t.Value
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func words(list []string) string {
	out := append([]string(nil), list...)
	sort.Strings(out)
	return strings.Join(out, " ")
}
