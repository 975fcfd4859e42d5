// Package shell is the target of bash scripts that call the AWS CLI: apply.sh creates a setup or brings it up to date, destroy.sh removes it.
//
// A script has three parts: the values of the setup, assigned once at the top; its policies and its steps, which refer to the values by name; and a
// library of functions that is the same in every script and holds no value of any setup (folder lib). The first two are printed by typed steps, and every
// value goes through quote.go. The scripts run in bash 3.2, which macOS has, with the AWS CLI (1 or 2) and jq (1.5 or newer).
package shell

import _ "embed" // the library

// Doc is the target in one line.
const Doc = "bash scripts that call the AWS CLI: apply.sh and destroy.sh"

// The parts of the library. A script gets those that it needs.
var (
	//go:embed lib/common.sh
	commonPart string // options, calls of AWS, the order of a run
	//go:embed lib/policy.sh
	policyPart string // comparing and merging policies
	//go:embed lib/apply.sh
	applyPart string
	//go:embed lib/iam.sh
	iamPart string
	//go:embed lib/merge.sh
	mergePart string
	//go:embed lib/kms.sh
	kmsPart string
	//go:embed lib/s3look.sh
	s3lookPart string
	//go:embed lib/s3.sh
	s3Part string
	//go:embed lib/existing-bucket.sh
	existingBucketPart string
	//go:embed lib/upload.sh
	uploadPart string
	//go:embed lib/personalize.sh
	personalizePart string
	//go:embed lib/destroy.sh
	destroyPart string
)
