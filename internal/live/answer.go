package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// clock is how the AWS CLI prints times (its setting cli_timestamp_format is iso8601).
const clock = "2006-01-02T15:04:05.999999-07:00"

// documents are the members that the AWS CLI decodes: policies of IAM, which come as escaped JSON
// (IAM API Reference, GetRolePolicy).
var documents = map[string]bool{"AssumeRolePolicyDocument": true, "PolicyDocument": true,
	"Document": true}

// answer returns what the SDK has read as the AWS CLI prints it: members by the names that the API
// has, those that were not sent left out.
func answer(out any) ([]byte, error) {
	v, err := value(reflect.ValueOf(out))
	if err != nil {
		return nil, err
	}
	return indented(v)
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// value returns v as something that json writes; nil where it was not sent.
func value(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		return value(v.Elem())
	case reflect.String:
		if v.Len() == 0 && v.Type().PkgPath() != "" { // an enumeration
			return nil, nil
		}
		return v.String(), nil
	case reflect.Slice:
		if v.IsNil() {
			return nil, nil
		}
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = value(v.Index(i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Map:
		object := map[string]any{}
		for _, k := range v.MapKeys() {
			m, err := value(v.MapIndex(k))
			if err != nil {
				return nil, err
			}
			object[k.String()] = m
		}
		return object, nil
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t.Format(clock), nil
		}
		return members(v)
	case reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return v.Interface(), nil
	}
	return nil, fmt.Errorf("a member of type %s has no form in JSON", v.Type())
}

func members(v reflect.Value) (any, error) {
	object := map[string]any{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		m, err := value(v.Field(i))
		if err != nil {
			return nil, err
		}
		if m == nil {
			continue
		}
		if s, ok := m.(string); ok && documents[f.Name] {
			m = document(s)
		}
		object[f.Name] = m
	}
	return object, nil
}

// document returns the policy in s, or s itself where that is not JSON.
func document(s string) any {
	text := s
	if !strings.HasPrefix(strings.TrimSpace(s), "{") {
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return s
		}
		text = decoded
	}
	if !json.Valid([]byte(text)) {
		return s
	}
	return json.RawMessage(text)
}
