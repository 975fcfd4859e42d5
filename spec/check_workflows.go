package spec

import "strings"

func (c *checker) checkWorkflows() {
	type seenAs struct {
		kind     string
		from, to Location
	}
	seen := map[seenAs]bool{}
	for i, item := range c.d.workflows {
		d := &item.v
		at := "workflows" + index(i)
		c.setPlace(at, item.n)
		w := Workflow{Type: d.kind.v}
		w.From = c.location(d.from, at+".from")
		w.To = c.location(d.to, at+".to")
		c.uri(d.from, w.From)
		c.uri(d.to, w.To)
		c.s.Workflows = append(c.s.Workflows, w)
		if !d.kind.ok {
			continue
		}
		for _, t := range workflowTypes {
			if t.name == d.kind.v {
				c.need(item, t.from, d.from, "from", "reads nothing")
				c.need(item, t.to, d.to, "to", "writes nothing")
			}
		}
		c.checkWorkflow(&w, d)
		if w.From == nil && d.from.given() || w.To == nil && d.to.given() {
			continue
		}
		key := seenAs{kind: w.Type}
		if w.From != nil {
			key.from = *w.From
		}
		if w.To != nil {
			key.to = *w.To
		}
		if seen[key] {
			c.warn(warnRepeated, item.n, "leave it out", "workflow %s is given twice with the same locations", w.Type)
		}
		seen[key] = true
	}
}

func (c *checker) need(w item[workflowDraft], n need, t text, name, without string) {
	switch {
	case n == must && !t.given():
		c.err(codeFromTo, w.n, "write `"+name+": <bucket>/<prefix>/`", "%s has no %s", w.v.kind.v, name)
	case n == never && t.given():
		c.err(codeFromTo, t.n, "leave it out", "%s %s: %s has no meaning", w.v.kind.v, without, name)
	}
}

// uri checks the length of a location as it is given to Personalize.
func (c *checker) uri(t text, l *Location) {
	if l == nil {
		return
	}
	if n := len("s3://") + len(find(c.d.buckets, l.Bucket).name.v) + 1 + len(l.Prefix); n > maxS3URI {
		c.err(codeLocation, t.n, "shorten it", "location has %d characters as s3://…; Amazon Personalize takes %d", n, maxS3URI)
	}
}

func (c *checker) checkWorkflow(w *Workflow, d *workflowDraft) {
	batch := w.Type == BatchInference || w.Type == BatchSegment
	if w.To != nil && (batch || w.Type == Export) && w.To.Prefix != "" && !strings.HasSuffix(w.To.Prefix, "/") {
		c.err(codeLocation, d.to.n, "write `"+d.to.v+"/`", "output of %s is a folder: %q does not end in /", w.Type, d.to.v)
	}
	if batch && w.From != nil && w.To != nil {
		c.overlap(w, d)
	}
	if w.Type == MetricAttribution && !d.to.given() {
		c.warn(warnMetrics, d.kind.n, "write `to: <bucket>/<prefix>/` to have reports in S3 too", "metric-attribution without `to` reports to CloudWatch alone")
	}
	if w.From == nil {
		return
	}
	if w.From.Prefix != "" && !strings.HasSuffix(w.From.Prefix, "/") && !w.From.IsFile() {
		c.warn(warnFolder, d.from.n, "write `"+d.from.v+"/` for all files of a folder", "%q is neither a folder nor a file with an extension: all objects are read whose names begin so", d.from.v)
	}
	if w.Type == DataDeletion {
		if b := find(c.d.buckets, w.From.Bucket); b != nil && b.key.given() && !c.isNone(b.key) && !b.of.given() {
			c.err(codeDeletionKey, d.from.n, "put the list into a bucket without key",
				"bucket %q is encrypted with a customer key, under which Personalize does not read a list of users to delete", w.From.Bucket)
		}
	}
}

// overlap looks at where a batch job writes. "We recommend that you use a different location for
// your output data": the guide advises against writing beside what is read
// (getting-batch-recommendations, 2025-11), and what lies under the folder that is read is read.
func (c *checker) overlap(w *Workflow, d *workflowDraft) {
	from, to := w.From, w.To
	folder := from.Prefix == "" || strings.HasSuffix(from.Prefix, "/")
	switch {
	case from.Bucket != to.Bucket:
	case folder && strings.HasPrefix(to.Prefix, from.Prefix):
		c.err(codeOverlap, d.to.n, "write to another folder, or name the one file that is read",
			"%s writes to %q, which is in the folder that it reads, %q: its output would be read as input", w.Type, d.to.v, d.from.v)
	case to.Prefix == "" || strings.HasSuffix(to.Prefix, "/") && strings.HasPrefix(from.Prefix, to.Prefix):
		c.warn(warnBeside, d.to.n, "AWS recommends another folder for the output", "%s writes to %q, beside what it reads, %q", w.Type, d.to.v, d.from.v)
	}
}

