package shell

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

func applySteps() map[string]step {
	return map[string]step{
		"existing_role":    {[]kind{argPolicy}, (*run).existingRole},
		"ensure_role":      {[]kind{argLiteral, argText, argPolicy}, (*run).ensureRole},
		"existing_key":     {[]kind{argText, argPolicy, argList}, (*run).existingKey},
		"found_key":        {[]kind{argName, argText, argPolicy, argList}, (*run).foundKey},
		"lent_role":        {[]kind{argLiteral, argPolicy}, (*run).lentRole},
		"lent_key":         {[]kind{argText, argLiteral, argPolicy, argList}, (*run).lentKey},
		"bucket_elsewhere": {[]kind{argText, argLiteral, argLiteral}, (*run).bucketElsewhere},
		"key_elsewhere":    {[]kind{argText, argLiteral, argLiteral}, (*run).keyElsewhere},
		"find_lent_key":    {[]kind{argName, argText, argLiteral, argPolicy, argList}, (*run).findLentKey},
		"lent_bucket": {[]kind{argText, argText, argLiteral, argPolicy, argList},
			(*run).lentBucket},
		"ensure_key": {[]kind{argName, argLiteral, argText, argFlag, argPolicy},
			(*run).ensureKey},
		"ensure_inline": {[]kind{argLiteral, argPolicy}, (*run).ensureInline},
		"ensure_managed": {[]kind{argLiteral, argPolicy, argList, argList, argLiteral},
			(*run).ensureManaged},
		"attach_others":   {[]kind{argList, argList}, (*run).attachOthers},
		"role_policies":   {[]kind{argList}, (*run).rolePolicies},
		"existing_bucket": {[]kind{argText, argText, argList}, (*run).existingBucket},
		"ensure_bucket": {[]kind{argText, argText, argFlag, argFlag, argFlag, argNumber, argNumber},
			(*run).ensureBucket},
		"ensure_logs":  {[]kind{argText, argText, argText}, (*run).ensureLogs},
		"merge_policy": {[]kind{argBucket, argText, argPolicy}, (*run).mergePolicy},
		"upload":       {[]kind{argLiteral, argText, argLiteral}, (*run).upload},
		"ensure_dataset_group": {[]kind{argLiteral, argLiteral, argText},
			(*run).ensureDatasetGroup},
	}
}

// theRole returns the role that the script sets up.
func (r *run) theRole(c call) *deployed.Role {
	if len(r.state.Roles) == 0 {
		r.refuse(c.at, "order", c.name, "the role is not set up yet")
		return nil
	}
	return &r.state.Roles[len(r.state.Roles)-1]
}

// needsPolicy refuses a step without a policy.
func (r *run) needsPolicy(w word) bool {
	if w.function == "" {
		r.refuse(w.at, "argument", w.raw, "here a policy is needed")
	}
	return w.function != ""
}

func (r *run) existingRole(c call) {
	r.state.Roles = append(r.state.Roles,
		deployed.Role{Name: r.named("ROLE_NAME"), Path: r.named("ROLE_PATH"), At: r.place(c.at)})
	if w := c.args[0]; w.function != "" {
		r.state.Documents = append(r.state.Documents,
			deployed.Shown{Name: w.function, Policy: r.document(&w)})
	}
}

func (r *run) ensureRole(c call) {
	if !r.needsPolicy(c.args[2]) {
		return
	}
	r.state.Roles = append(r.state.Roles, deployed.Role{
		Name: r.named("ROLE_NAME"), Created: true, Path: r.named("ROLE_PATH"),
		Description: r.value(c.args[0]), Boundary: r.value(c.args[1]),
		Trust: r.document(&c.args[2]),
		Tags:  r.tags, At: r.place(c.at)})
}

func (r *run) lentRole(c call) {
	owner := r.value(c.args[0])
	c.args = c.args[1:]
	r.existingRole(c)
	r.state.Roles[len(r.state.Roles)-1].Lender = owner
}

func (r *run) lentKey(c call) {
	key := deployed.Key{ARN: r.value(c.args[0]), Lender: r.value(c.args[1]), At: r.place(c.at)}
	key.Borrowed, key.Watched = r.borrowed(&c.args[2]), r.watched(c.args[3])
	r.state.Keys = append(r.state.Keys, key)
}

