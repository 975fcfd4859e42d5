package spec

import (
	"slices"
	"strings"
)

// checkLogs checks where the access logs of created buckets go, once all buckets are known. S3 takes
// a bucket of the same account and region that is encrypted with its own keys, if with any, and
// advises against one that has access logs itself (Amazon S3 User Guide, "Enabling Amazon S3 server
// access logging", read on 2026-11-27). Of a bucket that is not among buckets nothing is known.
func (c *checker) checkLogs() {
	for i := range c.d.buckets {
		b := &c.d.buckets[i]
		d := &b.v.logs.v
		at := slices.IndexFunc(c.s.Buckets, func(s Bucket) bool { return s.Name == b.name })
		if b.v.logs.n == nil || at < 0 || c.s.Buckets[at].Existing {
			continue
		}
		logs := &AccessLogs{Prefix: strings.Clone(d.prefix.v)}
		c.s.Buckets[at].Logs = logs
		c.setPlace("buckets."+b.name+".accessLogs", b.v.logs.n)
		if !d.bucket.ok {
			continue
		}
		name := d.bucket.v
		to := find(c.d.buckets, name)
		if to == nil {
			c.logsOutside(d.bucket, logs)
			continue
		}
		c.usedBuckets[name] = true
		logs.Bucket = strings.Clone(name)
		switch {
		case name == b.name:
			c.err(codeLogs, d.bucket.n, "name another bucket",
				"the access logs of bucket %q would go into itself, and each of them be logged in turn", b.name)
		case to.key.ok && !c.isNone(to.key):
			c.err(codeLogs, d.bucket.n, "name a bucket without key",
				"bucket %q is encrypted with a customer key, under which S3 delivers no access logs", name)
		case to.logs.n != nil:
			c.err(codeLogs, d.bucket.n, "leave out accessLogs of "+name+", or name another bucket",
				"bucket %q receives access logs and has some itself", name)
		}
	}
}

// logsOutside checks the name of a bucket that is not among buckets: it is one in S3, unless it is
// nearly the name of one that is.
func (c *checker) logsOutside(t text, logs *AccessLogs) {
	for _, b := range c.d.buckets {
		if b.v.name.ok && b.v.name.v == t.v {
			c.err(codeLogs, t.n, "write `"+b.name+"`, its name here",
				"%q is the name in S3 of bucket %q", t.v, b.name)
			return
		}
	}
	hint := suggest(t.v, namesOf(c.d.buckets))
	if hint == "" && bucketForm.ok(t.v) {
		c.bucketName(t, true)
		logs.Outside = strings.Clone(t.v)
		return
	}
	if hint == "" {
		hint = "name one of buckets, or one that exists by its name in S3"
	}
	c.err(codeUndeclared, t.n, hint, "bucket %q is not among buckets", clip(t.v))
}

// warnOfLogsRead warns of workflows that would read access logs for data.
func (c *checker) warnOfLogsRead() {
	for _, b := range c.s.Buckets {
		if b.Logs == nil || b.Logs.Bucket == "" {
			continue
		}
		logs := Location{b.Logs.Bucket, b.Logs.Prefix}
		if logs.Prefix == "" {
			logs.Prefix = b.BucketName + "/"
		}
		for _, w := range c.s.Workflows {
			if w.From != nil && !w.From.IsFile() && w.From.Meets(logs) {
				c.warn(warnLogs, find(c.d.buckets, b.Name).logs.n, "give them another bucket or prefix",
					"workflow %s reads %q, where the access logs of bucket %q are", w.Type,
					w.From.Bucket+"/"+w.From.Prefix, b.Name)
				break
			}
		}
	}
}
