// Package cloudformation is the target that CloudFormation deploys: one template for each setup,
// and what it takes to bring bucket policies that exist under it.
package cloudformation

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// Doc says in one line what the target is.
const Doc = "a CloudFormation template with parameters, outputs and a guard against the wrong " +
	"account"

// The limits of a template (AWS CloudFormation User Guide, "Understand CloudFormation quotas",
// and the sections on parameters and outputs).
const (
	maxDirect      = 51200   // bytes of a template that is passed in the request
	maxTemplate    = 1000000 // bytes of a template in a bucket
	maxParameters  = 200
	maxRules       = 200
	maxResources   = 500
	maxOutputs     = 200
	maxDescription = 1024 // bytes of the description of a template or of an output
	maxProse       = 4000 // of a parameter
	maxValue       = 4096 // of a parameter's value
)

// Words of a template that its reader knows too.
const (
	formatVersion   = "2010-09-09"
	typeString      = "String"
	allowedPattern  = "AllowedPattern"
	retain          = "Retain"
	retainOnceMade  = "RetainExceptOnCreate"
	remove          = "Delete"
	oldVersionCheck = "W2511" // of cfn-lint: a policy of version 2008-10-17
)

// How a template is passed, as the comment at its top says it, and instead when it is too large
// for a request.
const (
	deploySmall = "--capabilities CAPABILITY_NAMED_IAM"
	deployLarge = deploySmall + ` \
#     --s3-bucket BUCKET-FOR-TEMPLATES
#
# The template is too large to be passed in a request (51,200 bytes): deploy puts it into that bucket first.`
	importSmall = "--template-body file://" // and its path
	importLarge = "--template-url https://URL-OF-THIS-FILE-IN-A-BUCKET"
)

// printer prints one setup. It keeps the first error, so that the functions which build nodes can
// give nodes alone.
type printer struct {
	setup  *model.Setup
	names  names
	used   map[string]bool // parameters that something refers to
	within string          // what is being printed, if it names buckets by parameters: see ref
	err    error
}

func (p *printer) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// Print returns <setup>/cloudformation/template.yaml with parameters.json, dataset-group.yaml when
// the dataset group has to wait for a key's policy that is not the stack's, and import.yaml with
// resources-to-import.json when the setup takes over policies of buckets that exist. It fails for a
// value that a template cannot express: one that is not UTF-8, or that holds a dynamic reference
// ("{{resolve:"), for a setup that is larger than a template may be, and for a key told by its
// alias.
//
// CloudFormation has no resource that attaches a managed policy of AWS to a user, group or role
// that exists: outputs name these attachments. It has none for the policy of a key that exists
// either: the template leaves such a policy alone and says so at its top.
func Print(s *model.Setup) ([]output.File, error) {
	p := &printer{setup: s, names: newNames(s), used: map[string]bool{}}
	for _, k := range s.Keys {
		if k.Found && !isImported(k) {
			p.fail(fmt.Errorf("key %q is told by its alias, and a template needs its ARN", k.ID))
		}
	}
	resources := p.resources()
	if n := len(resources.node.Content) / 2; n > maxResources {
		p.fail(fmt.Errorf("setup needs %d resources and a template takes %d: split the setup",
			n, maxResources))
	}
	outputs := p.outputs()
	body := p.template(resources, outputs)
	template, err := p.file(templateFile, body, p.header)
	if err != nil {
		return nil, err
	}
	group, more, err := p.group()
	if err != nil {
		return nil, err
	}
	adopt, err := p.adopt()
	if err != nil {
		return nil, err
	}
	files := append(append([]output.File{template}, group...), adopt...)
	return append(files, p.values(more)), nil
}

// template puts the sections around resources, which are to be built before: they decide which
// parameters there are.
func (p *printer) template(resources, outputs object) *yaml.Node {
	o := newObject()
	o.put("AWSTemplateFormatVersion", str(formatVersion))
	o.put("Description", str(p.description()))
	parameters := p.parameters()
	if len(parameters) > maxParameters {
		p.fail(fmt.Errorf("setup needs %d parameters and a template takes %d: split the setup",
			len(parameters), maxParameters))
	}
	o.put("Metadata", newObject().put("AWS::CloudFormation::Interface", interfaceOf(parameters)).node)
	section := newObject()
	for _, q := range parameters {
		section.put(q.id, q.node())
	}
	o.put("Parameters", section.node)
	o.put("Rules", p.rules())
	o.put("Resources", resources.node)
	if !outputs.empty() {
		o.put("Outputs", outputs.node)
	}
	return o.node
}

