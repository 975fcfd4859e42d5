package cloudformation

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// adopted returns the places of buckets whose present policy is known and comes under the stack.
func (p *printer) adopted() []int {
	var all []int
	for i, b := range p.setup.Buckets {
		if adopts(b) {
			all = append(all, i)
		}
	}
	return all
}

// adopts reports whether the template takes over a policy that is there. AWS::S3::BucketPolicy is
// not created over one that it did not make, so that one is imported first.
func adopts(b model.Bucket) bool {
	return b.Existing && b.Base != nil && b.Policy.Name != "" && !b.Policy.Partial
}

// adopt returns a template of the policies as they are, which is what a change set of type IMPORT
// wants: it holds nothing but what is imported, each with a DeletionPolicy (AWS CloudFormation
// User Guide, "Import AWS resources into a CloudFormation stack"). Importing changes nothing; the
// deployment after it adds the setup's statements.
func (p *printer) adopt() ([]output.File, error) {
	if len(p.adopted()) == 0 {
		return nil, nil
	}
	q := &printer{setup: p.setup, names: p.names, used: map[string]bool{}}
	resources := newObject()
	list := []byte("[")
	for i, at := range q.adopted() {
		b, n := q.setup.Buckets[at], q.names.buckets[at]
		resources.put(n.policy, q.bucketPolicy(b, *b.Base, n))
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, "\n  {\n    \"ResourceType\": \""+typeBucketPolicy+"\","...)
		list = append(list, "\n    \"LogicalResourceId\": "...)
		list = policy.AppendJSONString(list, n.policy)
		list = append(list, ",\n    \"ResourceIdentifier\": {\"Bucket\": "...)
		list = policy.AppendJSONString(list, b.Name)
		list = append(list, "}\n  }"...)
	}
	list = append(list, "\n]\n"...)
	template, err := q.file(importFile, q.template(resources, newObject()), q.importHeader)
	if err != nil {
		return nil, err
	}
	path := q.setup.Name + "/cloudformation/" + importList
	return []output.File{template, {Path: path, Data: list, Mode: 0o644}}, nil
}

func (p *printer) importHeader(large bool) string {
	body := importSmall + p.setup.Name + "/cloudformation/" + importFile
	if large {
		body = importLarge
	}
	stack := fmt.Sprintf("--region %s --stack-name %s", p.setup.Region, p.stack())
	change := stack + " --change-set-name import"
	var b strings.Builder
	b.WriteString(p.generated())
	b.WriteString("\nPolicies of buckets that exist, as they are. Import them once, before " +
		"template.yaml is deployed for the first time:\n\n")
	fmt.Fprintf(&b, "  aws cloudformation create-change-set %s \\\n", stack)
	fmt.Fprintf(&b, "    --change-set-name import --change-set-type IMPORT \\\n    %s \\\n", body)
	fmt.Fprintf(&b, "    --resources-to-import file://%s/cloudformation/%s\n",
		p.setup.Name, importList)
	fmt.Fprintf(&b, "  aws cloudformation wait change-set-create-complete %s\n", change)
	fmt.Fprintf(&b, "  aws cloudformation execute-change-set %s\n", change)
	fmt.Fprintf(&b, "  aws cloudformation wait stack-import-complete %s\n", stack)
	b.WriteString("\nImporting changes no policy. A policy that has changed since it was saved shows " +
		"up as drift: compare before you deploy.\n")
	return comment(strings.TrimSuffix(b.String(), "\n")) + "\n"
}
