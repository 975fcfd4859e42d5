package terraform

import (
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Read runs the module of s among files as Terraform would plan it in the account, region and partition of env, with the names and ARNs of env for
// its variables, and gives the policies and settings that result.
//
// It knows the variables by their names, and all else by what it is: a bucket policy belongs to the bucket that its argument
// evaluates to. Whatever it does not read is an error, never left out: a resource type, an argument, a block, a function or a kind of expression that
// pzgen does not write; so is what belongs to no role, bucket, key or operator of s.
// It does not check validations of variables and what Terraform itself refuses before it plans, nor that import ids are right.
func Read(s *model.Setup, files []output.File, env policy.Env) (*model.Reading, error) {
	read, err := Open(s, files)
	if err != nil {
		return nil, err
	}
	return read(env)
}

// Open parses the module of s among files, which takes longer than all else, and gives [Read] for it, under one environment after the other.
func Open(s *model.Setup, files []output.File) (func(policy.Env) (*model.Reading, error), error) {
	m, err := oldLoad(s.Name+"/"+folder, files)
	if err != nil {
		return nil, fmt.Errorf("setup %q: %w", s.Name, err)
	}
	return func(env policy.Env) (*model.Reading, error) { return m.read(s, env) }, nil
}

// read reads a module. What it finds out under env stays in the reader: the module is not written to.
func (m *oldModule) read(s *model.Setup, env policy.Env) (*model.Reading, error) {
	r := &reader{
		evaluator: newEvaluator(m, s, env),
		out: &model.Reading{Documents: map[string]policy.Document{}, Defaults: policy.Env{}, Settings: map[string]string{},
			Places: map[string]model.FilePlace{}},
		policies: map[string]model.Doc{},
	}
	for _, step := range []func() error{r.aliases, r.defaults, r.resources, r.outputs, r.attachments, r.imports, r.complete} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("setup %q: %w", s.Name, err)
		}
	}
	return r.out, nil
}

type reader struct {
	*evaluator
	out      *model.Reading
	policies map[string]model.Doc // customer managed policies by ARN
	attached []attachment
}

// attachment is a managed policy on a user, group or role.
type attachment struct {
	kind, name, arn string
	line            hcl.Range
}

// resources evaluates every block, used or not, and takes note of what it does.
func (r *reader) resources() error {
	for _, addr := range r.order {
		if _, err := r.lookupAll(addr); err != nil {
			return err
		}
	}
	for _, addr := range r.order {
		for _, i := range r.insts[addr] {
			if err := r.resource(i); err != nil {
				return err
			}
		}
	}
	for name, a := range r.locals {
		if _, err := r.lookup([]string{"local", name}, a.SrcRange, cty.NilVal); err != nil {
			return err
		}
	}
	return nil
}

// lookupAll evaluates a block under the guard against circles.
func (r *reader) lookupAll(addr string) ([]instance, error) {
	if list, ok := r.insts[addr]; ok {
		return list, nil
	}
	r.busy[addr] = true
	defer delete(r.busy, addr)
	return r.instances(addr)
}

// resource sorts out what one resource is.
func (r *reader) resource(i instance) error {
	if strings.HasPrefix(i.typ, "data.") {
		return nil
	}
	switch i.typ {
	case tfRole:
		return r.role(i)
	case tfRolePolicy:
		return r.rolePolicy(i)
	case tfPolicy:
		return r.managed(i)
	case tfRoleAttach:
		return r.attach(i, "role")
	case tfUserAttach:
		return r.attach(i, "user")
	case tfGroupAtt:
		return r.attach(i, "group")
	case tfKey, tfKeyAlias, tfKeyPolicy:
		return r.key(i)
	}
	return r.bucketPart(i)
}

// put files a document, from an argument that holds its JSON.
func (r *reader) put(name string, c content, arg string) error {
	text, ok := c.str(arg)
	if !ok {
		return at(c.line, "%s is not a string", arg)
	}
	d, err := policy.DecodeJSON([]byte(text))
	if err != nil {
		return at(c.ranges[arg], "document %s: %w", name, err)
	}
	if _, ok := r.out.Documents[name]; ok {
		return at(c.line, "document %s is put in place twice", name)
	}
	r.out.Documents[name] = d
	where, ok := r.origs[text]
	if !ok {
		where.place = oldPlace(c.ranges[arg])
	}
	r.out.Places[name] = where.place
	for _, s := range d.Statements {
		p, ok := where.sids[s.Sid]
		if !ok {
			p = where.place
		}
		r.out.Places[name+"/"+s.Sid] = p
	}
	return nil
}

// set takes a setting, each once.
func (r *reader) set(name, v string, line hcl.Range) error {
	if _, ok := r.out.Settings[name]; ok {
		return at(line, "%s is set twice", name)
	}
	r.out.Settings[name] = v
	return nil
}

// outputs evaluates the outputs, and takes the statements to merge from theirs.
func (r *reader) outputs() error {
	list := make([]string, 0, len(r.evaluator.outputs))
	for name := range r.evaluator.outputs {
		list = append(list, name)
	}
	sort.Strings(list)
	docs := r.setup.Docs()
	for _, name := range list {
		b := r.evaluator.outputs[name]
		c, err := r.content(b.Body, b.TypeRange, shape{required: []string{"value"}, optional: []string{"description"}}, cty.NilVal, false)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if d.Partial && r.names.statementsOutput(d.Name) == name {
				if err := r.put(d.Name, c, "value"); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// imports looks at the import blocks: each is for a resource of the module, and does nothing else.
func (r *reader) imports() error {
	for _, b := range r.evaluator.imports {
		to, id := b.Body.Attributes["to"], b.Body.Attributes["id"]
		if to == nil || id == nil || len(b.Body.Attributes) != 2 || len(b.Body.Blocks) > 0 {
			return at(b.TypeRange, "import block has to and id, and nothing else")
		}
		t, diags := hcl.AbsTraversalForExpr(to.Expr)
		if diags.HasErrors() || len(t) != 2 {
			return at(to.SrcRange, "to is not the address of a resource")
		}
		addr, err := address(t)
		if err != nil {
			return err
		}
		if r.blocks[strings.Join(addr, ".")] == nil {
			return at(to.SrcRange, "%s is not declared", strings.Join(addr, "."))
		}
		if v, diags := id.Expr.Value(nil); diags.HasErrors() || v.Type() != cty.String {
			return at(id.SrcRange, "id is not a string")
		}
	}
	return nil
}

// complete requires of each created bucket what decides who can read it beside its policy.
func (r *reader) complete() error {
	for _, b := range r.setup.Buckets {
		if b.Existing {
			continue
		}
		for _, name := range []string{"name", "key", "blockPublic", "ownerOnly"} {
			if _, ok := r.out.Settings["bucket."+b.ID+"."+name]; !ok {
				return fmt.Errorf("%s/%s: bucket %q: the resource that sets its %s is missing", r.dir, fileMain, b.ID, name)
			}
		}
		for name, v := range map[string]string{"versioning": "false", "expireDays": "0"} {
			if _, ok := r.out.Settings["bucket."+b.ID+"."+name]; !ok {
				r.out.Settings["bucket."+b.ID+"."+name] = v
			}
		}
	}
	return nil
}
