package cloudformation

import (
	"fmt"

	"github.com/pzgen/pzgen/internal/model"
)

// byHand lists what no resource type of CloudFormation does: AWS::IAM::ManagedPolicy attaches the
// policy that it makes, and only AWS::IAM::Role attaches others, to the role that it makes;
// AWS::KMS::Key has its policy as a property of the whole key.
func byHand(s *model.Setup) []string {
	var all []string
	add := func(format string, args ...any) {
		all = append(all, fmt.Sprintf("By hand: "+format, args...))
	}
	if s.Role.Existing && len(s.Role.ManagedPolicies) > 0 {
		add("the managed policies of the service role, which exists; the outputs list them " +
			"(aws iam attach-role-policy).")
	}
	for _, k := range s.Keys {
		if k.Existing() && !k.Policy.Partial && k.Policy.Name != "" {
			add("the policy of the key %s, which exists; the target json has it merged as policies/%s.json "+
				"(aws kms put-key-policy).", k.ID, k.Policy.Name)
		}
	}
	for _, o := range s.Operators {
		if len(o.ManagedPolicies) > 0 {
			add("the managed policies of operator %s; the outputs list them "+
				"(aws iam attach-user-policy, attach-group-policy, attach-role-policy).", o.ID)
		}
	}
	return all
}
