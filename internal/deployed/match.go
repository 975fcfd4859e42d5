package deployed

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Kind is the way in which two states differ.
type Kind string

// The kinds of differences.
const (
	Missing Kind = "missing" // wanted, and not there
	Extra   Kind = "extra"   // there, and not wanted
	Twice   Kind = "twice"   // there more than once, so that one of them would win or AWS would refuse
	Changed Kind = "changed" // there, and not as wanted
	Unread  Kind = "unread"  // not understood
)

// Difference is one way in which a state is not the wanted one.
type Difference struct {
	Kind    Kind
	Subject string // what differs: bucket "data"
	Field   string // of the subject: Versioning, Tags["team"].Value; "" for the subject itself
	Want    string // the values, for people; "" where there is none
	Have    string
	At      Place // in the artifact that was read

	// Document is the name of the wanted document, or where only one is there its subject, when a document differs.
	Document string
	WantDoc  *policy.Document
	HaveDoc  *policy.Document
	Places   []Place // of the statements of HaveDoc
}

// String says the difference in one line, without its place.
func (d Difference) String() string {
	return strings.ReplaceAll(d.line(), "${$}", "$") // the policy language's notation of a dollar sign
}

func (d Difference) line() string {
	name := d.Subject
	switch {
	case d.Subject == "":
		name = d.Field
	case d.Field != "":
		name = d.Field + " of " + d.Subject
	}
	switch d.Kind {
	case Missing:
		return name + " is missing"
	case Extra:
		return name + " is not part of the setup"
	case Twice:
		return name + " is there more than once"
	case Unread:
		return d.Have
	}
	if d.WantDoc != nil || d.HaveDoc != nil {
		return name + " is not what the setup says"
	}
	have, want := apart(d.Have, d.Want)
	return fmt.Sprintf("%s is %q, and the setup says %q", name, have, want)
}

// apart returns two texts without most of what long ones begin and end with alike.
func apart(a, b string) (string, string) {
	const long, kept = 200, 30
	if len(a) < long && len(b) < long {
		return a, b
	}
	x, y := []rune(a), []rune(b)
	from := 0
	for from < min(len(x), len(y)) && x[from] == y[from] {
		from++
	}
	end := 0
	for end < min(len(x), len(y))-from && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	cut := func(r []rune) string {
		before, after := "", ""
		to := len(r)
		if end > kept {
			to, after = len(r)-end+kept, "…"
		}
		start := 0
		if from > kept {
			start, before = from-kept, "…"
		}
		return before + string(r[start:to]) + after
	}
	return cut(x), cut(y)
}

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

// sameKeys pairs the references to created keys, have's to want's, by alias.
func sameKeys(want, have State) map[policy.Ref]policy.Ref {
	byAlias := map[string]policy.Ref{}
	for _, k := range want.Keys {
		if ref, ok := single(k.ARN.V); ok && k.Created {
			for _, a := range k.Aliases {
				byAlias[a.V.String()] = ref
			}
		}
	}
	pairs := map[policy.Ref]policy.Ref{}
	for _, k := range have.Keys {
		ref, ok := single(k.ARN.V)
		if !ok {
			continue
		}
		for _, a := range k.Aliases {
			if to, ok := byAlias[a.V.String()]; ok {
				pairs[ref] = to
			}
		}
	}
	return pairs
}

// single returns the reference that a text consists of.
func single(t policy.Text) (policy.Ref, bool) {
	parts := t.Parts()
	if len(parts) != 1 {
		return policy.Ref{}, false
	}
	ref, ok := parts[0].(policy.Ref)
	return ref, ok
}

// Rename returns s with the references in it replaced, in values and in documents; s itself is not changed.
func (s State) Rename(pairs map[policy.Ref]policy.Ref) State {
	if len(pairs) == 0 {
		return s
	}
	return s.MapTexts(func(t policy.Text) policy.Text {
		if len(t.Refs()) == 0 {
			return t
		}
		parts := slices.Clone(t.Parts())
		for i, p := range parts {
			if ref, ok := p.(policy.Ref); ok {
				if to, ok := pairs[ref]; ok {
					parts[i] = to
				}
			}
		}
		return policy.NewText(parts...)
	})
}

// Fill returns s with the references that env knows replaced by their values; s itself is not changed. Attachments
// that become the same are one: a policy is attached to a role or not, whoever asks for it.
func (s State) Fill(env policy.Env) State {
	s = s.MapTexts(func(t policy.Text) policy.Text { return t.Fill(env) })
	seen := map[string]bool{}
	s.Attachments = slices.DeleteFunc(s.Attachments, func(a Attachment) bool {
		k := key(reflect.ValueOf(a))
		twice := seen[k]
		seen[k] = true
		return twice
	})
	return s
}

// MapTexts returns a copy of s in which f has replaced each Text.
func (s State) MapTexts(f func(policy.Text) policy.Text) State {
	return mapValue(reflect.ValueOf(s), f).Interface().(State)
}

var (
	textType     = reflect.TypeFor[policy.Text]()
	documentType = reflect.TypeFor[policy.Document]()
)

func mapValue(v reflect.Value, f func(policy.Text) policy.Text) reflect.Value {
	switch {
	case v.Type() == textType:
		return reflect.ValueOf(f(v.Interface().(policy.Text)))
	case v.Type() == documentType:
		return reflect.ValueOf(v.Interface().(policy.Document).MapTexts(f))
	}
	switch v.Kind() {
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(mapValue(v.Field(i), f))
		}
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapValue(v.Index(i), f))
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(mapValue(v.Elem(), f))
		return out
	}
	return v
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

// line returns the first line in which two texts differ, in each of them, and its place: at is that
// of the second text's beginning. Texts of one line are returned as they are.
func line(want, have string, at Place) (string, string, Place) {
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(have, "\n")
	if len(a) == 1 && len(b) == 1 {
		return want, have, at
	}
	i := 0
	for i < min(len(a), len(b))-1 && a[i] == b[i] {
		i++
	}
	if at.Line > 0 && i > 0 {
		at.Line, at.Col = at.Line+i, 0
	}
	return a[i], b[i], at
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
