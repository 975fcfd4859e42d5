package diff

// unread returns what the new side has that was not understood. What the old side has of the same words is no change.
func unread(old, new view) []Change {
	known := map[string]int{} // how often: the same twice is more than once
	for _, u := range old.unknown {
		known[u.String()+u.Content]++
	}
	var out []Change
	for _, u := range new.unknown {
		if key := u.String() + u.Content; known[key] > 0 && !u.Open {
			known[key]--
			continue
		}
		out = append(out, Change{Kind: Undecided, Severity: Write, Subject: u.Kind + " " + quoted(u.What),
			Message: "not understood: " + u.String(), New: sideAt(u.At)})
	}
	return out
}
