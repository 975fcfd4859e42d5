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
		s, _ := parseSubject("arn:aws:sts::"+c.home+":assumed-role/Example/session", nil)
		return []who{{subject: s, principal: s.text, known: requestContext{}}}
	}
	if !c.everybody {
		s, _ := parseSubject(c.setting.Principal, c.given())
		return c.withTokens(c.withIDs([]who{c.named(s, c.given())}))
	}
	var all []who
	add := func(principal string, given requestContext) {
		if s, err := parseSubject(principal, given); err == nil {
			all = append(all, c.named(s, given))
		}
	}
	add("*", nil)
	stranger := "arn:aws:iam::" + c.home + ":saml-provider/" + c.stranger
	for _, name := range append(slices.Clip(c.names.providers), stranger) {
		add(name, nil)
	}
	for _, name := range c.names.services {
		add(name, nil)
	}
	for _, name := range c.names.principals {
		add(name, nil)
		if s, err := parseSubject(name, nil); err == nil && s.kind == bySession {
			for _, role := range c.names.principals {
				if s.isSessionOf(role) {
					add(name, requestContext{"aws:principalarn": {role}})
				}
			}
		}
	}
	for _, partition := range c.names.partitions {
		for _, account := range c.names.accounts {
			arn := func(service, rest string) string {
				return "arn:" + partition + ":" + service + "::" + account + ":" + rest
			}
			add(arn("iam", "root"), nil)
			all = append(all, c.unnamed(arn("iam", "user/")), c.unnamed(arn("iam", "role/")))
			all = append(all, c.unnamed(arn("sts", "federated-user/")))
			if c.guarded {
				all = append(all, c.unnamed(arn("iam", "role/aws-service-role/")))
			}
		}
	}
	return c.withTokens(c.withIDs(all))
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
	for _, key := range []string{
		"aws:username", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType",
		"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"} {
		known.set(key)
	}
	return who{subject: s, principal: s.text, known: known}
}

// nobody returns the principal as one who calls with a token in place of credentials.
func (c *comparer) nobody(w who) who {
	given := c.given()
	if v, ok := w.known["aws:federatedprovider"]; ok {
		given["aws:federatedprovider"] = v
	}
	n := c.named(subject{kind: byNobody, text: w.subject.text}, given)
	n.keys = w.keys
	return n
}

// unnamed returns the users, roles or federated users of an account whom no policy names. Their
// ARN, name and ID are open where policies ask for them.
func (c *comparer) unnamed(prefix string) who {
	somebody, _ := parseSubject(prefix+c.stranger, nil)
	w := c.named(somebody, nil)
	w.prefix, w.keys = prefix, map[string]limits{}
	wrapped := func(r rune) []token { return []token{{wild: '*'}, {char: r}, {wild: '*'}} }
	some := []token{{wild: '?', noColon: true}, {wild: '*', noColon: true}}
	name := [][]token{wrapped('*'), wrapped('?'), wrapped('/')}
	arn := [][]token{
		wrapped('*'), wrapped('?'),
		glob(prefix + "*/"), glob(prefix + "*//*"), glob(prefix + "/*")}
	if c.guarded {
		arn = append(arn, glob(prefix+"aws-service-role/*"))
	}
	if w.subject.kind == byFederatedUser {
		arn = append(arn, glob(prefix+"*/*"))
	}
	for _, p := range c.names.principals {
		arn = append(arn, literal(p))
		s, err := parseSubject(p, nil)
		switch {
		case err != nil || s.partition != w.subject.partition || s.account != w.subject.account:
		case s.kind == w.subject.kind:
			name = append(name, literal(s.name))
		case s.kind == bySession && w.subject.isRole():
			arn = append(arn, literal(prefix+s.name), append(glob(prefix+"*/"), literal(s.name)...))
		}
	}
	open := func(key string, before string, out [][]token) {
		if c.keys[key] == nil {
			return
		}
		delete(w.known, key)
		in := c.languages.of(append(literal(before), some...))
		w.keys[key] = limits{[]*language{in}, []*language{c.languages.of(out...)}}
	}
	open("aws:principalarn", prefix, arn)
	switch w.subject.kind {
	case byUser:
		open("aws:username", "", name)
	case byFederatedUser:
		open("aws:userid", w.subject.account+":", name[:3])
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
	for i, w := range slices.Clone(all) {
		_, known := w.known["aws:userid"]
		if known || w.subject.kind != byUser && !w.subject.isRole() {
			continue
		}
		all[i].keys = w.without("aws:userid", c.languages.of(taken...))
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

// withTokens adds to each principal that can call without credentials the same one with a token of
// each identity provider that a policy names.
func (c *comparer) withTokens(all []who) []who {
	if len(c.names.providers) == 0 {
		return all
	}
	var taken [][]token
	for _, p := range c.names.providers {
		taken = append(taken, literal(p))
	}
	for i, w := range slices.Clone(all) {
		_, known := w.known["aws:federatedprovider"]
		if known || c.everybody && w.subject.kind != byNobody {
			continue
		}
		all[i].keys = w.without("aws:federatedprovider", c.languages.of(taken...))
		for _, p := range c.names.providers {
			with := w
			with.known = maps.Clone(w.known)
			with.known["aws:federatedprovider"] = []string{p}
			all = append(all, with)
		}
	}
	return all
}

// without returns the limits of the keys of w, and those of a key that has no value of a language.
func (w who) without(key string, taken *language) map[string]limits {
	keys := map[string]limits{key: {out: []*language{taken}}}
	maps.Copy(keys, w.keys)
	return keys
}
