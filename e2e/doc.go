// Package e2e holds what pzgen generates against the tools that it is generated for: scripts run under
// bash with the AWS CLI, modules are applied by Terraform with its real provider, templates are created
// as stacks. The account is made up by moto.
//
// It has tests alone, which `make e2e` runs. Each needs its tools and is skipped, or fails where tools
// are required, when one is missing.
package e2e
