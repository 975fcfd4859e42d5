package proof

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/spec"
	"gopkg.in/yaml.v3"
)

// fields is a mapping in the order in which it is written.
type fields []any // name, value, name, value…

// node returns a value as YAML. Every text is quoted: a name may be a truth value or a number
// without.
func node(v any) *yaml.Node {
	switch v := v.(type) {
	case fields:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for i := 0; i < len(v); i += 2 {
			n.Content = append(n.Content, node(v[i]), node(v[i+1]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, x := range v {
			n.Content = append(n.Content, node(x))
		}
		return n
	case []string:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, x := range v {
			n.Content = append(n.Content, node(x))
		}
		return n
	case string:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v, Style: yaml.DoubleQuotedStyle}
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(v)}
	}
	panic(fmt.Sprintf("%T", v))
}

// random makes specs that are right, and as unlike those that people write as the rules allow.
type random struct {
	found bool   // a key is told by its alias
	own   string // the bucket or key whose statements are made
	*rand.Rand
	files map[string][]byte // policy files that the spec names

	deploys, undeployed        bool // somebody deploys; nobody can, by no target or in a stack set
	account, region, partition string
	setup                      string
	keys, buckets              []thing
	operators                  []string
	reads, writes              bool            // some workflow does
	taken                      map[string]bool // names that must not come twice
}

// thing is a key or a bucket with what the rest of the spec must know of it.
type thing struct {
	name     string
	existing bool
	key      bool // a bucket under a customer's key
	logged   bool // a bucket with access logs, or one that may get none as it receives others'
	closed   bool // a key whose policy leaves nothing to the policies of the account
}

// randomSpec returns a spec of one or two setups as a tree, and the files that it names.
func randomSpec(seed uint64) (*yaml.Node, map[string][]byte) {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 1)), files: map[string][]byte{}, taken: map[string]bool{}}
	r.place()
	defaults := fields{}
	if r.one(2) {
		defaults = append(defaults, "account", r.account, "region", r.region)
	}
	if r.one(3) {
		defaults = append(defaults, "tags", r.tags())
	}
	setups := fields{}
	for range 1 + r.IntN(5)/4 {
		if len(defaults) < 4 {
			r.place()
		}
		setups = append(setups, r.unique(func() string { return r.pick(hostileSetups, chars("abcxyz0189", "abcxyz0189-", 40)) }), "")
		r.setup = setups[len(setups)-2].(string)
		body := r.setupBody()
		if len(defaults) < 4 || defaults[0] != "account" || r.one(4) {
			body = append(fields{"account", r.account, "region", r.region}, body...)
		}
		setups[len(setups)-1] = body
	}
	if user := r.user(setups[len(setups)-1].(fields)); user != nil {
		setups = append(setups, r.setup, user)
	}
	root := fields{"version", 1}
	if modes := spec.TerraformModes(); seed%3 > 0 { // not drawn: another draw would change all that follows
		root = append(root, "terraform", modes[seed%3-1])
	}
	if len(defaults) > 0 {
		root = append(root, "defaults", defaults)
	}
	return node(append(root, "setups", setups)), r.files
}

