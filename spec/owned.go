package spec

// Owned names a bucket or a key of another setup. The zero value names none.
type Owned struct{ Setup, Name string }

// String returns it as a spec has it.
func (o Owned) String() string { return o.Setup + "/" + o.Name }

// Elsewhere reports whether it names something of another setup.
func (o Owned) Elsewhere() bool { return o.Setup != "" }

// Owner returns the setup of a name whose bucket, key or role this one uses; nil for another name.
func (s *Setup) Owner(name string) *Setup {
	for _, o := range s.Owners {
		if o.Name == name {
			return o
		}
	}
	return nil
}

// Bucket returns the bucket of a name, or nil.
func (s *Setup) Bucket(name string) *Bucket {
	for i := range s.Buckets {
		if s.Buckets[i].Name == name {
			return &s.Buckets[i]
		}
	}
	return nil
}

// Key returns the key of a name, or nil.
func (s *Setup) Key(name string) *Key {
	for i := range s.Keys {
		if s.Keys[i].Name == name {
			return &s.Keys[i]
		}
	}
	return nil
}
