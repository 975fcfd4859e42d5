package spec

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// checker turns the draft of one setup into a Setup.
type checker struct {
	reader
	*loader
	d  *setupDraft
	s  *Setup
	at *yaml.Node // the setup's name

	wellFormed            bool // no value of the setup was wrong by itself, so that what is missing is missing indeed
	usedBuckets, usedKeys map[string]bool
}

func (c *checker) setPlace(path string, n *yaml.Node) { c.s.Places[path] = place(n) }

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

func (c *checker) check() {
	c.usedBuckets, c.usedKeys = map[string]bool{}, map[string]bool{}
	c.checkPlaceOfSetup()
	c.checkProfile()
	c.checkTargets()
	c.checkStackSet()
	c.checkWas()
	c.checkOwnFiles()
	c.checkTags()
	c.checkApprovals()
	c.checkIgnored()
	c.checkRole()
	c.checkKeys()
	c.checkBuckets()
	c.checkLogs()
	c.checkWorkflows()
	c.warnOfLogsRead()
	c.checkGroup()
	c.checkOperators()
	c.checkUploads()
	c.checkElsewhere()
	c.checkLetInTwice()
	c.checkStatements()
	c.checkUse()
}

// fieldsKnown reports whether it is known which fields a setup, or defaults, was meant to have.
// Where something else than a mapping is in its place, that was reported. An empty value has none.
func fieldsKnown(n *yaml.Node) bool {
	return n == nil || isMapping(deref(n)) || deref(n).Tag == "!!null"
}

// checkPlaceOfSetup finds out account, region and partition.
func (c *checker) checkPlaceOfSetup() {
	d, s := c.d, c.s
	s.Description = d.description.v
	for _, f := range []struct {
		name string
		text
		example string
	}{{"account", d.account, `account: "111122223333"`}, {"region", d.region, "region: eu-west-1"}} {
		if !f.given() && fieldsKnown(c.fill.body) && fieldsKnown(c.inherited) {
			c.err(codeMissing, c.at, "write `"+f.example+"` here or in defaults", "setup %q has no %s", s.Name, f.name)
		}
	}
	s.Account, s.Region = d.account.v, d.region.v
	if !d.region.ok {
		if d.partition.ok {
			s.Partition = d.partition.v
		}
		return
	}
	s.Partition = PartitionOf(s.Region)
	switch {
	case s.Partition == "aws-us-gov":
		c.err(codePartition, d.region.n, "regions are: "+strings.Join(Regions(), ", "),
			"region %q is in AWS GovCloud, where Amazon Personalize is not offered", s.Region)
		return
	case s.Partition != "aws" && s.Partition != "aws-cn":
		c.err(codePartition, d.region.n, "regions are: "+strings.Join(Regions(), ", "),
			"region %q is in partition %s, where Amazon Personalize is not offered", s.Region, s.Partition)
		return
	case !offered(s.Region) && d.allowUnknownRegion.v:
		c.warn(warnRegion, d.region.n, "see that Personalize is offered there before you apply this",
			"region %q is not one where Amazon Personalize is known to be offered", s.Region)
	case !offered(s.Region):
		hint := "regions are: " + strings.Join(Regions(), ", ") + "; `allowUnknownRegion: true` takes others"
		if h := suggest(s.Region, Regions()); h != "" {
			hint = h + " " + hint
		}
		c.err(codeRegion, d.region.n, hint, "Amazon Personalize is not offered in region %q", s.Region)
	}
	if d.partition.ok && d.partition.v != s.Partition {
		c.err(codePartition, d.partition.n, "leave partition out: it follows from the region",
			"partition is %q, but region %q is in %q", d.partition.v, s.Region, s.Partition)
	}
}

func (c *checker) checkProfile() {
	d, s := c.d, c.s
	s.Profile = d.profile.or(LeastPrivilege)
	s.ConfusedDeputy = d.deputy.or(DeputyTrust)
	s.ListByPrefix = d.listByPrefix.v
	if s.Profile == Documented {
		// A setup may leave a profile of defaults and with it, silently, what goes with that profile alone.
		inherited := func(n, def *yaml.Node) bool { return n == def }
		left := !inherited(d.profile.n, c.defaults.profile.n)
		if d.deputy.ok && d.deputy.v != DeputyNone && !(left && inherited(d.deputy.n, c.defaults.deputy.n)) {
			c.err(codeDeputy, d.deputy.n, "leave it out, or write `profile: least-privilege`",
				"profile documented has no conditions on the source: confusedDeputy cannot be %q", d.deputy.v)
		}
		if s.ListByPrefix && !(left && inherited(d.listByPrefix.n, c.defaults.listByPrefix.n)) {
			c.warn(warnNoEffect, d.listByPrefix.n, "leave it out, or write `profile: least-privilege`",
				"listByPrefix has no effect in profile documented")
		}
		s.ConfusedDeputy, s.ListByPrefix = DeputyNone, false
		return
	}
	switch s.ConfusedDeputy {
	case DeputyNone:
		c.warn(warnDeputy, d.deputy.n, "write `confusedDeputy: trust`, or leave it out",
			"the role's trust policy has no condition on the source: Amazon Personalize may use the role on "+
				"behalf of any account that names it")
	case DeputyAccount:
		c.warn(warnDeputy, d.deputy.n, "write `confusedDeputy: trust`, or leave it out",
			"the role's trust policy has a condition on the account alone: anything of Amazon Personalize "+
				"in account %s, in any region, may use the role", s.Account)
	}
	if s.ListByPrefix {
		c.warn(warnListPrefix, d.listByPrefix.n, "try an import before you rely on it",
			"AWS does not document by which prefix Personalize lists a bucket; it may be refused")
	}
}

