package cloudformation

import "fmt"

// stackSet is what the comment at the top of a template says of other accounts.
func (p *printer) stackSet() string {
	name := fmt.Sprintf("--region %s --stack-set-name %s", p.setup.Region, p.stack())
	return fmt.Sprintf(`
This template has no rule on the account and region: a stack set takes it to others (if it is larger than 51,200 bytes, with
--template-url). Names are unique in an account, those of buckets everywhere, so give each account one region and names of its own:

  aws cloudformation create-stack-set %[1]s \
    --template-body file://%[2]s/cloudformation/%[3]s --capabilities CAPABILITY_NAMED_IAM
  aws cloudformation create-stack-instances %[1]s \
    --accounts ACCOUNT --regions REGION --parameter-overrides ParameterKey=NAME,ParameterValue=VALUE
`, name, p.setup.Name, templateFile)
}
