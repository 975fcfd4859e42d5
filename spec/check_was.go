package spec

import "strings"

// former is what is known of the names of one kind of entry: which there are, and which were given as
// former ones.
type former struct {
	where     string
	now, once map[string]string // names that there are, and former ones with the entry that had them
}

func formerNames[T any](where string, list []named[T]) *former {
	f := &former{where: where, now: map[string]string{}, once: map[string]string{}}
	for _, e := range list {
		f.now[e.name] = e.name
	}
	return f
}

// former checks the former names of an entry and returns them: one that another entry has or had
// would take that one's place in a stack or in Terraform's state.
func (c *checker) former(all *former, name string, list []text) []string {
	var out []string
	for _, t := range list {
		if !t.ok {
			continue
		}
		before, taken := all.once[t.v]
		switch {
		case t.v == name:
			c.err(codeWas, t.n, "leave it out", "%q has that name now", name)
			continue
		case all.now[t.v] != "":
			c.err(codeWas, t.n, "leave it out, or give the other one another name",
				"%q is the name of another entry of %s now", t.v, all.where)
			continue
		case taken:
			c.err(codeWas, t.n, "a name is one entry's: take it out of `was` of the other",
				"%q was the name of %q already", t.v, before)
			continue
		}
		all.once[t.v] = name
		out = append(out, strings.Clone(t.v))
	}
	return out
}