// checkWas checks former names by themselves; [acrossSetups] sees those of other setups.
func (c *checker) checkWas() {
	for _, t := range c.d.was {
		if t.ok && t.v == c.s.Name {
			c.err(codeWas, t.n, "leave it out", "setup %q has that name now", c.s.Name)
		}
	}
	c.s.Was = values(c.d.was)
}

func (c *checker) checkTargets() {
	for _, t := range targets {
		if c.d.targets == nil || slices.ContainsFunc(c.d.targets, func(x text) bool { return x.v == t }) {
			c.s.Targets = append(c.s.Targets, t)
		}
	}
}

// checkStackSet refuses a template with statements of others in it: they are of one account's
// bucket.
func (c *checker) checkStackSet() {
	on := c.d.stackSet
	if c.s.StackSet = on.v; !on.v {
		return
	}
	if !slices.Contains(c.s.Targets, "cloudformation") {
		c.warn(warnNoEffect, on.n, "leave it out, or add cloudformation to targets",
			"stackSet has no effect without the target cloudformation")
	}
	c.ownStackSet(on)
	for _, b := range c.d.buckets {
		if b.v.existing.v && b.v.policy.given() {
			c.err(codeStackSet, on.n, "leave policy out and merge it, or leave stackSet out",
				"the template holds the present policy of bucket %q, which other accounts do not have", b.name)
		}
	}
}

// checkOwnFiles checks patterns by themselves. Which files pzgen writes is known when they are printed.
func (c *checker) checkOwnFiles() {
	for i, t := range c.d.ownFiles {
		if !t.ok {
			continue
		}
		c.setPlace("ownFiles"+index(i), t.n)
		if _, err := path.Match(t.v, ""); err != nil {
			c.err(codeOwnFiles, t.n, "close each [ with a ]", "pattern %q is malformed", t.v)
			continue
		}
		c.s.OwnFiles = append(c.s.OwnFiles, t.v)
	}
}

// ownTags is how the tags begin by which the shell target knows again what it made.
const ownTags = "pzgen:"

func (c *checker) checkTags() {
	if len(c.d.tags) > maxTags {
		c.err(codeTags, c.d.tags[maxTags].n, "", "setup %q has %d tags; AWS takes %d", c.s.Name, len(c.d.tags), maxTags)
		return
	}
	tags := make([]Tag, 0, len(c.d.tags))
	for i, t := range c.d.tags {
		if strings.HasPrefix(strings.ToLower(t.name), "aws:") {
			c.err(codeTags, t.n, "give it another name", "tag %q begins with aws:, which AWS keeps for itself", t.name)
		}
		if strings.HasPrefix(t.name, ownTags) {
			c.err(codeTags, t.n, "give it another name", "tag %q begins with %s, by which scripts know what they made", t.name, ownTags)
		}
		for _, u := range c.d.tags[:i] {
			if strings.EqualFold(u.name, t.name) {
				c.err(codeTags, t.n, "keep one of them", "tags %q and %q differ only in case, and IAM takes them for one", u.name, t.name)
			}
		}
		tags = append(tags, Tag{t.name, t.v.v})
	}
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	c.s.Tags = tags
}

// checkAlike reports names that are the same once case, hyphens and underscores are dropped: they become identifiers of languages that
// have no hyphens, and files on systems that have no case.
func checkAlike[T any](c *checker, what string, list []named[T]) {
	if len(list) < 2 {
		return
	}
	have := make(map[string]string, len(list))
	for _, t := range list {
		plain := plainName(t.name)
		if before, ok := have[plain]; ok {
			c.err(codeAlike, t.n, "give one of them another name",
				"names %q and %q in %s differ only in case, hyphens and underscores", before, t.name, what)
			continue
		}
		have[plain] = t.name
	}
}

func plainName(s string) string {
	plain := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '-' || c == '_':
		case c >= 'A' && c <= 'Z':
			plain = append(plain, c+'a'-'A')
		default:
			plain = append(plain, c)
		}
	}
	return string(plain)
}

// checkNamed runs check over named things in the order of their names.
func checkNamed[T any](c *checker, what string, list []named[T], check func(t *named[T])) {
	checkAlike(c, what, list)
	slices.SortFunc(list, func(a, b named[T]) int { return strings.Compare(a.name, b.name) })
	for i := range list {
		c.setPlace(what+"."+list[i].name, list[i].n)
		check(&list[i])
	}
}

func namesOf[T any](list []named[T]) []string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].name
	}
	return names
}

// find returns the thing of a name in a list that is sorted by name.
func find[T any](list []named[T], name string) *T {
	i, ok := slices.BinarySearchFunc(list, name, func(t named[T], name string) int { return strings.Compare(t.name, name) })
	if !ok {
		return nil
	}
	return &list[i].v
}
