package spec

import (
	"fmt"
)

func (l *linker) bucket(s *Setup, b *Bucket, owner *Setup) {
	part, of := "buckets."+b.Name+".of", owner.Bucket(b.Of.Name)
	switch {
	case of == nil:
		l.err(codeUndeclared, s, part, suggestOr(b.Of.Name, "buckets of "+owner.Name+" are", namesIn(owner.Buckets, func(b Bucket) string { return b.Name })),
			"setup %q has no bucket %q", owner.Name, b.Of.Name)
		return
	case of.Of.Elsewhere():
		l.itself(s, part, "the bucket", of.Of.String())
		return
	case of.Account != "":
		l.abroad(s, part, "bucket", owner, of.Account)
		return
	}
	l.isUsed(owner, "buckets."+of.Name)
	b.BucketName = of.BucketName
	for _, other := range s.Buckets {
		if other.Name != b.Name && other.BucketName == b.BucketName {
			l.err(codeTwice, s, part, "declare it once", "buckets %q and %q are the same bucket", other.Name, b.Name)
		}
	}
	l.bucketKey(s, b, owner, of)
	for i, w := range s.Workflows {
		at := fmt.Sprintf("workflows[%d]", i)
		for _, loc := range []struct {
			part string
			*Location
		}{{at + ".from", w.From}, {at + ".to", w.To}} {
			if loc.Location == nil || loc.Bucket != b.Name {
				continue
			}
			if n := len("s3://") + len(b.BucketName) + 1 + len(loc.Prefix); n > maxS3URI {
				l.err(codeLocation, s, loc.part, "shorten it", "location has %d characters as s3://…; Amazon Personalize takes %d", n, maxS3URI)
			}
			if w.Type == DataDeletion && of.Key != "" {
				l.err(codeDeletionKey, s, loc.part, "put the list into a bucket without key",
					"bucket %q is encrypted with a customer key, under which Personalize does not read a list of users to delete", b.Name)
			}
		}
	}
}

// bucketKey finds under which key of a setup a bucket of another one is: the same that the owner says.
func (l *linker) bucketKey(s *Setup, b *Bucket, owner *Setup, of *Bucket) {
	said := b.Key
	b.Key = ""
	if of.Key == "" {
		if said != "" {
			l.err(codeOf, s, "buckets."+b.Name+".key", "leave it out", "bucket %q has no key in setup %q", of.Name, owner.Name)
		}
		return
	}
	is := Owned{owner.Name, of.Key}
	if k := owner.Key(of.Key); k.Of.Elsewhere() {
		is = k.Of
	}
	for _, k := range s.Keys {
		if k.Of == is {
			b.Key = k.Name
		}
	}
	switch {
	case b.Key == "":
		l.err(codeOf, s, "buckets."+b.Name+".of", "write `keys: {"+is.Name+": {of: "+is.String()+"}}`",
			"bucket %q of setup %q is encrypted with key %q, which this setup has to have, too", of.Name, owner.Name, of.Key)
	case said != "" && said != b.Key:
		l.err(codeOf, s, "buckets."+b.Name+".key", "write `key: "+b.Key+"`, or leave it out",
			"bucket %q is encrypted with key %q in setup %q, and key %q is another one", of.Name, of.Key, owner.Name, said)
	}
}
