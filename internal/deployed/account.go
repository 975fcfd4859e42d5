package deployed

// What is read of an account and is in no artifact: what bounds it from outside, what ran in it, and
// what could not be seen.

// Control is a service control policy or a resource control policy of AWS Organizations.
type Control struct {
	Name     string `match:"key"`
	Level    string `match:"key"` // the root, unit or account that it is attached to; each level has to allow
	Resource bool   // a resource control policy
	Policy   *Document
	At       Place `match:"-"`
}

// Job is a job of Amazon Personalize, or what else it does with data for a role.
type Job struct {
	ARN     Text   `match:"key"`
	Kind    string // as the spec's workflows are called: import, export, batch-inference; datasetGroup
	Role    Text   // ARN
	From    Text   // s3://bucket/prefix
	To      Text
	FromKey Text // ARN of the key that the job names
	ToKey   Text
	Status  Text
	Failure Text  // its failureReason
	At      Place `match:"-"`
}

// Member is a user in a group.
type Member struct {
	User  Text `match:"key"`
	Group Text `match:"key"`
}

// Person is a user, as far as it was looked at.
type Person struct {
	Name     Text  `match:"key"`
	Boundary Text  // ARN of the permissions boundary
	At       Place `match:"-"`

	Unseen []Unseen `match:"-"`
}

// Refusal is a call that changes something and that AWS refused.
type Refusal struct {
	Operation string `match:"key"`
	Message   string `match:"key"`
	At        Place  `match:"-"`
}

// Unseen is something of a role, bucket or key that was not seen, so that nothing is known of it; what
// was looked for and is not there is not unseen.
type Unseen struct {
	What   string // policy, encryption, policy "Extra"
	Action string // that shows it: s3:GetBucketPolicy
	Why    string // what AWS said; "" when nobody asked
	At     Place
}

// In returns the account and the region that a State is about: those where alone it can be deployed, or
// where it was read. "" where it does not say, or where that is known on deployment alone.
func (s State) In() (account, region string) {
	literal := func(texts ...Text) string {
		for _, t := range texts {
			if v := t.V.String(); v != "" && len(t.V.Refs()) == 0 {
				return v
			}
		}
		return ""
	}
	return literal(s.Scope.Account, s.Where.Account), literal(s.Scope.Region, s.Where.Region)
}
