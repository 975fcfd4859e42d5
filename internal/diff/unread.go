package diff

// unread returns what was not understood of the new side, and of the old side where the new one
// does not have it any more. What both sides have of the same words is no change.
func unread(old, new view) []Change {
	known := map[string]int{} // how often: the same twice is more than once
	there := map[string]bool{}
	for _, u := range old.unknown {
		known[u.String()+u.Content]++
	}
	var out []Change
	for _, u := range new.unknown {
		there[u.String()] = true
		if key := u.String() + u.Content; known[key] > 0 && !u.Open {
			known[key]--
			continue
		}
		c := Change{Kind: Undecided, Severity: Write, Subject: u.Kind + " " + quoted(u.What),
			Message: "not understood: " + u.String(), New: sideAt(u.At)}
		c.about = c.Message + "\x01" + u.Content
		out = append(out, c)
	}
	for _, u := range old.unknown { // it may have been there for what it denied
		if !there[u.String()] {
			out = append(out, Change{Kind: Undecided, Severity: Write,
				Subject: u.Kind + " " + quoted(u.What), Old: sideAt(u.At),
				Message: "not there any more, and not understood: " + u.String()})
		}
	}
	return out
}