func readFiles(files map[string][]byte) func(string) ([]byte, error) {
	return func(p string) ([]byte, error) {
		if data, ok := files[strings.ReplaceAll(p, "\\", "/")]; ok {
			return data, nil
		}
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
}

var (
	hostileSetups  = []string{"null", "true", "on", "no", "0", "012", "1e3", "0x1f", "a--b", "y", "policies", "x"}
	hostileThings  = []string{"null", "No", "yes", "On", "this", "self", "each", "count", "local", "var", "data", "module", "key", "bucket", "Ref", "Sub", "a--b__c", "A-1", "x", "policy", "main", "PATH", "HOME", "IFS", "name"}
	hostileBuckets = []string{"123", "1e3", "0.0-0.x", "0x1f", "true", "null", "a--b", "1.2.3", "x.y.z-personalize"}
	hostileIAM     = []string{"null", "-x", "--", "=", "@", "+1", "o=brien@example.com", "_+=,.@-", "true", "012", "1e3", "."}
	hostileTexts   = []string{"it's", `"quoted"`, "`id`", "$(id)", "${x}", "$${y}", "%{ if true }y%{ endif }", "%%{z}", "EOF", "\n", "a\nb", "\n  indented\n", "# no comment", ": ", "- ", "!Ref x", "${AWS::Region}",
		"{{resolve:ssm:x}}", "<role.arn>", "<x.y>", `\`, `\n`, `\\"`, "é", "漢字", "🙂", "!", "*", "?", "|", "<<EOT\nx\nEOT", "&{aws:x}", "\t", "~", "null", "", "yes", "---", "...", "%", "$", "<b>&amp;</b>", "\u00a0", "ÿ"}
)

func (r *random) one(n int) bool { return r.IntN(n) == 0 }

// pick returns one of the hostile words, or else a word made up.
func (r *random) pick(words []string, makeUp func(r *random) string) string {
	if r.one(2) {
		return words[r.IntN(len(words))]
	}
	return makeUp(r)
}

// chars makes up words whose ends are of the first class.
func chars(ends, middle string, most int) func(r *random) string {
	return func(r *random) string {
		n := 1 + r.IntN(most)
		if !r.one(4) {
			n = 1 + r.IntN(min(most, 9))
		}
		b := make([]byte, n)
		for i := range b {
			b[i] = middle[r.IntN(len(middle))]
		}
		b[0], b[n-1] = ends[r.IntN(len(ends))], ends[r.IntN(len(ends))]
		return string(b)
	}
}

// unique makes names until one comes that is unlike all before, case, hyphens and underscores aside.
func (r *random) unique(f func() string) string {
	for {
		s := f()
		plain := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
		if !r.taken[plain] {
			r.taken[plain] = true
			return s
		}
	}
}

func (r *random) thingName() string {
	return r.unique(func() string {
		s := r.pick(hostileThings, chars("abzABZ", "abzABZ019-_", 40))
		if s == "aws" || s == "role" {
			return "x"
		}
		return s
	})
}

func (r *random) bucketName() string {
	return r.unique(func() string {
		s := r.pick(hostileBuckets, chars("abyz019", "abyz019-", 63))
		for len(s) < 3 {
			s += "0"
		}
		if strings.HasPrefix(s, "xn--") || strings.HasSuffix(s, "-s3alias") {
			return "plain"
		}
		return s
	})
}

func (r *random) iamName(most int) string {
	return r.pick(hostileIAM, chars("abAB01_+=,.@-", "abAB01_+=,.@-", most))
}

// text is free text of at most 200 characters that are all allowed.
func (r *random) text(allowed func(rune) bool) string {
	var b strings.Builder
	for range r.IntN(8) {
		b.WriteString(hostileTexts[r.IntN(len(hostileTexts))])
		b.WriteString(r.pick([]string{" ", ""}, chars("ab", "ab ", 6)))
	}
	return strings.Map(func(c rune) rune {
		if !allowed(c) {
			return 'x'
		}
		return c
	}, b.String())
}

func anything(rune) bool { return true }

func latin1(c rune) bool { return c <= 0xff && c != 0xa0 }

func (r *random) place() {
	r.account = fmt.Sprintf("%012d", r.Int64N(1e12))
	if r.one(4) {
		r.account = []string{"000000000012", "111122223333", "012345670123", "100000000000"}[r.IntN(4)]
	}
	regions := spec.Regions()
	r.region, r.partition = regions[r.IntN(len(regions))], "aws"
	if r.one(5) {
		r.region = "cn-north-1"
	}
	if strings.HasPrefix(r.region, "cn-") {
		r.partition = "aws-cn"
	}
}

func (r *random) iamARN(kind, name string) string {
	return "arn:" + r.partition + ":iam::" + r.account + ":" + kind + "/" + name
}

func (r *random) policyARNs() []string {
	var out []string
	known := []string{"AmazonPersonalizeFullAccess", "CloudWatchFullAccess", "CloudWatchFullAccessV2", "arn:" + r.partition + ":iam::aws:policy/ReadOnlyAccess"}
	for _, k := range known {
		if r.one(6) {
			out = append(out, k)
		}
	}
	if r.one(5) {
		out = append(out, r.iamARN("policy", "p/"+r.iamName(20)))
	}
	return out
}

func (r *random) tags() fields {
	out := fields{}
	seen := map[string]bool{}
	for range r.IntN(4) {
		k := r.tagText([]string{"team", "null", "true", "0x1f", "-", "it:/.=+-@_ x", "ключ ñ 漢字", "Name", "=", "pzgen-key", "@x"}, 128)
		if k == "" || seen[strings.ToLower(k)] || strings.HasPrefix(strings.ToLower(k), "aws:") {
			continue
		}
		seen[strings.ToLower(k)] = true
		out = append(out, k, r.tagText([]string{"", "no", "012", "--", "= leading", "значение", "a b", "@file", "{x}"}, 256))
	}
	return out
}

func (r *random) tagText(words []string, most int) string {
	s := r.pick(words, chars("abé", "abé01 _.:/=+-@", most/2))
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("{}\ufffd", c) || c == '\u00c3' || c == '\u00a9' {
			return 'x'
		}
		return c
	}, strings.ToValidUTF8(s, "x"))
}

