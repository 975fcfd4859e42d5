package terraform

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Names of the output folder.
const (
	folder       = "terraform"
	fileVersions = "versions.tf"
	fileVars     = "variables.tf"
	fileMain     = "main.tf"
	fileIAM      = "iam.tf"
	fileS3       = "s3.tf"
	fileKMS      = "kms.tf"
	fileOutputs  = "outputs.tf"
	fileAdopt    = "adopt.tf.example"
)

// Names of what every module has.
const (
	varAccount  = "account_id"
	varRegion   = "region"
	varRoleName = "role_name"
	varGroup    = "dataset_group_name"
	varTags     = "tags"

	outputRole  = "role_arn"
	outputGroup = "dataset_group_arn"

	roleLabel      = "personalize"
	groupLabel     = "dataset_group"
	dataCurrent    = "current"
	localRoleARN   = "role_arn"
	sourceProvider = "hashicorp/aws"

	requiredVersion = ">= 1.5"
	providerVersion = ">= 5.100, < 7.0"
)

// names are the identifiers of a setup: snake_case of the names in the spec, each valid and each once.
type names struct {
	buckets, keys, operators, docs map[string]string
	managed                        map[string]string // labels of attachments of managed policies, by managedKey
}

func namesOf(s *model.Setup) names { return namesAt(s, now(s)) }

// namesAt are the names under which the things of a setup are known when they are called what g says.
func namesAt(s *model.Setup, g generation) names {
	n := names{buckets: labelsOf(bucketIDs(s), g.bucket), keys: labelsOf(keyIDs(s), g.key),
		operators: labelsOf(operatorIDs(s), g.operator)}
	var docs, managed []string
	for _, d := range s.Docs() {
		docs = append(docs, d.Name)
	}
	n.docs = labelsOf(docs, g.doc)
	for _, m := range s.Role.ManagedPolicies {
		managed = append(managed, managedKey("role", m))
	}
	for _, o := range s.Operators {
		for _, m := range o.ManagedPolicies {
			managed = append(managed, managedKey("operator-"+o.ID, m))
		}
	}
	n.managed = labelsOf(managed, func(key string) string {
		owner, arn, _ := strings.Cut(key, " ")
		return "managed-" + g.doc(owner) + "-" + tail(arn)
	})
	return n
}

// managedKey tells apart the managed policies of the role and of each operator.
func managedKey(owner string, arn policy.Text) string { return owner + " " + arn.String() }

func (n names) bucketVar(id string) string { return n.buckets[id] + "_bucket_name" }
func (n names) bucketARN(id string) string { return n.buckets[id] + "_bucket_arn" }
func (n names) aliasVar(id string) string  { return n.keys[id] + "_key_alias" }
func (n names) keyARN(id string) string    { return n.keys[id] + "_key_arn" }

// principalVar is the variable with the names of an operator's users, groups or roles.
func (n names) principalVar(id string, kind deployed.PrincipalKind) string {
	return n.operators[id] + "_operator_" + string(kind) + "s"
}

// statementsOutput is the output with the statements of a document that is to be merged by hand.
func (n names) statementsOutput(doc string) string { return n.docs[doc] + "_statements" }

// policiesOutput is the output with the ARNs of an operator's policies.
func (n names) policiesOutput(id string) string { return n.operators[id] + "_operator_policy_arns" }

func bucketIDs(s *model.Setup) []string {
	ids := make([]string, len(s.Buckets))
	for i, b := range s.Buckets {
		ids[i] = b.ID
	}
	return ids
}

func keyIDs(s *model.Setup) []string {
	ids := make([]string, len(s.Keys))
	for i, k := range s.Keys {
		ids[i] = k.ID
	}
	return ids
}

func operatorIDs(s *model.Setup) []string {
	ids := make([]string, len(s.Operators))
	for i, o := range s.Operators {
		ids[i] = o.ID
	}
	return ids
}

// labelsOf returns an identifier for each id, made of a name; where two have the same one, the later
// gets a number.
func labelsOf(ids []string, name func(string) string) map[string]string {
	out := make(map[string]string, len(ids))
	taken := make(map[string]bool, len(ids))
	for _, id := range ids {
		if _, ok := out[id]; ok {
			continue
		}
		base := snake(name(id))
		l := base
		for i := 2; taken[l]; i++ {
			l = base + "_" + strconv.Itoa(i)
		}
		out[id], taken[l] = l, true
	}
	return out
}

// snake returns s in lower case with an underscore for whatever an identifier cannot hold.
func snake(s string) string {
	b := make([]byte, 0, len(s)+1)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		default:
			b = append(b, '_')
		}
	}
	if len(b) == 0 || b[0] < 'a' || b[0] > 'z' {
		b = append([]byte("x_"), b...)
	}
	return string(b)
}

// tail is what follows the last slash of an ARN: the id of a key, the name of a policy.
func tail(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
