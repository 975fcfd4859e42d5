package deployed

import (
	"reflect"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// sameKeys pairs the references to keys whose ARNs are known on deployment, have's to want's, by
// alias.
func sameKeys(want, have State) map[policy.Ref]policy.Ref {
	byAlias := map[string]policy.Ref{}
	for _, k := range want.Keys {
		if ref, ok := single(k.ARN.V); ok {
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

// Rename returns s with the references in it replaced, in values and in documents; s itself is not
// changed.
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

// Fill returns s with the references that env knows replaced by their values; s itself is not
// changed. Attachments that become the same are one: a policy is attached to a role or not, whoever
// asks for it.
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
	return s.mapped(func(v reflect.Value) (reflect.Value, bool) {
		switch v.Type() {
		case textType:
			return reflect.ValueOf(f(v.Interface().(policy.Text))), true
		case documentType:
			return reflect.ValueOf(v.Interface().(policy.Document).MapTexts(f)), true
		}
		return v, false
	})
}

// MapPlaces returns a copy of s in which f has replaced each place that is known.
func (s State) MapPlaces(f func(Place) Place) State {
	return s.mapped(func(v reflect.Value) (reflect.Value, bool) {
		switch v.Type() {
		case placeType:
			if p := v.Interface().(Place); p != (Place{}) {
				return reflect.ValueOf(f(p)), true
			}
			return v, true
		case textType, documentType: // they have no places of files
			return v, true
		}
		return v, false
	})
}

var (
	textType     = reflect.TypeFor[policy.Text]()
	documentType = reflect.TypeFor[policy.Document]()
	placeType    = reflect.TypeFor[Place]()
)

// mapped returns a copy of s in which each value that replace answers for is what it returns.
func (s State) mapped(replace func(reflect.Value) (reflect.Value, bool)) State {
	return mapValue(reflect.ValueOf(s), replace).Interface().(State)
}

func mapValue(v reflect.Value, replace func(reflect.Value) (reflect.Value, bool)) reflect.Value {
	if to, ok := replace(v); ok {
		return to
	}
	switch v.Kind() {
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(mapValue(v.Field(i), replace))
		}
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapValue(v.Index(i), replace))
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(mapValue(v.Elem(), replace))
		return out
	}
	return v
}

// FillJSON returns a text that is JSON but for references inside of its strings, with the values
// that env has for them, escaped as JSON wants it.
func FillJSON(t policy.Text, env policy.Env) string {
	var b strings.Builder
	for _, part := range t.Parts() {
		switch part := part.(type) {
		case policy.Lit:
			b.WriteString(string(part))
		case policy.Ref:
			quoted := policy.JSONString(env[part])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
