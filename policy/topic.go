package policy

// Topic is what a [Problem] is about, for those that callers tell apart; "" for any other.
type Topic string

// The topics.
const (
	TopicID            Topic = "Id"             // where the kind of policy has none
	TopicPrincipal     Topic = "Principal"      // where the kind of policy has none
	TopicPrincipalForm Topic = "principal form" // one that cannot be
	TopicNotPrincipal  Topic = "NotPrincipal"   // in an Allow
	TopicSid           Topic = "Sid"            // its characters
	TopicSameSid       Topic = "same Sid"       // two statements have it
	TopicSize          Topic = "size"
	TopicVariable      Topic = "variable"  // it is plain text in this version
	TopicReference     Topic = "reference" // without a value
)
