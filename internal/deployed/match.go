package deployed

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Match compares everything that there is in two states and returns the differences, in the order of State's fields;
// none means that have is want. What have does not understand is a difference.
//
// A created key has no ARN before it is created: want has a reference of its own for it, and have one by the address
// of the resource. They are the same key when they have an alias in common.
//
// It compares values and documents as they are written, in the sense of [policy.Document.Normal] with Sids and Id,
// and does not ask whether two documents decide alike.
func Match(want, have State) []Difference {
	m := &matcher{}
	for _, u := range have.Unknown {
		m.add(Difference{Kind: Unread, Subject: u.Kind + " " + quote(u.What), Have: u.String(), At: u.At})
	}
	for _, u := range want.Unknown {
		m.add(Difference{Kind: Unread, Subject: u.Kind + " " + quote(u.What), Have: u.String(), At: u.At})
	}
	have = have.Rename(sameKeys(want, have))
	m.compare("", "", reflect.ValueOf(want), reflect.ValueOf(have), Place{})
	return m.found
}

// matcher walks two values of one type side by side. That it walks by reflection is what makes it complete: a field
// that is added to State is compared unless its tag says otherwise.
type matcher struct{ found []Difference }

func (m *matcher) add(d Difference) { m.found = append(m.found, d) }

// compare compares want and have, which are the field of a subject; at is where what they are part of was read.
func (m *matcher) compare(subject, field string, want, have reflect.Value, at Place) {
	if p, ok := have.Interface().(*Document); ok {
		m.document(subject, field, want.Interface().(*Document), p, at)
		return
	}
	if plain(want) {
		if here := placeOf(have); here != (Place{}) {
			at = here
		}
		if a, b := text(want), text(have); a != b {
			if want.Kind() == reflect.String {
				a, b, at = line(a, b, at)
			}
			m.add(Difference{Kind: Changed, Subject: subject, Field: field, Want: a, Have: b, At: at})
		}
		return
	}
	switch want.Kind() {
	case reflect.Struct:
		if here := placeOf(have); here != (Place{}) {
			at = here
		}
		for i := range want.NumField() {
			f := want.Type().Field(i)
			if f.Tag.Get("match") == "-" {
				continue
			}
			m.compare(subject, join(field, f.Name), want.Field(i), have.Field(i), at)
		}
	case reflect.Slice:
		m.list(subject, field, want, have, at)
	default:
		panic("deployed: no comparison for a field of type " + want.Type().String())
	}
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// list compares lists whose elements are identified by their key, or are their own.
func (m *matcher) list(subject, field string, want, have reflect.Value, at Place) {
	index := func(list reflect.Value) (map[string]reflect.Value, []string, []int) {
		by, keys := map[string]reflect.Value{}, make([]string, list.Len())
		var twice []int
		for i := range list.Len() {
			keys[i] = key(list.Index(i))
			if _, ok := by[keys[i]]; ok {
				twice = append(twice, i)
				continue
			}
			by[keys[i]] = list.Index(i)
		}
		return by, keys, twice
	}
	wanted, wantKeys, wantTwice := index(want)
	got, gotKeys, gotTwice := index(have)
	for _, i := range wantTwice {
		s, f := name(subject, field, want.Type().Elem(), wantKeys[i])
		m.add(Difference{Kind: Twice, Subject: s, Field: f, At: at})
	}
	for _, i := range gotTwice {
		s, f := name(subject, field, have.Type().Elem(), gotKeys[i])
		m.add(Difference{Kind: Twice, Subject: s, Field: f, At: orPlace(placeOf(have.Index(i)), at)})
	}
	for _, k := range wantKeys {
		s, f := name(subject, field, want.Type().Elem(), k)
		if _, ok := got[k]; !ok {
			d := Difference{Kind: Missing, Subject: s, Field: f, At: at}
			if doc := documentOf(wanted[k]); doc != nil {
				d.Document, d.WantDoc = doc.Name, &doc.Document
			}
			m.add(d)
			continue
		}
		if !plain(wanted[k]) {
			m.compare(s, f, wanted[k], got[k], at)
		}
	}
	for _, k := range gotKeys {
		if _, ok := wanted[k]; !ok {
			s, f := name(subject, field, have.Type().Elem(), k)
			m.add(Difference{Kind: Extra, Subject: s, Field: f, At: orPlace(placeOf(got[k]), at)})
		}
	}
}

// documentOf returns the document that an element of a list is about, in its field Policy; or nil.
func documentOf(element reflect.Value) *Document {
	if element.Kind() != reflect.Struct {
		return nil
	}
	if f := element.FieldByName("Policy"); f.IsValid() {
		d, _ := f.Interface().(*Document)
		return d
	}
	return nil
}

func orPlace(p, otherwise Place) Place {
	if p == (Place{}) {
		return otherwise
	}
	return p
}

// name returns the subject and field of an element of a list. Elements of State's own lists are subjects.
func name(subject, field string, element reflect.Type, key string) (string, string) {
	if subject == "" {
		if element.Kind() == reflect.Struct && !isValue(element) {
			return words(element.Name()) + " " + key, ""
		}
		return words(field) + " " + key, ""
	}
	return subject, field + "[" + key + "]"
}

// words returns a name of Go as words: DatasetGroup is dataset group.
func words(name string) string {
	var b strings.Builder
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte(' ')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// key returns what identifies an element of a list: its fields with the tag key, or itself.
func key(v reflect.Value) string {
	if plain(v) {
		return quote(text(v))
	}
	var parts []string
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("match") == "key" {
			parts = append(parts, quote(text(v.Field(i))))
		}
	}
	if parts == nil {
		panic("deployed: a list of " + v.Type().String() + " has no key")
	}
	return strings.Join(parts, " ")
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// isValue reports whether a type is one of the Values.
func isValue(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[Text](), reflect.TypeFor[Bool](), reflect.TypeFor[Int]():
		return true
	}
	return false
}

// plain reports whether a value is compared as a whole, by its text.
func plain(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int:
		return true
	}
	return isValue(v.Type())
}