func (r *run) findLentKey(c call) {
	id := c.args[0].value
	n := r.pending(c.args[0])
	if n == nil {
		return
	}
	n.known, n.text = true, keyText(id)
	r.state.Keys = append(r.state.Keys, deployed.Key{
		ARN:     deployed.Text{V: keyText(id), At: r.place(c.args[0].at)},
		Aliases: []deployed.Text{r.value(c.args[1])}, Lender: r.value(c.args[2]),
		Borrowed: r.borrowed(&c.args[3]), Watched: r.watched(c.args[4]), At: r.place(c.at)})
}

// borrowed returns the statements that another setup has to have put into a policy; nil for none.
func (r *run) borrowed(w *word) *deployed.Document {
	if w.function == "" {
		return nil
	}
	return r.document(w)
}

func (r *run) lentBucket(c call) {
	r.state.Buckets = append(r.state.Buckets, deployed.Bucket{Name: r.value(c.args[0]), Key: r.value(c.args[1]),
		Lender: r.value(c.args[2]), Borrowed: r.borrowed(&c.args[3]), Watched: r.watched(c.args[4]), At: r.place(c.at)})
}

func (r *run) bucketElsewhere(c call) {
	r.state.Buckets = append(r.state.Buckets, deployed.Bucket{Name: r.value(c.args[0]),
		Account: r.value(c.args[1]), Lender: r.value(c.args[2]), At: r.place(c.at)})
}

func (r *run) keyElsewhere(c call) {
	r.state.Keys = append(r.state.Keys, deployed.Key{ARN: r.value(c.args[0]),
		Account: r.value(c.args[1]), Lender: r.value(c.args[2]), At: r.place(c.at)})
}

func (r *run) existingKey(c call) {
	key := deployed.Key{ARN: r.value(c.args[0]), At: r.place(c.at)}
	key.Policy = r.merged(&c.args[1])
	key.Watched = r.watched(c.args[2])
	r.state.Keys = append(r.state.Keys, key)
}

// watched reads the calls that statements of others are held against.
func (r *run) watched(w word) []deployed.Text {
	list, _ := r.texts(w)
	out := make([]deployed.Text, len(list))
	for i, t := range list {
		out[i] = deployed.Text{V: t, At: r.place(w.at)}
	}
	return out
}

// pending returns a name that a step gives its value.
func (r *run) pending(w word) *name {
	n := r.names[w.value]
	if n == nil || !n.pending() {
		r.refuse(w.at, "argument", w.value, "a new key's name is assigned '' above, and no other value")
		return nil
	}
	return n
}

func (r *run) foundKey(c call) {
	id := c.args[0].value
	n := r.pending(c.args[0])
	if n == nil {
		return
	}
	n.known, n.text = true, keyText(id)
	r.state.Keys = append(r.state.Keys, deployed.Key{
		ARN:     deployed.Text{V: keyText(id), At: r.place(c.args[0].at)},
		Aliases: []deployed.Text{r.value(c.args[1])}, Policy: r.merged(&c.args[2]),
		Watched: r.watched(c.args[3]), At: r.place(c.at)})
}

func (r *run) ensureKey(c call) {
	id := c.args[0].value
	n := r.pending(c.args[0])
	if n == nil {
		return
	}
	if !r.needsPolicy(c.args[4]) {
		return
	}
	tags := append(slices.Clone(r.tags),
		deployed.Tag{Key: deployed.Lit(keyTag), Value: r.value(c.args[1])})
	r.state.Keys = append(r.state.Keys, deployed.Key{
		ARN: deployed.Text{V: keyText(id), At: r.place(c.args[0].at)}, Created: true,
		Aliases: []deployed.Text{r.value(c.args[2])}, Rotation: r.flag(c.args[3]),
		Policy: r.merged(&c.args[4]), Tags: tags, At: r.place(c.at)})
	n.known, n.text = true, keyText(id)
}