func (r *random) setupBody() fields {
	r.keys, r.buckets, r.operators, r.found = nil, nil, nil, false
	r.reads, r.writes = false, false
	documented := r.one(5)
	b := fields{}
	put := func(odds int, name string, value any) {
		if r.one(odds) {
			b = append(b, name, value)
		}
	}
	put(2, "description", r.text(anything))
	put(6, "partition", r.partition)
	put(4, "protect", r.one(2))
	if documented {
		b = append(b, "profile", "documented")
	} else {
		put(3, "confusedDeputy", []string{"trust", "everywhere", "account", "none"}[r.IntN(4)])
		put(4, "listByPrefix", r.one(2))
		put(8, "profile", "least-privilege")
	}
	if role := r.role(); len(role) > 0 {
		b = append(b, "role", role)
	}
	keys := fields{}
	for range r.IntN(4) {
		name, body := r.key()
		keys = append(keys, name, body)
	}
	if len(keys) > 0 {
		b = append(b, "keys", keys)
	}
	buckets := fields{}
	for range 1 + r.IntN(3) {
		name, body := r.bucket()
		buckets = append(buckets, name, body)
	}
	// A present policy in a template is of one account.
	if !slices.ContainsFunc(buckets, func(f any) bool {
		b, ok := f.(fields)
		return ok && slices.Contains(b, any("policy"))
	}) {
		on := r.one(2) && !r.deploys
		put(4, "stackSet", on)
		r.undeployed = r.undeployed || on
	}
	b = append(b, "buckets", buckets, "workflows", r.workflows())
	if r.one(2) {
		g := fields{"name", r.unique(func() string { return chars("abAB01", "abAB01-_", 63)(r) })}
		if r.one(2) {
			g = append(g, "domain", []string{"ECOMMERCE", "VIDEO_ON_DEMAND"}[r.IntN(2)])
		}
		if len(r.keys) > 0 && r.one(2) {
			g = append(g, "key", r.keys[r.IntN(len(r.keys))].name)
		}
		if r.one(4) {
			g = append(g, "existing", true)
		}
		b = append(b, "datasetGroup", g)
	}
	if ops := r.operatorsField(); len(ops) > 0 {
		b = append(b, "operators", ops)
	}
	if ups := r.uploads(); len(ups) > 0 {
		b = append(b, "uploads", ups)
	}
	if st := r.statements(); len(st) > 0 {
		b = append(b, "statements", st)
	}
	if r.one(4) || r.found { // the others would have to know the ARN of a key
		var targets []string
		for _, t := range []string{"shell", "json", "terraform", "cloudformation"} {
			if r.found && (t == "shell" || t == "terraform") || !r.found && r.one(2) {
				targets = append(targets, t)
			}
		}
		applied := slices.ContainsFunc(targets, func(t string) bool { return t != "json" })
		if r.deploys && !applied {
			targets, applied = append(targets, "shell"), true
		}
		if targets != nil {
			r.undeployed = r.undeployed || !applied
			b = append(b, "targets", targets)
		}
	}
	put(2, "tags", r.tags())
	put(5, "permissionsBoundary", r.boundary())
	if !documented && !slices.Contains(b, any("stackSet")) && !slices.Contains(b, any("operators")) && r.one(2) {
		r.elsewhere(b)
	}
	return b
}

