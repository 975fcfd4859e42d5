package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Target says what has to work: a setup of a spec, a job, or one workflow that the user describes.
type Target struct {
	Spec *model.Setup // or nil
	Job  string       // ARN of a job or dataset group in the State, or ""

	Workflow, From, To string // a workflow's type, and s3://BUCKET/PREFIX
	Role               string // name or ARN; "" for the only one
	Account, Region    string // "" for what the State says
}

// TargetError says that it is not told what has to work.
type TargetError struct{ Message, Hint string }

func (e *TargetError) Error() string { return e.Message }

func targetf(hint, format string, args ...any) error {
	return &TargetError{fmt.Sprintf(format, args...), hint}
}

const hintTarget = "give a spec (-f pzgen.yaml --setup NAME), the job (--job ARN, or what describes it among the " +
	"files), or the workflow: --workflow import --from s3://BUCKET/FOLDER/"

// Setup returns what has to work with the names that it has in the account, as far as the State
// tells them: the keys are those that buckets are really encrypted with. What the setup's documents
// would be is not in it. The error is a [TargetError].
func (t Target) Setup(s deployed.State) (*model.Setup, error) {
	m := &model.Setup{Name: "doctor", Profile: spec.LeastPrivilege}
	b := &builder{m: m, state: s}
	if err := b.fill(t); err != nil {
		return nil, err
	}
	if err := b.place(t); err != nil {
		return nil, err
	}
	b.keys()
	m.Role.Existing = true
	m.Role.Trust = model.Doc{Name: "role-trust"}
	m.Role.Policies = []model.Doc{{Name: "role-policy"}}
	return m, nil
}

// builder makes a setup out of a target.
type builder struct {
	m     *model.Setup
	state deployed.State
	named map[string]string // keys that jobs or a spec name, by ID of the bucket; "" of the dataset group
	role  string            // name or ARN, as it was given

	header map[string]bool // buckets that a job writes with a key of its own, whatever is the bucket's
}

func (b *builder) fill(t Target) error {
	b.named, b.header, b.role = map[string]string{}, map[string]bool{}, t.Role
	switch {
	case t.Spec != nil:
		b.fromSpec(t.Spec)
	case t.Workflow != "":
		return b.fromFlags(t)
	default:
		return b.fromJobs(t)
	}
	return nil
}

// fromSpec takes over names of a setup. A key that is made has the ARN that its alias, or the bucket
// that is encrypted with it, has in the State.
func (b *builder) fromSpec(s *model.Setup) {
	m := b.m
	m.Name, m.Profile, m.Account, m.Region, m.Partition = s.Name, s.Profile, s.Account, s.Region, s.Partition
	m.Workflows = s.Workflows
	m.Role.Name, m.Role.Path, m.Role.Regions = s.Role.Name, s.Role.Path, s.Role.Regions
	arn := map[string]string{}
	for _, k := range s.Keys {
		arn[k.ID] = cmp.Or(k.ARN, k.Alias)
	}
	for _, bucket := range s.Buckets {
		there := model.Bucket{ID: bucket.ID, Name: bucket.Name, Existing: true}
		if account := bucket.Owner.Elsewhere(); account != "" {
			there.Owner = &model.Owner{Account: account}
		}
		m.Buckets = append(m.Buckets, there)
		if bucket.Key != "" {
			b.named[bucket.ID] = arn[bucket.Key]
		}
	}
	if g := s.DatasetGroup; g != nil {
		m.DatasetGroup = &model.DatasetGroup{Name: g.Name, Domain: g.Domain}
		if g.Key != "" {
			b.named[""] = arn[g.Key]
		}
	}
}

func (b *builder) byAlias(alias string) string {
	for _, k := range b.state.Keys {
		for _, a := range k.Aliases {
			if alias != "" && a.V.String() == alias {
				return k.ARN.V.String()
			}
		}
	}
	return ""
}

func (b *builder) fromFlags(t Target) error {
	if !slices.Contains(spec.WorkflowTypes(), t.Workflow) {
		return targetf("workflows are "+strings.Join(spec.WorkflowTypes(), ", "), "unknown type of workflow %q", t.Workflow)
	}
	reads := t.Workflow != spec.Export && t.Workflow != spec.MetricAttribution
	writes := t.Workflow != spec.Import && t.Workflow != spec.DataDeletion
	switch {
	case reads && t.From == "":
		return targetf("add --from s3://BUCKET/FOLDER/", "workflow %s reads a location", t.Workflow)
	case writes && t.To == "" && t.Workflow != spec.MetricAttribution: // to CloudWatch alone
		return targetf("add --to s3://BUCKET/FOLDER/", "workflow %s writes a location", t.Workflow)
	case !reads && t.From != "":
		return targetf("", "workflow %s reads no location: --from %q", t.Workflow, t.From)
	case !writes && t.To != "":
		return targetf("", "workflow %s writes no location: --to %q", t.Workflow, t.To)
	}
	return b.workflow(t.Workflow, t.From, t.To)
}

