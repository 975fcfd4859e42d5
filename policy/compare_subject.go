package policy

import (
	"maps"
	"slices"
	"strings"
)

// who is a principal, or many of whom no policy of the comparison names one.
type who struct {
	subject   subject
	principal string            // as a request has it
	known     requestContext    // the keys that tell who it is
	keys      map[string]limits // what the values of others can be at all
	// prefix: the principal is anybody whose ARN begins so, as aws:PrincipalArn or aws:username
	// has it.
	prefix string
}

// subjects returns the principals whose requests are compared.
func (c *comparer) subjects() []who {
	if c.anyone {
		// Nothing is known of the principal, its kind aside.
		s := must(parseSubject("arn:aws:sts::"+c.home+":assumed-role/Example/session", requestContext{}))
		return []who{{subject: s, principal: s.text, known: requestContext{}}}
	}
	if !c.everybody {
		s, _ := parseSubject(c.setting.Principal, c.given())
		return []who{c.named(s, c.given())}
	}
	var all []who
	add := func(principal string, given requestContext) {
		if s, err := parseSubject(principal, given); err == nil {
			all = append(all, c.named(s, given))
		}
	}
	add("*", nil)
	for _, name := range append(slices.Clone(c.names.providers), "arn:aws:iam::"+c.home+":saml-provider/Example") {
		add(name, nil)
		if len(c.names.providers) > 0 {
			add("*", requestContext{"aws:federatedprovider": {name}})
		}
	}
	for _, name := range c.names.services {
		add(name, nil)
	}
	for _, name := range c.names.principals {
		given := requestContext{}
		if s, err := parseSubject(name, nil); err == nil && s.kind == bySession {
			i := slices.IndexFunc(c.names.principals, s.isSessionOf)
			if i >= 0 {
				given["aws:principalarn"] = []string{c.names.principals[i]}
			}
		}
		add(name, given)
	}
	for _, partition := range c.names.partitions {
		for _, account := range c.names.accounts {
			arn := func(service, rest string) string {
				return "arn:" + partition + ":" + service + "::" + account + ":" + rest
			}
			add(arn("iam", "root"), nil)
			add(arn("sts", "federated-user/Example"), nil)
			all = append(all, c.unnamed(arn("iam", "user/")), c.unnamed(arn("iam", "role/")))
			if c.guarded {
				add(arn("iam", "role/aws-service-role/example.amazonaws.com/AWSServiceRoleForExample"), nil)
			}
		}
	}
	return c.withIDs(all)
}

// given returns the context of the setting.
func (c *comparer) given() requestContext {
	given := requestContext{}
	for k, v := range c.setting.Context {
		given[strings.ToLower(k)] = v
	}
	return given
}

// named returns a principal of whom all is known that a request tells.
func (c *comparer) named(s subject, given requestContext) who {
	known := requestContext{}
	maps.Copy(known, given)
	known.addPrincipal(s)
	// Nobody else has the others (reference_policies_variables, "Principal key values";
	// reference_policies_condition-keys, "Properties of the principal").
	for _, key := range []string{"aws:username", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"} {
		known.set(key)
	}
	return who{subject: s, principal: s.text, known: known}
}

// unnamed returns the users or roles of an account whom no policy names. What their ARN and their
// name are is open where policies ask for it.
func (c *comparer) unnamed(prefix string) who {
	w := c.named(must(parseSubject(prefix+"Example", nil)), nil)
	w.prefix, w.keys = prefix, map[string]limits{}
	wrapped := func(r rune) []token { return []token{{wild: '*'}, {char: r}, {wild: '*'}} }
	some := []token{{wild: '?', noColon: true}, {wild: '*', noColon: true}}
	odd := [][]token{wrapped('*'), wrapped('?')}
	name := append(slices.Clone(odd), wrapped('/'))
	arn := append(odd, glob(prefix+"*/"), glob(prefix+"*//*"), glob(prefix+"/*"), glob(prefix+"aws-service-role/*"))
	for _, p := range c.names.principals {
		arn = append(arn, literal(p))
		s, err := parseSubject(p, nil)
		switch {
		case err != nil || !strings.HasPrefix(prefix, "arn:"+s.partition+":") || s.account != w.subject.account:
		case s.kind == byUser:
			name = append(name, literal(s.name))
		case s.kind == bySession && w.subject.isRole():
			arn = append(arn, literal(prefix+s.name), append(glob(prefix+"*/"), literal(s.name)...))
		}
	}
	if c.keys["aws:principalarn"] != nil {
		delete(w.known, "aws:principalarn")
		in := c.languages.of(append(literal(prefix), some...))
		w.keys["aws:principalarn"] = limits{[]*language{in}, []*language{c.languages.of(arn...)}}
	}
	if c.keys["aws:username"] != nil && w.subject.kind == byUser {
		delete(w.known, "aws:username")
		w.keys["aws:username"] = limits{[]*language{c.languages.of(some)}, []*language{c.languages.of(name...)}}
	}
	return w
}

// withIDs adds to each user and role the same one with a unique ID that a policy names.
func (c *comparer) withIDs(all []who) []who {
	if len(c.names.ids) == 0 {
		return all
	}
	var taken [][]token
	for _, id := range c.names.ids {
		taken = append(taken, literal(id), glob(id+":*"))
	}
	out := limits{out: []*language{c.languages.of(taken...)}}
	for i, w := range slices.Clone(all) {
		if w.subject.kind != byUser && !w.subject.isRole() {
			continue
		}
		keys := map[string]limits{"aws:userid": out}
		maps.Copy(keys, w.keys)
		all[i].keys = keys
		for _, id := range c.names.ids {
			if strings.HasPrefix(id, "AROA") == w.subject.isRole() {
				with := w
				with.known = maps.Clone(w.known)
				with.known["aws:userid"] = []string{id}
				if w.subject.isRole() {
					with.known["aws:userid"] = []string{id + ":session"}
				}
				all = append(all, with)
			}
		}
	}
	return all
}
