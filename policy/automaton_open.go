package policy

import "slices"

// widened returns the languages with a "*" for each variable.
func (l *languages) widened(list []*language) []*language {
	out := slices.Clone(list)
	for i, x := range list {
		if len(x.vars) == 0 {
			continue
		}
		patterns := make([][]token, len(x.patterns))
		for j, p := range x.patterns {
			patterns[j] = slices.Clone(p)
			for k, t := range p {
				if t.char < 0 {
					patterns[j][k] = token{wild: '*'}
				}
			}
		}
		out[i] = l.of(patterns...)
	}
	return out
}

// closed returns the languages that have no variables.
func closed(list []*language) []*language {
	open := func(x *language) bool { return len(x.vars) > 0 }
	return slices.DeleteFunc(slices.Clone(list), open)
}
