package deployed

// Output is a value that the artifact shows to people or programs.
type Output struct {
	Name   string `match:"key"`
	Value  Text
	Export Text  // under which name other stacks of the account and region find it; "" for none
	At     Place `match:"-"`
}

// Import brings something that exists under the control of the artifact's tool.
type Import struct {
	To string `match:"key"` // address or logical id
	ID Text
	At Place `match:"-"`
}

// Move tells the artifact's tool that what it knows under one address has another one now.
type Move struct {
	From string `match:"key"`
	To   string
	At   Place `match:"-"`
}

// Page is a text that the artifact shows to people, with commands that they copy. It is compared
// verbatim.
type Page struct {
	Name string `match:"key"` // of the file, or of what holds the text
	Text string
	At   Place `match:"-"` // where the text begins
}
