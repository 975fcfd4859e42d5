package policy

import (
	"maps"
	"slices"
)

// JSON returns the case as [ReadCases] reads it, on one line without a line feed. A resource policy
// without statements is left out: it is none.
func (c Case) JSON() []byte {
	b := AppendJSONString([]byte(`{"name":`), c.Name)
	b = append(c.Request.appendJSON(append(b, `,"request":`...)), `,"policies":`...)
	b = c.Policies.appendJSON(b)
	if c.Expect != "" {
		b = AppendJSONString(append(b, `,"expect":`...), c.Expect)
	}
	return append(b, '}')
}

func (r Request) appendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"principal":`...), r.Principal)
	b = AppendJSONString(append(b, `,"action":`...), r.Action)
	b = AppendJSONString(append(b, `,"resource":`...), r.Resource)
	if r.ResourceAccount != "" {
		b = AppendJSONString(append(b, `,"resourceAccount":`...), r.ResourceAccount)
	}
	if len(r.Context) > 0 {
		b = append(b, `,"context":{`...)
		for i, key := range slices.Sorted(maps.Keys(r.Context)) {
			b = append(AppendJSONString(comma(b, i), key), ':')
			b = appendList(b, r.Context[key], AppendJSONString)
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func (p Policies) appendJSON(b []byte) []byte {
	b = append(b, '{')
	n := 0
	name := func(s string) {
		b = append(AppendJSONString(comma(b, n), s), ':')
		n++
	}
	document := func(b []byte, d Document) []byte { return append(b, d.Compact()...) }
	documents := func(b []byte, list []Document) []byte { return appendList(b, list, document) }
	for _, l := range []struct {
		name string
		docs []Document
	}{{"identity", p.Identity}, {"permissionsBoundaries", p.PermissionsBoundaries}, {"session", p.Session}} {
		if l.docs != nil {
			name(l.name)
			b = documents(b, l.docs)
		}
	}
	if p.Resource != nil && len(p.Resource.Statements) > 0 {
		name("resource")
		b = document(b, *p.Resource)
	}
	for _, l := range []struct {
		name   string
		levels [][]Document
	}{{"serviceControl", p.ServiceControl}, {"resourceControl", p.ResourceControl}} {
		if l.levels != nil {
			name(l.name)
			b = appendList(b, l.levels, documents)
		}
	}
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range list {
		b = one(comma(b, i), v)
	}
	return append(b, ']')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}
