package actions

import "strings"

// globalKeys are the condition keys of all services, and those of one service that are in requests
// to others (IAM User Guide, reference_policies_condition-keys, as of August 2026). One that ends
// in "*" is a beginning.
func globalKeys() []string {
	return []string{
		"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgPaths", "aws:PrincipalOrgID",
		"aws:PrincipalTag/*", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName",
		"aws:PrincipalServiceNamesList", "aws:PrincipalType", "aws:userid", "aws:username",
		"aws:AssumedRoot", "aws:FederatedProvider", "aws:TokenIssueTime", "aws:SignInSessionArn",
		"aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:ChatbotSourceArn",
		"aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4", "aws:SourceIdentity",
		"aws:SourceIp", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:VpceAccount",
		"aws:VpceOrgID", "aws:VpceOrgPaths", "aws:VpcSourceIp", "aws:ResourceAccount",
		"aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag/*", "aws:CalledVia",
		"aws:CalledViaFirst", "aws:CalledViaLast", "aws:CalledViaAWSMCP", "aws:ViaAWSService",
		"aws:ViaAWSMCPService", "aws:CurrentTime", "aws:EpochTime", "aws:referer",
		"aws:RequestedRegion", "aws:RequestTag/*", "aws:TagKeys", "aws:SecureTransport",
		"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths",
		"aws:UserAgent", "aws:IsMcpServiceAction",
		"ec2:RoleDelivery", "ec2:SourceInstanceArn", "glue:RoleAssumedBy",
		"glue:CredentialIssuingService", "codebuild:BuildArn", "codebuild:ProjectArn",
		"lambda:SourceFunctionArn", "ssm:SourceInstanceArn", "identitystore:UserId",
	}
}

// hasKey reports whether a condition key is one of a list. Letter case does not count.
func hasKey(list []string, key string) bool {
	for _, k := range list {
		if begin, open := strings.CutSuffix(k, "*"); open {
			if len(key) > len(begin) && strings.EqualFold(key[:len(begin)], begin) {
				return true
			}
		} else if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}
