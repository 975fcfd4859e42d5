package adopt

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/start"
)

// parts returns what of a draft can be left out, beside statements.
func (d *draft) parts() []*element {
	all := append([]*element{&d.called, &d.bounded, &d.group.element}, d.flows...)
	for _, b := range d.buckets {
		all = append(all, &b.element)
	}
	for _, k := range d.keys {
		all = append(all, &k.element)
	}
	return all
}

// makeUp makes up a bucket and a workflow where there is none: a setup has both. It reports
// whether it did; a bucket that was made up and is left out too is not made up again, nor is a
// workflow of one bucket.
func (d *draft) makeUp() bool {
	made := false
	in := func(b *bucket) bool { return !b.out }
	if !slices.ContainsFunc(d.buckets, in) && !d.madeBucket {
		d.madeBucket, made = true, true
		b := &bucket{id: "data", created: true,
			name: start.BucketFor(start.Answers{Setup: d.name, Account: d.account})}
		if len(d.buckets) > 0 {
			b.id = d.freeID(b.name)
		}
		d.buckets = append(d.buckets, b)
		d.note("no bucket is named in what was read: this one is made up")
	}
	i := slices.IndexFunc(d.buckets, in)
	flows := slices.ContainsFunc(d.flows, func(e *element) bool { return !e.out })
	if i >= 0 && d.madeIn != d.buckets[i].id && !flows {
		d.madeIn, made = d.buckets[i].id, true
		f := Flow{Type: "import", From: d.buckets[i].id + "/datasets/"}
		d.flows = append(d.flows, &element{flow: f})
		d.note("no location of data is seen in what was read: the workflow is made up")
	}
	return made
}

// without returns how many parts beside statements are left out.
func (d *document) without() int {
	n := 0
	for _, one := range d.drafts {
		for _, e := range one.parts() {
			if e.out {
				n++
			}
		}
	}
	return n
}

// leftOut reports whether the bucket or key is left out that a statement is of.
func (d *draft) leftOut(owner string) bool {
	kind, id, _ := strings.Cut(owner, ".")
	return kind == "buckets" && slices.ContainsFunc(d.buckets, func(b *bucket) bool { return b.id == id && b.out }) ||
		kind == "keys" && slices.ContainsFunc(d.keys, func(k *key) bool { return k.id == id && k.out })
}

// leaveOut leaves out all statements with an effect, and reports whether there were any. Those
// that deny are the first that keep a workflow from working.
func (d *document) leaveOut(why, effect string) bool {
	left := false
	for _, one := range d.drafts {
		for _, e := range one.kept {
			if !e.out && e.given.statement.Effect == effect {
				e.out, e.reason, left = true, why, true
			}
		}
	}
	return left
}