// workflow adds a workflow, and the buckets of its locations.
func (b *builder) workflow(kind, from, to string) error {
	w := spec.Workflow{Type: kind}
	for _, at := range []struct {
		text string
		set  **spec.Location
	}{{from, &w.From}, {to, &w.To}} {
		if at.text == "" {
			continue
		}
		rest, ok := strings.CutPrefix(at.text, "s3://")
		bucket, prefix, _ := strings.Cut(rest, "/")
		if !ok || bucket == "" || strings.ContainsAny(bucket, "*?$ ") {
			return targetf("write s3://BUCKET/FOLDER/ or s3://BUCKET/FOLDER/FILE.csv",
				"%q is no location of S3", at.text)
		}
		*at.set = &spec.Location{Bucket: b.bucket(bucket), Prefix: prefix}
	}
	b.m.Workflows = append(b.m.Workflows, w)
	return nil
}

// bucket returns the ID of a bucket by its name.
func (b *builder) bucket(name string) string {
	if !slices.ContainsFunc(b.m.Buckets, func(x model.Bucket) bool { return x.Name == name }) {
		b.m.Buckets = append(b.m.Buckets, model.Bucket{ID: name, Name: name, Existing: true})
	}
	return name
}

// fromJobs takes the job that is asked for, or all that the State has.
func (b *builder) fromJobs(t Target) error {
	found := false
	for _, j := range b.state.Jobs {
		arn := j.ARN.V.String()
		if t.Job != "" && arn != t.Job && j.Kind != "datasetGroup" {
			continue
		}
		found = found || arn == t.Job || t.Job == ""
		if b.role == "" || j.Kind != "datasetGroup" {
			b.role = cmp.Or(t.Role, j.Role.V.String(), b.role)
		}
		a, _ := policy.ParseARN(arn)
		b.m.Account, b.m.Region = cmp.Or(a.Account, b.m.Account), cmp.Or(a.Region, b.m.Region)
		if j.Kind == "datasetGroup" {
			if key := j.ToKey.V.String(); key != "" {
				b.m.DatasetGroup = &model.DatasetGroup{Name: a.Name()}
				b.named[""] = key
			}
			continue
		}
		from, to := j.From.V.String(), j.To.V.String()
		if err := b.workflow(j.Kind, from, to); err != nil {
			return err
		}
		w := b.m.Workflows[len(b.m.Workflows)-1]
		if key := j.FromKey.V.String(); key != "" && w.From != nil {
			b.named[w.From.Bucket] = key
		}
		if key := j.ToKey.V.String(); key != "" && w.To != nil {
			b.named[w.To.Bucket], b.header[w.To.Bucket] = key, true
		}
	}
	switch {
	case t.Job != "" && !found:
		return targetf("add the output of the aws personalize describe command to the files, or --live",
			"job %q is not among what was read", t.Job)
	case !found || len(b.m.Workflows) == 0 && b.m.DatasetGroup == nil:
		return targetf(hintTarget, "it is not told what has to work")
	}
	return nil
}

// place finds the account, region, partition and the role.
func (b *builder) place(t Target) error {
	m := b.m
	account, region := b.state.In()
	role, isARN := policy.ParseARN(b.role)
	if isARN {
		m.Role.Name, account = role.Name(), cmp.Or(role.Account, account)
		m.Role.Path = strings.TrimSuffix(strings.TrimPrefix(role.Resource, "role"), role.Name())
	} else if b.role != "" {
		m.Role.Name = b.role
	}
	if m.Role.Name == "" {
		if len(b.state.Roles) != 1 {
			return targetf("add --role NAME", "it is not told which role Personalize assumes: %d roles were read",
				len(b.state.Roles))
		}
		m.Role.Name = b.state.Roles[0].Name.V.String()
	}
	for _, r := range b.state.Roles {
		if strings.EqualFold(r.Name.V.String(), m.Role.Name) {
			m.Role.Name = r.Name.V.String()
			m.Role.Path = cmp.Or(r.Path.V.String(), m.Role.Path)
		}
	}
	m.Role.Path = cmp.Or(m.Role.Path, "/")
	for _, bucket := range b.state.Buckets {
		region = cmp.Or(region, bucket.Region.V.String())
	}
	for _, k := range b.state.Keys {
		if a, ok := policy.ParseARN(k.ARN.V.String()); ok {
			account, region = cmp.Or(account, a.Account), cmp.Or(region, a.Region)
		}
	}
	m.Account = cmp.Or(t.Account, m.Account, account)
	m.Region = cmp.Or(t.Region, m.Region, region)
	switch {
	case m.Account == "":
		return targetf("add what `aws sts get-caller-identity` prints to the files, or give --role with its ARN",
			"it is not told which account this is")
	case m.Region == "":
		return targetf("add --region REGION", "it is not told in which region Personalize works")
	}
	m.Partition = spec.PartitionOf(m.Region)
	return nil
}