// text returns a plain value as text in which two values are equal exactly when they are alike.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Text:
		return x.V.String()
	case Bool:
		return fmt.Sprint(x.V)
	case Int:
		return fmt.Sprint(x.V)
	}
	return fmt.Sprint(v.Interface())
}

// placeOf returns where a value was read, if it says so.
func placeOf(v reflect.Value) Place {
	if v.Kind() != reflect.Struct {
		return Place{}
	}
	f := v.FieldByName("At")
	if !f.IsValid() {
		return Place{}
	}
	return f.Interface().(Place)
}

// document compares documents. What is compared is what AWS stores: the meaning of each statement, its Sid, and
// Version and Id of the whole.
func (m *matcher) document(subject, field string, want, have *Document, at Place) {
	d := Difference{Subject: subject, Field: field, At: at}
	if have != nil {
		d.HaveDoc, d.Places = &have.Document, have.Statements
		d.At = orPlace(have.At, at)
	}
	if want != nil {
		d.WantDoc, d.Document = &want.Document, want.Name
	}
	switch {
	case want == nil && have == nil:
		return
	case have == nil:
		d.Kind = Missing
	case want == nil:
		d.Kind = Extra
	case !SameDocument(want.Document, have.Document):
		d.Kind = Changed
	case want.Merge != have.Merge:
		d.Kind, d.WantDoc, d.HaveDoc = Changed, nil, nil
		d.Field, d.Want, d.Have = join(field, "Merge"), fmt.Sprint(want.Merge), fmt.Sprint(have.Merge)
	default:
		return
	}
	m.add(d)
}

// SameDocument reports whether two documents are written alike, but for the order of statements and of lists: Version,
// Id, and for each statement its Sid and what [policy.Statement.Normal] tells.
func SameDocument(a, b policy.Document) bool {
	if len(a.Refs())+len(b.Refs()) > 0 {
		a, b = a.MapTexts(spelled), b.MapTexts(spelled)
	}
	return a.Version == b.Version && a.ID == b.ID && slices.Equal(lines(a), lines(b))
}

// spelled returns t as a literal in a notation that tells a reference from text that looks like one.
func spelled(t policy.Text) policy.Text { return policy.Literal(t.String()) }

func lines(d policy.Document) []string {
	out := make([]string, len(d.Statements))
	for i, s := range d.Statements {
		out[i] = policy.JSONString(s.Sid) + s.Normal()
	}
	sort.Strings(out)
	return out
}