// elsewhere adds a bucket of another account, its key perhaps, and a workflow that works there, to a
// setup without operators, who could not.
func (r *random) elsewhere(b fields) {
	at := func(name string) *any { return &b[slices.Index(b, any(name))+1] }
	account := r.account[1:] + r.account[:1]
	if account == r.account {
		return
	}
	bucket := fields{"name", r.bucketName(), "account", account}
	if slices.Contains(b, any("keys")) && r.one(2) {
		arn := "arn:" + spec.PartitionOf(r.region) + ":kms:" + r.region + ":" + account + ":key/" + chars("abc019", "abc019-", 30)(r)
		name := r.thingName()
		*at("keys") = append((*at("keys")).(fields), name, fields{"arn", arn, "account", account})
		bucket = append(bucket, "key", name)
	} else {
		bucket = append(bucket, "key", "none")
	}
	name := r.thingName()
	*at("buckets") = append((*at("buckets")).(fields), name, bucket)
	work := fields{"type", "import", "from", name + "/" + r.prefix(false)}
	if r.one(2) {
		work = fields{"type", "batch-inference", "from", name + "/in/", "to", name + "/out/"}
	}
	*at("workflows") = append((*at("workflows")).([]any), work)
}

// user is a setup that uses what the one before it has, or nil.
func (r *random) user(owner fields) fields {
	name := r.setup
	if r.found || slices.Contains(owner, any("targets")) || slices.Contains(owner, any("stackSet")) || r.one(2) {
		return nil
	}
	r.setup = r.unique(func() string { return chars("abcxyz0189", "abcxyz0189-", 40)(r) })
	b := fields{"account", r.account, "region", r.region}
	if r.one(3) {
		b = append(b, "confusedDeputy", "everywhere")
	}
	if r.one(2) {
		b = append(b, "role", fields{"of", name})
	}
	keys, buckets := fields{}, fields{}
	for _, k := range r.keys {
		keys = append(keys, k.name, fields{"of", name + "/" + k.name})
	}
	for _, k := range r.buckets {
		buckets = append(buckets, k.name, fields{"of", name + "/" + k.name})
	}
	if len(keys) > 0 {
		b = append(b, "keys", keys)
	}
	if r.one(2) {
		keys := r.keys
		r.keys = nil // a bucket that this setup makes is under none of them
		more, body := r.bucket()
		buckets, r.keys = append(buckets, more, body), keys
	}
	r.operators, r.reads, r.writes = nil, false, false
	b = append(b, "buckets", buckets, "workflows", r.workflows())
	if ops := r.operatorsField(); len(ops) > 0 {
		b = append(b, "operators", ops)
	}
	return b
}

func (r *random) role() fields {
	b := fields{}
	if r.one(5) {
		b = fields{"name", r.unique(func() string { return r.iamName(64) }), "existing", true}
		if r.one(3) {
			b = append(b, "permissionsBoundary", r.boundaryFile())
		}
	} else {
		if r.one(2) {
			b = append(b, "name", r.unique(func() string { return r.iamName(64) }))
		}
		if r.one(2) {
			b = append(b, "description", noDynamic(r.text(latin1)))
		}
		if r.one(5) {
			b = append(b, "permissionsBoundary", r.boundary())
		}
	}
	if r.one(3) {
		b = append(b, "path", []string{"/", "/a/", "/_+=,.@-/a-b/", "/personalize/x/y/", "/0/"}[r.IntN(5)])
	}
	if p := r.policyARNs(); p != nil {
		b = append(b, "managedPolicies", p)
	}
	if r.one(4) {
		b = append(b, "policy", r.policyNames())
	}
	return b
}

// boundary is a permissions boundary by its ARN, or with its policy.
func (r *random) boundary() any {
	if r.one(2) {
		return r.iamARN("policy", "boundaries/"+r.iamName(20))
	}
	return r.boundaryFile()
}

