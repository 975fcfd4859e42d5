package policy

// Cut is a place in the JSON of a document where the value of a reference belongs.
type Cut struct {
	At  int // bytes of the JSON that stand before it
	Ref Ref
}

// CutJSON returns d as [Document.JSON] does, but leaves references out and tells where they belong:
// inside of a JSON string, so that a value put there has to be fit for one. It is for targets that
// write references in a notation of their own.
func (d Document) CutJSON() ([]byte, []Cut) {
	cuts := []Cut{}
	w := writer{vars: d.Version == Version2012, cuts: &cuts}
	w.document(d)
	return append(w.b, '\n'), cuts
}

// cut writes t as a string without its references, and notes where they belong.
func (w *writer) cut(t Text) {
	w.b = append(w.b, '"')
	for _, p := range t.parts {
		if r, ok := p.(Ref); ok {
			*w.cuts = append(*w.cuts, Cut{At: len(w.b), Ref: r})
			continue
		}
		one := Text{parts: []Part{p}}
		s := one.IAM()
		if !w.vars {
			s = one.plain()
		}
		quoted := AppendJSONString(nil, s)
		w.b = append(w.b, quoted[1:len(quoted)-1]...)
	}
	w.b = append(w.b, '"')
}