func (r *run) ensureInline(c call) {
	role := r.theRole(c)
	if role == nil || !r.needsPolicy(c.args[1]) {
		return
	}
	role.Inline = append(role.Inline, deployed.Inline{
		Name: r.value(c.args[0]), Policy: r.document(&c.args[1]), At: r.place(c.at)})
}

func (r *run) ensureManaged(c call) {
	if !r.needsPolicy(c.args[1]) {
		return
	}
	r.state.Policies = append(r.state.Policies, deployed.Policy{
		Name: r.value(c.args[0]), Path: deployed.Lit("/"), Description: r.value(c.args[4]),
		Policy: r.document(&c.args[1]), Tags: r.tags, At: r.place(c.at)})
	arn := managedARN(c.args[0].text)
	for _, a := range r.state.Attachments {
		if same(a.Policy.V, arn) {
			r.refuse(c.at, "order", c.name,
				"the policy is attached above, where it is not there yet")
		}
	}
	r.attachAll(c.args[2], c.args[3], arn)
}

func (r *run) attachOthers(c call) { r.attachAll(c.args[0], c.args[1]) }

// attachAll attaches policies, and those that a list names by their ARNs, to all in another list.
func (r *run) attachAll(to, others word, own ...policy.Text) {
	principals, ok := r.principals(to)
	arns, all := r.texts(others)
	if !ok || !all {
		return
	}
	for _, a := range principals {
		for _, arn := range slices.Concat(own, arns) {
			a.Policy = deployed.Text{V: arn, At: a.At}
			r.attach(a)
		}
	}
}

// principals reads a JSON list of "user/NAME", "group/NAME" and "role/NAME".
func (r *run) principals(w word) ([]deployed.Attachment, bool) {
	list, ok := r.texts(w)
	var out []deployed.Attachment
	for _, t := range list {
		a := deployed.Attachment{At: r.place(w.at)}
		parts := slices.Clone(t.Parts())
		var first policy.Lit
		if len(parts) > 0 {
			first, _ = parts[0].(policy.Lit)
		}
		kind, name, _ := strings.Cut(string(first), "/")
		if name == "" && len(parts) > 0 {
			parts = parts[1:]
		} else if len(parts) > 0 {
			parts[0] = policy.Lit(name)
		}
		a.Kind, a.To = deployed.PrincipalKind(kind), deployed.Text{V: policy.NewText(parts...), At: a.At}
		if len(parts) == 0 || !slices.Contains(principalKinds(), a.Kind) {
			r.refuse(w.at, "argument", excerpt(w.raw), "it is a list of user/NAME, group/NAME and role/NAME")
			return nil, false
		}
		out = append(out, a)
	}
	return out, ok
}

func principalKinds() []deployed.PrincipalKind {
	return []deployed.PrincipalKind{deployed.User, deployed.Group, deployed.RoleP}
}

// managedARN returns the ARN of a customer managed policy of the account.
func managedARN(name policy.Text) policy.Text {
	parts := []policy.Part{policy.Lit("arn:"), nameRef("PARTITION"), policy.Lit(":iam::"),
		nameRef("ACCOUNT"), policy.Lit(":policy/")}
	return policy.NewText(append(parts, name.Parts()...)...)
}

func same(a, b policy.Text) bool { return a.String() == b.String() }

func (r *run) rolePolicies(c call) {
	list, ok := r.texts(c.args[0])
	switch {
	case !ok || r.theRole(c) == nil:
		return
	case r.settled:
		r.refuse(c.at, "step", c.name, "it is there twice, and the last one takes away what the first one gives")
		return
	}
	for _, arn := range list {
		r.attach(deployed.Attachment{Kind: deployed.RoleP, To: r.named("ROLE_NAME"),
			Policy: deployed.Text{V: arn, At: r.place(c.at)}, At: r.place(c.at)})
	}
	r.settled = true
}

// attach notes an attachment. What is attached stays so.
func (r *run) attach(a deployed.Attachment) {
	for _, b := range r.state.Attachments {
		if a.Kind == b.Kind && same(a.To.V, b.To.V) && same(a.Policy.V, b.Policy.V) {
			return
		}
	}
	r.state.Attachments = append(r.state.Attachments, a)
}