func (r *random) boundaryFile() fields {
	name := fmt.Sprintf("policies/boundary-%d.json", len(r.files))
	r.files[name] = []byte([]string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"PolicyVersion":{"Document":{"Version":"2012-10-17","Statement":[{"Sid":"B","Effect":"Allow","Action":["s3:*","kms:*","cloudwatch:PutMetricData"],"Resource":"*"},` +
			`{"Effect":"Deny","NotAction":["s3:*","kms:*","cloudwatch:*"],"Resource":"*","Condition":{"StringEquals":{"aws:username":"${aws:username}"}}}]},"VersionId":"v3"}}`,
	}[r.IntN(2)])
	return fields{"arn", r.iamARN("policy", "boundaries/"+r.iamName(20)), "policy", name}
}

// was returns names that an entry had before, or nothing. Nobody else has them.
func (r *random) was() fields {
	if !r.one(4) {
		return nil
	}
	names := []string{r.thingName()}
	if r.one(2) {
		names = append(names, r.thingName())
	}
	return fields{"was", names}
}

func (r *random) key() (string, fields) {
	name := r.thingName()
	b := r.was()
	existing := r.one(2)
	r.keys = append(r.keys, thing{name: name, existing: existing})
	if !existing {
		b = append(b, "alias", "alias/"+r.unique(func() string { return r.pick([]string{"null", "-/_", "0", "a/b"}, chars("ab0", "ab0/-_", 30)) }))
		if r.one(3) {
			admins := []string{r.iamARN("role", "x/"+r.iamName(30))}
			if r.one(2) {
				admins = append(admins, r.iamARN("user", "y/"+r.iamName(30)))
			}
			if r.one(3) {
				admins = append(admins, "arn:"+r.partition+":iam::"+r.account+":root")
			} else {
				r.keys[len(r.keys)-1].closed = true
			}
			b = append(b, "admins", admins)
		}
		if r.one(3) {
			b = append(b, "deletionWindow", 7+r.IntN(24))
		}
		if r.one(3) {
			b = append(b, "rotation", r.one(2))
		}
		if r.one(4) {
			b = append(b, "protect", r.one(2))
		}
		return name, b
	}
	if r.one(4) {
		r.found = true
		b = append(b, "alias", "alias/"+r.unique(func() string { return chars("ab0", "ab0/-_", 30)(r) }), "existing", true)
		if r.one(2) {
			b = append(b, "policy", r.policyFile("key", "*"))
		}
		return name, b
	}
	id := fmt.Sprintf("%08x-0000-4000-8000-%012x", r.Uint32(), r.Int64N(1<<40))
	if r.one(4) {
		id = fmt.Sprintf("mrk-%016x%016x", r.Uint64(), r.Uint64())
	}
	b = append(b, "arn", "arn:"+r.partition+":kms:"+r.region+":"+r.account+":key/"+id)
	if r.one(2) {
		b = append(b, "policy", r.policyFile("key", "*"))
	}
	return name, b
}

func (r *random) bucket() (string, fields) {
	name := r.thingName()
	t := thing{name: name, existing: r.one(3)}
	bucket := r.bucketName()
	b := append(fields{"name", bucket}, r.was()...)
	if len(r.keys) > 0 && r.one(2) {
		t.key = true
		b = append(b, "key", r.keys[r.IntN(len(r.keys))].name)
	}
	if t.existing {
		if !t.key && r.one(2) {
			b = append(b, "key", "none")
		}
		b = append(b, "existing", true)
		if r.one(2) {
			b = append(b, "policy", r.policyFile("bucket", "arn:"+r.partition+":s3:::"+bucket))
		}
		if r.one(4) {
			b = append(b, "secureTransport", r.one(2))
		}
	} else {
		for _, f := range []string{"versioning", "secureTransport", "blockPublicAccess", "bucketOwnerEnforced", "protect"} {
			if r.one(4) {
				b = append(b, f, r.one(2))
			}
		}
		if r.one(4) {
			b = append(b, "expireAfterDays", r.IntN(36501))
		}
		if r.one(4) {
			b = append(b, "expireOldVersionsAfterDays", r.IntN(36501))
		}
		if r.one(3) {
			b, t.logged = append(b, "accessLogs", r.logs()), true
		}
	}
	r.buckets = append(r.buckets, t)
	return name, b
}

// logs returns where the access logs of a bucket go: to one of the setup, if one can take them, or to
// another.
func (r *random) logs() fields {
	var to fields
	for _, b := range r.buckets {
		if !b.key && !b.logged {
			to = fields{"bucket", b.name}
		}
	}
	if to == nil || r.one(3) {
		to = fields{"bucket", "outside-" + chars("abcxyz0189", "abcxyz0189-", 20)(r)}
	}
	if r.one(2) {
		to = append(to, "prefix", r.pick([]string{"logs/", "logs", "x=y/!_.-", "null", "true"}, chars("abcXYZ0189!_.=-", "abcXYZ0189!_.=-/", 300)))
	}
	return to
}

// policyFile makes the present policy of something that exists.
func (r *random) policyFile(kind, resource string) string {
	type m = map[string]any
	root := "arn:" + r.partition + ":iam::" + r.account + ":root"
	statements := []any{m{"Sid": "Root", "Effect": "Allow", "Principal": m{"AWS": root}, "Action": kindAction[kind] + "*", "Resource": resource}}
	if r.one(2) {
		statements = append(statements, m{"Effect": "Deny", "Principal": m{"AWS": []string{root, "*"}}, "Action": []string{kindAction[kind] + "NoSuchAction", kindAction[kind] + "Another"},
			"Resource": []string{resource}, "Condition": m{"StringNotLike": m{"aws:PrincipalTag/a\"b": []string{"${aws:username}", "x'${$}{y}%{z}"}}}})
	}
	if r.one(3) {
		statements = append(statements, m{"Sid": "", "Effect": "Allow", "Principal": "*", "NotAction": kindAction[kind] + "*", "Resource": resource, "Condition": m{"Bool": m{"aws:SecureTransport": "true"}}})
	}
	doc := m{"Version": []string{"2012-10-17", "2012-10-17", "2008-10-17"}[r.IntN(3)], "Statement": statements}
	if r.one(3) {
		doc["Id"] = "it's ${x} \"Id\""
	}
	if len(statements) == 1 && r.one(2) {
		doc["Statement"] = statements[0]
	}
	data, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	name := fmt.Sprintf("policies/%s-%d.json", kind, len(r.files))
	r.files[name] = data
	return name
}

var kindAction = map[string]string{"key": "kms:", "bucket": "s3:"}

// prefix makes up a location's prefix; a folder ends in a slash.
func (r *random) prefix(folder bool) string {
	var parts []string
	for range r.IntN(4) {
		p := r.pick([]string{"data", "it's (a) folder & more; x=1, !-_.@:+", " ", "-rf --out", "'", "a'b'c", "!x", "~", "x=1", ";id", "& ", "null", "0", "(", "...", "a:b"},
			chars("abcXYZ019!-_.'()&@=;:+, ", "abcXYZ019!-_.'()&@=;:+, ", 12))
		if p = strings.Trim(p, "~"); p == "." || p == ".." || p == "" {
			p = "p"
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, "/")
	if !folder && r.one(3) {
		return s + ".csv"
	}
	if folder || r.one(2) {
		s += "/"
	}
	return s
}

func (r *random) workflows() []any {
	var out []any
	for range r.IntN(6) {
		types := spec.WorkflowTypes()
		t := types[r.IntN(len(types))]
		from, to := r.buckets[r.IntN(len(r.buckets))], r.buckets[r.IntN(len(r.buckets))]
		w := fields{"type", t}
		switch t {
		case "data-deletion":
			if from.key {
				continue
			}
			w = append(w, "from", from.name+"/"+r.prefix(false))
		case "import":
			w = append(w, "from", from.name+"/"+r.prefix(false))
		case "export":
			w = append(w, "to", to.name+"/"+r.prefix(true))
		case "metric-attribution":
			if r.one(2) {
				w = append(w, "to", to.name+"/"+r.prefix(true))
			}
		case "batch-inference", "batch-segment":
			in, out := r.prefix(false), r.prefix(true)
			switch {
			case from.name == to.name && r.one(3): // beside what is read
				in, out = "batch/in.json", "batch/"
			case from.name == to.name:
				in, out = "in/"+in, "out/"+out
			}
			w = append(w, "from", from.name+"/"+in, "to", to.name+"/"+out)
		default:
			panic("say here what a workflow of type " + t + " may read and write")
		}
		for i := 0; i < len(w); i += 2 {
			r.reads, r.writes = r.reads || w[i] == "from", r.writes || w[i] == "to"
		}
		out = append(out, w)
	}
	return out
}

func (r *random) operatorsField() fields {
	out := fields{}
	closed := slices.ContainsFunc(r.keys, func(k thing) bool { return k.closed })
	for range r.IntN(5) {
		name := r.thingName()
		r.operators = append(r.operators, name)
		access := r.access()
		b := fields{"access", access}
		if len(access) == 1 && r.one(2) {
			b = fields{"access", access[0]}
		}
		b = append(b, r.was()...)
		data := len(access) == 1 && (access[0] == "upload" || access[0] == "download")
		if data && r.one(2) {
			var list []string
			for range 1 + r.IntN(3) {
				l := r.buckets[r.IntN(len(r.buckets))].name + "/" + r.prefix(false)
				if !slices.Contains(list, l) {
					list = append(list, l)
				}
			}
			b = append(b, "locations", list)
		}
		if data && r.one(2) {
			b = append(b, "principals", r.principals())
		}
		if r.one(4) {
			b = append(b, "policy", r.policyNames())
		}
		for _, f := range []struct {
			name string
			most int
		}{{"users", 64}, {"groups", 128}, {"roles", 64}} {
			if closed && f.name == "groups" {
				continue // a key's policy cannot name them
			}
			var list []string
			for i := range r.IntN(3) {
				if s := r.iamName(f.most); i == 0 || s != list[0] {
					list = append(list, s)
				}
			}
			if list != nil {
				b = append(b, f.name, list)
			}
		}
		if p := r.policyARNs(); p != nil {
			b = append(b, "managedPolicies", p)
		}
		out = append(out, name, b)
	}
	return out
}

// access makes up levels that go together, and for which the workflows have something.
func (r *random) access() []string {
	if r.one(6) {
		return []string{"full"}
	}
	if !r.undeployed && r.one(6) {
		r.deploys = true
		return []string{"deploy"}
	}
	var out []string
	for _, level := range []string{"download", "runtime", "build", "upload", "read", "operate"} {
		if (level != "upload" || r.reads) && (level != "download" || r.writes) && r.one(3) {
			out = append(out, level)
		}
	}
	if out == nil {
		return []string{"read"}
	}
	return out
}

// principals makes up whom policies of buckets and keys are to let in.
func (r *random) principals() []string {
	all := []string{"123412341234", "appflow.amazonaws.com", "lambda.amazonaws.com",
		r.iamARN("role", "in/"+r.iamName(20)), "arn:" + r.partition + ":iam::567856785678:user/" + r.iamName(20),
		"arn:" + r.partition + ":iam::999900001111:root"}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+r.IntN(len(all))]
}

func (r *random) policyNames() fields {
	b := fields{"name", r.unique(func() string { return "P" + r.iamName(60) }), "managed", true}
	if r.one(2) {
		b = append(b, "description", noDynamic(r.text(func(c rune) bool {
			return c >= ' ' && c <= '~' || c > 0xa0 && c <= 0xff
		})))
	}
	return b
}

func (r *random) uploads() []any {
	var out []any
	seen := map[string]bool{}
	for i := range r.IntN(3) {
		to := r.buckets[r.IntN(len(r.buckets))].name + "/" + r.prefix(true) + fmt.Sprintf("file %d.csv", i)
		if !seen[to] {
			seen[to] = true
			out = append(out, fields{"file", r.pick([]string{"data/x.csv", "it's $(id) `x` \"q\" ${y} %{z} *.csv", "--recursive", "-", "a b", "漢字.csv", "@x", "$HOME", "..up/...csv"}, chars("ab", "ab ", 9)), "to", to})
		}
	}
	return out
}

// statements adds statements of the user's. What they allow is accepted, as no workflow needs it; what they deny no workflow does.
func (r *random) statements() fields {
	if !r.one(3) {
		return nil
	}
	owners := fields{}
	list := func(kind string, n int) []any {
		var out []any
		for range 1 + r.IntN(n) {
			out = append(out, r.statement(kind))
		}
		return out
	}
	if r.one(2) {
		owners = append(owners, "role", list("role", 3))
	}
	if r.one(3) {
		owners = append(owners, "trust", list("trust", 1))
	}
	group := func(name, kind string, things []thing) {
		m := fields{}
		for _, t := range things {
			if r.one(3) {
				r.own = t.name
				m = append(m, t.name, list(kind, 2))
			}
		}
		if len(m) > 0 {
			owners = append(owners, name, m)
		}
	}
	group("buckets", "s3", r.buckets)
	group("keys", "kms", r.keys)
	var ops []thing
	for _, o := range r.operators {
		ops = append(ops, thing{name: o})
	}
	group("operators", "role", ops)
	return owners
}

func (r *random) statement(kind string) fields {
	deny := r.one(3)
	s := fields{"sid", fmt.Sprintf("%s%d", r.pick([]string{"null", "1e3", "on", "x"}, chars("ab", "ab0", 9)), len(r.taken)), "effect", map[bool]string{true: "Deny", false: "Allow"}[deny]}
	r.taken[fmt.Sprint("sid", len(r.taken))] = true
	switch kind {
	case "s3", "kms":
		s = append(s, "principal", r.principal(), "action", []string{kind + ":Get*Nothing", kind + ":No?One"}[:1+r.IntN(2)])
	case "trust":
		p := r.principal()
		for fmt.Sprint(p) == "[AWS <role.arn>]" { // nobody but a role that exists can be named in a policy
			p = r.principal()
		}
		s = append(s, "principal", p, "action", "sts:TagSession")
	default:
		if r.one(6) {
			s = append(s, "notAction", []string{"s3:*", "kms:*", "personalize:*", "cloudwatch:*", "iam:PassRole"})
		} else {
			s = append(s, "action", []string{"dynamodb:GetItem", "s3:DeleteObject", "logs:*"}[:1+r.IntN(3)])
		}
	}
	if kind != "trust" {
		res := r.resources(kind)
		switch {
		case len(res) == 1 && r.one(2):
			s = append(s, "resource", res[0])
		case r.one(6) && kind == "role":
			s = append(s, "notResource", res)
		default:
			s = append(s, "resource", res)
		}
	}
	if r.one(2) || deny && kind == "role" { // what denies is tied to a key that no request has
		s = append(s, "condition", r.condition())
	}
	return append(s, "accepted", "because "+r.text(func(c rune) bool { return c >= ' ' }))
}

func (r *random) principal() any {
	switch r.IntN(4) {
	case 0:
		return "*"
	case 1:
		return fields{"AWS", "<role.arn>"}
	case 2:
		return fields{"Service", []string{"lambda.amazonaws.com", "s3.amazonaws.com"}, "AWS", []string{"arn:<aws.partition>:iam::<aws.account>:root"}}
	}
	return fields{"AWS", []string{"999988887777", "arn:" + r.partition + ":iam::" + r.account + ":role/x+y=z@"}}
}

func (r *random) resources(kind string) []string {
	if kind == "kms" {
		return []string{"*"}
	}
	var out []string
	b := r.buckets[r.IntN(len(r.buckets))].name
	if kind == "s3" {
		b = r.own // a bucket's policy is about itself
	}
	for range 1 + r.IntN(3) {
		ref := "<bucket." + b + ".arn>"
		tail := []string{"/*", "", "/${aws:username}/*", "/${aws:PrincipalTag/team, 'no team'}/x", "/${*}${?}${$}{x}", "/%{x}/${$}${$}", "/it's \"q\" `b` \\ é", "/a%%{b", "/&{x}", "/x?y*"}[r.IntN(10)]
		if len(r.keys) > 0 && r.one(6) && kind == "role" {
			ref, tail = "<key."+r.keys[r.IntN(len(r.keys))].name+".arn>", ""
		}
		if r.one(6) && kind == "role" {
			ref, tail = "arn:<aws.partition>:dynamodb:<aws.region>:<aws.account>:table/<role.name>", "/<bucket."+b+".name>"
		}
		out = append(out, ref+tail)
	}
	return out
}

func (r *random) condition() fields {
	switch r.IntN(4) {
	case 0:
		return fields{"StringEquals", fields{"aws:PrincipalTag/" + r.pick([]string{"team", "it's", "a\"b", "x y"}, chars("ab", "ab", 5)), []string{"${aws:username}", r.condText(), "${$}x"}}}
	case 1:
		return fields{"ForAnyValue:StringLike", fields{"aws:TagKeys", []string{r.condText() + "*"}}}
	case 2:
		return fields{"NumericLessThan", fields{"s3:max-keys", "10"}, "IpAddress", fields{"aws:SourceIp", []string{"10.0.0.0/8", "2001:db8::/32"}}}
	}
	return fields{"ArnLike", fields{"aws:SourceArn", "arn:aws:s3:::nothing-like-it/*"}, "Null", fields{"aws:PrincipalTag/none", "false"}}
}

// condText is a literal of the policy language: a dollar sign is in its own variable there.
func (r *random) condText() string {
	s := strings.Map(func(c rune) rune {
		if c == '$' || c == '<' || c == '>' || c > 0xff || c < ' ' && c != '\n' && c != '\t' {
			return 'x'
		}
		return c
	}, r.text(anything))
	if s == "" {
		return "-"
	}
	return noDynamic(s)
}

// noDynamic takes out what CloudFormation would replace wherever it stands, and its target therefore refuses.
func noDynamic(s string) string { return strings.ReplaceAll(s, "{{resolve:", "{{ resolve:") }
