package cloudformation

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// groupApart reports whether the dataset group has a template and a stack of its own.
//
// When a dataset group is created, Amazon Personalize checks that the role may use its key (Amazon
// Personalize Developer Guide, "Giving Amazon Personalize permission to use your AWS KMS key"). The
// policy of a key that exists is not the stack's, and it cannot name a role before there is one. In
// one stack the dataset group would fail, the role would be removed again, and no try would get
// further than the first one.
func groupApart(s *model.Setup) bool { return !s.Role.Existing && groupKey(s) != nil }

// groupKey is the key of a dataset group that is made, if the key exists already, or nil.
func groupKey(s *model.Setup) *model.Key {
	if s.MadeGroup() == nil {
		return nil
	}
	for i, k := range s.Keys {
		// The key of another setup leaves its use to the role's own policy.
		if k.ID == s.DatasetGroup.Key && k.Existing() && k.Owner == nil {
			return &s.Keys[i]
		}
	}
	return nil
}

// group returns the template of the dataset group alone, if it has one, and its parameters. It
// names the role, which the other stack makes.
func (p *printer) group() ([]output.File, []parameter, error) {
	if !groupApart(p.setup) {
		return nil, nil, nil
	}
	q := &printer{setup: p.setup, names: p.names, used: map[string]bool{}, within: withinRole}
	resources, outputs := newObject(), newObject()
	q.datasetGroup(resources, nil)
	q.groupOutput(outputs)
	template, err := q.file(groupFile, q.template(resources, outputs), q.groupHeader)
	if err != nil {
		return nil, nil, err
	}
	return []output.File{template}, q.parameters(), nil
}

func (p *printer) groupHeader(bool) string {
	var b strings.Builder
	b.WriteString(p.generated())
	fmt.Fprintf(&b, "\nThe dataset group, whose key exists. Deploy it last: Amazon Personalize checks at once that the "+
		"role may use the key %s.\n", p.setup.DatasetGroup.Key)
	b.WriteString("So the role has to be there (template.yaml), and the key's policy has to name it. Then:\n\n")
	b.WriteString(p.deploy(p.stack()+"-dataset-group", groupFile))
	b.WriteString("\n\nparameters.json is that of template.yaml: give both stacks the same values. " +
		p.groupStays() + "\nOne that is there already, of an earlier " +
		"template.yaml for example, needs no stack: leave this one out.\n")
	return comment(strings.TrimSuffix(b.String(), "\n")) + "\n"
}

func (p *printer) groupStays() string {
	if p.setup.DatasetGroup.Disposable {
		return "The dataset group goes when the stack is deleted, with all that is in it, by protect: false in the spec."
	}
	return "The dataset group stays when the stack is deleted."
}

// deploy is the command that deploys a template, without its capabilities.
func (p *printer) deploy(stack, file string) string {
	return fmt.Sprintf(`  aws cloudformation deploy --region %s --stack-name %s \
    --template-file %[3]s/cloudformation/%[4]s \
    --parameter-overrides file://%[3]s/cloudformation/%[5]s`,
		p.setup.Region, stack, p.setup.Name, file, valuesFile)
}

// keyFirst tells, at the top of template.yaml, when the policy of the dataset group's key has to be
// changed, or returns "".
func keyFirst(s *model.Setup) string {
	k := groupKey(s)
	switch {
	case k == nil:
		return ""
	case groupApart(s):
		return fmt.Sprintf("The dataset group comes after it, by %s: its key %s exists, and the key's policy cannot "+
			"name the role before this stack has made it.", groupFile, k.ID)
	}
	return fmt.Sprintf("Before it: the policy of the key %s, which exists, has to let the role use it, "+
		"or the dataset group is refused and the stack is rolled back. The README says how.", k.ID)
}
