package shell

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// document returns the policy that a function prints, in terms of names that are assigned a
// literal. It is nil after something was refused.
func (r *run) document(w *word) *deployed.Document {
	d := r.docs[w.function]
	if d == nil || w.function == tagsFunction {
		r.refuse(w.at, "command substitution", w.raw, "no function prints a policy of this name")
		return nil
	}
	if d.policy == nil && !d.wrong {
		d.policy = r.decode(d)
		d.wrong = d.policy == nil
	}
	d.used = true
	if d.wrong {
		return nil
	}
	for _, ref := range d.policy.Refs() {
		switch n := r.names[ref.ID]; {
		case n == nil:
			r.refuse(d.at, "name", ref.ID, "it is assigned no value")
			return nil
		case n.pending() && r.made == nil: // in destroy.sh, it is of a key that apply.sh made
			r.refuse(w.at, "order", w.raw, ref.ID+" is not known yet: the key comes later")
			return nil
		}
	}
	out := &deployed.Document{Document: d.policy.MapTexts(r.resolve), At: r.place(d.at)}
	first := r.place(d.body).Line
	for _, s := range out.Document.Statements {
		out.Statements = append(out.Statements,
			deployed.Place{Path: r.path, Line: first + s.Pos.Line - 1, Col: s.Pos.Col})
	}
	return out
}

// merged returns the policy that a function prints, as statements that are put into another; for ”
// there are none of them, and those that an earlier run put there go.
func (r *run) merged(w *word) *deployed.Document {
	if w.function == "" {
		return &deployed.Document{Merge: true, At: r.place(w.at)}
	}
	d := r.document(w)
	if d == nil {
		return nil
	}
	d.Merge = true
	named := slices.Contains(d.Document.Refs(), nameRef("ROLE_NAME"))
	if named && r.made == nil && len(r.state.Roles) == 0 {
		r.refuse(w.at, "order", w.raw, "it names the role, which is not set up yet: AWS refuses it")
	}
	return d
}

// decode reads the JSON of a policy document.
func (r *run) decode(d *heredoc) *policy.Document {
	// A character of tokens, written as JSON's escape, would become one.
	if strings.Contains(strings.ToLower(d.text), `\udb80`) {
		r.refuse(d.body, "character", `\udb80`, "a policy has no characters for private use")
		return nil
	}
	doc, err := policy.DecodeJSON([]byte(d.text))
	if err != nil {
		at, why := r.place(d.body), err.Error()
		var bad *policy.Error
		if errors.As(err, &bad) && bad.Line > 0 {
			at.Line, at.Col, why = at.Line+bad.Line-1, bad.Col, bad.Message
		}
		r.refuseAt(at, "policy", excerpt(d.raw), why)
		return nil
	}
	doc = d.tokens.Document(doc)
	refs := 0
	doc.MapTexts(func(t policy.Text) policy.Text {
		refs += len(t.Refs())
		return t
	})
	if refs != d.names {
		r.refuse(d.body, "policy", excerpt(d.raw),
			"a name is where no value is, in a Sid for example")
		return nil
	}
	return &doc
}

// readTags reads the tags of everything that is made.
func (r *run) readTags() {
	d := r.docs[tagsFunction]
	if d == nil {
		return // which is refused
	}
	d.used = true
	refuse := func(why string) { r.refuse(d.body, "tags", excerpt(d.raw), why) }
	var list []map[string]any
	decoder := json.NewDecoder(strings.NewReader(d.text))
	err := decoder.Decode(&list)
	if _, end := decoder.Token(); err != nil || end != io.EOF || d.names > 0 {
		refuse(`they are not a JSON list of {"Key": "…", "Value": "…"}, without names`)
		return
	}
	owner := false
	for _, t := range list {
		key, keyed := t["Key"].(string)
		value, valued := t["Value"].(string)
		if !keyed || !valued || len(t) != 2 {
			refuse(`a tag is {"Key": "…", "Value": "…"}`)
			return
		}
		r.tags = append(r.tags, deployed.Tag{Key: deployed.Lit(key), Value: deployed.Lit(value)})
		setup := r.names["SETUP"]
		owner = owner || key == ownerTag && setup != nil && value == setup.value
	}
	if !owner {
		refuse("without the tag " + ownerTag +
			" of this setup, no run knows what an earlier one made")
	}
}

// texts reads a JSON list of texts.
func (r *run) texts(w word) ([]policy.Text, bool) {
	var tokens deployed.Tokens
	var b strings.Builder
	for _, p := range w.text.Parts() {
		switch p := p.(type) {
		case policy.Lit:
			b.WriteString(string(p))
		case policy.Ref:
			b.WriteString(tokens.Token(p))
		case policy.Var:
			b.WriteString(p.Name) // a dollar sign
		}
	}
	var list []any
	ok := json.Unmarshal([]byte(b.String()), &list) == nil
	out := make([]policy.Text, len(list))
	for i, v := range list {
		s, text := v.(string)
		ok = ok && text
		out[i] = tokens.Text(s)
	}
	if !ok {
		r.refuse(w.at, "argument", excerpt(w.raw), "it is not a JSON list of texts")
	}
	return out, ok
}
