// Package actions knows the actions of the AWS services that setups of Amazon Personalize have to
// do with: which there are, which types of resources each works on, and which condition keys it
// has.
//
// The table is what AWS's Service Authorization Reference says on the day of [Table.Date]. AWS adds
// actions every week, so one that the table lacks is "not known", never certainly wrong. It is
// refreshed with internal/actions/refresh, which says how. Services beyond the table are not
// checked.
package actions

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed table.txt
var embedded string

// Table is what is known of actions. It is not changed after it was read.
type Table struct {
	Date     string // of what it says
	services map[string]*service
}

// Level is the access level of an action, as AWS's reference has it.
type Level string

// The access levels (IAM User Guide, access_policies_understand-policy-summary-access-level-summaries).
const (
	List        Level = "list"
	Read        Level = "read"
	Write       Level = "write"
	Tagging     Level = "tagging"
	Permissions Level = "permissions" // it grants or changes access
)

type service struct {
	name    string
	types   map[string][]arnPattern // ARNs of the types of resources
	keys    []string                // condition keys; one that ends in "*" is a beginning
	sets    map[string][]string     // of condition keys, which actions share
	actions map[string]*action      // by name in lower case
}

type action struct {
	name  string
	level Level
	types []string
	keys  []string
}

var builtIn = sync.OnceValue(func() *Table { return read(embedded).corrected() })

// Default returns the table that is built in.
func Default() *Table { return builtIn() }

// read reads a table that internal/actions/refresh wrote. It panics at a line of another form: the
// table is part of the program.
func read(data string) *Table {
	t := &Table{services: map[string]*service{}}
	var s *service
	for line := range strings.Lines(data) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		switch what, rest := f[0], f[1:]; what {
		case "date":
			t.Date = rest[0]
		case "service":
			s = &service{name: rest[0], types: map[string][]arnPattern{},
				sets: map[string][]string{"0": nil}, actions: map[string]*action{}}
			t.services[s.name] = s
		case "type":
			s.types[rest[0]] = append(s.types[rest[0]], arnOfType(rest[1]))
		case "keys":
			s.keys = rest
		case "set":
			s.sets[rest[0]] = rest[1:]
		case "action":
			s.actions[strings.ToLower(rest[0])] = &action{rest[0], Level(rest[1]), rest[3:], s.sets[rest[2]]}
		default:
			panic("table of actions: " + line)
		}
	}
	return t
}

// corrected adds what the reference leaves out. A recipe is a resource of the calls that make
// something with it: they were refused without (aws-samples/retail-demo-store, pull request 627 of
// 2024-08-30). That a recommender and a filter are resources of the calls that name them is an
// inference: GetRecommendations has recommenderArn and filterArn beside campaignArn (Amazon
// Personalize Developer Guide, API_RS_GetRecommendations, July 2026), and a policy of AWS's has the
// filter beside the campaign (retail-demo-store, pinpoint-personalize.yaml, 2024).
func (t *Table) corrected() *Table {
	s := t.services["personalize"]
	for name, types := range map[string][]string{
		"getrecommendations":       {"filter", "recommender"},
		"getpersonalizedranking":   {"filter"},
		"getactionrecommendations": {"filter"},
		"createsolution":           {"recipe"},
		"createrecommender":        {"recipe"},
	} {
		a := s.actions[name]
		a.types = append(a.types, types...)
		slices.Sort(a.types)
		a.types = slices.Compact(a.types)
	}
	return t
}

// Services returns the services that the table knows, sorted, by the prefix of their actions.
func (t *Table) Services() []string {
	names := make([]string, 0, len(t.services))
	for name := range t.services {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Match returns the actions that a pattern names, as service:Name in order: one for a name alone,
// several for one with wildcards. Letter case does not count, as in IAM. known is false where the
// table does not have the service, or the pattern is not of one: nothing can be said then.
func (t *Table) Match(pattern string) (names []string, known bool) {
	s, found := t.match(pattern)
	if s == nil {
		return nil, false
	}
	for _, a := range found {
		names = append(names, s.name+":"+a.name)
	}
	slices.Sort(names)
	return names, true
}

func (t *Table) match(pattern string) (*service, []*action) {
	prefix, name, ok := strings.Cut(strings.ToLower(pattern), ":")
	s := t.services[prefix]
	if !ok || s == nil {
		return nil, nil
	}
	if !strings.ContainsAny(name, "*?") {
		if a := s.actions[name]; a != nil {
			return s, []*action{a}
		}
		return s, nil
	}
	var found []*action
	for lower, a := range s.actions {
		if matches(name, lower) {
			found = append(found, a)
		}
	}
	return s, found
}

// Types returns the types of resources that an action works on, by the names that AWS's reference
// has for them. An action without any is granted on "*" alone. ok is false for an action that is
// not known.
func (t *Table) Types(name string) (types []string, ok bool) {
	if strings.ContainsAny(name, "*?") {
		return nil, false
	}
	_, found := t.match(name)
	if len(found) != 1 {
		return nil, false
	}
	return slices.Clone(found[0].types), true
}

// Keys returns the condition keys of an action beside the global ones; one that ends in "*" is the
// beginning of keys. ok is false for an action that is not known.
func (t *Table) Keys(name string) (keys []string, ok bool) {
	if strings.ContainsAny(name, "*?") {
		return nil, false
	}
	_, found := t.match(name)
	if len(found) != 1 {
		return nil, false
	}
	return slices.Clone(found[0].keys), true
}

// Suggest returns the action that was probably meant by one that is not known, or "".
func (t *Table) Suggest(name string) string {
	prefix, rest, ok := strings.Cut(name, ":")
	if !ok {
		return ""
	}
	if s := t.services[strings.ToLower(prefix)]; s != nil {
		if near := nearest(rest, s.names()); near != "" {
			return s.name + ":" + near
		}
		for _, other := range t.Services() {
			if a := t.services[other].actions[strings.ToLower(rest)]; a != nil {
				return other + ":" + a.name
			}
		}
		return ""
	}
	if s := t.meant(prefix); s != nil {
		if a := s.actions[strings.ToLower(rest)]; a != nil {
			return s.name + ":" + a.name
		}
		return s.name + ":" + rest
	}
	return ""
}

// meant returns the service that a prefix which is not one was probably meant to be: misspelt, or
// the name of an endpoint, such as personalize-runtime, whose actions have the prefix of the
// service. It returns nil for what may well be another service.
func (t *Table) meant(prefix string) *service {
	prefix = strings.ToLower(prefix)
	for _, endpoint := range []string{"personalize-runtime", "personalize-events"} {
		if prefix == endpoint {
			return t.services["personalize"]
		}
	}
	const long = 9 // names of services are so alike that a short one says nothing
	for _, name := range t.Services() {
		if len(name) >= long && distance(prefix, name, 3) < 3 {
			return t.services[name]
		}
	}
	return nil
}

func (s *service) names() []string {
	names := make([]string, 0, len(s.actions))
	for _, a := range s.actions {
		names = append(names, a.name)
	}
	slices.Sort(names)
	return names
}

// Level returns the access level of an action. ok is false for one that is not known.
func (t *Table) Level(name string) (level Level, ok bool) {
	if _, found := t.match(name); len(found) == 1 {
		return found[0].level, true
	}
	return "", false
}
