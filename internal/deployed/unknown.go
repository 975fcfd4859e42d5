package deployed

import "fmt"

// Unknown is something in an artifact that its reader does not understand, or that decides what the artifact means.
type Unknown struct {
	Kind string // block, function, resource type, property, command, file …
	What string // the offending text
	Why  string // what follows, or what to do
	At   Place

	// Content tells what is not read from another that has the same words, by a checksum of it.
	Content string

	// Open: it does not say what the value is made of, so that the same words elsewhere may mean another one.
	Open bool
}

// String returns kind and text, and the reason.
func (u Unknown) String() string {
	s := fmt.Sprintf("%s %q", u.Kind, u.What)
	if u.Why != "" {
		s += ": " + u.Why
	}
	return s
}
