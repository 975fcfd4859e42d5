package account

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/pzgen/pzgen/policy"
)

// input is the parameters of a call, by their names in the AWS CLI. A value is a string from the
// command line, or anything from --cli-input-json.
type input struct {
	values map[string]any
	query  string // what the AWS CLI is to print of the answer
	err    error  // the first parameter that had not the form it must have
}

func parse(op operation, args []string) (*input, error) {
	known := map[string]bool{} // true: required
	positional := 0
	for _, p := range strings.Fields(op.params) {
		if p == "*" {
			positional++
			continue
		}
		known[strings.TrimSuffix(p, "!")] = strings.HasSuffix(p, "!")
	}
	in := &input{values: map[string]any{}}
	var fromJSON string
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "--") {
			in.values[fmt.Sprint(len(in.values))] = args[i]
			if positional--; positional < 0 {
				return nil, fmt.Errorf("there is an argument too many, %q", args[i])
			}
			continue
		}
		name, value, inline := strings.Cut(args[i][2:], "=")
		_, ok := known[name]
		if !ok && name != "cli-input-json" && name != "query" {
			return nil, fmt.Errorf("unknown option %q", "--"+name)
		}
		if strings.Contains(flags, " "+name+" ") && !inline {
			in.values[name] = "true"
			continue
		}
		if !inline {
			if i+1 == len(args) {
				return nil, fmt.Errorf("option %q has no value", "--"+name)
			}
			i++
			value = args[i]
			for name == listOption && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
				i++
				value += " " + args[i]
			}
			if strings.HasPrefix(value, "-") {
				return nil, fmt.Errorf("the value %q of %q looks like an option", value, "--"+name)
			}
		}
		for _, scheme := range []string{"file://", "fileb://", "http://", "https://"} {
			if strings.HasPrefix(value, scheme) {
				return nil, fmt.Errorf("the AWS CLI would read the value %q of %q from elsewhere",
					value, "--"+name)
			}
		}
		switch name {
		case "cli-input-json":
			fromJSON = value
		case "query":
			in.query = value
		default:
			in.values[name] = value
		}
	}
	if fromJSON != "" {
		var o map[string]any
		if err := json.Unmarshal([]byte(fromJSON), &o); err != nil {
			return nil, fmt.Errorf("--cli-input-json is not JSON: %w", err)
		}
		for k, v := range o {
			name := kebab(k)
			if _, ok := known[name]; !ok {
				return nil, fmt.Errorf("unknown parameter %q", k)
			}
			in.values[name] = v
		}
	}
	for name, required := range known {
		if required && in.values[name] == nil {
			return nil, fmt.Errorf("option %q is missing", "--"+name)
		}
	}
	return in, nil
}

// listOption is the option that takes any number of values.
const listOption = "resource-type-filters"

// flags are the options without a value.
const flags = " set-as-default only-show-errors "

// kebab returns the name of a parameter in the API as its option in the AWS CLI.
func kebab(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (in *input) fail(name string) {
	if in.err == nil {
		in.err = fmt.Errorf("parameter %q has not the form that it must have: %v", name,
			in.values[name])
	}
}

func (in *input) str(name string) string {
	switch v := in.values[name].(type) {
	case nil:
		return ""
	case string:
		return v
	}
	in.fail(name)
	return ""
}

// into reads a parameter that is JSON, or the CLI's shorthand for an object of strings.
func (in *input) into(name string, out any) {
	v := in.values[name]
	if s, ok := v.(string); ok {
		if strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			if strict([]byte(s), out) != nil {
				in.fail(name)
			}
			return
		}
		o := map[string]string{}
		for _, pair := range strings.Split(s, ",") {
			key, value, ok := strings.Cut(pair, "=")
			if !ok {
				in.fail(name)
			}
			o[key] = value
		}
		v = o
	}
	b, err := json.Marshal(v)
	if err != nil || strict(b, out) != nil {
		in.fail(name)
	}
}

func strict(b []byte, out any) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	return d.Decode(out)
}

// tags reads tags in any of the three notations of AWS.
func (in *input) tags(name string) map[string]string {
	tags := map[string]string{}
	if in.values[name] == nil {
		return tags
	}
	var list []map[string]string
	in.into(name, &list)
	for _, t := range list {
		for _, k := range [][2]string{{"Key", "Value"}, {"TagKey", "TagValue"},
			{"tagKey", "tagValue"}} {
			if key, ok := t[k[0]]; ok && len(t) == 2 {
				tags[key] = t[k[1]]
			}
		}
	}
	if len(tags) != len(list) {
		in.fail(name)
	}
	return tags
}

// queried returns what --query asks for, which is {Name: Name, ...}. Of what is not there the AWS
// CLI prints null.
func (in *input) queried(out any) (any, error) {
	if in.query == "" {
		return out, nil
	}
	have, _ := out.(object)
	picked := object{}
	for _, pair := range strings.Split(strings.Trim(in.query, "{}"), ",") {
		name, from, ok := strings.Cut(strings.TrimSpace(pair), ": ")
		if !ok || name != from {
			return nil, fmt.Errorf("--query %q is not one that pzgen's scripts use", in.query)
		}
		picked[name] = have[from]
	}
	return picked, nil
}

func encode(out any) string {
	if out == nil {
		return ""
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(err) // answers are made of maps, lists and strings
	}
	return string(b) + "\n"
}

// raw is a document as it stands, inside of an answer.
func raw(doc string) json.RawMessage { return json.RawMessage(doc) }

// decode checks a policy document and gives the principals of type AWS that it names.
func decode(doc string) ([]string, error) {
	d, err := policy.DecodeJSON([]byte(doc))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range d.Statements {
		if s.Principal == nil {
			continue
		}
		for _, t := range s.Principal.Types {
			for _, v := range t.Values.Values {
				names = append(names, v.IAM())
			}
		}
	}
	return names, nil
}
