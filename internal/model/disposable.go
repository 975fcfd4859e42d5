package model

import "strings"

// Disposable returns what is made, holds data, and goes with the rest all the same (protect: false),
// in words for a list in a sentence, and whether anything that holds data is kept. How it goes is the
// tool's: Amazon S3 deletes no bucket that is not empty, and AWS KMS waits for the days of a key's
// deletion window.
func (s *Setup) Disposable() (goes string, kept bool) {
	var list []string
	see := func(what string, disposable bool) {
		if disposable {
			list = append(list, what)
		} else {
			kept = true
		}
	}
	for _, b := range s.Buckets {
		if !b.Existing {
			see("bucket "+b.ID, b.Disposable)
		}
	}
	for _, k := range s.Keys {
		if !k.Existing() {
			see("key "+k.ID, k.Disposable)
		}
	}
	if g := s.MadeGroup(); g != nil {
		see("the dataset group", g.Disposable)
	}
	if last := len(list) - 1; last > 0 {
		return strings.Join(list[:last], ", ") + " and " + list[last], kept
	}
	return strings.Join(list, ""), kept
}
