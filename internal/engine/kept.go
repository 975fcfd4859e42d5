package engine

import (
	"slices"
	"sync"

	"github.com/pzgen/pzgen/internal/shape"
	"github.com/pzgen/pzgen/spec"
)

// kept is what is held of the setups of a large spec: of each shape the first setup, of the others
// the values in which they differ.
type kept struct {
	lock   sync.Mutex
	firsts map[string]*spec.Setup
	keys   map[string]string // each key once
	values map[*spec.Setup]member
}

// member is a setup of a shape.
type member struct {
	key    string
	values []string
	at     spec.Place // a map for one place takes more memory than all that is here
}

func newKept() *kept {
	return &kept{firsts: map[string]*spec.Setup{}, keys: map[string]string{}, values: map[*spec.Setup]member{}}
}

// light returns a setup without what others of its shape have too.
func (k *kept) light(s *spec.Setup) *spec.Setup {
	key, values, ok := shape.Of(s)
	if !ok {
		return s
	}
	values = slices.Clip(values)
	k.lock.Lock()
	defer k.lock.Unlock()
	at := s.Places[""]
	if first, ok := k.firsts[key]; ok {
		s = &spec.Setup{Name: s.Name, Targets: first.Targets}
	} else {
		k.firsts[key], k.keys[key] = s, key
	}
	k.values[s] = member{k.keys[key], values, at}
	return s
}

// of returns the shape of a setup, its values and a whole setup of the shape, or nil.
func (k *kept) of(s *spec.Setup) (key string, values []string, first *spec.Setup) {
	if m, ok := k.values[s]; ok {
		return m.key, m.values, k.firsts[m.key]
	}
	key, values, ok := shape.Of(s)
	if !ok {
		return "", nil, nil
	}
	return key, values, s
}

// whole returns the setup that light had.
func (k *kept) whole(s *spec.Setup) *spec.Setup {
	m, ok := k.values[s]
	if !ok || k.firsts[m.key] == s {
		return s
	}
	out := shape.NewGroup(k.firsts[m.key]).With(m.values)
	out.Places = spec.Places{"": m.at}
	return out
}