// file encodes a template under the header that fits its size.
func (p *printer) file(name string, root *yaml.Node, header func(large bool) string) (
	output.File, error) {
	path := p.setup.Name + "/cloudformation/" + name
	if p.err != nil {
		return output.File{}, fmt.Errorf("%s: %w", path, p.err)
	}
	data, err := encode(header(false), root)
	if err != nil {
		return output.File{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(data) > maxDirect {
		if data, err = encode(header(true), root); err != nil {
			return output.File{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(data) > maxTemplate {
		return output.File{}, fmt.Errorf("%s: template has %d bytes and CloudFormation takes %d: "+
			"split the setup", path, len(data), maxTemplate)
	}
	return output.File{Path: path, Data: data, Mode: 0o644}, nil
}

// description is at most 1,024 bytes long, as CloudFormation demands.
func (p *printer) description() string {
	const limit = maxDescription
	d := p.setup.Description
	if !utf8.ValidString(d) {
		p.fail(fmt.Errorf("description %q is not UTF-8, and YAML has no way to write it", d))
	}
	if d == "" {
		d = "Amazon Personalize setup " + p.setup.Name
	}
	if p.seemsSub(d) {
		d = strings.ReplaceAll(d, "${", "$ {") // no function may stand here
	}
	if len(d) <= limit {
		return d
	}
	const more = "…"
	cut := limit - len(more)
	for !utf8.RuneStart(d[cut]) {
		cut--
	}
	return d[:cut] + more
}

// staying tells what becomes of data when the stack is deleted.
func (p *printer) staying() string {
	goes, kept := p.setup.Disposable()
	const stay = `Buckets, keys
and the dataset group stay when the stack is deleted; those of a first deployment that fails go with it, so that it can be tried again.
`
	switch {
	case goes == "":
		return stay
	case kept:
		return stay + "What has protect: false in the spec goes with it, with all data: " + goes + ". A bucket has to be empty.\n"
	}
	return "What it\nmakes goes when the stack is deleted, with all data, by protect: false in the spec; a bucket has to be empty.\n"
}

func (p *printer) stack() string { return "personalize-" + p.setup.Name }

func (p *printer) generated() string {
	return fmt.Sprintf("Generated by pzgen from %s, setup %q. Do not edit: "+
		"change the spec and generate again.\n", oneLine(p.setup.SpecFile), p.setup.Name)
}

// header tells how to deploy the template and what it cannot do.
func (p *printer) header(large bool) string {
	var b strings.Builder
	b.WriteString(p.generated())
	fmt.Fprintf(&b, "\nDeploy it into account %s, from the folder that holds the folder %s:\n\n",
		p.setup.Account, p.setup.Name)
	b.WriteString(p.deploy(p.stack(), templateFile) + " \\\n    " + deploySmall + "\n")
	b.WriteString(`
CAPABILITY_NAMED_IAM lets the stack make roles and policies with names of their own. A stack that exists keeps the value of
each parameter that is not given one, whatever its default is now: parameters.json has the value of every one. ` + p.staying())
	if p.setup.StackSet {
		b.WriteString(p.stackSet())
	}
	if len(p.adopted()) > 0 {
		b.WriteString("\nPolicies of buckets that exist come under this stack: import them first, " +
			"as import.yaml says, or deploying fails.\n")
	}
	if line := keyFirst(p.setup); line != "" {
		b.WriteString("\n" + line + "\n")
	}
	for _, line := range byHand(p.setup) {
		b.WriteString("\n" + line + "\n")
	}
	text := comment(strings.TrimSuffix(b.String(), "\n")) + "\n"
	if large {
		text = strings.Replace(text, deploySmall, deployLarge, 1)
	}
	return text
}