// location takes a location apart and finds its bucket.
func (c *checker) location(t text, at string) *Location {
	if !t.given() {
		return nil
	}
	c.setPlace(at, t.n)
	if !t.ok {
		return nil
	}
	name, prefix, slash := strings.Cut(t.v, "/")
	switch {
	case strings.HasPrefix(t.v, "s3://") || strings.HasPrefix(t.v, "arn:"):
		c.err(codeLocation, t.n, "", "%q is not <bucket>/<prefix> with a name from buckets", clip(t.v)).search = func() string { return c.locationHint(t.v) }
		return nil
	case t.v == "":
		c.err(codeLocation, t.n, "write <bucket>/<prefix>", "location is empty")
		return nil
	case strings.HasPrefix(t.v, "/"):
		c.err(codeLocation, t.n, "write <bucket>/<prefix>", "location %q begins with /", clip(t.v))
		return nil
	case find(c.d.buckets, name) == nil:
		p := undeclared(c, t, "bucket", name, "buckets", c.d.buckets)
		others := p.search
		p.search = func() string {
			if b := c.bucketCalled(name); b != "" {
				return "write `" + b + "/" + prefix + "`: a location begins with the name under buckets"
			}
			return others()
		}
		return nil
	case !slash:
		c.err(codeLocation, t.n, "write `"+t.v+"/` for the whole bucket", "location %q has no / after the bucket", t.v)
		return nil
	}
	c.usedBuckets[name] = true
	if !c.prefix(t, prefix) {
		return nil
	}
	return &Location{Bucket: name, Prefix: prefix}
}

// bucketCalled returns the name under buckets of the bucket that has this name in S3, or "".
func (c *checker) bucketCalled(name string) string {
	for i := range c.d.buckets {
		if n := c.d.buckets[i].v.name; n.ok && n.v == name {
			return c.d.buckets[i].name
		}
	}
	return ""
}

func (c *checker) locationHint(s string) string {
	rest := strings.TrimPrefix(s, "s3://")
	if a, ok := parseARN(s); ok {
		rest = a.resource
	}
	name, prefix, _ := strings.Cut(rest, "/")
	if b := c.bucketCalled(name); b != "" {
		return "write `" + b + "/" + prefix + "`"
	}
	return "declare the bucket under buckets and write <name>/<prefix>"
}

// prefixChars are those that mean nothing in policies, shells and URIs of S3 (Amazon S3 User Guide, "Naming Amazon S3 objects": safe
// characters, and those of its special ones that work everywhere).
var prefixChars = classOf(`a-zA-Z0-9!\-_.'()&@=;\/:+, `)

func (c *checker) prefix(t text, prefix string) bool {
	bad := func(format string, args ...any) bool {
		c.err(codeLocation, t.n, "letters, digits, spaces and !-_.'()&@=;:+, can be used", format, args...)
		return false
	}
	for _, r := range prefix {
		switch {
		case r == '*' || r == '?':
			return bad("location %q has %q, which is a wildcard in a policy", clip(t.v), r)
		case r == '$' || r == '{' || r == '}':
			return bad("location %q has %q, which can begin or end a variable in a policy", clip(t.v), r)
		case r == '<' || r == '>':
			return bad("location %q has %q, which marks a reference", clip(t.v), r)
		case r == '\\' || r == '"':
			return bad("location %q has %q, which S3 clients and shells read differently", clip(t.v), r)
		case r < ' ' || r == 0x7F:
			return bad("location %q has a control character", clip(t.v))
		case r > 0x7F:
			return bad("location %q has %q, which is not ASCII: S3 and its clients encode it differently", clip(t.v), r)
		case !prefixChars.has(byte(r)):
			return bad("location %q has %q, which S3 advises against", clip(t.v), r)
		}
	}
	if strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//") {
		c.err(codeLocation, t.n, "write one /", "location %q has an empty folder name: //", clip(t.v))
		return false
	}
	for segment := range strings.SplitSeq(prefix, "/") {
		if segment == ".." || segment == "." {
			c.err(codeLocation, t.n, "write the folder itself", "location %q has the folder %q, which S3 does not resolve and clients do", clip(t.v), segment)
			return false
		}
	}
	return true
}