// attachment returns the attachment that a call is about.
func (r *run) attachment(c call) deployed.Attachment {
	return deployed.Attachment{Kind: deployed.PrincipalKind(c.args[0].value),
		To: r.value(c.args[1]), Policy: r.value(c.args[2]), At: r.place(c.at)}
}

func (r *run) existingBucket(c call) {
	r.state.Buckets = append(r.state.Buckets,
		deployed.Bucket{Name: r.value(c.args[0]), Key: r.value(c.args[1]), Watched: r.watched(c.args[2]),
			At: r.place(c.at)})
}

// expireRule is the ID of the rule by which objects expire.
const expireRule = "pzgen-expire"

func (r *run) ensureBucket(c call) {
	key, block := c.args[1], r.flag(c.args[3])
	days, old := r.days(c.args[5]), r.days(c.args[6])
	b := deployed.Bucket{Name: r.value(c.args[0]), Created: true,
		Algorithm:       deployed.Lit("AES256"),
		BlockPublicAcls: block, IgnorePublicAcls: block,
		BlockPublicPolicy: block, RestrictPublicBuckets: block,
		Ownership:  deployed.Lit("BucketOwnerPreferred"),
		Versioning: r.flag(c.args[2]), Tags: r.tags, At: r.place(c.at)}
	if len(key.text.Parts()) > 0 {
		b.Algorithm, b.Key = deployed.Lit("aws:kms"), r.value(key)
		b.BucketKey = deployed.Bool{V: true}
	}
	if r.flag(c.args[4]).V {
		b.Ownership = deployed.Lit("BucketOwnerEnforced")
	}
	b.Algorithm.At, b.BucketKey.At = r.place(key.at), r.place(key.at)
	b.Ownership.At = r.place(c.args[4].at)
	if days.V > 0 || old.V > 0 {
		b.Lifecycle = []deployed.Rule{{ID: deployed.Lit(expireRule),
			Enabled: deployed.Bool{V: true}, ExpireDays: days, NoncurrentDays: old}}
	}
	r.state.Buckets = append(r.state.Buckets, b)
}

func (r *run) ensureLogs(c call) {
	b := r.bucket(c.args[0])
	switch {
	case b == nil:
	case !b.Created || len(b.LogsTo.V.Parts()) > 0:
		r.refuse(c.at, "order", c.name, "the bucket exists, or has access logs already")
	default:
		b.LogsTo, b.LogsPrefix = r.value(c.args[1]), r.value(c.args[2])
	}
}

func (r *run) days(w word) deployed.Int {
	n, err := strconv.Atoi(w.value)
	if err != nil {
		panic(err) // it is a number
	}
	return deployed.Int{V: n, At: r.place(w.at)}
}

func (r *run) mergePolicy(c call) {
	b := r.bucket(c.args[1])
	switch {
	case b == nil:
	case b.Policy != nil:
		r.refuse(c.at, "order", c.args[1].raw, "a policy was merged into the bucket's already")
	default:
		b.Policy = r.merged(&c.args[2])
	}
}

// bucket returns the bucket of a name, which has to be set up already.
func (r *run) bucket(w word) *deployed.Bucket {
	for i := range r.state.Buckets {
		if same(r.state.Buckets[i].Name.V, w.text) {
			return &r.state.Buckets[i]
		}
	}
	r.refuse(w.at, "order", w.raw, "the bucket is not set up yet")
	return nil
}

func (r *run) upload(c call) {
	if r.bucket(c.args[1]) == nil {
		return
	}
	r.state.Objects = append(r.state.Objects, deployed.Object{Source: r.value(c.args[0]),
		Bucket: r.value(c.args[1]), Key: r.value(c.args[2]), At: r.place(c.at)})
}

func (r *run) ensureDatasetGroup(c call) {
	g := deployed.DatasetGroup{Name: r.value(c.args[0]), Domain: r.value(c.args[1]),
		Key: r.value(c.args[2]), Tags: r.tags, At: r.place(c.at)}
	if len(g.Key.V.Parts()) > 0 {
		if r.theRole(c) == nil {
			return
		}
		g.Role = deployed.Text{V: r.named("ROLE_ARN").V, At: g.At}
	}
	r.state.DatasetGroups = append(r.state.DatasetGroups, g)
}
