package deployed

// Destroyed is something that applying a plan deletes.
type Destroyed struct {
	Type    string   // role, bucket, key, dataset group
	Names   []string // of a key its aliases, its ARN and the reference that the plan has for it
	Address string
	Anew    bool // another one is made at the same address
	Force   bool // of a bucket: with what is in it
	Window  int  // of a key: days until what is encrypted with it is lost
	At      Place
}
