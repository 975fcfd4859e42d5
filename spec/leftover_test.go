package spec

import "testing"

// What tools leave is not looked at; what Terraform reads when it applies is, however it is called.
func TestIsLeftover(t *testing.T) {
	for name, want := range map[string]bool{
		"shell/backup-bucket-x-20261126T000000Z":     true,
		"terraform/.terraform":                       true,
		"terraform/.terraform/providers/x":           true,
		"terraform/.terraform.lock.hcl":              true,
		"terraform/.terraform.tfstate.lock.info":     true,
		"terraform/terraform.tfstate":                true,
		"terraform/terraform.tfstate.backup":         true,
		"terraform/terraform.tfstate.1700000.backup": true,
		"terraform/terraform.tfstate.d":              true,
		"terraform/terraform.tfstate.d/x/y.tfstate":  true,
		"terraform/errored.tfstate":                  true,
		"terraform/setup.tfplan":                     true,
		"terraform/tfplan":                           true,
		"terraform/crash.log":                        true,
		"terraform/crash.20261126.log":               true,
		"terraform/terraform.tfvars":                 false,
		"terraform/terraform.tfvars.json":            false,
		"terraform/x.auto.tfvars":                    false,
		"terraform/x.auto.tfvars.json":               false,
		"terraform/terraform.tfstate.tf":             false,
		"terraform/terraform.tfstate.tf.json":        false,
		"terraform/terraform.tfstate.auto.tfvars":    false,
		"terraform/crash.x.tf":                       false,
		"terraform/x.tfplan.tf":                      false,
		"terraform/main_override.tf":                 false,
		"terraform/.terraform.tf":                    false,
		"terraform/.terraformrc":                     false,
		"terraform/.terraform.lock.hcl.tf":           false,
		"terraform/modules/.terraform":               false,
		"terraform/modules/terraform.tfstate":        false,
		"terraform.tfstate":                          false,
		"shell/terraform.tfstate":                    false,
		"policies/backup-x":                          false,
		"terraform":                                  false,
		"terraform/tofu.tofu":                        false,
	} {
		if got := IsLeftover(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
		if got := OwnPattern(nil, name) != ""; got != want {
			t.Errorf("%s is the user's: %v", name, got)
		}
	}
}
